"""Gradients cell by cell, by the chain rule: what arrives, times the derivative there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from cnnstep.engine.activation import Activation
from cnnstep.engine.activations import RULES
from cnnstep.engine.arrays import Array, magnitude, working_type
from cnnstep.engine.batch_normalization import BatchNormalization
from cnnstep.engine.dropout import Dropout
from cnnstep.engine.gathers import Elementwise, Mapped
from cnnstep.engine.gradients import orders
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.loss import LossFunction
from cnnstep.engine.losses import GRADIENT
from cnnstep.engine.steps import Index


class Local(NamedTuple):
    """The derivatives ∂y/∂x of an operation whose cells do not mix: of one cell, and of all of them."""

    one: Callable[[Index], float]
    all: Callable[[], Array]


@dataclass(frozen=True, slots=True, eq=False)
class Chained(Mapped):
    """One cell of the chain rule: value = x · derivative, with x the upstream gradient at `source`.

    `at` is the number that the operation had read in this cell.
    """

    derivative: float
    at: float

    def found(self) -> dict[str, Any]:
        """What arrives, the derivative, and where it was taken."""
        return {"source": list(self.source), "upstream": self.x, "derivative": self.derivative, "at": self.at}


@dataclass(frozen=True, slots=True, eq=False)
class PointwiseGradient(Gradient):
    """∂L/∂x[i] = ∂L/∂y[i] · ∂y[i]/∂x[i]: each cell on its own, for none of the others has read it.

    Of a loss, whose output is one number, that number's gradient arrives at every cell. `read` is what the operation
    had read, `local` its derivatives.
    """

    read: Array
    local: Local
    noun: ClassVar[str] = "pointwise gradient"

    def meet(self, g: Array) -> "_Products":
        """Meet an upstream gradient of the output's shape."""
        return _Products(g, self.read, self.local)


@dataclass(frozen=True, slots=True, eq=False)
class _Products(Elementwise):
    """A pointwise gradient with its upstream gradient; `read` is what the operation had read."""

    x: Array
    read: Array
    local: Local

    @property
    def grid(self) -> tuple[int, ...]:
        """The cells of what had been read."""
        return self.read.shape

    def source(self, index: Index) -> Index:
        """The upstream cell of a cell: that in the same place, or the only one."""
        return index if self.x.shape == self.read.shape else (0,)

    def output(self) -> Array:
        derivatives = self.local.all()
        if derivatives.dtype.kind != "f" and self.x.dtype.kind != "f":
            dtype = working_type(self.x, np.array([[magnitude(derivatives)]]))
            product: Array = self.x.astype(dtype) * derivatives.astype(dtype)
        else:
            product = self.x.astype(np.float64) * derivatives
        return product

    def step(self, number: int, index: Index) -> Chained:
        source, derivative = self.source(index), self.local.one(index)
        arrives = self.cell(source)
        return Chained(number, index, arrives * derivative, source, arrives, derivative, self.read[index].item())


def activation(operation: Activation, x: Any, by: str) -> PointwiseGradient:
    """∂L/∂x = ∂L/∂y · f′(x): f′ as the table of activations has it, 0 in relu's corner."""
    orders(by)
    met: Any = operation.bind(x)
    slope, parameters = RULES[operation.name].slope, met.parameters

    def one(index: Index) -> float:
        parameter = parameters[index[0] if len(parameters) > 1 else 0]
        derivative: float = slope(met.x[index].astype(np.float64).reshape(1), parameter)[0].item()
        return derivative

    def every() -> Array:
        cells = met.x.astype(np.float64)
        if len(parameters) == 1:
            return slope(cells, parameters[0])
        return np.stack([slope(channel, a) for channel, a in zip(cells, parameters, strict=True)])

    return PointwiseGradient(operation, met, "input", met.x, Local(one, every))


def dropout(operation: Dropout, x: Any, by: str) -> PointwiseGradient:
    """∂L/∂x = ∂L/∂y · 1 / (1 − rate) where the cell was kept, 0 where it was dropped: the mask of the forward pass."""
    orders(by)
    met: Any = operation.bind(x)

    def one(index: Index) -> float:
        step = met.step(int(np.ravel_multi_index(index, met.x.shape)), index)
        return operation.factor if step.is_kept else 0

    def every() -> Array:
        kept = np.ones(met.x.shape, dtype=bool) if operation.inference else met.kept()
        return np.where(kept, operation.factor, 0)

    return PointwiseGradient(operation, met, "input", met.x, Local(one, every))


def batchnorm(operation: BatchNormalization, x: Any, by: str) -> PointwiseGradient:
    """∂L/∂x = ∂L/∂y · γ / √(σ² + ε): at inference the statistics are constants."""
    orders(by)
    met: Any = operation.bind(x)
    factors = met.numbers["factor"].astype(np.float64)

    def every() -> Array:
        each = factors.reshape(-1, *(1,) * (met.x.ndim - 1)) if met.x.ndim else factors.reshape(())
        return np.broadcast_to(each, met.x.shape)

    return PointwiseGradient(operation, met, "input", met.x, Local(lambda i: factors[i[0] if i else 0].item(), every))


def loss(operation: LossFunction, x: Any, by: str) -> PointwiseGradient:
    """∂L/∂x, times the one number that arrives: 1, where L is what training makes smaller."""
    orders(by)
    met: Any = operation.bind(x)
    gradient: Array = np.asarray(met.known()[GRADIENT], dtype=np.float64)
    local = Local(lambda index: gradient[index].item(), lambda: gradient)
    return PointwiseGradient(operation, met, "input", met.x, local)
