"""Where the columns of a network's picture stand: each as wide as what it holds is worth."""

from collections.abc import Callable, Sequence
from math import ceil, floor, fsum, log, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cnnstep.render.figures.fonts import text_width
from cnnstep.views.page.diagram import Bars, Maps, Strip
from cnnstep.views.page.grid import Box

if TYPE_CHECKING:
    from cnnstep.engine.arrays import Array

TEXT = 18.0
"""The smallest text, in units of which a canvas has 1280 by 720."""
LONGEST = 150.0
"""The name of a bar."""
SPACE = 8.0
"""Between the maps of a layer."""
STEP = 8
"""Widths are tried in steps of so many pixels."""
INPUT = 1.5
"""How much more the size of the input counts than that of a layer: it is what everyone knows."""
SIGNAL = 0.75
"""How high a signal is drawn at most, in widths."""
STRIP, UNIT = 66.0, 60.0
"""How wide a strip is at most, and a unit."""
BARS, TRACK, VALUE = 330.0, 90.0, 76.0
"""How wide bars are at most with their names and values, the bars alone at least, and the values."""
PITCH, THICK = 46.0, 0.6
"""How far bars are apart at most, and how much of that they fill."""
BELOW = 26.0
"""Room for a line of text under maps, and over and under bars."""


