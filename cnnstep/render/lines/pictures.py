"""Pictures as lines: two pixels a character in colour, one of a ramp without."""

from functools import lru_cache
from math import isnan

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.render.lines.page import Laid, Line, Page, Piece, Shade, Tone, character, laid, legend_lines, width_of
from cnnstep.views.page.grid import Box
from cnnstep.views.page.roles import Palette, Role
from cnnstep.views.page.scene import Picture

HALF, LOWER_HALF = "▀", "▄"
KEPT = 1024
"""Rows of characters that are remembered: several screens of them."""


def lay_picture(picture: Picture, page: Page, most: int) -> Laid:
    """Lay a picture out as wide as it wants to be, at most `most` columns."""
    rows, columns = picture.size
    width = _picture_columns(picture, most)
    # a character is about twice as high as it is wide
    height = max(1, min(picture.lines, round(width * rows / columns / 2)))
    pixels = resampled(picture.pixels, 2 * height, width, peaks=picture.peaks)
    parts, pending = pixels[0, 0].size, page.glyphs.fit("∙")
    rows_of_bytes = [row.tobytes() for row in np.asarray(pixels, dtype=np.float64)]
    body = [
        list(_characters(picture.palette, upper, lower, parts, blocks=page.blocks, pending=pending))
        for upper, lower in zip(rows_of_bytes[::2], rows_of_bytes[1::2], strict=True)
    ]
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
    return max(1, min(picture.columns, most, round(picture.lines * 2 * columns / rows)))


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


@lru_cache(maxsize=KEPT)
def _characters(palette: Palette, upper: bytes, lower: bytes, parts: int, *, blocks: bool, pending: str) -> Line:
    """A row of characters from two rows of pixels of so many parts; what has no shade (NaN) is still to come.

    The bytes are what it is remembered by: from step to step few rows of a picture change.
    """
    above, below = (np.frombuffer(pixels).reshape(-1, parts) for pixels in (upper, lower))
    if not blocks:
        # NaN and a number make NaN: half of a character is no character
        return [
            Piece(pending, Role.PENDING) if s is None else Piece(character(palette, s))
            for s in _shades((above + below) / 2)
        ]
    tones = ([None if s is None else Tone(palette, s) for s in _shades(row)] for row in (above, below))
    return [_block(fore, back, pending) for fore, back in zip(*tones, strict=True)]


def _block(upper: Tone | None, lower: Tone | None, pending: str) -> Piece:
    if upper is None:
        return Piece(pending, Role.PENDING) if lower is None else Piece(LOWER_HALF, fore=lower)
    return Piece(HALF, back=lower, fore=upper)


def _shades(row: Array) -> list[Shade | None]:
    """One number a pixel, or red, green and blue; None where there is none yet."""
    if row.shape[1] > 1:
        return [None if isnan(r) else (r, g, b) for r, g, b in row.tolist()]
    return [None if isnan(shade) else shade for (shade,) in row.tolist()]


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
        body[row][column] = Piece(page.glyphs.fit(sign), Role.CURRENT)


def place_in(fraction: float, size: int, before: float = 0) -> int:
    """Where a fraction lies among so many cells; `before` keeps an end out of the next cell."""
    return max(0, min(size - 1, int(fraction * size - before)))
