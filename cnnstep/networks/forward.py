"""A network as matrix products: batches (N, C, H, W) in float32, for many images at once."""

from collections import Counter
from collections.abc import Callable, Mapping
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.activation import Activation
from cnnstep.engine.activations import RULES
from cnnstep.engine.arrays import Array
from cnnstep.engine.batch_normalization import BatchNormalization
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.dense import Dense
from cnnstep.engine.pooling import Pooling
from cnnstep.engine.reductions import joined
from cnnstep.engine.steps import Index, Operation
from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.geometry.axes import tap_views
from cnnstep.networks.tiles import Workspace, tiled

if TYPE_CHECKING:
    from cnnstep.networks.layer import Layer
    from cnnstep.networks.network import Network

Stage: TypeAlias = Callable[..., Array]
"""Images as (N, H, W, C), or as (N, numbers), to what a layer makes of them, laid out alike; it may write into them."""

CACHE = 1 << 19
"""So many numbers of one layer stay in the cache; as many images are worked on together."""
MOST_TOGETHER = 64
PICTURE = 3


class Forward:
    """Every layer of a network of pictures, ready for batches of them.

    Channels stand last while it works, so that each row of windows is one row of a matrix: a
    convolution is one product of all windows with the weights of a few of them side by side.
    Computes in float32, where a walk computes in float64. Instance and layer normalisation see each
    image on its own, and nothing is dropped.
    """

    def __init__(self, network: "Network") -> None:
        self.layers = network.layers
        self.input = self.layers[0].input
        self._stages = [_stage(layer, network.operation(layer.number)) for layer in self.layers]
        self._readers = Counter(node for layer in self.layers for node in layer.inputs)
        largest = max(prod(self.input), *(prod(layer.output) for layer in self.layers))
        self._together = max(1, min(MOST_TOGETHER, CACHE // largest))

    def __call__(self, batch: ArrayLike) -> Array:
        """The answers (N, *output) to a batch (N, *input); raises GeometryError for another shape."""
        images = np.asarray(batch, dtype=np.float32)
        if images.shape[1:] != self.input or not len(images):
            raise GeometryError(
                f"a batch of {by(images.shape)} is not N×{by(self.input)}",
                f"give images of {by(self.input)}, N of them",
            )
        answers = np.empty((len(images), *self.layers[-1].output), dtype=np.float32)
        for i in range(0, len(images), self._together):
            answers[i : i + self._together] = self._answer(images[i : i + self._together])
        return answers

    def _answer(self, images: Array) -> Array:
        """The answers, which stand where the next ones will be written."""
        # the first stage may write into it, and `images` may still be the memory of whoever called
        made = [_channels_last(images).copy()]
        for layer, stage in zip(self.layers, self._stages, strict=True):
            # a stage may write into what it is given, so that each of several readers gets numbers of its own
            arrived = [made[node].copy() if self._readers[node] > 1 else made[node] for node in layer.inputs]
            made.append(stage(*arrived))
        return _channels_first(made[-1])


def _stage(layer: "Layer", operation: Operation[Any]) -> Stage:
    compiled = layer.kind.batch(operation, layer.input) if layer.kind.batch else None
    return compiled or _one_by_one(operation)


def _one_by_one(operation: Operation[Any]) -> Stage:
    """What has no faster way: image by image, the inputs of an operation with several together."""

    def run(*inputs: Array) -> Array:
        # engine operations take one image with its channels first, and compute in float64
        images = zip(*(_channels_first(x).astype(np.float64) for x in inputs), strict=True)
        made = [operation.output(each[0] if len(each) == 1 else each) for each in images]
        return _channels_last(np.stack(made).astype(np.float32))

    return run


def _channels_last(x: Array) -> Array:
    return np.ascontiguousarray(np.moveaxis(x, 1, -1)) if x.ndim > PICTURE else x


def _channels_first(x: Array) -> Array:
    return np.moveaxis(x, -1, 1) if x.ndim > PICTURE else x


def convolution(operation: Convolution, shape: Index) -> Stage | None:
    """Pictures alone; each group of channels a product of its own."""
    sizes = operation.sizes(shape)
    if len(sizes.axes) != PICTURE - 1:
        return None
    bank = operation.bank.for_channels(shape[0], sizes.groups)
    # divided in float64, and rounded to float32 once
    weights = (bank.weights / np.array(bank.divisors).reshape(-1, 1, 1, 1)).astype(np.float32)
    bias = np.broadcast_to(np.asarray(operation.bias, dtype=np.float32), (len(weights),))
    filters, depth = len(weights) // sizes.groups, weights.shape[1]
    each = [slice(g * filters, (g + 1) * filters) for g in range(sizes.groups)]
    parts = [tiled(weights[these], bias[these], sizes.axes, shape[0], g * depth) for g, these in enumerate(each)]
    sides = [(0, 0), *((axis.before, axis.after) for axis in sizes.axes), (0, 0)]

    def run(x: Array) -> Array:
        x = np.pad(x, sides) if any(map(any, sides)) else x
        if len(parts) == 1:
            return parts[0](x)
        return np.concatenate([part(x) for part in parts], axis=-1)

    return None if operation.border.mode != "zeros" else run


def pooling(operation: Pooling, shape: Index) -> Stage | None:
    """Each place in the window one pass over all images; windows over the edge go one by one."""
    axes = operation.sizes(shape).axes
    inside = all(a.before == 0 and (a.output - 1) * a.stride + a.extent <= a.input for a in axes)
    fold = FOLDS.get(operation.kind)
    if len(axes) != PICTURE - 1 or not inside or fold is None:
        return None
    rows, columns = axes
    scale = np.float32(1 / (rows.kernel * columns.kernel)) if operation.kind == "average" else None

    workspace = Workspace()
    down = [(slice(None), *view) for view in tap_views([rows], [rows.output])]
    across = [(slice(None), slice(None), *view) for view in tap_views([columns], [columns.output])]
    channels = shape[0]
    between, after = (rows.output, columns.input, channels), (rows.output, columns.output, channels)

    def run(x: Array) -> Array:
        part = joined(fold, [x[cut] for cut in down], workspace.room(0, (len(x), *between)))
        made = joined(fold, [part[cut] for cut in across], workspace.room(1, (len(x), *after)))
        if scale is not None:
            made *= scale
        return made

    return run


FOLDS: Mapping[str, Any] = {"max": np.maximum, "average": np.add}


def activation(operation: Activation, _: Index) -> Stage | None:
    """In place where NumPy can, else in float64; not where every channel has a parameter of its own."""
    if len(operation.parameters) > 1:
        return None
    if made := IN_PLACE.get(operation.name):
        return lambda x: made(x, out=x)
    rule, parameter = RULES[operation.name], operation.parameters[0]
    return lambda x: rule.value(x.astype(np.float64), parameter).astype(np.float32)


IN_PLACE: Mapping[str, Any] = {"tanh": np.tanh, "relu": lambda x, out: np.maximum(x, 0, out=out)}


def addition(*_: Any) -> Stage:
    """The sum of all inputs, each of them in memory of its own."""

    def run(first: Array, *others: Array) -> Array:
        for other in others:
            first += other
        return first

    return run


def concatenation(*_: Any) -> Stage:
    """Channel after channel: the last axis of maps, the numbers of rows."""
    return lambda *inputs: np.concatenate(inputs, axis=-1)


def batch_normalization(operation: Operation[Any], shape: Index) -> Stage | None:
    """One multiply-add a channel, in place; not in training, where the statistics are those of what arrives."""
    if not isinstance(operation, BatchNormalization):
        return None
    numbers = operation.numbers(shape[0])
    factor, offset = (numbers[name].astype(np.float32) for name in ("factor", "offset"))

    def run(x: Array) -> Array:
        x *= factor
        x += offset
        return x

    return run


def dense(operation: Dense, _: Index) -> Stage:
    """One product with all weights."""
    # turned around once here, not for every batch
    weights = np.ascontiguousarray(np.asarray(operation.weights, dtype=np.float32).T)
    bias = np.asarray(operation.bias, dtype=np.float32)

    def run(x: Array) -> Array:
        made: Array = flattened(x) @ weights
        made += bias
        return made

    return run


def flattened(x: Array) -> Array:
    """Each image in one row; row-major order has the channels first."""
    # of maps of one cell both orders are the same, and nothing has to be copied
    return x.reshape(len(x), -1) if x.shape[1:-1] == (1, 1) else _channels_first(x).reshape(len(x), -1)


def softmax(x: Array) -> Array:
    """Over the whole row of each image, in place."""
    x = flattened(x)
    # changes no quotient, and no power overflows: float32 ends at e^88
    x -= x.max(axis=1, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(axis=1, keepdims=True)
    return x
