"""One planner a kind of layer: from its settings to its plan, once it is known what arrives."""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from cnnstep.engine.activation import Activation
from cnnstep.engine.batch_normalization import BatchNormalization
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.dense import Dense
from cnnstep.engine.dropout import Dropout
from cnnstep.engine.joins import Addition, Concatenation
from cnnstep.engine.kernels import RANDOM, Kernel, bank
from cnnstep.engine.normalization import BATCH, EPSILON, Normalization, check_epsilon
from cnnstep.engine.padding import Pad
from cnnstep.engine.pooling import Pooling
from cnnstep.engine.steps import Index, Operation
from cnnstep.engine.transposed import TransposedConvolution
from cnnstep.engine.unpooling import Unpooling
from cnnstep.engine.upsampling import Upsampling
from cnnstep.errors import GeometryError, NotationError, Setting
from cnnstep.geometry import (
    Sizes,
    TransposedAxis,
    by,
    check_groups,
    check_settings,
    sliding_axes,
    spread,
    transposed_axes,
)
from cnnstep.geometry.joining import added, concatenated
from cnnstep.networks.connections import connections
from cnnstep.networks.parameters import BIAS, RUNNING_MEAN, RUNNING_VARIANCE, WEIGHT, Parameter, Parameters, Weights
from cnnstep.networks.plans import NONE, Arrival, Plan, Planner, plan_for
from cnnstep.notation import bank_shape, quoted
from cnnstep.notation.layers import Settings


