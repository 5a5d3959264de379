"""A grid of numbers as lines: right-aligned cells, frames in the gaps, marks in the margins."""

from collections.abc import Sequence

from cnnstep.render.lines.page import Laid, Line, Page, Piece, Tone, character, laid, legend_lines, width_of
from cnnstep.views.page.grid import Box, Grid, Track
from cnnstep.views.page.roles import Role
from cnnstep.views.wording.arithmetic import reach

SPARE = 1
WIDE = 3
SQUARE = 2  # columns of a cell that is as wide as it is high


def grid_width(grid: Grid, page: Page, gap: int) -> int:
    """How wide `lay_grid` will be, without laying anything out."""
    columns, gap = grid.track.length or len(grid.cells[0]), _gap(grid, gap)
    body = 1 + 2 * _margin(gap) + columns * _cell_width(grid, page) + (columns - 1) * gap
    texts = [page.caption(grid.caption), *map(page.note, notes(grid))]
    legend = max(map(width_of, legend_lines(grid.legend, page, page.width))) if grid.legend and page.blocks else 0
    return max(body + _has_right_mark(grid), legend, *map(len, texts))


def lay_grid(grid: Grid, page: Page, gap: int) -> Laid:
    """Lay a grid out with `gap` columns between its cells; colours touch."""
    gap = _gap(grid, gap)
    width = _cell_width(grid, page)
    body = [_row(grid, page, number, width, gap) for number in range(len(grid.cells))]
    columns = range(len(grid.cells[0]))
    more = [_under([":" for _ in columns], width, gap)]
    below = (
        [_under(["^" * (n in grid.unread_columns) for n in columns], width, gap, _indent(grid, width, gap))]
        if grid.unread_columns
        else []
    )
    below += [[Piece(page.note(note), Role.LABEL)] for note in notes(grid)]
    if grid.legend and page.blocks:  # in plain text the numbers speak for themselves
        below += legend_lines(grid.legend, page, page.width)
    above, under = (
        more * is_cut or [list[Piece]()] * is_kept
        for is_cut, is_kept in zip(grid.cut[::2], grid.reserve[::2], strict=True)
    )
    return laid(page.caption(grid.caption), [*above, *body, *under], below)


def _cell_width(grid: Grid, page: Page) -> int:
    if grid.is_heat:
        return SQUARE
    return max(grid.least, *(len(page.glyphs.fit(cell.text)) for row in grid.cells for cell in row))


def _gap(grid: Grid, gap: int) -> int:
    return 0 if grid.is_heat else gap


def _margin(gap: int) -> int:
    """Columns before the first cell and after the last, for the side of a frame."""
    return (gap + 1) // 2


def _indent(grid: Grid, width: int, gap: int) -> int:
    """Columns before a row that stands on the axis of another."""
    return round(grid.track.shift * (width + gap))


def _has_right_mark(grid: Grid) -> bool:
    return grid.cut.right or grid.reserve.right or bool(grid.unread_rows)


def narrower(grid: Grid, least: int = 0) -> Grid:
    """Drop the column furthest from the focus; the same grid where none can be spared.

    Without a focus a grid may only be cut where `least` says how many columns must stay.
    """
    grid = grid._replace(track=Track())  # what loses cells lines up with nothing any more
    focus = Box(0, 0, 1, least) if least else grid.focus
    if focus is None:
        return grid
    left, right = int(focus.left), len(grid.cells[0]) - int(focus.right)
    if max(left, right) <= (0 if least else SPARE):
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
    fit, cells = page.glyphs.fit, grid.cells[number]
    slots = [
        [Piece(fit(text), role) for text, role in _slot(grid, number, column, gap)] for column in range(len(cells) + 1)
    ]
    shift, span, _ = grid.track
    indent, wide = _indent(grid, width, gap), span * (width + gap) - gap
    inside = round(shift * (width + gap) + (wide - width) / 2) - indent  # of halves one is rounded, not both
    line = [Piece(fit("⋯" if grid.cut.left else " ") + " " * indent, Role.LABEL), *slots[0]]
    for column, cell in enumerate(cells):
        tone = Tone(grid.palette, cell.shade) if cell.shade is not None else None
        text, role = fit(cell.text).rjust(width + inside).ljust(wide), grid.role(number, column)
        line.append(_heat(tone, page) if tone and grid.is_heat else Piece(text, role, tone))
        line += slots[column + 1]
    if _has_right_mark(grid):
        mark = "<" if number in grid.unread_rows else fit("⋯") if grid.cut.right else " "
        line.append(Piece(mark, Role.LABEL))
    return line


def _heat(tone: Tone, page: Page) -> Piece:
    """A square of colour, or of signs as dense as its number is large."""
    return Piece(" " * SQUARE, back=tone) if page.blocks else Piece(character(tone.palette, tone.shade) * SQUARE)


def _slot(grid: Grid, row: int, column: int, gap: int) -> list[tuple[str, Role]]:
    """The gap before a column (or after the last), with a frame's side in it, and what of it is inside the frame."""
    last = len(grid.cells[row])
    inner = gap if 0 < column < last else _margin(gap)
    for box in grid.boxes:
        if not box.top <= row < box.bottom or not box.left <= column <= box.right:
            continue
        if column not in {box.left, box.right}:
            return [(" " * inner, Role.WINDOW)]
        # in the middle of a wide gap, close to its own cell in a narrow one
        at = int(column > 0) if gap == WIDE else (inner - 1) * (column == box.left)
        before, side, after = " " * at, _side(box, row)[column != box.left], " " * (inner - at - 1)
        if column == box.left:
            return [(before, Role.PLAIN), (side + after, Role.CURRENT)]
        return [(before + side, Role.CURRENT), (after, Role.PLAIN)]
    return [(" " * inner, Role.PLAIN)]


def _side(box: Box, row: int) -> str:
    """The left and the right side of a frame in a row."""
    # corners take two rows, an upper one and a lower one
    if box.bottom - box.top == 1:
        return "[]"
    return "┏┓" if row == box.top else "┗┛" if row == box.bottom - 1 else "┃┃"


def _under(marks: Sequence[str], width: int, gap: int, indent: int = 0) -> Line:
    # the 1 is the column in which a row that is cut on the left has its ⋯
    return [
        Piece(" " * (1 + indent + _margin(gap)) + (" " * gap).join(mark.rjust(width) for mark in marks), Role.LABEL)
    ]


def where(grid: Grid, box: Box, origin: tuple[int | None, int], joint: str = "–") -> str:
    """`rows 3–7, columns 0–4 and 1 of padding`: which cells stand in a box, counted from `origin`."""
    (down, along), lines = origin, [[cell.role == Role.PADDING for cell in row] for row in grid.cells]
    told: list[str] = []
    for first, shown, sides in ((down, box.rows, lines), (along, box.columns, [*zip(*lines, strict=True)])):
        if first is not None:
            inside = [number + first for number in shown if not all(sides[number])]
            noun = "cells" if down is None else "columns" if told else "rows"
            told.append(reach(noun, inside, len(shown) - len(inside), joint))
    return ", ".join(told)


def notes(grid: Grid, unread: str = "") -> list[str]:
    """What stands below the numbers; `unread` says how what is never read is marked, if not by signs."""
    told = []
    if grid.origin:
        told.append(where(grid, Box(0, 0, len(grid.cells), len(grid.cells[0])), grid.origin))
    signs = [sign for sign, cells in (("^", grid.unread_columns), ("<", grid.unread_rows)) if cells]
    if signs:
        told.append(f"{unread or ' '.join([*signs, ''])}never read")
    return told
