"""A whole screen of a terminal, as the codes it understands: only what changed since the last time is sent."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Any

from rich.color import Color, ColorSystem
from rich.segment import Segment, Segments
from rich.style import Style

from cnnstep.render.lines.page import Line, Piece
from cnnstep.render.theme import ROLES, Colour, colour, ink_on
from cnnstep.views.page.roles import Role

DEPTHS = {"256": ColorSystem.EIGHT_BIT, "truecolor": ColorSystem.TRUECOLOR}
BLANK = Piece(" ")
CLOSE = 6
"""Unchanged cells between changed ones that are sent again rather than jumped over."""
CLEAR = "\x1b[0m\x1b[2J"


class Styles:
    """The styles of one terminal.

    Made for it alone: a Rich style keeps the codes of the first depth that it is drawn in.
    """

    def __init__(self, depth: str) -> None:
        self.deep = depth in DEPTHS
        self._depth = DEPTHS.get(depth, ColorSystem.STANDARD)
        self._styles: dict[tuple[Role, Colour | None, Colour | None], Style] = {}

    def of(self, piece: Piece) -> Style:
        """Its role's style, over the colours of its tones where there are enough colours."""
        back, fore = (colour(*tone) if tone and self.deep else None for tone in (piece.back, piece.fore))
        key = (piece.role, fore or (ink_on(back) if back else None), back)
        if key not in self._styles:
            self._styles[key] = _style(*key)
        return self._styles[key]

    def codes(self, piece: Piece) -> str:
        """The piece's text between the codes of its style."""
        coded: Any = self.of(piece).render(piece.text, color_system=self._depth)
        return str(coded)

    def segments(self, line: Line) -> Segments:
        """A line as Rich prints it, with its end."""
        return Segments([*(Segment(piece.text, self.of(piece)) for piece in line), Segment.line()])


def _style(role: Role, fore: Colour | None, back: Colour | None) -> Style:
    """A new style: the role's own, on the colours of a tone if there is one."""
    own = ROLES[role][0]
    tones = {"color": fore, "bgcolor": back}
    colours = {side: Color.from_rgb(*tone) for side, tone in tones.items() if tone}
    return Style(**{**own, "dim": False, **colours}) if colours else Style(**own)


class Screen:
    """What stands on a terminal of so many columns and rows, cell by cell: pieces of one character."""

    def __init__(self, columns: int, rows: int, styles: Styles | None = None) -> None:
        self.columns, self.rows = columns, rows
        self._codes: Callable[[Piece], str] = styles.codes if styles else attrgetter("text")
        self._shown: list[Line] = []
        self._cells = [[BLANK] * columns for _ in range(rows)]

    def draw(self, lines: Sequence[Line]) -> str:
        """The codes that turn what stands there into these lines; what is too much is cut off."""
        wanted = [list(line) for line in lines[: self.rows]]
        wanted += [[] for _ in range(self.rows - len(wanted))]
        parts = [] if self._shown else [CLEAR]
        for row, (line, shown) in enumerate(zip(wanted, self._shown or [[]] * self.rows, strict=True)):
            if line != shown:
                cells = [piece._replace(text=letter) for piece in line for letter in piece.text][: self.columns]
                cells += [BLANK] * (self.columns - len(cells))
                parts += self._changes(row, self._cells[row], cells)
                self._cells[row] = cells
        self._shown = wanted
        return "".join(parts)

    def _changes(self, row: int, old: Line, new: Line) -> Iterator[str]:
        """Each run of changed cells, with its place before it."""
        for begin, end in _runs([place for place, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]):
            yield f"\x1b[{row + 1};{begin + 1}H"
            for look, cells in groupby(new[begin:end], key=lambda cell: cell._replace(text="")):
                yield self._codes(look._replace(text="".join(cell.text for cell in cells)))


def _runs(changed: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where runs of changed cells begin and end; runs that are close are one."""
    breaks = [(a, b) for a, b in pairwise(changed) if b - a > CLOSE + 1]
    begins, ends = [*changed[:1], *(b for _, b in breaks)], [*(a for a, _ in breaks), *changed[-1:]]
    yield from ((begin, end + 1) for begin, end in zip(begins, ends, strict=True))
