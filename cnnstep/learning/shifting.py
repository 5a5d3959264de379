"""How well networks know images that are moved: accuracy over shifts."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.learning.data import Images
from cnnstep.networks.inspection import shifted
from cnnstep.networks.network import Network


class Moved(NamedTuple):
    """Images moved by `shift` (down, to the right): the accuracy of each network, and which share of the ink is cut."""

    shift: tuple[int, int]
    accuracies: tuple[float, ...]
    cut: float


def over_shifts(networks: Sequence[Network], images: Images, shifts: Sequence[tuple[int, int]]) -> list[Moved]:
    """The accuracy of each network on images (N, 1, H, W), moved by each of the shifts.

    Accuracy = how many likeliest classes are the right ones / N. What comes in at the edge is the smallest number of
    all images, their background; cut = 1 − Σ ink that is left / Σ ink, of ink above that background.
    """
    ground = float(images.x.min())
    ink = float((images.x - ground).sum(dtype=np.float64)) or 1.0
    found = []
    for shift in shifts:
        x = moved(images.x, shift, ground)
        left = float((x - ground).sum(dtype=np.float64))
        found.append(Moved(shift, tuple(_accuracy(each, x, images.labels) for each in networks), 1 - left / ink))
    return found


def moved(x: Array, shift: tuple[int, int], ground: float) -> Array:
    """Images (N, 1, H, W), all moved alike."""
    return shifted(x[:, 0], shift, ground)[:, None]


def _accuracy(network: Network, x: Array, labels: Array) -> float:
    answers = network.output(x).reshape(len(x), -1).argmax(axis=1)
    return float((answers == labels).mean())
