"""Work on an input slab by slab: what fits the cache, on every core.

A band is a few rows of the output. The input rows it reads are copied once, padded, into a slab of
the working type. NumPy releases the lock during a pass over a slab, so bands run side by side.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.border import OUTSIDE, Border
from cnnstep.engine.fast.threads import run
from cnnstep.geometry import Axis

SLAB_BYTES = 2 << 20
# of 8 bytes: what is read and what is written are 1 MiB each, together as much as a slab
BLOCK_CELLS = 1 << 17


@dataclass(frozen=True, slots=True)
class Bands:
    """Cuts the output into bands of rows and lays the padded input of each into a slab."""

    x: Array
    axes: Sequence[Axis]
    border: Border
    dtype: np.dtype[Any]

    def each(self, rows: int, fill: Callable[[range], None], work: int, *, blas: bool = False) -> None:
        """Fill every band of the output's rows; on every core where there is enough work.

        A slab of 2 MiB stays in the second cache while every kernel cell passes over it. The rows that two
        bands share are copied twice: with half a kernel of rows or more, a copy is at most three rows a row.
        """
        first, *rest = self.axes
        row_bytes = len(self.x) * prod(axis.reach for axis in rest) * self.dtype.itemsize
        # h rows of output read at most h·stride + extent rows of input: that, solved for h
        height = max((SLAB_BYTES // row_bytes - first.extent) // first.stride, first.extent // 2, 1)
        run(fill, [range(top, min(rows, top + height)) for top in range(0, rows, height)], work, blas=blas)

    def slab(self, rows: range) -> Array:
        """The input rows that the band reads, padded on every axis, in the working type."""
        first, *rest = self.axes
        top = first.start(rows.start)
        bottom = first.start(rows.stop - 1) + first.extent
        is_bare = all(axis.before == 0 and axis.reach <= axis.input for axis in rest)
        if is_bare and self.x.dtype == self.dtype and top >= 0 and bottom <= first.input:
            return self.x[:, top:bottom]  # rows of the right type with nothing beside them are read where they stand
        slab = np.empty((len(self.x), bottom - top, *(axis.reach for axis in rest)), self.dtype)
        inside: tuple[Any, ...] = (..., *(slice(axis.before, axis.before + axis.input) for axis in rest))
        # a band may lie in the padding altogether: then low ≥ high, and nothing is copied
        low, high = min(max(0, top), first.input), max(0, min(bottom, first.input))
        if low < high:
            slab[:, low - top : high - top][inside] = self.x[:, low:high]
        for row in (*range(top, min(low, bottom)), *range(max(high, top), bottom)):
            source = self.border.source([row], first.input)[0]
            slab[:, row - top][inside] = self.border.value if source == OUTSIDE else self.x[:, source]
        # each axis is padded from the slab, so that corners repeat what the axes before it put there
        for number, axis in enumerate(rest, 2):
            self._pad(np.moveaxis(slab, number, 0), axis)
        return slab

    def _pad(self, slab: Array, axis: Axis) -> None:
        """Fill the cells before and after one axis, which comes first here."""
        for cell in (*range(-axis.before, 0), *range(axis.input, axis.reach - axis.before)):
            source = self.border.source([cell], axis.input)[0]
            slab[axis.before + cell] = self.border.value if source == OUTSIDE else slab[axis.before + source]


def blockwise(fill_from: Callable[[Array, Array], Any], x: Array, dtype: np.dtype[Any]) -> Array:
    """Fill an output block by block from the input's blocks: what fits the cache, on every core."""
    flat = np.ascontiguousarray(x).reshape(-1)
    output = np.empty(flat.size, dtype)
    blocks = range(0, flat.size, BLOCK_CELLS)

    def fill(start: int) -> None:
        fill_from(flat[start : start + BLOCK_CELLS], output[start : start + BLOCK_CELLS])

    run(fill, blocks, flat.size)
    return output.reshape(x.shape)
