"""A grid of numbers as a figure: cells with text, a frame around the window, marks in the margins."""

from collections.abc import Iterator

from cnnstep.render.figures.fonts import signed_text, text_width
from cnnstep.render.figures.pictures import draw_legend
from cnnstep.render.figures.shapes import Frame, Label, Part, Shape, moved
from cnnstep.render.figures.words import DIGIT, NOTE, SIZE, line
from cnnstep.render.lines.grids import notes
from cnnstep.render.theme import Paper, colour, ink_on
from cnnstep.views.page.grid import Box, Grid
from cnnstep.views.page.roles import Part as Numbers
from cnnstep.views.page.roles import Role

CELL = 30
BESIDE_TEXT = 14
MARGIN = 18
THICK = 3.5


def draw_grid(grid: Grid, paper: Paper) -> Part:
    """Caption, cells, frames, and what is told below."""
    wide = _cell_width(grid)
    rows, columns = len(grid.cells), len(grid.cells[0])
    left = MARGIN if grid.cut.left or grid.reserve.left else 0.0
    caption = line(grid.caption, paper, Role.LABEL, NOTE)
    begin = caption.height + 4 if grid.caption.strip() else 0.0
    top = begin + MARGIN * (grid.cut.top or grid.reserve.top)
    width, bottom = left + columns * wide, top + rows * CELL
    shapes: list[Shape] = list(caption.shapes)
    shapes += _margins(grid, paper, (left, top, width, bottom), wide)
    shapes += _cells(grid, paper, (left, top), wide)
    shapes += (_frame(box, paper, (left, top), wide) for box in grid.boxes)
    below = bottom + MARGIN * (grid.cut.bottom or grid.reserve.bottom) + MARGIN * bool(grid.unread_columns)
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
    return Part(max(width + right, room), below, shapes, (begin, bottom))


def _cell_width(grid: Grid) -> float:
    """As wide as the widest number, or as `least` digits."""
    texts = {cell.text for row in grid.cells for cell in row}
    widest = max(text_width(signed_text(text), SIZE, bold=True) for text in (*texts, "0" * grid.least))
    return max(CELL, widest + BESIDE_TEXT)


def _cells(grid: Grid, paper: Paper, at: tuple[float, float], wide: float) -> Iterator[Label]:
    for row, cells in enumerate(grid.cells):
        for column, cell in enumerate(cells):
            ink, fill, bold = paper.looks[grid.role(row, column)]
            if cell.role == Role.PADDING and (grid.part == Numbers.PATCH or grid.is_framed(row, column)):
                fill = paper.looks[Role.WINDOW].fill
            if cell.shade is not None:
                fill = colour(grid.palette, cell.shade, paper.stops)
                ink = ink_on(fill)
            x, y = at[0] + column * wide, at[1] + row * CELL
            text = "" if grid.is_heat else signed_text(cell.text)
            yield Label(x, y, wide, CELL, text, ink, SIZE, bold, fill=fill, edge=paper.line)


def _frame(box: Box, paper: Paper, at: tuple[float, float], wide: float) -> Frame:
    left, top = at
    x, y = left + box.left * wide, top + box.top * CELL
    wide, high = (box.right - box.left) * wide, (box.bottom - box.top) * CELL
    return Frame(x, y, wide, high, paper.highlight, THICK, paper.ground)


def _margins(grid: Grid, paper: Paper, edges: tuple[float, float, float, float], wide: float) -> Iterator[Label]:
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
        yield Label(left + column * wide, below, wide, MARGIN, "^", ink, SIZE)
    for row in grid.unread_rows:
        yield Label(right, top + row * CELL, MARGIN, CELL, "<", ink, SIZE)
