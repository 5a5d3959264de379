"""What a student answers, as numbers: `3/4`, `.75`, `0,75` and `75%` are one; `16x16` are two, `16*16` also 256."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import TypeAlias

from cnnstep.errors import NotationError, quoted

Numbers: TypeAlias = tuple[Fraction, ...]

LONGEST, FACTORS = 200, 4
TYPED = 1000
ROUNDING = Fraction(1, 10**12)
SIGNS = str.maketrans({"−": "-", "–": "-", "×": "x", "·": "*", "X": "x", "\N{NO-BREAK SPACE}": " ", "'": ""})
"""What keyboards and pasted text put where a plain sign is meant; an apostrophe parts thousands."""
NUMBER = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?(%?)", re.ASCII)
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)


def readings(text: str) -> list[Numbers]:
    """Everything that an answer can mean: `61,706` is 61.706 and 61706, `1,2` is 1.2 and the two numbers 1 and 2.

    Raises NotationError where it means nothing.
    """
    plain = text.translate(SIGNS).strip().strip("()[]").strip()
    if len(plain) <= LONGEST:
        found = list(dict.fromkeys(_readings(plain.lower())))
        if found:
            return found
    raise NotationError(f"{quoted(text)} is no number", "type 28, -1.5, 3/4 or 16x16")


def _readings(text: str) -> Iterator[Numbers]:
    if 1 < len(factors := text.split("*")) <= FACTORS:
        ways_of = [[numbers[0] for numbers in _readings(factor.strip()) if len(numbers) == 1] for factor in factors]
        yield from ((prod(chosen, start=Fraction(1)),) for chosen in product(*ways_of))
    text = text.replace("*", "x")
    ways = [
        [text.replace(",", ".")] * (text.count(",") < 2),
        [text.replace(",", "")] * bool(THOUSANDS.fullmatch(text)),
        re.split(r"\s*x\s*|\s*[,;]\s*|\s+", text),
        re.split(r"\s*x\s*|\s*;\s*|\s+", text.replace(",", ".")),
    ]
    for parts in ways:
        numbers = [_number(part) for part in parts]
        if parts and None not in numbers:
            yield tuple(number for number in numbers if number is not None)


def _number(text: str) -> Fraction | None:
    """A whole number, a decimal, a fraction of two of them, or a percentage; None where it is none."""
    above, slash, below = (part.strip() for part in text.partition("/"))
    if slash:
        top, bottom = _number(above), _number(below)
        return top / bottom if top is not None and bottom else None
    found = NUMBER.fullmatch(above)
    if not found or not (found[2] or found[3]):
        return None
    sign, whole, decimals, exponent, percent = (group or "" for group in found.groups())
    size = Fraction(f"{whole or 0}.{decimals or 0}e{exponent or 0}") / (100 if percent else 1)
    return -size if sign == "-" else size


def is_near(given: Numbers, answer: Numbers, places: int | None) -> bool:
    """Whether they are the same, or with `places` the same when rounded to so many decimals, halves either way.

    Without `places` the last digits that a machine keeps of a third do not count.
    """
    if len(given) != len(answer):
        return False
    return all(
        abs(a - b) <= (abs(b) * ROUNDING if places is None else Fraction(1, 2 * 10**places))
        for a, b in zip(given, answer, strict=True)
    )


def written(numbers: Sequence[Fraction], places: int | None = None) -> str:
    """Numbers as a student may type them: `28`, `16x16`, `3/4`, or rounded to so many decimals: `0.75`."""
    return "x".join(_one(number, places) for number in numbers)


def _one(number: Fraction, places: int | None) -> str:
    if number.denominator != 1 and places is not None:
        return f"{float(number):.{places}f}"
    # a computed fraction has a denominator that no one types
    return str(number) if number.denominator <= TYPED else repr(float(number))
