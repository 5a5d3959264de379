"""Gradients: the cells that a weight met times the upstream values of those outputs; sums of upstream values."""

from collections.abc import Sequence
from dataclasses import dataclass

from cnnstep.engine.gathers import WeightedSum
from cnnstep.engine.gradients.sums import Total
from cnnstep.geometry import by
from cnnstep.views.operations.weighted_sum import WeightedSumView
from cnnstep.views.page.roles import Span
from cnnstep.views.page.scene import Block, Scene, Words, answer, stack
from cnnstep.views.panels import maps
from cnnstep.views.view import View
from cnnstep.views.wording import arithmetic, sums
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import short, signed


@dataclass(frozen=True, eq=False)
class KernelGradientView(WeightedSumView):
    """A walk over the weights of a convolution: one step is one weight."""

    noun = "gradient"

    def title(self, step: WeightedSum | None = None) -> list[Block]:
        """Input ∗ upstream → weights, and what one step adds up."""
        sizes, weights = self.bound.sizes, by(self.bound.grid)
        facts = [f"∂L/∂y {by(self.bound.g.shape)} → ∂L/∂w {weights}", *arithmetic.settings(sizes)]
        reason = f"each weight met {count(sizes.windows, 'cell')}, one in each window"
        return self.head(facts, [reason], step)

    @property
    def labels(self) -> Sequence[str]:
        """The weights have no names of their own."""
        return ()

    def remarks(self) -> list[str]:
        """What it means."""
        products = self.walk.total * self.bound.sizes.windows
        told = f"{count(self.walk.total, 'weight')}, {products:,} products; {maps.extent(self.walk.output)}"
        return [told, "gradient descent moves each weight against its gradient"]


@dataclass(frozen=True, eq=False)
class TotalView(View):
    """A walk over sums: one step is one bias."""

    noun = "gradient"

    def title(self, step: Total | None = None) -> list[Block]:
        """Upstream → biases, and why they are sums."""
        g = self.bound.x
        facts = [f"∂L/∂y {by(g.shape)} → ∂L/∂b {len(g)}"]
        return self.head(facts, ["each bias was added to every output of its filter"], step)

    def scene(self, step: Total) -> Scene:
        """The upstream values, and their sum."""
        g = self.bound.x[step.number]
        panels = list(maps.channel(g, f"∂L/∂y {by(g.shape)}", several=False)) if g.ndim else []
        return stack(self.title(step), *maps.laid(panels, is_signal=g.ndim < 2), [self.sentence(step)])

    def sentence(self, step: Total, lines: int = sums.LINES) -> Words:
        """The sum of the upstream values."""
        told = f"{self.cell(step)} = the sum of {count(step.terms.size, 'upstream value')} = "
        return sums.stated(((Span(told), answer(signed(short(step.value)))),), lines=lines)