def convolution(settings: Settings, arrival: Arrival) -> Plan:
    """Filters that are drawn, or a kernel that is given: weights (filters, channels of a group, *window) and biases."""
    channels, text = arrival.shape[0], settings["kernel"].strip("()")
    _check_inputs(settings, channels, "channel")
    groups = channels if settings.get("depthwise") else settings.get("groups", 1)
    slides = (settings.get("stride", 1), settings.get("padding", 0), settings.get("dilation", 1))
    check_settings(arrival.axes, *slides, groups)
    # more groups than channels are refused below by Sizes.checked, in words; here they must not become 0
    depth = max(1, channels // groups)
    drawn = bank_shape(text)
    if drawn:
        filters, window = drawn[0], spread(drawn[1], arrival.axes, "kernel")
        if settings.get("depthwise") and filters == 1:
            filters = channels
        weight = Parameter((filters, depth, *window), depth * prod(window))
        divisor, name = 1.0, RANDOM
    else:
        kernel = arrival.read_kernel(text, arrival.seed, arrival.axes, depth)
        laid = bank(kernel, arrival.axes, flip=False).for_channels(channels, groups)
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
        return Convolution(made, *slides, groups, weights.get(BIAS, 0), axes=arrival.axes)

    parameters = _with_bias(weight, filters, settings)
    return Plan((filters, *sizes.output), make, parameters, sizes, multiply_adds)


def _check_inputs(settings: Settings, arriving: int, noun: str) -> None:
    """Refuse a layer that is told to read more or fewer channels or numbers than arrive."""
    if (told := settings.get("inputs", arriving)) != arriving:
        raise GeometryError(
            f"the layer reads {told:,} {noun}{'s' * (told != 1)}, but {arriving:,} arrive{'s' * (arriving == 1)}",
            ("write ", Setting("inputs", arriving)),
        )


def _with_bias(weight: Parameter, outputs: int, settings: Settings) -> Parameters:
    """Weights, and one bias for each filter or unit, unless the layer has none."""
    return {WEIGHT: weight, **({} if "nobias" in settings else {BIAS: Parameter((outputs,))})}


def _connected(weight: Parameter, text: str, groups: int) -> Parameter:
    """Weights of which only those of connected channels exist."""
    if groups != 1:
        raise GeometryError(f"reads and {groups} groups exclude each other", "leave one of them out")
    table = connections(text, *weight.shape[:2])
    mask = np.broadcast_to(table.reshape(*table.shape, *(1,) * (len(weight.shape) - 2)), weight.shape)
    given = None if weight.given is None else np.where(mask, weight.given, 0)
    return weight._replace(mask=mask, given=given)


def subsampling(settings: Settings, arrival: Arrival) -> Plan:
    """Each window's sum times one learned coefficient a channel, plus a bias: a convolution of tied weights."""
    channels = arrival.shape[0]
    window = spread(settings.get("window", 2), arrival.axes, "window")
    stride = spread(settings.get("stride", window), arrival.axes, "stride")
    sizes = Sizes.checked(sliding_axes(arrival.shape[1:], window, stride), channels, channels, channels)
    each = (channels, 1, *(1,) * arrival.axes)

    def make(weights: Weights) -> Operation[Any]:
        # a view: the coefficient stands in memory once, as it is learned once
        tied = np.broadcast_to(weights[WEIGHT].reshape(each), (channels, 1, *window))
        return Convolution(Kernel(tied), stride, groups=channels, bias=weights[BIAS], axes=arrival.axes)

    parameters = {WEIGHT: Parameter((channels,), prod(window)), BIAS: Parameter((channels,))}
    return Plan((channels, *sizes.output), make, parameters, sizes, sizes.multiply_adds or 0)


def transposed(settings: Settings, arrival: Arrival) -> Plan:
    """Filters that are drawn, (channels, filters of a group, *window), as PyTorch lays them out, and biases."""
    drawn = bank_shape(settings["kernel"])
    if drawn is None:
        raise NotationError(f"{quoted(settings['kernel'])} is no size of filters", "write transposed 4@2x2 stride 2")
    channels, groups = arrival.shape[0], settings.get("groups", 1)
    _check_inputs(settings, channels, "channel")
    filters, window = drawn[0], spread(drawn[1], arrival.axes, "kernel")
    slides = (settings.get("stride", 1), settings.get("padding", 0), settings.get("dilation", 1))
    more = settings.get("output-padding", 0)
    check_settings(arrival.axes, *slides, groups)
    check_groups(groups, channels, filters)
    axes = transposed_axes(arrival.shape[1:], window, *slides, more)
    sizes = Sizes(axes, channels, filters, groups)
    weight = Parameter((channels, filters // groups, *window), channels // groups * prod(window))

    def make(weights: Weights) -> Operation[Any]:
        kernel = Kernel(weights[WEIGHT])
        return TransposedConvolution(kernel, *slides, groups, weights.get(BIAS, 0), more, axes=arrival.axes)

    return Plan((filters, *sizes.output), make, _with_bias(weight, filters, settings), sizes, sizes.multiply_adds or 0)


def addition(_: Settings, arrival: Arrival) -> Plan:
    """The sum of what stands before it and of what it names."""
    return Plan(added(arrival.shapes), lambda _: Addition())


def concatenation(_: Settings, arrival: Arrival) -> Plan:
    """The channels of what stands before it, then those of what it names."""
    return Plan(concatenated(arrival.shapes), lambda _: Concatenation())


def padding(settings: Settings, arrival: Arrival) -> Plan:
    """Cells around the maps."""
    mode = settings.get("mode", "zeros")
    return plan_for(Pad(settings["padding"], mode, axes=arrival.axes), arrival.shape)


def upsampling(settings: Settings, arrival: Arrival) -> Plan:
    """Larger maps, without weights that are learned."""
    kind = settings.get("kind", "nearest")
    return plan_for(Upsampling(settings.get("factor", 2), kind, axes=arrival.axes), arrival.shape)


def unpooling(_: Settings, arrival: Arrival) -> Plan:
    """Values back to where the max pooling that it names found them; it reads the values, and what was pooled."""
    pooling = arrival.joined.make({}) if arrival.joined and not arrival.joined.parameters else None
    if not isinstance(pooling, Pooling):
        raise GeometryError(
            "unpool needs the max pooling whose places it goes back to", "write maxpool 2 as p | unpool p"
        )
    values, pooled = arrival.shapes
    sizes = pooling.sizes(pooled)
    if values != (pooled[0], *sizes.output):
        raise GeometryError(
            f"{by(values)} arrive, but what it goes back to was pooled to {by((pooled[0], *sizes.output))}",
            "unpool as many channels, of the same size",
        )
    back = tuple(TransposedAxis(a.output, a.kernel, a.stride, a.before, 0, a.dilation) for a in sizes.axes)
    operation = Unpooling(pooling)
    return Plan(pooled, lambda _: operation, NONE, Sizes(back, pooled[0]), 0, (sizes.axes, back))


def dense(settings: Settings, arrival: Arrival) -> Plan:
    """Weights (units, inputs), and biases."""
    units, inputs = settings["units"], prod(arrival.shape)
    _check_inputs(settings, inputs, "number")
    parameters = _with_bias(Parameter((units, inputs), inputs), units, settings)
    return Plan((units,), lambda w: Dense(w[WEIGHT], w.get(BIAS, 0)), parameters, multiply_adds=units * inputs)


def pooling(kind: str, *, whole: bool = False) -> Planner:
    """The planner of a kind of pooling, of windows or of whole maps."""
    return lambda settings, arrival: plan_for(
        Pooling(kind=kind, axes=arrival.axes, whole=whole, **settings), arrival.shape
    )


def instance_normalization(_: Settings, arrival: Arrival) -> Plan:
    """A scale γ and a shift β of each channel."""
    channels = arrival.shape[0] if arrival.axes else 1
    return Plan(arrival.shape, lambda w: Normalization(w[WEIGHT], w[BIAS]), _scale_and_shift((channels,)))


def layer_normalization(_: Settings, arrival: Arrival) -> Plan:
    """A scale γ and a shift β of each cell."""
    parameters = _scale_and_shift(arrival.shape)
    return Plan(arrival.shape, lambda w: Normalization(w[WEIGHT], w[BIAS], kind="layer"), parameters)


def batch_normalization(settings: Settings, arrival: Arrival) -> Plan:
    """A scale γ, a shift β, a running mean and a running variance of each channel, or of each number in a row.

    In training the statistics are those of what arrives, a batch of one.
    """
    each, epsilon = arrival.shape[:1], settings.get("epsilon", EPSILON)
    check_epsilon(epsilon)
    mean, variance = Parameter(each, is_buffer=True), Parameter(each, given=np.ones(each, int), is_buffer=True)
    parameters = {**_scale_and_shift(each), RUNNING_MEAN: mean, RUNNING_VARIANCE: variance}
    if settings.get("training"):
        return Plan(arrival.shape, lambda w: Normalization(w[WEIGHT], w[BIAS], epsilon, BATCH), parameters)

    def make(weights: Weights) -> Operation[Any]:
        averages = (weights[RUNNING_MEAN], weights[RUNNING_VARIANCE])
        return BatchNormalization(*averages, weights[WEIGHT], weights[BIAS], epsilon)

    return Plan(arrival.shape, make, parameters, multiply_adds=prod(arrival.shape))


def _scale_and_shift(shape: Index) -> Parameters:
    """γ, which begins at 1, and β, which begins at 0."""
    return {WEIGHT: Parameter(shape, given=np.ones(shape, int)), BIAS: Parameter(shape)}


def activation(name: str) -> Planner:
    """The planner of an activation, by its name."""
    return lambda settings, arrival: plan_for(Activation(name, settings.get("parameter")), arrival.shape)


def dropout(settings: Settings, arrival: Arrival) -> Plan:
    """At inference, where nothing is dropped."""
    return plan_for(Dropout(settings["rate"], arrival.seed, inference=True), arrival.shape)


def simple(operation: Callable[[], Operation[Any]]) -> Planner:
    """The planner of an operation that takes no settings and learns nothing."""
    return lambda _, arrival: plan_for(operation(), arrival.shape)
