"""Images and their classes, to learn from and to validate with, in the shape that a network takes."""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.errors import DataError, Setting
from cnnstep.geometry import by
from cnnstep.inputs.datasets import Labelled
from cnnstep.notation.preprocessing import Preprocessing

LEVELS = 255
HELD_BACK = 5
"""One of so many is kept to validate with, where nothing else is."""


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Images (N, *shape) in float32 and a class each."""

    x: Array
    labels: Array

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, chosen: Array | slice) -> "Images":
        """Some of them."""
        return Images(self.x[chosen], self.labels[chosen])


class DataSet(NamedTuple):
    """What is learned from, what is validated with, and what the classes are called."""

    name: str
    train: Images
    validation: Images
    classes: tuple[str, ...]


def fitted(found: Labelled, shape: tuple[int, ...], outputs: int, preprocessing: Preprocessing | None = None) -> Images:
    """Images as a network for `shape` (C, H, W) with so many outputs takes them.

    Levels of 8 bits become 0 to 1; smaller images are padded with 0 on all sides, as single inputs are. Raises
    DataError with the image, its shape, or its label for what does not fit.
    """
    x = _channels_first(found.x, shape, found.name)
    if found.x.dtype == np.uint8:
        x = x.astype(np.float32) / np.float32(LEVELS)
    x = _padded(x.astype(np.float32, copy=False), shape, found.name)
    if preprocessing is not None:
        preprocessing.check(len(shape) and shape[0])
        way = -1 if preprocessing.is_reversed else 1
        mean, std = (np.array(each, np.float32).reshape(-1, 1, 1) for each in (preprocessing.mean, preprocessing.std))
        x = (x[:, ::way] - mean) / std
    _check_labels(found, outputs)
    return Images(np.ascontiguousarray(x), found.labels.astype(np.int64))


def _channels_first(x: Array, shape: tuple[int, ...], name: str) -> Array:
    """(N, C, *space) of N grey images without an axis for channels, or of channels that come last."""
    if x.shape[1:] == shape or (x.ndim == 2 and prod(shape) == x.shape[1]):
        return x.reshape(len(x), *shape)
    if x.ndim == len(shape) and shape[0] == 1:
        return x[:, None]
    if x.ndim == len(shape) + 1 and x.shape[1] != shape[0] and x.shape[-1] == shape[0]:
        return np.moveaxis(x, -1, 1)
    side = round(x.shape[1] ** 0.5) if x.ndim == 2 else 0
    if side and side * side == x.shape[1] and len(shape) == 3 and shape[0] == 1:
        return x.reshape(-1, 1, side, side)
    if x.ndim == len(shape) + 1 and x.shape[1] == shape[0]:
        return x
    raise DataError(
        f"the images of {name} are {by(x.shape[1:]) or 'one number'}, and this network takes {by(shape)}",
        ("give it images of that shape, or ", Setting("in", x.shape[1:] if x.ndim == 4 else (1, *x.shape[1:]))),
    )


def _padded(x: Array, shape: tuple[int, ...], name: str) -> Array:
    missing = [wanted - n for wanted, n in zip(shape[1:], x.shape[2:], strict=True)]
    if min(missing, default=0) < 0:
        raise DataError(
            f"the images of {name} are {by(x.shape[1:])}, larger than {by(shape)}, which this network takes",
            ("resize them, or ", Setting("in", x.shape[1:])),
        )
    return np.pad(x, ((0, 0), (0, 0), *((n // 2, n - n // 2) for n in missing))) if any(missing) else x


def _check_labels(found: Labelled, outputs: int) -> None:
    wrong = np.flatnonzero((found.labels < 0) | (found.labels >= outputs))
    if len(wrong):
        raise DataError(
            f"image {wrong[0]:,} of {found.name} has the label {found.labels[wrong[0]]}, and this network has"
            f" {outputs:,} output{'s' * (outputs != 1)}, 0 to {outputs - 1}",
            f"end it in dense {int(found.labels.max()) + 1}, or give labels from 0 to {outputs - 1}",
        )


def split(images: Images, seed: int) -> tuple[Images, Images]:
    """One of five, drawn from the seed, is held back to validate with; of each class alike."""
    random = np.random.default_rng(seed)
    held = np.zeros(len(images), bool)
    for label in np.unique(images.labels):
        of_class = random.permutation(np.flatnonzero(images.labels == label))
        held[of_class[: len(of_class) // HELD_BACK]] = True
    if not held.any():
        held[-1:] = len(images) > 1
    return images.at(~held), images.at(held)


def few(images: Images, samples: int, seed: int) -> Images:
    """So many of them, drawn from the seed."""
    if samples >= len(images):
        return images
    return images.at(np.sort(np.random.default_rng(seed).permutation(len(images))[:samples]))
