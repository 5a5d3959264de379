"""Many numbers to one: the table of what a pooling does with the cells of a window."""

from collections.abc import Callable
from math import fsum, log10
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array

Numbers: TypeAlias = list[Any]

MANY_CELLS = 10_000
MOST_DIGITS = 280


def _average(values: Numbers, _: float) -> float:
    total = sum(values) if all(isinstance(v, int) for v in values) else fsum(values)
    mean: float = total / len(values)
    return mean


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
    powers: Array = np.abs(x.astype(np.float64)) ** power
    return powers


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
