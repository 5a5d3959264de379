"""Curves as figures: their axes, and points on them."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from cnnstep.render.figures.fonts import HIGH, signs, text_width
from cnnstep.render.figures.pictures import COLUMN, SMALLEST
from cnnstep.render.figures.shapes import Label, Part, Plot, Shape, Stroke
from cnnstep.render.figures.words import NOTE, line
from cnnstep.render.theme import Paper
from cnnstep.views.page.curve import Curve, Series
from cnnstep.views.page.roles import Role

ROW = 20.0
RADIUS = 5.0
PAD = 6.0


def draw_curve(curve: Curve, paper: Paper) -> Part:
    """Axes with their ends, the curves, points on them."""
    wide, high = curve.columns * COLUMN, curve.rows * ROW
    caption = line(curve.caption, paper, Role.LABEL, NOTE)
    left = max(text_width(signs().fit(text), NOTE) for text in (*curve.left, "0")) + 8
    top = caption.height + 6
    shapes: list[Shape] = [*caption.shapes]
    strokes = (  # there is room around the axes for points that lie on them
        stroke._replace(points=tuple((x + PAD, y + PAD) for x, y in stroke.points))
        for stroke in _strokes(curve, paper, wide, high)
    )
    shapes.append(Plot(left - PAD, top - PAD, wide + 2 * PAD, high + 2 * PAD, tuple(strokes)))
    shapes += _ends(curve, paper, left, top, wide, high)
    below = top + high + 6 + NOTE * HIGH
    return Part(max(left + wide, caption.width), below, tuple(shapes), (top, top + high))


def _strokes(curve: Curve, paper: Paper, wide: float, high: float) -> Iterator[Stroke]:
    """What stands inside the axes."""
    corners = ((0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high), (0.0, 0.0))
    if curve.window:
        begin, end = (max(0.0, min(1.0, part)) * wide for part in curve.window)
        band = ((begin, 0.0), (max(end, begin + SMALLEST), 0.0), (max(end, begin + SMALLEST), high), (begin, high))
        yield Stroke(band, paper.looks[Role.WINDOW].fill or paper.line, filled=True)
    if curve.zero is not None:
        y = (1 - curve.zero) * high
        yield Stroke(((0.0, y), (wide, y)), paper.line, 1)
    if curve.middle is not None:
        x = curve.middle * wide
        yield Stroke(((x, 0.0), (x, high)), paper.line, 1)
    yield Stroke(corners, paper.line, 1)
    inks = (paper.looks[Role.PLAIN].ink, paper.looks[Role.KERNEL].ink)
    for number, series in enumerate(curve.series):
        yield _series(series, inks[bool(number)], wide, high, dashed=bool(number))
    for across, up in curve.points:
        x, y = across * wide, (1 - up) * high
        diamond = ((x, y - RADIUS), (x + RADIUS, y), (x, y + RADIUS), (x - RADIUS, y))
        yield Stroke(diamond, paper.highlight, filled=True, reveals=curve.reveals)


def _series(series: Series, ink: Any, wide: float, high: float, *, dashed: bool) -> Stroke:
    """A line, or the band between the lowest and the highest."""
    low, top = (np.clip(np.asarray(part, dtype=np.float64), 0, 1).tolist() for part in (series.low, series.high))
    last = max(1, len(low) - 1)
    upper = [(i / last * wide, (1 - value) * high) for i, value in enumerate(top)]
    lower = [(i / last * wide, (1 - value) * high) for i, value in enumerate(low)]
    if low == top:
        return Stroke(tuple(upper), ink, 2, dashed=dashed)
    return Stroke((*upper, *reversed(lower)), ink, 1, filled=True)


def _ends(curve: Curve, paper: Paper, left: float, top: float, wide: float, high: float) -> Iterator[Label]:
    """What stands at the ends of both axes."""
    ink, tall = paper.looks[Role.LABEL].ink, NOTE * HIGH
    fit = signs().fit
    for text, y in zip(curve.left, (top, top + high - tall), strict=True):
        yield Label(0, y, left - 6, tall, fit(text), ink, NOTE, align="r")
    for text, x, align in zip(curve.below, (left, left + wide / 2 + 10), "lr", strict=True):
        yield Label(x, top + high + 4, wide / 2 - 10, tall, fit(text), ink, NOTE, align=align)
    if curve.middle is not None:
        yield Label(left + curve.middle * wide - 10, top + high + 4, 20, tall, "0", ink, NOTE)
