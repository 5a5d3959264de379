"""Gradients of one cell: what arrives times the derivative there, or a copy of what arrives."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.activations import RULES
from cnnstep.engine.gradients.moves import Branches, Returned
from cnnstep.engine.gradients.pointwise import Chained
from cnnstep.views.operations.copies import framed
from cnnstep.views.operations.elementwise import input_panels
from cnnstep.views.operations.upstream import GradientView, cell_of, upstream_panels
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Block, Scene, Words, answer, beside, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import map_grid
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import exact, short, signed
from cnnstep.views.wording.sums import LINES, bracketed, relation, stated

Teller: TypeAlias = Callable[[Any, Chained], str]


class Derivative(NamedTuple):
    """A row: what the derivative of a cell is called, what is said of it, and the formula of the whole."""

    called: Teller
    note: Teller
    formula: str
    reveals: Reveals = Reveals.NOTHING
    """What its name gives away: that a cell was dropped."""


def _function(forward: Any, step: Chained) -> str:
    return f"{forward.name}′({signed(short(step.at))})"


def _slope(forward: Any, step: Chained) -> str:
    """The rule of the derivative; in a corner which of its two sides is taken."""
    rule, name = RULES[forward.name], forward.name
    parameter = forward.parameters[step.index[0] if len(forward.parameters) > 1 else 0]
    around = np.nextafter(step.at, [-np.inf, np.inf])
    left, right = (signed(short(side)) for side in rule.slope(around, parameter).tolist())
    if left != right:
        taken = signed(short(step.derivative))
        return f"{name} has a corner here, with the slope {left} before it and {right} after it: {taken} is taken"
    return f"{name}′(x) = {rule.slope_formula}"


def _mask(forward: Any, step: Chained) -> str:
    if forward.inference:
        return "at inference nothing is dropped: the gradient passes as it is"
    fate = "kept and scaled" if step.derivative else "dropped"
    return f"the same mask as forward: the cell was {fate}, and so is its gradient"


def _fate(forward: Any, step: Chained) -> str:
    if forward.inference or not forward.rate:
        return "1"
    return f"1 / (1 − {forward.rate:.15g})" if step.derivative else "0 (dropped)"


DERIVATIVES = {
    "activation": Derivative(_function, _slope, "∂L/∂x = ∂L/∂y · f′(x)"),
    "dropout": Derivative(_fate, _mask, "∂L/∂x = ∂L/∂y · mask", Reveals.WORKING),
    "batchnorm": Derivative(
        lambda _, __: "γ / √(σ² + ε)",
        lambda _, __: "at inference μ and σ² are constants: only the factor of x is left",
        "∂L/∂x = ∂L/∂y · γ / √(σ² + ε)",
    ),
    "loss": Derivative(
        lambda _, step: f"∂loss/∂{cell_of('x', step.index)}",
        lambda _, __: "what arrives is 1 where this loss is all that is made smaller",
        "∂L/∂x = ∂L/∂loss · ∂loss/∂x",
    ),
    "scale": Derivative(
        lambda _, __: "z", lambda _, __: "this cell's γ was multiplied by z = (x − μ) / √(σ² + ε)", "∂L/∂γ = ∂L/∂y · z"
    ),
    "shift": Derivative(lambda _, __: "1", lambda _, __: "this cell's β was added", "∂L/∂β = ∂L/∂y"),
}
"""Operation, or what it learns → how its derivative is told."""


@dataclass(frozen=True, eq=False)
class PointwiseGradientView(GradientView):
    """A walk over cells that each are what arrives, times the derivative there."""

    @property
    def row(self) -> Derivative:
        """How the derivative is told."""
        of = self.gradient.of
        return DERIVATIVES[of if of in DERIVATIVES else self.forward.noun]

    @property
    def upstream(self) -> str:
        """The symbol of the upstream gradient: a loss is no y."""
        return "∂L/∂loss" if self.forward.noun == "loss" else GradientView.upstream.fget(self)  # type: ignore[attr-defined]

    def title(self, step: Chained | None = None) -> list[Block]:
        """The sizes, the chain rule, and why the size stays."""
        alone = "loss is one number: what arrives reaches every prediction"
        reason = alone if self.forward.noun == "loss" else "each cell on its own: the size stays"
        return self.head([self.flow, self.row.formula], [reason], step)

    def scene(self, step: Chained) -> Scene:
        """What arrives, what was read there, and what has come of it."""
        read = "z" if self.gradient.of == "scale" else "x"
        given = upstream_panels(self.bound.x, step.source, self.upstream)
        given += input_panels(self.bound.read, step.index, read)
        made = map_grid(self.walk, step, f"∂L/∂{self.symbol}")
        rows = [[beside(*given, made)]] if self.bound.read.ndim > 2 else maps.laid([*given, made], is_signal=True)
        note = words(Span(self.row.note(self.forward, step), Role.LABEL), reveals=Reveals.WORKING)
        return stack(self.title(step), *rows, [self.sentence(step), note])

    def sentence(self, step: Chained, lines: int = LINES) -> Words:
        """`∂L/∂x[0,1] = ∂L/∂y[0,1] · relu′(−6) = 5·0 = 0`."""
        arrives, derivative, value = short(step.x), short(step.derivative), short(step.value)
        source = self.upstream if self.bound.x.size == 1 else cell_of(self.upstream, step.source)
        is_exact = exact(arrives) == Fraction(step.x) and exact(derivative) == Fraction(step.derivative)
        told = (
            Span(f"{self.cell(step)}{NBSP}= {source} · "),
            Span(f"{self.row.called(self.forward, step)} ", reveals=self.row.reveals),
            Span(f"{'=' if is_exact else '≈'} {signed(arrives)}·{bracketed(derivative)} ", reveals=Reveals.WORKING),
            Span(f"{relation(exact(arrives) * exact(derivative), value)}{NBSP}"),
            answer(signed(value)),
        )
        return stated((told,), lines=lines)

    def remarks(self) -> list[str]:
        """Where nothing comes through, and the range."""
        derivatives = self.bound.local.all()
        stopped, cells = int((derivatives == 0).sum()), count(derivatives.size, "cell")
        told = [f"{stopped:,} of {cells} let nothing through: the derivative is 0 there"] if stopped else []
        return [*told, *super().remarks()]

    def brief(self, step: Chained) -> str:
        """What is multiplied."""
        return f"{signed(short(step.x))}·{bracketed(short(step.derivative))}"


WHYS = {
    "flatten": "flatten moved the cell; its gradient moves back",
    "unpooling": "the value was put there; every other cell of y is 0 whatever the values are",
    "addition": "a sum passes all of its gradient on to each of its inputs, unchanged",
    "concatenation": "each input gets the gradient of its own channels",
}
"""Operation → why its gradient is a copy."""


@dataclass(frozen=True, eq=False)
class MoveGradientView(GradientView):
    """A walk over cells that each are a copy of an upstream cell."""

    def title(self, step: Returned | None = None) -> list[Block]:
        """The sizes, and why they are what they are."""
        return self.head([self.flow], ["as large as what was read"], step)

    def scene(self, step: Returned) -> Scene:
        """The upstream cell, and where it goes."""
        given = map(framed, upstream_panels(self.bound.x, step.source))
        made = map_grid(self.walk, step, f"∂L/∂{self._owner(step)}")
        is_flat = min(self.bound.x.ndim, len(self.walk.shape)) < 3
        note = words(Span(self._why(step), Role.LABEL))
        return stack(self.title(step), *maps.laid([*given, made], is_signal=is_flat), [self.sentence(step), note])

    def sentence(self, step: Returned, lines: int = LINES) -> Words:
        """`∂L/∂x[0,1,2] = ∂L/∂y[7] = 40`."""
        value = short(step.value)
        sign, source = relation(Fraction(step.value), value), cell_of(self.upstream, step.source)
        told = [Span(f"{self.cell(step)}{NBSP}= "), Span(source, reveals=Reveals.WORKING), Span(f" {sign}{NBSP}")]
        if step.is_lost:
            told = [Span(f"{self.cell(step)}{NBSP}= ")]
        return stated(((*told, answer(signed(value))),), lines=lines)

    def cell(self, step: Any) -> str:
        """What the step's cell is called, in the input that it belongs to."""
        return self.called or cell_of(f"∂L/∂{self._owner(step)}", step.target.cell)

    def remarks(self) -> list[str]:
        """Why, and the range."""
        return [WHYS[self.forward.noun], *super().remarks()]

    def result(self) -> list[list[Block]]:
        """The whole gradient; of several inputs that of each."""
        if not isinstance(self.gradient, Branches):
            return super().result()
        each = enumerate(self.gradient.parts)
        parts = [row for n, part in each for row in maps.panels(part.output(self.bound.x), f"∂L/∂{self._input(n)}")]
        return [*parts, maps.lines(self.remarks())]

    @property
    def _is_joined(self) -> bool:
        return hasattr(self.gradient.met, "inputs")

    def _owner(self, step: Returned) -> str:
        """The input that the cell belongs to: `x`, or `x2` of several."""
        return self._input(step.target.input) if self._is_joined else self.symbol

    def _input(self, number: int) -> str:
        names = self.vocabulary.inputs
        return names[number] if number < len(names) else f"x{number + 1}"

    def _why(self, step: Returned) -> str:
        if step.is_lost:
            return f"a later window put its value to {cell_of('y', step.source)}: this one changes nothing there"
        return WHYS[self.forward.noun]
