"""Layers for batches (channels, *space, images): each with its way forward, and its gradient.

A layer writes into rooms of its own, which the next batch overwrites. `backward` belongs to the last `forward`; it may
write into the gradient that it is given.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.border import Border
from cnnstep.engine.fast.windows import Rooms, Windows
from cnnstep.geometry import Axis
from cnnstep.geometry.axes import tap_views

Gradients: TypeAlias = Sequence[Array | None]
"""∂L/∂x for each input of a layer; None where nobody asked."""
Function: TypeAlias = Callable[[Array, Any], Array]


class Passed(NamedTuple):
    """What a layer has passed on: from what, and whether anything before it learns and has to know ∂L/∂x."""

    inputs: Sequence[Array]
    output: Array
    wanted: bool


class Layer(Rooms):
    """What becomes of a batch: y = f(x …). A layer that learns has `parameters`, and after `backward` `gradients`."""

    def __init__(self, parameters: Mapping[str, Array] | None = None) -> None:
        super().__init__()
        self.parameters = parameters or {}
        self.gradients: dict[str, Array] = {}

    def forward(self, *inputs: Array) -> Array:
        """What the layer makes of its inputs."""
        raise NotImplementedError

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """∂L/∂x of each input from ∂L/∂y; the `gradients` of the parameters stay with the layer."""
        raise NotImplementedError

    def like(self, x: Array, name: str = "output") -> Array:
        """A room of the same shape and type."""
        return self.room(name, x.shape, x.dtype)


class ExtremePooling(Layer):
    """The largest number of each window, or the smallest: `choose` is np.maximum or np.minimum.

    Of equal ones the first in row-major order takes the gradient, as in PyTorch and JAX.
    """

    def __init__(self, axes: Sequence[Axis], choose: np.ufunc) -> None:
        super().__init__()
        self.choose = choose
        # padding is never chosen
        self.windows = Windows(axes, Border("constant", -np.inf if choose is np.maximum else np.inf))
        self.views = fold_views(axes)

    def forward(self, *inputs: Array) -> Array:
        """Maps (C, *output, N)."""
        return folded(self, self.windows.padded(*inputs), self.views, self.choose)

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """Cell of the window by cell of the window, whoever is chosen and not yet taken."""
        share, each = self.like(passed.output, "share"), self.chosen(passed.inputs[0], passed.output)
        return (self.windows.spread(np.multiply(gradient, chosen, out=share) for chosen in each),)

    def chosen(self, x: Array, y: Array) -> Iterator[Array]:
        """For each cell of the window, whether it is the one that was chosen."""
        x, free, chosen = (
            self.windows.padded(x), self.room("free", y.shape, np.dtype(bool)),
            self.room("chosen", y.shape, np.dtype(bool)),
        )  # fmt: skip
        free[...] = True
        for view in self.windows.views:
            np.equal(x[view], y, out=chosen)
            np.logical_and(chosen, free, out=chosen)
            np.logical_xor(free, chosen, out=free)
            yield chosen


class AveragePooling(Layer):
    """Σ / cells of each window; `scale` is 1 / cells, one number or (*output)."""

    def __init__(self, axes: Sequence[Axis], scale: Array) -> None:
        super().__init__()
        self.views, self.scale, self.windows = fold_views(axes), scale[..., None], Windows(axes)

    def forward(self, *inputs: Array) -> Array:
        """Maps (C, *output, N)."""
        y = folded(self, self.windows.padded(*inputs), self.views, np.add)
        return np.multiply(y, self.scale, out=self.like(y))

    def backward(self, gradient: Array, passed: Passed) -> Gradients:  # noqa: ARG002 - nothing of what it has passed on
        """Every cell of a window gets the same share."""
        gradient *= self.scale
        return (self.windows.spread(gradient for _ in self.windows.views),)


def fold_views(axes: Sequence[Axis]) -> list[list[tuple[slice, ...]]]:
    """For each axis, where all windows along it have each of their cells."""
    each = enumerate(axes, 1)
    return [[((slice(None),) * n + view) for view in tap_views([axis], [axis.output])] for n, axis in each]


def folded(layer: Layer, x: Array, views: Sequence[Sequence[tuple[slice, ...]]], fold: np.ufunc) -> Array:
    """Fold the windows of x axis after axis: k + k passes instead of k·k."""
    for number, cells in enumerate(views):
        first, *others = (x[view] for view in cells)
        x = layer.like(first, f"axis {number}")
        if not others:
            np.copyto(x, first)
        for part in others:
            first = fold(first, part, out=x)
    return x


class Activation(Layer):
    """y = f(x, parameter), and ∂L/∂x = ∂L/∂y · f′(x, parameter); the parameter is one number, or one a channel."""

    def __init__(self, value: Function, slope: Function, parameter: Any) -> None:
        super().__init__()
        self.value, self.slope, self.parameter = value, slope, parameter

    def forward(self, *inputs: Array) -> Array:
        """The same shape."""
        (x,) = inputs
        y = self.like(x)
        np.copyto(y, self.value(x, self._parameter(x)), casting="same_kind")
        return y

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """In the place of the gradient."""
        (x,) = passed.inputs
        return (np.multiply(gradient, self.slope(x, self._parameter(x)), out=gradient, casting="same_kind"),)

    def _parameter(self, x: Array) -> Any:
        return self.parameter if np.ndim(self.parameter) == 0 else self.parameter.reshape(-1, *(1,) * (x.ndim - 1))


class Relu(Layer):
    """y = max(0, x); f′(0) = 0."""

    def forward(self, *inputs: Array) -> Array:
        """The same shape."""
        return np.maximum(inputs[0], 0, out=self.like(inputs[0]))

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """From the output alone: f′ = 1 where y > 0."""
        mask = np.greater(passed.output, 0, out=self.room("mask", passed.output.shape, np.dtype(bool)))
        return (np.multiply(gradient, mask, out=gradient),)


class Tanh(Layer):
    """y = tanh x."""

    def forward(self, *inputs: Array) -> Array:
        """The same shape."""
        return np.tanh(inputs[0], out=self.like(inputs[0]))

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """From the output alone: f′ = 1 − y²."""
        slope = np.multiply(passed.output, passed.output, out=self.like(passed.output, "slope"))
        np.subtract(1, slope, out=slope)
        return (np.multiply(gradient, slope, out=gradient),)


QUICK: dict[str, type[Layer]] = {"relu": Relu, "tanh": Tanh}
"""Activations whose slope is told by their output."""


class Softmax(Layer):
    """p = e^x / Σ e^x over all numbers of each image; ∂L/∂x = p · (∂L/∂p − Σ p · ∂L/∂p)."""

    def forward(self, *inputs: Array) -> Array:
        """One row of each image: (numbers, N)."""
        x = inputs[0].reshape(-1, inputs[0].shape[-1])
        # the largest taken away changes no quotient, and no power overflows: float32 ends at e^88
        p: Array = np.subtract(x, x.max(axis=0), out=self.like(x))
        np.exp(p, out=p)
        p /= p.sum(axis=0)
        return p

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """In the place of the gradient."""
        gradient -= (gradient * passed.output).sum(axis=0)
        gradient *= passed.output
        return (gradient.reshape(passed.inputs[0].shape),)


class Flatten(Layer):
    """(C, *space, N) becomes (C · space, N): the same numbers in the same order."""

    def forward(self, *inputs: Array) -> Array:
        """One row of each image."""
        return inputs[0].reshape(-1, inputs[0].shape[-1])

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """Back in its shape."""
        return (gradient.reshape(passed.inputs[0].shape),)


class Addition(Layer):
    """y = x₁ + x₂ + …; each input gets the gradient as it is."""

    def forward(self, *inputs: Array) -> Array:
        """The same shape."""
        first, second, *others = inputs
        y = np.add(first, second, out=self.like(first))
        for x in others:
            y += x
        return y

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """A copy for each but the first, for each may be written into."""
        return (gradient, *(gradient.copy() for _ in passed.inputs[1:]))


class Concatenation(Layer):
    """The channels of all inputs, one after the other; each gets back its own part of the gradient."""

    def forward(self, *inputs: Array) -> Array:
        """All channels."""
        shape = (sum(map(len, inputs)), *inputs[0].shape[1:])
        return np.concatenate(inputs, out=self.room("output", shape, inputs[0].dtype))

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """Views beside each other."""
        return np.split(gradient, np.cumsum([len(x) for x in passed.inputs])[:-1])
