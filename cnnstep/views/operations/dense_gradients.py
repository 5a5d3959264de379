"""Gradients of a dense layer: of its weights one product each, of its input a weighted sum."""

from dataclasses import dataclass
from typing import Any

from cnnstep.engine.gathers import WeightedSum
from cnnstep.engine.gradients.dense import Product
from cnnstep.geometry import by
from cnnstep.views.operations.dense import DenseView
from cnnstep.views.operations.elementwise import input_panels
from cnnstep.views.operations.gradients import flow
from cnnstep.views.page.roles import Reveals, Span
from cnnstep.views.page.scene import NBSP, Block, Panel, Scene, Words, answer, beside, stack
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import map_grid
from cnnstep.views.view import View
from cnnstep.views.wording import sums
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import exact, short, signed

PLANE = 2


@dataclass(frozen=True, eq=False)
class OuterView(View):
    """A walk over the weights of a dense layer: one product each."""

    noun = "gradient"

    def title(self, step: Product | None = None) -> list[Block]:
        """Upstream ⊗ input → weights."""
        units, inputs = self.bound.grid
        facts = [f"{self.vocabulary.upstream} {units} times x {inputs} → {self.vocabulary.y} {units}×{inputs}"]
        return self.head(facts, ["each weight was used once"], step)

    def scene(self, step: Product) -> Scene:
        """Both factors, and the gradient as far as it has come."""
        unit = (step.index[0],)
        panels = [*input_panels(self.bound.x, unit, self.vocabulary.upstream), *self._input(step)]
        output = map_grid(self.walk, step, f"{self.output_noun} of unit {step.index[0]}")
        return stack(self.title(step), *maps.laid([*panels, output], is_signal=True), [self.sentence(step)])

    def sentence(self, step: Product, lines: int = sums.LINES) -> Words:
        """`∂L/∂w[1,3] = ∂L/∂y[1] · x[3] = 2·5 = 10`."""
        g, x, value = short(step.g), short(step.x), short(step.value)
        names = f"{self.vocabulary.upstream}[{step.index[0]}] · {self.vocabulary.x}[{','.join(map(str, step.source))}]"
        sign = sums.relation(exact(g) * exact(x), value)
        told = (
            Span(f"{self.cell(step)} = {names} = "),
            Span(f"{sums.bracketed(g)}·{sums.bracketed(x)} {sign}{NBSP}", reveals=Reveals.WORKING),
            answer(signed(value)),
        )
        return sums.stated((told,), lines=lines)

    def cell(self, step: Any) -> str:
        """Unit and input."""
        return f"{self.vocabulary.y}[{step.index[0]},{step.index[1]}]"

    def result(self) -> list[list[Block]]:
        """The whole gradient."""
        output = self.walk.output
        panels = maps.channel(output, f"{self.output_noun} {by(output.shape)}", several=False)
        return [[beside(*panels)], maps.lines(self.remarks())]

    def _input(self, step: Product) -> list[Panel]:
        """The layer's input around the cell, as it was before it became one row."""
        cells, place = self.bound.cells.reshape(self.bound.shape), step.source
        if cells.ndim == PLANE:
            cells, place = cells[None], (0, *place)
        return input_panels(cells, place, self.vocabulary.x)[:1]


@dataclass(frozen=True, eq=False)
class DenseInputView(DenseView):
    """A walk over the inputs of a dense layer: each gets a weighted sum of all upstream values."""

    noun = "gradient"

    def title(self, step: WeightedSum | None = None) -> list[Block]:
        """Upstream times the weights transposed → input."""
        inputs, units = self.bound.weights.shape
        return self.head(
            [f"wᵀ {inputs}×{units} · {flow(self, self.bound.x.shape)}"], ["each input fed every unit"], step
        )

    def remarks(self) -> list[str]:
        """What it cost."""
        inputs, units = self.bound.weights.shape
        each = f"{count(inputs, 'input')} of {count(units, 'product')}"
        return [f"{each} = {inputs * units:,} multiply-adds; {maps.extent(self.walk.output)}"]
