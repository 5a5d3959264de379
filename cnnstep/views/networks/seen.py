"""The input of a network, with what can reach a cell drawn on it."""

from collections.abc import Iterator, Sequence

from cnnstep.engine.arrays import Array
from cnnstep.engine.steps import Index
from cnnstep.geometry import by
from cnnstep.networks.receptive_field import Fields, on_maps, seen_by
from cnnstep.networks.run import Run
from cnnstep.views.page.scene import Box, Panel
from cnnstep.views.panels.pictures import input_picture

PLANE = 3
"""Axes of a picture with its channels."""


def seen_picture(run: Run, number: int, cell: Index, columns: int) -> Iterator[Panel]:
    """The input with what can reach a cell drawn on it."""
    if run.x.ndim != PLANE:
        return
    name = run.layers[number - 1].name
    number, cell = on_maps(run.layers, number, cell)
    seen = seen_by(run.layers, number)
    box = (
        field_box(run.x, [field.positions(place) for field, place in zip(seen, cell[1:], strict=True)])
        if seen
        else None
    )
    yield input_picture(run.x, box, columns=columns, caption=f"{name} sees {sees(seen)}")


def sees(seen: Fields | None) -> str:
    """How much of the input that is."""
    return "all" if seen is None else by([field.size for field in seen])


def field_box(x: Array, ranges: Sequence[range]) -> Box:
    """Rows and columns of the input in fractions of its sides."""
    (rows, columns), (high, wide) = ranges, x.shape[1:]
    return Box(rows.start / high, columns.start / wide, rows.stop / high, columns.stop / wide)
