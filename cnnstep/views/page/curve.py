"""A curve: lines over an axis, with ticks at round numbers, and what stands on them."""

from itertools import pairwise
from math import hypot
from typing import Any, NamedTuple

from cnnstep.views.page.roles import Importance, Reveals, Role

TANGENT = 0.4
"""How far a tangent reaches on both sides of its point, in sides of the box."""


class Series(NamedTuple):
    """A line, or the band between the lowest and the highest of many samples: bins from left to right.

    Heights are fractions, 0 at the bottom and 1 at the top; it begins and ends at these parts of the width.
    """

    low: Any
    high: Any
    ends: tuple[float, float] = (0.0, 1.0)


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


class Stem(NamedTuple):
    """A sample: a line from 0 to a place, in fractions of both sides; what is of the window or new has a head."""

    across: float
    up: float
    role: Role = Role.OUTPUT
    reveals: Reveals = Reveals.NOTHING

    @property
    def has_head(self) -> bool:
        """Whether it is of the window, or what it has made."""
        return self.role in {Role.WINDOW, Role.PADDING, Role.CURRENT}


class Curve(NamedTuple):
    """One series drawn solid, a second one dotted, between an axis below and one on the left.

    `window` are fractions of the width; `reveals` is what the points give away. One that `is_square`
    is as wide as its `rows` make it high. `room` is the widest number beside a curve above or
    below, so that they line up.
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
    stems: tuple[Stem, ...] = ()
    room: str = ""
    reveals: Reveals = Reveals.NOTHING
    importance: Importance = Importance.NOTE

    @property
    def apart(self) -> float:
        """How far the nearest two stems are from each other, in widths."""
        places = sorted(stem.across for stem in self.stems)
        return min((after - before for before, after in pairwise(places)), default=1.0)
