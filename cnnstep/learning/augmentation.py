"""Augmentation: pictures changed a little, as other hands and other cameras would have made them.

A change of a picture (C, H, W) with bright ink is drawn from a seed: its strokes thinner or thicker, softer, greyer,
then the whole scaled, turned, slanted and shifted by one affine map, whose cells between others are means of four.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array

BLUR = (0.25, 0.5, 0.25)
LEAST_INK = 1 / 3
COARSE = 5


class Amount(NamedTuple):
    """How much may change.

    `smallest` and `largest` are factors of the size, `angle` and `slant` radians and a shear, `shift` a share of the
    side; `thickness` is how many cells of their width strokes may lose, `softness` how often they may be blurred,
    `grey` how much of their brightness may go, `speckle` how much noise is added; a share is only changed `light`ly.
    `wobble` is how many cells parts of it move on their own.
    """

    smallest: float
    largest: float
    angle: float
    slant: float
    shift: float
    thickness: int = 0
    softness: int = 0
    grey: float = 0.0
    speckle: float = 0.0
    light: float = 0.0
    wobble: float = 0.0


AMOUNTS: Mapping[str, Amount] = {
    "none": Amount(1, 1, 0, 0, 0),
    "light": Amount(0.9, 1.1, 0.15, 0.15, 0.06, wobble=1.0),
    "strong": Amount(
        0.45, 1.05, 0.25, 0.3, 0.14, thickness=4, softness=3, grey=0.5, speckle=0.06, light=0.3, wobble=1.5
    ),
}
"""Word → how much. `light` is a point of accuracy on other writers; `strong` reads what people draw and photograph."""


def changed(pictures: Array, amount: Amount, random: np.random.Generator) -> Array:
    """Each picture of (N, C, H, W), from 0 to 1, changed by chance: the same for the same generator."""
    if amount == AMOUNTS["none"]:
        return pictures
    if not amount.light:
        return _changed(pictures, amount, random)
    is_light = random.random(len(pictures)) < amount.light
    made = np.empty_like(pictures)
    for chosen, how in ((is_light, AMOUNTS["light"]), (~is_light, amount)):
        if chosen.any():
            made[chosen] = _changed(pictures[chosen], how, random)
    return made


def _changed(pictures: Array, amount: Amount, random: np.random.Generator) -> Array:
    made = pictures
    if amount.thickness:
        made = _strokes(made, amount.thickness, random)
    if amount.softness:
        made = _softened(made, random.integers(0, amount.softness + 1, len(made)))
    made = _moved(made, amount, random)
    if amount.softness:
        made = _softened(made, random.integers(0, 2, len(made)))
    if amount.grey:
        _brighten(made, amount, random)
    return made


def _strokes(pictures: Array, most: int, random: np.random.Generator) -> Array:
    """Each loses up to `most` cells of the width of its strokes, or gains one.

    A thinner one is not taken where less than a third of its ink would stay: it would break.
    """
    made = pictures.copy()
    change = random.integers(-most, 2, len(made))
    ink = made.sum(axis=(1, 2, 3))
    for step in range(most):
        chosen = np.flatnonzero(change <= step - most)
        thinner = _extreme(made[chosen], np.minimum, step % 2)
        kept = thinner.sum(axis=(1, 2, 3)) > LEAST_INK * ink[chosen]
        made[chosen[kept]] = thinner[kept]
    chosen = np.flatnonzero(change > 0)
    made[chosen] = _extreme(made[chosen], np.maximum, 0)
    return made


def _extreme(pictures: Array, choose: np.ufunc, back: int) -> Array:
    """The smallest, or the largest, of each cell and its neighbours to the one side, or `back` to the other."""
    step = -1 if back else 1
    made: Array = choose(choose(pictures, _beside(pictures, step, 2)), _beside(pictures, step, 3))
    return made


def _beside(pictures: Array, step: int, axis: int) -> Array:
    """For each cell its neighbour on one side along an axis; 0 beyond the edge."""
    made = np.roll(pictures, step, axis)
    made[(slice(None),) * axis + (0 if step > 0 else -1,)] = 0
    return made


def _softened(pictures: Array, times: Array) -> Array:
    """A binomial blur of 3×3, so many times each."""
    made = pictures.copy()
    for number in range(1, int(times.max(initial=0)) + 1):
        chosen = times >= number
        made[chosen] = _blurred(made[chosen])
    return made


def _blurred(pictures: Array) -> Array:
    for axis in (2, 3):
        sides = _beside(pictures, 1, axis) + _beside(pictures, -1, axis)
        pictures = BLUR[1] * pictures + BLUR[0] * sides
    return pictures


def _moved(pictures: Array, amount: Amount, random: np.random.Generator) -> Array:
    """Scaled, turned, slanted, shifted: where each cell of the result comes from, and the mean of the four there."""
    images, _, rows, columns = pictures.shape
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    y, x = (y - (rows - 1) / 2).reshape(1, -1), (x - (columns - 1) / 2).reshape(1, -1)

    def drawn(low: float, high: float) -> Array:
        return random.uniform(low, high, (images, 1)).astype(np.float32)

    size = drawn(amount.smallest, amount.largest)
    wide = size * drawn(0.85, 1.15) if amount.thickness else size * drawn(0.95, 1.05)
    angle, slant = drawn(-amount.angle, amount.angle), drawn(-amount.slant, amount.slant)
    # what is smaller has more room to move in
    room = amount.shift + np.maximum(0, 1 - size) / 3 * (amount.shift > 0.1)
    down, along = (room * side * drawn(-1, 1) for side in (rows, columns))
    y, x = y - down, x - along
    turned_y, turned_x = np.cos(angle) * y - np.sin(angle) * x, np.sin(angle) * y + np.cos(angle) * x
    from_y, from_x = turned_y / size, (turned_x + slant * turned_y) / wide
    if amount.wobble:
        from_y, from_x = (each + amount.wobble * _wobble(images, rows, columns, random) for each in (from_y, from_x))
    return _sampled(pictures, from_y + (rows - 1) / 2, from_x + (columns - 1) / 2)


def _wobble(images: int, rows: int, columns: int, random: np.random.Generator) -> Array:
    """A smooth field (N, H·W): random numbers on a coarse grid, and straight lines between them.

    Source: Simard, Steinkraus, Platt 2003, elastic distortions.
    """
    coarse = random.standard_normal((images, COARSE, COARSE)).astype(np.float32)
    down, along = (_between(side) for side in (rows, columns))
    made: Array = (down @ coarse @ along.T).reshape(images, rows * columns)
    return made


def _between(side: int) -> Array:
    """How much of each of the coarse places each of `side` cells takes."""
    places = np.linspace(0, COARSE - 1, side, dtype=np.float32)[:, None]
    taken: Array = np.maximum(0, 1 - np.abs(places - np.arange(COARSE, dtype=np.float32)))
    return taken


def _sampled(pictures: Array, y: Array, x: Array) -> Array:
    """Means of the four cells around each place (N, H·W), by nearness; outside is 0."""
    images, channels, rows, columns = pictures.shape
    framed = np.pad(pictures, ((0, 0), (0, 0), (1, 2), (1, 2)))
    wide = columns + 3
    y, x = np.clip(y + 1, 0, rows + 1), np.clip(x + 1, 0, columns + 1)
    top, left = y.astype(np.int32), x.astype(np.int32)
    y, x = (y - top)[:, None], (x - left)[:, None]
    places = (top * wide + left)[:, None]
    flat = framed.reshape(images, channels, wide * (rows + 3))

    def at(offset: int) -> Array:
        return np.take_along_axis(flat, places + offset, axis=2)

    upper, lower = at(0) * (1 - x) + at(1) * x, at(wide) * (1 - x) + at(wide + 1) * x
    made: Array = (upper * (1 - y) + lower * y).reshape(pictures.shape)
    return made.astype(pictures.dtype, copy=False)


def _brighten(pictures: Array, amount: Amount, random: np.random.Generator) -> None:
    """Sharper or softer edges, a darker ink, a little noise: in place, from 0 to 1."""
    contrast = random.uniform(1, 2.5, (len(pictures), 1, 1, 1)).astype(np.float32)
    ink = random.uniform(1 - amount.grey, 1, (len(pictures), 1, 1, 1)).astype(np.float32)
    pictures *= contrast
    np.clip(pictures, 0, 1, out=pictures)
    pictures *= ink
    if amount.speckle:
        noise = random.random(pictures.shape, np.float32) - np.float32(0.5)
        noise *= random.uniform(0, 2 * amount.speckle, (len(pictures), 1, 1, 1)).astype(np.float32)
        pictures += noise
        np.clip(pictures, 0, 1, out=pictures)
