"""Where a number came from: the cell of the layer before that contributes most to it, back to a pixel."""

from collections.abc import Iterator
from functools import singledispatch
from typing import Any, NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.dense import BoundDense
from cnnstep.engine.elementwise import Mapped
from cnnstep.engine.gathers import Pooled, WeightedSum
from cnnstep.engine.stages import Stage
from cnnstep.engine.steps import Index, Step, Walk, number_of, place_of
from cnnstep.errors import GeometryError, spelled
from cnnstep.networks.network import Layer
from cnnstep.networks.run import Run


class Origin(NamedTuple):
    """A cell of a layer's output, the step that finds it, and the cell that it owes most to, in the layer's input."""

    layer: Layer
    cell: Index
    step: Step
    source: Index

    @property
    def value(self) -> float:
        """The number in the cell."""
        return self.step.value

    @property
    def address(self) -> str:
        """How it is written: `c3[5,3,4]`."""
        return f"{self.layer.name}[{','.join(map(str, self.cell))}]"


def origin(run: Run, number: int, cell: Index) -> Origin:
    """The origin of a cell of layer `number`, counted from 1; raises GeometryError for a cell outside it."""
    layer, walk = run.layers[number - 1], run.walk(number)
    try:
        (step,) = walk.at(cell)
    except GeometryError as error:
        advice = spelled(error.advice, lambda setting: f"{layer.name}[{setting.typed}]")
        raise GeometryError(f"{layer.name}: {error.message}", advice) from None
    found = step.focus if isinstance(step, Stage) and step.focus is not None else step.index
    return Origin(layer, found, step, source(step, walk, layer.input))


def trail(run: Run, number: int, cell: Index) -> Iterator[Origin]:
    """From a cell back through every layer, always by the largest contribution; the last source is a pixel."""
    for layer in range(number, 0, -1):
        found = origin(run, layer, cell)
        yield found
        cell = found.source


@singledispatch
def source(step: Step, walk: Walk[Any, Any], shape: Index) -> Index:  # noqa: ARG001 - as its kinds
    """The cell of the layer's input, of this shape, that contributes most to a step."""
    raise TypeError(f"{type(step).__name__} of {walk} has no single source")


@source.register
def _mapped(step: Mapped, _: Walk[Any, Any], __: Index) -> Index:
    return step.source


@source.register
def _weighted(step: WeightedSum, walk: Walk[Any, Any], shape: Index) -> Index:
    """The product that is furthest from zero, inside the input."""
    place = strongest(step)
    if isinstance(walk.bound, BoundDense):
        return place_of(place[-1], shape)
    return _read_at(step, place)


@source.register
def _pooled(step: Pooled, _: Walk[Any, Any], __: Index) -> Index:
    """The cell that was chosen; of a mean the one that is furthest from zero."""
    if step.chosen:
        return _read_at(step, step.chosen[0] if len(step.chosen[0]) == step.patch.ndim else (0, *step.chosen[0]))
    return _read_at(step, _furthest(step.patch, ~step.counted))


@source.register
def _staged(step: Stage, walk: Walk[Any, Any], shape: Index) -> Index:
    """The cell in the same place; a stage on its own looks at the largest number."""
    if step.focus is not None:
        return place_of(number_of(step.focus, walk.output_shape), shape)
    values = step.before
    return place_of(int(np.argmax(values)) + (step.channel or 0) * values.size, shape)


def strongest(step: WeightedSum) -> Index:
    """The place in the window, with its channel, of the product that is furthest from zero."""
    return _furthest(step.products, np.broadcast_to(step.is_padding, step.products.shape))


def _furthest(values: Array, left_out: Array) -> Index:
    strength = np.where(left_out, -1.0, np.abs(values.astype(np.float64)))
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(strength)), values.shape))


def _read_at(step: Any, place: Index) -> Index:
    """From a place in the window to the input."""
    channel, *offsets = place
    positions = (window[offset] for window, offset in zip(step.window, offsets, strict=True))
    return (step.channels[channel], *positions)
