"""One layer of a network in arithmetic: its size, what it learns and costs, and what it sees, with its own numbers."""

from collections.abc import Callable, Sequence
from math import prod
from typing import NamedTuple

from cnnstep.engine.convolution import Convolution
from cnnstep.engine.dense import Dense
from cnnstep.engine.flatten import Flatten
from cnnstep.engine.normalization import Normalization
from cnnstep.engine.pooling import Pooling
from cnnstep.engine.softmax import Softmax
from cnnstep.geometry import Axis, Field, Sizes, by
from cnnstep.networks.network import Layer
from cnnstep.networks.parameters import WEIGHT
from cnnstep.networks.receptive_field import fields
from cnnstep.views.networks.table import fact
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, stack, words
from cnnstep.views.reports.sheet import Sheet
from cnnstep.views.wording.arithmetic import count, grown_field, in_short

NO_WINDOW = "each cell sees what the cell before it saw"


def sheet(name: str, layers: Sequence[Layer], layer: Layer) -> Sheet:
    """The row of a table in full."""
    head = f"{by(layer.input)} → {by(layer.output)}"
    title = words(Span(f"{name}, layer {layer.number}: {layer.text}   ", Role.TITLE), head, indent=1)
    told = told_of(layer)
    parts = {
        "size": told.size(layer),
        "parameters": [told.parameters(layer)],
        "multiply-adds": [told.multiply_adds(layer)],
        "field": _field(layers, layer.number),
    }
    lines = [_line(label, text) for label, texts in parts.items() for text in texts]
    return Sheet(stack([title], lines), fact(layer, fields(layers)[layer.number - 1]))


def _line(label: str, text: str) -> Block:
    return words(Span(f"{label:<15}", Role.LABEL), text)._replace(hang=17)


class Told(NamedTuple):
    """A row of the table: the arithmetic of a layer's size, of what it learns, and of what it costs."""

    size: Callable[[Layer], list[str]]
    parameters: Callable[[Layer], str] = lambda _: "none: nothing here is learned"
    multiply_adds: Callable[[Layer], str] = lambda _: "none"


def told_of(layer: Layer) -> Told:
    """What there is to tell of a layer: by its word, else by its kind."""
    return TOLD.get(layer.word) or TOLD.get(layer.plan.kind) or Told(_as_it_arrives)


def _sizes(layer: Layer) -> Sizes[Axis]:
    assert layer.plan.sizes  # noqa: S101 - only of layers with windows
    return layer.plan.sizes


def _in_short(layer: Layer) -> list[str]:
    return in_short(_sizes(layer).axes)


def _as_it_arrives(_: Layer) -> list[str]:
    return ["as it arrives: each cell on its own"]


def _learned(inner: str, weights: int, biases: int) -> str:
    """With biases, and without."""
    return f"({inner} + 1)·{biases:,} = {weights + biases:,}: {count(weights, 'weight')} and {_biases(biases)}"


def _biases(number: int) -> str:
    return "1 bias" if number == 1 else f"{number:,} biases"


def _kernels(layer: Layer) -> str:
    sizes, weight = _sizes(layer), layer.plan.parameters.get(WEIGHT)
    filters = sizes.filters or 1
    window = [*(axis.kernel for axis in sizes.axes), (sizes.channels or 1) // sizes.groups]
    if weight is None or weight.mask is None:
        return _learned("·".join(map(str, window)), prod(window) * filters, filters)
    cells = prod(window[:-1])
    return (
        f"{'·'.join(map(str, window[:-1]))}·{count(weight.learned // cells, 'connected channel')} + {filters} ="
        f" {layer.learned:,}: {count(weight.learned, 'weight')} and {_biases(filters)}"
    )


def _windows(layer: Layer, noun: str = "filters") -> str:
    sizes = _sizes(layer)
    cells = "·".join(map(str, sizes.output))
    if layer.plan.multiply_adds != sizes.multiply_adds:
        return f"{cells} windows · {layer.plan.parameters[WEIGHT].learned:,} weights = {layer.plan.multiply_adds:,}"
    told = f"{cells} windows · {sizes.products:,} products · {sizes.filters:,} {noun}"
    return f"{told} = {sizes.multiply_adds:,}"


def _units(layer: Layer) -> str:
    inputs, units = prod(layer.input), layer.output[0]
    return f"{inputs:,} inputs · {units:,} units = {inputs * units:,}"


TOLD: dict[type | str, Told] = {
    Convolution: Told(_in_short, _kernels, _windows),
    "subsample": Told(
        _in_short,
        lambda layer: f"2·{layer.input[0]} = {layer.learned}: a coefficient and a bias for each channel",
        lambda layer: _windows(layer, "maps"),
    ),
    Pooling: Told(_in_short),
    Dense: Told(
        lambda layer: [f"{layer.output[0]}: one number a unit, whatever arrives"],
        lambda layer: _learned(f"{prod(layer.input):,}", prod(layer.input) * layer.output[0], layer.output[0]),
        _units,
    ),
    Softmax: Told(lambda layer: [f"{layer.output[0]}: as many as arrive; each depends on all of them"]),
    Flatten: Told(lambda layer: [f"{layer.output[0]:,} = {'·'.join(map(str, layer.input))}"]),
    Normalization: Told(
        lambda _: ["as it arrives; each number depends on all of its channel"],
        lambda layer: f"2·{layer.learned // 2} = {layer.learned:,}: a γ and a β for each channel",
    ),
}
"""Word or operation → its arithmetic; any other leaves each cell where it is."""


def _field(layers: Sequence[Layer], number: int) -> list[str]:
    """How the field has grown through this layer, axis by axis, where all axes do the same once."""
    layer, seen = layers[number - 1], fields(layers)[number - 1]
    if seen is None:
        return [f"all: every output may come from any of the {by(layers[0].input)} inputs that the layers before see"]
    if layer.plan.sizes is None:
        return [f"{by([field.size for field in seen])}: {NO_WINDOW}"]
    known = fields(layers)[number - 2] if number > 1 else None
    before = known or tuple(Field() for _ in seen)
    axes = layer.plan.sizes.axes
    return list(dict.fromkeys(_grown(*each) for each in zip(before, axes, strict=True)))


def _grown(before: Field, axis: Axis) -> str:
    size, jump = grown_field(before, axis)
    return f"{size}, and neighbours look {jump} apart{_hangs(before.through(axis))}"


def _hangs(field: Field) -> str:
    return f"; the first one hangs {-field.first} over the edge" if field.first < 0 else ""
