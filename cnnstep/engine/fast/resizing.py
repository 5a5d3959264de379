"""Layers that change the size of maps, and learn nothing: padding, upsampling, unpooling."""

from collections.abc import Sequence

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.border import Border
from cnnstep.engine.fast.layers import ExtremePooling, Gradients, Layer, Passed
from cnnstep.engine.fast.windows import Windows
from cnnstep.geometry import Axis


class Padding(Layer):
    """Cells around the maps: constants, or copies, that give their gradient to what they are copies of."""

    def __init__(self, axes: Sequence[Axis], border: Border) -> None:
        super().__init__()
        self.windows = Windows(axes, border)

    def forward(self, *inputs: Array) -> Array:
        """Larger maps."""
        return self.windows.padded(*inputs)

    def backward(self, gradient: Array, passed: Passed) -> Gradients:  # noqa: ARG002 - the same for every input
        """Those of the cells inside, and of their copies."""
        return (self.windows.spread([gradient]),)


class AlongAxes(Layer):
    """A matrix (output, input) along each axis of space: y = … M₂ · (M₁ · x), and ∂L/∂x by their transposes."""

    def __init__(self, matrices: Sequence[Array]) -> None:
        super().__init__()
        self.matrices = matrices

    def forward(self, *inputs: Array) -> Array:
        """Axis after axis."""
        return along(inputs[0], self.matrices)

    def backward(self, gradient: Array, passed: Passed) -> Gradients:  # noqa: ARG002 - the same for every input
        """Back along every axis."""
        return (along(gradient, [matrix.T for matrix in self.matrices]),)


def along(x: Array, matrices: Sequence[Array]) -> Array:
    """Multiply each axis of space with a matrix (output, input)."""
    for number, matrix in enumerate(matrices, 1):
        before, after = x.shape[:number], x.shape[number + 1 :]
        x = (matrix @ x.reshape(*before, x.shape[number], -1)).reshape(*before, len(matrix), *after)
    return x


class Unpooling(ExtremePooling):
    """Values back to where the maxima of other maps stand, the second input; every other cell is 0."""

    def forward(self, *inputs: Array) -> Array:
        """Maps as large as those that were pooled."""
        values, maps = inputs
        pooled = ExtremePooling.forward(self, maps)
        share = self.like(values, "share")
        return self.windows.spread(np.multiply(values, chosen, out=share) for chosen in self.chosen(maps, pooled))

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """Each value gets what arrives where it stands; where the maxima stand has no gradient."""
        values, maps = passed.inputs
        pooled = ExtremePooling.forward(self, maps)
        padded = self.room("gradient", (len(gradient), *self.windows.whole, gradient.shape[-1]), gradient.dtype, 0)
        padded[self.windows.inside] = gradient
        found = np.zeros_like(values)
        for view, chosen in zip(self.windows.views, self.chosen(maps, pooled), strict=True):
            found += padded[view] * chosen
        return found, None
