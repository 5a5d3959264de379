"""Layers that are matrix products: convolution, transposed convolution, dense. They learn."""

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.border import Border
from cnnstep.engine.fast.layers import Gradients, Layer, Passed
from cnnstep.engine.fast.windows import ZEROS, Rooms, Windows
from cnnstep.geometry import WindowAxis


class Product(Layer):
    """A layer with weights, and perhaps a bias for each row that it gives."""

    def with_bias(self, y: Array) -> Array:
        """The bias added in place to rows (F, cells)."""
        if "bias" in self.parameters:
            y += self.parameters["bias"][:, None]
        return y

    def learn_bias(self, gradient: Array) -> None:
        """∂L/∂b = Σ ∂L/∂y."""
        if "bias" in self.parameters:
            self.gradients["bias"] = gradient.sum(axis=1)


class Convolution(Product):
    """y = W · columns(x) + b, one product for each group of channels.

    Parameters: weight, that stands for `shape` (F, C/groups, *kernel), and bias (F). Of tied weights (`laid`: 1 where
    they are the same) gradients add up; those that a `mask` leaves out have none; a divisor divides them as well.
    ∂L/∂W = ∂L/∂y · columns(x)ᵀ, ∂L/∂b = Σ ∂L/∂y, ∂L/∂x = the columns Wᵀ · ∂L/∂y, added up.
    """

    def __init__(
        self, parameters: Mapping[str, Array], shape: tuple[int, ...], axes: Sequence[WindowAxis], groups: int = 1,
        border: Border = ZEROS, laid: tuple[int, ...] = (), divisors: Sequence[float] = (1,), mask: Array | None = None,
        shared: Rooms | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parameters)
        self.shape, self.groups, self.laid, self.mask = shape, groups, laid or shape, mask
        self.windows = Windows(axes, border, shared)
        self.divisors = np.reshape(divisors, (-1, *(1,) * (len(shape) - 1)))
        self.is_divided = bool((self.divisors != 1).any())

    def weights(self) -> Array:
        """The weights of each group as a matrix: (groups, filters, columns)."""
        weights = self.parameters["weight"]
        if self.laid != self.shape:
            weights = np.broadcast_to(weights.reshape(self.laid), self.shape)
        if self.is_divided:
            weights = (weights / self.divisors).astype(weights.dtype)
        return weights.reshape(self.groups, self.shape[0] // self.groups, -1)

    def forward(self, *inputs: Array) -> Array:
        """Maps (F, *output, N)."""
        (x,) = inputs
        columns = self.windows.columns(x).reshape(self.groups, -1, prod(self.windows.counts) * x.shape[-1])
        made = self.room("output", (self.groups, self.shape[0] // self.groups, columns.shape[-1]), x.dtype)
        np.matmul(self.weights(), columns, out=made)
        y = self.with_bias(made.reshape(self.shape[0], -1))
        return y.reshape(-1, *self.windows.counts, x.shape[-1])

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """The columns of the last forward pass are still there."""
        (x,) = passed.inputs
        rows = gradient.reshape(self.groups, self.shape[0] // self.groups, -1)
        self.learn_bias(rows.reshape(self.shape[0], -1))
        columns = x if self.windows.is_plain else self.windows.shared.room("columns", self._columns(x), x.dtype)
        columns = columns.reshape(self.groups, -1, rows.shape[-1])
        self._learn(rows @ columns.swapaxes(1, 2))
        if not passed.wanted:
            return (None,)
        target = self.like(columns, "plain") if self.windows.is_plain else columns
        np.matmul(self.weights().swapaxes(1, 2), rows, out=target)
        return (self.windows.added(target, len(x)),)

    def _columns(self, x: Array) -> tuple[int, ...]:
        return len(x), *self.windows.kernel, *self.windows.counts, x.shape[-1]

    def _learn(self, gradient: Array) -> None:
        """From the gradient of every weight that there seems to be to that of those that are learned."""
        gradient = gradient.reshape(self.shape)
        if self.is_divided:
            gradient /= self.divisors
        if self.mask is not None:
            gradient *= self.mask
        tied = tuple(n for n, (one, many) in enumerate(zip(self.laid, self.shape, strict=True)) if one < many)
        gradient = gradient.sum(axis=tied) if tied else gradient
        self.gradients["weight"] = gradient.reshape(self.parameters["weight"].shape)


class TransposedConvolution(Product):
    """y = the columns Wᵀ · x, added up, + b: forward what a convolution does backward, and the other way round.

    Parameters: weight (C, F/groups, *kernel) and bias (F).
    """

    def __init__(self, parameters: Mapping[str, Array], axes: Sequence[WindowAxis], groups: int = 1) -> None:
        super().__init__(parameters)
        self.groups = groups
        self.windows = Windows(axes)

    def _weights(self) -> Array:
        weight = self.parameters["weight"]
        return weight.reshape(self.groups, len(weight) // self.groups, -1)

    def forward(self, *inputs: Array) -> Array:
        """Maps (F, *output, N)."""
        (x,) = inputs
        columns = self._weights().swapaxes(1, 2) @ x.reshape(self.groups, len(x) // self.groups, -1)
        filters = self.parameters["weight"].shape[1] * self.groups
        y = self.like(made := self.windows.added(columns, filters))
        y[...] = made
        return self.with_bias(y.reshape(filters, -1)).reshape(y.shape)

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """∂L/∂x = W · columns(∂L/∂y)."""
        (x,) = passed.inputs
        rows = x.reshape(self.groups, len(x) // self.groups, -1)
        self.learn_bias(gradient.reshape(len(gradient), -1))
        columns = self.windows.columns(gradient).reshape(self.groups, -1, rows.shape[-1])
        self.gradients["weight"] = (rows @ columns.swapaxes(1, 2)).reshape(self.parameters["weight"].shape)
        return ((self._weights() @ columns).reshape(x.shape) if passed.wanted else None,)


class Dense(Product):
    """y = W · x + b, of all cells of each image. Parameters: weight (units, inputs) and bias (units)."""

    def forward(self, *inputs: Array) -> Array:
        """One row a unit: (units, N)."""
        weight, x = self.parameters["weight"], inputs[0].reshape(-1, inputs[0].shape[-1])
        y = np.matmul(weight, x, out=self.room("output", (len(weight), x.shape[-1]), x.dtype))
        return self.with_bias(y)

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """∂L/∂W = ∂L/∂y · xᵀ, ∂L/∂b = Σ ∂L/∂y, ∂L/∂x = Wᵀ · ∂L/∂y."""
        (x,) = passed.inputs
        self.gradients["weight"] = gradient @ x.reshape(-1, x.shape[-1]).T
        self.learn_bias(gradient)
        return ((self.parameters["weight"].T @ gradient).reshape(x.shape) if passed.wanted else None,)
