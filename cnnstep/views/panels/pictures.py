"""Inputs and feature maps as thumbnails, each axis small on its own, with the range that their shades stand for."""

from functools import lru_cache

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.views.page.grid import Box
from cnnstep.views.page.roles import Palette
from cnnstep.views.page.scene import Panel, Picture
from cnnstep.views.panels.curves import signal_curve
from cnnstep.views.panels.grids import legend
from cnnstep.views.wording.numbers import Number, extremes

SMALL = 16
WIDE = 64
SPARSE = 10
LIMIT = 192
SAMPLES = 4
FRAMES = 3


def spread(count: int, most: int = FRAMES) -> list[int]:
    """A few numbers below `count`, from the first to the last: frames of a film, steps of a walk."""
    return sorted({round(n * max(0, count - 1) / (most - 1)) for n in range(most)})


def overview(
    values: Array, caption: str, columns: int, box: Box | None = None, frame: int | None = None
) -> list[Panel]:
    """Panels for an input (C, *spatial); `box` is a window in fractions of rows and columns, on `frame` of a film."""
    if values.ndim == 2:
        window = (box.left, box.right) if box else None
        return [signal_curve(channel, caption, window)._replace(columns=columns) for channel in values]
    if values.ndim == 3:
        return [input_picture(values, box, columns=columns, caption=caption)]
    few = spread(values.shape[1])
    chosen = sorted({*(few if frame is None else (few[0], frame, few[-1]))})
    captions = [f"{caption}, frame {chosen[0]}", *(f"frame {number}" for number in chosen[1:])]
    return [
        input_picture(values[:, number], box if frame in {None, number} else None, columns=columns, caption=text)
        for number, text in zip(chosen, captions, strict=True)
    ]


def input_picture(x: Array, box: Box | None = None, *, columns: int = SMALL, caption: str = "") -> Picture:
    """The whole input: in colour if it has three channels, else the first in grey."""
    shades = _shades(Held(x))
    rows, wide = x.shape[1:]
    text = caption or f"picture {rows}×{wide}"
    if len(x) == 3:
        return Picture(text, shades.transpose(1, 2, 0), (rows, wide), Palette.COLOUR, columns, box)
    return Picture(text, shades[0], (rows, wide), Palette.GREY, columns, box)


class Held:
    """An array that nothing changes any more, as the key of a cache: the cache keeps it, and its place in memory."""

    __slots__ = ("_place", "array")

    def __init__(self, array: Array) -> None:
        self.array = array
        self._place = (array.__array_interface__["data"][0], array.shape, array.strides, array.dtype.str)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and self._place == other._place and _is_frozen(self.array)

    def __hash__(self) -> int:
        return hash(self._place)


def _is_frozen(array: Array) -> bool:
    """Whether nothing can change it, nor what it is a view of."""
    base = array.base
    return not array.flags.writeable and (base is None or not isinstance(base, np.ndarray) or _is_frozen(base))


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


def average(values: Array) -> Array:
    """Shrink (channels, rows, columns) to about `LIMIT` a side: means of a few samples a block."""
    down, along = (max(1, size // LIMIT // SAMPLES) for size in values.shape[1:])
    means: Array = _blocks(values[:, ::down, ::along]).mean(axis=(2, 4))
    return means


def strongest(values: Array) -> Array:
    """Shrink (channels, rows, columns): of each block the value furthest from zero, so thin edges stay."""
    blocks = _blocks(values)
    high, low = blocks.max(axis=2).max(axis=3), blocks.min(axis=2).min(axis=3)
    furthest: Array = np.where(high >= -low, high, low)
    return furthest


def _blocks(values: Array) -> Array:
    """Whole blocks only: (channels, rows, block, columns, block)."""
    channels, rows, columns = values.shape
    down, along = -(-rows // LIMIT), -(-columns // LIMIT)
    kept = values[:, : rows // down * down, : columns // along * along]
    return kept.reshape(channels, rows // down, down, columns // along, along)
