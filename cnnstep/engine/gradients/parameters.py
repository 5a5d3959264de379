"""Gradients of numbers that serve many cells, γ, β and a slope: sums over all cells that they were used in."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.activation import Activation
from cnnstep.engine.arrays import Array
from cnnstep.engine.batch_normalization import BatchNormalization
from cnnstep.engine.gathers import multipliable, total_of
from cnnstep.engine.gradients import orders
from cnnstep.engine.gradients.pointwise import Local, PointwiseGradient
from cnnstep.engine.gradients.sums import Total
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.normalization import Normalization
from cnnstep.engine.steps import Bound, Index, Operation

LARGEST = 1 << 63
Factors = Callable[[int], Array]
"""A channel → what its cells were multiplied by the parameter as: z for γ, min(x, 0) for the slope below zero."""


@dataclass(frozen=True, slots=True, eq=False)
class Weighed(Total):
    """Numbers that are added up: each an upstream value times what the parameter was multiplied by there."""

    upstream: Array
    factors: Array | None

    def found(self) -> dict[str, Any]:
        """The upstream values, what each is multiplied by, and the products."""
        return {"upstream": self.upstream, "factors": self.factors, "terms": self.terms}


@dataclass(frozen=True, slots=True, eq=False)
class ParameterGradient(Gradient):
    """∂L/∂p = Σ over the cells that p was used in of ∂L/∂y · ∂y/∂p.

    `axis` is that of the channels, None where all cells are one channel; where one number serves all channels
    (`is_shared`) the sum goes over all of them. `factors` are ∂y/∂p of a channel; None where it is 1 everywhere, as
    that of a shift. The output is (channels,), or (1,).
    """

    axis: int | None
    is_shared: bool
    factors: Factors | None
    noun: ClassVar[str] = "parameter gradient"

    def meet(self, g: Array) -> Bound:
        """Meet an upstream gradient of the output's shape."""
        channels = g[None] if self.axis is None else np.moveaxis(g, self.axis, 0)
        return _Totals(channels, self)


@dataclass(frozen=True, slots=True, eq=False)
class _Totals(Bound):
    """A parameter's gradient with its upstream gradient, laid out as (channels, *cells)."""

    x: Array
    made: ParameterGradient

    @property
    def grid(self) -> tuple[int, ...]:
        return (1 if self.made.is_shared else len(self.x),)

    @property
    def input(self) -> Array:
        return self.x[0] if self.made.axis is None else np.moveaxis(self.x, 0, self.made.axis)

    def output(self) -> Array:
        totals = [self.step(number, (number,)).value for number in range(self.grid[0])]
        is_wide = any(isinstance(total, int) and abs(total) >= LARGEST for total in totals)
        return np.array(totals, dtype=object if is_wide else None)

    def step(self, number: int, index: Index) -> Weighed:
        channels = range(len(self.x)) if self.made.is_shared else range(number, number + 1)
        upstream, factors = self.x[channels.start : channels.stop], None
        terms = upstream.astype(object if upstream.dtype.kind != "f" else np.float64)
        if self.made.factors is not None:
            factors = np.stack([self.made.factors(channel) for channel in channels])
            left, right = multipliable(upstream, factors)
            terms = left * right
        return Weighed(number, index, total_of(terms), terms, upstream, factors)


def slope(operation: Activation, x: Any, by: str) -> Operation[Any]:
    """∂L/∂a = Σ ∂L/∂y · min(x, 0): the slope below zero is multiplied by what is below zero."""
    orders(by)
    met: Any = operation.bind(x)
    axis, is_shared = 0 if met.x.ndim > 1 else None, len(met.parameters) == 1
    channels = met.x[None] if axis is None else met.x
    return ParameterGradient(operation, met, "slope", axis, is_shared, lambda n: np.minimum(channels[n], 0))


def scale(operation: Normalization, x: Any, by: str) -> Operation[Any]:
    """∂L/∂γ = Σ ∂L/∂y · z over the cells of a channel; of a γ for each cell ∂L/∂y · z."""
    orders(by)
    met: Any = operation.bind(x)
    if _is_one_a_cell(operation, operation.scale):
        normal = normalised(met, 0)
        local = Local(lambda index: normal[index].item(), lambda: normal)
        return PointwiseGradient(operation, met, "scale", normal, local)
    is_shared = np.size(operation.scale) == 1
    return ParameterGradient(operation, met, "scale", met.axis, is_shared, lambda n: normalised(met, n))


def shift(operation: Normalization, x: Any, by: str) -> Operation[Any]:
    """∂L/∂β = Σ ∂L/∂y over the cells of a channel; of a β for each cell ∂L/∂y itself."""
    orders(by)
    met: Any = operation.bind(x)
    if _is_one_a_cell(operation, operation.shift):
        local = Local(lambda _: 1, lambda: np.ones(met.shape, np.int64))
        return PointwiseGradient(operation, met, "shift", met.input, local)
    return ParameterGradient(operation, met, "shift", met.axis, np.size(operation.shift) == 1, None)


def learned_scale(operation: BatchNormalization, x: Any, by: str) -> Operation[Any]:
    """∂L/∂γ = Σ ∂L/∂y · z over the cells of a channel, with z = (x − μ) / √(σ² + ε) of the statistics of training."""
    orders(by)
    met: Any = operation.bind(x)
    channels, known = (met.x if met.x.ndim else met.x[None]), met.numbers

    def factors(n: int) -> Array:
        z: Array = (channels[n] - known["mean"][n]) / np.sqrt(known["variance"][n] + operation.epsilon)
        return z

    return ParameterGradient(operation, met, "scale", _first_axis(met.x), np.size(operation.scale) == 1, factors)


def learned_shift(operation: BatchNormalization, x: Any, by: str) -> Operation[Any]:
    """∂L/∂β = Σ ∂L/∂y over the cells of a channel."""
    orders(by)
    met: Any = operation.bind(x)
    return ParameterGradient(operation, met, "shift", _first_axis(met.x), np.size(operation.shift) == 1, None)


def normalised(met: Any, group: int) -> Array:
    """Z = (x − μ) / √(σ² + ε) of cells that share statistics."""
    mean, variance = met.moments(group)
    z: Array = (met.x[group].astype(np.float64) - mean) / sqrt(variance + met.epsilon)
    return z


def _is_one_a_cell(operation: Normalization, values: ArrayLike) -> bool:
    return operation.kind == "layer" and np.size(values) > 1


def _first_axis(x: Array) -> int | None:
    return 0 if x.ndim else None
