"""Shapes as pixels: each is drawn once into a tile, and tiles are copied onto the canvas from then on."""

from collections.abc import Callable, Hashable, Iterator
from itertools import pairwise
from math import ceil, hypot
from typing import Any, TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from cnnstep.engine.arrays import Array
from cnnstep.render.figures.fonts import CAP, text_width
from cnnstep.render.figures.letters import blend, text_mask
from cnnstep.render.figures.shapes import DASH, Frame, Label, Part, Pixels, Plot
from cnnstep.render.palettes import Colour

Points: TypeAlias = tuple[tuple[float, float], ...]

SHRUNK = 4
"""How much larger a plot is drawn, so that slanted lines are smooth."""
MOST_BYTES = 48_000_000


def as_colours(tile: Array) -> Array:
    """A tile as it is: red, green and blue."""
    return tile


class Painter:
    """Paints parts on canvases of one size; `convert` turns colours into what the canvas holds."""

    def __init__(
        self, size: tuple[int, int], ground: Colour, scale: float = 1, convert: Callable[[Array], Array] = as_colours
    ) -> None:
        self.width, self.height = size
        self.scale = scale
        self._convert = convert
        self._ground = ground
        self._tiles: dict[Hashable, Array] = {}
        self._bytes = 0
        blank = convert(np.array([[ground]], dtype=np.uint8))
        self._blank = np.broadcast_to(blank, (self.height, self.width, *blank.shape[2:]))

    def paint(self, part: Part) -> Array:
        """The part in the middle of an empty canvas, as large as it fits."""
        canvas = self._blank.copy()
        scale = min(self.scale, self.width / part.width, self.height / part.height)
        at = ((self.width - part.width * scale) / 2, (self.height - part.height * scale) / 2)
        for shape in part.shapes:
            if isinstance(shape, Frame):
                self._frame(canvas, shape, at, scale)
            else:
                x, y = (round(corner * scale + offset) for corner, offset in zip(shape[:2], at, strict=True))
                _put(canvas, self._tile(shape, scale), x, y)
        return canvas

    def _tile(self, shape: Any, scale: float) -> Array:
        key = (shape._replace(x=0, y=0), scale)
        found = self._tiles.get(key)
        if found is None:
            colours = np.asarray(TILES[type(shape)](shape, scale, self._ground))
            found = self._tiles[key] = self._convert(colours)
            self._bytes += found.nbytes
            if self._bytes > MOST_BYTES:
                self._bytes = 0
                self._tiles.clear()
        return found

    def _frame(self, canvas: Array, frame: Frame, at: tuple[float, float], scale: float) -> None:
        left, top = frame.x * scale + at[0], frame.y * scale + at[1]
        right, bottom = left + frame.width * scale, top + frame.height * scale
        thick = max(1, round(frame.thick * scale))
        rings = [(frame.ink, thick)]
        if frame.ground is not None:
            rings.insert(0, (frame.ground, thick + 2 * max(1, round(scale))))
        for ink, wide in rings:
            colour = self._convert(np.array([[ink]], dtype=np.uint8))
            a, b, c, d = (round(edge - wide / 2) for edge in (left, top, right, bottom))
            for area in (
                (b, b + wide, a, c + wide),
                (d, d + wide, a, c + wide),
                (b, d, a, a + wide),
                (b, d, c, c + wide),
            ):
                y0, y1, x0, x1 = (max(0, edge) for edge in area)
                canvas[y0:y1, x0:x1] = colour[0, 0]


def picture(part: Part, ground: Colour, scale: float) -> Array:
    """A part alone, as large as it is."""
    size = (ceil(part.width * scale), ceil(part.height * scale))
    return Painter(size, ground, scale).paint(part)


def _put(canvas: Array, tile: Array, x: int, y: int) -> None:
    """Copy a tile onto the canvas, as far as it lies on it."""
    y0, x0 = max(0, y), max(0, x)
    target = canvas[y0 : max(y0, y + tile.shape[0]), x0 : max(x0, x + tile.shape[1])]
    target[:] = tile[y0 - y : y0 - y + target.shape[0], x0 - x : x0 - x + target.shape[1]]


def _label(label: Label, scale: float, ground: Colour) -> Array:
    """Text in its box; neighbouring boxes share an edge."""
    wide, high, thin = round(label.width * scale), round(label.height * scale), max(1, round(scale))
    tile = np.empty((max(1, high + thin), max(1, wide + thin), 3), dtype=np.uint8)
    tile[:] = label.fill or ground
    if label.edge:
        for rim in (tile[:thin], tile[-thin:], tile[:, :thin], tile[:, -thin:]):
            rim[:] = label.edge
    size = label.size * scale
    spare = wide + thin * bool(label.edge) - text_width(label.text, size, bold=label.bold)
    start = {"l": 0.0, "m": spare / 2, "r": spare}[label.align]
    mask = text_mask(label.text, (tile.shape[0], tile.shape[1]), (start, high / 2 + CAP * size), size, bold=label.bold)
    blend(tile, mask, label.ink)
    return tile


def _pixels(pixels: Pixels, scale: float, _: Colour) -> Image.Image:
    rows, columns = pixels.size
    image = Image.frombytes("RGB", (columns, rows), pixels.colours)
    size = (max(1, round(pixels.width * scale)), max(1, round(pixels.height * scale)))
    return image.resize(size, Image.Resampling.BOX if pixels.smooth else Image.Resampling.NEAREST)


def _plot(plot: Plot, scale: float, ground: Colour) -> Image.Image:
    """Drawn larger and shrunk."""
    size = (round(plot.width * scale), round(plot.height * scale))
    large = Image.new("RGB", (size[0] * SHRUNK, size[1] * SHRUNK), ground)
    draw, times = ImageDraw.Draw(large), scale * SHRUNK
    for stroke in plot.strokes:
        thick = max(1, round(stroke.thick * times))
        for points in _dashes(stroke.points) if stroke.dashed else [stroke.points]:
            large_points = [(x * times, y * times) for x, y in points]
            if stroke.filled:
                draw.polygon(large_points, fill=stroke.ink, outline=stroke.ink, width=thick)
            else:
                draw.line(large_points, fill=stroke.ink, width=thick, joint="curve")
    return large.resize(size, Image.Resampling.BOX)


def _dashes(points: Points) -> Iterator[Points]:
    """Pieces of a line, each as long as the gap that follows it."""
    gone, piece = 0.0, [points[0]]
    for (x0, y0), (x1, y1) in pairwise(points):
        length, done = hypot(x1 - x0, y1 - y0), 0.0
        while gone + length - done >= DASH:
            done += DASH - gone
            at = (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length)
            if piece:
                yield (*piece, at)
            gone, piece = 0.0, [] if piece else [at]
        gone += length - done
        piece = [*piece, (x1, y1)] if piece else []
    if len(piece) > 1:
        yield tuple(piece)


TILES: dict[type, Callable[[Any, float, Colour], Array | Image.Image]] = {Label: _label, Pixels: _pixels, Plot: _plot}
