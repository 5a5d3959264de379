"""`--as-matrix`: a convolution as one matrix product, with the row of the step marked."""

from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnnstep.engine.gathers import WeightedSum
from cnnstep.engine.matrices import operator
from cnnstep.engine.scatters import Stamp
from cnnstep.engine.steps import Operation, Step, place_of
from cnnstep.geometry import by
from cnnstep.scenes.grids import MOST_SHOWN, WHOLE, extract
from cnnstep.scenes.numbers import exact, formatter, short, signed
from cnnstep.scenes.scene import Beside, Block, Box, Cell, Cut, Grid, Mark, Panel, Role, Scene, Span, stack, words
from cnnstep.scenes.show import Show
from cnnstep.scenes.sums import exactly, relation

Array: TypeAlias = NDArray[Any]

SPARSE = "the whole operation as one matrix"


def as_matrix(show: Show, operation: Operation[Any]) -> Show:
    """The same show, with matrices instead of windows."""
    walk = show.walk
    matrix, constant = operator(operation, walk.bound.x.shape)
    facts = {**show.facts, "matrix": matrix.tolist(), "constant": constant.tolist()}
    y = walk.output.ravel()

    def scene(step: Step) -> Scene:
        per_filter = len(walk) // walk.shape[0]
        patches: list[list[Block]] = []
        if isinstance(step, WeightedSum):
            patches = [_patches(show, step), [_dot(step, step.number % per_filter)]]
        return stack(show.title(step), *patches, _sparse(show, step, matrix, constant, y))

    return show._replace(facts=facts, scene=scene, result=lambda: [*show.result(), _explained(matrix, constant)])


def _patches(show: Show, step: WeightedSum) -> list[Block]:
    """im2col: each window as a row, times the kernel as a column."""
    per_filter = len(show.walk) // show.walk.shape[0]
    first = step.index[0] * per_filter
    shown = extract(range(per_filter), range(step.number - first, step.number - first + 1), WHOLE[0], WHOLE[0] // 2 - 1)
    steps = [show.walk.bound.step(first + i, _index(show, first + i)) for i in shown.shown]
    rows = np.stack([each.patch.ravel() for each in steps])
    here = shown.shown.index(step.number - first)
    weights = step.weights.ravel()
    panels: list[Panel] = [
        _grid(
            f"patches as rows {per_filter}×{len(weights)}", rows, Role.INPUT, here, shown.cut_before, shown.cut_after
        ),
        Mark("·"),
        _grid(f"kernel {len(weights)}", weights[:, None] if len(weights) <= WHOLE[0] else weights[None], Role.KERNEL),
        Mark("="),
        _grid("y", np.array([[each.value] for each in steps], dtype=object), Role.OUTPUT, here),
    ]
    return [Beside(tuple(panels))]


def _dot(step: WeightedSum, row: int) -> Block:
    """What the marked row gives."""
    bias = f" + bias {signed(short(step.bias))}" if step.bias else ""
    divisor = f" / {short(step.divisor)}" if step.divisor != 1 else ""
    value = short(step.value)
    total = exactly(step.products.ravel().tolist())
    sign = relation(total / exact(short(step.divisor)) + exact(short(step.bias)), value)
    return words(f"row {row}: patch · kernel{divisor}{bias} {sign} ", Span(signed(value), Role.TOTAL))


def _index(show: Show, number: int) -> tuple[int, ...]:
    return place_of(number, show.walk.shape)


def _sparse(show: Show, step: Step, matrix: Array, constant: Array, y: Array) -> list[Block]:
    """The matrix of the whole operation around the step: its row, or for a stamp its column."""
    is_stamp = isinstance(step, Stamp)
    row = int(np.flatnonzero(matrix[:, step.number])[0]) if is_stamp and matrix[:, step.number].any() else step.number
    row = min(row, len(matrix) - 1)
    used = np.flatnonzero(matrix[row])
    span = range(step.number, step.number + 1) if is_stamp else range(used[0], used[-1] + 1) if used.size else range(1)
    value = short(y[row] if y.dtype == object else y[row].item())
    rows = extract(range(len(matrix)), range(row, row + 1), WHOLE[0], WHOLE[0] // 2 - 1)
    text = formatter(matrix.ravel().tolist())
    cells = tuple(
        tuple(Cell(text(v), Role.KERNEL if v else Role.LABEL) for v in line)
        for line in matrix[rows.shown.start : rows.shown.stop].tolist()
    )
    here = row - rows.shown.start
    box = Box(0, step.number, len(cells), step.number + 1) if is_stamp else Box(here, span.start, here + 1, span.stop)
    focus = Box(here, span.start, here + 1, min(span.stop, span.start + MOST_SHOWN))
    sizes = f"{by(matrix.shape)} = {by(show.walk.output.shape)} outputs × {by(show.walk.bound.x.shape)} inputs"
    grid = Grid(
        f"{SPARSE} {sizes}",
        cells,
        boxes=(box,),
        cut=Cut(top=rows.cut_before, bottom=rows.cut_after),
        focus=focus,
        origin=(rows.shown.start, 0) if not rows.whole else None,
    )
    what = (
        f"column {step.number}: what input cell {step.number} adds to every output"
        if is_stamp
        else (
            f"row {row} times all inputs{' + ' + signed(short(constant[row])) if constant[row] else ''}"
            f" {relation(_row_times(matrix[row], show.walk.bound.x, constant[row]), value)} {signed(value)}"
        )
    )
    return [Beside((grid,)), words(what)]


def _row_times(row: Array, x: Array, constant: Any) -> Fraction:
    """What a row of the matrix and the inputs come to, without any rounding but that of the numbers themselves."""
    pairs = zip(row.tolist(), x.ravel().tolist(), strict=True)
    return sum((Fraction(m) * Fraction(v) for m, v in pairs), Fraction(constant.item()))


def _grid(
    caption: str, values: Array, role: Role, here: int | None = None, before: bool = False, after: bool = False
) -> Grid:
    text = formatter(values.ravel().tolist())
    cells = tuple(tuple(Cell(text(v), role) for v in line) for line in values.tolist())
    boxes = () if here is None else (Box(here, 0, here + 1, len(cells[0])),)
    return Grid(caption, cells, boxes=boxes, cut=Cut(top=before, bottom=after))


def _explained(matrix: Array, constant: Array) -> list[Block]:
    filled = int(np.count_nonzero(matrix))
    shift = " + b" if constant.any() else ""
    return [
        words(
            f"y = M·x{shift}: M is {by(matrix.shape)}, and {filled:,} of its {matrix.size:,} numbers are not 0;"
            f" the kernel's own repeat in every row",
            indent=1,
        )
    ]
