"""Numbers without a meaning, where no sample has the shape that is wanted."""

import numpy as np

from cnnstep.engine.arrays import Array


def noise(shape: tuple[int, ...], seed: int = 0) -> Array:
    """Numbers from 0 to 1, the same for the same seed."""
    return np.random.default_rng(seed).random(shape)
