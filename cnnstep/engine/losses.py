"""Losses as a table: each a row of stages, from the predictions and the targets to one number and its gradient."""

from collections.abc import Callable, Mapping
from math import fsum
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.activations import sigmoid
from cnnstep.engine.arrays import Array

Known: TypeAlias = Mapping[str, Any]
"""What the stages so far have found, by their names; `x`, `t` and `n`, the predictions, targets and their number."""


class Computed(NamedTuple):
    """A stage: its name, the numbers that it reads, and what it makes of all that is known."""

    name: str
    reads: str
    make: Callable[[Known], Any]


class Loss(NamedTuple):
    """A row of the table: its stages, of which `loss` makes the one number and `gradient` ∂L/∂x; what it is for.

    `targets` says what it compares with: a class, probabilities, truths (0 to 1), signs (−1 and 1), or values.
    """

    stages: tuple[Computed, ...]
    targets: tuple[str, ...]
    use: str
    is_mean: bool = True
    """Whether the sum is divided by the number of predictions."""
    parameter: tuple[str, float] | None = None
    """The number that it can be given, and its usual value."""


CLASS, PROBABILITIES, TRUTHS, SIGNS, VALUES = "class", "probabilities", "truths", "signs", "values"
LOSS, GRADIENT = "loss", "gradient"


def _stage(name: str, reads: str, make: Callable[[Known], Any]) -> Computed:
    return Computed(name, reads, make)


def _total(name: str) -> Computed:
    """The sum, rounded once."""
    return Computed(LOSS, name, lambda k: fsum(k[name].tolist()))


def _mean(name: str) -> Computed:
    """The sum, rounded once, over the number of predictions."""
    return Computed(LOSS, name, lambda k: fsum(k[name].tolist()) / k["n"])


def _gradient(reads: str, make: Callable[[Known], Any]) -> Computed:
    return Computed(GRADIENT, reads, make)


def log_sum(x: Array) -> float:
    """Ln Σ e^x, of which no power overflows."""
    largest = float(x.max())
    return largest + float(np.log(fsum(np.exp(x - largest).tolist())))


def softmax(x: Array) -> Array:
    """Probabilities of logits."""
    powers = np.exp(x - x.max())
    shares: Array = powers / fsum(powers.tolist())
    return shares


DIFFERENCE = _stage("difference", "x", lambda k: k["x"] - k["t"])
SQUARE = _stage("square", "difference", lambda k: k["difference"] ** 2)
LOSSES: dict[str, Loss] = {
    "cross-entropy": Loss(
        (_stage("softmax", "x", lambda k: softmax(k["x"])),
         # of the logits, not of p: where p is too small for a number, its logarithm is not
         _stage("log", "softmax", lambda k: log_sum(k["x"]) - k["x"]),
         _stage("weigh", "log", lambda k: k["t"] * k["log"]),
         _total("weigh"),
         _gradient("softmax", lambda k: k["softmax"] * fsum(k["t"].tolist()) - k["t"])),
        (CLASS, PROBABILITIES), "classification: one of several classes; x are logits, softmax is inside",
        is_mean=False, parameter=("smoothing", 0)),
    "binary-cross-entropy": Loss(
        (_stage("sigmoid", "x", lambda k: sigmoid(k["x"])),
         _stage("log", "sigmoid", lambda k: np.maximum(k["x"], 0) - k["x"] * k["t"] + np.log1p(np.exp(-abs(k["x"])))),
         _mean("log"),
         _gradient("sigmoid", lambda k: (k["sigmoid"] - k["t"]) / k["n"])),
        (TRUTHS,), "yes or no for each number; x are logits, sigmoid is inside"),
    "mse": Loss(
        (DIFFERENCE, SQUARE, _mean("square"), _gradient("difference", lambda k: 2 * k["difference"] / k["n"])),
        (VALUES,), "regression: the mean squared error; one large error counts more than several small ones"),
    "sse": Loss(
        (DIFFERENCE, SQUARE, _total("square"), _gradient("difference", lambda k: 2 * k["difference"])),
        (VALUES,), "the summed squared error: mse without the division by n", is_mean=False),
    "mae": Loss(
        (DIFFERENCE, _stage("magnitude", "difference", lambda k: abs(k["difference"])), _mean("magnitude"),
         _gradient("difference", lambda k: np.sign(k["difference"]) / k["n"])),
        (VALUES,), "regression with outliers: the mean absolute error; its gradient has one size everywhere"),
    "huber": Loss(
        (DIFFERENCE,
         _stage("huber", "difference", lambda k: np.where(
             abs(k["difference"]) <= k["delta"], k["difference"] ** 2 / 2,
             k["delta"] * (abs(k["difference"]) - k["delta"] / 2))),
         _mean("huber"),
         _gradient("difference", lambda k: np.clip(k["difference"], -k["delta"], k["delta"]) / k["n"])),
        (VALUES,), "mse near 0 and mae far away: outliers pull with a force of at most δ", parameter=("delta", 1)),
    "hinge": Loss(
        (_stage("margin", "x", lambda k: np.where(k["t"] == 1, 0, k["x"] - k["right"] + 1)),
         _stage("hinge", "margin", lambda k: np.maximum(0, k["margin"])),
         _total("hinge"),
         _gradient("margin", lambda k: np.where(k["t"] == 1, -(k["margin"] > 0).sum(), k["margin"] > 0) * 1.0)),
        (CLASS,), "support vector machines: the right score must lead every other one by 1", is_mean=False),
    "binary-hinge": Loss(
        (_stage("margin", "x", lambda k: 1 - k["t"] * k["x"]),
         _stage("hinge", "margin", lambda k: np.maximum(0, k["margin"])),
         _mean("hinge"),
         _gradient("margin", lambda k: np.where(k["margin"] > 0, -k["t"], 0) / k["n"])),
        (SIGNS,), "two classes, −1 and 1: a number on the right side of the margin costs nothing"),
}  # fmt: skip
"""Kind → loss. Sources: PyTorch's torch.nn pages; hinge: Weston & Watkins 1999, as lectured in CS231n."""
