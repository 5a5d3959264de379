"""The input of a network, with what can reach a cell drawn on it."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from numpy.typing import NDArray

from cnnstep.engine.steps import Index
from cnnstep.geometry import by
from cnnstep.networks.fields import Fields, fields
from cnnstep.networks.origins import origin
from cnnstep.networks.run import Run
from cnnstep.scenes.pictures import input_picture
from cnnstep.scenes.scene import Box, Panel

Array: TypeAlias = NDArray[Any]

PLANE = 3
"""Axes of a picture with its channels."""


def seen_picture(run: Run, number: int, cell: Index, columns: int) -> Iterator[Panel]:
    """The input with what can reach a cell drawn on it."""
    if run.x.ndim != PLANE:
        return
    seen, name = fields(run.layers)[number - 1], run.layers[number - 1].name
    while seen is not None and len(cell) != PLANE:  # a cell in a row sees what it saw before it stood there
        cell, number = origin(run, number, cell).source, number - 1
    yield input_picture(run.x, field_box(run.x, seen, cell), columns=columns, caption=f"{name} sees {sees(seen)}")


def sees(seen: Fields | None) -> str:
    """How much of the input that is."""
    return "all" if seen is None else by([field.size for field in seen])


def field_box(x: Array, seen: Fields | None, cell: Index) -> Box | None:
    """The receptive field in fractions of the input's sides."""
    if seen is None:
        return None
    (rows, columns) = (field.positions(place) for field, place in zip(seen, cell[1:], strict=True))
    high, wide = x.shape[1:]
    return Box(rows.start / high, columns.start / wide, rows.stop / high, columns.stop / wide)
