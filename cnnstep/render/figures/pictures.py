"""Thumbnails and curves as figures, with their legends."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.render.figures.fonts import HIGH, signed_text, signs, text_width
from cnnstep.render.figures.shapes import Frame, Label, Part, Pixels, Plot, Shape, Stroke, moved
from cnnstep.render.figures.words import NOTE, line
from cnnstep.render.theme import Paper, colour
from cnnstep.views.page.grid import Legend
from cnnstep.views.page.roles import Palette, Role
from cnnstep.views.page.scene import Curve, Picture, Series

COLUMN = 10.0
ROW = 20.0
TALLEST = 300.0
SHADES = 256
BAR = (96.0, 12.0)
BAR_COLUMNS = 64
SMALLEST = 5.0
THICK = 2.5
RADIUS = 5.0
PAD = 6.0


def draw_picture(picture: Picture, paper: Paper) -> Part:
    """The pixels, the window's place in them, and the range below."""
    rows, columns = picture.size
    wide = min(picture.columns * COLUMN, TALLEST * columns / rows)
    high = max(1.0, wide * rows / columns)
    caption = line(picture.caption, paper, Role.LABEL, NOTE)
    top = caption.height + 4
    pixels = coloured(picture.palette, picture.pixels)
    size = (pixels.shape[0], pixels.shape[1])
    shapes: list[Shape] = [*caption.shapes]
    shapes.append(Pixels(0, top, wide, high, pixels.tobytes(), size, smooth=min(size) * 2 > high))
    if picture.box:
        shapes.append(_window(picture, paper, top, wide, high))
    bottom = below = top + high
    if picture.legend:
        bar = draw_legend(picture.legend, paper)
        shapes += moved(bar, 0, below + 6)
        below, wide = below + 6 + bar.height, max(wide, bar.width)
    return Part(max(wide, caption.width), below, tuple(shapes), (top, bottom))


def _window(picture: Picture, paper: Paper, top: float, wide: float, high: float) -> Frame:
    """A frame in the window's place, never too small to be seen."""
    box: Any = picture.box
    x, y = max(0.0, box.left) * wide, max(0.0, box.top) * high
    across, down = min(1.0, box.right) * wide - x, min(1.0, box.bottom) * high - y
    grown_x, grown_y = max(SMALLEST, across), max(SMALLEST, down)
    x, y = min(x - (grown_x - across) / 2, wide - grown_x), min(y - (grown_y - down) / 2, high - grown_y)
    return Frame(max(0.0, x), top + max(0.0, y), grown_x, grown_y, paper.highlight, THICK, paper.ground)


def coloured(palette: Palette, shades: Array) -> Array:
    """Shades (rows, columns), or (rows, columns, 3), as 8-bit colours."""
    if palette == Palette.COLOUR:
        bright: Array = np.rint(np.clip(shades, 0, 1) * 255).astype(np.uint8)
        return bright
    low = _lowest(palette)
    numbers = np.rint((np.clip(shades, low, 1) - low) / (1 - low) * (SHADES - 1)).astype(np.intp)
    mapped: Array = _table(palette)[numbers]
    return mapped


def strip(palette: Palette) -> Array:
    """The shades of a legend as 8-bit colours (1, columns, 3), from the lowest to the highest."""
    return coloured(palette, np.linspace(_lowest(palette), 1, BAR_COLUMNS)[None])


def _lowest(palette: Palette) -> int:
    return -1 if palette == Palette.DIVERGING else 0


@lru_cache
def _table(palette: Palette) -> Array:
    low = _lowest(palette)
    shades = [low + i / (SHADES - 1) * (1 - low) for i in range(SHADES)]
    return np.array([colour(palette, shade) for shade in shades], dtype=np.uint8)


def draw_legend(legend: Legend, paper: Paper) -> Part:
    """The two ends of a palette and the shades between them."""
    low, high = (signed_text(text) for text in (legend.low, legend.high))
    begin = text_width(low, NOTE) + 8
    ink = paper.looks[Role.LABEL].ink
    end = begin + BAR[0] + 8
    height = NOTE * HIGH
    shapes = (
        Label(0, 0, begin - 8, height, low, ink, NOTE, align="l"),
        Pixels(begin, (height - BAR[1]) / 2, *BAR, strip(legend.palette).tobytes(), (1, BAR_COLUMNS)),
        Label(end, 0, text_width(high, NOTE), height, high, ink, NOTE, align="l"),
    )
    return Part(end + text_width(high, NOTE), height, shapes, (0, height))


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
