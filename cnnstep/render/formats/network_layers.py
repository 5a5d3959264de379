"""What the page of a network must know of each layer, so that its script can work out any cell."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from math import inf, prod
from typing import Any, TypeAlias

import numpy as np

from cnnstep.engine.activation import Activation
from cnnstep.engine.arrays import Array
from cnnstep.engine.batch_normalization import STATISTICS, BatchNormalization
from cnnstep.engine.border import SOURCES
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.dense import Dense
from cnnstep.engine.flatten import Flatten
from cnnstep.engine.gathers import Unbiased
from cnnstep.engine.joins import Addition, Concatenation
from cnnstep.engine.pooling import Pooling
from cnnstep.engine.reductions import counted
from cnnstep.engine.softmax import Softmax
from cnnstep.engine.steps import Operation
from cnnstep.engine.walks import Walk
from cnnstep.geometry.numbering import number_of
from cnnstep.networks.attribution import origin_of
from cnnstep.networks.layer import Layer
from cnnstep.networks.receptive_field import fields

Facts: TypeAlias = dict[str, Any]
Pack: TypeAlias = Callable[[Array], Facts]
"""Keeps an array, and says where it is kept."""

MOST_TRACED = 4096
POOLINGS = frozenset({"max", "min", "average"})
LEFT = ("factor", "offset")


def layer_facts(layer: Layer, walk: Walk[Any, Any], pack: Pack) -> Facts:
    """The kind of a layer, and its numbers; of a kind that the script does not know where each cell comes from."""
    maker = KINDS.get(type(walk.operation)) if walk.operation else None
    return (maker and maker(walk, pack)) or _other(layer, walk, pack)


def fields_of(layers: Sequence[Layer]) -> list[Facts]:
    """The positions of the input that cells of each layer see, axis by axis; {} where they see all, or are stacked."""
    stacked: set[int] = set()
    found: list[Facts] = []
    for layer, seen in zip(layers, fields(layers), strict=True):
        if layer.kind.stacks or stacked.intersection(layer.inputs):
            stacked.add(layer.number)
        cells = [map(axis.positions, range(size)) for axis, size in zip(seen or (), layer.output[1:], strict=False)]
        is_known = cells and layer.number not in stacked
        found.append({"fields": [[[each.start, each.stop] for each in axis] for axis in cells]} if is_known else {})
    return found


def _other(layer: Layer, walk: Walk[Any, Any], pack: Pack) -> Facts:
    """The largest contribution to each cell: which input, and which cell of it, −1 for none; of very many none."""
    shape = walk.output_shape
    if prod(shape) > MOST_TRACED:
        return {"kind": "other"}
    found = np.full((2, prod(shape)), -1, dtype=np.int64)
    for number, cell in enumerate(np.ndindex(*shape)):
        with suppress(TypeError):  # where no cell can be named
            source = origin_of(layer, walk.made_of(cell))
            branch = layer.inputs.index(source.node)
            found[:, number] = branch, number_of(source.source, layer.shapes[branch])
    return {"kind": "other", "branches": pack(found[0]), "sources": pack(found[1])}


def _convolution(walk: Walk[Any, Any], pack: Pack) -> Facts:
    bound = walk.bound
    filters, depth = bound.bank.weights.shape[:2]
    each = filters // bound.sizes.groups
    return {
        "kind": "sum",
        "depth": depth,
        "starts": [number // each * depth for number in range(filters)],
        "edge": bound.border.value,
        "axes": [_axis(axis, bound.border.mode) for axis in bound.axes],
        "weights": pack(bound.bank.weights),
        "bias": pack(np.asarray(bound.bias)),
        "divisors": list(bound.bank.divisors),
        "isBiased": not isinstance(walk[0], Unbiased),
    }


def _axis(axis: Any, mode: str) -> Facts:
    """What each window reads on an axis: its positions, and which cells of the input stand there, −1 for none."""
    windows = [axis.window(number) for number in range(axis.output)]
    reads = [SOURCES[mode](np.array(window), axis.input).tolist() for window in windows]
    return {"kernel": axis.kernel, "positions": [[window.start, window.step] for window in windows], "reads": reads}


def _pooling(walk: Walk[Any, Any], _: Pack) -> Facts:
    pooling = walk.bound.pooling
    if pooling.kind not in POOLINGS:
        return {}
    axes = []
    for axis in walk.bound.axes:
        windows = (axis.window(number) for number in range(axis.output))
        taking_part = [counted(axis, window, include_padding=pooling.include_padding).tolist() for window in windows]
        axes.append({**_axis(axis, "zeros"), "counted": taking_part})
    return {"kind": "pool", "way": pooling.kind, "axes": axes, "edge": 0}


def _activation(walk: Walk[Any, Any], _: Pack) -> Facts:
    bound, rule = walk.bound, walk.operation.rule  # type: ignore[union-attr]  # an activation has one
    return {
        "kind": "activation", "function": bound.name, "parameters": list(bound.parameters), "isRational": rule.rational,
        "pieces": [(None if piece.start == -inf else piece.start, piece.formula == "{x}") for piece in rule.formula],
    }  # fmt: skip


def _dense(walk: Walk[Any, Any], pack: Pack) -> Facts:
    bound = walk.bound
    return {"kind": "dense", "weights": pack(bound.weights), "bias": pack(bound.bias), "isBiased": True}


def _batch_normalization(walk: Walk[Any, Any], pack: Pack) -> Facts:
    numbers = walk.bound.numbers
    return {
        "kind": "batchnorm",
        "epsilon": walk.bound.epsilon,
        **{name: pack(np.asarray(numbers[name])) for name in (*STATISTICS, *LEFT)},
    }


def _plain(kind: str) -> Callable[[Walk[Any, Any], Pack], Facts]:
    """A layer without numbers of its own."""
    return lambda _, __: {"kind": kind}


KINDS: dict[type[Operation[Any]], Callable[[Walk[Any, Any], Pack], Facts]] = {
    Convolution: _convolution,
    Pooling: _pooling,
    Activation: _activation,
    Dense: _dense,
    BatchNormalization: _batch_normalization,
    Flatten: _plain("flatten"),
    Softmax: _plain("softmax"),
    Addition: _plain("add"),
    Concatenation: _plain("concat"),
}
