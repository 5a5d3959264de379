"""Activations: one cell through a function."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import inf

import numpy as np

from cnnstep.engine.activation import Activated
from cnnstep.engine.activations import Rule
from cnnstep.views.operations.elementwise import ElementwiseView
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Beside, Block, Words, answer, words
from cnnstep.views.panels.curves import function_curves
from cnnstep.views.wording.arithmetic import shape
from cnnstep.views.wording.numbers import Number, exact, extremes, short, signed
from cnnstep.views.wording.sums import LINES, operand, place, relation, stated

CURVE_ROWS = 8
LEAST_REACH = 6.0


@dataclass(frozen=True, eq=False)
class ActivationView(ElementwiseView):
    """A walk through an activation; the curve has the same axis for all of its cells."""

    @property
    def rule(self) -> Rule:
        """The function's row of the table."""
        found: Rule = self.operation.rule  # type: ignore[attr-defined]  # an activation has one
        return found

    @property
    def output_noun(self) -> str:
        """The output is called after the function."""
        name: str = self.operation.facts()["function"]
        return name

    @cached_property
    def reach(self) -> float:
        """How far from 0 the curve goes on both sides."""
        return max(LEAST_REACH, float(max(map(abs, extremes(self.bound.x)))))

    def title(self, step: Activated | None = None) -> list[Block]:
        """The function, and why the size stays."""
        size = shape(self.bound.x.shape)
        parameter, *others = self.bound.parameters
        facts = [f"{size} → {size}", f"{self.output_noun}(x) = {formula(self.rule, None if others else parameter)}"]
        return self.head(facts, ["each cell on its own: the size stays"], step)

    def surroundings(self, step: Activated) -> list[list[Block]]:
        """The cell, and its point on the curve."""
        curves = function_curves(self.rule, step.parameter, [step.x], reach=self.reach, rows=CURVE_ROWS)
        return [*super().surroundings(step), [Beside(curves)]]

    def sentence(self, step: Activated, lines: int = LINES) -> Words:
        """`y[0,1] = relu(−6) = max(0, −6) = 0`."""
        return sentence(step, self.rule, self.output_noun, self.cell(step))._replace(lines=lines)

    def notes(self, step: Activated) -> list[Block]:
        """The derivative."""
        told = f"derivative f′(x) = {signed(short(step.slope))}: backpropagation multiplies by it"
        return [words(Span(told, Role.LABEL), reveals=Reveals.WORKING)]

    def breakdown(self, step: Activated) -> list[Block]:
        """`c3[5,3,4] = tanh(0.5) ≈ 0.4621`: the function and its argument."""
        x, value = short(step.x), short(step.value)
        true = is_exact(self.rule, x, step)
        sign = "≈" if true is None else relation(true, value)
        told = Span(f"{self.cell(step)} = {self.output_noun}({signed(x)}) {sign}{NBSP}")
        return [stated(((told, answer(signed(value))),))]

    def remarks(self) -> list[str]:
        """What became of the negative numbers of relu, and of all numbers of the others."""
        x = self.bound.x
        if self.output_noun == "relu":
            told = f"{int((x < 0).sum()):,} negative cells became 0, {int((x >= 0).sum()):,} stayed"
        else:
            told = f"range of {self.output_noun}: {' to '.join(self.rule.limits)}"
        return [told, *super().remarks()]


def formula(rule: Rule, parameter: float | None = None) -> str:
    """`max(0, x)`; of several pieces each with where it holds; with the parameter's number where it is given."""
    letters = {"x": "x", "operand": "x", "minus": "(−x)", "a": "a" if parameter is None else short(parameter)}
    texts = [piece.formula.format(**letters) for piece in rule.formula]
    if len(texts) == 1:
        return texts[0]
    ends = [piece.start for piece in rule.formula[1:]]
    wheres = [f"below {signed(short(ends[0]))}", *(f"from {signed(short(end))}" for end in ends)]
    return ", ".join(f"{text} {where}" for text, where in zip(texts, wheres, strict=True))


def sentence(step: Activated, rule: Rule, name: str, cell: str = "") -> Words:
    """`y[0,1] = relu(−6) = max(0, −6) = 0`, with ≈ where a number is rounded."""
    x, value = short(step.x), short(step.value)
    filled = fill(rule, step.x, x, step.parameter)
    true = is_exact(rule, x, step)
    sign = relation(true, value) if true is not None else "≈"
    first = "=" if exact(x) == Fraction(step.x) else "≈"
    call = f"{name}({signed(x)})"
    middle = call if filled in {call, signed(value)} else f"{call} ={NBSP}{filled}"
    told = (Span(f"{cell or place(step)}{NBSP}{first} "), Span(middle), Span(f" {sign}{NBSP}"), answer(signed(value)))
    return stated((told,))


def fill(rule: Rule, x: Number, text: str, parameter: float) -> str:
    """The formula with the numbers in it: `max(0, −6)`, `0.01·(−6)`, `e^2` for e^(−x) of −2."""
    minus = operand(short(-x) if x else text)
    return _piece(rule, x).format(x=signed(text), operand=operand(text), minus=minus, a=signed(short(parameter)))


def _piece(rule: Rule, x: Number) -> str:
    """The formula that holds for x."""
    return next(piece.formula for piece in reversed(rule.formula) if x >= piece.start or piece.start == -inf)


def is_exact(rule: Rule, x: str, step: Activated) -> Fraction | None:
    """The value of the printed number without any rounding, where there is one; None for e^x and its kind."""
    if rule.rational:
        number = np.array([exact(x)], dtype=object)
        return Fraction(rule.value(number, exact(short(step.parameter)))[0])
    if _piece(rule, step.x) == "{x}":
        return exact(x)
    return Fraction(step.value) if step.x == 0 else None