class Room(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    def of(self, box: Box | None) -> "Room":
        """The rectangle of a box in fractions of its sides; it may reach out of it."""
        if box is None:
            return self
        left, top = self.x + box.left * self.width, self.y + box.top * self.height
        return Room(left, top, (box.right - box.left) * self.width, (box.bottom - box.top) * self.height)

    def within(self, margins: Box) -> "Room":
        """What is left of it within margins, which are in fractions of the sides of that."""
        wide = self.width / (1 + margins.left + margins.right)
        high = self.height / (1 + margins.top + margins.bottom)
        return Room(self.x + margins.left * wide, self.y + margins.top * high, wide, high)

    def right(self, by: float) -> "Room":
        """The same, so far to the right."""
        return self._replace(x=self.x + by)

    def down(self, by: float) -> "Room":
        """The same, so far down."""
        return self._replace(y=self.y + by)

    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2


class Standing(NamedTuple):
    """A column: all its width, what its values take, and each of its maps, units or bars."""

    slot: Room
    body: Room
    items: tuple[Room, ...]


class Tiling(NamedTuple):
    """Things of one size in rows: so many, how wide and high each is, how many stand in a row, and how far apart."""

    many: int
    wide: float
    high: float
    across: int
    apart: float

    def rooms(self) -> list[Room]:
        """Each of them, from the corner on."""
        right, down = self.wide + self.apart, self.high + self.apart
        places = (divmod(number, self.across) for number in range(self.many))
        return [Room(column * right, row * down, self.wide, self.high) for row, column in places]


def standing(bodies: Sequence[Any], least: Sequence[float], room: Room, between: float) -> list[Standing]:
    """Columns from left to right, none narrower than `least`, so far apart at least; what is left over goes between.

    In all of them at most so many maps stand under each other, which is what uses the room best.
    """
    whole = room.width - between * (len(bodies) - 1)
    even = [ceil(each / STEP) * STEP for each in least]  # so that the steps of all columns come to the same widths
    least = even if fsum(even) <= whole else least
    many = {len(body.maps) for body in bodies if isinstance(body, Maps)}
    # of all that come to as many maps beside each other one is tried
    distinct = {tuple(ceil(n / rows) for n in many): rows for rows in range(1, max(many, default=1) + 1)}
    tried = [(*_widths(bodies, least, whole, room.height, rows), rows) for rows in distinct.values()]
    _, widths, rows = max(tried, key=lambda each: each[0])
    gap = (room.width - fsum(widths)) / max(1, len(bodies) - 1)
    found, x = [], room.x
    for body, width in zip(bodies, widths, strict=True):
        found.append(_centred(body, _tiling(body, width, room.height, rows), room._replace(x=x, width=width)))
        x += width + gap
    return found


def _centred(body: Any, tiling: Tiling, slot: Room) -> Standing:
    """A column in the middle of its slot, with room for what stands before, behind and under its values."""
    outer = tiling.rooms()
    before, after = (name_width(body), VALUE) if isinstance(body, Bars) else (0.0, 0.0)
    wide = before + max(each.x + each.width for each in outer) + after
    high = max(each.y + each.height for each in outer)
    under = BELOW if isinstance(body, Maps) and body.more else 0.0
    left, top = round(slot.x + (slot.width - wide) / 2), round(slot.y + (slot.height - high - under) / 2)
    items = [each.right(left + before).down(top) for each in outer]
    if isinstance(body, Maps):
        items = [each.within(body.margins) for each in items]
    return Standing(slot, Room(left, top, wide, high), tuple(items))


def _widths(
    bodies: Sequence[Any], least: Sequence[float], whole: float, high: float, rows: int
) -> tuple[float, list[float]]:
    """The logarithm of the largest product of areas, and its widths: no column is starved, and none wastes room.

    Column by column, the best for every width that they have together.
    """
    steps = max(0, int((whole - fsum(least)) // STEP))
    best: Array = np.zeros(steps + 1)
    taken: list[Array] = []
    for number, (body, narrowest) in enumerate(zip(bodies, least, strict=True)):
        weight = 1 if number else INPUT
        new, more_of = np.full(steps + 1, -np.inf), np.zeros(steps + 1, dtype=np.intp)
        for more in range(steps + 1):
            each = _tiling(body, narrowest + more * STEP, high, rows)
            worth = best[: steps + 1 - more] + weight * log(max(1.0, each.many * each.wide * each.high))
            better = worth > new[more:]
            new[more:][better], more_of[more:][better] = worth[better], more
        best = new
        taken.append(more_of)
    left, widths = int(np.argmax(best)), []
    for more_of, narrowest in zip(reversed(taken), reversed(least), strict=True):
        widths.append(narrowest + float(more_of[left]) * STEP)
        left -= int(more_of[left])
    return float(best.max()), widths[::-1]


def name_width(body: Bars) -> float:
    """The room for the names of bars."""
    longest = max(text_width(bar.name, TEXT, bold=True) for bar in body.bars)
    return min(LONGEST, longest) + SPACE


def _tiling(body: Any, width: float, high: float, rows: int) -> Tiling:
    """The maps, units or bars of a column, as large as they can be, at most so many `rows` of maps."""
    return TILINGS[type(body)](body, width, high, rows)


def _maps(body: Maps, width: float, high: float, rows: int) -> Tiling:
    many, (down, along), margins = len(body.maps), body.maps[0].size, body.margins
    is_signal = body.maps[0].is_signal
    across = ceil(many / rows)
    wide = (width + SPACE) / across - SPACE
    tall = (high - BELOW * bool(body.more) + SPACE) / ceil(many / across) - SPACE
    flat = down * (1 + margins.top + margins.bottom) / (along * (1 + margins.left + margins.right))
    if is_signal:
        flat = min(SIGNAL, tall / wide)
    wide = max(1, floor(min(wide, tall / flat)))  # whole pixels, so that the lines around maps are alike
    return Tiling(many, wide, max(1, round(wide * flat)), across, SPACE)


def _strip(body: Strip, width: float, high: float, _: int) -> Tiling:
    many, width = len(body.shades), min(width, STRIP)
    near = ceil(sqrt(many * width / high))  # if units filled it without a rest
    sizes = (
        (min(width / across, high / ceil(many / across), UNIT), -across) for across in range(max(1, near - 2), near + 2)
    )
    unit, across = max(sizes)
    return Tiling(many, unit, unit, -across, 0)


def _bars(body: Bars, width: float, high: float, _: int) -> Tiling:
    """The whole length of each bar between its name and its value; a line of text stands over and under all."""
    many = len(body.bars)
    pitch = min(PITCH, (high - 3 * BELOW) / many)
    long = max(1.0, min(width, BARS) - name_width(body) - VALUE)
    return Tiling(many, long, pitch * THICK, 1, pitch * (1 - THICK))


TILINGS: dict[type, Callable[[Any, float, float, int], Tiling]] = {Maps: _maps, Strip: _strip, Bars: _bars}
