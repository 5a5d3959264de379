"""Gradients of inputs and biases: what comes back to a cell, and sums of upstream values."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product, starmap
from typing import Any

from cnnstep.engine.gathers import WeightedSum
from cnnstep.engine.gradients.copies import Collected
from cnnstep.engine.gradients.sums import Total
from cnnstep.engine.scatters import Added
from cnnstep.geometry import by
from cnnstep.views.operations.elementwise import input_panels
from cnnstep.views.operations.transposed import TransposedView
from cnnstep.views.operations.weighted_sum import WeightedSumView
from cnnstep.views.page.grid import Box, Grid
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Block, Panel, Scene, Words, answer, beside, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import map_grid
from cnnstep.views.view import View
from cnnstep.views.wording import arithmetic, sums
from cnnstep.views.wording.arithmetic import count, shape
from cnnstep.views.wording.numbers import exact, short, signed

MOST_TERMS = 20


def named(symbol: str, place: Sequence[int]) -> str:
    """`∂L/∂y[1,2]`, or `∂L/∂y[2,1,2]` in channel 2."""
    shown = place[1:] if len(place) > 1 and not place[0] else place
    return f"{symbol}[{','.join(map(str, shown))}]"


def flow(view: View, g: Sequence[int]) -> str:
    """`∂L/∂y 3×3 → ∂L/∂x 5×5`."""
    return f"{view.vocabulary.upstream} {shape(g)} → {view.vocabulary.y} {shape(view.walk.output_shape)}"


@dataclass(frozen=True, eq=False)
class InputGradientView(TransposedView):
    """A walk over upstream values, each of which adds the kernel, times itself, to what its window read."""

    beyond = "padding"

    def title(self, step: Added | None = None) -> list[Block]:
        """Upstream → input, and what one step does."""
        settings = arithmetic.settings(self.bound.sizes)
        return self.head([flow(self, self.bound.grid), *settings], ["each value goes back to its window"], step)

    def scene(self, step: Added) -> Scene:
        """As of every transposed convolution; and what becomes of cells that the padding repeats."""
        scene = super().scene(step)
        if step.inside.shape == tuple(axis.kernel for axis in self.bound.axes):
            return scene
        told = "the padding repeats cells: they get the sum of the weights that read them"
        return Scene((*scene.blocks, words(Span(told, Role.LABEL))))

    def outside(self, count: int) -> str:
        """What becomes of the cells of a window that lie in the padding."""
        verb = "was" if count == 1 else "were"
        return f"{arithmetic.count(count, 'cell')} of its window {verb} padding: no gradient of the input"

    @property
    def labels(self) -> Sequence[str]:
        """The names of the input's channels."""
        return self.vocabulary.channels

    def remarks(self) -> list[str]:
        """What it cost, and the same by cell."""
        output = self.walk.output
        told = f"{count(self.walk.total, 'upstream value')}, each times its kernel; {maps.extent(output)}"
        return [told, "the same by cell: the full convolution with the kernel turned by 180°"]


@dataclass(frozen=True, eq=False)
class CellGradientView(WeightedSumView):
    """A walk over cells of the input: each gets a weighted sum of upstream values."""

    noun = "gradient"

    def title(self, step: WeightedSum | None = None) -> list[Block]:
        """Upstream ∗ kernel → input, and the size arithmetic."""
        sizes = self.bound.sizes
        window = by([axis.kernel for axis in sizes.axes])
        operation = f"∗ {self.vocabulary.weights} {window}"
        holes = f"stride {by(sorted(set(self.bound.holes)))}: zeros between" if self._has_holes else ""
        # padding that was wider than the kernel is cut away: then the formula has no padding to tell of
        reasons = arithmetic.in_short(sizes.axes) if all(min(a.before, a.after) >= 0 for a in sizes.axes) else []
        return self.head([flow(self, self.bound.g.shape), operation, holes], reasons, step)

    @property
    def labels(self) -> Sequence[str]:
        """The names of the input's channels."""
        return self.vocabulary.channels

    @property
    def input_noun(self) -> str:
        """∂L/∂y, with the zeros that a stride puts between its cells."""
        return f"{self.vocabulary.input}{', zeros between,' if self._has_holes else ''}"

    @property
    def _has_holes(self) -> bool:
        return any(hole > 1 for hole in self.bound.holes)

    def remarks(self) -> list[str]:
        """What it is."""
        return [f"{count(self.walk.total, 'cell')} of the input; {maps.extent(self.walk.output)}"]

    def _labels(self, step: WeightedSum, several: Any) -> list[str]:
        frames = [f", frame {plane.frame}" if plane.frame is not None else "" for plane in several]
        return [f"filter {number}{frame}" for number in step.channels for frame in frames]

    def kernel_caption(self, step: WeightedSum) -> str:  # noqa: ARG002 - as those whose kernels have names
        """What the weights are called."""
        return self.vocabulary.weights

    kernel_name = kernel_caption


@dataclass(frozen=True, eq=False)
class TotalView(View):
    """A walk over sums: one step is one bias."""

    noun = "gradient"

    def title(self, step: Total | None = None) -> list[Block]:
        """Upstream → biases, and why they are sums."""
        g = self.bound.x
        reason = "a bias adds to all outputs of its filter" if g.ndim > 1 else "each bias was added once"
        return self.head(
            [f"{self.vocabulary.upstream} {shape(g.shape)} → {self.vocabulary.y} {len(g)}"], [reason], step
        )

    def scene(self, step: Total) -> Scene:
        """The upstream values, and their sum."""
        g = self.bound.x
        if g.ndim == 1:
            output = map_grid(self.walk, step, self.output_noun)
            return stack(self.title(step), [beside(output)], [self.sentence(step)])
        of = f" of filter {step.number}" if len(g) > 1 else ""
        values = g[step.number]
        panels = list(maps.channel(values, f"{self.vocabulary.upstream}{of} {by(values.shape)}", several=False))
        output = map_grid(self.walk, step, self.output_noun)
        return stack(self.title(step), *maps.laid([*panels, output], is_signal=g.ndim < 3), [self.sentence(step)])

    def sentence(self, step: Total, lines: int = sums.LINES) -> Words:
        """The sum of the upstream values."""
        source = f"{self.vocabulary.upstream}[{step.number}]"
        return sums.stated((added(self.cell(step), step.terms.ravel().tolist(), step.value, source),), lines=lines)


