"""What has gradients, as a table: every operation × its settings × 1-D to 3-D, with an input of floats.

A class of the engine that is in no row fails tests/test_every_gradient.py.
"""

from itertools import product
from typing import Any, NamedTuple

import numpy as np

from cnnstep import (
    Activation,
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    Normalization,
    Pad,
    Pooling,
    Softmax,
    TransposedConvolution,
    Unpooling,
    Upsampling,
    activations,
)
from cnnstep.engine.joins import Addition, Concatenation
from cnnstep.engine.loss import LossFunction

SIDES = {1: (7,), 2: (6, 5), 3: (4, 3, 4)}
"""Axes → the sides of an input."""


class Case(NamedTuple):
    """An operation, what it met, and which of several inputs have a gradient."""

    operation: Any
    x: Any
    varied: tuple = (0,)


def drawn(*shape, seed=3):
    """Floats without ties, far enough from each other and from 0 for differences: the same in any order of tests."""
    rng = np.random.default_rng([seed, *shape])
    values = (rng.permutation(int(np.prod(shape))) + 0.5 - np.prod(shape) / 2) / 7 + rng.uniform(-0.02, 0.02)
    return values.reshape(shape)


def kernels(*shape):
    return np.random.default_rng([5, *shape]).normal(size=shape).round(2)


def each(value, axes):
    """A setting that differs along the axes, where there are several of them."""
    return tuple(value[axis % len(value)] for axis in range(axes)) if isinstance(value, list) else value


PADDINGS = {"none": 0, "one": 1, "uneven": [(0, 1), (1, 0)]}
STRIDES = {"1": 1, "2": 2, "mixed": [2, 1]}
AXES = (1, 2, 3)


