"""Shapes as pixels: each is drawn once into a tile, and tiles are copied onto the canvas from then on.

So are letters, each in four positions between two pixels.
"""

from collections.abc import Callable, Hashable, Iterator
from functools import lru_cache
from itertools import pairwise
from math import ceil, floor, hypot
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from cnnstep.engine.arrays import Array
from cnnstep.render.figures.fonts import CAP, font, text_width
from cnnstep.render.figures.shapes import DASH, Frame, Label, Part, Pixels, Plot, Stroke
from cnnstep.render.theme import Colour

Points: TypeAlias = tuple[tuple[float, float], ...]

SHRUNK = 4
"""How much larger a plot is drawn, so that slanted lines are smooth."""
MOST_BYTES = 48_000_000
FINE = 4
"""Positions between two pixels, on both axes."""
BEFORE = 2
"""Pixels left of a letter's beginning, for what it has there."""


class Pigments(NamedTuple):
    """What a canvas holds in the place of colours, and which colours that was."""

    convert: Callable[[Array], Array] = np.asarray
    restore: Callable[[Array], Array] = np.asarray


COLOURS = Pigments()


class Painter:
    """Paints parts on canvases of one size."""

    def __init__(self, size: tuple[int, int], ground: Colour, scale: float = 1, pigments: Pigments = COLOURS) -> None:
        self.width, self.height = size
        self.scale = scale
        self._convert, self._restore = pigments
        self._ground = ground
        self._tiles: dict[Hashable, Array] = {}
        self._bytes = 0
        blank = self._convert(np.array([[ground]], dtype=np.uint8))
        self._blank = np.broadcast_to(blank, (self.height, self.width, *blank.shape[2:]))

    def paint(self, part: Part) -> Array:
        """The part in the middle of an empty canvas, as large as it fits."""
        canvas = self._blank.copy()
        scale = min(self.scale, self.width / part.width, self.height / part.height)
        at = ((self.width - part.width * scale) / 2, (self.height - part.height * scale) / 2)
        for shape in part.shapes:
            if isinstance(shape, Frame):
                self._frame(canvas, shape, at, scale)
            elif isinstance(shape, Plot) and shape.over:
                self._over(canvas, shape, at, scale)
            else:
                # from edge to edge, so that neighbours share one, and no line between them is thicker than another
                (x, right), (y, below) = (
                    (round(start * scale + offset), round((start + side) * scale + offset))
                    for start, side, offset in zip(shape[:2], shape[2:4], at, strict=True)
                )
                half = max(1, round(scale)) // 2 if isinstance(shape, Label) and shape.edge else 0
                target, tile = _overlap(canvas, self._tile(shape, scale, (right - x, below - y)), y - half, x - half)
                target[:] = tile
        return canvas

    def _over(self, canvas: Array, plot: Plot, at: tuple[float, float], scale: float) -> None:
        """Strokes over what stands there, each as dense as it covers a pixel."""
        x, y = (corner + offset / scale for corner, offset in zip(plot[:2], at, strict=True))
        for stroke in plot.strokes:
            points = [(x + across, y + down) for across, down in stroke.points]
            ends = [(min(line) - stroke.thick, max(line) + stroke.thick) for line in zip(*points, strict=True)]
            (left, right), (top, below) = ((floor(low * scale), ceil(high * scale)) for low, high in ends)
            size = (right - left, below - top)
            mask = Image.new("L", (size[0] * SHRUNK, size[1] * SHRUNK))
            placed = tuple((across - left / scale, down - top / scale) for across, down in points)
            _stroke(ImageDraw.Draw(mask), stroke._replace(points=placed), scale * SHRUNK, 255)
            dense = np.asarray(mask.resize(size, Image.Resampling.BOX), dtype=np.int32)[..., None]
            target, share = _overlap(canvas, dense, top, left)
            under = self._restore(target).astype(np.int32)
            mixed = under + ((np.array(stroke.ink) - under) * share + 127) // 255
            target[:] = self._convert(mixed.astype(np.uint8))

    def _tile(self, shape: Any, scale: float, size: tuple[int, int]) -> Array:
        key = (type(shape), shape[2:], scale, size)
        found = self._tiles.get(key)
        if found is None:
            colours = np.asarray(TILES[type(shape)](shape, scale, size, self._ground))
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
        for ink, wide in ((frame.ground, thick + 2 * max(1, round(scale))), (frame.ink, thick)):
            colour = self._convert(np.array([[ink]], dtype=np.uint8))
            x0, y0, x1, y1 = (round(edge - wide / 2) for edge in (left, top, right, bottom))
            across = [(y, y + wide, x0, x1 + wide) for y in (y0, y1)]
            for area in (*across, (y0, y1, x0, x0 + wide), (y0, y1, x1, x1 + wide)):
                first, last, begin, end = (max(0, edge) for edge in area)
                canvas[first:last, begin:end] = colour[0, 0]