@dataclass(frozen=True, eq=False)
class CopiesGradientView(View):
    """A walk over cells of an input that were copied, or mixed."""

    noun = "gradient"

    def title(self, step: Collected | None = None) -> list[Block]:
        """Upstream → input, and what one step adds up."""
        return self.head([flow(self, self.bound.x.shape)], ["gradients go back to what was read"], step)

    def scene(self, step: Collected) -> Scene:
        """The upstream values that come back to the cell, and their sum."""
        near = step.places[len(step.places) // 2] if step.places else step.main_source(self.bound.x.shape).cell
        panels = [
            self._framed(panel, near, step) for panel in input_panels(self.bound.x, near, self.vocabulary.upstream)
        ]
        noun = f"{self.output_noun}, channel {step.index[0]}" if len(self.bound.x) > 1 else self.output_noun
        output = map_grid(self.walk, step, noun)
        rows = maps.laid([*panels, output], is_signal=self.bound.x.ndim == 2)
        return stack(self.title(step), *rows, [self.sentence(step)])

    def sentence(self, step: Collected, lines: int = sums.LINES) -> Words:
        """`∂L/∂x[1,1] = ∂L/∂y[1,3] + ∂L/∂y[3,3] = 1 + 2 = 3`, or with weights, divided."""
        if not step.places:
            return sums.stated(((Span(f"{self.cell(step)} = no output reads it = "), answer("0")),), lines=lines)
        products = (step.terms * step.weights).tolist()
        texts = [short(x) for x in step.terms.tolist()]
        if step.divisor == 1 and set(step.weights.tolist()) == {1}:
            source = named(self.vocabulary.upstream, step.places[0])
            return sums.stated((added(self.cell(step), products, step.value, source),), lines=lines)
        pairs = [f"{sums.bracketed(x)}·{short(w)}" for x, w in zip(texts, step.weights.tolist(), strict=True)]
        printed = sum((exact(x) * Fraction(w) for x, w in zip(texts, step.weights.tolist(), strict=True)), Fraction(0))
        value = short(step.value)
        sum_of = " + ".join(pairs) if len(pairs) <= MOST_TERMS else f"the sum of {count(len(pairs), 'product')}"
        whole = f"({sum_of}) / {step.divisor}" if step.divisor != 1 else sum_of
        sign = sums.relation(printed / step.divisor, value)
        told = (Span(f"{self.cell(step)}{NBSP}= "), Span(whole), Span(f" {sign}{NBSP}"), answer(signed(value)))
        return sums.stated((told,), lines=lines)

    def brief(self, step: Collected) -> str:
        """How many outputs read it."""
        return f"{count(len(step.places), 'cell')} of the output read it"

    def remarks(self) -> list[str]:
        """The extent, and that nothing is learned here."""
        return [maps.extent(self.walk.output), "it learns nothing: gradients only pass through"]

    def _framed(self, panel: Panel, near: Sequence[int], step: Collected) -> Panel:
        """Every cell that is added up framed, where it stands on this sheet."""
        if not isinstance(panel, Grid):
            return panel
        top, left = panel.origin or (0, 0)
        sheet = [place for place in step.places if place[1:-2] == tuple(near)[1:-2]]
        places = [((place[-2] if len(place) > 2 else 0) - (top or 0), place[-1] - left) for place in sheet]
        rows, columns = len(panel.cells), len(panel.cells[0])
        inside = [(row, column) for row, column in places if 0 <= row < rows and 0 <= column < columns]
        boxes = tuple(starmap(Box.cell, inside))
        if inside and _is_block(inside):
            (top, left), (bottom, right) = inside[0], inside[-1]
            boxes = (Box(top, left, bottom + 1, right + 1),)
        return panel._replace(boxes=boxes, reveals=Reveals.WORKING)


def _is_block(places: Sequence[tuple[int, int]]) -> bool:
    """Whether cells in row-major order fill a rectangle."""
    (top, left), (bottom, right) = places[0], places[-1]
    return [*places] == [*product(range(top, bottom + 1), range(left, right + 1))]


def added(name: str, values: Sequence[float], value: float, source: str) -> tuple[Span, ...]:
    """`∂L/∂b[0] = 1 + 2 − 1 = 2`, of one value its `source`, of very many how many there are."""
    shown = short(value)
    if len(values) > MOST_TERMS:
        sign = sums.relation(sums.exactly(values), shown)
        return Span(f"{name}{NBSP}= the sum of {count(len(values), 'value')} {sign}{NBSP}"), answer(signed(shown))
    texts = [short(each) for each in values]
    told = " + ".join([signed(texts[0]), *map(sums.bracketed, texts[1:])])
    sign = sums.relation(sum(map(exact, texts), Fraction(0)), shown)
    working = Span(source, reveals=Reveals.WORKING) if len(values) == 1 else Span(told)
    return Span(f"{name}{NBSP}= "), working, Span(f" {sign}{NBSP}"), answer(signed(shown))
