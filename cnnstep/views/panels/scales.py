"""Axes of curves: places between two ends, and ticks at round numbers."""

from itertools import product
from math import ceil, floor, log10
from typing import Any, NamedTuple

from cnnstep.views.page.curve import Scale, Tick
from cnnstep.views.wording.numbers import formatter, signed

LEADING = (1.0, 2.0, 2.5, 3.0, 4.0, 5.0)
PLAIN = (1.0, 2.0, 5.0)
SPARE = 0.1
NEAR = 1e-9
"""How far from a multiple of a step, in steps, an end may be to count as one: rounding alone."""


class Ends(NamedTuple):
    """The two numbers at the ends of an axis."""

    low: float
    high: float

    @classmethod
    def of(cls, *values: float) -> "Ends":
        """From the lowest to the highest, 0 among them; of nothing but zeros up to 1."""
        low, high = min(0.0, *values), max(0.0, *values)
        return cls(low, high if high > low else low + 1)

    def rounded(self, most: int) -> "Ends":
        """As far as the next round numbers, where they are near: a function that comes close to 1 has its 1."""
        numbers = round_numbers(self.low, self.high, most)
        step, spare = numbers[1] - numbers[0], self.length * SPARE
        low, high = numbers[0] - step, numbers[-1] + step
        return Ends(low if self.low - low <= spare else self.low, high if high - self.high <= spare else self.high)

    @property
    def length(self) -> float:
        """From end to end."""
        return self.high - self.low

    def share(self, value: Any) -> Any:
        """The place of a number, or of each of an array, as a fraction of the axis."""
        return (value - self.low) / self.length

    def scale(self, most: int, name: str = "", *, line: bool = False) -> Scale:
        """The axis with at most so many ticks; with a `line` where 0 is."""
        numbers = round_numbers(self.low, self.high, most)
        show = formatter(numbers)
        ticks = tuple(Tick(self.share(number), signed(show(number))) for number in numbers)
        zero = self.share(0) if line and self.low <= 0 <= self.high else None
        return Scale(ticks, name, zero)

    def counts(self, most: int, noun: str = "") -> Scale:
        """The axis of what is counted: the first, round ones, and the last, which says what they are."""
        whole = sorted({self.low, *(n for n in round_numbers(self.low, self.high, most) if n == int(n))} - {self.high})
        ticks = (Tick(self.share(n), f"{int(n):,}") for n in whole)
        return Scale((*ticks, Tick(1, f"{noun} {int(self.high):,}")))


class Powers(NamedTuple):
    """An axis on which every power of ten is as high as the next; its numbers are above 0."""

    low: int
    high: int

    @classmethod
    def of(cls, *values: float) -> "Powers":
        """Whole powers of ten around the values."""
        low, high = floor(log10(min(values)) + NEAR), ceil(log10(max(values)) - NEAR)
        return cls(low, max(high, low + 1))

    def share(self, value: float) -> float:
        """The place of a number, as a fraction of the axis."""
        return (log10(value) - self.low) / (self.high - self.low)

    def scale(self, most: int, name: str = "") -> Scale:
        """The axis with at most so many powers of ten."""
        step = ceil((self.high - self.low) / (most - 1))
        powers = [10.0**n for n in range(self.high, self.low - 1, -step)][::-1]
        return Scale(tuple(Tick(self.share(power), f"{power:g}") for power in powers), name)


def round_numbers(low: float, high: float, most: int) -> list[float]:
    """At most so many multiples of a round number, from `low` to `high`; if possible both ends are among them."""
    size = floor(log10(high - low))
    found: list[list[float]] = []
    for power, leading in product((size - 1, size), LEADING):
        step = leading * 10.0**power
        begin, end = low / step, high / step
        counts = range(ceil(begin - NEAR), floor(end + NEAR) + 1)
        if not 1 < len(counts) <= most:
            continue
        numbers = [round(n * step, 1 - power) + 0.0 for n in counts]  # a half of a power has one decimal more than it
        if len(counts) > 2 and counts[0] - begin <= NEAR and end - counts[-1] <= NEAR:
            return numbers
        found += [numbers] * (leading in PLAIN)
    return found[0] if found else [low, high]