def picture(part: Part, ground: Colour, scale: float, size: tuple[int, int] | None = None) -> Array:
    """A part alone, as large as it is, or on a canvas of this size."""
    size = size or (ceil(part.width * scale), ceil(part.height * scale))
    return Painter(size, ground, scale).paint(part)


def _overlap(canvas: Array, tile: Array, top: int, left: int) -> tuple[Array, Array]:
    """Of a canvas and of a tile at a place of it, what lies on the other."""
    y, x = max(0, top), max(0, left)
    target = canvas[y : max(y, top + tile.shape[0]), x : max(x, left + tile.shape[1])]
    return target, tile[y - top : y - top + target.shape[0], x - left : x - left + target.shape[1]]


def _label(label: Label, scale: float, box: tuple[int, int], ground: Colour) -> Array:
    """Text in its box; neighbouring boxes share an edge."""
    (wide, high), thin = box, max(1, round(scale))
    tile = np.empty((max(1, high + thin), max(1, wide + thin), 3), dtype=np.uint8)
    tile[:] = label.fill or ground
    if label.edge:
        for rim in (tile[:thin], tile[-thin:], tile[:, :thin], tile[:, -thin:]):
            rim[:] = label.edge
    size = label.size * scale
    spare = wide + thin * bool(label.edge) - text_width(label.text, size, bold=label.bold)
    start = {"l": 0.0, "m": spare / 2, "r": spare}[label.align]
    mask = _text_mask(label, size, (tile.shape[0], tile.shape[1]), (start, high / 2 + CAP * size))
    rows, columns = np.nonzero(mask)
    share, under = mask[rows, columns, None].astype(np.int32), tile[rows, columns].astype(np.int32)
    tile[rows, columns] = (under + ((np.array(label.ink) - under) * share + 127) // 255).astype(np.uint8)
    return tile


def _text_mask(label: Label, size: float, shape: tuple[int, int], at: tuple[float, float]) -> Array:
    """How much of each pixel the text covers, 0 to 255; `at` is where it begins, and its baseline."""
    mask = np.zeros(shape, dtype=np.uint8)
    x, baseline = at
    row, lower = divmod(round(baseline * FINE), FINE)
    for character in label.text:
        column, right = divmod(round(x * FINE), FINE)
        if not character.isspace():
            letter, above = _letter(character, size, bold=label.bold, right=right, lower=lower)
            target, source = _overlap(mask, letter, row - above, column - BEFORE)
            np.maximum(target, source, out=target)  # neighbours may touch: the darker of them is kept
        x += text_width(character, size, bold=label.bold)
    return mask


@lru_cache(maxsize=8192)
def _letter(character: str, size: float, *, bold: bool, right: int, lower: int) -> tuple[Array, int]:
    """A letter's coverage, moved by parts of a pixel, and how many rows it has above the baseline."""
    above, below = floor(size * 1.1) + 1, floor(size * 0.4) + 1
    wide = floor(text_width(character, size, bold=bold)) + 2 * BEFORE + 2
    large = Image.new("L", (wide * FINE, (above + below) * FINE))
    where = (BEFORE * FINE + right, above * FINE + lower)
    ImageDraw.Draw(large).text(where, character, 255, font(size * FINE, bold=bold), anchor="ls")
    return np.asarray(large.resize((wide, above + below), Image.Resampling.BOX)), above


def _pixels(pixels: Pixels, _: float, box: tuple[int, int], __: Colour) -> Image.Image:
    rows, columns = pixels.size
    image = Image.frombytes("RGB", (columns, rows), pixels.colours)
    kind = Image.Resampling.BOX if pixels.smooth else Image.Resampling.NEAREST
    return image.resize((max(1, box[0]), max(1, box[1])), kind)


def _plot(plot: Plot, scale: float, box: tuple[int, int], ground: Colour) -> Image.Image:
    """Drawn larger and shrunk."""
    large = Image.new("RGB", (box[0] * SHRUNK, box[1] * SHRUNK), ground)
    for stroke in plot.strokes:
        _stroke(ImageDraw.Draw(large), stroke, scale * SHRUNK, stroke.ink)
    return large.resize(box, Image.Resampling.BOX)


def _stroke(draw: ImageDraw.ImageDraw, stroke: Stroke, times: float, ink: Any) -> None:
    """A line, or what it encloses."""
    thick = max(1, round(stroke.thick * times))
    for points in _dashes(stroke.points) if stroke.dashed else [stroke.points]:
        large_points = [(x * times, y * times) for x, y in points]
        if stroke.filled:
            draw.polygon(large_points, fill=ink, outline=ink, width=thick)
        else:
            draw.line(large_points, fill=ink, width=thick, joint="curve")


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


TILES: dict[type, Callable[[Any, float, tuple[int, int], Colour], Array | Image.Image]] = {
    Label: _label, Pixels: _pixels, Plot: _plot,
}  # fmt: skip
