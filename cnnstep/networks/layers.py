"""From the words of a layer to its plan, once it is known what arrives; weights come later."""

from collections.abc import Callable
from math import prod
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.activation import Activation
from cnnstep.engine.activations import RULES
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.dense import Dense
from cnnstep.engine.dropout import Dropout
from cnnstep.engine.filters import bank
from cnnstep.engine.flatten import Flatten
from cnnstep.engine.kernels import RANDOM, Kernel
from cnnstep.engine.normalization import Normalization
from cnnstep.engine.pooling import Pooling
from cnnstep.engine.softmax import Softmax
from cnnstep.engine.steps import Operation
from cnnstep.errors import GeometryError
from cnnstep.geometry import Axis, Sizes, by, check_settings, sliding_axes, spread
from cnnstep.networks.connections import connections
from cnnstep.networks.parameters import BIAS, NONE, WEIGHT, Parameter, Parameters, Weights
from cnnstep.notation import bank_shape
from cnnstep.notation.chain import LayerWords, Settings

KernelReader: TypeAlias = Callable[[str, int, int, int], Kernel]
"""(text, seed, axes, channels of a group) → kernel."""


class Arrival(NamedTuple):
    """What a layer is planned for: the shape that arrives, how kernels are read, and the layer's own seed."""

    shape: tuple[int, ...]
    read_kernel: KernelReader
    seed: int

    @property
    def axes(self) -> int:
        """How many axes are spatial."""
        return len(self.shape) - 1


class Plan(NamedTuple):
    """A layer without weights: what it is, what it gives, what it learns and costs, and how to make its operation."""

    kind: type[Operation[Any]]
    output: tuple[int, ...]
    make: Callable[[Weights], Operation[Any]]
    parameters: Parameters = NONE
    sizes: Sizes[Axis] | None = None
    multiply_adds: int = 0


def plan(words: LayerWords, arrival: Arrival) -> Plan:
    """Plan a layer for what arrives."""
    if words.word in RULES:
        return ready(Activation(words.word, words.settings.get("parameter")), arrival.shape)
    return PLANS[words.word](words.settings, arrival)


def check_place(words: LayerWords, arrival: Arrival) -> None:
    """Refuse a window where there is no space left for it to slide."""
    if words.word in SPATIAL and arrival.axes < 1:
        raise GeometryError(
            f"{words.word} needs channels and space, but {by(arrival.shape)} numbers in one row arrive",
            "put it before flatten and dense",
        )


def ready(operation: Operation[Any], shape: tuple[int, ...]) -> Plan:
    """The plan of an operation that stands already."""
    sizes = operation.sizes(shape) if isinstance(operation, Convolution | Pooling) else None
    multiply_adds = (sizes.multiply_adds or 0) if sizes else 0
    return Plan(type(operation), operation.output_shape(shape), lambda _: operation, NONE, sizes, multiply_adds)


