"""A photographed digit as networks know handwriting: bright ink on dark, cut out and centred.

Source of the threshold: N. Otsu, 1979, A threshold selection method from gray-level histograms,
https://doi.org/10.1109/TSMC.1979.4310076.
"""

from math import ceil
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnstep.engine.arrays import Array
from cnnstep.inputs.images import resample

MOST_SIDE = 512
"""Larger photographs are first reduced to this, by the means of blocks."""
COARSE_SIDE = 64
WIDEST_STROKE = 0.25
"""Part of the side: what is dark and wider belongs to the background."""
BINS = 256
LEAST_CONTRAST = 0.15
MOST_INK = 0.35
LEAST_MASS = 0.05
"""Part of the heaviest piece of ink: lighter ones are specks."""
NEAR = 0.25
"""Part of the digit's longer side: pieces further away belong to something else."""
FILLED = 0.875
"""Part of the side that the digit becomes; of 32, shipped weights read 22 to 30 alike, 20 and 32 a little worse."""


class CutOut(NamedTuple):
    """Bright ink on dark, 0 to 1, (H, W); and the rows and columns of the photograph that it was, both ends counted."""

    values: Array
    rows: tuple[int, int]
    columns: tuple[int, int]


def cut_out(photo: Array, size: tuple[int, int]) -> CutOut | None:
    """The digit of a photograph (rows, columns) in H rows and W columns; None where it shows no dark ink on paper.

    The ink is 1 − level/paper, so that light may fall from anywhere; every number of `photo` is at least 0.
    """
    if not any(n > wanted for n, wanted in zip(photo.shape, size, strict=True)) or min(photo.shape) < 2:
        return None
    block = ceil(max(photo.shape) / MOST_SIDE)
    reduced = block_means(photo, block)
    if not has_bright_edge(reduced):
        return None
    ink = darkness(reduced)
    threshold = otsu(ink)
    dark = ink > threshold
    if not dark.any() or dark.mean() > MOST_INK or np.median(ink[dark]) < LEAST_CONTRAST:
        return None
    edge = np.concatenate([dark[0], dark[-1], dark[:, 0], dark[:, -1]])
    kept = digit_of(ink * dark) if edge.mean() < 0.5 else None
    if kept is None:
        return None
    (top, bottom), (left, right) = (_ends(np.any(kept & dark, axis=axis)) for axis in (1, 0))
    full = np.median(ink[dark & kept])
    soft = np.clip((ink * kept - threshold / 2) / (full - threshold / 2), 0, 1)[top : bottom + 1, left : right + 1]
    ends = [(a * block, min((b + 1) * block, n) - 1) for (a, b), n in
            zip(((top, bottom), (left, right)), photo.shape, strict=True)]  # fmt: skip
    return CutOut(centred(soft, size), *ends)


def has_bright_edge(photo: Array) -> bool:
    """Whether the median along the edge lies above the middle between the darkest and the brightest cell."""
    edge = np.concatenate([photo[0], photo[-1], photo[:, 0], photo[:, -1]])
    return bool(np.median(edge) > (float(photo.min()) + float(photo.max())) / 2)


