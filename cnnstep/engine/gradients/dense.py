"""Gradients of a dense layer: of its weights ∂L/∂y ⊗ x, one product each; of its input Wᵀ·∂L/∂y."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np

from cnnstep.engine.arrays import Array, working_type
from cnnstep.engine.dense import Dense, Unit
from cnnstep.engine.gradients import orders
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.steps import Bound, Index, Operation, Source, Step
from cnnstep.geometry.numbering import place_of


def weights(operation: Dense, x: Any, by: str) -> Operation[Any]:
    """∂L/∂w, weight by weight."""
    orders(by)
    return DenseWeightsGradient(operation, operation.bind(x), "weights")


def of_input(operation: Dense, x: Any, by: str) -> Operation[Any]:
    """∂L/∂x, cell by cell."""
    orders(by)
    return DenseInputGradient(operation, operation.bind(x), "input")


@dataclass(frozen=True, slots=True, eq=False)
class Product(Step):
    """One number times another: value = g · x, with x the input's cell at `source`."""

    source: Index
    g: float
    x: float

    def main_source(self, shape: Index) -> Source:  # noqa: ARG002 - as those that depend on it
        """The upstream value."""
        return Source(self.index[:1])

    def found(self) -> dict[str, Any]:
        """Both factors."""
        return {"source": list(self.source), "g": self.g, "x": self.x}


@dataclass(frozen=True, slots=True, eq=False)
class DenseWeightsGradient(Gradient):
    """∂L/∂w[u, i] = g[u] · x[i]: every weight was used once. The output is (units, inputs), as the weights are."""

    noun: ClassVar[str] = "weights gradient"

    def meet(self, g: Array) -> Bound:
        """Meet an upstream gradient (units,)."""
        met: Any = self.met
        return _Outer(g, met.x, met.shape)


@dataclass(frozen=True, slots=True, eq=False)
class _Outer(Bound):
    """The gradient of the weights with its upstream gradient x; `cells` is the layer's input, which had a `shape`."""

    x: Array
    cells: Array
    shape: tuple[int, ...]

    @property
    def grid(self) -> tuple[int, ...]:
        return (self.x.size, self.cells.size)

    def output(self) -> Array:
        dtype = working_type(self.cells, self.x.reshape(-1, 1))
        return np.outer(self.x.astype(dtype), self.cells.astype(dtype))

    def step(self, number: int, index: Index) -> Product:
        unit, cell = index
        g, x = self.x[unit].item(), self.cells[cell].item()
        return Product(number, index, g * x, place_of(cell, self.shape), g, x)


@dataclass(frozen=True, slots=True, eq=False)
class DenseInputGradient(Gradient):
    """∂L/∂x[i] = Σ over u of w[u, i] · g[u]: each input fed every unit. The output has the input's shape."""

    noun: ClassVar[str] = "dense input gradient"

    def meet(self, g: Array) -> Bound:
        """Meet an upstream gradient (units,)."""
        met: Any = self.met
        return _Back(g, Dense(met.weights.T).bind(g), met.shape)


@dataclass(frozen=True, slots=True, eq=False)
class BackUnit(Unit):
    """All upstream values, each times a weight of one input."""

    is_biased: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, eq=False)
class _Back(Bound):
    """The dense layer with the weights transposed, `back`, whose output has the shape of the layer's input."""

    x: Array
    back: Any
    into: tuple[int, ...]

    @property
    def grid(self) -> tuple[int, ...]:
        return self.into

    @property
    def weights(self) -> Array:
        """One row for each cell of the input."""
        found: Array = self.back.weights
        return found

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the upstream gradient."""
        return self.x.shape

    def output(self) -> Array:
        found: Array = self.back.output()
        return found.reshape(self.into)

    def step(self, number: int, index: Index) -> Unit:
        step: Unit = self.back.step(number, index)
        return BackUnit(*(getattr(step, each.name) for each in fields(step)))
