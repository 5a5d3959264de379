"""Dense: every output is a weighted sum of all inputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, prod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, as_numbers, cells, frozen, one_each, working_type
from cnnstep.engine.gathers import WeightedSum, multipliable, total_of
from cnnstep.engine.steps import Bound, Index, Operation, Source
from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.geometry.numbering import place_of

TOGETHER = 1 << 22
"""So many weights are converted at a time: of VGG-16's 102,760,448 in one layer no second copy stands in memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Dense(Operation[Bound]):
    """A fully connected layer: y[u] = Σ over i of w[u, i] · x[i] + bias[u].

    `weights` is (units, inputs). An input of any shape is read in row-major order, as flatten would
    write it; the output is (units,). Integers stay exact.

    Raises GeometryError where weights or biases do not fit. Source: PyTorch, torch.nn.Linear.
    """

    weights: ArrayLike
    bias: ArrayLike = 0
    noun: ClassVar[str] = "dense"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {"bias": ()}

    def __post_init__(self) -> None:
        weights = frozen(as_numbers(self.weights, "the weights", single=inf))
        if weights.ndim != 2 or not weights.size:
            raise GeometryError(
                f"weights of shape {by(weights.shape) or 'one number'} are not units × inputs",
                "give one row of weights for each unit",
            )
        bias = one_each(frozen(as_numbers(self.bias, "the bias")), "biases", len(weights), "unit")
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "bias", bias)

    def output_shape(self, input_shape: Sequence[int]) -> tuple[int, ...]:
        """(units,), for an input with as many cells as each unit has weights."""
        units, inputs = np.asarray(self.weights).shape
        if prod(input_shape) != inputs:
            raise GeometryError(
                f"{inputs} weights a unit do not fit an input of {by(input_shape)} = {prod(input_shape)} cells",
                f"give each unit {prod(input_shape)} weights",
            )
        return (units,)

    def bind(self, x: ArrayLike) -> Bound:
        """Meet an input, and check that it fits."""
        values = cells(x)
        self.output_shape(values.shape)
        return _Bound(values.reshape(-1), np.asarray(self.weights), np.asarray(self.bias), values.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Unit(WeightedSum):
    """All inputs in one row, each times a weight of its own."""

    def main_source(self, shape: Index) -> Source:
        """Where in the input, before it was one row, the strongest place stood."""
        return Source(place_of(self.strongest()[-1], shape))


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Bound):
    """A dense layer that has met its input; `shape` is what the input had before it became one row."""

    x: Array
    weights: Array
    bias: Array
    shape: tuple[int, ...]

    @property
    def input(self) -> Array:
        return self.x.reshape(self.shape)

    def facts(self) -> dict[str, Any]:
        units, inputs = self.weights.shape
        costs = {"units": units, "parameters": units * inputs + units, "multiply_adds": units * inputs}
        return {"input": list(self.shape), "output": [units], **costs}

    @property
    def grid(self) -> tuple[int, ...]:
        return (len(self.weights),)

    def output(self) -> Array:
        dtype = working_type(self.x, self.weights, bias=self.bias.tolist())
        x = self.x.astype(dtype)
        together = max(1, TOGETHER // x.size)
        parts = (self.weights[i : i + together] for i in range(0, len(self.weights), together))
        result: Array = np.concatenate([part.astype(dtype) @ x for part in parts]) + self.bias.astype(dtype)
        return result

    def step(self, number: int, index: Index) -> Unit:
        weights, patch = multipliable(self.weights[number][None], self.x[None])
        products = patch * weights
        bias = self.bias[number].item()
        row, padding = (range(self.x.size),), np.zeros(patch.shape, dtype=bool)
        value = total_of(products) + bias
        return Unit(number, index, value, range(1), row, patch, padding, weights, products, 1, bias)
