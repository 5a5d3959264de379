"""A curve: lines over an axis, with ticks at round numbers, and what stands on them."""

from math import hypot
from typing import Any, NamedTuple

from cnnstep.views.page.roles import Importance, Reveals

TANGENT = 0.4
"""How far a tangent reaches on both sides of its point, in sides of the box."""


class Series(NamedTuple):
    """A line, or the band between the lowest and the highest of many samples: bins from left to right.

    Heights are fractions, 0 at the bottom and 1 at the top.
    """

    low: Any
    high: Any


class Tick(NamedTuple):
    """A number on an axis, and where it stands: a fraction of the axis."""

    place: float
    text: str


class Scale(NamedTuple):
    """One axis: its ticks, its name, and the place of 0 where a line is to stand there."""

    ticks: tuple[Tick, ...] = ()
    name: str = ""
    zero: float | None = None

    @property
    def ends(self) -> tuple[str, str]:
        """The first and the last number."""
        return (self.ticks[0].text, self.ticks[-1].text) if self.ticks else ("", "")


class Point(NamedTuple):
    """A place on a curve, in fractions of both sides; `slope` is that of the tangent, in heights a width.

    From a point that `drops` lines lead to both axes.
    """

    across: float
    up: float
    slope: float | None = None
    drops: bool = False

    @property
    def tangent(self) -> tuple[tuple[float, float], ...]:
        """The two ends of the tangent, none of them outside the box."""
        return () if self.slope is None else tuple(self._end(self.slope, way) for way in (-1, 1))

    def _end(self, slope: float, way: int) -> tuple[float, float]:
        run, rise = way / hypot(1, slope), way * slope / hypot(1, slope)
        room = [((1 if step > 0 else 0) - at) / step for at, step in ((self.across, run), (self.up, rise)) if step]
        length = min(TANGENT, *room)
        return self.across + length * run, self.up + length * rise


class Curve(NamedTuple):
    """One series drawn solid, a second one dotted, between an axis below and one on the left.

    `window` are fractions of the width; `reveals` is what the points give away. One that `is_square`
    is as wide as its `rows` make it high.
    """

    caption: str
    series: tuple[Series, ...]
    across: Scale
    up: Scale
    columns: int = 60
    rows: int = 7
    is_square: bool = False
    window: tuple[float, float] | None = None
    points: tuple[Point, ...] = ()
    reveals: Reveals = Reveals.NOTHING
    importance: Importance = Importance.NOTE
