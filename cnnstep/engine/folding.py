"""Pooling of every window at once: axis after axis, band by band."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any, NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array, outer
from cnnstep.engine.bands import Bands
from cnnstep.engine.border import Border
from cnnstep.engine.correlation import working_type
from cnnstep.engine.reductions import Kind, kind_for, middle
from cnnstep.geometry import Axis

MANY_TAPS = 32


class Inside(NamedTuple):
    """Which positions of one axis count: those from `first` to before `last`."""

    first: int
    last: int

    def mask(self, positions: Iterable[int]) -> Array:
        """Mark the positions that count."""
        at = np.asarray(positions)
        inside: Array = (at >= self.first) & (at < self.last)
        return inside


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cells of each window take part: those of the input, or also those of its padding."""

    axes: Sequence[Axis]
    include_padding: bool = False

    @property
    def each(self) -> list[Inside]:
        """What counts on each axis; what hangs over the padding, with ceil, never does."""
        if self.include_padding:
            return [Inside(-axis.before, axis.input + axis.after) for axis in self.axes]
        return [Inside(0, axis.input) for axis in self.axes]

    def counts(self) -> list[Array]:
        """For each axis, how many positions of each window count; windows multiply them."""
        found = []
        for axis, inside in zip(self.axes, self.each, strict=True):
            starts = np.arange(axis.output)[:, None] * axis.stride - axis.before
            found.append(inside.mask(starts + np.arange(axis.kernel) * axis.dilation).sum(axis=1))
        return found


def pool(x: Array, axes: Sequence[Axis], name: str, counts: Counts, power: float) -> Array:
    """Pool every window of x (C, *spatial) at once: y (C, *output)."""
    kind = kind_for(name, x, power)
    shape = (len(x), *(axis.output for axis in axes))
    x = kind.prepare(x, power)
    dtype = x.dtype
    if kind.fold is np.add:
        dtype = working_type(x, np.broadcast_to(np.int64(1), (1, *(min(a.kernel, a.input) for a in axes))))
    output = np.empty(shape, dtype if kind.extreme else np.float64)
    if all(axis.kernel == axis.input == axis.padded for axis in axes):
        output[...] = kind.finish(_whole(x, kind, dtype), x[0].size, power).reshape(shape)
        return output
    divisors = counts.counts()
    bands = Bands(x, axes, Border("constant", kind.neutral(dtype)), dtype)

    def fill(rows: range) -> None:
        target = output[:, rows.start : rows.stop]
        here = [divisors[0][rows.start : rows.stop], *divisors[1:]]
        slab = bands.slab(rows)
        if kind.fold is None:
            _medians(slab, axes, here, target)
        else:
            target[...] = kind.finish(folded(slab, kind.fold, axes, target.shape[1:]), outer(here), power)

    bands.each(shape[1], fill, prod(shape) * prod(axis.kernel for axis in axes))
    return output


def _whole(x: Array, kind: Kind, dtype: np.dtype[Any]) -> Array:
    """One number of all cells of each channel."""
    if kind.fold is not None:
        return np.asarray(kind.fold.reduce(x, axis=tuple(range(1, x.ndim)), dtype=dtype))
    ranks = middle(x[0].size)
    middles = [np.partition(channel.ravel(), ranks)[ranks].tolist() for channel in x]
    return np.array([kind.value(values, 0) for values in middles])


def folded(slab: Array, fold: np.ufunc, axes: Sequence[Axis], output: Sequence[int]) -> Array:
    """Fold the windows of a slab axis after axis: (C, *output)."""
    for number, (axis, size) in enumerate(zip(axes, output, strict=True), 1):
        along = np.moveaxis(slab, number, 0)
        if axis.kernel > MANY_TAPS:
            parts = [fold.reduce(along[_window(axis, i)], axis=0) for i in range(size)]
            slab = np.moveaxis(np.stack(parts), 0, number)
        else:
            slab = np.moveaxis(_joined(fold, list(_taps(along, axis, size))), 0, number)
    return slab


def _joined(fold: np.ufunc, taps: list[Array]) -> Array:
    if len(taps) == 1:
        return taps[0]
    total: Array = fold(taps[0], taps[1])
    for tap in taps[2:]:
        fold(total, tap, out=total)
    return total


def _window(axis: Axis, index: int) -> slice:
    start = index * axis.stride
    return slice(start, start + axis.extent, axis.dilation)


def _taps(along: Array, axis: Axis, size: int) -> Iterator[Array]:
    """For each cell of the window, what all windows have there."""
    for tap in range(axis.kernel):
        start = tap * axis.dilation
        yield along[start : start + (size - 1) * axis.stride + 1 : axis.stride]


def _medians(slab: Array, axes: Sequence[Axis], counts: Sequence[Array], target: Array) -> None:
    """Sort the cells of every window; what is not there was filled with the highest, and comes last."""
    taps: list[Array] = [slab]
    for number, (axis, size) in enumerate(zip(axes, target.shape[1:], strict=True), 1):
        each = partial(_along, axis=axis, size=size, number=number)
        taps = [tap for part in taps for tap in each(part)]
    ordered = np.sort(np.stack(taps, axis=-1), axis=-1)
    cells = np.broadcast_to(outer(counts), target.shape)[..., None]
    below, above = (np.take_along_axis(ordered, at, axis=-1)[..., 0] for at in ((cells - 1) // 2, cells // 2))
    target[...] = np.where(below == above, below, below / 2 + above / 2)


def _along(part: Array, axis: Axis, size: int, number: int) -> Iterator[Array]:
    for tap in _taps(np.moveaxis(part, number, 0), axis, size):
        yield np.moveaxis(tap, 0, number)
