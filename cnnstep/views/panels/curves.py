"""Signals and functions as curves."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.views.page.curve import Curve, Point, Scale, Series, Tick
from cnnstep.views.page.roles import Reveals
from cnnstep.views.panels.scales import Ends
from cnnstep.views.wording.numbers import extremes

if TYPE_CHECKING:
    from cnnstep.engine.activations import Rule

BINS = 240
SAMPLED = 481
WIDE = 88
REACH = 6.0
MOST_ACROSS, MOST_UP = 7, 6


def line(heights: Array) -> Series:
    """A line through heights."""
    return Series(heights, heights)


def signal_curve(
    values: Array, caption: str, window: tuple[float, float] | None = None, ends: tuple[float, float] = (0.0, 1.0)
) -> Curve:
    """A signal from its first sample to its last; of many samples in one place the lowest and the highest.

    It may be a part of the axis that it stands on: from one end to the other.
    """
    up = Ends.of(*(float(end) for end in extremes(values)))
    bins = min(BINS, values.size)
    edges = np.arange(bins) * values.size // bins
    floats = values.astype(np.float64)
    lows, highs = (up.share(ufunc.reduceat(floats, edges)) for ufunc in (np.minimum, np.maximum))
    return Curve(
        caption,
        (Series(lows, highs, ends),),
        Scale((Tick(0, "0"), Tick(1, str(values.size - 1)))),
        up.scale(3, line=True),
        columns=WIDE if values.size > WIDE // 2 else 2 * values.size,
        window=window,
    )


def function_curves(
    rule: "Rule", parameter: float, points: Sequence[float], *, reach: float = REACH, rows: int = 6, drops: bool = True
) -> tuple[Curve, Curve]:
    """A function from −reach to reach, wider where the points are, and its derivative on a scale of its own.

    The points stand on both, on the function with the tangents there; lines drop from them unless they are many.
    """
    across = Ends.of(*(way * max([reach, *map(abs, points)]) for way in (-1, 1)))
    x, at = np.linspace(across.low, across.high, SAMPLED), np.array(points, dtype=np.float64)
    slopes = _floats(rule.slope(at, parameter))
    curves = []
    for caption, function in (("f(x)", rule.value), ("derivative f′(x)", rule.slope)):
        heights = _floats(function(x, parameter))
        up = Ends.of(heights.min().item(), heights.max().item()).rounded(MOST_UP)
        tangents = slopes * across.length / up.length
        places = zip(across.share(at).tolist(), up.share(_floats(function(at, parameter))).tolist(), strict=True)
        curves.append(
            Curve(
                caption,
                (line(up.share(heights)),),
                across.scale(MOST_ACROSS, "x", line=True),
                up.scale(MOST_UP, line=True),
                rows=rows,
                is_square=True,
                points=tuple(
                    Point(*place, slope if function is rule.value and drops else None, drops)
                    for place, slope in zip(places, tangents.tolist(), strict=True)
                ),
                reveals=Reveals.WORKING,
            )
        )
    return curves[0], curves[1]


def _floats(values: Array) -> Array:
    floats: Array = np.asarray(values, dtype=np.float64)
    return floats
