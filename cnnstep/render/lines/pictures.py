"""A picture as lines: two pixels a character in colour, one character of a ramp without."""

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.render.lines.page import Page
from cnnstep.render.lines.pieces import Laid, Line, Piece, Shade, Tone, laid, width_of
from cnnstep.render.lines.ramps import character, legend_line
from cnnstep.views.page.roles import Palette, Role
from cnnstep.views.page.scene import Box, Picture

TALLEST = 15
HALF = "▀"


def lay_picture(picture: Picture, page: Page, most: int) -> Laid:
    """Lay a picture out as wide as it wants to be, at most `most` columns and 15 lines."""
    rows, columns = picture.size
    width = picture_columns(picture, most)
    height = max(1, min(TALLEST, round(width * rows / columns / 2)))
    pixels = resampled(picture.pixels, 2 * height, width, peaks=picture.peaks)
    draw = _blocks if page.blocks else _ramp
    body = [draw(picture.palette, pixels[2 * line], pixels[2 * line + 1]) for line in range(height)]
    if picture.box:
        _mark(body, picture.box, page)
    below = [legend_line(picture.legend, page)] if picture.legend else []
    return laid([Piece(page.caption(picture.caption), Role.LABEL)], body, below)


def picture_width(picture: Picture, page: Page, most: int) -> int:
    """How wide `lay_picture` will be, without drawing anything."""
    legend = width_of(legend_line(picture.legend, page)) if picture.legend else 0
    return max(picture_columns(picture, most), legend, len(page.caption(picture.caption)))


def picture_columns(picture: Picture, most: int) -> int:
    """How many columns a picture takes: as many as it wants, unless it would be too tall."""
    rows, columns = picture.size
    return max(1, min(picture.columns, most, round(TALLEST * 2 * columns / rows)))


def resampled(pixels: Array, rows: int, columns: int, *, peaks: bool) -> Array:
    """Shrink by means, or, where peaks must stay, by the value furthest from zero; enlarge by repetition."""
    for axis, wanted in enumerate((rows, columns)):
        size = pixels.shape[axis]
        edges = np.arange(wanted) * size // wanted
        if wanted >= size:
            pixels = pixels.take(edges, axis=axis)
        elif peaks:
            high, low = (
                np.maximum.reduceat(pixels, edges, axis=axis),
                np.minimum.reduceat(pixels, edges, axis=axis),
            )
            pixels = np.where(high >= -low, high, low)
        else:
            counts = np.diff([*edges, size]).reshape([-1 if i == axis else 1 for i in range(pixels.ndim)])
            pixels = np.add.reduceat(pixels, edges, axis=axis) / counts
    return pixels


def _blocks(palette: Palette, upper: Array, lower: Array) -> Line:
    above, below = ([Tone(palette, shade) for shade in _shades(line)] for line in (upper, lower))
    return [Piece(HALF, back=back, fore=fore) for fore, back in zip(above, below, strict=True)]


def _ramp(palette: Palette, upper: Array, lower: Array) -> Line:
    return [Piece(character(palette, shade)) for shade in _shades((upper + lower) / 2)]


def _shades(line: Array) -> list[Shade]:
    """One number a pixel, or red, green and blue."""
    return line.tolist() if line.ndim == 1 else [(r, g, b) for r, g, b in line.tolist()]


def _mark(body: list[Line], box: Box, page: Page) -> None:
    """Show where the window is: its corners, or one sign where it is smaller than that."""
    height, width = len(body), len(body[0])
    top, left = _within(box.top * height, height), _within(box.left * width, width)
    bottom, right = _within(box.bottom * height - 0.01, height), _within(box.right * width - 0.01, width)
    if bottom - top < 1 or right - left < 1:
        corners = {(top, left): "◆"}
    else:
        corners = {(top, left): "┏", (top, right): "┓", (bottom, left): "┗", (bottom, right): "┛"}
    for (row, column), sign in corners.items():
        body[row][column] = Piece(page.glyphs.fit(sign), Role.CURRENT, body[row][column].back)


def _within(position: float, size: int) -> int:
    return max(0, min(size - 1, int(position)))
