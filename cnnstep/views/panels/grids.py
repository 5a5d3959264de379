"""Arrays as grids of cells: whole where they are small, the neighbourhood of a window where not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from cnnstep.engine.arrays import Array
from cnnstep.engine.steps import Step, Walk
from cnnstep.geometry import Axis
from cnnstep.views.page.marks import Reveals
from cnnstep.views.page.roles import Palette, Role
from cnnstep.views.page.scene import Box, Cell, Cut, Grid, Legend
from cnnstep.views.panels import planes
from cnnstep.views.panels.planes import ONE_ROW, Plane
from cnnstep.views.wording.numbers import Formatter, Number, formatter

Shader: TypeAlias = Callable[[Number], float | None]

WHOLE = (10, 14)
AROUND = (1, 2)
MOST_SHOWN = 24
LONGEST = 12
MOST_FOR_WIDTH = 100_000
STEADY = 4  # so that the map keeps its width from step to step while its values are small
TALL = 4
MAP_AROUND = (1, 4)
SHADED = {Role.KERNEL, Role.OUTPUT}


@dataclass(frozen=True, slots=True)
class Extract:
    """Which positions of an axis are shown, and on which sides there are more."""

    shown: range
    cut_before: bool = False
    cut_after: bool = False

    @property
    def whole(self) -> bool:
        """Whether all of the axis is shown."""
        return not (self.cut_before or self.cut_after)


def extract(whole: range, window: range, most: int, around: int) -> Extract:
    """Show an axis whole if it has at most `most` positions, else the window with some around it.

    Of a window so wide that no screen has room for it, its beginning.
    """
    if len(whole) <= most:
        return Extract(whole)
    size = min(len(window) + 2 * around, MOST_SHOWN)
    first = max(whole.start, min(window.start - around, whole.stop - size))
    last = min(whole.stop, first + size)
    return Extract(range(first, last), first > whole.start, last < whole.stop)


def input_grid(plane: Plane, caption: str, *, empty_padding: bool = False) -> Grid:
    """The input with its padding around it, the window framed, and what is never read marked.

    Padding is in brackets; `empty_padding` shows that nothing is there, not even a zero.
    """
    axes = plane.axes
    spans = [
        extract(range(-a.before, max(a.input + a.after, w.stop)), range(w.start, w.stop), most, around)
        for a, w, most, around in zip(axes, plane.window, WHOLE, _around(axes[0]), strict=True)
    ]
    (rows, columns), (down, along) = spans, axes
    values, is_padding = plane.read(rows.shown, columns.shown)
    show = formatter(values.ravel().tolist())
    cells = tuple(
        tuple(input_cell("" if p and empty_padding else show(v), padded=p) for v, p in zip(*line, strict=True))
        for line in zip(values.tolist(), is_padding.tolist(), strict=True)
    )
    origin = (rows.shown.start, columns.shown.start)
    told = None if rows.whole and columns.whole else (None if down == ONE_ROW else origin[0], origin[1])
    return Grid(
        caption,
        cells,
        boxes=_frames(plane.window, origin),
        cut=Cut(rows.cut_before, columns.cut_before, rows.cut_after, columns.cut_after),
        focus=_frame(plane.window, origin),
        unread_rows=_unread(down, rows.shown),
        unread_columns=_unread(along, columns.shown),
        origin=told,
    )


def map_grid(walk: Walk[Any, Any], step: Step, caption: str) -> Grid:
    """The output as far as the steps have come, the newest cell framed."""
    sheet = planes.sheet(walk.shape, step.index)
    y, x = sheet.cell
    rows, columns = (
        extract(range(n), range(i, i + 1), most, around)
        for n, i, most, around in zip((sheet.rows, sheet.columns), (y, x), WHOLE, MAP_AROUND, strict=True)
    )
    so_far = [(i, j) for i in rows.shown for j in columns.shown if walk.number(sheet.place(i, j)) <= step.number]
    least = 0
    if rows.whole and columns.whole and len(walk) <= MOST_FOR_WIDTH:
        known = walk.output[sheet.lead].ravel().tolist()
        values = {(i, j): known[i * sheet.columns + j] for i, j in so_far}
    else:
        values = {(i, j): walk[sheet.place(i, j)].value for i, j in so_far}
        known = list(values.values())
        least = STEADY
    show, shade = formatter(known), shader(known)
    cells = tuple(
        tuple(
            _result_cell(show(values[i, j]), shade(values[i, j]), is_new=(i, j) == (y, x))
            if (i, j) in values
            else Cell("∙", Role.PENDING)
            for j in columns.shown
        )
        for i in rows.shown
    )
    here = Box(y - rows.shown.start, x - columns.shown.start, y - rows.shown.start + 1, x - columns.shown.start + 1)
    return Grid(
        f"{caption} {sheet.size}",
        cells,
        boxes=(here,),
        cut=Cut(rows.cut_before, columns.cut_before, rows.cut_after, columns.cut_after),
        focus=here,
        least=max(least, *(len(show(value)) for value in known)),
    )


def _result_cell(text: str, shade: float | None, *, is_new: bool) -> Cell:
    """A cell of a map; what the step has just found is the answer."""
    return Cell(text, Role.CURRENT, shade, Reveals.VALUE) if is_new else Cell(text, Role.OUTPUT, shade)


def matrix(
    caption: str,
    values: Array,
    role: Role,
    *,
    show: Formatter | None = None,
    least: int = 0,
    reveals: Reveals = Reveals.NOTHING,
) -> Grid:
    """Numbers as they are, of very many the first; kernels and outputs are shaded by sign and size."""
    numbers = beginning(values).tolist()
    flat = [v for line in numbers for v in line]
    text = show or formatter(flat)
    shade = shader(flat) if role in SHADED else no_shade
    cells = tuple(tuple(Cell(text(v), role, shade(v), reveals) for v in line) for line in numbers)
    return Grid(caption, cells, cut=_cut(values), least=least)


def patch_grid(
    caption: str, values: Array, is_padding: Array, show: Formatter, least: int, *, empty_padding: bool = False
) -> Grid:
    """The window's numbers, of very many the first; padding told apart from data."""
    cells = tuple(
        tuple(
            input_cell("" if p and empty_padding else show(v), padded=p, role=Role.WINDOW)
            for v, p in zip(*line, strict=True)
        )
        for line in zip(beginning(values).tolist(), beginning(is_padding).tolist(), strict=True)
    )
    return Grid(caption, cells, cut=_cut(values), least=least)


