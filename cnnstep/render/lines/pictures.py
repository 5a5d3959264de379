"""Pictures as lines: two pixels a character in colour, one of a ramp without."""

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.render.lines.page import Laid, Line, Page, Piece, Shade, Tone, character, laid, legend_lines, width_of
from cnnstep.views.page.grid import Box
from cnnstep.views.page.roles import Palette, Role
from cnnstep.views.page.scene import Picture

TALLEST = 15
HALF = "▀"


def lay_picture(picture: Picture, page: Page, most: int) -> Laid:
    """Lay a picture out as wide as it wants to be, at most `most` columns and 15 lines."""
    rows, columns = picture.size
    width = _picture_columns(picture, most)
    # a character is about twice as high as it is wide
    height = max(1, min(TALLEST, round(width * rows / columns / 2)))
    pixels = resampled(picture.pixels, 2 * height, width, peaks=picture.peaks)
    pairs = zip(pixels[::2], pixels[1::2], strict=True)
    body = [_characters(picture.palette, upper, lower, blocks=page.blocks) for upper, lower in pairs]
    if picture.box:
        _mark(body, picture.box, page)
    return laid(page.caption(picture.caption), body, _legend(picture, page))


def picture_width(picture: Picture, page: Page, most: int) -> int:
    """How wide `lay_picture` will be, without drawing anything."""
    legend = max(map(width_of, _legend(picture, page)), default=0)
    return max(_picture_columns(picture, most), legend, len(page.caption(picture.caption)))


def _legend(picture: Picture, page: Page) -> list[Line]:
    return legend_lines(picture.legend, page, picture.columns) if picture.legend else []


def _picture_columns(picture: Picture, most: int) -> int:
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
            high, low = (extreme.reduceat(pixels, edges, axis=axis) for extreme in (np.maximum, np.minimum))
            pixels = np.where(high >= -low, high, low)
        else:
            counts = np.diff([*edges, size]).reshape([-1 if i == axis else 1 for i in range(pixels.ndim)])
            pixels = np.add.reduceat(pixels, edges, axis=axis) / counts
    return pixels


def _characters(palette: Palette, upper: Array, lower: Array, *, blocks: bool) -> Line:
    if not blocks:
        return [Piece(character(palette, shade)) for shade in _shades((upper + lower) / 2)]
    above, below = ([Tone(palette, shade) for shade in _shades(line)] for line in (upper, lower))
    return [Piece(HALF, back=back, fore=fore) for fore, back in zip(above, below, strict=True)]


def _shades(line: Array) -> list[Shade]:
    """One number a pixel, or red, green and blue."""
    return line.tolist() if line.ndim == 1 else [(r, g, b) for r, g, b in line.tolist()]


def _mark(body: list[Line], box: Box, page: Page) -> None:
    """Show where the window is: its corners, or one sign where it is smaller than that."""
    height, width = len(body), len(body[0])
    top, left = place_in(box.top, height), place_in(box.left, width)
    bottom, right = place_in(box.bottom, height, 0.01), place_in(box.right, width, 0.01)
    if bottom - top < 1 or right - left < 1:
        corners = {(top, left): "◆"}
    else:
        corners = {(top, left): "┏", (top, right): "┓", (bottom, left): "┗", (bottom, right): "┛"}
    for (row, column), sign in corners.items():
        body[row][column] = Piece(page.glyphs.fit(sign), Role.CURRENT, body[row][column].back)


def place_in(fraction: float, size: int, before: float = 0) -> int:
    """Where a fraction lies among so many cells; `before` keeps an end out of the next cell."""
    return max(0, min(size - 1, int(fraction * size - before)))
