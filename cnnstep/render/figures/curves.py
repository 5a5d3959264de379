"""Curves as figures: a box with ticks at round numbers, points with lines to both axes, and tangents."""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from cnnstep.render.figures.fonts import HIGH, signs, text_width
from cnnstep.render.figures.pictures import COLUMN, SMALLEST
from cnnstep.render.figures.shapes import Label, Part, Plot, Stroke
from cnnstep.render.figures.words import NOTE, line
from cnnstep.render.theme import Colour, Paper
from cnnstep.views.page.curve import Curve, Series, Stem
from cnnstep.views.page.roles import Reveals, Role

Points: TypeAlias = tuple[tuple[float, float], ...]

ROW = 28.0
TICK = 5.0
BESIDE = 14.0
RADIUS = 6.0
PAD = 10.0
"""Room around the axes for points that lie on them."""
BOX = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0))


class Box:
    """How wide and high the inside of the axes is: fractions become places in a plot."""

    def __init__(self, curve: Curve) -> None:
        self.high = curve.rows * ROW
        self.wide = self.high if curve.is_square else curve.columns * COLUMN

    def places(self, *fractions: tuple[float, float]) -> Points:
        """Places of (across, up)."""
        return tuple((PAD + across * self.wide, PAD + (1 - up) * self.high) for across, up in fractions)


def draw_curve(curve: Curve, paper: Paper) -> Part:
    """Axes with their numbers, the curves, points on them."""
    box = Box(curve)
    caption = line(curve.caption, paper, Role.LABEL, NOTE)
    texts = (curve.room, *(tick.text for tick in curve.up.ticks))
    left = max(text_width(signs().fit(text), NOTE) for text in texts) + TICK + 6
    top = (caption.height if curve.caption else 0.0) + PAD
    plot = Plot(left - PAD, top - PAD, box.wide + 2 * PAD, box.high + 2 * PAD, tuple(_strokes(curve, box, paper)))
    labels = tuple(_numbers(curve, box, paper, left, top))
    name = text_width(curve.across.name, NOTE) + BESIDE if curve.across.name else 0.0
    width = max(
        left + box.wide + PAD + name, caption.width
    )  # the same for all curves that line up, whatever their numbers
    below = top + box.high + (TICK + 3 + NOTE * HIGH if curve.across.ticks else 0.0)
    return Part(width, below, (*caption.shapes, plot, *labels), (top, top + box.high))


def _strokes(curve: Curve, box: Box, paper: Paper) -> Iterator[Stroke]:
    """What stands inside the axes, and their ticks."""
    if curve.window:
        yield _band(curve.window, box, paper)
    yield from (Stroke(each, paper.line, 1) for each in _axes(curve, box))
    for point in curve.points:
        if point.drops:
            drop = box.places((0, point.up), (point.across, point.up), (point.across, 0))
            yield Stroke(drop, paper.looks[Role.LABEL].ink, 1.5, dashed=True, reveals=curve.reveals)
    inks = (paper.looks[Role.PLAIN].ink, paper.looks[Role.KERNEL].ink)
    for number, series in enumerate(curve.series):
        yield _series(series, box, inks[bool(number)], 1.5 if curve.stems else 2.5, dashed=bool(number))
    if curve.window and not curve.stems:  # many samples in little room may hide the band
        yield _band(curve.window, box, paper)._replace(ink=paper.highlight, thick=2, filled=False)
    yield from (stroke for stem in curve.stems for stroke in _stem(stem, curve, box, paper))
    for point in curve.points:
        if point.tangent:
            yield Stroke(box.places(*point.tangent), paper.looks[Role.KERNEL].ink, 3, reveals=curve.reveals)
    for point in curve.points:
        yield from _diamond((point.across, point.up), box, paper, curve.reveals)


def _axes(curve: Curve, box: Box) -> Iterator[Points]:
    """The box, lines where x and y are 0, a short line at each tick."""
    yield box.places(*BOX)
    if curve.across.zero is not None:
        yield box.places((curve.across.zero, 0), (curve.across.zero, 1))
    if curve.up.zero is not None:
        yield box.places((0, curve.up.zero), (1, curve.up.zero))
    for x, y in box.places(*((tick.place, 0) for tick in curve.across.ticks)):
        yield (x, y), (x, y + TICK)
    for x, y in box.places(*((0, tick.place) for tick in curve.up.ticks)):
        yield (x - TICK, y), (x, y)


def _band(window: tuple[float, float], box: Box, paper: Paper) -> Stroke:
    """The window, never too narrow to be seen."""
    begin, end = (max(0.0, min(1.0, part)) for part in window)
    end = max(end, begin + SMALLEST / box.wide)
    corners = box.places((begin, 0), (end, 0), (end, 1), (begin, 1), (begin, 0))
    return Stroke(corners, paper.looks[Role.WINDOW].fill or paper.line, 1, filled=True)


def _stem(stem: Stem, curve: Curve, box: Box, paper: Paper) -> Iterator[Stroke]:
    """A line from 0; of the window with a head, of what is new with a point."""
    line = box.places((stem.across, curve.up.zero or 0), (stem.across, stem.up))
    ink = paper.highlight if stem.has_head else paper.looks[Role.LABEL].ink
    yield Stroke(line, ink, 3, reveals=stem.reveals)
    if stem.has_head:
        small = stem.role != Role.CURRENT and curve.apart * box.wide / 2
        yield from _diamond((stem.across, stem.up), box, paper, stem.reveals, small or RADIUS)


def _diamond(
    place: tuple[float, float], box: Box, paper: Paper, reveals: Reveals, most: float = RADIUS
) -> Iterator[Stroke]:
    """A point, framed as the cell is whose value it is."""
    ((x, y),) = box.places(place)
    inner = min(RADIUS, most) - 1
    for radius, ink in ((inner + 3, paper.highlight), (inner, paper.looks[Role.WINDOW].fill or paper.line)):
        corners = ((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y))
        yield Stroke(corners, ink, 1, filled=True, reveals=reveals)


def _series(series: Series, box: Box, ink: Colour, thick: float, *, dashed: bool) -> Stroke:
    """A line, or the band between the lowest and the highest."""
    low, high = (np.clip(np.asarray(part, dtype=np.float64), 0, 1).tolist() for part in (series.low, series.high))
    places = np.linspace(*series.ends, max(2, len(low))).tolist()
    upper, lower = (box.places(*zip(places, part, strict=False)) for part in (high, low))
    if low == high:
        return Stroke(upper, ink, thick, dashed=dashed)
    return Stroke((*upper, *reversed(lower)), ink, 1, filled=True)


def _numbers(curve: Curve, box: Box, paper: Paper, left: float, top: float) -> Iterator[Label]:
    """The numbers at the ticks, and the name of the axis below."""
    ink, tall, fit = paper.looks[Role.LABEL].ink, NOTE * HIGH, signs().fit
    for tick in curve.up.ticks:
        middle = top + (1 - tick.place) * box.high
        yield Label(0, middle - tall / 2, left - TICK - 3, tall, fit(tick.text), ink, NOTE, align="r")
    under = top + box.high + TICK + 2
    for tick in curve.across.ticks:
        shown = fit(tick.text)
        wide = text_width(shown, NOTE)
        yield Label(left + tick.place * box.wide - wide / 2, under, wide, tall, shown, ink, NOTE)
    if curve.across.name:
        wide = text_width(curve.across.name, NOTE)
        yield Label(left + box.wide + BESIDE, under, wide, tall, curve.across.name, ink, NOTE, align="l")
