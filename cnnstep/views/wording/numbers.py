"""Numbers as text that never lies: integers exact, fractions as few digits as are true."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import floor, log10
from typing import Any, TypeAlias

Number: TypeAlias = int | float
Formatter: TypeAlias = Callable[[Number], str]

MOST_DECIMALS = 4
DIGITS = 4
HUGE = 1e9
TINY = 1e-4
NOISE = 1e-12
FEW_DIGITS = 1
MINUS = "−"


def formatter(values: Iterable[Number]) -> Formatter:
    """One format for numbers that stand together.

    Integers print as they are. Fractions get the fewest decimals (up to 4) that print all of them
    exactly, or else about four digits of the largest; the very large and small go by powers of ten.
    What is not 0 is not printed as 0, unless it is so small beside the largest that only rounding made it.
    """
    listed = list(values)
    fractions = [v for v in listed if isinstance(v, float)]
    if all(v.is_integer() and abs(v) < HUGE for v in fractions):
        return lambda value: str(int(value)) if value == int(value) else _plain(value, MOST_DECIMALS)
    largest = max(map(abs, fractions))
    if largest < HUGE:
        for decimals in range(1, MOST_DECIMALS + 1):
            if all(float(f"{v:.{decimals}f}") == v for v in fractions):
                return lambda value: _plain(value, decimals)
    if not TINY <= largest < HUGE:
        return lambda value: str(value) if isinstance(value, int) else f"{value:.{DIGITS - 1}e}"
    decimals = max(1, DIGITS - 1 - floor(log10(largest)))  # of 0.0001025, just above TINY, 7: four digits

    def visible(value: Number) -> str:
        text = _plain(value, decimals)
        is_lost = not text.strip("0.") and abs(value) > NOISE * largest
        return f"{value:.{FEW_DIGITS}e}" if is_lost else text

    return visible


def extremes(values: Any) -> tuple[Number, Number]:
    """The smallest and the largest number of an array, as Python numbers."""
    low, high = values.min(), values.max()
    return (low, high) if values.dtype == object else (low.item(), high.item())


def short(value: Number) -> str:
    """A number on its own, without trailing zeros."""
    return trimmed(formatter([value])(value))


def trimmed(text: str) -> str:
    """Without the zeros that only line columns up: 0.50 → 0.5."""
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def exact(text: str) -> Fraction:
    """What a printed number says, to the last digit."""
    return Fraction(text.replace(MINUS, "-"))


def signed(text: str) -> str:
    """With the minus sign of mathematics."""
    return text.replace("-", MINUS)


def is_negative(text: str) -> bool:
    """Whether a printed number begins with a minus, of either kind."""
    return text.startswith(("-", MINUS))


def absolute(text: str) -> str:
    """A printed number without its minus."""
    return text[1:] if is_negative(text) else text


def _plain(value: Number, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    # a minus before nothing but zeros would tell of something that is not printed
    return text.lstrip("-") if not text.strip("-0.") else text
