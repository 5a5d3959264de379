"""Activation functions: their table; one as a curve with its derivative, and what layers of it leave of a gradient."""

from collections.abc import Sequence
from itertools import accumulate
from math import ceil, floor
from operator import mul
from typing import Any, NamedTuple

import numpy as np

from cnnstep.engine.activations import RULES, Rule
from cnnstep.engine.arrays import LARGEST
from cnnstep.errors import GeometryError
from cnnstep.views.operations.activation import formula
from cnnstep.views.page.curve import Curve, Point
from cnnstep.views.page.grid import Cell, Grid
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, Scene, beside, stack, words
from cnnstep.views.panels.curves import function_curves
from cnnstep.views.panels.scales import Ends, Powers
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import formatter, short, signed

FAR = 20
FINE = np.arange(-20_000, 20_001) / 1000
FLAT = 0.01
USUAL_POINT = 2.0
CURVE_ROWS, CHAIN_ROWS = 11, 8
MOST_DROPS = 2
MOST_LAYERS, MOST_POWERS = 6, 5
HEADER = ("layer", "x", "f(x)", "f′(x)", "gradient")


class Layer(NamedTuple):
    """One of several layers: what comes in, what goes out, its slope, and what it passes back of a gradient of 1.

    A gradient comes from the last layer: it has been multiplied by the slopes of this layer and of all after it.
    """

    x: float
    value: float
    slope: float
    gradient: float


def layers(rule: Rule, parameter: float, x: float, depth: int) -> list[Layer]:
    """Send a number through `depth` layers, each fed by the one before; then multiply the slopes on the way back."""
    passed: list[tuple[float, float, float]] = []
    for _ in range(depth):
        cell = np.array([x], dtype=np.float64)
        value, slope = float(rule.value(cell, parameter)[0]), float(rule.slope(cell, parameter)[0])
        if not abs(value) <= LARGEST:
            raise GeometryError(
                f"layer {len(passed) + 1} makes {value:g} of {x:g}, beyond {LARGEST:g}",
                "use a smaller slope, or fewer layers",
            )
        passed.append((x, value, slope))
        x = value
    gradients = list(accumulate((slope for _, _, slope in reversed(passed)), mul))[::-1]
    return [Layer(*each, gradient) for each, gradient in zip(passed, gradients, strict=True)]


def flat(rule: Rule, parameter: float) -> tuple[float | None, float | None]:
    """Where the slope stays under 1 % of its peak: below the first number, above the second (None: nowhere)."""
    x = FINE
    slope = np.abs(rule.slope(x, parameter))
    steep = np.flatnonzero(slope >= FLAT * slope.max()) if slope.max() else np.arange(0)
    if not steep.size:
        return FAR, -FAR
    first, last = x[steep[0]].item(), x[steep[-1]].item()
    return (None if first <= -FAR else first), (None if last >= FAR else last)


def curve(name: str, parameter: float, points: Sequence[float], depth: int) -> Report:
    """The function and its derivative, its numbers at some points, or what `depth` layers leave of a gradient."""
    rule = RULES[name]
    note = f"   a = {short(parameter)}" if rule.parameter else ""
    start = points[0] if points else USUAL_POINT
    limits = f"range {' to '.join(rule.limits)}"
    told = f"{count(depth, 'layer')} in a row, from x = {signed(short(start))}" if depth else limits
    second = words(Span(f"derivative f′(x) = {rule.slope_formula}   {told}", Role.LABEL), indent=1)
    title = [heading(name, f"f(x) = {formula(rule)}{note}"), second]
    other, known = "-1" if start != -1 else "0.5", rule.parameter
    typed = f" --{known.name} {parameter!r}" if known and parameter != known.usual else ""
    again = f'cnnstep activate "{other}" --curve {name}{typed}'
    if depth:
        found = layers(rule, parameter, start, depth)
        drawn = function_curves(rule, parameter, [each.x for each in found], rows=CHAIN_ROWS, drops=False)
        below, hint = _chain(found), f"{again} --depth {depth} (from another x)"
        panels: tuple[Curve, ...] = (*drawn, *_gradients(found))
    else:
        panels = function_curves(rule, parameter, points, rows=CURVE_ROWS, drops=len(points) <= MOST_DROPS)
        facts = [rule.use, _saturation(rule, parameter)]
        for at in (layers(rule, parameter, x, 1)[0] for x in points):
            x, value, slope = (signed(short(number)) for number in (at.x, at.value, at.slope))
            facts.append(f"f({x}) ≈ {value}, derivative there ≈ {slope}")
        below, hint = [words(text, indent=1) for text in facts], f"{again} (a point), --depth 5 (gradients)"
    return Report(stack(title, [beside(*panels)], below), _document(name, parameter, points, depth), hint)


