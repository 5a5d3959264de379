"""A step that looks at one cell: the input with the cell framed, the output as far as it has come."""

from collections.abc import Iterable

from cnnstep.engine.elementwise import Mapped, MappedWalk
from cnnstep.geometry import Axis, by
from cnnstep.scenes import maps
from cnnstep.scenes.grids import WHOLE, input_grid, map_grid
from cnnstep.scenes.pictures import input_picture
from cnnstep.scenes.planes import ONE_ROW, Plane, sheet
from cnnstep.scenes.scene import Beside, Block, Panel
from cnnstep.scenes.titles import Names


def surroundings(walk: MappedWalk, step: Mapped, noun: str) -> list[list[Block]]:
    """The input around the cell, its place in a large one, and the output."""
    x = walk.bound.x
    place = sheet(x.shape, step.source)
    values = x[place.lead].reshape(place.rows, place.columns)

    def read(rows: range, columns: range) -> tuple[object, object]:
        shown = values[rows.start : rows.stop, columns.start : columns.stop]
        return shown, shown != shown  # noqa: PLR0124 - nothing here is padding

    row, column = place.cell
    axes = (ONE_ROW if place.is_row else Axis(place.rows, 1), Axis(place.columns, 1))
    plane = Plane(axes, (range(row, row + 1), range(column, column + 1)), read)  # type: ignore[arg-type]
    lead = f", channel {place.lead[0]}" if place.lead and x.shape[0] > 1 else ""
    panels: list[Panel] = [input_grid(plane, f"input {place.size}{lead}")]
    if place.rows > WHOLE[0]:
        panels.append(input_picture(values[None], plane.box))
    which = f"{noun} of channel {step.index[0]}" if len(walk.shape) > 1 and walk.shape[0] > 1 else noun
    output = map_grid(walk, step, which)
    if place.is_row or len(walk.shape) == 1:
        return [[Beside(tuple(panels))], [Beside((output,))]]
    return [[Beside((*panels, output))]]


def result(walk: MappedWalk, names: Names, noun: str, facts: Iterable[str]) -> list[list[Block]]:
    """The whole output, and what there is to say about it."""
    listed = [*facts, f"{by(walk.output.shape)} = {walk.output.size:,} cells; {maps.extent(walk.output)}"]
    channels = Names(names.operation, names.kind, filters=names.channels)
    return [*maps.panels(walk.output, noun, channels), [*maps.lines(listed), *maps.left_out(walk.output, "map")]]
