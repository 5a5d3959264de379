"""A kernel as few passes over shifted views of its input.

A pass is one NumPy call on a whole band, and a band is read from the cache, so that the number of passes
is what a map costs. Zeros cost none, equal weights are multiplied once after their views are added up, and
an integer kernel that is a column times a row is done as a row and then a column: k + k passes instead of
k·k. Every rewriting is exact: integers may be summed in any order, fractions are never split.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.geometry import Axis
from cnnstep.geometry.axes import tap_views

Plan: TypeAlias = Callable[[Array, Array], None]
Term: TypeAlias = tuple[float, Array]

# a box of 3×3 takes 3 + 3 passes: with two more cells it still beats the 9 of the kernel, with three it does not
FEW = 2
LONG = 32


class Part(NamedTuple):
    """A kernel that is summed cell by cell, after a row (if any) was slid across first."""

    cells: Array
    row: Array | None = None


def passes_for(weights: Array, axes: Sequence[Axis], dtype: np.dtype[Any]) -> Plan:
    """Plan one filter, weights (channels, *kernel): outs[0] = Σ weights · shifted slab.

    Only where sums fit a machine integer may a kernel be split: beyond, its own arithmetic would wrap.
    """
    (first, *more) = axes
    # np.correlate does not mirror the kernel, as np.convolve would, and knows neither stride nor dilation
    if not more and dtype.kind == "f" and first.stride == first.dilation == 1 and first.kernel > LONG:
        return lambda slab, outs: np.copyto(
            outs[0], sum(np.correlate(channel, kernel, "valid") for channel, kernel in zip(slab, weights, strict=True))
        )  # a long kernel on a signal: one dot product for each window is faster than many passes
    parts = [[Part(kernel)] if dtype.kind == "O" else list(split(kernel)) for kernel in weights]

    def run(slab: Array, outs: Array) -> None:
        out = outs[0]
        terms: list[Term] = []
        for channel, channel_parts in zip(slab, parts, strict=True):
            for cells, row in channel_parts:
                if row is None:
                    terms += shifted(channel, cells, axes, out.shape)
                else:
                    down, along = axes
                    # the working type will do: where sums of a row wrap, their total, which fits, wraps back
                    across = np.empty((len(channel), out.shape[1]), out.dtype)
                    # transposed, because a single axis is sliced as the first one
                    weighted_sum(list(shifted(channel.T, row, [along], across.shape[1:])), across.T)
                    terms += shifted(across, cells, [down], out.shape[:1])
        weighted_sum(terms, out)

    return run


def split(kernel: Array) -> Iterator[Part]:
    """Write an integer kernel as a column times a row, or a constant plus a few cells, where that saves."""
    if kernel.ndim == 2 and kernel.dtype.kind in "iu":
        if (factors := _column_times_row(kernel)) is not None:
            yield Part(*factors)
            return
        # nearly constant, as the -1 … 8 … -1 of edge: a box, which is a column times a row, and the cells that differ
        values, counts = np.unique(kernel, return_counts=True)
        common = values[counts.argmax()]
        rest = kernel - common
        # around mostly zeros a box is no gain, they cost no pass; box and rest may wrap, their sum wraps back
        if common and np.count_nonzero(rest) <= FEW:
            yield Part(np.full(len(kernel), common), np.ones(kernel.shape[1], kernel.dtype))
            yield Part(rest)
            return
    yield Part(kernel)


def _column_times_row(kernel: Array) -> tuple[Array, Array] | None:
    """Factor kernel[i, j] = column[i] · row[j] in integers, where it is exact and has fewer cells."""
    lines = kernel[kernel.any(axis=1)]
    if not len(lines):
        return None
    # without a common factor: only so is every other row of such a kernel a whole number times this one
    row = lines[0] // np.gcd.reduce(lines[0])
    pivot = int(np.flatnonzero(row)[0])
    # // rounds where a row is no multiple of it; the outer product below does not come out right then
    column = kernel[:, pivot] // row[pivot]
    saves = np.count_nonzero(column) + np.count_nonzero(row) < np.count_nonzero(kernel)
    return (column, row) if saves and np.array_equal(np.outer(column, row), kernel) else None


def shifted(x: Array, cells: Array, axes: Sequence[Axis], counts: Sequence[int]) -> Iterator[Term]:
    """For each cell that is not zero, its weight and the view of x that it multiplies."""
    # Python numbers take the type of the view they meet, where those of NumPy would widen it
    for weight, view in zip(cells.ravel().tolist(), tap_views(axes, counts), strict=True):
        if weight:
            yield weight, x[view]


def weighted_sum(terms: Sequence[Term], out: Array) -> None:
    """Set out = Σ weight · view, with one multiplication for all views of the same |weight|."""
    groups: dict[float, tuple[list[Array], list[Array]]] = defaultdict(lambda: ([], []))
    for weight, view in terms:
        groups[abs(weight)][weight < 0].append(view)
    if not groups:
        out[...] = 0
        return
    scratch = np.empty_like(out) if len(groups) > 1 else out  # the first group is summed where the result stands
    # a group that only subtracts comes out negated: it is taken away later, and so is never the first if it can be
    positive_first = sorted(groups.items(), key=lambda group: not group[1][0])
    for number, (size, (added, taken)) in enumerate(positive_first):
        target = scratch if number else out
        sign = signed_sum(added, taken, target)
        # the first group is the result itself: there is nothing yet that it could be taken away from
        factor = size if number else sign * size
        if factor != 1:
            np.multiply(target, factor, out=target)
        if number:
            (np.add if sign > 0 else np.subtract)(out, target, out=out)


def signed_sum(added: Sequence[Array], taken: Sequence[Array], out: Array) -> int:
    """Set out = Σ added − Σ taken; where nothing is added, out = Σ taken and −1 is returned."""
    sign = 1 if added else -1
    if not added:
        added, taken = taken, added
    first, *others = added
    if not others and not taken:
        np.copyto(out, first)
    # the first call reads two views and writes out, which saves a pass to copy the first of them
    for combine, view in [*((np.add, view) for view in others), *((np.subtract, view) for view in taken)]:
        combine(first, view, out=out)
        first = out
    return sign
