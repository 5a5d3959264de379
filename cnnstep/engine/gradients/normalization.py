"""The gradient of a normalisation, in its three terms: through the cell itself, through the mean, the variance."""

from dataclasses import dataclass
from math import sqrt
from typing import Any, ClassVar

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.gradients import orders
from cnnstep.engine.gradients.parameters import normalised
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.normalization import Normalization
from cnnstep.engine.stages import Stage, Staged
from cnnstep.engine.steps import Index, Operation


def of_input(operation: Normalization, x: Any, by: str) -> Operation[Any]:
    """∂L/∂x, in three terms."""
    orders(by)
    return NormalizationGradient(operation, operation.bind(x), "input")


@dataclass(frozen=True, slots=True, eq=False)
class NormalizationGradient(Gradient):
    """∂L/∂x = (ĝ − mean(ĝ) − z · mean(ĝ·z)) / √(σ² + ε), with ĝ = γ·∂L/∂y and z what was normalised.

    Each cell counts three times: as itself, in the mean, in the variance. The means are over the cells that share
    statistics. Source: Ioffe & Szegedy 2015, section 3, whose terms these are, put together.
    """

    noun: ClassVar[str] = "normalization gradient"

    def meet(self, g: Array) -> "_Terms":
        """Meet an upstream gradient of the output's shape."""
        axis = self.met.axis  # type: ignore[attr-defined]  # it is that of a normalisation
        return _Terms(g[None] if axis is None else np.moveaxis(g, axis, 0), self.met)


@dataclass(frozen=True, slots=True, eq=False)
class _Terms(Staged):
    """The gradient of a normalisation with its upstream gradient, as (groups that share statistics, *cells)."""

    x: Array
    met: Any
    stages: ClassVar[tuple[str, ...]] = ("scale", "mean", "centre", "product", "covariance", "subtract", "divide")
    output_stage: ClassVar[str] = "divide"

    @property
    def input(self) -> Array:
        as_it_came: Array = self.met.as_it_came(self.x)
        return as_it_came

    @property
    def axis(self) -> int | None:
        """Which axis of the input has the channels."""
        axis: int | None = self.met.axis
        return axis

    @property
    def output_shape(self) -> tuple[int, ...]:
        shape: tuple[int, ...] = self.met.shape
        return shape

    @property
    def counted(self) -> str:
        counted: str = self.met.counted
        return counted

    def row(self, index: Index) -> tuple[Index, Index]:
        row: tuple[Index, Index] = self.met.row(index)
        return row

    def output(self) -> Array:
        made = np.stack([self._made(group)[0][-1] for group in range(len(self.x))])
        return np.ascontiguousarray(self.met.as_it_came(made))

    def _made(self, group: int) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """What each stage makes of a group, and the numbers that they use."""
        variance, epsilon = self.met.moments(group)[1], self.met.epsilon
        z, scale = normalised(self.met, group), self.met.scale[group]
        scaled = self.x[group].astype(np.float64) * scale
        mean = scaled.mean().item()
        centred = scaled - mean
        # Σ z is 0, so that Σ ĝ·z is the same sum; without m its rounding does not grow with m
        products = centred * z
        covariance = products.mean().item()
        rest = centred - z * covariance
        made = (scaled, mean, centred, products, covariance, rest, rest / sqrt(variance + epsilon))
        return made, {"scale": scale, "mean": mean, "covariance": covariance, "variance": variance, "epsilon": epsilon,
                      "z": z}  # fmt: skip

    def step(self, number: int, index: Index) -> Stage:
        group, stage = index
        made, settings = self._made(group)
        reads = (self.x[group], made[0], made[0], made[2], made[3], made[2], made[5])
        before, after = reads[stage], made[stage] if isinstance(made[stage], np.ndarray) else None
        value = made[stage] if after is None else after.reshape(-1)[-1].item()
        channel = None if self.axis is None else group
        name, is_output = self.stages[stage], self.stages[stage] == self.output_stage
        return Stage(number, index, value, name, channel, before, after, settings, is_output, axis=self.axis or 0)