def beginning(values: Array) -> Array:
    """The first rows and columns of (…, rows, columns): as many as a screen or a figure has room for."""
    return values[..., :MOST_SHOWN, :MOST_SHOWN]


def _cut(values: Array) -> Cut:
    """Where there is more than `beginning` shows."""
    rows, columns = values.shape
    return Cut(bottom=rows > MOST_SHOWN, right=columns > MOST_SHOWN)


def input_cell(text: str, *, padded: bool, role: Role = Role.INPUT) -> Cell:
    """A number of the input, in brackets where it is padding."""
    return Cell(f"({text})", Role.PADDING) if padded else Cell(text, role)


def legend(low: Number, high: Number) -> Legend:
    """The range that colours stand for: around zero where there are negative numbers."""
    palette = Palette.DIVERGING if low < 0 else Palette.SEQUENTIAL
    ends = (-max(-low, high), max(-low, high)) if low < 0 else (low, high)
    show = formatter(ends)
    texts = [text if len(text := show(end)) <= LONGEST else f"{float(end):.2e}" for end in ends]
    return Legend(texts[0], texts[1], palette)


def shader(values: Sequence[Number]) -> Shader:
    """Map numbers to −1 … 1, with zero in the middle."""
    far = max(map(abs, values), default=0) or 1
    return lambda value: value / far


def no_shade(_: Number) -> None:
    """Leave a number without colour."""


def _around(down: Axis) -> tuple[int, int]:
    """Rows and columns around a window; none above and below a tall one."""
    return (0 if down.extent > TALL else AROUND[0], AROUND[1])


def _frame(window: Sequence[range], origin: Sequence[int]) -> Box:
    (down, along), (top, left) = window, origin
    return Box(down.start - top, along.start - left, down.stop - top, along.stop - left)


def _frames(window: Sequence[range], origin: Sequence[int]) -> tuple[Box, ...]:
    """One frame around the window, or one around each cell where dilation leaves gaps."""
    (down, along), (top, left) = window, origin
    if down.step == along.step == 1:
        return (_frame(window, origin),)
    return tuple(Box(y - top, x - left, y - top + 1, x - left + 1) for y in down for x in along)


def _unread(axis: Axis, shown: range) -> frozenset[int]:
    return frozenset(i for i, position in enumerate(shown) if 0 <= position < axis.input and not axis.is_read(position))
