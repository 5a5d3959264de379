"""How each layer goes with batches: from its operation to a layer of the fast engine."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine import normalization as normalizations
from cnnstep.engine.activations import RULES
from cnnstep.engine.arrays import Array, outer
from cnnstep.engine.fast import layers, products, resizing, training
from cnnstep.engine.fast.layers import Gradients, Passed
from cnnstep.engine.fast.layers import Layer as FastLayer
from cnnstep.engine.fast.windows import Rooms
from cnnstep.engine.reductions import divisors
from cnnstep.engine.steps import Index, Operation
from cnnstep.errors import GeometryError
from cnnstep.networks.parameters import BIAS, RUNNING_MEAN, RUNNING_VARIANCE, WEIGHT

if TYPE_CHECKING:
    from cnnstep.engine.activation import Activation
    from cnnstep.engine.batch_normalization import BatchNormalization
    from cnnstep.engine.convolution import Convolution
    from cnnstep.engine.dense import Dense
    from cnnstep.engine.padding import Pad
    from cnnstep.engine.pooling import Pooling
    from cnnstep.engine.transposed import TransposedConvolution
    from cnnstep.engine.upsampling import Upsampling


class Compiling(NamedTuple):
    """What the fast way of a layer is made of: its operation, the shapes that arrive, what it learns, by its names.

    In `training` batch normalisation takes the statistics of the batch, and dropout draws, from `seed`.
    """

    operation: Any
    shapes: Sequence[Index]
    weights: Mapping[str, Array]
    dtype: np.dtype[Any]
    mask: Array | None
    shared: Rooms | None
    training: bool
    seed: int

    @property
    def shape(self) -> Index:
        """The shape of the first of its inputs."""
        return self.shapes[0]

    def parameters(self, weight: ArrayLike, bias: ArrayLike) -> Mapping[str, Array]:
        """What it learns; else the numbers that it has without having learned them."""
        given = {WEIGHT: np.asarray(weight, self.dtype), BIAS: np.asarray(bias, self.dtype).reshape(-1)}
        return self.weights or given


Compiler: TypeAlias = Callable[[Compiling], FastLayer | None]


class OneByOne(FastLayer):
    """What has no faster way: image by image, the inputs of an operation with several together."""

    def __init__(self, operation: Operation[Any]) -> None:
        super().__init__()
        self.operation = operation

    def forward(self, *inputs: Array) -> Array:
        """In float64, as walks compute."""
        images = zip(*(np.moveaxis(x, -1, 0).astype(np.float64) for x in inputs), strict=True)
        made = [self.operation.output(each[0] if len(each) == 1 else each) for each in images]
        return np.stack(made, axis=-1).astype(inputs[0].dtype)

    def backward(self, gradient: Array, passed: Passed) -> Gradients:  # noqa: ARG002
        """Refused: a walk does not know its gradient."""
        raise GeometryError(f"{type(self.operation).__name__} has no gradient yet", "leave it out, or put it first")


def convolution(made: Compiling) -> FastLayer:
    """Also a subsampling, whose weights are tied."""
    operation: Convolution = made.operation
    sizes = operation.sizes(made.shape)
    bank = operation.bank.for_channels(made.shape[0], sizes.groups)
    parameters = made.parameters(bank.weights, operation.bias)
    shape, learned = bank.weights.shape, parameters[WEIGHT].shape
    laid = (*learned, *(1,) * (len(shape) - len(learned)))
    border, divisors = operation.border, bank.divisors
    return products.Convolution(
        parameters, shape, sizes.axes, sizes.groups, border, laid, divisors, made.mask, made.shared
    )


def transposed(made: Compiling) -> FastLayer:
    """Its weights are (C, F/groups, *window)."""
    operation: TransposedConvolution = made.operation
    sizes = operation.sizes(made.shape)
    parameters = made.parameters(operation.weights(made.shape[0]), operation.bias)
    return products.TransposedConvolution(parameters, sizes.axes, sizes.groups)


def dense(made: Compiling) -> FastLayer:
    """One product with all weights."""
    operation: Dense = made.operation
    return products.Dense(made.parameters(operation.weights, operation.bias))


def pooling(made: Compiling) -> FastLayer | None:
    """The largest, the smallest, or the average; not the middle."""
    operation: Pooling = made.operation
    axes = operation.sizes(made.shape).axes
    if operation.kind == "average":
        cells = outer(divisors(axes, include_padding=operation.include_padding))
        return layers.AveragePooling(axes, (1 / cells).astype(made.dtype))
    choose = {"max": np.maximum, "min": np.minimum}.get(operation.kind)
    return layers.ExtremePooling(axes, choose) if choose else None


def padding(made: Compiling) -> FastLayer:
    """Every mode."""
    operation: Pad = made.operation
    return resizing.Padding(operation.sizes(made.shape).axes, operation.border)


def upsampling(made: Compiling) -> FastLayer:
    """A matrix along each axis."""
    operation: Upsampling = made.operation
    axes = operation.sizes(made.shape).axes
    matrices = [np.zeros((axis.output, axis.input), made.dtype) for axis in axes]
    for axis, matrix in zip(axes, matrices, strict=True):
        for cell, row in enumerate(matrix):
            row[axis.window(cell)] = np.array(axis.weights(cell)) / axis.divisor
    return resizing.AlongAxes(matrices)


def unpooling(made: Compiling) -> FastLayer | None:
    """Where windows overlap, a later value replaces another: image by image."""
    pooling: Pooling = made.operation.pooling
    layer = resizing.Unpooling(pooling.sizes(made.shapes[1]).axes, np.maximum)
    return None if layer.windows.overlap else layer


def activation(made: Compiling) -> FastLayer:
    """By its own rule, with one parameter or one a channel."""
    operation: Activation = made.operation
    if operation.name in layers.QUICK:
        return layers.QUICK[operation.name]()
    rule, parameters = RULES[operation.name], operation.parameters
    parameter = parameters[0] if len(parameters) == 1 else np.asarray(parameters)
    return layers.Activation(rule.value, rule.slope, parameter)


def normalization(made: Compiling) -> FastLayer:
    """Its statistics are those of each channel, or of all cells of an image; in training those of the batch."""
    operation: normalizations.Normalization = made.operation
    axis = normalizations.KINDS[operation.kind](len(made.shape))
    groups = 1 if axis is None else made.shape[0]
    parameters = made.parameters(operation.scale, operation.shift)
    together = made.training and operation.kind == normalizations.BATCH
    return training.Normalization(parameters, groups, operation.epsilon, together=together)


def batch_normalization(made: Compiling) -> FastLayer:
    """By its running averages; in training by the statistics of the batch."""
    operation: BatchNormalization | normalizations.Normalization = made.operation
    if isinstance(operation, normalizations.Normalization):
        return normalization(made)
    groups = made.shape[0]
    given = operation.numbers(groups)
    parameters = made.parameters(given["scale"], given["shift"])
    learned = {part: parameters[part] for part in (WEIGHT, BIAS)}
    # those of the weights, as they are: training goes on to average them
    running = zip((RUNNING_MEAN, RUNNING_VARIANCE), ("mean", "variance"), strict=True)
    known = [made.weights.get(part, given[name].astype(made.dtype)) for part, name in running]
    return training.Normalization(
        learned, groups, operation.epsilon, together=made.training, known=() if made.training else known
    )


def dropout(made: Compiling) -> FastLayer:
    """Nothing at inference."""
    return training.Dropout(made.operation.rate if made.training else 0, made.seed)
