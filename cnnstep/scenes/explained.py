"""One layer of a network in arithmetic: its size, what it learns and costs, and what it sees, with its own numbers."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple

from cnnstep.engine.convolution import Convolution
from cnnstep.engine.dense import Dense
from cnnstep.engine.flatten import Flatten
from cnnstep.engine.normalization import Normalization
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
    told = TOLD.get(type(layer.operation), Told(_as_it_arrives))
    parts = {
        "size": told.size(layer),
        "parameters": [told.parameters(layer)],
        "multiply-adds": [told.multiply_adds(layer)],
        "field": _field(layers, number),
    }
    return stack([title], [_line(label, text) for label, texts in parts.items() for text in texts])


def _line(label: str, text: str) -> Block:
    return words(Span(f"{label:<15}", Role.LABEL), text)._replace(hang=17)


class Told(NamedTuple):
    """A row of the table: the arithmetic of a layer's size, of what it learns, and of what it costs."""

    size: Callable[[Layer], list[str]]
    parameters: Callable[[Layer], str] = lambda _: "none: nothing here is learned"
    multiply_adds: Callable[[Layer], str] = lambda _: "none"


def _in_short(layer: Layer) -> list[str]:
    operation: Any = layer.operation
    return in_short(operation.sizes(layer.input).axes)


def _as_it_arrives(_: Layer) -> list[str]:
    return ["as it arrives: each cell on its own"]


def _learned(inner: str, weights: int, biases: int) -> str:
    """With biases, and without."""
    return f"({inner} + 1)·{biases:,} = {weights + biases:,}: {weights:,} weights and {biases:,} biases"


def _kernels(layer: Layer) -> str:
    operation: Any = layer.operation
    sizes = operation.sizes(layer.input)
    window = [*(axis.kernel for axis in sizes.axes), sizes.channels // sizes.groups]
    return _learned("·".join(map(str, window)), prod(window) * sizes.filters, sizes.filters)


def _windows(layer: Layer) -> str:
    operation: Any = layer.operation
    sizes = operation.sizes(layer.input)
    told = f"{'·'.join(map(str, sizes.output))} windows · {sizes.products:,} products · {sizes.filters:,} filters"
    return f"{told} = {sizes.multiply_adds:,}"


def _units(layer: Layer) -> str:
    inputs, units = prod(layer.input), layer.output[0]
    return f"{inputs:,} inputs · {units:,} units = {inputs * units:,}"


TOLD: dict[type, Told] = {
    Convolution: Told(_in_short, _kernels, _windows),
    Pooling: Told(_in_short),
    Dense: Told(
        lambda layer: [f"{layer.output[0]}: one number a unit, whatever arrives"],
        lambda layer: _learned(f"{prod(layer.input):,}", prod(layer.input) * layer.output[0], layer.output[0]),
        _units,
    ),
    Flatten: Told(lambda layer: [f"{layer.output[0]:,} = {'·'.join(map(str, layer.input))}"]),
    Normalization: Told(
        _as_it_arrives, lambda layer: f"2·{layer.input[0]} = {2 * layer.input[0]:,}: a γ and a β for each channel"
    ),
}
"""Operation → its arithmetic; any other leaves each cell where it is."""


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
