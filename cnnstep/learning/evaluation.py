"""How well a network knows images: its loss, its accuracy, and what it takes for what."""

from typing import NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.softmax import Softmax
from cnnstep.learning.data import Images
from cnnstep.networks.forward import Forward

TINY = 1e-12
TOGETHER = 1024


class Score(NamedTuple):
    """The mean cross-entropy, −log p of the right class, and the share of images whose class is the likeliest."""

    loss: float
    accuracy: float


class Evaluation(NamedTuple):
    """Probabilities (N, classes) and the right classes."""

    probabilities: Array
    labels: Array

    @property
    def answers(self) -> Array:
        """The likeliest class of each image."""
        found: Array = self.probabilities.argmax(axis=1)
        return found

    @property
    def right(self) -> Array:
        """Which images are answered rightly."""
        found: Array = self.answers == self.labels
        return found

    @property
    def score(self) -> Score:
        """Loss and accuracy."""
        if not len(self.labels):
            return Score(0.0, 0.0)
        chosen = self.probabilities[np.arange(len(self.labels)), self.labels]
        return Score(float(-np.log(np.maximum(chosen, TINY)).mean()), float(self.right.mean()))

    @property
    def confusion(self) -> Array:
        """Right class × answer: how many images."""
        classes = self.probabilities.shape[1]
        flat = np.bincount(self.labels * classes + self.answers, minlength=classes * classes)
        return flat.reshape(classes, classes)

    def mistakes(self, most: int) -> list[int]:
        """The images that are answered wrongly, the surest first."""
        wrong = np.flatnonzero(~self.right)
        sure = self.probabilities[wrong, self.answers[wrong]]
        return [int(n) for n in wrong[np.argsort(-sure, kind="stable")][:most]]


def evaluated(forward: Forward, images: Images) -> Evaluation:
    """The probabilities of every image."""
    classes = int(np.prod(forward.layers[-1].output))
    is_softmax = isinstance(forward.network.operation(len(forward.layers)), Softmax)
    parts = [
        forward(images.x[start : start + TOGETHER]).reshape(-1, classes).astype(np.float64)
        for start in range(0, len(images), TOGETHER)
    ]
    found = np.concatenate(parts) if parts else np.zeros((0, classes))
    return Evaluation(found if is_softmax else _softmax(found), images.labels)


def scored(forward: Forward, images: Images) -> Score:
    """Loss and accuracy."""
    return evaluated(forward, images).score


def _softmax(logits: Array) -> Array:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    made: Array = shifted / shifted.sum(axis=1, keepdims=True)
    return made
