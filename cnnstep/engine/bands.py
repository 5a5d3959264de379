"""Work on an input band by band: what fits the cache, on every core.

A band is a few rows of the output. The input rows it reads are copied once, padded, into a slab of
the working type. NumPy releases the lock during a pass over a slab, so bands run side by side.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnnstep.engine.border import OUTSIDE, Border
from cnnstep.geometry import Axis

Array: TypeAlias = NDArray[Any]

SLAB_BYTES = 2 << 20
SERIAL_WORK = 1 << 20


@dataclass(frozen=True, slots=True)
class Bands:
    """Cuts the output into bands of rows and lays the padded input of each into a slab."""

    x: Array
    axes: Sequence[Axis]
    border: Border
    dtype: np.dtype[Any]

    def each(self, rows: int, fill: Callable[[range], None], work: int) -> None:
        """Fill every band of the output's rows; on every core where there is enough work."""
        bands = list(self.split(rows))
        if len(bands) == 1 or work < SERIAL_WORK:
            for band in bands:
                fill(band)
        else:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(_cores()) as pool:
                list(pool.map(fill, bands))

    def split(self, rows: int) -> Iterator[range]:
        """Bands as high as the cache allows, and not lower than half a kernel."""
        first, *rest = self.axes
        row_bytes = len(self.x) * prod(axis.reach for axis in rest) * self.dtype.itemsize
        height = max((SLAB_BYTES // row_bytes - first.extent) // first.stride, first.extent // 2, 1)
        return (range(top, min(rows, top + height)) for top in range(0, rows, height))

    def slab(self, rows: range) -> Array:
        """The input rows that the band reads, padded on every axis, in the working type."""
        first, *rest = self.axes
        top = first.start(rows.start)
        bottom = first.start(rows.stop - 1) + first.extent
        slab = np.empty((len(self.x), bottom - top, *(axis.reach for axis in rest)), self.dtype)
        inside: tuple[Any, ...] = (..., *(slice(axis.before, axis.before + axis.input) for axis in rest))
        low, high = min(max(0, top), first.input), max(0, min(bottom, first.input))
        if low < high:
            slab[:, low - top : high - top][inside] = self.x[:, low:high]
        for row in (row for row in range(top, bottom) if not low <= row < high):
            source = self.border.source([row], first.input)[0]
            slab[:, row - top][inside] = self.border.value if source == OUTSIDE else self.x[:, source]
        for number, axis in enumerate(rest, 2):
            self._pad(np.moveaxis(slab, number, 0), axis)
        return slab

    def _pad(self, slab: Array, axis: Axis) -> None:
        """Fill the cells before and after one axis, which comes first here."""
        for cell in (*range(-axis.before, 0), *range(axis.input, axis.reach - axis.before)):
            source = self.border.source([cell], axis.input)[0]
            slab[axis.before + cell] = self.border.value if source == OUTSIDE else slab[axis.before + source]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
