"""Numbers in rows: `1 0 -1; 1 0 -1 /2`, tables, and single numbers, each refused with its place."""

import math
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple, TypeAlias

from cnnstep.errors import CnnstepError, DataError, NotationError, quoted

Number: TypeAlias = int | float
Rows: TypeAlias = list[list[Number]]

SMALLEST_DIVISOR = 1e-100
ARRAY = r"(?:(?:np|numpy|torch|jnp)\.)?(?:array|tensor|asarray)\("
"""What other libraries write before a list."""


class Matrices(NamedTuple):
    """One matrix a channel, and the number that all of them are divided by."""

    channels: list[Rows]
    divisor: Number = 1


def one_number(text: str, name: str) -> Number:
    """One number: `3`, `-0.5`."""
    return number(text.strip(), name, NotationError)


def numbers(text: str, name: str) -> tuple[Number, ...]:
    """`-0.1,0.05,0.2` or `[-0.1, 0.05]`: numbers between commas or spaces."""
    cells = _cells(unbracketed(text).strip())
    return tuple(number(cell, f"{name}, number {i}", NotationError) for i, cell in enumerate(cells, 1))


def is_literal(text: str) -> bool:
    """Whether the text can only be a matrix: nothing but numbers and separators."""
    try:
        return bool([float(word) for word in re.split(r"[\s,;/]+", unbracketed(text).strip(" ;,"))])
    except ValueError:
        return False


def unbracketed(text: str) -> str:
    """A list as Python, NumPy or PyTorch writes it, `[[1, 0], [0, 1]]`, in our rows; any other text as it is."""
    match = re.fullmatch(rf"\s*(?:{ARRAY})?\s*([\[(].*[\])])[\s)]*(/[^\[\]]*)?", text, re.DOTALL)
    if not match:
        return text
    body, divisor = re.sub(r",?\s*dtype=[\w.]+", "", match[1]).replace("(", "[").replace(")", "]"), match[2] or ""
    rows = r"\[[^\[\]]*\]"
    if not re.fullmatch(r"\[{0,2}(?:[\s,]|\]\s*,?\s*\[)*\]{0,2}", re.sub(rows, " ", body)):
        return text  # deeper, or with something between its rows
    if re.fullmatch(rows, body):
        return f"{body[1:-1]} {divisor}"
    channels = re.findall(rf"{rows}(?:\s*,?\s*{rows})*", body)
    return ";; ".join("; ".join(row[1:-1] for row in re.findall(rows, each)) for each in channels) + f" {divisor}"


def matrices(text: str, what: str, error: type[CnnstepError] = DataError) -> Matrices:
    """`1 0 -1; 1 0 -1`: rows between `;` or line ends, cells between spaces, commas or tabs.

    A blank line, or `;;`, begins the next channel, `/9` at the end divides everything, `#` begins a comment line.
    A list in brackets, `[[1, 0], [0, 1]]`, is read as well. Whole numbers stay integers. Ragged rows, text, NaN and
    infinity are refused with their place.
    """
    lines = [line for line in unbracketed(text).splitlines() if not line.lstrip().startswith("#")]
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
                f"{what}: row {line} has {len(row)} number{'s' * (len(row) != 1)}, but the rows above have {width}",
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
    with suppress(ValueError):
        return int(cell)
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


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows of cells; a row without cells is a blank line between channels."""
    text = text.strip().strip(";")
    lines = text.splitlines()
    if len(lines) <= 1:
        lines = text.split(";")
    return ((i, _cells(line.strip().rstrip(";"))) for i, line in enumerate(lines, 1))


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
