"""Large arrays made small enough to look at; each axis shrinks on its own."""

import numpy as np

from cnnstep.engine.arrays import Array

LIMIT = 192
SAMPLES = 4


class Held:
    """An array that nothing changes any more, as the key of a cache: the cache keeps it, and its place in memory."""

    __slots__ = ("_place", "array")

    def __init__(self, array: Array) -> None:
        self.array = array
        self._place = (array.__array_interface__["data"][0], array.shape, array.strides, array.dtype.str)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and self._place == other._place and _is_frozen(self.array)

    def __hash__(self) -> int:
        return hash(self._place)


def _is_frozen(array: Array) -> bool:
    """Whether nothing can change it, nor what it is a view of."""
    base = array.base
    return not array.flags.writeable and (base is None or not isinstance(base, np.ndarray) or _is_frozen(base))


def average(values: Array, limit: int = LIMIT) -> Array:
    """Shrink (channels, rows, columns) to about `limit` a side: means of a few samples a block."""
    down, along = (max(1, size // limit // SAMPLES) for size in values.shape[1:])
    means: Array = _blocks(values[:, ::down, ::along], limit).mean(axis=(2, 4))
    return means


def strongest(values: Array, limit: int = LIMIT) -> Array:
    """Shrink (channels, rows, columns): of each block the value furthest from zero, so thin edges stay."""
    blocks = _blocks(values, limit)
    high, low = blocks.max(axis=2).max(axis=3), blocks.min(axis=2).min(axis=3)
    furthest: Array = np.where(high >= -low, high, low)
    return furthest


def _blocks(values: Array, limit: int) -> Array:
    """Whole blocks only: (channels, rows, block, columns, block)."""
    channels, rows, columns = values.shape
    down, along = -(-rows // limit), -(-columns // limit)
    kept = values[:, : rows // down * down, : columns // along * along]
    return kept.reshape(channels, rows // down, down, columns // along, along)
