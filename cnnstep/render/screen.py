"""A whole screen of a terminal: only what changed since the last time is sent."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from cnnstep.render.lines.pieces import Line, Piece

if TYPE_CHECKING:
    from cnnstep.render.styles import Styles

Cell: TypeAlias = Piece
"""One character with its style."""

BLANK: Cell = Piece(" ")
CLOSE = 6
"""Unchanged cells between changed ones that are sent again rather than jumped over."""
CLEAR = "\x1b[0m\x1b[2J"


class Screen:
    """What stands on a terminal of so many columns and rows, cell by cell."""

    def __init__(self, columns: int, rows: int, styles: "Styles | None" = None) -> None:
        self.columns, self.rows = columns, rows
        self._styles = styles
        self._shown: list[Line] = []
        self._cells: list[list[Cell]] = []

    def draw(self, lines: Sequence[Line]) -> str:
        """The codes that turn what stands there into these lines; what is too much is cut off."""
        wanted = [list(line) for line in lines[: self.rows]]
        wanted += [[] for _ in range(self.rows - len(wanted))]
        if not self._shown:
            self._shown, self._cells = [[]] * self.rows, [[BLANK] * self.columns for _ in range(self.rows)]
            begin = CLEAR
        else:
            begin = ""
        parts = [begin]
        for row, (line, shown) in enumerate(zip(wanted, self._shown, strict=True)):
            if line != shown:
                cells = self._row(line)
                parts += self._changes(row, self._cells[row], cells)
                self._cells[row] = cells
        self._shown = wanted
        return "".join(parts)

    def _row(self, line: Line) -> list[Cell]:
        cells = [piece._replace(text=character) for piece in line for character in piece.text][: self.columns]
        return cells + [BLANK] * (self.columns - len(cells))

    def _changes(self, row: int, old: Sequence[Cell], new: Sequence[Cell]) -> Iterator[str]:
        """Each run of changed cells, with its place before it."""
        for begin, end in _runs([a != b for a, b in zip(old, new, strict=True)]):
            yield f"\x1b[{row + 1};{begin + 1}H"
            for look, cells in groupby(new[begin:end], key=lambda cell: cell._replace(text="")):
                yield self._codes(look._replace(text="".join(cell.text for cell in cells)))

    def _codes(self, piece: Piece) -> str:
        return self._styles.codes(piece) if self._styles else piece.text


def _runs(changed: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where runs of changed cells begin and end; runs that are close are one."""
    begin = end = -1
    for place, is_changed in enumerate(changed):
        if not is_changed:
            continue
        if begin >= 0 and place - end > CLOSE:
            yield begin, end
            begin = place
        begin, end = (place if begin < 0 else begin), place + 1
    if begin >= 0:
        yield begin, end
