"""Tables of texts: columns under heads, of which a narrow page drops the least important."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from cnnstep.views.page.rails import Rail
from cnnstep.views.page.roles import Importance, Reveals, Role, Span


class Column(NamedTuple):
    """A column: its head, its rank (the highest are the first to go where there is no room), where its texts begin.

    `name` is what machines call it where it has no head; `bar` is how many signs the longest bar takes, on each side of
    a zero where it `is_signed`; `meaning` stands below the table, where the column is shown.
    """

    head: str
    rank: int
    is_left: bool = False
    role: Role = Role.OUTPUT
    name: str = ""
    bar: int = 0
    meaning: str = ""
    is_signed: bool = False

    def ends(self, share: float) -> tuple[float, float]:
        """Where a bar begins and ends, in signs from the left end of its column."""
        zero, end = self.bar * self.is_signed, self.bar * (share + self.is_signed)
        return min(zero, end), max(zero, end)


class Bar(NamedTuple):
    """A text with a bar behind it, whose length is a share of its column's longest: from 0, or −1, to 1."""

    text: str
    share: float
    role: Role = Role.OUTPUT
    reveals: Reveals = Reveals.NOTHING


class Noted(NamedTuple):
    """Words, and a note behind them in the colour of labels: `relu as a`."""

    words: str
    note: str
    role: Role = Role.TITLE

    @property
    def reveals(self) -> Reveals:
        """It gives nothing away."""
        return Reveals.NOTHING

    @property
    def text(self) -> str:
        """Both."""
        return f"{self.words} {self.note}"


Entry: TypeAlias = Span | Bar | Noted | Rail


class Table(NamedTuple):
    """Rows of texts; the last row may hold totals."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Entry, ...], ...]
    plain: tuple[tuple[str, ...], ...] = ()
    """The same rows for a spreadsheet: numbers without commas between their digits."""
    importance: Importance = Importance.STEP

    @property
    def has_heads(self) -> bool:
        """Whether any column says what it is."""
        return any(column.head for column in self.columns)

    def meanings(self, shown: Iterable[int] | None = None) -> str:
        """What the columns mean, all of them or those that are shown; and whether some are missing."""
        numbers = range(len(self.columns)) if shown is None else [*shown]
        told = [self.columns[n].meaning for n in numbers if self.columns[n].meaning]
        has_any = any(column.meaning for column in self.columns)
        missing = [c.head for n, c in enumerate(self.columns) if has_any and n not in numbers and c.head]
        return "; ".join([*told, *([f"wider: {', '.join(missing)}"] if missing else [])])

    def texts(self) -> list[list[str]]:
        """Heads, or names where there are none, then every row."""
        return [[column.head or column.name for column in self.columns], *([e.text for e in row] for row in self.rows)]


def table(
    columns: tuple[Column, ...], rows: Sequence[tuple[str | int | Entry, ...]], *, has_total: bool = False
) -> Table:
    """Texts and integers in the roles of their columns; the last row may hold totals."""
    last = len(rows) - 1 if has_total else len(rows)
    entries = (
        tuple(
            cell if isinstance(cell, Entry) else Span(_text(cell), Role.TOTAL if number == last else column.role)
            for cell, column in zip(row, columns, strict=True)
        )
        for number, row in enumerate(rows)
    )
    plain = (tuple(cell.text if isinstance(cell, Entry) else str(cell) for cell in row) for row in rows)
    return Table(columns, tuple(entries), tuple(plain))


def _text(cell: str | int) -> str:
    return f"{cell:,}" if isinstance(cell, int) else cell
