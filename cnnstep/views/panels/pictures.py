"""Inputs and feature maps as thumbnails, each axis small on its own, with the range that their shades stand for."""

from functools import lru_cache, partial
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.steps import Step
from cnnstep.views.page.grid import Box
from cnnstep.views.page.roles import Importance, Palette, Reveals
from cnnstep.views.page.scene import Panel, Picture
from cnnstep.views.panels.curves import signal_curve
from cnnstep.views.panels.grids import legend
from cnnstep.views.panels.planes import fractions, sheet
from cnnstep.views.wording.numbers import Number, extremes

SMALL = 16
WIDE = 64
SPARSE = 10
LIMIT, FULL = 192, 640
"""The most rows and columns of a thumbnail, and where there are real pixels."""
KEPT = 6
SAMPLES = 4
SHARE = 99
MANY = 400
"""Values of which one in a hundred is no accident."""
WASHED_OUT = 2
"""The largest value is so many times the common ones, and the whole range would be spent on it."""
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
    held, rows, wide = Held(x), *x.shape[1:]

    def shades(limit: int = LIMIT) -> Array:
        small = _shades(held, limit)
        seen: Array = small.transpose(1, 2, 0) if len(x) == 3 else small[0]
        return seen

    palette = Palette.COLOUR if len(x) == 3 else Palette.GREY
    text = caption or f"picture {rows}×{wide}"
    return Picture(text, shades(), (rows, wide), palette, columns, box, full=partial(shades, FULL))


def with_padding(picture: Picture) -> Picture:
    """The picture with as much padding around it, without shades, as its window reaches into."""
    box, (high, wide) = picture.box, picture.pixels.shape[:2]
    if box is None:
        return picture
    outside = ((-box.top, box.bottom - 1, high), (-box.left, box.right - 1, wide))
    (up, down), (left, right) = ([max(0, round(side * size)) for side in sides] for *sides, size in outside)
    colours = [(0, 0)] * (picture.pixels.ndim - 2)
    pixels = np.pad(picture.pixels, [(up, down), (left, right), *colours], constant_values=np.nan)
    rows, columns = (
        round(n * after / before) for n, after, before in zip(picture.size, pixels.shape[:2], (high, wide), strict=True)
    )
    top, bottom = ((y * high + up) / pixels.shape[0] for y in (box.top, box.bottom))
    begin, end = ((x * wide + left) / pixels.shape[1] for x in (box.left, box.right))
    placed = Box(top, begin, bottom, end)
    return picture._replace(pixels=pixels, size=(rows, columns), box=placed)


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


@lru_cache(maxsize=KEPT)
def _shades(held: Held, limit: int) -> Array:
    """The whole input made small, from 0 to 1; the same for all steps of a walk."""
    small = average(held.array, limit)
    low, high = levels(held.array, small)
    shades: Array = (small - low) / ((high - low) or 1)
    return shades


def map_picture(
    values: Array, caption: str, *, columns: int = WIDE, scale: tuple[Number, Number] | None = None
) -> Picture:
    """One feature map (rows, columns): signs around zero in two colours, or magnitudes on one scale.

    Of signs, and of maps that are mostly near zero, the strongest cells stay when it shrinks. Unless there is a
    `scale`, it ends at the 99th percentile of the magnitudes where the largest would wash all others out.
    """
    held = Held(values)
    full = lambda: _map(held, scale, FULL).pixels  # noqa: E731 - as short as what it stands for
    return _map(held, scale, LIMIT)._replace(caption=caption, columns=columns, full=full)


def filling(*pictures: Picture) -> list[Picture]:
    """Pictures that together are to be as large as a screen allows; in a pipe they share its width."""
    columns = WIDE // len(pictures)
    return [p._replace(columns=columns, fills=True, importance=Importance.CONTEXT) for p in pictures]


def map_so_far(walk: Any, step: Step, caption: str) -> Picture:
    """The map that a step writes to, with what the steps before it have found: what is to come has no shade (NaN)."""
    place = sheet(walk.shape, step.index)
    picture = map_picture(walk.output[place.lead], f"{caption} {place.size}")
    found = step.number - walk.number(place.place(0, 0))
    box = fractions([range(at, at + 1) for at in place.cell], picture.size)

    def so_far(shades: Array, limit: int) -> Array:
        # of the cells that a pixel stands for the last one decides
        rows, columns = (
            (np.arange(shown) + 1) * -(-n // limit) - 1 for n, shown in zip(picture.size, shades.shape, strict=True)
        )
        return np.where(rows[:, None] * picture.size[1] + columns < found, shades, np.nan)

    return picture._replace(
        pixels=so_far(picture.pixels, LIMIT),
        full=lambda: so_far(picture.full(), FULL) if picture.full else None,
        box=box,
        reveals=Reveals.EARLIER,
    )


@lru_cache(maxsize=KEPT)
def _map(held: Held, scale: tuple[Number, Number] | None, limit: int) -> Picture:
    """The map made small, with its scale; the same for all steps of a walk."""
    values = held.array.astype(np.float64) if held.array.dtype == object else held.array
    low, high = scale or extremes(values)
    common = None if scale else _common(values, low, high)
    if common is not None:
        low, high = (-common if low < 0 else low), common
    ends = legend(low, high)
    if common is not None:
        within = f"±{ends.high}" if low < 0 else f"{ends.low}–{ends.high}"
        ends = ends._replace(note=f"{SHARE} % of values within {within}")
    small = average(values[None], limit)[0]
    peaks = low < 0 or small.mean() < high / SPARSE
    kept = strongest(values[None], limit)[0] if peaks else small
    shades = kept / max(-low, high) if low < 0 else (kept - low) / ((high - low) or 1)
    size = (values.shape[0], values.shape[1])
    return Picture("", np.clip(shades, -1, 1), size, ends.palette, legend=ends, peaks=peaks)


def _common(values: Array, low: Number, high: Number) -> Number | None:
    """The magnitude that 99 % of the values do not exceed, where the largest would wash them out; else nothing."""
    if values.size < MANY:
        return None
    common: Number = np.percentile(abs(values), SHARE, method="inverted_cdf").item()
    return common if max(low, 0) < common <= max(-low, high) / WASHED_OUT else None


def levels(x: Array, small: Array) -> tuple[Number, Number]:
    """Levels of 8 bits and 0 … 1 as they are; other numbers from their smallest to their largest."""
    if x.dtype == np.uint8:
        return 0, 255
    low, high = extremes(small)
    return (0, 1) if x.dtype.kind == "f" and low >= 0 and high <= 1 else (low, high)


def average(values: Array, limit: int = LIMIT) -> Array:
    """Shrink (channels, rows, columns) to at most `limit` a side: means of a few samples a block."""
    down, along = (max(1, size // limit // SAMPLES) for size in values.shape[1:])
    means: Array = _blocks(values[:, ::down, ::along], limit).mean(axis=(2, 4))
    return means


def strongest(values: Array, limit: int = LIMIT) -> Array:
    """Shrink (channels, rows, columns): of each block the value furthest from zero, so thin edges stay."""
    blocks = _blocks(values, limit)
    high, low = blocks.max(axis=2).max(axis=3), blocks.min(axis=2).min(axis=3)
    furthest: Array = np.where(high >= -low, high, low)
    return furthest


def _blocks(values: Array, limit: int) -> Array:
    """Whole blocks only: (channels, rows, block, columns, block)."""
    channels, rows, columns = values.shape
    down, along = -(-rows // limit), -(-columns // limit)
    kept = values[:, : rows // down * down, : columns // along * along]
    return kept.reshape(channels, rows // down, down, columns // along, along)