def block_means(photo: Array, block: int) -> Array:
    """Means of blocks of `block`×`block` cells; what is left over at the ends is left out."""
    if block == 1:
        return photo.astype(np.float32)
    rows, columns = (n // block for n in photo.shape)
    cut = photo[: max(rows, 1) * block, : max(columns, 1) * block]
    height, width = (min(block, n) for n in cut.shape)
    # rows first: adding whole rows is what memory is laid out for
    sums = np.add.reduce(cut.reshape(-1, height, cut.shape[1]), axis=1, dtype=np.float32)
    return np.asarray(sums.reshape(len(sums), -1, width).sum(axis=2) / (height * width))


def darkness(photo: Array) -> Array:
    """1 − level/paper, from 0 to 1, where the paper is the photograph without what is dark and narrow."""
    coarse = block_means(photo, ceil(max(photo.shape) / COARSE_SIDE))
    window = 2 * ceil(COARSE_SIDE * WIDEST_STROKE / 2) + 1
    closed = -_widened(-_widened(coarse, window), window)
    paper = resample(closed[None].astype(np.float64), *photo.shape[::-1])[0]
    return np.asarray(np.clip(1 - photo / np.maximum(paper, np.finfo(np.float32).tiny), 0, 1))


def _widened(values: Array, window: int) -> Array:
    """The largest number of the window around each cell."""
    for axis in (0, 1):
        sides = [(window // 2, window // 2) if axis == each else (0, 0) for each in (0, 1)]
        padded = np.pad(values, sides, constant_values=-np.inf)
        values = sliding_window_view(padded, window, axis).max(axis=-1)
    return values


def otsu(values: Array) -> float:
    """The threshold between two classes of numbers from 0 to 1 whose means lie furthest apart.

    The largest of w₀·w₁·(μ₀ − μ₁)², with the share w and the mean μ of each class.
    """
    counts, edges = np.histogram(values, BINS, (0, 1))
    share = counts.cumsum() / counts.sum()
    mean = (counts * (edges[:-1] + edges[1:]) / 2).cumsum() / counts.sum()
    rest = share * (1 - share)
    between = np.divide((mean[-1] * share - mean) ** 2, rest, out=np.zeros(BINS), where=rest > 0)
    return float(edges[between.argmax() + 1])


def digit_of(ink: Array) -> Array | None:
    """Where the digit is: the heaviest connected piece off the border, and what lies near it and is no speck."""
    block = ceil(max(ink.shape) / (2 * COARSE_SIDE))
    labels = connected(_blocks_with_any(ink > 0, block))
    labels = labels.repeat(block, axis=0).repeat(block, axis=1)[: ink.shape[0], : ink.shape[1]]
    mass = np.bincount(labels.ravel(), ink.ravel().astype(np.float64))
    mass[0] = 0
    edge = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    mass[edge] = 0
    if not mass.any():
        return None
    heaviest = labels == mass.argmax()
    ends = [_ends(heaviest.any(axis=axis)) for axis in (1, 0)]
    near = round(NEAR * max(b - a + 1 for a, b in ends))
    (top, bottom), (left, right) = ((max(0, a - near), b + near + 1) for a, b in ends)
    inside = np.unique(labels[top:bottom, left:right])
    return np.isin(labels, inside[mass[inside] >= LEAST_MASS * mass.max()])


def connected(mask: Array) -> Array:
    """A number above 0 for each piece of the mask, whose cells touch by a side or a corner; 0 elsewhere."""
    labels = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        padded = np.pad(labels, 1)
        rows = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
        wider = np.maximum(np.maximum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:]) * mask
        if np.array_equal(wider, labels):
            return np.asarray(labels)
        labels = wider


def centred(ink: Array, size: tuple[int, int]) -> Array:
    """Scaled to FILLED of the side, its proportions kept, in the middle of zeros (H, W)."""
    scale = min(FILLED * wanted / n for wanted, n in zip(size, ink.shape, strict=True))
    rows, columns = (max(1, round(n * scale)) for n in ink.shape)
    top, left = (size[0] - rows) // 2, (size[1] - columns) // 2
    made = np.zeros(size)
    made[top : top + rows, left : left + columns] = np.clip(resample(ink[None], columns, rows)[0], 0, 1)
    return made


def _blocks_with_any(mask: Array, block: int) -> Array:
    sides = [(0, -n % block) for n in mask.shape]
    padded = np.pad(mask, sides)
    rows, columns = (n // block for n in padded.shape)
    return np.asarray(padded.reshape(rows, block, columns, block).any(axis=(1, 3)))


def _ends(line: Any) -> tuple[int, int]:
    """The first and the last place that holds."""
    places = np.flatnonzero(line)
    return int(places[0]), int(places[-1])
