"""Softmax: logits become probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, cells
from cnnstep.engine.stages import Stage, Staged
from cnnstep.engine.steps import Index, Operation
from cnnstep.errors import GeometryError
from cnnstep.geometry import by


@dataclass(frozen=True, slots=True)
class Softmax(Operation[Staged]):
    """Turn n logits into n probabilities: p = e^(z − max z) / Σ e^(z − max z).

    The maximum is taken away first, which changes nothing in the result, so that no exponential can
    overflow. `x` is (n,), or any shape with a single axis longer than 1; the output is (n,).

    Raises GeometryError for an input with rows and columns. Source: PyTorch, torch.nn.Softmax.
    """

    noun: ClassVar[str] = "softmax"

    def output_shape(self, input_shape: Sequence[int]) -> tuple[int, ...]:
        """As many probabilities as logits."""
        if sum(n > 1 for n in input_shape) > 1:
            raise GeometryError(
                f"softmax takes one list of numbers, not {by(input_shape)}",
                'flatten it first: cnnstep net "flatten | softmax" INPUT',
            )
        return (max(input_shape, default=1),)

    def bind(self, x: ArrayLike) -> Staged:
        """Meet an input, and check that it fits."""
        values = cells(x)
        return _Bound(values.reshape(self.output_shape(values.shape)))


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Staged):
    """A softmax that has met its logits."""

    x: Array
    stages: ClassVar[tuple[str, ...]] = ("maximum", "shift", "exponential", "sum", "divide", "check")
    output_stage: ClassVar[str] = "divide"

    @property
    def grid(self) -> tuple[int, ...]:
        return (len(self.stages),)

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.x.shape

    def output(self) -> Array:
        powers = np.exp(self._shifted())
        probabilities: Array = powers / powers.sum()
        return probabilities

    def _shifted(self) -> Array:
        """Z − max z; of integers before they become floats, so that neighbours stay apart."""
        exact = self.x.astype(object) if self.x.dtype.kind in "iu" else self.x
        shifted: Array = (exact - exact.max()).astype(np.float64)
        return shifted

    def step(self, number: int, index: Index) -> Stage:
        maximum = self.x.max().item()
        shifted = self._shifted()
        powers = np.exp(shifted)
        total = powers.sum().item()
        shares = powers / total
        before, after, value = (
            (self.x, None, maximum),
            (self.x, shifted, shifted[-1].item()),
            (shifted, powers, powers[-1].item()),
            (powers, None, total),
            (powers, shares, shares[-1].item()),
            (shares, None, shares.sum().item()),
        )[number]
        settings = {"maximum": maximum, "sum": total}
        name = self.stages[number]
        return Stage(number, index, value, name, None, before, after, settings, name == self.output_stage)
