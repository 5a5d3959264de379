"""What the layers of a network see of its input: receptive fields, axis by axis."""

from collections.abc import Sequence
from functools import reduce
from typing import Any, TypeAlias

from cnnstep.geometry import Field
from cnnstep.geometry.numbering import place_of
from cnnstep.networks.layer import Layer
from cnnstep.networks.layer_kinds import Sees

Fields: TypeAlias = tuple[Field, ...]


def fields(layers: Sequence[Layer]) -> list[Fields | None]:
    """The receptive field of each layer's cells, axis by axis; None where a cell sees the whole input."""
    return _known(layers)[1:]


def field_of(layers: Sequence[Layer], number: int) -> Fields | None:
    """What cells of a node, counted from 1, see; those of node 0, the input, themselves."""
    return _known(layers)[number]


def arriving(layers: Sequence[Layer], layer: Layer) -> Fields | None:
    """What the cells that a layer reads see: those of its first input, before its own window."""
    return _known(layers)[layer.inputs[0]]


def _known(layers: Sequence[Layer]) -> list[Fields | None]:
    """What the cells of each node see; those of a single row have no axes to look along."""
    known: list[Fields | None] = [tuple(Field() for _ in layers[0].input[1:]) or None]
    for layer in layers:
        with layer.to_blame():
            known.append(_union([_through(known[node], layer, n) for n, node in enumerate(layer.inputs)]))
    return known


def _union(each: Sequence[Fields | None]) -> Fields | None:
    """The smallest field that holds these; everything, where one of them is everything."""
    told = [fields for fields in each if fields is not None]
    if len(told) < len(each):
        return None
    return reduce(lambda some, more: tuple(a.union(b) for a, b in zip(some, more, strict=True)), told)


def _through(seen: Fields | None, layer: Layer, position: int) -> Fields | None:
    """The field of cells that read one of their inputs, counted from 0, whose cells see this."""
    if layer.kind.sees is Sees.CELL or seen is None:
        return seen
    if layer.kind.sees is Sees.EVERYTHING:
        return None
    ways = layer.plan.ways(position)
    if not ways:
        raise TypeError(f"{layer.word} sees a window, but its plan has no sizes")
    for axes in ways:
        seen = tuple(each.through(axis) for each, axis in zip(seen, axes, strict=True))
    return seen


def on_maps(layers: Sequence[Layer], number: int, cell: Any) -> tuple[int, Any]:
    """The node, 0 for the input, and the cell on maps that a cell in a row was, before flatten."""
    while len(cell) == 1 and number:
        layer = layers[number - 1]
        if layer.kind.sees is not Sees.CELL or len(layer.inputs) > 1:
            break
        cell = place_of(cell[0], layer.input) if len(layer.input) > 1 else cell
        number = layer.inputs[0]
    return number, cell
