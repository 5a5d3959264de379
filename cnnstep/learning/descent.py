"""Gradient descent on the weights of a convolution, update by update, and the walk over the updates."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any, ClassVar, NamedTuple

import numpy as np

from cnnstep.engine.arrays import LARGEST, Array
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.loss import LossFunction
from cnnstep.engine.losses import GRADIENT, LOSS
from cnnstep.engine.steps import Bound, Index, Step


class Compared(NamedTuple):
    """A prediction y, the errors y − t, the loss L, and ∂L/∂y."""

    prediction: Array
    error: Array
    loss: float
    upstream: Array


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What is learned: of an input x (C, *spatial) the target t (F, *output), as a convolution with the weights."""

    x: Array
    target: Array
    convolution: Callable[[Array], Convolution]
    loss: str

    def compare(self, weights: Array) -> Compared | None:
        """The prediction of these weights against the target; None where numbers are too large to go on with."""
        if not np.abs(weights).max() <= LARGEST:  # also false for NaN
            return None
        prediction = self.convolution(weights).output(self.x)
        if not np.abs(prediction).max() <= LARGEST:
            return None
        error = prediction - self.target
        known = LossFunction(self.loss, self.target.reshape(-1)).bind(prediction.reshape(-1)).known()
        upstream = known[GRADIENT].reshape(error.shape)
        is_fine = isfinite(known[LOSS]) and np.abs(upstream).max() <= LARGEST
        return Compared(prediction, error, known[LOSS], upstream) if is_fine else None

    def gradient(self, weights: Array, upstream: Array) -> Array:
        """∂L/∂w."""
        return self.convolution(weights).gradient("kernel", self.x).output(upstream)


@dataclass(frozen=True, slots=True, eq=False)
class Descent:
    """The weights and the loss before the first update, then after each; fewer where it had to stop."""

    kernels: tuple[Array, ...]
    losses: tuple[float, ...]

    def grows_from(self) -> int | None:
        """The first update, counted from 1, that makes the loss larger."""
        later = enumerate(zip(self.losses, self.losses[1:], strict=False), 1)
        return next((number for number, (before, after) in later if after > before), None)


def descend(task: Task, start: Array, rate: float, updates: int) -> Descent:
    """So many times w ← w − rate · ∂L/∂w; it stops where numbers grow beyond 1e100: nothing is learned from them."""
    kernels, losses, weights = list[Array](), list[float](), start
    for number in range(updates + 1):
        compared = task.compare(weights)
        if compared is None:
            break
        weights.flags.writeable = False
        kernels.append(weights)
        losses.append(compared.loss)
        if number < updates:
            weights = updated(weights, rate, task.gradient(weights, compared.upstream))
    return Descent(tuple(kernels), tuple(losses))


def updated(weights: Array, rate: float, gradient: Array) -> Array:
    """The weights after an update; infinite where they are too large for a number."""
    with np.errstate(over="ignore", invalid="ignore"):
        moved: Array = weights - rate * gradient
    return moved


@dataclass(frozen=True, slots=True, eq=False)
class Update(Step):
    """One update: the prediction of the weights `before`, its error, the gradient, and the weights `after`.

    `weight` is the place of the weight that moves most, `value` what becomes of it; `losses` are the loss before the
    update and after it.
    """

    before: Array
    prediction: Array
    error: Array
    gradient: Array
    after: Array
    losses: tuple[float, float]
    weight: Index

    def write(self, output: Array) -> None:
        """The weights take the place of those before."""
        output[...] = self.after

    def found(self) -> dict[str, Any]:
        """Everything about the update."""
        names = ("before", "prediction", "error", "gradient", "after")
        arrays = {name: getattr(self, name) for name in names}
        return {**arrays, "loss": list(self.losses), "weight": list(self.weight)}


@dataclass(frozen=True, slots=True, eq=False)
class Fitted(Bound):
    """A descent on an input: its steps are the updates, its output the learned weights (F, C/groups, *window).

    `curvature` is the largest of the loss, `stable_rate` the largest stable rate; `like` are the weights that should be
    found, where they are known.
    """

    task: Task
    descent: Descent
    rate: float
    curvature: float
    stable_rate: float
    like: Array | None
    updates: int
    """How many were asked for."""
    visits: ClassVar[str] = "updates"

    @property
    def x(self) -> Array:  # type: ignore[override]  # that of the task
        """The input."""
        return self.task.x

    @property
    def grid(self) -> tuple[int, ...]:
        """As many steps as there were updates."""
        return (len(self.descent.kernels) - 1,)

    @property
    def output_shape(self) -> tuple[int, ...]:
        """That of the weights."""
        return self.descent.kernels[0].shape

    @property
    def grows_from(self) -> int | None:
        """The first update that makes the loss larger, counted from 1; not where only rounding does."""
        return self.descent.grows_from() if self.rate > self.stable_rate else None

    def blank(self) -> Array:
        """The weights before the first update."""
        return self.descent.kernels[0].copy()

    def output(self) -> Array:
        """The learned weights."""
        return self.descent.kernels[-1].copy()

    def step(self, number: int, index: Index) -> Update:
        """One update, from the weights that it finds."""
        before, after = self.descent.kernels[number : number + 2]
        compared = self.task.compare(before)
        assert compared is not None  # noqa: S101 - the descent went on from here
        gradient = self.task.gradient(before, compared.upstream)
        place = np.unravel_index(int(np.abs(gradient).argmax()), gradient.shape)
        weight = tuple(int(n) for n in place)
        losses = self.descent.losses[number : number + 2]
        return Update(
            number, index, after[weight].item(), before, compared.prediction, compared.error, gradient, after,
            (losses[0], losses[1]), weight,
        )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        """Sizes, the rates, the losses (one more than there were updates), and the learned weights."""
        sizes = self.task.convolution(self.descent.kernels[0]).sizes(self.x.shape).as_dict()
        settings = ("kernel", "stride", "padding", "dilation", "groups")
        return {
            "input": list(self.x.shape),
            "output": list(self.output_shape),
            **{name: sizes[name] for name in settings},
            "updates": self.updates,
            "rate": self.rate,
            "curvature": self.curvature,
            "stable_rate": self.stable_rate if isfinite(self.stable_rate) else None,
            "losses": list(self.descent.losses),
            "grows_from": self.grows_from,
            "learned": plain(self.descent.kernels[-1]),
            "like": None if self.like is None else plain(self.like),
        }


def plain(weights: Array) -> Array:
    """Weights without the axes of a single filter of a single channel: a kernel as it is written."""
    return weights[0, 0] if weights.shape[:2] == (1, 1) else weights
