"""Numbers without a meaning, where no sample has the shape that is wanted."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]


def noise(shape: tuple[int, ...], seed: int = 0) -> Array:
    """Numbers from 0 to 1, the same for the same seed."""
    return np.random.default_rng(seed).random(shape)
