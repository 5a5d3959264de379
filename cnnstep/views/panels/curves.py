"""Signals and functions as curves."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.views.page.curve import Curve, Series
from cnnstep.views.page.roles import Reveals
from cnnstep.views.wording.numbers import extremes, formatter, short, signed

if TYPE_CHECKING:
    from cnnstep.engine.activations import Rule


BINS = 240
SAMPLED = 481
WIDE = 60


def signal_curve(values: Array, caption: str, window: tuple[float, float] | None = None) -> Curve:
    """A signal from its first sample to its last; of many samples in one place the lowest and the highest."""
    low, high = (float(end) for end in extremes(values))
    bottom, top = min(low, 0.0), max(high, 0.0)
    span = (top - bottom) or 1.0
    bins = min(BINS, values.size)
    edges = np.arange(bins) * values.size // bins
    floats = values.astype(np.float64)
    lows, highs = (ufunc.reduceat(floats, edges) for ufunc in (np.minimum, np.maximum))
    return Curve(
        caption,
        (Series((lows - bottom) / span, (highs - bottom) / span),),
        (signed(short(top)), signed(short(bottom))),
        ("0", str(values.size - 1)),
        columns=WIDE if values.size > WIDE // 2 else 2 * values.size,
        window=window,
        zero=-bottom / span,
    )


def function_curve(
    rule: "Rule", parameter: float, points: Sequence[float], *, slope: bool = False, reach: float = 6, rows: int = 6
) -> Curve:
    """A function from −reach to reach, wider where the points are; its slope dotted, if wanted."""
    reach = float(max(reach, *(abs(point) for point in points))) if points else reach
    x = np.linspace(-reach, reach, SAMPLED)
    lines = [_floats(rule.value(x, parameter)), *([_floats(rule.slope(x, parameter))] if slope else [])]
    bottom = min(0.0, *(line.min().item() for line in lines))
    top = max(0.0, *(line.max().item() for line in lines))
    span = (top - bottom) or 1.0
    across = [float(point) for point in points]
    at = [_floats(rule.value(np.array([x]), parameter)).item() for x in across]
    text = formatter([round(bottom, 2), round(top, 2)])
    return Curve(
        "f(x), and its derivative dotted" if slope else "f(x)",
        tuple(Series((line - bottom) / span, (line - bottom) / span) for line in lines),
        (signed(text(round(top, 2))), signed(text(round(bottom, 2)))),
        (signed(short(-reach)), short(reach)),
        rows=rows,
        columns=48,
        points=tuple(((x + reach) / (2 * reach), (y - bottom) / span) for x, y in zip(across, at, strict=True)),
        zero=-bottom / span,
        middle=0.5,
        reveals=Reveals.WORKING,
    )


def _floats(values: Array) -> Array:
    floats: Array = np.asarray(values, dtype=np.float64)
    return floats
