"""What the layers of a network see of its input: receptive fields, axis by axis."""

from collections.abc import Sequence
from typing import TypeAlias

from cnnstep.engine.dense import Dense
from cnnstep.engine.softmax import Softmax
from cnnstep.geometry import Field
from cnnstep.networks.network import Layer

Fields: TypeAlias = tuple[Field, ...]

SEES_ALL = frozenset({Dense, Softmax})
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