def convolutions():
    for axes, (pad, padding), (step, stride), dilation, groups in product(
        AXES, PADDINGS.items(), STRIDES.items(), (1, 2), (1, 2)
    ):
        if (groups == 2) != (pad == "one") or (dilation == 2) != (step == "2"):
            continue  # every setting, not every combination of them
        x, w = drawn(2, *SIDES[axes]), kernels(4, 2 // groups, *(2,) * axes)
        settings = (each(stride, axes), each(padding, axes), dilation, groups)
        yield f"{axes}d padding {pad} stride {step} dilation {dilation} groups {groups}", w, x, settings, axes


def of_convolution():
    for name, w, x, settings, axes in convolutions():
        yield name, Case(Convolution(w, *settings, kernels(4), axes=axes), x)


def of_transposed():
    for axes, (pad, padding), stride, dilation, groups in product(AXES, PADDINGS.items(), (1, 2), (1, 2), (1, 2)):
        if (groups == 2) != (pad == "one") or (dilation == 2) != (stride == 1):
            continue
        w, x = kernels(2, 4 // groups, *(3,) * axes), drawn(2, *(3,) * axes)
        settings = (stride, each(padding, axes), dilation, groups, kernels(4))
        name = f"{axes}d padding {pad} stride {stride} dilation {dilation} groups {groups}"
        yield name, Case(TransposedConvolution(w, *settings, axes=axes), x)
    yield "output padding", Case(TransposedConvolution(kernels(1, 1, 3, 3), 2, output_padding=1), drawn(1, 3, 4))


def of_pooling():
    for axes, kind in product(AXES, ("max", "min", "average", "lp", "median")):
        x = drawn(2, *SIDES[axes])
        for name, settings in {
            "disjoint": (2,), "overlapping": (3, 1), "padded": (3, 2, 1), "uneven": (2, 1, each(PADDINGS["uneven"], axes)),
            "dilated": (2, 1, 1, 2),
        }.items():  # fmt: skip
            yield f"{kind} {axes}d {name}", Case(Pooling(*settings, kind=kind, axes=axes), x)
        yield f"{kind} {axes}d ceil", Case(Pooling(3, 2, kind=kind, axes=axes, ceil=True), x)
        yield f"{kind} {axes}d whole", Case(Pooling(kind=kind, axes=axes, whole=True), x)
    for axes in AXES:
        counted = Pooling(3, 2, 1, kind="average", axes=axes, include_padding=True)
        yield f"average {axes}d padding counted", Case(counted, drawn(2, *SIDES[axes]))
        cubes = Pooling(3, 2, 1, kind="lp", axes=axes, power=3)
        yield f"lp {axes}d power 3", Case(cubes, drawn(2, *SIDES[axes]))
    yield "lp power 1", Case(Pooling(2, kind="lp", power=1), drawn(1, 6, 6))


def of_unpooling():
    for axes, settings in product(AXES, ((2,), (3, 1), (3, 2, 1), (2, 1, 0, 2))):
        pooling, x = Pooling(*settings, axes=axes), drawn(2, *SIDES[axes])
        yield f"{axes}d {settings}", Case(Unpooling(pooling), (drawn(*pooling.output_shape(x.shape), seed=4), x))


def of_upsampling():
    for axes, kind, factor in product(AXES, ("nearest", "linear"), (2, 3, [3, 2])):
        operation = Upsampling(each(factor, axes), kind, axes=axes)
        yield f"{kind} {axes}d {factor}", Case(operation, drawn(2, *(3,) * axes))


def of_pad():
    modes = ("zeros", "constant", "reflect", "replicate", "circular")
    for axes, mode, (pad, padding) in product(AXES, modes, PADDINGS.items()):
        value = {"pad_value": 2.5} if mode == "constant" else {}
        yield f"{mode} {axes}d {pad}", Case(Pad(each(padding, axes), mode, axes=axes, **value), drawn(2, *SIDES[axes]))


def of_activation():
    for name in activations:
        for axes in AXES if name == "relu" else (2,):
            yield f"{name} {axes}d", Case(Activation(name), drawn(2, *SIDES[axes]))
    yield "leaky-relu 0.3", Case(Activation("leaky-relu", 0.3), drawn(2, 3, 4))
    yield "elu 0.5", Case(Activation("elu", 0.5), drawn(2, 3, 4))
    yield "prelu, a slope a channel", Case(Activation("prelu", [0.1, 0.4]), drawn(2, 3, 4))
    yield "prelu, a row", Case(Activation("prelu", 0.1), drawn(7))


def of_normalization():
    for kind, shape in product(("instance", "layer", "batch"), ((2, 9), (2, 3, 4), (2, 3, 2, 3))):
        yield f"{kind} {shape}", Case(Normalization(1.7, 0.3, kind=kind), drawn(*shape))
    yield "instance, each channel", Case(Normalization([1.7, 0.4], [0.3, 2.0]), drawn(2, 3, 4))
    yield "batch, each channel", Case(Normalization([1.0, 2, 3], [3.0, 2, 1], kind="batch"), drawn(2, 3, 2, 3))
    yield "layer, each cell", Case(Normalization(drawn(2, 3, seed=7), drawn(2, 3, seed=8), kind="layer"), drawn(2, 3))
    yield "a row", Case(Normalization(1.7, 0.3), drawn(7))


def of_batchnorm():
    for axes in AXES:
        several = BatchNormalization([1, 2], [3, 4], [0.5, 2.0], [1.0, -1])
        yield f"{axes}d", Case(several, drawn(2, *SIDES[axes]))
    yield "one for all", Case(BatchNormalization(1, 2, 3.0, 4.0), drawn(2, 3, 4))


def of_loss():
    signs, truths, values = [1, -1, 1, -1], [0, 1, 0.3, 1], [0.4, 1.3, -2, 0.1]
    classes = {"cross-entropy": 2, "hinge": 1}
    lists = {"binary-cross-entropy": truths, "mse": values, "sse": values, "mae": values, "huber": values}
    for kind, target in {**classes, **lists}.items():
        yield kind, Case(LossFunction(kind, target), drawn(4))
    yield "cross-entropy, probabilities", Case(LossFunction("cross-entropy", [0.2, 0.5, 0.3, 0]), drawn(4))
    yield "cross-entropy, smoothed", Case(LossFunction("cross-entropy", 1, smoothing=0.1), drawn(4))
    yield "hinge, signs", Case(LossFunction("hinge", signs), drawn(4))


CASES = {
    "convolution": of_convolution,
    "transposed": of_transposed,
    "dense": lambda: [("dense", Case(Dense(kernels(3, 24), kernels(3)), drawn(2, 3, 4)))],
    "pooling": of_pooling,
    "unpooling": of_unpooling,
    "upsampling": of_upsampling,
    "pad": of_pad,
    "activation": of_activation,
    "dropout": lambda: [
        (f"{axes}d inference {inference}", Case(Dropout(0.4, 3, inference=inference), drawn(2, *SIDES[axes])))
        for axes in AXES for inference in (False, True)
    ],
    "flatten": lambda: [(f"{axes}d", Case(Flatten(), drawn(2, *SIDES[axes]))) for axes in AXES],
    "addition": lambda: [
        (f"{n}", Case(Addition(), tuple(drawn(2, 3, 2, seed=i) for i in range(n)), tuple(range(n)))) for n in (2, 3)
    ],
    "concatenation": lambda: [
        (f"{n}", Case(Concatenation(), tuple(drawn(1 + i, 3, 2, seed=i) for i in range(n)), tuple(range(n))))
        for n in (2, 3)
    ],
    "softmax": lambda: [(f"{n}", Case(Softmax(), drawn(n))) for n in (1, 2, 7)],
    "normalization": of_normalization,
    "batchnorm": of_batchnorm,
    "loss": of_loss,
}  # fmt: skip
"""What an operation calls itself → its cases, by name."""

LATER: set[str] = set()
"""Operations whose gradients are still to come: this is to become empty. Those that have come are tested already."""
