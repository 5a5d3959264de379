"""A curve: one series or two over an axis."""

from typing import Any, NamedTuple

from cnnstep.views.page.roles import Importance, Reveals


class Series(NamedTuple):
    """A curve, or the band between the lowest and the highest of many samples: bins from left to right.

    Heights are fractions, 0 at the bottom and 1 at the top.
    """

    low: Any
    high: Any


class Curve(NamedTuple):
    """One series drawn solid, a second one dotted, with what stands at the ends of both axes.

    `left` are the texts at the top and the bottom, `below` those at the left and the right end.
    `window` are fractions of the width; `points` are (across, up) in fractions, and `reveals` is what
    they give away; `zero` is the height of the line y = 0, `middle` the place of x = 0.
    """

    caption: str
    series: tuple[Series, ...]
    left: tuple[str, str]
    below: tuple[str, str]
    columns: int = 60
    rows: int = 7
    window: tuple[float, float] | None = None
    points: tuple[tuple[float, float], ...] = ()
    zero: float | None = None
    middle: float | None = None
    reveals: Reveals = Reveals.NOTHING
    importance: Importance = Importance.NOTE
