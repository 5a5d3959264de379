"""Where a number came from: the cell that contributes most to it, from layer to layer back to a pixel."""

from collections.abc import Iterator
from typing import NamedTuple

from cnnstep.engine.stages import Stage
from cnnstep.engine.steps import Index, Step
from cnnstep.engine.unpooling import Unpooled
from cnnstep.errors import GeometryError
from cnnstep.networks.layer import Layer
from cnnstep.networks.run import Run


class Origin(NamedTuple):
    """A cell of a layer's output, the step that finds it, and its largest contribution.

    That is the cell `source` of the node `node`: a layer that this one reads, or the input, 0.
    """

    layer: Layer
    cell: Index
    step: Step
    node: int
    source: Index

    @property
    def value(self) -> float:
        """The number in the cell."""
        return self.step.value

    @property
    def address(self) -> str:
        """How it is written: `c3[5,3,4]`, or by the name that its layer was given."""
        return f"{self.layer.called}[{','.join(map(str, self.cell))}]"


def origin(run: Run, number: int, cell: Index) -> Origin:
    """The origin of a cell of layer `number`, counted from 1; raises GeometryError for a cell outside it."""
    layer, walk = run.layers[number - 1], run.walk(number)
    try:
        step = walk.made_of(cell)
    except GeometryError:
        raise layer.outside(cell) from None
    return origin_of(layer, step)


def origin_of(layer: Layer, step: Step) -> Origin:
    """The origin of what a step of a layer finds."""
    found = step.focus if isinstance(step, Stage) and step.focus is not None else step.index
    if isinstance(step, Unpooled):
        found = step.target
    source = step.main_source(layer.input)
    return Origin(layer, found, step, layer.inputs[source.input], source.cell)


def trail(run: Run, number: int, cell: Index) -> Iterator[Origin]:
    """From a cell back through the layers, always by the largest contribution; the last source is a pixel."""
    while number:
        found = origin(run, number, cell)
        yield found
        number, cell = found.node, found.source
