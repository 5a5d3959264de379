"""Inputs and feature maps as thumbnails, with the range that their shades stand for."""

from functools import lru_cache

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.views.page.roles import Palette
from cnnstep.views.page.scene import Box, Picture
from cnnstep.views.panels.grids import legend
from cnnstep.views.panels.thumbnails import Held, average, strongest
from cnnstep.views.wording.numbers import Number, extremes

SMALL = 16
WIDE = 64
SPARSE = 10


def input_picture(x: Array, box: Box | None = None, *, columns: int = SMALL, caption: str = "") -> Picture:
    """The whole input: in colour if it has three channels, else the first in grey."""
    shades = _shades(Held(x))
    rows, wide = x.shape[1:]
    text = caption or f"picture {rows}×{wide}"
    if len(x) == 3:
        return Picture(text, shades.transpose(1, 2, 0), (rows, wide), Palette.COLOUR, columns, box)
    return Picture(text, shades[0], (rows, wide), Palette.GREY, columns, box)


@lru_cache(maxsize=4)
def _shades(held: Held) -> Array:
    """The whole input made small, from 0 to 1; the same for all steps of a walk."""
    small = average(held.array)
    low, high = levels(held.array, small)
    shades: Array = (small - low) / ((high - low) or 1)
    return shades


def map_picture(
    values: Array, caption: str, *, columns: int = WIDE, scale: tuple[Number, Number] | None = None
) -> Picture:
    """One feature map (rows, columns): signs around zero in two colours, or magnitudes on one scale.

    Of signs, and of maps that are mostly near zero, the strongest cells stay when it shrinks.
    """
    low, high = scale or extremes(values)
    ends = legend(low, high)
    values = values.astype(np.float64) if values.dtype == object else values
    small = average(values[None])[0]
    peaks = low < 0 or small.mean() < high / SPARSE
    kept = strongest(values[None])[0] if peaks else small
    shades = kept / max(-low, high) if low < 0 else (kept - low) / ((high - low) or 1)
    return Picture(caption, shades, (values.shape[0], values.shape[1]), ends.palette, columns, legend=ends, peaks=peaks)


def levels(x: Array, small: Array) -> tuple[Number, Number]:
    """Levels of 8 bits and 0 … 1 as they are; other numbers from their smallest to their largest."""
    if x.dtype == np.uint8:
        return 0, 255
    low, high = extremes(small)
    return (0, 1) if x.dtype.kind == "f" and low >= 0 and high <= 1 else (low, high)
