"""Text to values: what people type, and nothing that needs NumPy.

`3x32x32` sizes, `0:1x2` padding, `1 0 -1; 1 0 -1 /2` matrices with a divisor, `1,60,80` places,
`10:20` steps. Whatever does not parse is refused with the word that is wrong and one that works.
"""

import math
import re
from typing import NamedTuple, TypeAlias

from cnnstep.errors import CnnstepError, DataError, NotationError
from cnnstep.geometry.axes import RULES, AxisPadding, PaddingRule

Number: TypeAlias = int | float
Rows: TypeAlias = list[list[Number]]

SMALLEST_DIVISOR = 1e-100
MOST_CELLS = 100_000_000


class Matrices(NamedTuple):
    """One matrix a channel, and the number that all of them are divided by."""

    channels: list[Rows]
    divisor: Number = 1


def printable(text: str) -> str:
    r"""Text from outside, made harmless: what is not printable becomes `\xNN`, `\uNNNN` or `\UNNNNNNNN`."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def quoted(text: str) -> str:
    """Text from outside between quotes, made harmless."""
    return f"'{printable(text)}'"


def sizes(text: str, name: str, lowest: int = 1) -> tuple[int, ...]:
    """`5`, `3x5` or `3x32x32` (also with ×), each number at least `lowest`."""
    words = re.split(r"[x×]", text.strip().lower())
    if not all(re.fullmatch(r"[+-]?\d{1,18}", word.strip()) for word in words):
        raise NotationError(
            f"--{name} {quoted(text)} is not a size", f"write --{name} 3, or --{name} 3x5 (rows x columns)"
        )
    values = tuple(map(int, words))
    for value in values:
        if value < lowest:
            raise NotationError(f"--{name} must be {lowest} or more, not {value}", f"write --{name} {max(lowest, 1)}")
    return values


def whole(text: str, name: str, lowest: int = 1) -> int:
    """One whole number, at least `lowest`."""
    values = sizes(text, name, lowest)
    if len(values) != 1:
        raise NotationError(f"--{name} {quoted(text)} is not one whole number", f"write --{name} {max(lowest, 1)}")
    return values[0]


def one_number(text: str, name: str) -> Number:
    """One number: `3`, `-0.5`."""
    return number(text.strip(), name, NotationError)


def padding(text: str) -> PaddingRule | tuple[AxisPadding, ...]:
    """`same`, `valid`, `full`; `1`, `1x2`; or `before:after` for an uneven axis: `0:1`, `0:1x1:2`."""
    word = text.strip().lower()
    for rule in RULES:
        if word == rule:
            return rule
    sides: list[AxisPadding] = []
    for part in re.split(r"[x×]", word):
        before, colon, after = part.partition(":")
        if not re.fullmatch(r"[+-]?\d{1,18}", before.strip()) or (
            colon and not re.fullmatch(r"[+-]?\d{1,18}", after.strip())
        ):
            raise NotationError(
                f"padding {quoted(text)} is neither a number nor same, valid, full",
                "write --padding 1, --padding 1x2, --padding 0:1 (before:after), or --padding same",
            )
        sides.append((int(before), int(after if colon else before)))
    for cells in (cells for pair in sides for cells in pair):
        if int(cells) < 0:
            raise NotationError(f"padding must be 0 or more, not {cells}", "write --padding 0, or --padding 1")
    return tuple(sides)


def place(text: str, name: str = "at") -> tuple[int, ...]:
    """`2,3` (row, column) or `1,2,3` (filter, row, column), counted from 0."""
    words = [word.strip() for word in text.split(",")]
    if not all(re.fullmatch(r"\d{1,18}", word) for word in words):
        raise NotationError(
            f"--{name} {quoted(text)} is not a place", f"write --{name} 2,3 (row,column, counted from 0)"
        )
    return tuple(map(int, words))


def crop(text: str) -> tuple[int, ...]:
    """`X,Y,W,H`: a corner, and a width and height of at least 1."""
    corner = place(text, "crop")
    if len(corner) != 4 or min(corner[2:]) < 1:
        raise NotationError(
            f"--crop {quoted(text)} is not X,Y,W,H", "write --crop 100,50,64,64 (a corner, width, height)"
        )
    return corner


def resize(text: str) -> tuple[int, ...]:
    """`WxH`: columns, then rows, as image programs write it."""
    size = sizes(text, "resize")
    if len(size) == 2 and size[0] * size[1] > MOST_CELLS:
        raise NotationError(
            f"--resize {size[0]}x{size[1]} makes {size[0] * size[1]:,} cells; the most is {MOST_CELLS:,}",
            "write --resize 64x48 (width x height)",
        )
    if len(size) != 2:
        raise NotationError(f"--resize {quoted(text)} is not WxH", "write --resize 64x48 (width x height)")
    return size


def steps(text: str) -> slice:
    """`5` (the first five), `10:20` (as in Python: from 10, before 20, counted from 0) or `all`."""
    word = text.strip().lower()
    if word == "all":
        return slice(None)
    if re.fullmatch(r"\d{1,18}", word):
        return slice(0, int(word))
    if match := re.fullmatch(r"(\d{0,18}):(\d{0,18})", word):
        first, last = (int(side) if side else None for side in match.groups())
        return slice(first, last)
    raise NotationError(
        f"steps {quoted(text)} is neither a number nor a range",
        "write --steps 5, --steps 10:20, or --steps all",
    )


def numbers(text: str, name: str) -> tuple[Number, ...]:
    """`-0.1,0.05,0.2`: numbers between commas or spaces."""
    cells = _cells(text.strip())
    return tuple(number(cell, f"{name}, number {i}", NotationError) for i, cell in enumerate(cells, 1))


def is_literal(text: str) -> bool:
    """Whether the text can only be a matrix: nothing but numbers and separators."""
    words = re.split(r"[\s,;/]+", text.strip(" ;,"))
    return all(map(_is_number, words))


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def matrices(text: str, what: str, error: type[CnnstepError] = DataError) -> Matrices:
    """`1 0 -1; 1 0 -1`: rows between `;` or line ends, cells between spaces, commas or tabs.

    A blank line begins the next channel, `/9` at the end divides everything, `#` begins a comment line.
    Whole numbers stay integers. Ragged rows, text, NaN and infinity are refused with their place.
    """
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    body, divisor = _divisor("\n".join(lines), what, error)
    channels: list[Rows] = [[]]
    width = 0
    for line, cells in _lines(body):
        if not cells:
            channels.append([])
            continue
        row = _row(cells, f"{what}, row {line}", error)
        width = width or len(row)
        if len(row) != width:
            raise error(
                f"{what}: row {line} has {_count(len(row), 'number')}, but the rows above have {width}",
                "give every row the same number of cells",
            )
        channels[-1].append(row)
    channels = [rows for rows in channels if rows]
    if not channels:
        raise error(f"{what} has no numbers", "write rows of numbers, such as 1 0 -1")
    if len({len(rows) for rows in channels}) > 1:
        heights = ", ".join(str(len(rows)) for rows in channels)
        raise error(f"{what}: its channels have {heights} rows", "give every channel the same number of rows")
    return Matrices(channels, divisor)


def number(cell: str, where: str, error: type[CnnstepError]) -> Number:
    """One cell as an integer where it is one, else as a float; never NaN or infinity."""
    try:
        return int(cell)
    except ValueError:
        pass
    try:
        value = float(cell)
    except ValueError:
        what = f"{quoted(cell[:40])} is not a number" if cell else "is empty"
        header = "; remove a header line" if ", row 1, " in where else ""
        raise error(f"{where}: {what}", f"every cell must be a number, such as 3, -1 or 0.5{header}") from None
    if not math.isfinite(value):
        raise error(f"{where}: {quoted(cell[:40])} is not finite", "replace NaN and infinity by numbers")
    return value


def _divisor(text: str, what: str, error: type[CnnstepError]) -> tuple[str, Number]:
    body, slash, tail = text.rpartition("/")
    if not slash:
        return text, 1
    divisor = number(tail.strip(), f"{what}, divisor", error)
    if not SMALLEST_DIVISOR <= divisor <= 1 / SMALLEST_DIVISOR:
        raise error(f"{what}: the divisor must be greater than 0, not {divisor}", "write /9 at the end, for example")
    return body, divisor


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Numbered rows of cells; a row without cells is a blank line between channels."""
    text = text.strip().strip(";")
    lines = text.splitlines()
    if len(lines) <= 1:
        lines = text.split(";")
    return [(i, _cells(line.strip().rstrip(";"))) for i, line in enumerate(lines, 1)]


def _cells(line: str) -> list[str]:
    for separator in (";", "\t", ","):
        if separator in line:
            return [cell.strip() for cell in line.split(separator)]
    return line.split()


def _row(cells: list[str], where: str, error: type[CnnstepError]) -> list[Number]:
    try:
        return list(map(int, cells))  # the common case, ten times faster than cell by cell
    except ValueError:
        return [number(cell, f"{where}, cell {i}", error) for i, cell in enumerate(cells, 1)]


def _count(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
