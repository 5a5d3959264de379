"""Arrays as grids of cells: whole where they are small, the neighbourhood of a window where not."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from cnnstep.engine.arrays import Array
from cnnstep.engine.steps import Step
from cnnstep.engine.walks import Walk
from cnnstep.geometry import Axis
from cnnstep.views.page.grid import Box, Cell, Grid, Legend
from cnnstep.views.page.roles import Palette, Part, Reveals, Role
from cnnstep.views.panels import planes
from cnnstep.views.panels.extracts import WHOLE, Extract, beginning, cut_at_end, cut_of, extract
from cnnstep.views.panels.planes import ONE_ROW, Plane
from cnnstep.views.wording.cells import CellFormat
from cnnstep.views.wording.numbers import Number

Shader: TypeAlias = Callable[[Number], float | None]

AROUND = (1, 2)
MOST_FOR_WIDTH = 100_000
STEADY = 4  # so that the map keeps its width from step to step while its values are small
TALL = 4
MAP_AROUND = (1, 4)
SHADED = {Role.KERNEL, Role.PRODUCT, Role.OUTPUT}


def input_grid(plane: Plane, caption: str, *, empty_padding: bool = False, side: int = 0) -> Grid:
    """The input with its padding around it, the window framed, and what is never read marked.

    Padding is in brackets; `empty_padding` shows that nothing is there, not even a zero. A loupe has so many cells a
    `side`.
    """
    down, along = plane.axes
    around = [0 if down.extent > TALL else AROUND[0], AROUND[1]]  # none above and below a tall window
    if side:
        around = [(side - axis.extent) // 2 for axis in plane.axes]
    rows, columns = (
        extract(range(-a.before, max(a.input + a.after, w.stop)), range(w.start, w.stop), side or most, beside)
        for a, w, most, beside in zip(plane.axes, plane.window, WHOLE, around, strict=True)
    )
    values, is_padding = plane.read(rows.shown, columns.shown)
    show = CellFormat.of(values.ravel().tolist())
    cells = input_cells(values, is_padding, show, Role.INPUT, empty_padding=empty_padding)
    origin = (rows.shown.start, columns.shown.start)
    told = None if rows.whole and columns.whole else (None if down == ONE_ROW else origin[0], origin[1])
    return Grid(
        show.caption(caption),
        cells,
        boxes=_frames(plane.window, origin),
        cut=cut_of(rows, columns),
        focus=_frame(plane.window, origin),
        unread_rows=_unread(down, rows.shown),
        unread_columns=_unread(along, columns.shown),
        origin=told,
        part=Part.INPUT,
        first=origin,
    )


def map_grid(walk: Walk[Any, Any], step: Step, caption: str, *, side: int = 0, scale: Legend | None = None) -> Grid:
    """The output as far as the steps have come, the newest cell framed.

    A loupe has so many cells a `side`, in the colours of the picture's `scale`.
    """
    sheet = planes.sheet(walk.shape, step.index)
    y, x = sheet.cell
    rows, columns = (
        extract(range(n), range(i, i + 1), side or most, side // 2 if side else around)
        for n, i, most, around in zip((sheet.rows, sheet.columns), (y, x), WHOLE, MAP_AROUND, strict=True)
    )
    values, known, least = _found(walk, step, rows, columns)
    show, shade = CellFormat.of(known), scale.shade if scale else shader(known)

    def cell(i: int, j: int) -> Cell:
        if (i, j) not in values:
            return Cell("∙", Role.PENDING)
        text, tone = show(values[i, j]), shade(values[i, j])
        role, reveals = (Role.CURRENT, Reveals.VALUE) if (i, j) == (y, x) else (Role.OUTPUT, Reveals.EARLIER)
        return Cell(text, role, tone, reveals)

    cells = tuple(tuple(cell(i, j) for j in columns.shown) for i in rows.shown)
    here = Box.cell(y - rows.shown.start, x - columns.shown.start)
    return Grid(
        show.caption(f"{caption} {sheet.size}"),
        cells,
        boxes=(here,),
        cut=cut_of(rows, columns),
        focus=here,
        least=max(least, *(len(show(value)) for value in known)),
        palette=scale.palette if scale else Palette.DIVERGING,
        legend=scale,
        part=Part.OUTPUT,
        first=(rows.shown.start, columns.shown.start),
    )


def _found(
    walk: Walk[Any, Any], step: Step, rows: Extract, columns: Extract
) -> tuple[dict[tuple[int, int], Number], list[Number], int]:
    """What the steps so far have found, the numbers that decide how all are written, and how wide they are at least."""
    sheet = planes.sheet(walk.shape, step.index)
    so_far = [(i, j) for i in rows.shown for j in columns.shown if walk.number(sheet.place(i, j)) <= step.number]
    if rows.whole and columns.whole and len(walk) <= MOST_FOR_WIDTH:
        # also what is still to come: decimals and widths then stay from the first step to the last
        known = walk.output[sheet.lead].ravel().tolist()
        return {(i, j): known[i * sheet.columns + j] for i, j in so_far}, known, 0
    values = {(i, j): walk[sheet.place(i, j)].value for i, j in so_far}
    return values, list(values.values()), STEADY


def matrix(
    caption: str,
    values: Array,
    role: Role,
    *,
    show: CellFormat | None = None,
    least: int = 0,
    reveals: Reveals = Reveals.NOTHING,
) -> Grid:
    """Numbers as they are, of very many the first; kernels, products and outputs are shaded by sign and size."""
    numbers = beginning(values).tolist()
    flat = [v for line in numbers for v in line]
    text = show or CellFormat.of(flat)
    shade = shader(flat) if role in SHADED else no_shade
    cells = tuple(tuple(Cell(text(v), role, shade(v), reveals) for v in line) for line in numbers)
    return Grid(text.caption(caption), cells, cut=cut_at_end(values), least=least)


def input_cells(
    values: Array, is_padding: Array, show: CellFormat, role: Role, *, empty_padding: bool
) -> tuple[tuple[Cell, ...], ...]:
    """Numbers of the input, in brackets where they are padding: empty where it is not even a zero."""
    reveals = Reveals.PATCH if role == Role.WINDOW else Reveals.NOTHING
    return tuple(
        tuple(
            Cell(
                ("()" if empty_padding else f"({show(v)})") if p else show(v),
                Role.PADDING if p else role,
                None,
                reveals,
            )
            for v, p in zip(*line, strict=True)
        )
        for line in zip(values.tolist(), is_padding.tolist(), strict=True)
    )


def legend(low: Number, high: Number) -> Legend:
    """The range that colours stand for: around zero where there are negative numbers."""
    palette = Palette.DIVERGING if low < 0 else Palette.SEQUENTIAL
    ends = (-max(-low, high), max(-low, high)) if low < 0 else (low, high)
    show = CellFormat.of(map(float, ends))  # of very large integers the power of ten is enough
    return Legend(show.alone(ends[0]), show.alone(ends[1]), palette, span=(float(ends[0]), float(ends[1])))


def shader(values: Sequence[Number]) -> Shader:
    """Map numbers to −1 … 1, with zero in the middle."""
    # nothing but zeros has no largest to divide by
    far = max(map(abs, values), default=0) or 1
    return lambda value: value / far


def no_shade(_: Number) -> None:
    """Leave a number without colour."""


def _frame(window: Sequence[range], origin: Sequence[int]) -> Box:
    (down, along), (top, left) = window, origin
    return Box(down.start - top, along.start - left, down.stop - top, along.stop - left)


def _frames(window: Sequence[range], origin: Sequence[int]) -> tuple[Box, ...]:
    """One frame around the window, or one around each cell where dilation leaves gaps."""
    (down, along), (top, left) = window, origin
    if down.step == along.step == 1:
        return (_frame(window, origin),)
    return tuple(Box.cell(y - top, x - left) for y in down for x in along)


def _unread(axis: Axis, shown: range) -> frozenset[int]:
    return frozenset(i for i, position in enumerate(shown) if 0 <= position < axis.input and not axis.is_read(position))
