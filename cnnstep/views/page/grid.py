"""A grid: numbers in rows and columns, each with its role, and the frames over them."""

from typing import NamedTuple

from cnnstep.views.page.roles import Importance, Palette, Part, Reveals, Role, Span


class Cell(NamedTuple):
    """One number of a grid; its shade, if any, is read by the grid's palette.

    `factor` is what it is multiplied by, which a figure writes into its corner.
    """

    text: str
    role: Role
    shade: float | None = None
    reveals: Reveals = Reveals.NOTHING
    factor: Span | None = None


class Box(NamedTuple):
    """A frame around cells, from top-left to before bottom-right."""

    top: float
    left: float
    bottom: float
    right: float

    @classmethod
    def cell(cls, row: float, column: float) -> "Box":
        """The frame of one cell."""
        return cls(row, column, row + 1, column + 1)

    @property
    def rows(self) -> range:
        """Rows of cells inside."""
        return range(int(self.top), int(self.bottom))

    @property
    def columns(self) -> range:
        """Columns of cells inside."""
        return range(int(self.left), int(self.right))


class Cut(NamedTuple):
    """Sides on which there is more than is shown."""

    top: bool = False
    left: bool = False
    bottom: bool = False
    right: bool = False


class Legend(NamedTuple):
    """The range that a palette stands for; the note says which share of the values lies in it, where not all do."""

    low: str
    high: str
    palette: Palette
    note: str = ""
    span: tuple[float, float] = (0, 1)

    def shade(self, value: float) -> float:
        """The shade of a value; one beyond the range has that of its end."""
        low, high = self.span
        if self.palette == Palette.DIVERGING:
            return max(-1, min(1, value / high))
        return max(0, min(1, (value - low) / ((high - low) or 1)))


class Track(NamedTuple):
    """Where a row stands on an axis that it shares with the row above or below, counted in cells of that axis.

    What is before its first cell, how many a cell of its own is as wide as, and for how many there is room
    (0: for its own cells).
    """

    shift: float = 0
    span: int = 1
    length: int = 0


class Grid(NamedTuple):
    """Numbers in rows and columns, some of them framed.

    `unread_columns` and `unread_rows` number those that no window reads; `focus` is what must stay in sight where there
    is no room for all. `first` is where its first cell is counted from, `origin` the same where not all is shown (no
    row where there is only one). `least` is the narrowest that a cell may be, so that grids above each other line up;
    `reserve` are the sides that keep their room although there is no more to show, so that nothing moves from step to
    step. `reveals` says what its frames and its legend give away, where that is more than its cells do. Where it
    `is_heat`, colours stand for its numbers, which remain for those who hear it, and on paper. `total` is what its
    numbers add up to: a figure writes it below them.
    """

    caption: str
    cells: tuple[tuple[Cell, ...], ...]
    boxes: tuple[Box, ...] = ()
    cut: Cut = Cut()
    focus: Box | None = None
    unread_columns: frozenset[int] = frozenset()
    unread_rows: frozenset[int] = frozenset()
    palette: Palette = Palette.DIVERGING
    legend: Legend | None = None
    origin: tuple[int | None, int] | None = None
    least: int = 0
    reserve: Cut = Cut()
    reveals: Reveals = Reveals.NOTHING
    importance: Importance = Importance.CONTEXT
    part: Part = Part.NOTHING
    first: tuple[int, int] = (0, 0)
    is_heat: bool = False
    total: tuple[Span, ...] = ()
    track: Track = Track()

    def is_framed(self, row: int, column: int) -> bool:
        """Whether a cell stands in a frame."""
        return any(row in box.rows and column in box.columns for box in self.boxes)

    def role(self, row: int, column: int) -> Role:
        """What a cell is: of the input, what is framed is the window."""
        role = self.cells[row][column].role
        return Role.WINDOW if role == Role.INPUT and self.is_framed(row, column) else role
