"""Many numbers to one: the table of what a pooling does with a window, and every window of a map at once."""

from collections.abc import Callable, Iterator, Sequence
from math import fsum, log10, prod
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, outer, working_type
from cnnstep.engine.border import Border
from cnnstep.engine.fast.slabs import Bands
from cnnstep.geometry import Axis
from cnnstep.geometry.axes import tap_views

Numbers: TypeAlias = list[Any]

MANY_CELLS = 10_000
MOST_DIGITS = 280


def _average(values: Numbers, _: float) -> float:
    total = sum(values) if all(isinstance(v, int) for v in values) else fsum(values)
    return total / len(values)


def _lp(values: Numbers, power: float) -> float:
    largest = max(map(abs, values))
    scale = largest if largest and not _moderate(power * log10(largest)) else 1
    if len(values) > MANY_CELLS:
        many = np.abs(np.array(values, dtype=np.float64)) / float(scale)
        total: float = (many**power).sum().item()
        root: float = total ** (1 / power) * float(scale)
        return root
    norm: float = fsum(float(abs(v) / scale if scale != 1 else abs(v)) ** power for v in values) ** (1 / power) * scale
    return norm


def _moderate(digits: float) -> bool:
    """Whether powers of ten with so many digits are far from where floats end."""
    return abs(digits) < MOST_DIGITS


def _powers(x: Array, power: float) -> Array:
    return np.abs(x.astype(np.float64)) ** power


def _logarithms(x: Array, power: float) -> Array:
    with np.errstate(divide="ignore"):
        logarithms: Array = power * np.log(np.abs(x.astype(np.float64)))
    return logarithms


def _median(values: Numbers, _: float) -> float:
    ordered = sorted(values)
    ranks = middle(len(ordered))
    below, above = ordered[ranks[0]], ordered[ranks[-1]]
    value: float = below / 2 + above / 2 if below != above else below
    return value


