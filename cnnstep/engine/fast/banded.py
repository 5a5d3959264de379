"""A kernel on a picture of fractions as products with banded matrices.

A block of T rows of the output reads (T − 1)·stride + extent rows of the input. One column of the kernel, written
T times, each a stride further to the right, is a matrix (T, those rows): times the rows, it gives what that column
adds to the block. Products with the zeros beside the band cost less than a pass over memory for every kernel cell.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.fast.passes import Plan
from cnnstep.geometry import Axis

# of 8, 16, 24 and 32 rows the fastest for kernels of 3, 5 and 11, in both types
BLOCK = 8
PASSES = 8
"""So many passes over memory cost as much as one column of the kernel."""
LARGE = 1 << 17
"""Cells of a map that is worth it.

Smaller ones are summed pass by pass, to the same last bit on every machine: BLAS adds in an order of the processor's
own, and where a number ends on a 5 a screen would show it.
"""


def is_banded(weights: Array, axes: Sequence[Axis], dtype: np.dtype[Any]) -> bool:
    """Whether this way suits a filter (channels, *kernel): fractions on large pictures, unless a few passes do it."""
    if dtype.kind != "f" or len(axes) != 2 or prod(axis.output for axis in axes) < LARGE:
        return False
    # a cell is one pass, a weight that no other equals is two more: one to multiply, one to add that up
    passes = np.count_nonzero(weights) + 2 * len(np.unique(np.abs(weights)))
    return bool(passes > PASSES * np.count_nonzero(weights.any(axis=1)) > 0)


def banded(weights: Array, axes: Sequence[Axis], dtype: np.dtype[Any]) -> Plan:
    """Plan one filter, weights (channels, rows, columns): outs[0] = Σ bands · shifted slab."""
    down, along = axes
    used = np.argwhere(weights.any(axis=1)).tolist()
    bands = np.zeros((len(used), BLOCK, (BLOCK - 1) * down.stride + down.extent), dtype)
    columns = np.array([weights[channel, :, column] for channel, column in used])
    for row in range(BLOCK):
        first = row * down.stride
        bands[:, row, first : first + down.extent : down.dilation] = columns

    def run(slab: Array, outs: Array) -> None:
        out = outs[0]
        shifted = list(_shifted(slab, used, along, out.shape[1]))
        scratch = np.empty((BLOCK, out.shape[1]), dtype)
        for top in range(0, len(out), BLOCK):
            block = out[top : top + BLOCK]
            rows = slice(top * down.stride, (top + len(block) - 1) * down.stride + down.extent)
            # a block at the end has fewer rows: its bands are the upper left corners of the others
            size = len(block), rows.stop - rows.start
            for number, (band, x) in enumerate(zip(bands, shifted, strict=True)):
                target = scratch[: len(block)] if number else block
                np.matmul(band[: size[0], : size[1]], x[rows], out=target)
                if number:
                    block += target

    return run


def _shifted(slab: Array, used: Sequence[Sequence[int]], along: Axis, count: int) -> Any:
    """The view that a column of the kernel is multiplied with; every column of it one step in memory, as BLAS asks."""
    stride = along.stride
    phases = [slab] if stride == 1 else [np.ascontiguousarray(slab[..., phase::stride]) for phase in range(stride)]
    for channel, column in used:
        start, phase = divmod(column * along.dilation, stride)
        yield phases[phase][channel, :, start : start + count]
