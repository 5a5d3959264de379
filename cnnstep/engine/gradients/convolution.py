"""Gradients of a convolution: of its kernels, a sum over all windows, and of its input, the transposed convolution."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cnnstep.engine.arrays import Array, working_type
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.gathers import WeightedSum, Windowed, multipliable, total_of
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.kernels import Kernel
from cnnstep.engine.steps import Bound, Index, Operation
from cnnstep.engine.transposed import TransposedConvolution


def kernel(operation: Convolution, x: Any, _: str) -> Operation[Any]:
    """∂L/∂w, weight by weight."""
    return KernelGradient(operation, operation.bind(x), "kernel")


def of_input(operation: Convolution, x: Any, _: str) -> Operation[Any]:
    """∂L/∂x: every upstream value adds the kernel, times itself, to what its window read."""
    met: Any = operation.bind(x)
    divisors = np.array(met.bank.divisors).reshape(-1, *(1,) * (met.bank.weights.ndim - 1))
    weights = met.bank.weights if (divisors == 1).all() else met.bank.weights / divisors
    return TransposedConvolution(
        Kernel(weights),
        tuple(axis.stride for axis in met.axes),
        tuple((axis.before, axis.after) for axis in met.axes),
        tuple(axis.dilation for axis in met.axes),
        met.sizes.groups,
        output_padding=tuple(axis.leftover for axis in met.axes),
        axes=operation.axes,
    )


@dataclass(frozen=True, slots=True, eq=False)
class KernelGradient(Gradient):
    """∂L/∂w[f, c, k] = Σ over o of g[f, o] · x[c, o·stride − before + k·dilation] / divisor[f].

    One step is one weight: the cells that it met, times the upstream values of those outputs, added up. The output
    is (F, C/groups, *window), as the weights are.
    """

    noun: ClassVar[str] = "kernel gradient"

    def meet(self, g: Array) -> Bound:
        """Meet an upstream gradient (F, *output)."""
        return _Weights(self.met.x, g, self.met)


@dataclass(frozen=True, slots=True, eq=False)
class _Weights(Windowed):
    """The gradient of the kernels, with its upstream gradient."""

    x: Array
    g: Array
    met: Any

    @property
    def sizes(self) -> Any:  # type: ignore[override]  # those of the convolution
        return self.met.sizes

    @property
    def border(self) -> Any:  # type: ignore[override]
        return self.met.border

    @property
    def grid(self) -> tuple[int, ...]:
        weights: Array = self.met.bank.weights
        return weights.shape

    @property
    def input(self) -> Array:
        return self.g

    def facts(self) -> dict[str, Any]:
        return {"input": list(self.g.shape), "output": list(self.grid)}

    def channel(self, f: int, c: int) -> int:
        """The channel of the input that weight (f, c) reads."""
        filters: int = len(self.g) // self.met.sizes.groups
        return f // filters * self.grid[1] + c

    def met_by(self, place: Index) -> tuple[range, ...]:
        """The positions that one place of the kernel meets, on each axis, window after window."""
        starts = [axis.start(0) + k * axis.dilation for axis, k in zip(self.axes, place, strict=True)]
        return tuple(
            range(start, start + axis.output * axis.stride, axis.stride)
            for axis, start in zip(self.axes, starts, strict=True)
        )

    def output(self) -> Array:
        divisors = self.met.bank.divisors
        exact = all(divisor == 1 for divisor in divisors)
        dtype = working_type(self.x, self.g.reshape(len(self.g), -1)) if exact else np.dtype(np.float64)
        made = np.zeros(self.grid, dtype)
        filters = len(self.g) // self.sizes.groups
        g = self.g.reshape(self.sizes.groups, filters, -1).astype(dtype)
        for place in np.ndindex(self.grid[2:]):
            cells, _ = self.border.read(self.x, self.met_by(place))
            patches = cells.astype(dtype).reshape(self.sizes.groups, self.grid[1], -1)
            for group in range(self.sizes.groups):
                made[(slice(group * filters, (group + 1) * filters), slice(None), *place)] = g[group] @ patches[group].T
        return made if exact else made / np.array(divisors).reshape(-1, *(1,) * (made.ndim - 1))

    def step(self, number: int, index: Index) -> WeightedSum:
        f, c, *place = index
        channel, window = self.channel(f, c), self.met_by(tuple(place))
        patch, is_padding = self.region(slice(channel, channel + 1), window)
        weights, patch = multipliable(self.g[f][None], patch)
        products = patch * weights
        total, divisor = total_of(products), self.met.bank.divisors[f]
        value = total / divisor if divisor != 1 else total
        channels = range(channel, channel + 1)
        return WeightedSum(number, index, value, channels, window, patch, is_padding, weights, products, divisor, 0)
