"""One input cell, times the kernel, added to what already stands in the output: a transposed convolution."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.gathers import WeightedSum
from cnnstep.engine.scatters import Added
from cnnstep.geometry import Axis, by
from cnnstep.geometry.numbering import place_of
from cnnstep.views.operations.elementwise import input_panels
from cnnstep.views.operations.weighted_sum import WeightedSumView
from cnnstep.views.page.grid import Cell, Grid
from cnnstep.views.page.roles import Importance, Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Beside, Block, Mark, Panel, Scene, Words, answer, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.extracts import MOST_SHOWN, WHOLE
from cnnstep.views.panels.grids import input_grid
from cnnstep.views.panels.planes import ONE_ROW, Plane, slices
from cnnstep.views.panels.printed import Printed
from cnnstep.views.view import View
from cnnstep.views.wording import arithmetic
from cnnstep.views.wording.numbers import exact, short, signed
from cnnstep.views.wording.sums import LINES, bracketed, place, relation, stated

MIRROR = "the transpose of a convolution, not its inverse: it undoes the shape, not the values"


@dataclass(frozen=True, eq=False)
class TransposedView(View):
    """A walk whose steps each add a cell's value, times the kernel, to a window of the output."""

    beyond: ClassVar[str] = "cut away"
    """What lies outside of the output."""

    def title(self, step: Added | None = None) -> list[Block]:
        """Input ∗ᵀ kernel → output, settings, the size arithmetic."""
        sizes = self.bound.sizes
        extra = [axis.output_padding for axis in sizes.axes]
        padding = f"output padding {by(sorted(set(extra)))}" if any(extra) else ""
        facts = [arithmetic.flow(sizes, "∗ᵀ"), *arithmetic.settings(sizes), padding]
        return self.head(facts, arithmetic.in_short(sizes.axes), step)

    def scene(self, step: Added) -> Scene:
        """The cell, what stood in the output, what is added, what stands there now."""
        filters = f", for filter {step.filters.start}" if len(step.filters) > 1 else ""
        caption = f"{self.vocabulary.weights}{filters}"
        told: list[Block] = [self.sentence(step)]
        if outside := int((~step.inside).sum()):
            told.append(words(self.outside(outside)))
        return stack(self.title(step), *self._surroundings(step), *addition(step, caption), told)

    def outside(self, count: int) -> str:
        """What becomes of the cells of a window that lie outside."""
        return f"{arithmetic.count(count, 'cell')} of its window cut away by the padding"

    @property
    def labels(self) -> Sequence[str]:
        """The names of the kernels."""
        names: Sequence[str] = self.operation.bank.names  # type: ignore[attr-defined]  # it has kernels
        return names

    def remarks(self) -> list[str]:
        """What the output cost, and what it is not."""
        sizes = self.bound.sizes
        cells = arithmetic.count(len(self.walk), "cell")
        group = max(1, (sizes.channels or 1) // sizes.groups)
        products = sizes.products // group * ((sizes.filters or 1) // sizes.groups)
        each = arithmetic.count(products, "product")
        return [f"{cells} of {each} = {sizes.multiply_adds:,} multiply-adds; {maps.extent(self.walk.output)}", MIRROR]

    def sentence(self, step: Added, lines: int = LINES) -> Words:
        """`x[1,1] = 5 times the kernel, added to 4 cells; y[2,2] = 7 + 5·2 = 17`, where most stands already."""
        value, source = short(step.value), place(step, self.vocabulary.x)
        if not step.inside.any():
            return stated(
                ((Span(f"{source} = {signed(value)} adds nothing: all of it is {self.beyond}"),),), lines=lines
            )
        example = example_of(step)
        target = [positions[i] for positions, i in zip(step.window, example, strict=True)]
        where = [step.filters.start, *target] if step.filters.start else target
        numbers = [array[(0, *example)] for array in (step.before, step.weights, step.after)]
        before, weight, after = (short(v if isinstance(v, int) else float(v)) for v in numbers)
        printed = exact(before) + exact(value) * exact(weight)
        cells = arithmetic.count(int(step.inside.sum()), "cell")
        sum_of = f"{signed(before)} + {bracketed(value)}·{bracketed(weight)} {relation(printed, after)}{NBSP}"
        told = (
            Span(f"{source} = {signed(value)} times the {self.vocabulary.weights}, added to {cells}; "),
            Span(f"{self.vocabulary.y}[{','.join(map(str, where))}] = {sum_of}"),
            answer(signed(after)),
        )
        return stated((told,), lines=lines)

    def breakdown(self, step: Added | WeightedSum) -> list[Block]:
        """The sum behind a cell of the output."""
        return self._sums.breakdown(step) if isinstance(step, WeightedSum) else super().breakdown(step)

    def reads(self, step: Added | WeightedSum) -> list[Panel]:
        """The products of that sum."""
        return self._sums.reads(step) if isinstance(step, WeightedSum) else super().reads(step)

    def brief(self, step: Added | WeightedSum) -> str:
        """The product that contributes most to it."""
        return self._sums.brief(step) if isinstance(step, WeightedSum) else super().brief(step)

    @property
    def _sums(self) -> WeightedSumView:
        """The same as sums, one for each cell of the output."""
        return WeightedSumView(self.walk, self.vocabulary, called=self.called)

    def _surroundings(self, step: Added) -> list[list[Block]]:
        """The input with the cell framed, and the output with the window framed."""
        panels = input_panels(self.bound.x, step.index, self.vocabulary.input)
        axes = self.bound.axes
        if max(axis.extent for axis in axes) > MOST_SHOWN:
            return [[Beside(tuple(panels))]]
        size = by([axis.output for axis in axes])
        output = input_grid(
            output_plane(self.bound, step, [axis.output for axis in axes]), f"{self.output_noun} so far {size}"
        )
        panels.append(with_news(output)._replace(unread_rows=frozenset(), unread_columns=frozenset()))
        return maps.laid(panels, is_signal=len(axes) == 1)


def with_news(output: Grid) -> Grid:
    """The cells of the window are what is new."""
    cells = tuple(
        tuple(
            cell._replace(role=Role.CURRENT, reveals=Reveals.VALUE) if output.role(row, column) == Role.WINDOW else cell
            for column, cell in enumerate(line)
        )
        for row, line in enumerate(output.cells)
    )
    return output._replace(cells=cells)


def output_plane(bound: Any, step: Added, sizes: Sequence[int], frame: int | None = None) -> Plane:
    """The output after the step; what the padding cuts away of the window stands beside it in brackets."""
    lead = [positions[len(positions) // 2 if frame is None else frame] for positions in step.window[:-2]]

    def read(rows: range, columns: range) -> tuple[Array, Array]:
        window = [*(range(p, p + 1) for p in lead), rows, columns][-len(step.window) :]
        after = bound.partial(step.number + 1, step.filters, window)[0].reshape(len(rows), len(columns))
        inside = bound.inside(window).reshape(len(rows), len(columns))
        return after, ~inside

    bare = (  # the output's axes with only as much around them as the window hangs over
        Axis(size, 1, 1, max(0, -window[0]), max(0, window[-1] + 1 - size))
        for size, window in zip(sizes, step.window, strict=True)
    )
    (down, along), (rows, columns) = (ONE_ROW, *bare)[-2:], (range(1), *step.window)[-2:]
    return Plane((down, along), (rows, columns), read)


def addition(step: Added, kernel: str) -> list[list[Block]]:
    """Before + x · kernel = after."""
    if max(step.inside.shape) > WHOLE[1]:
        return []
    before, weights, after = (Printed.of(array[:1]) for array in (step.before, step.weights, step.after))
    x, blocks = short(step.value), []
    for number, inside in enumerate(slices(step.inside[None])):
        cells = zip(*(each.read(number, inside) for each in (before, weights, after)), strict=True)
        panels = (
            _known("there before", before, number, inside),
            Mark("+"),
            Mark(bracketed(x), Role.WINDOW),
            Mark("×"),
            weights.grid(number, kernel, Role.KERNEL),
            Mark("=" if all(was + exact(x) * weight == now for was, weight, now in cells) else "≈"),
            _known("there now", after, number, inside, is_new=True),
        )
        blocks.append(Beside(panels, continues=number > 0))
    return [[*blocks]]


def _known(caption: str, printed: Printed, number: int, inside: Array, *, is_new: bool = False) -> Grid:
    """Numbers of the output; what is cut away is left out."""
    role, reveals = (Role.CURRENT, Reveals.VALUE) if is_new else (Role.OUTPUT, Reveals.NOTHING)
    cells = tuple(
        tuple(
            Cell(printed.show(v), role, reveals=reveals) if known else Cell("cut", Role.PADDING)
            for v, known in zip(*line, strict=True)
        )
        for line in zip(printed.pieces[number].tolist(), inside.tolist(), strict=True)
    )
    return Grid(caption, cells, least=printed.width, importance=Importance.STEP)


def example_of(step: Added) -> tuple[int, ...]:
    """The cell of the window where most is there already, of those to which something is added; or is added most."""
    counts = step.inside & (step.products[0] != 0)
    strength = np.where(counts, np.abs(step.before[0].astype(np.float64)), -1)
    if not strength.max() > 0:
        strength = np.where(step.inside, np.abs(step.products[0].astype(np.float64)), -1)
    return place_of(int(strength.argmax()), strength.shape)
