"""Numbers as the cells of a grid: integers and short decimals exact, of others two significant digits."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import nan

from cnnstep.views.wording.numbers import NOISE, Number, exact, signed

DIGITS = 2
SHORT = 10**5  # 203.25 is a short decimal, 203.0625 is none
MOST_DECIMALS = 3  # of four, as drawn weights have them, only sixteenths stay: 0.0625
SIXTEENTHS = 16
HUGE = 1e6
WHOLE = 1e9
TINY = 1e-3
LOST = "≈0"
POWERS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class CellFormat:
    """How numbers that stand together in a grid are written.

    Of those that are exact all have as many `decimals`; others have two significant digits, those before the point, and
    at most so many decimals. They are told in units of 10^`power`; what is smaller than `noise` only rounding made.
    """

    is_exact: bool
    decimals: int
    power: int = 0
    noise: float = 0.0

    @classmethod
    def of(cls, values: Iterable[Number], least: int = DIGITS) -> "CellFormat":
        """The format of these numbers; where one is not exact, so many decimals are allowed at `least`."""
        floats = [value for value in values if isinstance(value, float)]
        if all(value.is_integer() and abs(value) < WHOLE for value in floats):
            return cls(is_exact=True, decimals=0)
        largest = max(map(abs, floats))
        has_sixteenths = all((value * SIXTEENTHS).is_integer() for value in floats)
        for decimals in range(1, MOST_DECIMALS + 1 + has_sixteenths):
            if largest * 10**decimals < SHORT and all(float(f"{v:.{decimals}f}") == v for v in floats):
                return cls(is_exact=True, decimals=decimals)
        size = _magnitude(largest)
        power = 0 if TINY <= largest < HUGE else size
        return cls(is_exact=False, decimals=max(least, DIGITS - 1 - size + power), power=power, noise=NOISE * largest)

    def __call__(self, value: Number) -> str:
        """The text of a cell: ≈0 of what is not 0 but too small to be seen beside the others."""
        if self.power:
            value = float(Fraction(value) / Fraction(10) ** self.power)
        elif isinstance(value, int) or (self.is_exact and value == int(value) and not self.decimals):
            return signed(str(int(value)))
        decimals = self.decimals
        if not self.is_exact:
            decimals = min(decimals, max(0, DIGITS - 1 - _magnitude(value))) if value else 0
        text = f"{value + 0.0:.{decimals}f}"  # of −0.0 no sign
        if value and not exact(text):
            return LOST if abs(value) * 10.0**self.power > self.noise else "0"
        return signed(text)

    @property
    def factor(self) -> str:
        """By what the numbers of the grid are multiplied: `×10⁻³`."""
        return f"×10{str(self.power).translate(POWERS)}" if self.power else ""

    def caption(self, text: str) -> str:
        """What stands above the grid, with the factor of its numbers."""
        return " ".join(filter(None, (text, self.factor)))

    def alone(self, value: Number) -> str:
        """A number that stands in no grid: `1.2×10⁻⁷`."""
        return f"{self(value)}{self.factor}" if value else self(value)

    def read(self, value: Number) -> Fraction | float:
        """What a cell says; ≈0 says no number, so that no sum or product with it is one."""
        text = self(value)
        return nan if text == LOST else exact(text) * Fraction(10) ** self.power


def _magnitude(value: Number) -> int:
    """The power of ten of the first digit, as it is rounded: 9.96 begins with tens."""
    return Decimal(f"{value:.{DIGITS - 1}e}").adjusted()
