"""A grid of numbers as a figure: cells with text, a frame around the window, marks in the margins."""

from collections.abc import Iterator
from typing import NamedTuple

from cnnstep.render.figures.fonts import HIGH, signed_text, text_width
from cnnstep.render.figures.pictures import draw_legend
from cnnstep.render.figures.shapes import Frame, Label, Part, Shape, moved
from cnnstep.render.figures.words import DIGIT, NOTE, SIZE, line, run
from cnnstep.render.lines.grids import notes
from cnnstep.render.theme import Colour, Paper, colour, ink_on
from cnnstep.views.page import roles
from cnnstep.views.page.grid import Box, Cell, Grid
from cnnstep.views.page.roles import Role

CELL = 30
CORNERED = 40
"""How high a cell is, and one with a factor in its corner."""
FACTOR = 12.0
BESIDE_TEXT = 14
MARGIN = 18
THICK = 3.5


class _Lattice(NamedTuple):
    """Where the cells of a grid lie: its corner, and how wide and high a cell is."""

    left: float
    top: float
    wide: float
    high: float

    def box(self, box: Box) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of some cells."""
        left, right = (self.left + column * self.wide for column in (box.left, box.right))
        top, bottom = (self.top + row * self.high for row in (box.top, box.bottom))
        return left, top, right, bottom


def draw_grid(grid: Grid, paper: Paper) -> Part:
    """Caption, cells, frames, and what is told below."""
    caption = line(grid.caption, paper, Role.LABEL, NOTE)
    begin = caption.height + 4 if grid.caption.strip() else 0.0
    lattice = _lattice(grid, begin)
    left, top, width, bottom = lattice.box(Box(0, 0, len(grid.cells), len(grid.cells[0])))
    shapes: list[Shape] = list(caption.shapes)
    shapes += _margins(grid, paper, (left, top, width, bottom), lattice)
    for row, cells in enumerate(grid.cells):
        for column, cell in enumerate(cells):
            shown = cell._replace(text="") if grid.is_heat else cell
            shapes += _cell(shown, _look(grid, row, column, paper), lattice.box(Box.cell(row, column)), paper)
    framed = [lattice.box(box) for box in grid.boxes]
    shapes += (Frame(x, y, to - x, end - y, paper.highlight, THICK, paper.ground) for x, y, to, end in framed)
    below = bottom + MARGIN * (grid.cut.bottom or grid.reserve.bottom) + MARGIN * bool(grid.unread_columns)
    if grid.total:
        total = run(grid.total, paper)
        shapes += moved(total, (left + width - total.width) / 2, below + 8)
        below += 8 + total.height
    if grid.legend:
        bar = draw_legend(grid.legend, paper)
        shapes += moved(bar, 0, below + 6)
        below, width = below + 6 + bar.height, max(width, bar.width)
    for note in notes(grid):
        told = line(note, paper, Role.LABEL, NOTE)
        shapes += moved(told, 0, below + 2)
        below, width = below + told.height, max(width, told.width)
    right = MARGIN if grid.cut.right or grid.reserve.right or grid.unread_rows else 0
    room = len(grid.caption) * NOTE * DIGIT  # also for a caption of spaces, below one that is not
    sides = lattice.box(Box(0, 0, 1, len(grid.cells[0])))[::2]
    return Part(max(width + right, room), below, shapes, (top, bottom), (sides[0], sides[1]), _hull(framed))


def _lattice(grid: Grid, begin: float) -> _Lattice:
    """Cells as wide as the widest number, or as `least` digits; higher where they have factors in their corners."""
    cells = [cell for row in grid.cells for cell in row]
    texts = {""} if grid.is_heat else {"0" * grid.least, *(signed_text(cell.text) for cell in cells)}
    factors = {signed_text(cell.factor.text) for cell in cells if cell.factor}
    widest = max(text_width(text, SIZE, bold=True) for text in texts) + BESIDE_TEXT
    cornered = max((text_width(text, FACTOR, bold=True) for text in factors), default=0) + BESIDE_TEXT
    left = MARGIN if grid.cut.left or grid.reserve.left else 0.0
    top = begin + MARGIN * (grid.cut.top or grid.reserve.top)
    high = CORNERED if factors or grid.total else CELL  # products are as large as what they are products of
    wide = max(high, widest, cornered)
    return _Lattice(left + grid.track.shift * wide, top, wide * grid.track.span, high)


def _look(grid: Grid, row: int, column: int, paper: Paper) -> tuple[Colour, Colour | None, bool]:
    """Ink, colour of the cell, and whether it is bold; padding in the window is part of it."""
    cell, look = grid.cells[row][column], paper.looks[grid.role(row, column)]
    if cell.shade is not None:
        fill = colour(grid.palette, cell.shade, paper.stops)
        return ink_on(fill), fill, look.bold
    is_read = grid.part == roles.Part.PATCH or grid.is_framed(row, column)
    if cell.role == Role.PADDING and is_read:
        return look.ink, paper.looks[Role.WINDOW].fill, look.bold
    return look


def _cell(
    cell: Cell, look: tuple[Colour, Colour | None, bool], box: tuple[float, float, float, float], paper: Paper
) -> Iterator[Label]:
    """The number in the middle; with a factor in the corner it moves up."""
    (ink, fill, bold), (x, y, right, bottom), text = look, box, signed_text(cell.text)
    wide, high = right - x, bottom - y
    if not cell.factor:
        yield Label(x, y, wide, high, text, ink, SIZE, bold, fill=fill, edge=paper.line)
        return
    inner, lower = wide - BESIDE_TEXT, FACTOR * HIGH
    yield Label(x, y, wide, high, "", ink, SIZE, fill=fill, edge=paper.line)
    yield Label(x + BESIDE_TEXT / 2, y + 2, inner, high - lower - 1, text, ink, SIZE, bold, "l", fill=fill)
    factor, signed = signed_text(cell.factor.text), paper.looks[cell.factor.role].ink
    yield Label(x + BESIDE_TEXT / 2, bottom - lower - 1, inner + 2, lower, factor, signed, FACTOR, True, "r", fill=fill)


def _hull(boxes: list[tuple[float, float, float, float]]) -> tuple[float, float, float, float] | None:
    """The smallest box around all of them."""
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _margins(grid: Grid, paper: Paper, edges: tuple[float, float, float, float], lattice: _Lattice) -> Iterator[Label]:
    """Dots where there is more, marks where nothing is ever read."""
    left, top, right, bottom = edges
    ink = paper.looks[Role.LABEL].ink
    middle, centre = (top + bottom - MARGIN) / 2, (left + right - MARGIN) / 2
    places = {
        "left": (0.0, middle, "⋯"), "right": (right, middle, "⋯"), "top": (centre, top - MARGIN, "⋮"),
        "bottom": (centre, bottom, "⋮"),
    }  # fmt: skip
    for side, (x, y, dots) in places.items():
        if getattr(grid.cut, side) and not (side == "right" and grid.unread_rows):
            yield Label(x, y, MARGIN, MARGIN, dots, ink, SIZE)
    for column in grid.unread_columns:
        below = bottom + MARGIN * (grid.cut.bottom or grid.reserve.bottom)
        yield Label(left + column * lattice.wide, below, lattice.wide, MARGIN, "^", ink, SIZE)
    for row in grid.unread_rows:
        yield Label(right, top + row * lattice.high, MARGIN, lattice.high, "<", ink, SIZE)