def _convolution(settings: Settings, arrival: Arrival) -> Plan:
    channels, text = arrival.shape[0], settings["kernel"].strip("()")
    groups = channels if settings.get("depthwise") else settings.get("groups", 1)
    slides = (settings.get("stride", 1), settings.get("padding", 0), settings.get("dilation", 1))
    check_settings(arrival.axes, *slides, groups)
    drawn = bank_shape(text)
    if drawn:
        filters, window = drawn[0], spread(drawn[1], arrival.axes, "kernel")
        if settings.get("depthwise") and filters == 1:
            filters = channels
        weight = Parameter((filters, max(1, channels // groups), *window), max(1, channels // groups) * prod(window))
        divisor, name = 1.0, RANDOM
    else:
        kernel = arrival.read_kernel(text, arrival.seed, arrival.axes, max(1, channels // groups))
        laid = bank(kernel, arrival.axes, flip=False).meet(channels, groups)
        drawn_from = prod(laid.weights.shape[1:]) if text == RANDOM else 0
        weight = Parameter(laid.weights.shape, drawn_from, given=laid.weights)
        filters, window, divisor, name = len(laid.weights), laid.window, kernel.divisor, kernel.name
    axes = sliding_axes(arrival.shape[1:], window, *slides)
    sizes = Sizes.checked(axes, channels, filters, groups)
    multiply_adds = sizes.multiply_adds or 0
    if "reads" in settings:
        weight = _connected(weight, settings["reads"], groups)
        multiply_adds = weight.learned * sizes.windows

    def make(weights: Weights) -> Operation[Any]:
        made = Kernel(weights[WEIGHT], divisor, name)
        return Convolution(made, *slides, groups, weights[BIAS], axes=arrival.axes)

    parameters = {WEIGHT: weight, BIAS: Parameter((filters,))}
    return Plan(Convolution, (filters, *sizes.output), make, parameters, sizes, multiply_adds)


def _connected(weight: Parameter, text: str, groups: int) -> Parameter:
    """Weights of which only those of connected channels exist."""
    if groups != 1:
        raise GeometryError(f"reads and {groups} groups exclude each other", "leave one of them out")
    table = connections(text, *weight.shape[:2])
    mask = np.broadcast_to(table.reshape(*table.shape, *(1,) * (len(weight.shape) - 2)), weight.shape)
    given = None if weight.given is None else np.where(mask, weight.given, 0)
    return weight._replace(mask=mask, given=given)


def _subsampling(settings: Settings, arrival: Arrival) -> Plan:
    """Each window's sum times one learned coefficient a channel, plus a bias: a convolution of tied weights."""
    channels = arrival.shape[0]
    window = spread(settings.get("window", 2), arrival.axes, "window")
    stride = spread(settings.get("stride", window), arrival.axes, "stride")
    sizes = Sizes.checked(sliding_axes(arrival.shape[1:], window, stride), channels, channels, channels)
    each = (channels, 1, *(1,) * arrival.axes)

    def make(weights: Weights) -> Operation[Any]:
        tied = np.broadcast_to(weights[WEIGHT].reshape(each), (channels, 1, *window))
        return Convolution(Kernel(tied), stride, groups=channels, bias=weights[BIAS], axes=arrival.axes)

    parameters = {WEIGHT: Parameter((channels,), prod(window)), BIAS: Parameter((channels,))}
    return Plan(Convolution, (channels, *sizes.output), make, parameters, sizes, sizes.multiply_adds or 0)


def _dense(settings: Settings, arrival: Arrival) -> Plan:
    units, inputs = settings["units"], prod(arrival.shape)
    parameters = {WEIGHT: Parameter((units, inputs), inputs), BIAS: Parameter((units,))}
    return Plan(Dense, (units,), lambda w: Dense(w[WEIGHT], w[BIAS]), parameters, multiply_adds=units * inputs)


def _pooling(kind: str, *, whole: bool = False) -> Callable[[Settings, Arrival], Plan]:
    def plan_pooling(settings: Settings, arrival: Arrival) -> Plan:
        pooling = Pooling(
            settings.get("window", 2),
            settings.get("stride"),
            settings.get("padding", 0),
            settings.get("dilation", 1),
            kind,
            axes=arrival.axes,
            ceil=settings.get("ceil", False),
            whole=whole,
        )
        return ready(pooling, arrival.shape)

    return plan_pooling


def _normalization(_: Settings, arrival: Arrival) -> Plan:
    channels = arrival.shape[0] if arrival.axes else 1
    parameters = {WEIGHT: Parameter((channels,), given=np.ones(channels, int)), BIAS: Parameter((channels,))}
    return Plan(Normalization, arrival.shape, lambda w: Normalization(w[WEIGHT], w[BIAS]), parameters)


PLANS: dict[str, Callable[[Settings, Arrival], Plan]] = {
    "conv": _convolution,
    "subsample": _subsampling,
    "maxpool": _pooling("max"),
    "avgpool": _pooling("average"),
    "globalavgpool": _pooling("average", whole=True),
    "globalmaxpool": _pooling("max", whole=True),
    "flatten": lambda _, arrival: ready(Flatten(), arrival.shape),
    "dense": _dense,
    "softmax": lambda _, arrival: ready(Softmax(), arrival.shape),
    "dropout": lambda settings, arrival: ready(Dropout(settings["rate"], arrival.seed, inference=True), arrival.shape),
    "normalize": _normalization,
}
"""Word → what plans its layer."""

SPATIAL = frozenset({"conv", "subsample", "maxpool", "avgpool", "globalavgpool", "globalmaxpool"})
"""Words of windows."""
