"""Pictures as lines: real pixels, two a character in colour, or a ramp without."""

from functools import lru_cache
from math import isnan

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.render.lines.page import (
    Laid,
    Line,
    Page,
    Piece,
    Placed,
    Shade,
    Tone,
    character,
    laid,
    legend_lines,
    width_of,
)
from cnnstep.render.theme import HIGHLIGHT, INK
from cnnstep.views.page.grid import Box
from cnnstep.views.page.roles import Palette, Role
from cnnstep.views.page.scene import Picture

HALF, LOWER_HALF = "▀", "▄"
USUAL_CELL = (1, 2)
SOLID_PIXEL, DOT, SMALLEST = 255, (128, 128, 128, 255), 6
KEPT = 1024
"""Rows of characters that are remembered: several screens of them."""


def lay_picture(picture: Picture, page: Page, most: int) -> Laid:
    """Lay a picture out as wide as it wants to be, at most `most` columns."""
    rows, columns = picture.size
    width = _picture_columns(picture, page, most)
    height = max(1, min(picture.lines, round(width * rows / columns * _shape(page))))
    if cell := page.cell():
        pixels = placed(picture, width, height, cell)
        body = [*[[Piece(" " * width)] for _ in range(height - 1)], [Piece(" " * width, placed=pixels)]]
    else:
        body = _lines(picture, page, width, height)
    return laid(page.caption(picture.caption), body, _legend(picture, page))


def _shape(page: Page) -> float:
    """How wide a character is for its height: about half, where it has no pixels."""
    wide, high = page.cell() or USUAL_CELL
    return wide / high


def _lines(picture: Picture, page: Page, width: int, height: int) -> list[Line]:
    """Characters with two pixels each, or of a ramp."""
    pixels = resampled(picture.pixels, 2 * height, width, peaks=picture.peaks)
    parts, pending = pixels[0, 0].size, page.glyphs.fit("∙")
    rows = [row.tobytes() for row in np.asarray(pixels, dtype=np.float64)]
    body = [
        list(_characters(picture.palette, upper, lower, parts, blocks=page.blocks, pending=pending))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]
    if picture.box:
        _mark(body, picture.box, page)
    return body


def placed(picture: Picture, columns: int, lines: int, cell: tuple[int, int]) -> Placed:
    """Real pixels: what has no shade is transparent but for a dot a cell, as characters have it."""
    from cnnstep.render.figures.pictures import coloured  # characters need neither figures nor their fonts

    wide, high = columns * cell[0], lines * cell[1]
    shades = resampled(picture.full() if picture.full else picture.pixels, high, wide, peaks=picture.peaks)
    pixels = np.full((high, wide, 4), SOLID_PIXEL, dtype=np.uint8)
    pixels[..., :3] = coloured(picture.palette, shades)
    if picture.palette != Palette.COLOUR:
        pixels[np.isnan(shades)] = 0
        dots = np.zeros((high, wide), dtype=bool)
        dots[cell[1] // 2 :: cell[1], cell[0] // 2 :: cell[0]] = True
        pixels[np.isnan(shades) & dots] = DOT
    if picture.box:
        _frame(pixels, picture.box)
    return Placed(pixels, columns, lines)


def _frame(pixels: Array, box: Box) -> None:
    """Where the window is, never too small to be seen: the highlight between two dark lines."""
    ends = []
    for begin, end, size in zip(box[:2], box[2:], pixels.shape, strict=False):
        middle, half = (begin + end) / 2 * size, max(SMALLEST, (end - begin) * size) / 2
        ends.append((round(middle - half), round(middle + half)))
    for grown, ink in ((2, INK), (1, HIGHLIGHT), (0, HIGHLIGHT), (-1, INK)):
        (top, bottom), (left, right) = (
            (max(0, begin - grown), min(size, end + grown))
            for (begin, end), size in zip(ends, pixels.shape, strict=False)
        )
        for rows, columns in ((slice(top, bottom), [left, right - 1]), ([top, bottom - 1], slice(left, right))):
            pixels[rows, columns] = (*ink, SOLID_PIXEL)


def picture_width(picture: Picture, page: Page, most: int) -> int:
    """How wide `lay_picture` will be, without drawing anything."""
    legend = max(map(width_of, _legend(picture, page)), default=0)
    return max(_picture_columns(picture, page, most), legend, len(page.caption(picture.caption)))


def _legend(picture: Picture, page: Page) -> list[Line]:
    return legend_lines(picture.legend, page, picture.columns) if picture.legend else []


def _picture_columns(picture: Picture, page: Page, most: int) -> int:
    """How many columns a picture takes: as many as it wants, unless it would be too tall."""
    rows, columns = picture.size
    return max(1, min(picture.columns, most, round(picture.lines * columns / rows / _shape(page))))


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
