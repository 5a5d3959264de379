"""What layers cost and see: parameters, multiply-adds, receptive fields."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from cnnstep.engine.convolution import Convolution
from cnnstep.engine.dense import Dense
from cnnstep.engine.flatten import Flatten
from cnnstep.engine.normalization import Normalization
from cnnstep.engine.pooling import Pooling
from cnnstep.engine.softmax import Softmax
from cnnstep.geometry import Field
from cnnstep.networks.network import Layer

Fields: TypeAlias = tuple[Field, ...]

SEES_ALL = (Flatten, Dense, Softmax)
"""Operations each of whose outputs may come from any cell of the input."""


class Cost(NamedTuple):
    """Numbers that are learned, and multiplications that are added up, of one layer."""

    parameters: int = 0
    multiply_adds: int = 0


def cost(layer: Layer) -> Cost:
    """Weights and a bias for each filter or unit; pooling, activations and flatten learn nothing."""
    operation: Any = layer.operation
    if isinstance(operation, Convolution):
        sizes = operation.sizes(layer.input)
        return Cost(sizes.parameters or 0, sizes.multiply_adds or 0)
    if isinstance(operation, Dense):
        units, inputs = operation.weights.shape  # type: ignore[union-attr]
        return Cost(units * inputs + units, units * inputs)
    return Cost(2 * layer.input[0]) if isinstance(operation, Normalization) else Cost()


def fields(layers: Sequence[Layer]) -> list[Fields | None]:
    """The receptive field of each layer's cells, axis by axis; None where a cell sees the whole input."""
    found: list[Fields | None] = []
    field: Fields | None = tuple(Field() for _ in layers[0].input[1:]) or None
    for layer in layers:
        operation: Any = layer.operation
        if isinstance(operation, SEES_ALL):
            field = None
        elif field is not None and isinstance(operation, Convolution | Pooling):
            axes = operation.sizes(layer.input).axes
            field = tuple(each.through(axis) for each, axis in zip(field, axes, strict=True))
        found.append(field)
    return found
