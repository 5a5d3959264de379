"""One input cell, times the kernel, added to what already stands in the output: a transposed convolution."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.scatters import Stamp
from cnnstep.geometry import Axis, by
from cnnstep.geometry.axes import place_of
from cnnstep.views.operations.elementwise import input_panels
from cnnstep.views.page.marks import Importance, Reveals
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import NBSP, Beside, Block, Cell, Grid, Mark, Scene, Words, answer, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import MOST_SHOWN, WHOLE, input_grid, matrix
from cnnstep.views.panels.planes import ONE_ROW, Plane, slices
from cnnstep.views.view import View
from cnnstep.views.wording import arithmetic
from cnnstep.views.wording.numbers import Formatter, exact, formatter, short, signed
from cnnstep.views.wording.sums import bracketed, relation, stated
from cnnstep.views.wording.titles import flow, head

MIRROR = "the transpose of a convolution, not its inverse: it undoes the shape, not the values"


@dataclass(frozen=True, eq=False)
class TransposedView(View):
    """A walk whose steps each add a cell's value, times the kernel, to a window of the output."""

    def title(self, step: Stamp | None = None) -> list[Block]:
        """Input ∗ᵀ kernel → output, settings, the size arithmetic."""
        sizes = self.bound.sizes
        extra = [axis.output_padding for axis in sizes.axes]
        padding = f"output padding {by(sorted(set(extra)))}" if any(extra) else ""
        facts = [flow(sizes, "∗ᵀ"), *arithmetic.settings(sizes), padding]
        return head(self.vocabulary, facts, arithmetic.in_short(sizes.axes), step, len(self.walk))

    def scene(self, step: Stamp) -> Scene:
        """The cell, what stood in the output, what is added, what stands there now."""
        filters = f", for filter {step.filters.start}" if len(step.filters) > 1 else ""
        caption = f"{self.vocabulary.weights}{filters}"
        told = [_sentence(step, self.vocabulary.y), *_cut(step)]
        return stack(self.title(step), *self._surroundings(step), *_addition(step, caption), told)

    def line(self, step: Stamp) -> Scene:
        """What is added, in one line."""
        return Scene((_sentence(step, self.vocabulary.y, indent=0),))

    def result(self) -> list[list[Block]]:
        """The output, what it cost, and what it is not."""
        sizes = self.bound.sizes
        cells = arithmetic.count(len(self.walk), "cell")
        group = max(1, (sizes.channels or 1) // sizes.groups)
        products = sizes.products // group * ((sizes.filters or 1) // sizes.groups)
        each = arithmetic.count(products, "product")
        cost = f"{cells} of {each} = {sizes.multiply_adds:,} multiply-adds; {maps.extent(self.walk.output)}"
        return maps.whole(self.walk.output, self.output_noun, [cost, MIRROR], self.operation.bank.names)  # type: ignore[attr-defined]  # it has kernels

    def _surroundings(self, step: Stamp) -> list[list[Block]]:
        """The input with the cell framed, and the output with the window framed."""
        panels = input_panels(self.bound.x, step.index)
        axes = self.bound.axes
        if max(axis.extent for axis in axes) > MOST_SHOWN:
            return [[Beside(tuple(panels))]]
        size = by([axis.output for axis in axes])
        output = input_grid(_output_plane(self.bound, step), f"{self.output_noun} so far {size}")
        panels.append(_with_news(output)._replace(unread_rows=frozenset(), unread_columns=frozenset()))
        if len(axes) == 1:
            return [[Beside((panel,))] for panel in panels]
        return [[Beside(tuple(panels))]]


def _with_news(output: Grid) -> Grid:
    """The cells of the stamp are what is new."""
    news = {(row, column) for box in output.boxes for row in box.rows for column in box.columns}
    cells = tuple(
        tuple(
            cell._replace(role=Role.CURRENT, reveals=Reveals.VALUE)
            if (row, column) in news and cell.role == Role.INPUT
            else cell
            for column, cell in enumerate(line)
        )
        for row, line in enumerate(output.cells)
    )
    return output._replace(cells=cells)


def _output_plane(bound: Any, step: Stamp) -> Plane:
    """The output after the step; what the padding cuts away of the stamp stands beside it in brackets."""
    axes = [Axis(axis.output, axis.kernel, axis.stride, axis.before, axis.after, axis.dilation) for axis in bound.axes]
    lead = [positions[len(positions) // 2] for positions in step.window[:-2]]

    def read(rows: range, columns: range) -> tuple[Array, Array]:
        window = [*(range(p, p + 1) for p in lead), *([rows] if len(axes) > 1 else []), columns]
        after = bound.partial(step.number + 1, step.filters, window)[0].reshape(len(rows), len(columns))
        inside = bound.inside(window).reshape(len(rows), len(columns))
        return after, ~inside

    if len(axes) == 1:
        return Plane((ONE_ROW, _bare(axes[0], step.window[0])), (range(1), step.window[0]), read)
    down, along = (_bare(axis, positions) for axis, positions in zip(axes[-2:], step.window[-2:], strict=True))
    return Plane((down, along), (step.window[-2], step.window[-1]), read)


def _bare(axis: Axis, window: range) -> Axis:
    """The output's axis with only as much around it as the stamp hangs over."""
    return Axis(axis.input, 1, 1, max(0, -window[0]), max(0, window[-1] + 1 - axis.input))


def _addition(step: Stamp, kernel: str) -> list[list[Block]]:
    """Before + x · kernel = after."""
    if max(step.inside.shape) > WHOLE[1]:
        return []
    arrays = [slices(array[:1]) for array in (step.before, step.weights, step.after)]
    shows = [formatter(array.ravel().tolist()) for array in arrays]
    wide = [max(len(text(v)) for v in array.ravel().tolist()) for text, array in zip(shows, arrays, strict=True)]
    inside = slices(step.inside[None])
    blocks: list[Block] = []
    for number in range(len(inside)):
        before, weights, after = (array[number] for array in arrays)
        known = inside[number]
        panels = (
            _known("there before", before, known, shows[0], wide[0]),
            Mark("+"),
            Mark(bracketed(short(step.value)), Role.WINDOW),
            Mark("×"),
            matrix(kernel, weights, Role.KERNEL, show=shows[1], least=wide[1])._replace(importance=Importance.STEP),
            Mark(_equals(step, before, weights, after, shows, known)),
            _known("there now", after, known, shows[2], wide[2], is_new=True),
        )
        blocks.append(Beside(panels, continues=number > 0))
    return [blocks]


def _equals(step: Stamp, before: Array, weights: Array, after: Array, shows: Sequence[Formatter], inside: Array) -> str:
    """= if every printed sum is that of the printed numbers, else ≈."""
    x = exact(short(step.value))
    cells = zip(before[inside].tolist(), weights[inside].tolist(), after[inside].tolist(), strict=True)
    was, weight, now = shows
    return "=" if all(exact(was(b)) + x * exact(weight(w)) == exact(now(a)) for b, w, a in cells) else "≈"


def _known(caption: str, values: Array, inside: Array, text: Any, least: int, *, is_new: bool = False) -> Grid:
    """Numbers of the output; what is cut away is left out."""
    look = (Role.CURRENT, None, Reveals.VALUE) if is_new else (Role.OUTPUT,)
    cells = tuple(
        tuple(Cell(text(v), *look) if known else Cell("cut", Role.PADDING) for v, known in zip(*line, strict=True))
        for line in zip(values.tolist(), inside.tolist(), strict=True)
    )
    return Grid(caption, cells, least=least, importance=Importance.STEP)


def _sentence(step: Stamp, symbol: str, *, indent: int = 2) -> Words:
    """`x[1,1] = 5 times the kernel, added to 4 cells; y[2,2] = 7 + 5·2 = 17`, for the cell where most is already."""
    value = short(step.value)
    index = step.index[1:] if len(step.index) > 1 and not step.index[0] else step.index
    source = f"x[{','.join(map(str, index))}]"
    if not step.inside.any():
        return stated(((Span(f"{source} = {signed(value)} adds nothing: all of it is cut away"),),), indent=indent)
    counts = step.inside & (step.products[0] != 0)
    strength = np.where(counts, np.abs(step.before[0].astype(np.float64)), -1)
    if not strength.max() > 0:
        strength = np.where(step.inside, np.abs(step.products[0].astype(np.float64)), -1)
    place = place_of(int(strength.argmax()), strength.shape)
    target = [positions[i] for positions, i in zip(step.window, place, strict=True)]
    where = [step.filters.start, *target] if step.filters.start else target
    numbers = [array[(0, *place)] for array in (step.before, step.weights, step.after)]
    before, weight, after = (short(v if isinstance(v, int) else float(v)) for v in numbers)
    printed = exact(before) + exact(value) * exact(weight)
    cells = arithmetic.count(int(step.inside.sum()), "cell")
    told = (
        Span(f"{source} = {signed(value)} times the kernel, added to {cells}; "),
        Span(f"{symbol}[{','.join(map(str, where))}] = {signed(before)} + {bracketed(value)}·{bracketed(weight)}"),
        Span(f" {relation(printed, after)}{NBSP}"),
        answer(signed(after)),
    )
    return stated((told,), indent=indent)


def _cut(step: Stamp) -> list[Block]:
    outside = int((~step.inside).sum())
    return [words(f"{arithmetic.count(outside, 'cell')} of its window cut away by the padding")] if outside else []
