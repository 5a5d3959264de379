"""Activations: one cell through a function, the function as a curve, the table of them all."""

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import inf
from typing import Any

import numpy as np

from cnnstep.engine.activation import Activated
from cnnstep.engine.activations import RULES, Piece, Rule
from cnnstep.engine.elementwise import MappedWalk
from cnnstep.views.operations import elementwise as mapped
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import NBSP, Beside, Block, Scene, Words, stack, words
from cnnstep.views.panels.curves import function_curve
from cnnstep.views.view import Show
from cnnstep.views.wording.arithmetic import shape
from cnnstep.views.wording.numbers import Number, exact, extremes, short, signed
from cnnstep.views.wording.sums import place, relation
from cnnstep.views.wording.titles import Names, head

CURVE_ROWS = 5
LEAST_REACH = 6.0


def show(walk: MappedWalk, names: Names, rule_name: str) -> Show:
    """Show a walk through an activation; the curve has the same axis for all of its cells."""

    @cache
    def reach() -> float:
        return float(max(map(abs, extremes(walk.bound.x))))

    return Show(
        walk,
        names.kind,
        {"function": rule_name, "input": list(walk.bound.x.shape), "output": list(walk.shape)},
        title=lambda step=None: _title(walk, names, rule_name, step),
        scene=lambda step: _scene(walk, step, names, rule_name, reach()),
        line=lambda step: Scene((sentence(step, rule_name, indent=0),)),
        result=lambda: mapped.result(walk, names, rule_name, _changed(walk, rule_name)),
    )


def _title(walk: MappedWalk, names: Names, name: str, step: Activated | None = None) -> list[Block]:
    size, rule = shape(walk.bound.x.shape), RULES[name]
    (parameter, *others) = getattr(walk.bound, "parameters", (None,))
    facts = [f"{size} → {size}", f"{name}(x) = {formula(rule, None if others else parameter)}"]
    return head(names, facts, ["each cell on its own: the size stays"], step, len(walk))


def formula(rule: Rule, parameter: float | None = None) -> str:
    """`max(0, x)`; of several pieces each with where it holds; with the parameter's number where it is given."""
    if parameter is not None:
        filled = tuple(Piece(start, re.sub(r"\ba\b", short(parameter), text)) for start, text in rule.formula)
        return formula(rule._replace(formula=filled))
    if len(rule.formula) == 1:
        return rule.formula[0].formula
    ends = [piece.start for piece in rule.formula[1:]]
    wheres = [f"below {signed(short(ends[0]))}", *(f"from {signed(short(end))}" for end in ends)]
    return ", ".join(f"{piece.formula} {where}" for piece, where in zip(rule.formula, wheres, strict=True))


def _scene(walk: MappedWalk, step: Activated, names: Names, name: str, reach: float) -> Scene:
    curve = function_curve(RULES[name], step.parameter, [step.x], reach=max(LEAST_REACH, reach), rows=CURVE_ROWS)
    around = mapped.surroundings(walk, step, name)
    return stack(_title(walk, names, name, step), *around, [Beside((curve,))], [sentence(step, name), _slope(step)])


def sentence(step: Activated, name: str, *, indent: int = 2) -> Words:
    """`y[0,1] = relu(−6) = max(0, −6) = 0`, with ≈ where a number is rounded."""
    rule, x, value = RULES[name], short(step.x), short(step.value)
    filled = fill(rule, step.x, x, step.parameter)
    true = is_exact(rule, x, step)
    sign = relation(true, value) if true is not None else "≈"
    first = f"{place(step)}{NBSP}= " if exact(x) == Fraction(step.x) else f"{place(step)}{NBSP}≈ "
    call = f"{name}({signed(x)})"
    middle = call if filled in {call, signed(value)} else f"{call} ={NBSP}{filled}"
    return Words(((Span(first), Span(middle), Span(f" {sign}{NBSP}"), Span(signed(value), Role.TOTAL)),), indent=indent)


def fill(rule: Rule, x: Number, text: str, parameter: float) -> str:
    """The formula with the numbers in it: `max(0, −6)`, `0.01·(−6)`, `e^2` for e^(−x) of −2."""
    negated = text.removeprefix("-") if text.startswith("-") or text == "0" else f"-{text}"
    piece = re.sub(r"\ba\b", signed(short(parameter)), _piece(rule, x))
    piece = piece.replace("(−x)", _as_operand(negated))
    piece = re.sub(r"^x$|(?<=\()x(?=\)| [+/])|(?<=, )x(?=\))", signed(text), piece)
    return re.sub(r"(?<![a-z])x(?![a-z])", _as_operand(text), piece)


def _as_operand(text: str) -> str:
    """A number beside a sign or a power: in brackets unless it is digits alone."""
    return text if re.fullmatch(r"[\d.]+", text) else f"({signed(text)})"


def _piece(rule: Rule, x: Number) -> str:
    """The formula that holds for x."""
    return next(piece.formula for piece in reversed(rule.formula) if x >= piece.start or piece.start == -inf)


def is_exact(rule: Rule, x: str, step: Activated) -> Fraction | None:
    """The value of the printed number without any rounding, where there is one; None for e^x and its kind."""
    if rule.rational:
        number = np.array([exact(x)], dtype=object)
        return Fraction(rule.value(number, exact(short(step.parameter)))[0])
    if _piece(rule, step.x) == "x":
        return exact(x)
    return Fraction(step.value) if step.x == 0 else None


def _slope(step: Activated) -> Block:
    return words(
        Span(f"slope here {signed(short(step.slope))}: a gradient is multiplied by it on its way back", Role.LABEL)
    )


def _changed(walk: MappedWalk, name: str) -> list[str]:
    """What became of the negative numbers of relu, and of all numbers of the others."""
    x = walk.bound.x
    if name == "relu":
        return [f"{int((x < 0).sum()):,} negative cells became 0, {int((x >= 0).sum()):,} stayed"]
    return [f"range of {name}: {' to '.join(RULES[name].limits)}"]


def table() -> Scene:
    """Every activation: its formula, its range, when it is used."""
    parts: list[list[Block]] = [
        [words(Span("activations", Role.TITLE), "   for cnnstep activate INPUT NAME", indent=1)]
    ]
    for name, rule in RULES.items():
        note = f"   a = {short(rule.parameter.usual)} (--{rule.parameter.name})" if rule.parameter else ""
        parts.append(
            [
                words(Span(f"{name:<13}", Role.KERNEL), f"{formula(rule)}{note}", indent=1),
                words(Span(f"{'':13}{' to '.join(rule.limits)}: {rule.use}", Role.LABEL), indent=1),
            ]
        )
    hint = "next: cnnstep activate --curve sigmoid, cnnstep activate sample:five relu"
    return stack(*_pairs(parts), [words(Span(hint, Role.HINT), indent=1)])


def _pairs(parts: Sequence[list[Block]]) -> list[list[Block]]:
    return [parts[0], [block for part in parts[1:] for block in part]]


def document(name: str) -> dict[str, Any]:
    """One row of the table for machines."""
    rule = RULES[name]
    return {
        "name": name,
        "formula": formula(rule),
        "derivative": rule.slope_formula,
        "range": list(rule.limits),
        "use": rule.use,
        "parameter": None if rule.parameter is None else {rule.parameter.name: rule.parameter.usual},
    }
