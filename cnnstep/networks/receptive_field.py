"""What the layers of a network see of its input: receptive fields, axis by axis."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from cnnstep.engine.dense import Dense
from cnnstep.engine.normalization import Normalization
from cnnstep.engine.softmax import Softmax
from cnnstep.engine.steps import place_of
from cnnstep.geometry import Field
from cnnstep.networks.network import Layer

Fields: TypeAlias = tuple[Field, ...]

SEES_ALL = frozenset({Dense, Softmax, Normalization})
"""Operations each of whose outputs may come from any cell of the input."""


def fields(layers: Sequence[Layer]) -> list[Fields | None]:
    """The receptive field of each layer's cells, axis by axis; None where a cell sees the whole input."""
    found: list[Fields | None] = []
    field: Fields | None = tuple(Field() for _ in layers[0].input[1:]) or None
    for layer in layers:
        if layer.plan.kind in SEES_ALL:
            field = None
        elif field is not None and layer.plan.sizes:
            axes = layer.plan.sizes.axes
            field = tuple(each.through(axis) for each, axis in zip(field, axes, strict=True))
        found.append(field)
    return found


def on_maps(layers: Sequence[Layer], number: int, cell: Any) -> tuple[int, Any]:
    """The layer, or 0 for the input, and the cell on maps that a cell in a row was, before flatten."""
    while len(cell) == 1 and number and layers[number - 1].plan.kind not in SEES_ALL:
        layer = layers[number - 1]
        cell = place_of(cell[0], layer.input) if len(layer.input) > 1 else cell
        number -= 1
    return number, cell


def seen_by(layers: Sequence[Layer], number: int) -> Fields | None:
    """What cells of a layer see; those of layer 0, the input, themselves."""
    return fields(layers)[number - 1] if number else tuple(Field() for _ in layers[0].input[1:])
