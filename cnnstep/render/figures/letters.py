"""Text as coverage: each letter is drawn once, in four positions between two pixels, and copied from then on."""

from functools import lru_cache
from math import floor

import numpy as np
from PIL import Image, ImageDraw

from cnnstep.engine.arrays import Array
from cnnstep.render.figures.fonts import font, text_width
from cnnstep.render.palettes import Colour

FINE = 4
"""Positions between two pixels, on both axes."""
BEFORE = 2
"""Pixels left of a letter's beginning, for what it has there."""


def text_mask(text: str, shape: tuple[int, int], at: tuple[float, float], size: float, *, bold: bool) -> Array:
    """How much of each pixel the text covers, 0 to 255; `at` is where it begins, and its baseline."""
    mask = np.zeros(shape, dtype=np.uint8)
    x, baseline = at
    row, lower = divmod(round(baseline * FINE), FINE)
    for character in text:
        column, right = divmod(round(x * FINE), FINE)
        if not character.isspace():
            letter, above = _letter(character, size, bold=bold, right=right, lower=lower)
            _cover(mask, letter, row - above, column - BEFORE)
        x += text_width(character, size, bold=bold)
    return mask


def blend(tile: Array, mask: Array, ink: Colour) -> None:
    """Lay ink over colours (rows, columns, 3) where the mask says."""
    rows, columns = np.nonzero(mask)
    share = mask[rows, columns, None].astype(np.int32)
    under = tile[rows, columns].astype(np.int32)
    tile[rows, columns] = (under + ((np.array(ink) - under) * share + 127) // 255).astype(np.uint8)


def _cover(mask: Array, letter: Array, top: int, left: int) -> None:
    """Keep the darker of what stands there and the letter, as far as it lies on the mask."""
    y, x = max(0, top), max(0, left)
    target = mask[y : max(y, top + letter.shape[0]), x : max(x, left + letter.shape[1])]
    source = letter[y - top : y - top + target.shape[0], x - left : x - left + target.shape[1]]
    np.maximum(target, source, out=target)


@lru_cache(maxsize=8192)
def _letter(character: str, size: float, *, bold: bool, right: int, lower: int) -> tuple[Array, int]:
    """A letter's coverage, moved by parts of a pixel, and how many rows it has above the baseline."""
    above, below = floor(size * 1.1) + 1, floor(size * 0.4) + 1
    wide = floor(text_width(character, size, bold=bold)) + 2 * BEFORE + 2
    large = Image.new("L", (wide * FINE, (above + below) * FINE))
    where = (BEFORE * FINE + right, above * FINE + lower)
    ImageDraw.Draw(large).text(where, character, 255, font(size * FINE, bold=bold), anchor="ls")
    return np.asarray(large.resize((wide, above + below), Image.Resampling.BOX)), above
