"""A loss as a curve: against the probability of the right class, or against how far a prediction is off."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.losses import LOSSES
from cnnstep.views.page.curve import Curve, Point
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import beside, stack, words
from cnnstep.views.panels.curves import SAMPLED, line
from cnnstep.views.panels.scales import Ends
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.numbers import short, signed

ROWS, COLUMNS, MOST = 9, 48, 7


class Plot(NamedTuple):
    """One prediction: the symbol and the meaning of the axis, its ends, and the points that are told.

    Then the loss and its derivative there, the formula, and what to see.
    """

    symbol: str
    axis: str
    ends: tuple[float, float]
    points: tuple[float, ...]
    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    formula: str
    told: str


PROBABILITY = ("p", "the probability of the right answer", (0.01, 1), (0.1, 0.5, 0.9))
DIFFERENCE = ("d", "how far a prediction is off", (-3, 3), (0.5, 1, 2))
LOGARITHM = Plot(
    *PROBABILITY, lambda p: -np.log(p), lambda p: -1 / p, "L = −ln p",
    "its derivative −1/p grows without bound: a sure mistake costs most",
)  # fmt: skip
SQUARE = Plot(
    *DIFFERENCE, lambda d: d**2, lambda d: 2 * d, "L = d²", "its derivative 2·d grows with the error",
)  # fmt: skip
PLOTS: dict[str, Plot] = {
    "cross-entropy": LOGARITHM,
    "binary-cross-entropy": LOGARITHM,
    "mse": SQUARE,
    "sse": SQUARE,
    "mae": Plot(
        *DIFFERENCE, np.abs, np.sign, "L = |d|", "its derivative is −1 or 1: outliers pull no harder"),
    "huber": Plot(
        *DIFFERENCE, lambda d: np.where(abs(d) <= 1, d * d / 2, abs(d) - 0.5), lambda d: np.clip(d, -1, 1),
        "L = d²/2 where |d| ≤ 1, else |d| − 1/2", "a square near 0, a straight line far away"),
    "hinge": Plot(
        "x", "a score less that of the target", (-3, 3), (-2, -0.5, 1), lambda x: np.maximum(0, x + 1),
        lambda x: (x > -1) * 1.0, "L = max(0, x − x[target] + 1)", "a lead of 1 costs nothing"),
    "binary-hinge": Plot(
        "t·x", "the score on its right side", (-3, 3), (-1, 0.5, 2), lambda x: np.maximum(0, 1 - x),
        lambda x: (x < 1) * -1.0, "L = max(0, 1 − t·x)", "beyond the margin of 1 nothing is lost"),
}  # fmt: skip
"""Kind → its curve."""


HINTS = {
    "cross-entropy": 'cnnstep loss "2 1 0.1" --target 0',
    "binary-cross-entropy": 'cnnstep loss "2 -1" --target "1 0" --kind binary-cross-entropy',
    "hinge": 'cnnstep loss "3 5 4.5" --target 1 --kind hinge',
    "binary-hinge": 'cnnstep loss "2 -0.5" --target "1 -1" --kind hinge',
}
"""Kind → what to type next, where the targets are not values."""


def curve(kind: str) -> Report:
    """The loss of one prediction, and its derivative."""
    plot = PLOTS[kind]
    at = np.array(plot.points)
    rows = [
        {"x": x, "value": v, "slope": s}
        for x, v, s in zip(plot.points, plot.value(at).tolist(), plot.slope(at).tolist(), strict=True)
    ]
    shown = (Role.LABEL, LOSSES[kind].use), (Role.LABEL, plot.told)
    facts = [words(Span(text, role), indent=1) for role, text in shown]
    facts += [words(_point(plot, row), indent=1) for row in rows]
    scene = stack([heading(kind, plot.formula)], [beside(_drawn(plot))], facts)
    document: dict[str, Any] = {"operation": "loss curve", "kind": kind, "axis": plot.axis, "points": rows}
    return Report(scene, document, HINTS.get(kind, f'cnnstep loss "3 5 4" --target "1 5 6" --kind {kind}'))


def _point(plot: Plot, row: dict[str, float]) -> str:
    x, value, slope = (signed(short(row[name])) for name in ("x", "value", "slope"))
    return f"at {plot.symbol} = {x}: L ≈ {value}, derivative ≈ {slope}"


def _drawn(plot: Plot) -> Curve:
    """The curve, and the points that are told below it."""
    across = Ends(*plot.ends)
    losses = plot.value(np.linspace(*plot.ends, SAMPLED))
    up = Ends.of(losses.max().item())
    at = np.array(plot.points)
    places = zip(across.share(at).tolist(), up.share(plot.value(at)).tolist(), strict=True)
    return Curve(
        f"L against {plot.axis}", (line(up.share(losses)),), across.scale(MOST, plot.symbol, line=True),
        up.scale(MOST), rows=ROWS, columns=COLUMNS, points=tuple(Point(*place) for place in places),
    )  # fmt: skip