def middle(count: int) -> list[int]:
    """Of so many sorted cells, the one in the middle, or the two."""
    return sorted({(count - 1) // 2, count // 2})


class Kind(NamedTuple):
    """A row of the table: which of the sorted numbers are chosen, the value of those (or of all), and the fast way.

    `fold` joins two numbers at a time, beginning from `neutral`, what stands where nothing is. Before it
    `prepare` changes the input, after it `finish` makes values of totals and counts.
    """

    value: Callable[[Numbers, float], Any]
    chosen: Callable[[int], list[int]]
    fold: np.ufunc | None = None
    neutral: Callable[[np.dtype[Any]], float] = lambda _: 0
    extreme: bool = False
    prepare: Callable[[Array, float], Array] = lambda x, _: x
    finish: Callable[[Array, Any, float], Array] = lambda total, _, __: total


def _lowest(dtype: np.dtype[Any]) -> float:
    return -np.inf if dtype.kind == "f" else int(np.iinfo(dtype).min)


def _highest(dtype: np.dtype[Any]) -> float:
    return np.inf if dtype.kind == "f" else int(np.iinfo(dtype).max)


KINDS: dict[str, Kind] = {
    "max": Kind(lambda values, _: max(values), lambda n: [n - 1], np.maximum, _lowest, extreme=True),
    "min": Kind(lambda values, _: min(values), lambda _: [0], np.minimum, _highest, extreme=True),
    "average": Kind(_average, lambda _: [], np.add, finish=lambda total, cells, _: total / cells),
    "lp": Kind(_lp, lambda _: [], np.add, prepare=_powers, finish=lambda total, _, power: total ** (1 / power)),
    "median": Kind(_median, middle, None, _highest),
}


LP_BY_LOGARITHMS = Kind(
    _lp, lambda _: [], np.logaddexp, lambda _: -np.inf,
    prepare=_logarithms, finish=lambda total, _, power: np.exp(total / power),
)  # fmt: skip
"""lp for numbers whose powers would overflow or vanish."""


def kind_for(name: str, x: Array, power: float) -> Kind:
    """The row of the table, or its twin for extreme powers."""
    if name != "lp":
        return KINDS[name]
    sizes = np.log10(np.abs(x[x != 0].astype(np.float64)))
    ends = (sizes.min(initial=0), sizes.max(initial=0))
    return KINDS[name] if all(_moderate(power * end) for end in ends) else LP_BY_LOGARITHMS


MANY_TAPS = 32


def counted(axis: Axis, positions: ArrayLike, *, include_padding: bool) -> Array:
    """Which of these positions of an axis take part: those of the input, or also those of its padding.

    What hangs over the padding, with ceil, never does.
    """
    first, last = (-axis.before, axis.input + axis.after) if include_padding else (0, axis.input)
    at = np.asarray(positions)
    return (at >= first) & (at < last)


def _positions(axis: Axis) -> Array:
    """The positions that every window reads: (output, kernel)."""
    starts = np.arange(axis.output) * axis.stride - axis.before
    return starts[:, None] + np.arange(axis.kernel) * axis.dilation


def divisors(axes: Sequence[Axis], *, include_padding: bool) -> list[Array]:
    """How many cells of every window take part, axis by axis: their products are those of the windows."""
    return [counted(axis, _positions(axis), include_padding=include_padding).sum(axis=1) for axis in axes]


def pool(x: Array, axes: Sequence[Axis], name: str, power: float, *, include_padding: bool = False) -> Array:
    """Pool every window of x (C, *spatial) at once: y (C, *output), of float32 where x is."""
    single = x.dtype == np.float32
    kind = kind_for(name, x, power)
    shape = (len(x), *(axis.output for axis in axes))
    x = kind.prepare(x, power)
    dtype = x.dtype
    if kind.fold is np.add:
        dtype = working_type(x, np.broadcast_to(np.int64(1), (1, *(min(a.kernel, a.input) for a in axes))))
    output = np.empty(shape, dtype if kind.extreme else np.float32 if single else np.float64)
    if all(axis.kernel == axis.input == axis.padded for axis in axes):
        output[...] = kind.finish(_whole(x, kind, dtype), x[0].size, power).reshape(shape)
        return output
    cells = divisors(axes, include_padding=include_padding)
    bands = Bands(x, axes, Border("constant", kind.neutral(dtype)), dtype)

    def fill(rows: range) -> None:
        target = output[:, rows.start : rows.stop]
        here = [cells[0][rows.start : rows.stop], *cells[1:]]
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
    """Fold the windows of a slab axis after axis: (C, *output).

    Windows that share rows fold them once: k + k passes instead of k·k. An axis of many cells is folded
    window by window, which reads each of them once and keeps no map for every cell of the window.
    """
    for number, (axis, size) in enumerate(zip(axes, output, strict=True), 1):
        if axis.kernel > MANY_TAPS:
            along = np.moveaxis(slab, number, 0)
            starts = range(0, size * axis.stride, axis.stride)
            parts = [fold.reduce(along[start : start + axis.extent : axis.dilation], axis=0) for start in starts]
            slab = np.moveaxis(np.stack(parts), 0, number)
        else:
            slab = joined(fold, list(_taps(slab, axis, size, number)))
    return slab


def joined(fold: np.ufunc, parts: Sequence[Array], out: Array | None = None) -> Array:
    """Fold arrays of one shape into one, which is written to `out`, if that is given."""
    total, *others = parts
    if out is not None and not others:
        np.copyto(out, total)
        return out
    for part in others:
        total = out = fold(total, part, out=out)
    return total


def _taps(slab: Array, axis: Axis, size: int, number: int) -> Iterator[Array]:
    """For each cell of the window along one axis of the slab, what all windows have there."""
    return (slab[(slice(None),) * number + view] for view in tap_views([axis], [size]))


def _medians(slab: Array, axes: Sequence[Axis], counts: Sequence[Array], target: Array) -> None:
    """Sort the cells of every window; what is not there was filled with the highest, and comes last."""
    taps: list[Array] = [slab]
    for number, (axis, size) in enumerate(zip(axes, target.shape[1:], strict=True), 1):
        taps = [tap for part in taps for tap in _taps(part, axis, size, number)]
    ordered = np.sort(np.stack(taps, axis=-1), axis=-1)
    cells = np.broadcast_to(outer(counts), target.shape)[..., None]
    below, above = (np.take_along_axis(ordered, at, axis=-1)[..., 0] for at in ((cells - 1) // 2, cells // 2))
    # halved before they are added: the sum of two large integers would wrap
    target[...] = np.where(below == above, below, below / 2 + above / 2)
