"""The figure of a weighted sum: the window with its weights, the products and their sum, the cell that it becomes."""

from fractions import Fraction
from itertools import product as pairs
from typing import TYPE_CHECKING

from cnnstep.engine.gathers import WeightedSum, total_of
from cnnstep.geometry import by
from cnnstep.views.operations.surroundings import is_large
from cnnstep.views.page.grid import Box, Cell, Grid
from cnnstep.views.page.roles import Reveals, Role, Span, sign_role
from cnnstep.views.page.scene import Beside, Mark, Scene, stack
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import input_grid, map_grid, matrix
from cnnstep.views.panels.pictures import input_picture, map_so_far
from cnnstep.views.panels.planes import Plane, planes, slices
from cnnstep.views.panels.printed import Printed
from cnnstep.views.wording.numbers import exact, short, signed

if TYPE_CHECKING:
    from cnnstep.views.operations.weighted_sum import WeightedSumView

WIDEST = 5
"""A window with so many rows and columns has room for its weights."""
FLAT = 2
"""Axes of a picture."""
LOUPE = 7
"""Cells a side that a loupe shows."""
PICTURE = 30
PENDING = Cell("∙", Role.PENDING)


def has_figure(view: "WeightedSumView", step: WeightedSum) -> bool:
    """Whether a step is one small window on one picture, which has a figure of its own."""
    axes = view.bound.axes
    if len(axes) != FLAT or len(slices(step.patch)) > 1 or max(step.patch.shape[1:]) > WIDEST:
        return False
    return not is_large(axes) or max(axis.extent for axis in axes) <= LOUPE


def figure(view: "WeightedSumView", step: WeightedSum, known: int | None = None) -> Beside:
    """What leads to the value of a step; where only some products are `known`, the others and the value are to come."""
    (plane,) = planes(view.walk, step)
    return (_loupes if is_large(view.bound.axes) else _row)(view, step, plane, known)


def _row(view: "WeightedSumView", step: WeightedSum, plane: Plane, known: int | None) -> Beside:
    """Input, products and map in one row."""
    read = _with_weights(input_grid(plane, f"{view.input_noun} {plane.size}"), plane, step)
    output = _so_far(map_grid(view.walk, step, view.caption(step)), known)
    return Beside((read, _products(view, step, known), output), links=((0, 1), (1, 2)))


def _loupes(view: "WeightedSumView", step: WeightedSum, plane: Plane, known: int | None) -> Beside:
    """Input and map as pictures of one size, and below them what is at the window and at the cell."""
    read = input_picture(view.bound.x, plane.box, columns=PICTURE, caption=f"{view.input_noun} {plane.size}")
    kernel = Printed.of(step.weights).grid(0, view.kernel_caption(step), Role.KERNEL)
    window = _with_weights(input_grid(plane, "", side=LOUPE), plane, step)
    output = map_so_far(view.walk, step, view.caption(step))._replace(columns=PICTURE)
    cells = _so_far(map_grid(view.walk, step, "", side=LOUPE, scale=output.legend)._replace(caption=""), known)
    panels = (read, kernel, output._replace(legend=None), window, _products(view, step, known), cells)
    return Beside(panels, links=((0, 3), (2, 5), (3, 4), (4, 5)), columns=3)


def _so_far(output: Grid, known: int | None) -> Grid:
    """The map before its newest cell is found, while products are still to come."""
    if known is None:
        return output
    return output._replace(cells=tuple(tuple(map(_pending, cells)) for cells in output.cells))


def whole(view: "WeightedSumView") -> Scene | None:
    """Input ∗ kernel = map, where there is one of each and all of them are small; else None."""
    is_one = view.walk.total and view.walk.output.shape[:-FLAT] == (1,) and has_figure(view, view.walk[0])
    if not is_one or is_large(view.bound.axes):
        return None
    step, x, output = view.walk[0], view.bound.x[0], view.walk.output[0]
    panels = (
        matrix(f"{view.input_noun} {by(x.shape)}", x, Role.INPUT), Mark("∗"),
        matrix(f"{view.kernel_caption(step)}", step.weights[0], Role.KERNEL), Mark("="),
        matrix(f"{view.output_noun} {by(output.shape)}", output, Role.OUTPUT),
    )  # fmt: skip
    return stack(view.title(), [Beside(panels)], maps.lines(view.remarks()))


def _pending(cell: Cell) -> Cell:
    return PENDING if cell.role == Role.CURRENT else cell


def _with_weights(grid: Grid, plane: Plane, step: WeightedSum) -> Grid:
    """Each cell of the window with what it is multiplied by."""
    cells = [list(line) for line in grid.cells]
    top, left = grid.first
    show = Printed.of(step.weights).show.alone
    for (y, x), weight in zip(pairs(*plane.window), step.weights.ravel().tolist(), strict=True):
        factor = Span(f"×{show(weight)}", sign_role(weight) if weight else Role.LABEL)
        cells[y - top][x - left] = cells[y - top][x - left]._replace(factor=factor)
    return grid._replace(cells=tuple(map(tuple, cells)))


def _products(view: "WeightedSumView", step: WeightedSum, known: int | None) -> Grid:
    """The products so far, and what they add up to."""
    printed = Printed.of(step.products)
    grid = printed.grid(0, f"patch × {view.kernel_name(step)}", Role.PRODUCT, Reveals.PRODUCTS)
    columns, done = len(grid.cells[0]), step.products.size if known is None else known
    cells = tuple(
        tuple(cell if line * columns + at < done else PENDING for at, cell in enumerate(cells))
        for line, cells in enumerate(grid.cells)
    )
    text = short(total_of(step.products.ravel()[:done]))
    printed_sum: Fraction | float = Fraction(0)
    for product in printed.read(0)[:done]:
        printed_sum += product
    said = "=" if printed_sum == exact(text) else "≈"
    total = Span(f"Σ {said} ", Role.TITLE), Span(signed(text), Role.TOTAL, Reveals.VALUE)
    return grid._replace(cells=cells, boxes=(Box(0, 0, len(cells), columns),), total=total)
