"""A step that looks at one cell: the input with the cell framed, the output as far as it has come."""

from collections.abc import Iterable

from cnnstep.engine.arrays import Array
from cnnstep.engine.elementwise import Mapped, MappedWalk
from cnnstep.engine.steps import Index
from cnnstep.geometry import by
from cnnstep.views.page.scene import Beside, Block, Panel
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import WHOLE, input_grid, map_grid
from cnnstep.views.panels.pictures import input_picture
from cnnstep.views.panels.planes import cell_plane, sheet
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.titles import Names


def input_panels(x: Array, index: Index) -> list[Panel]:
    """The input around one cell, and the cell's place in a large one."""
    plane, place = cell_plane(x, index), sheet(x.shape, index)
    lead = [f"channel {place.lead[0]}"] if place.lead and len(x) > 1 else []
    lead += [f"frame {place.lead[1]}"] if len(place.lead) > 1 else []
    panels: list[Panel] = [input_grid(plane, ", ".join([f"input {place.size}", *lead]))]
    if place.rows > WHOLE[0]:
        panels.append(input_picture(x[place.lead][None], plane.box))
    return panels


def surroundings(walk: MappedWalk, step: Mapped, noun: str) -> list[list[Block]]:
    """The input around the cell, its place in a large one, and the output."""
    panels = input_panels(walk.bound.x, step.source)
    which = f"{noun} of channel {step.index[0]}" if len(walk.shape) > 1 and walk.shape[0] > 1 else noun
    output = map_grid(walk, step, which)
    if min(walk.bound.x.ndim, len(walk.shape)) < 3:
        return [[Beside(tuple(panels))], [Beside((output,))]]
    return [[Beside((*panels, output))]]


def result(walk: MappedWalk, names: Names, noun: str, facts: Iterable[str]) -> list[list[Block]]:
    """The whole output, and what there is to say about it."""
    listed = [*facts, f"{by(walk.output.shape)} = {count(walk.output.size, 'cell')}; {maps.extent(walk.output)}"]
    channels = Names(names.operation, names.kind, filters=names.channels)
    return maps.whole(walk.output, noun, channels, listed)
