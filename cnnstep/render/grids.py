"""A grid of numbers as lines: right-aligned cells, frames in the gaps, marks in the margins."""

from cnnstep.render.page import Page
from cnnstep.render.pieces import Laid, Line, Piece, Tone, laid
from cnnstep.render.ramps import legend_line
from cnnstep.scenes.scene import Box, Cell, Grid, Role

SPARE = 1
WIDE = 3


def lay_grid(grid: Grid, page: Page, gap: int) -> Laid:
    """Lay a grid out with `gap` columns between its cells."""
    fit = page.glyphs.fit
    width = max(grid.least, *(len(fit(cell.text)) for row in grid.cells for cell in row))
    body = [_row(grid, page, number, width, gap) for number in range(len(grid.cells))]
    more = [_cut_line(grid, width, gap)]
    below = []
    if grid.unread_columns:
        below.append(_marks(grid, width, gap))
    notes = [grid.note, _unread_note(grid)]
    below += [[Piece(fit(note), Role.LABEL)] for note in notes if note]
    if grid.legend and page.blocks:  # in plain text the numbers speak for themselves
        below.append(legend_line(grid.legend, page))
    whole = more * grid.cut.top + body + more * grid.cut.bottom
    return laid([Piece(fit(grid.caption), Role.LABEL)], whole, below)


def narrower(grid: Grid, least: int = 0) -> Grid:
    """Drop the column furthest from the focus; the same grid where none can be spared.

    Without a focus a grid may only be cut where `least` says how many columns must stay.
    """
    columns = len(grid.cells[0])
    if least:
        focus, spare = Box(0, 0, 1, least), 0
    elif grid.focus:
        focus, spare = grid.focus, SPARE
    else:
        return grid
    left, right = int(focus.left), columns - int(focus.right)
    if max(left, right) <= spare:
        return grid
    if right >= left:
        return grid._replace(cells=tuple(row[:-1] for row in grid.cells), cut=grid.cut._replace(right=True))
    return grid._replace(
        cells=tuple(row[1:] for row in grid.cells),
        cut=grid.cut._replace(left=True),
        boxes=tuple(_shifted(box) for box in grid.boxes),
        focus=_shifted(focus),
        unread_columns=frozenset(column - 1 for column in grid.unread_columns),
    )


def _shifted(box: Box) -> Box:
    return Box(box.top, box.left - 1, box.bottom, box.right - 1)


def _row(grid: Grid, page: Page, number: int, width: int, gap: int) -> Line:
    fit = page.glyphs.fit
    line = [Piece(fit("⋯" if grid.cut.left else " "), Role.LABEL)]
    for column, cell in enumerate(grid.cells[number]):
        line.append(Piece(fit(_slot(grid, number, column, gap)), Role.CURRENT))
        boxed = any(_inside(box, number, column) for box in grid.boxes)
        line.append(_cell(grid, cell, fit(cell.text).rjust(width), boxed=boxed))
    line.append(Piece(fit(_slot(grid, number, len(grid.cells[number]), gap)), Role.CURRENT))
    if grid.cut.right or grid.unread_rows:
        mark = "<" if number in grid.unread_rows else fit("⋯") if grid.cut.right else " "
        line.append(Piece(mark, Role.LABEL))
    return line


def _cell(grid: Grid, cell: Cell, text: str, *, boxed: bool) -> Piece:
    role = Role.WINDOW if boxed and cell.role == Role.INPUT else cell.role
    return Piece(text, role, Tone(grid.palette, cell.shade) if cell.shade is not None else None)


def _slot(grid: Grid, row: int, column: int, gap: int) -> str:
    """The gap before a column (or after the last), with a frame's side in it."""
    last = len(grid.cells[row])
    inner = gap if 0 < column < last else (gap + 1) // 2
    for box in grid.boxes:
        if not box.top <= row < box.bottom or column not in {box.left, box.right}:
            continue
        side = _side(box, row, left=column == box.left)
        at = _edge(inner, gap, column, left=column == box.left)
        return " " * at + side + " " * (inner - at - 1)
    return " " * inner


def _edge(inner: int, gap: int, column: int, *, left: bool) -> int:
    """Where in the gap the side stands: in the middle of a wide gap, close to its own cell in a narrow one."""
    if gap == WIDE:
        return 0 if column == 0 else 1
    return inner - 1 if left else 0


def _side(box: Box, row: int, *, left: bool) -> str:
    if box.bottom - box.top == 1:
        return "[" if left else "]"
    if row == box.top:
        return "┏" if left else "┓"
    if row == box.bottom - 1:
        return "┗" if left else "┛"
    return "┃"


def _inside(box: Box, row: int, column: int) -> bool:
    return box.top <= row < box.bottom and box.left <= column < box.right


def _cut_line(grid: Grid, width: int, gap: int) -> Line:
    cells = [":".rjust(width) for _ in grid.cells[0]]
    return [Piece(" " * (1 + (gap + 1) // 2) + (" " * gap).join(cells), Role.LABEL)]


def _marks(grid: Grid, width: int, gap: int) -> Line:
    marks = ["^".rjust(width) if n in grid.unread_columns else " " * width for n in range(len(grid.cells[0]))]
    return [Piece(" " * (1 + (gap + 1) // 2) + (" " * gap).join(marks), Role.LABEL)]


def _unread_note(grid: Grid) -> str:
    marks = "^" * bool(grid.unread_columns) + "<" * bool(grid.unread_rows)
    return f"{' '.join(marks)} never read" if marks else ""
