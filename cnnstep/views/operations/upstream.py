"""What the views of gradients share: symbols, the upstream gradient as a panel, cells and products as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnnstep.engine.arrays import Array
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.steps import Index, Operation, Step
from cnnstep.geometry import by
from cnnstep.views.operations.elementwise import input_panels
from cnnstep.views.page.scene import Mark, Panel
from cnnstep.views.view import View
from cnnstep.views.wording.arithmetic import shape
from cnnstep.views.wording.numbers import short, signed
from cnnstep.views.wording.sums import place

UPSTREAM = "∂L/∂y"
INPUTS = {"unpooling": "v", "softmax": "z", "addition": "x", "concatenation": "x"}
"""Operation → what it calls its input, where that is not x."""
SYMBOLS = {"scale": "γ", "shift": "β", "slope": "a"}
"""What is learned → its symbol."""
MOST_IN_A_ROW = 14


@dataclass(frozen=True, eq=False)
class GradientView(View):
    """A walk through a gradient: from the upstream gradient ∂L/∂y to ∂L/∂x, or to that of what is learned."""

    noun = "gradient"

    @property
    def gradient(self) -> Gradient:
        """The operation that is walked."""
        assert isinstance(self.operation, Gradient)  # noqa: S101 - only gradients have this view
        return self.operation

    @property
    def forward(self) -> Operation[Any]:
        """The operation that went forward."""
        return self.gradient.forward

    @property
    def upstream(self) -> str:
        """The symbol of the upstream gradient."""
        return UPSTREAM

    @property
    def symbol(self) -> str:
        """What it is the gradient by: `x`, `γ`."""
        of = self.gradient.of
        return SYMBOLS.get(of) or INPUTS.get(self.forward.noun, "x")

    def cell(self, step: Step) -> str:
        """What the step's cell is called: `∂L/∂x[1,1]`."""
        return self.called or place(step, f"∂L/∂{self.symbol}")

    @property
    def output_noun(self) -> str:
        """What it makes: `∂L/∂x`."""
        return f"∂L/∂{self.symbol}"

    @property
    def flow(self) -> str:
        """`∂L/∂y 3×3 → ∂L/∂x 5×5`."""
        made = shape(self.walk.output_shape) or "one number"
        return f"{self.upstream} {shape(self.bound.input.shape)} → ∂L/∂{self.symbol} {made}"


def upstream_panels(g: Array, source: Index, symbol: str = UPSTREAM) -> list[Panel]:
    """The upstream gradient around one cell, and the cell's place in a large one; one number is a mark."""
    if g.size == 1:
        return [Mark(signed(short(g.reshape(-1)[0].item())), caption=symbol)]
    return input_panels(g, source, symbol)


def cell_of(symbol: str, index: Sequence[int]) -> str:
    """`x[1,2]`, or `x[2,1,2]` in channel 2."""
    shown = index[1:] if len(index) > 1 and not index[0] else index
    return f"{symbol}[{','.join(map(str, shown))}]"


def sized(symbol: str, values: Array) -> str:
    """`∂L/∂y 3×3`."""
    return f"{symbol} {by(values.shape)}"
