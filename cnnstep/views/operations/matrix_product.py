"""`--as-matrix`: a convolution as one matrix product, with the row of the step marked."""

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.gathers import WeightedSum
from cnnstep.engine.matrices import operator
from cnnstep.engine.scatters import Stamp
from cnnstep.engine.steps import Operation, Step, place_of
from cnnstep.geometry import by
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Beside, Block, Box, Cell, Cut, Grid, Mark, Panel, Scene, stack, words
from cnnstep.views.panels.grids import MOST_SHOWN, WHOLE, extract
from cnnstep.views.view import Show
from cnnstep.views.wording.numbers import exact, formatter, short, signed
from cnnstep.views.wording.sums import bracketed, exactly, relation

ROWS = 4  # of each of two matrices, so that both fit a screen
SPARSE = "the whole operation as one matrix"


def as_matrix(show: Show, operation: Operation[Any]) -> Show:
    """The same show, with matrices instead of windows."""
    walk = show.walk
    matrix, constant = operator(operation, walk.bound.x.shape)
    facts = {**show.facts, "matrix": matrix.tolist(), "constant": constant.tolist()}

    def scene(step: Any) -> Scene:
        if isinstance(step, Stamp):
            return stack(show.title(step), _sparse(show, _of_stamp(step, matrix), matrix))
        patches = [*_patches(show, step), _dot(step, step.number % (len(walk) // walk.shape[0]))]
        return stack(show.title(step), patches, _sparse(show, _of_sum(show, step, matrix, constant), matrix))

    return show._replace(facts=facts, scene=scene, result=lambda: [*show.result(), _all_of(matrix, constant)])


def _patches(show: Show, step: WeightedSum) -> list[Block]:
    """im2col: each window as a row, times the kernel as a column."""
    per_filter = len(show.walk) // show.walk.shape[0]
    first = step.index[0] * per_filter
    tall = max(ROWS, min(step.weights.size, WHOLE[0]))  # the kernel stands beside them as a column
    here = step.number - first
    shown = extract(range(per_filter), range(here, here + 1), tall, tall // 2 - 1)
    steps = [show.walk.bound.step(first + i, _index(show, first + i)) for i in shown.shown]
    rows = np.stack([each.patch.ravel() for each in steps])
    here = shown.shown.index(here)
    weights = step.weights.ravel()
    panels: list[Panel] = [
        _grid(
            f"patches as rows {per_filter}×{len(weights)}", rows, Role.INPUT, here, shown.cut_before, shown.cut_after
        ),
        Mark("·"),
        _grid(f"kernel {len(weights)}", weights[:, None] if len(weights) <= WHOLE[0] else weights[None], Role.KERNEL),
        Mark("="),
        _grid(
            "y",
            np.array([[each.value] for each in steps], dtype=object),
            Role.OUTPUT,
            here,
            shown.cut_before,
            shown.cut_after,
            is_result=True,
        ),
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


class _Mark(NamedTuple):
    """What of the matrix is framed: columns of a row (all rows of a column for a stamp), and what it means."""

    row: int
    columns: range
    all_rows: bool
    meaning: tuple[Span, ...]


def _of_stamp(step: Stamp, matrix: Array) -> _Mark:
    """A stamp is a column: what one input cell adds to every output."""
    filled = np.flatnonzero(matrix[:, step.number])
    meaning = f"column {step.number}: what input cell {step.number} adds to every output"
    return _Mark(int(filled[0]) if filled.size else 0, range(step.number, step.number + 1), True, (Span(meaning),))


def _of_sum(show: Show, step: Step, matrix: Array, constant: Any) -> _Mark:
    """A window is a row: the kernel's numbers where the window lies."""
    row, y, constant = step.number, show.walk.output.ravel().tolist(), constant.tolist()
    used = np.flatnonzero(matrix[row])
    value = short(y[row])
    plus = f" + {bracketed(short(constant[row]))}" if constant[row] else ""
    sign = relation(_row_times(matrix[row], show.walk.bound.x, constant[row]), value)
    columns = range(int(used[0]), int(used[-1]) + 1) if used.size else range(1)
    told = (Span(f"row {row} times all inputs{plus} {sign} "), Span(signed(value), Role.TOTAL))
    return _Mark(row, columns, False, told)


def _sparse(show: Show, mark: _Mark, matrix: Array) -> list[Block]:
    """The matrix of the whole operation, around what is marked in it."""
    rows = extract(range(len(matrix)), range(mark.row, mark.row + 1), ROWS, ROWS // 2 - 1)
    text = formatter(matrix.ravel().tolist())
    cells = tuple(
        tuple(Cell(text(v), Role.KERNEL if v else Role.LABEL) for v in line)
        for line in matrix[rows.shown.start : rows.shown.stop].tolist()
    )
    here, (left, right) = mark.row - rows.shown.start, (mark.columns.start, mark.columns.stop)
    grid = Grid(
        f"{SPARSE} {by(matrix.shape)} = {by(show.walk.output.shape)} outputs × {by(show.walk.bound.x.shape)} inputs",
        cells,
        boxes=(Box(0, left, len(cells), right) if mark.all_rows else Box(here, left, here + 1, right),),
        cut=Cut(top=rows.cut_before, bottom=rows.cut_after),
        focus=Box(here, left, here + 1, min(right, left + MOST_SHOWN)),
    )
    return [Beside((grid,)), words(*mark.meaning)]


def _row_times(row: Array, x: Array, constant: float) -> Fraction:
    """What a row of the matrix and the inputs come to, without any rounding but that of the numbers themselves."""
    pairs = zip(row.tolist(), x.ravel().tolist(), strict=True)
    return sum((Fraction(m) * Fraction(v) for m, v in pairs), Fraction(constant))


def _grid(
    caption: str,
    values: Array,
    role: Role,
    here: int | None = None,
    before: bool = False,
    after: bool = False,
    *,
    is_result: bool = False,
) -> Grid:
    """Numbers with one row framed; of a result that row is the newest, and the rows below are yet to come."""
    text = formatter(values.ravel().tolist())
    lines = values.tolist()
    least = max(len(text(v)) for line in lines for v in line)
    cells = tuple(tuple(Cell(text(v), role) for v in line) for line in lines)
    box = None if here is None else Box(here, 0, here + 1, len(cells[0]))
    if is_result and here is not None:
        newest = (tuple(cell._replace(role=Role.CURRENT) for cell in cells[here]),)
        pending = tuple((Cell("∙", Role.PENDING),) for _ in cells[here + 1 :])
        cells = cells[:here] + newest + pending
    return Grid(caption, cells, (box,) if box else (), Cut(top=before, bottom=after), box, least=least)


def _all_of(matrix: Array, constant: Array) -> list[Block]:
    """The whole matrix, as far as a screen is wide, and what there is to say about it."""
    text = formatter(matrix.ravel().tolist())
    cells = tuple(tuple(Cell(text(v), Role.KERNEL if v else Role.LABEL) for v in line) for line in matrix.tolist())
    whole: list[Block] = [Beside((Grid(f"M {by(matrix.shape)}", cells),))] if len(matrix) <= MOST_SHOWN else []
    return [*whole, *_explained(matrix, constant)]


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
