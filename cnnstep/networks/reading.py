"""What a cell of a network reads: the window that made it, on every map of the layers before it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from cnnstep.engine.gathers import Gather, Mapped
from cnnstep.engine.joins import Copied, Summed
from cnnstep.engine.stages import Stage
from cnnstep.engine.steps import Index, Step
from cnnstep.networks.attribution import Origin, origin
from cnnstep.networks.layer import Layer
from cnnstep.networks.layer_kinds import Sees
from cnnstep.networks.parameters import WEIGHT
from cnnstep.networks.run import Run


class Read(NamedTuple):
    """What is read of a node, 0 for the input: its channels, and positions on its spatial axes; outside is padding."""

    node: int
    channels: Sequence[int]
    window: tuple[range, ...]


def core(run: Run, number: int, cell: Index) -> Origin:
    """The origin of the number that became this cell: before what works cell by cell, such as activations."""
    found = origin(run, number, cell)
    while isinstance(found.step, Mapped) and not isinstance(found.step, Copied) and found.node:
        found = origin(run, found.node, found.source)
    return found


def reads(made: Origin) -> Iterator[Read]:
    """What the step of a cell reads, one node after the other; of a dense layer that is everything."""
    layer, step = made.layer, made.step
    if isinstance(step, Summed):
        for node in layer.inputs:
            yield _one(node, made.cell)
    elif layer.kind.sees is Sees.EVERYTHING and not (isinstance(step, Stage) and step.channel is not None):
        for node, (channels, *spatial) in zip(layer.inputs, layer.shapes, strict=True):
            yield Read(node, range(channels), tuple(map(range, spatial)))
    elif isinstance(step, Gather):
        yield Read(layer.inputs[0], _connected(layer, step, made.cell), step.window)
    elif isinstance(step, Stage):
        yield Read(layer.inputs[0], [made.source[0]], tuple(map(range, layer.input[1:])))
    else:
        yield _one(made.node, made.source)


def _one(node: int, cell: Index) -> Read:
    return Read(node, [cell[0]], tuple(range(place, place + 1) for place in cell[1:]))


def _connected(layer: Layer, step: Step, cell: Index) -> Sequence[int]:
    """The channels that the window has weights for."""
    assert isinstance(step, Gather)  # noqa: S101 - its caller knows
    weight = layer.plan.parameters.get(WEIGHT)
    if weight is None or weight.mask is None:
        return step.channels
    is_read = weight.mask[cell[0]].reshape(len(step.channels), -1).any(axis=1)
    return np.flatnonzero(is_read).tolist()
