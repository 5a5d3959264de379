"""What is otherwise while a network learns: statistics of the batch, cells that are dropped, the loss."""

from collections.abc import Mapping, Sequence

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.fast.layers import Gradients, Layer, Passed


class Normalization(Layer):
    """y = weight · (x − mean) / √(variance + epsilon) + bias, with the statistics of each of some groups of channels.

    They are those of each image on its own; `together` those of all images, as batch normalisation takes them in
    training; or they are `known`, as running averages are. Parameters: weight γ and bias β, one for each group or,
    of a single group, for each cell.
    """

    def __init__(
        self, parameters: Mapping[str, Array], groups: int, epsilon: float, *, together: bool = False,
        known: Sequence[Array] = (),
    ) -> None:  # fmt: skip
        super().__init__(parameters)
        self.groups, self.epsilon, self.known = groups, epsilon, known
        self.together, self.over = together, (1, 2) if together else (1,)
        self.mean: Array = np.zeros(0)
        self.variance: Array = np.zeros(0)

    def forward(self, *inputs: Array) -> Array:
        """The same shape; `mean` and `variance` are those that it was normalised with."""
        (x,) = inputs
        cells = x.reshape(self.groups, -1, x.shape[-1])
        if self.known:
            self.mean, self.variance = (each.reshape(-1, 1, 1) for each in self.known)
        else:
            self.mean, self.variance = (each(cells, axis=self.over, keepdims=True) for each in (np.mean, np.var))
        normal = np.subtract(cells, self.mean, out=self.like(cells, "normal"))
        normal *= self._factor(x)
        y = np.multiply(normal, self._laid("weight"), out=self.like(cells))
        y += self._laid("bias")
        return y.reshape(x.shape)

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """∂L/∂x = (g − mean of g − x̂ · mean of g·x̂) / √(variance + ε), g = γ · ∂L/∂y; of known statistics g alone."""
        g = gradient.reshape(self.groups, -1, gradient.shape[-1])
        normal = self.like(g, "normal")
        product = np.multiply(g, normal, out=self.like(g, "product"))
        weight = self._laid("weight")
        summed = tuple(axis for axis, size in enumerate(weight.shape) if size < g.shape[axis])
        for name, each in (("weight", product), ("bias", g)):
            self.gradients[name] = each.sum(axis=summed).reshape(self.parameters[name].shape)
        if not passed.wanted:
            return (None,)
        g *= weight
        if not self.known:
            np.multiply(g, normal, out=product)
            np.multiply(normal, product.mean(axis=self.over, keepdims=True), out=product)
            g -= g.mean(axis=self.over, keepdims=True)
            g -= product
        g *= self._factor(g)
        return (g.reshape(passed.inputs[0].shape),)

    def _laid(self, name: str) -> Array:
        values = self.parameters[name]
        return values.reshape((-1, 1, 1) if values.size == self.groups else (1, -1, 1))

    def _factor(self, x: Array) -> Array:
        factor: Array = 1 / np.sqrt(self.variance + x.dtype.type(self.epsilon))
        return factor


class Dropout(Layer):
    """y = x · mask / (1 − rate): a new mask for every batch, drawn from the seed; without `rate` y = x."""

    def __init__(self, rate: float = 0, seed: int = 0) -> None:
        super().__init__()
        self.rate, self.random = rate, np.random.default_rng(seed)

    def forward(self, *inputs: Array) -> Array:
        """The same shape."""
        (x,) = inputs
        if not self.rate:
            return x
        kept = self.random.random(x.shape, np.float32) >= self.rate
        mask = np.multiply(kept, x.dtype.type(1 / (1 - self.rate)), out=self.like(x, "mask"))
        y: Array = np.multiply(x, mask, out=self.like(x))
        return y

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """Through the mask of the last forward pass."""
        if self.rate:
            gradient *= self.like(passed.output, "mask")
        return (gradient,)


class Dropped(Layer):
    """A layer before which cells are dropped: f(dropout(x))."""

    def __init__(self, inner: Layer, rate: float, seed: int) -> None:
        super().__init__(inner.parameters)
        self.inner, self.dropout = inner, Dropout(rate, seed)
        self.gradients = inner.gradients
        self._kept: Array = np.zeros(0)

    def forward(self, *inputs: Array) -> Array:
        """What the layer makes of the cells that are left."""
        self._kept = self.dropout.forward(*inputs)
        return self.inner.forward(self._kept)

    def backward(self, gradient: Array, passed: Passed) -> Gradients:
        """Back through the layer, then through the mask."""
        (found,) = self.inner.backward(gradient, passed._replace(inputs=[self._kept]))
        self.gradients = self.inner.gradients
        if found is None:
            return (None,)
        return self.dropout.backward(found, Passed(passed.inputs, self._kept, passed.wanted))


def cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """−Σ log p of the right classes, p = softmax(logits (classes, N)), and its gradient p − onehot."""
    shifted = logits - logits.max(axis=0)
    gradient = np.exp(shifted)
    total = gradient.sum(axis=0)
    right = labels, np.arange(len(labels))
    loss = float((np.log(total) - shifted[right]).sum(dtype=np.float64))
    gradient /= total
    gradient[right] -= 1
    return loss, gradient
