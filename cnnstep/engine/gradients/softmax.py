"""The gradient of softmax: its probabilities share 1, so that each logit is judged against the mean of all."""

from dataclasses import dataclass
from math import fsum
from typing import Any, ClassVar

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.gradients import orders
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.softmax import Softmax
from cnnstep.engine.stages import Stage, Staged
from cnnstep.engine.steps import Index, Operation


def softmax(operation: Softmax, x: Any, by: str) -> Operation[Any]:
    """∂L/∂z of ∂L/∂p."""
    orders(by)
    return SoftmaxGradient(operation, operation.bind(x), "input")


@dataclass(frozen=True, slots=True, eq=False)
class SoftmaxGradient(Gradient):
    """∂L/∂z = p · (g − Σ g·p), with g = ∂L/∂p: for ∂p[i]/∂z[j] = p[i]·(1 − p[j]) where i = j, else −p[i]·p[j].

    Where p is nearly 0 or 1 for every class (saturated), nearly nothing comes through.
    """

    noun: ClassVar[str] = "softmax gradient"

    def meet(self, g: Array) -> "_Centred":
        """Meet an upstream gradient (n,)."""
        return _Centred(g, self.met.output())


@dataclass(frozen=True, slots=True, eq=False)
class _Centred(Staged):
    """The gradient of softmax with its upstream gradient and the probabilities p."""

    x: Array
    p: Array
    stages: ClassVar[tuple[str, ...]] = ("product", "sum", "centre", "multiply")
    output_stage: ClassVar[str] = "multiply"

    @property
    def grid(self) -> tuple[int, ...]:
        return (len(self.stages),)

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.x.shape

    def output(self) -> Array:
        return self._made()[-1]

    def _made(self) -> tuple[Array, float, Array, Array]:
        """What each stage makes."""
        g = self.x.astype(np.float64)
        products = g * self.p
        mean = fsum(products.tolist())
        return products, mean, g - mean, self.p * (g - mean)

    def step(self, number: int, index: Index) -> Stage:
        products, mean, centred, made = self._made()
        before, after, value = (
            (self.x, products, products[-1].item()),
            (products, None, mean),
            (self.x, centred, centred[-1].item()),
            (centred, made, made[-1].item()),
        )[number]
        name, settings = self.stages[number], {"p": self.p, "sum": mean}
        return Stage(number, index, value, name, None, before, after, settings, name == self.output_stage)
