"""Thumbnails as figures, with their legends."""

from functools import lru_cache
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.render.figures.fonts import HIGH, signed_text, text_width
from cnnstep.render.figures.shapes import Frame, Label, Part, Pixels, Shape, moved, stacked
from cnnstep.render.figures.words import NOTE, line
from cnnstep.render.theme import WHITE, Paper, Stops, between
from cnnstep.views.page.grid import Legend
from cnnstep.views.page.roles import Palette, Role
from cnnstep.views.page.scene import Picture

COLUMN = 10.0
TALLEST = 300.0
SHADES = 256
BAR = (96.0, 12.0)
BAR_COLUMNS = 64
SMALLEST = 5.0
THICK = 2.5


def draw_picture(picture: Picture, paper: Paper) -> Part:
    """The pixels, the window's place in them, and the range below."""
    rows, columns = picture.size
    wide = min(picture.columns * COLUMN, TALLEST * columns / rows)
    high = max(1.0, wide * rows / columns)
    caption = line(picture.caption, paper, Role.LABEL, NOTE)
    top = caption.height + 4
    pixels = coloured(picture.palette, picture.pixels, paper)
    size = (pixels.shape[0], pixels.shape[1])
    shapes: list[Shape] = [*caption.shapes]
    shapes.append(Pixels(0, top, wide, high, pixels.tobytes(), size, smooth=min(size) * 2 > high))
    frame = _window(picture, paper, top, wide, high) if picture.box else None
    shapes += [frame] if frame else []
    sides, focus = (0.0, wide), frame and (frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)
    bottom = below = top + high
    if picture.legend:
        bar = draw_legend(picture.legend, paper)
        shapes += moved(bar, 0, below + 6)
        below, wide = below + 6 + bar.height, max(wide, bar.width)
    return Part(max(wide, caption.width), below, tuple(shapes), (top, bottom), sides, focus)


def _window(picture: Picture, paper: Paper, top: float, wide: float, high: float) -> Frame:
    """A frame in the window's place, never too small to be seen."""
    box: Any = picture.box
    x, y = max(0.0, box.left) * wide, max(0.0, box.top) * high
    across, down = min(1.0, box.right) * wide - x, min(1.0, box.bottom) * high - y
    grown_x, grown_y = max(SMALLEST, across), max(SMALLEST, down)
    x, y = min(x - (grown_x - across) / 2, wide - grown_x), min(y - (grown_y - down) / 2, high - grown_y)
    return Frame(max(0.0, x), top + max(0.0, y), grown_x, grown_y, paper.highlight, THICK, paper.ground)


def coloured(palette: Palette, shades: Array, paper: Paper = WHITE) -> Array:
    """Shades (rows, columns), or (rows, columns, 3), as 8-bit colours; what is not known yet (NaN) like padding."""
    is_known: Array = np.asarray(~np.isnan(shades))
    if palette == Palette.COLOUR:
        colours: Array = np.rint(np.clip(np.where(is_known, shades, 0), 0, 1) * 255).astype(np.uint8)
        is_known = np.asarray(is_known.all(axis=-1))
    else:
        stops = paper.stops[palette]
        low = stops[0][0]
        numbers = np.rint((np.clip(np.where(is_known, shades, low), low, 1) - low) / (1 - low) * (SHADES - 1))
        colours = _table(stops)[numbers.astype(np.intp)]
    colours[~is_known] = paper.named["padding"]
    return colours


def strip(palette: Palette, paper: Paper = WHITE) -> Array:
    """The shades of a legend as 8-bit colours (1, columns, 3), from the lowest to the highest."""
    return coloured(palette, np.linspace(paper.stops[palette][0][0], 1, BAR_COLUMNS)[None], paper)


@lru_cache
def _table(stops: Stops) -> Array:
    return np.array([between(stops, shade) for shade in np.linspace(stops[0][0], 1, SHADES)], dtype=np.uint8)


def draw_legend(legend: Legend, paper: Paper) -> Part:
    """The two ends of a palette and the shades between them."""
    low, high = (signed_text(text) for text in (legend.low, legend.high))
    begin = text_width(low, NOTE) + 8
    ink = paper.looks[Role.LABEL].ink
    end = begin + BAR[0] + 8
    height = NOTE * HIGH
    shapes = (
        Label(0, 0, begin - 8, height, low, ink, NOTE, align="l"),
        Pixels(begin, (height - BAR[1]) / 2, *BAR, strip(legend.palette, paper).tobytes(), (1, BAR_COLUMNS)),
        Label(end, 0, text_width(high, NOTE), height, high, ink, NOTE, align="l"),
    )
    bar = Part(end + text_width(high, NOTE), height, shapes, (0, height))
    return stacked([bar, line(legend.note, paper, Role.LABEL, NOTE)] if legend.note else [bar])
