"""One layer of a network in arithmetic: its size, what it learns and costs, and what it sees, with its own numbers."""

from collections.abc import Sequence
from math import prod
from typing import Any

from cnnstep.engine.convolution import Convolution
from cnnstep.engine.dense import Dense
from cnnstep.engine.pooling import Pooling
from cnnstep.errors import GeometryError
from cnnstep.geometry import Axis, Field, by
from cnnstep.networks.costs import fields
from cnnstep.networks.network import Layer
from cnnstep.scenes.arithmetic import in_short
from cnnstep.scenes.scene import Block, Role, Scene, Span, stack, words

NO_WINDOW = "each cell sees what the cell before it saw"
WINDOWED = (Convolution, Pooling)


def explain(name: str, layers: Sequence[Layer], number: int) -> Scene:
    """The row of a table in full; raises GeometryError where there is no such layer."""
    if not 1 <= number <= len(layers):
        raise GeometryError(
            f"there is no layer {number}: {name} has {len(layers)}, counted from 1", f"use --explain {len(layers)}"
        )
    layer = layers[number - 1]
    head = f"{by(layer.input)} → {by(layer.output)}"
    title = words(Span(f"{name}, layer {number}: {layer.text}   ", Role.TITLE), head, indent=1)
    parts = {
        "size": _size(layer),
        "parameters": _parameters(layer),
        "multiply-adds": _multiply_adds(layer),
        "field": _field(layers, number),
    }
    return stack([title], [_line(label, text) for label, texts in parts.items() for text in texts])


def _line(label: str, text: str) -> Block:
    return words(Span(f"{label:<15}", Role.LABEL), text)._replace(hang=17)


def _size(layer: Layer) -> list[str]:
    operation: Any = layer.operation
    if isinstance(operation, WINDOWED):
        return in_short(operation.sizes(layer.input).axes)
    if isinstance(operation, Dense):
        return [f"{layer.output[0]}: one number a unit, whatever arrives"]
    if layer.word == "flatten":
        return [f"{layer.output[0]:,} = {'·'.join(map(str, layer.input))}"]
    return ["as it arrives: each cell on its own"]


def _parameters(layer: Layer) -> list[str]:
    """With biases, and without."""
    operation: Any = layer.operation
    if isinstance(operation, Convolution):
        sizes: Any = operation.sizes(layer.input)
        kernel, depth, filters = [a.kernel for a in sizes.axes], sizes.channels // sizes.groups, sizes.filters
        inner = "·".join(map(str, [*kernel, depth]))
        weights = prod(kernel) * depth * filters
        return [f"({inner} + 1)·{filters} = {weights + filters:,}: {weights:,} weights and {filters:,} biases"]
    if isinstance(operation, Dense):
        inputs, units = prod(layer.input), layer.output[0]
        return [
            f"({inputs:,} + 1)·{units:,} = {(inputs + 1) * units:,}: {inputs * units:,} weights and {units:,} biases"
        ]
    if layer.word == "normalize":
        return [f"2·{layer.input[0]} = {2 * layer.input[0]:,}: a γ and a β for each channel"]
    return ["none: nothing here is learned"]


def _multiply_adds(layer: Layer) -> list[str]:
    operation: Any = layer.operation
    if isinstance(operation, Convolution):
        sizes = operation.sizes(layer.input)
        told = f"{'·'.join(map(str, sizes.output))} windows · {sizes.products:,} products · {sizes.filters:,} filters"
        return [f"{told} = {sizes.multiply_adds:,}"]
    if isinstance(operation, Dense):
        inputs, units = prod(layer.input), layer.output[0]
        return [f"{inputs:,} inputs · {units:,} units = {inputs * units:,}"]
    return ["none"]


def _field(layers: Sequence[Layer], number: int) -> list[str]:
    """How the field has grown through this layer, axis by axis, where all axes do the same once."""
    layer, seen = layers[number - 1], fields(layers)[number - 1]
    if seen is None:
        return [f"all: every output may come from any of the {by(layers[0].input)} inputs"]
    operation: Any = layer.operation
    if not isinstance(operation, WINDOWED):
        return [f"{by([field.size for field in seen])}: {NO_WINDOW}"]
    known = fields(layers)[number - 2] if number > 1 else None
    before = known or tuple(Field() for _ in seen)
    axes = operation.sizes(layer.input).axes
    return list(dict.fromkeys(_grown(*each) for each in zip(before, axes, seen, strict=True)))


def _grown(before: Field, axis: Axis, after: Field) -> str:
    size = f"{after.size} = {before.size} + ({axis.extent} − 1)·{before.jump}"
    return f"{size}, and neighbours look {after.jump} = {before.jump}·{axis.stride} apart{_hangs(after)}"


def _hangs(field: Field) -> str:
    return f"; the first one hangs {-field.first} over the edge" if field.first < 0 else ""
