"""`--as-matrix`: a convolution as one matrix product, with the row of the step marked."""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.gathers import WeightedSum
from cnnstep.engine.matrices import operator
from cnnstep.engine.steps import Step
from cnnstep.geometry import by
from cnnstep.geometry.numbering import place_of
from cnnstep.views.page.grid import Box, Cell, Cut, Grid
from cnnstep.views.page.roles import Importance, Reveals, Role, Span
from cnnstep.views.page.scene import Beside, Block, Mark, Scene, Words, answer, stack, words
from cnnstep.views.panels.extracts import MOST_SHOWN, WHOLE, cut_of, extract
from cnnstep.views.panels.grids import matrix
from cnnstep.views.view import View
from cnnstep.views.wording.cells import CellFormat
from cnnstep.views.wording.numbers import exact, short, signed
from cnnstep.views.wording.sums import LINES, bracketed, exactly, relation

ROWS = 4  # of each of two matrices, so that both fit a screen
SPARSE = "the whole operation as one matrix"


@dataclass(frozen=True, eq=False)
class MatrixView(View):
    """The walk of another view, with matrices instead of windows."""

    other: View | None = None
    without: ClassVar[str] = "as-matrix"

    @classmethod
    def of(cls, view: View) -> "MatrixView":
        """The same walk; raises GeometryError where the matrix is too large to be shown."""
        operator(view.operation, view.bound.input.shape)
        return cls(view.walk, view.vocabulary, other=view)

    @property
    def beside(self) -> View:
        """The view whose windows these are."""
        assert self.other is not None  # noqa: S101 - `of` gives it one
        return replace(self.other, walk=self.walk, chosen=self.chosen)

    @cached_property
    def matrices(self) -> tuple[Array, Array]:
        """The matrix M (outputs, inputs) and the constant b (outputs,) of y = M·x + b."""
        return operator(self.operation, self.bound.input.shape)

    def facts(self) -> dict[str, Any]:
        """With both matrices."""
        matrix, constant = self.matrices
        return {**super().facts(), "matrix": matrix, "constant": constant}

    def title(self, step: Step | None = None) -> list[Block]:
        """That of the windows."""
        return self.beside.title(step)

    def sentence(self, step: Step, lines: int = LINES) -> Words:
        """That of the windows."""
        return self.beside.sentence(step, lines)

    def scene(self, step: Step) -> Scene:
        """im2col, where there are windows, and the sparse matrix of the whole."""
        matrix, constant = self.matrices
        if isinstance(step, WeightedSum):
            per_filter = len(self.walk) // self.walk.shape[0]
            patches = [*self._patches(step), _dot(step, step.number % per_filter)]
            return stack(self.title(step), patches, self._sparse(self._of_sum(step, matrix, constant), matrix))
        filled = np.flatnonzero(matrix[:, step.number])
        meaning = f"column {step.number}: what input cell {step.number} adds to every output"
        columns = range(step.number, step.number + 1)
        framed = _Framed(int(filled[0]) if filled.size else 0, columns, True, (Span(meaning),))
        return stack(self.title(step), self._sparse(framed, matrix))

    def result(self) -> list[list[Block]]:
        """That of the windows, and the whole matrix."""
        matrix, constant = self.matrices
        show = CellFormat.of(matrix.ravel().tolist())
        grid = Grid(show.caption(f"M {by(matrix.shape)}"), _cells(matrix, show))
        told = (
            f"y = M·x{' + b' * bool(constant.any())}: M is {by(matrix.shape)}, and {np.count_nonzero(matrix):,} of its"
            f" {matrix.size:,} numbers are not 0; the kernel's own repeat in every row"
        )
        small = [Beside((grid,))] if len(matrix) <= MOST_SHOWN else []
        return [*self.beside.result(), [*small, words(told, indent=1)]]

    def _patches(self, step: WeightedSum) -> list[Block]:
        """im2col: each window as a row, times the kernel as a column."""
        per_filter = len(self.walk) // self.walk.shape[0]
        first = step.index[0] * per_filter
        tall = max(ROWS, min(step.weights.size, WHOLE[0]))  # the kernel stands beside them as a column
        here = step.number - first
        shown = extract(range(per_filter), range(here, here + 1), tall, tall // 2 - 1)
        steps = [self.bound.step(first + i, place_of(first + i, self.walk.shape)) for i in shown.shown]
        here = shown.shown.index(here)
        cut = cut_of(shown)
        rows = np.stack([each.patch.ravel() for each in steps])
        weights, values = step.weights.ravel(), np.array([[each.value] for each in steps], dtype=object)
        column = weights[:, None] if len(weights) <= WHOLE[0] else weights[None]
        panels = (
            _framed(matrix(f"patches as rows {per_filter}×{len(weights)}", rows, Role.INPUT), here, cut),
            Mark("·"),
            matrix(f"kernel {len(weights)}", column, Role.KERNEL),
            Mark("="),
            _framed(_so_far(matrix(self.vocabulary.y, values, Role.OUTPUT), here), here, cut),
        )
        return [Beside(panels)]

    def _of_sum(self, step: Step, matrix: Array, constant: Array) -> "_Framed":
        """A window is a row: the kernel's numbers where the window lies."""
        row, added = step.number, constant.tolist()[step.number]
        used, value = np.flatnonzero(matrix[row]), short(self.walk.output.ravel().tolist()[row])
        plus = f" + {bracketed(short(added))}" if added else ""
        pairs = zip(matrix[row].tolist(), self.bound.x.ravel().tolist(), strict=True)
        sign = relation(sum((Fraction(m) * Fraction(x) for m, x in pairs), Fraction(added)), value)
        columns = range(int(used[0]), int(used[-1]) + 1) if used.size else range(1)
        return _Framed(row, columns, False, (Span(f"row {row} times all inputs{plus} {sign} "), answer(signed(value))))

    def _sparse(self, mark: "_Framed", matrix: Array) -> list[Block]:
        """The matrix of the whole operation, around what is marked in it."""
        rows = extract(range(len(matrix)), range(mark.row, mark.row + 1), ROWS, ROWS // 2 - 1)
        show = CellFormat.of(matrix.ravel().tolist())
        cells = _cells(matrix[rows.shown.start : rows.shown.stop], show)
        here, (left, right) = mark.row - rows.shown.start, (mark.columns.start, mark.columns.stop)
        outputs, inputs = by(self.walk.output_shape), by(self.bound.x.shape)
        grid = Grid(
            show.caption(f"{SPARSE} {by(matrix.shape)} = {outputs} outputs × {inputs} inputs"),
            cells,
            boxes=(Box(0, left, len(cells), right) if mark.all_rows else Box(here, left, here + 1, right),),
            cut=cut_of(rows),
            focus=Box(here, left, here + 1, min(right, left + MOST_SHOWN)),
            importance=Importance.STEP,
        )
        return [Beside((grid,)), words(*mark.meaning, importance=Importance.ANSWER)]


def _dot(step: WeightedSum, row: int) -> Block:
    """What the marked row gives."""
    bias = f" + bias {signed(short(step.bias))}" if step.bias else ""
    divisor = f" / {short(step.divisor)}" if step.divisor != 1 else ""
    value = short(step.value)
    total = exactly(step.products.ravel().tolist())
    sign = relation(total / exact(short(step.divisor)) + exact(short(step.bias)), value)
    told = f"row {row}: patch · kernel{divisor}{bias} {sign} "
    return words(told, answer(signed(value)), importance=Importance.ANSWER)


class _Framed(NamedTuple):
    """What of the matrix is framed: columns of a row (all rows of a column for one input cell), and what it means."""

    row: int
    columns: range
    all_rows: bool
    meaning: tuple[Span, ...]


def _cells(values: Array, text: CellFormat) -> tuple[tuple[Cell, ...], ...]:
    """Numbers of the sparse matrix; zeros stand back."""
    return tuple(tuple(Cell(text(v), Role.KERNEL if v else Role.LABEL) for v in line) for line in values.tolist())


def _framed(grid: Grid, here: int, cut: Cut) -> Grid:
    """One row framed."""
    box = Box(here, 0, here + 1, len(grid.cells[0]))
    return grid._replace(boxes=(box,), cut=cut, focus=box, importance=Importance.STEP)


def _so_far(grid: Grid, here: int) -> Grid:
    """Of a result the framed row is the newest, and the rows below are yet to come."""
    newest = tuple(cell._replace(role=Role.CURRENT, reveals=Reveals.VALUE) for cell in grid.cells[here])
    pending = tuple((Cell("∙", Role.PENDING),) for _ in grid.cells[here + 1 :])
    least = max(len(cell.text) for row in grid.cells for cell in row)
    return grid._replace(cells=(*grid.cells[:here], newest, *pending), least=least)
