"""A table as lines: as many of its columns as there is room for, the least important dropped first."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from cnnstep.render.lines.page import Line, Page, Piece
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.tables import Bar, Column, Entry, Noted, Table

FEWEST = 3
BETWEEN = 2
INDENT = 1
BLOCK = "█"
ZERO = "│"
PERCENT = 4
LEAST = 4
NAMES = {Role.TITLE, Role.LABEL}
"""What a row is called, rather than its numbers."""


def lay_table(table: Table, page: Page) -> Iterator[Line]:
    """Heads, if there are any, then the rows."""
    heads = tuple(Span(column.head, Role.LABEL) for column in table.columns)
    rows = [heads, *table.rows] if table.has_heads else list(table.rows)
    texts = [[_text(entry, column, page) for entry, column in zip(row, table.columns, strict=True)] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    shown = _fitting(table.columns, widths, page.width - INDENT)
    rooms = _rooms(table.columns, widths, shown, page.width - INDENT)
    for row, told in zip(rows, texts, strict=True):
        if row[shown[0]].role == Role.TOTAL and not any(told[n] for n in shown if table.columns[n].role not in NAMES):
            continue  # totals of columns that are not shown
        line = [Piece(" " * INDENT)]
        for number in shown:
            column, text, room = table.columns[number], told[number], rooms[number]
            if len(text) > room:
                text = text[: max(0, room - 1)] + page.glyphs.fit("…")[:1]
            text = text.ljust(room) if column.is_left or column.bar else text.rjust(room)
            line += _pieces(row[number], text + " " * BETWEEN * (number != shown[-1]), page)
        yield line
    if told_below := table.meanings(shown):
        yield []
        for text in wrap(page.glyphs.fit(told_below), page.width - INDENT, subsequent_indent=" " * BETWEEN):
            yield [Piece(" " * INDENT), Piece(text, Role.LABEL)]


def _pieces(entry: Entry, told: str, page: Page) -> Iterator[Piece]:
    """What stands in a cell, with its note in another colour."""
    noted = len(page.glyphs.fit(entry.words)) if isinstance(entry, Noted) else len(told)
    yield Piece(told[:noted], entry.role)
    if told[noted:]:
        yield Piece(told[noted:], Role.LABEL)


def _rooms(columns: Sequence[Column], widths: Sequence[int], shown: Sequence[int], room: int) -> dict[int, int]:
    """How wide each column is; where even the most important do not fit, words are cut, not numbers."""
    rooms = {number: widths[number] for number in shown}
    missing = sum(rooms.values()) + BETWEEN * (len(shown) - 1) - room
    for number in sorted(shown, key=lambda n: (columns[n].role != Role.TITLE, not columns[n].is_left, -widths[n])):
        cut = max(0, min(missing, rooms[number] - LEAST))
        rooms[number] -= cut
        missing -= cut
    return rooms


def _text(entry: Entry, column: Column, page: Page) -> str:
    """What stands in a cell, in signs that the page has; a bar after its text."""
    text = page.glyphs.fit(entry.text)
    if not isinstance(entry, Bar):
        return text
    left, right = map(round, column.ends(entry.share))
    block = page.glyphs.fit(BLOCK)
    if column.is_signed:
        below = " " * left + block * (column.bar - left)
        return f"{below}{page.glyphs.fit(ZERO)}{block * (right - column.bar)}"
    bar = block * right
    return f"{text:>{PERCENT}} {bar}".rstrip() if text else bar


def _fitting(columns: Sequence[Column], widths: Sequence[int], room: int) -> list[int]:
    """The columns that fit beside each other, in their order; a few always stay."""
    for most in range(len(columns), 0, -1):
        shown = [number for number, column in enumerate(columns) if column.rank < most and widths[number]]
        if sum(widths[number] + BETWEEN for number in shown) - BETWEEN <= room or most <= FEWEST:
            return shown
    return []
