"""Loss: how wrong predictions are, as one number, and its gradient, stage by stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, as_number, as_numbers, cells, frozen
from cnnstep.engine.losses import CLASS, GRADIENT, LOSS, LOSSES, PROBABILITIES, SIGNS, TRUTHS, Loss
from cnnstep.engine.stages import Stage, Staged
from cnnstep.engine.steps import Index, Operation
from cnnstep.errors import GeometryError, NotationError, Setting, did_you_mean
from cnnstep.geometry import by

TOLERANCE = 1e-6
"""Probabilities that were rounded may add up to nearly 1."""
RANGES = {TRUTHS: (0, 1), PROBABILITIES: (0, 1), SIGNS: (-1, 1)}


@dataclass(frozen=True, slots=True, eq=False)
class LossFunction(Operation[Staged]):
    """Compare predictions x (n,) with a target: L, one number, and its gradient ∂L/∂x (n,).

    cross-entropy: −Σ t·ln softmax(x). binary-cross-entropy: mean of −t·ln σ(x) − (1 − t)·ln(1 − σ(x)). mse, sse: mean
    and sum of (x − t)². mae: mean of |x − t|. huber: mean of (x − t)²/2, linear beyond δ. hinge: Σ max(0, x − x[class]
    + 1) over the other classes; of a list of −1 and 1 the mean of max(0, 1 − t·x).

    `target` is a class, counted from 0, or a list of n numbers. `smoothing` takes that share of a class and spreads it
    over all. Raises GeometryError for what does not fit. Source: PyTorch, torch.nn; see `LOSSES`.
    """

    kind: str = "cross-entropy"
    target: ArrayLike = 0
    smoothing: float = 0
    delta: float = 1
    targets: Array = field(init=False, repr=False)
    noun: ClassVar[str] = "loss"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {"kind": tuple(LOSSES), "smoothing": (), "delta": ()}
    telling: ClassVar[tuple[str, ...]] = ("kind",)

    def __post_init__(self) -> None:
        if self.kind not in LOSSES:
            hint = f"{did_you_mean(self.kind, LOSSES)}a loss is one of {', '.join(LOSSES)}"
            raise NotationError(f"no loss is called {self.kind!r}", hint)
        object.__setattr__(self, "targets", frozen(as_numbers(self.target, "the target")))
        if not 0 <= as_number(self.smoothing, "smoothing") < 1:
            raise GeometryError(f"smoothing must be from 0 to below 1, not {self.smoothing}", "use 0.1")
        if as_number(self.delta, "delta") <= 0:
            raise GeometryError(f"delta must be above 0, not {self.delta}", ("use ", Setting("delta", 1)))

    @property
    def rule(self) -> Loss:
        """The row of the table: hinge has one for classes and one for signs."""
        is_list = self.targets.ndim and CLASS in LOSSES[self.kind].targets and self.kind == "hinge"
        return LOSSES["binary-hinge" if is_list else self.kind]

    def facts(self) -> dict[str, Any]:
        """Its kind, what it compares with, and the parameter where it has one."""
        known = self.rule.parameter
        named = {known[0]: getattr(self, known[0])} if known else {}
        return {**Operation.facts(self), "target": self.targets.tolist(), **named}

    def output_shape(self, input_shape: Sequence[int]) -> tuple[int, ...]:  # noqa: ARG002 - one number, whatever arrives
        """One number."""
        return (1,)

    def bind(self, x: ArrayLike) -> "_Met":
        """Meet predictions, and check that the target fits."""
        values = cells(x)
        if sum(n > 1 for n in values.shape) > 1:
            raise GeometryError(f"a loss takes one list of predictions, not {by(values.shape)}", "flatten it first")
        row = values.reshape(-1).astype(np.float64)
        return _Met(row, self._compared(row.size), self.rule, {"n": row.size, "delta": self.delta})

    def _compared(self, count: int) -> Array:
        """The target as a list: of a class 1 in its place, and a little everywhere if it is smoothed."""
        targets, rule = self.targets, self.rule
        if not targets.ndim and CLASS in rule.targets:
            place = targets.item()
            if not isinstance(place, int) or not 0 <= place < count:
                raise GeometryError(
                    f"target {place} is no class of {count}, which count from 0", f"use a class from 0 to {count - 1}"
                )
            smoothed: Array = np.eye(count)[place] * (1 - self.smoothing) + self.smoothing / count
            return smoothed
        if targets.size != count:
            raise GeometryError(
                f"{targets.size} targets do not fit {count} predictions", f"give {count}, one for each prediction"
            )
        return self._in_range(targets.reshape(-1).astype(np.float64))

    def _in_range(self, targets: Array) -> Array:
        meant = self.rule.targets[-1]
        low, high = RANGES.get(meant, (-np.inf, np.inf))
        outside = targets[(targets < low) | (targets > high) | ((meant == SIGNS) & (np.abs(targets) != 1))]
        if outside.size:
            told = "−1 or 1" if meant == SIGNS else f"from {low} to {high}"
            raise GeometryError(f"the target {outside[0]:g} is not {told}", f"{self.kind} compares with {meant}")
        if meant == PROBABILITIES and abs(fsum(targets.tolist()) - 1) > TOLERANCE:
            raise GeometryError(
                f"the target probabilities add up to {fsum(targets.tolist()):g}, not 1", "give shares of 1, or a class"
            )
        return targets


@dataclass(frozen=True, slots=True, eq=False)
class _Met(Staged):
    """A loss that has met its predictions."""

    x: Array
    t: Array
    rule: Loss
    settings: dict[str, float]

    output_stage: ClassVar[str] = LOSS

    @property
    def stages(self) -> tuple[str, ...]:  # type: ignore[override]  # those of its row
        """The names of the stages of its kind."""
        return tuple(stage.name for stage in self.rule.stages)

    @property
    def grid(self) -> tuple[int, ...]:
        return (len(self.rule.stages),)

    @property
    def output_shape(self) -> tuple[int, ...]:
        return (1,)

    @property
    def places(self) -> tuple[int, ...]:
        return (1,)

    def known(self) -> dict[str, Any]:
        """What every stage finds, by its name."""
        found: dict[str, Any] = {"x": self.x, "t": self.t, **self.settings}
        if self.rule is LOSSES["hinge"]:
            found["right"] = self.x[self.t == 1].item()
        for stage in self.rule.stages:
            found[stage.name] = stage.make(found)
        return found

    def facts(self) -> dict[str, Any]:
        """The loss, and its gradient."""
        known = self.known()
        return {"input": list(self.x.shape), "output": [1], "value": known[LOSS], "gradient": known[GRADIENT].tolist()}

    def output(self) -> Array:
        return np.array([self.known()[LOSS]])

    def step(self, number: int, index: Index) -> Stage:
        known, stage = self.known(), self.rule.stages[number]
        made = known[stage.name]
        is_array = isinstance(made, np.ndarray)
        value, after = (made[-1].item(), made) if is_array else (float(made), None)
        name, before = stage.name, np.asarray(known[stage.reads])
        return Stage(number, index, value, name, None, before, after, {}, name == LOSS)