def _gradients(found: Sequence[Layer]) -> list[Curve]:
    """What is left of the gradient in front of each layer, by its power of ten; none where nothing is left of any."""
    sizes = [(float(number), abs(layer.gradient)) for number, layer in enumerate(found, 1) if layer.gradient]
    if not sizes:
        return []
    across, up = Ends(1, max(len(found), 2)), Powers.of(*(size for _, size in sizes), 1.0)
    points = tuple(Point(across.share(number), up.share(size)) for number, size in sizes)
    return [
        Curve(
            "|gradient| by layer, log", (), across.counts(MOST_LAYERS, "layer"), up.scale(MOST_POWERS), rows=CHAIN_ROWS,
            is_square=True, points=points,
        )
    ]  # fmt: skip


def _saturation(rule: Rule, parameter: float) -> str:
    below, above = flat(rule, parameter)
    steepest = short(round(float(np.abs(rule.slope(FINE, parameter)).max()), 4))
    if below == FAR:
        return "its derivative is 0 everywhere: no gradient passes"
    sides = [f"below {signed(f'{floor(below * 10) / 10:.1f}')}"] if below is not None else []
    sides += [f"above {signed(f'{ceil(above * 10) / 10:.1f}')}"] if above is not None else []
    if sides:
        return f"it saturates {' and '.join(sides)}: the derivative is under 1 % of its largest, {steepest}"
    return f"it does not saturate; its largest derivative is {steepest}"


def _chain(found: Sequence[Layer]) -> list[Block]:
    """A table of the layers, and what their slopes multiply to."""
    shows = [*(formatter(column) for column in list(zip(*found, strict=True))[:3]), short]
    header = tuple(Cell(text, Role.LABEL) for text in HEADER)
    texts = ([str(n), *(show(v) for show, v in zip(shows, each, strict=True))] for n, each in enumerate(found, 1))
    rows = [tuple(Cell(signed(text), Role.PLAIN) for text in row) for row in texts]
    left = found[0].gradient
    kept = f"of a gradient of 1, {signed(short(left))} is left in front of layer 1"
    fate = "it vanishes" if abs(left) < FLAT else "enough to learn from"
    told = f": {fate if left else 'nothing is left to learn from'}"
    return [beside(Grid("", (header, *rows))), words(Span(kept, Role.TOTAL), told, indent=1)]


def _document(name: str, parameter: float, points: Sequence[float], depth: int) -> dict[str, Any]:
    rule = RULES[name]
    below, above = flat(rule, parameter)
    start = points[0] if points else USUAL_POINT
    return {
        "operation": "activation curve",
        **_row(name, rule),
        "saturates": {"below": below, "above": above},
        "points": [layers(rule, parameter, x, 1)[0]._asdict() for x in points],
        "layers": [layer._asdict() for layer in layers(rule, parameter, start, depth)],
    }


def table() -> Report:
    """Every activation: its formula, its range, when it is used."""
    title = words(Span("activations", Role.TITLE), "   for cnnstep activate INPUT NAME", indent=1)
    formulas: list[Block] = []
    rows: list[Block] = []
    for name, rule in RULES.items():
        note = f"   a = {short(rule.parameter.usual)} (--{rule.parameter.name})" if rule.parameter else ""
        formulas.append(
            words(Span(f"{name:<13}", Role.KERNEL), f"{formula(rule)}{note}", indent=1)._replace(
                hang=13, is_labelled=True
            )
        )
        use = words(Span(f"{' to '.join(rule.limits)}: {rule.use}", Role.LABEL), indent=14)
        rows += [formulas[-1], use._replace(hang=0)]
    document = {"activations": [_row(*each) for each in RULES.items()]}
    hint = "cnnstep activate --curve sigmoid, cnnstep activate sample:five relu"
    return Report(stack([title], rows), document, hint, brief=Scene((title, *formulas)))


def _row(name: str, rule: Rule) -> dict[str, Any]:
    """One row of the table for machines."""
    return {
        "name": name,
        "formula": formula(rule),
        "derivative": rule.slope_formula,
        "range": list(rule.limits),
        "use": rule.use,
        "parameter": None if rule.parameter is None else {rule.parameter.name: rule.parameter.usual},
    }
