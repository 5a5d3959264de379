"""A grid of numbers as lines: right-aligned cells, frames in the gaps, marks in the margins."""

from collections.abc import Sequence

from cnnstep.render.lines.page import Page
from cnnstep.render.lines.pieces import Laid, Line, Piece, Tone, laid, width_of
from cnnstep.render.lines.ramps import legend_line
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Box, Grid

SPARE = 1
WIDE = 3


def grid_width(grid: Grid, page: Page, gap: int) -> int:
    """How wide `lay_grid` will be, without laying anything out."""
    columns = len(grid.cells[0])
    body = 1 + 2 * _margin(gap) + columns * _cell_width(grid, page) + (columns - 1) * gap
    texts = [page.caption(grid.caption), *map(page.note, notes(grid))]
    legend = width_of(legend_line(grid.legend, page)) if grid.legend and page.blocks else 0
    return max(body + _has_right_mark(grid), legend, *map(len, texts))


def lay_grid(grid: Grid, page: Page, gap: int) -> Laid:
    """Lay a grid out with `gap` columns between its cells."""
    width = _cell_width(grid, page)
    body = [_row(grid, page, number, width, gap) for number in range(len(grid.cells))]
    more = [_under([":"] * len(grid.cells[0]), width, gap)]
    below = []
    if grid.unread_columns:
        below.append(_under(["^" * (n in grid.unread_columns) for n in range(len(grid.cells[0]))], width, gap))
    below += [[Piece(page.note(note), Role.LABEL)] for note in notes(grid)]
    if grid.legend and page.blocks:  # in plain text the numbers speak for themselves
        below.append(legend_line(grid.legend, page))
    above, under = (
        more * is_cut or [list[Piece]()] * is_kept
        for is_cut, is_kept in zip(grid.cut[::2], grid.reserve[::2], strict=True)
    )
    whole = [*above, *body, *under]
    return laid([Piece(page.caption(grid.caption), Role.LABEL)], whole, below)


def _cell_width(grid: Grid, page: Page) -> int:
    return max(grid.least, *(len(page.glyphs.fit(cell.text)) for row in grid.cells for cell in row))


def _margin(gap: int) -> int:
    """Columns before the first cell and after the last, for the side of a frame."""
    return (gap + 1) // 2


def _has_right_mark(grid: Grid) -> bool:
    return grid.cut.right or grid.reserve.right or bool(grid.unread_rows)


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
        origin=grid.origin and (grid.origin[0], grid.origin[1] + 1),
    )


def _shifted(box: Box) -> Box:
    return Box(box.top, box.left - 1, box.bottom, box.right - 1)


def _row(grid: Grid, page: Page, number: int, width: int, gap: int) -> Line:
    fit = page.glyphs.fit
    line = [Piece(fit("⋯" if grid.cut.left else " "), Role.LABEL)]
    for column, cell in enumerate(grid.cells[number]):
        line.append(Piece(fit(_slot(grid, number, column, gap)), Role.CURRENT))
        tone = Tone(grid.palette, cell.shade) if cell.shade is not None else None
        line.append(Piece(fit(cell.text).rjust(width), grid.role(number, column), tone))
    line.append(Piece(fit(_slot(grid, number, len(grid.cells[number]), gap)), Role.CURRENT))
    if _has_right_mark(grid):
        mark = "<" if number in grid.unread_rows else fit("⋯") if grid.cut.right else " "
        line.append(Piece(mark, Role.LABEL))
    return line


def _slot(grid: Grid, row: int, column: int, gap: int) -> str:
    """The gap before a column (or after the last), with a frame's side in it."""
    last = len(grid.cells[row])
    inner = gap if 0 < column < last else _margin(gap)
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


def _under(marks: Sequence[str], width: int, gap: int) -> Line:
    """A mark for each column."""
    return [Piece(" " * (1 + _margin(gap)) + (" " * gap).join(mark.rjust(width) for mark in marks), Role.LABEL)]


def _ends(first: int, count: int) -> str:
    sign = "–" if first >= 0 else " to "
    return f"{first}{sign}{first + count - 1}"


def notes(grid: Grid, unread: str = "") -> list[str]:
    """What stands below the numbers; `unread` says how what is never read is marked, if not by signs."""
    told = []
    if grid.origin:
        (top, left), rows, columns = grid.origin, len(grid.cells), len(grid.cells[0])
        which = "cells" if top is None else f"rows {_ends(top, rows)}, columns"
        told.append(f"{which} {_ends(left, columns)}")
    signs = [sign for sign, cells in (("^", grid.unread_columns), ("<", grid.unread_rows)) if cells]
    if signs:
        told.append(f"{unread or ' '.join([*signs, ''])}never read")
    return told
