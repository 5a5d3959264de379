"""How the windows of a pooling share what arrives: a table, a row for each kind."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.reductions import KINDS


class Windows(NamedTuple):
    """Some windows, a row each: the cells' values and places within the channel, which are inside, and how many count.

    `counts` is by how many an average divides: cells of the input, or also of its padding.
    """

    values: Array
    places: Array
    inside: Array
    counts: Array


Share: TypeAlias = Callable[[Windows, float], tuple[Array, Array]]
"""Windows and the power of lp → what each cell gets of its window's upstream value: a share, over a divisor."""
ONE = np.ones(1, np.int64)


def _first(chosen: Array) -> Array:
    """1 in the first place of each row that is true, in reading order."""
    first: Array = (np.arange(chosen.shape[1]) == chosen.argmax(axis=1)[:, None]).astype(np.int64)
    return first


def _largest(windows: Windows, _: float) -> tuple[Array, Array]:
    """All to the first largest cell: on a tie only one of the equal cells was passed on."""
    lowest = KINDS["max"].neutral(windows.values.dtype)
    largest = np.where(windows.inside, windows.values, lowest).max(axis=1, keepdims=True)
    return _first(windows.inside & (windows.values == largest)), ONE


def _smallest(windows: Windows, power: float) -> tuple[Array, Array]:
    # ~ turns the order of integers round, of either kind, and cannot overflow as a minus can
    turned = -windows.values if windows.values.dtype.kind == "f" else ~windows.values
    return _largest(windows._replace(values=turned), power)


def _shared(windows: Windows, _: float) -> tuple[Array, Array]:
    """The same for every cell: y = Σ x / n, so ∂y/∂x = 1 / n."""
    return windows.inside.astype(np.int64), windows.counts


def _by_power(windows: Windows, power: float) -> tuple[Array, Array]:
    """∂y/∂x = sign(x)·(|x| / y)^(p − 1), in a window of zeros 0."""
    cells = np.where(windows.inside, windows.values.astype(np.float64), 0)
    largest = np.abs(cells).max(axis=1, keepdims=True)
    # as parts of the largest, whose powers neither overflow nor vanish together
    parts = np.abs(cells) / np.where(largest == 0, 1, largest)
    norms = np.maximum((parts**power).sum(axis=1, keepdims=True), 1) ** (1 / power)
    return np.sign(cells) * (parts / norms) ** (power - 1), ONE


def _middle(windows: Windows, _: float) -> tuple[Array, Array]:
    """All to the cell in the middle, or half to each of the two: of equal cells to the first in reading order."""
    values, cells = windows.values, windows.inside.sum(axis=1, keepdims=True)
    ordered = np.sort(np.where(windows.inside, values, KINDS["median"].neutral(values.dtype)), axis=1)
    ends = [np.take_along_axis(ordered, at, axis=1) for at in ((cells - 1) // 2, cells // 2)]
    low, high = (_first(windows.inside & (values == end)) for end in ends)
    return np.where(ends[0] == ends[1], 2 * low, low + high), 2 * ONE


SHARES: dict[str, Share] = {
    "max": _largest, "min": _smallest, "average": _shared, "lp": _by_power, "median": _middle,
}  # fmt: skip
"""Kind of pooling → how its windows share what arrives. PyTorch and JAX too give a tie's gradient to the first cell."""
