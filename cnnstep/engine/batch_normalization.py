"""Batch normalisation at inference: what was learned of mean and variance makes it one multiply-add a cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, as_numbers, cells, frozen, one_each
from cnnstep.engine.gathers import Elementwise, Mapped
from cnnstep.engine.normalization import EPSILON, check_epsilon
from cnnstep.engine.steps import Index, Operation
from cnnstep.errors import GeometryError, Setting

STATISTICS = ("mean", "variance", "scale", "shift")


@dataclass(frozen=True, slots=True, eq=False)
class Scaled(Mapped):
    """One cell: value = factor·x + offset, with the numbers of its channel that the two are made of."""

    mean: float
    variance: float
    scale: float
    shift: float
    epsilon: float
    factor: float
    offset: float

    def found(self) -> dict[str, Any]:
        """The numbers of the channel, and the two that are left of them."""
        numbers = {name: getattr(self, name) for name in (*STATISTICS, "factor", "offset")}
        return Mapped.found(self) | numbers


@dataclass(frozen=True, slots=True, eq=False)
class BatchNormalization(Operation[Elementwise]):
    """Batch normalisation at inference: y = scale · (x − mean) / √(variance + epsilon) + shift, as a·x + b.

    a = γ / √(σ² + ε) and b = β − μ·a. `mean` (μ) and `variance` (σ²) are running averages of what passed
    in training, `scale` (γ) and `shift` (β) are learned: each one number, or one a channel. `x` is
    (C, *spatial), or one row with a number a channel; the output too. In training the statistics are
    those of the batch itself: `Normalization(kind="batch")`.

    Raises GeometryError where they do not fit, for a variance below 0 and an epsilon that is not above 0.
    Source: Ioffe & Szegedy 2015; PyTorch, torch.nn.BatchNorm2d.
    """

    mean: ArrayLike
    variance: ArrayLike
    scale: ArrayLike = 1
    shift: ArrayLike = 0
    epsilon: float = EPSILON
    noun: ClassVar[str] = "batchnorm"
    settings: ClassVar[Mapping[str, Sequence[str]]] = dict.fromkeys((*STATISTICS, "epsilon"), ())

    def __post_init__(self) -> None:
        for name in STATISTICS:
            values = as_numbers(getattr(self, name), f"the {name}")
            object.__setattr__(self, name, frozen(values).reshape(-1))
        lowest = min(np.asarray(self.variance).tolist(), default=0)
        if lowest < 0:
            raise GeometryError(
                f"a variance is a mean of squares, 0 or more, not {lowest:g}", ("use ", Setting("variance", 1))
            )
        check_epsilon(self.epsilon)

    def facts(self) -> dict[str, Any]:
        """Its numbers: one each, or one a channel."""
        numbers = {name: np.asarray(getattr(self, name)).tolist() for name in STATISTICS}
        return {"operation": self.noun, **numbers, "epsilon": self.epsilon}

    def bind(self, x: ArrayLike) -> Elementwise:
        """Meet an input, and check that it fits."""
        values = cells(x)
        return _Bound(values, self.numbers(len(values) if values.ndim else 1), self.epsilon)

    def numbers(self, channels: int) -> Mapping[str, Array]:
        """A number each a channel, by name, with the two that are left of them: `factor` and `offset`."""
        numbers = {name: one_each(getattr(self, name), f"{name}s", channels, "channel") for name in STATISTICS}
        factor = numbers["scale"] / np.sqrt(numbers["variance"] + self.epsilon)
        offset = numbers["shift"] - numbers["mean"] * as_numbers(factor, "γ / √(σ² + ε)")
        return {**numbers, "factor": factor, "offset": as_numbers(offset, "β − μ·a")}


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Elementwise):
    """A batch normalisation that has met its input; a number each a channel, by name."""

    x: Array
    numbers: Mapping[str, Array]
    epsilon: float

    def output(self) -> Array:
        output = self.x.astype(np.float64)
        each = (-1, *(1,) * (output.ndim - 1))
        output *= self.numbers["factor"].reshape(each if output.ndim else ())
        output += self.numbers["offset"].reshape(each if output.ndim else ())
        return output

    def step(self, number: int, index: Index) -> Scaled:
        x, channel = self.cell(index), index[0] if index else 0
        known = {name: values[channel].item() for name, values in self.numbers.items()}
        value = x * known["factor"] + known["offset"]
        return Scaled(number, index, value, index, x, **known, epsilon=self.epsilon)
