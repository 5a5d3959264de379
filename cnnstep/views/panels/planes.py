"""Any number of axes on a flat screen: a signal is one row, of a film the frames stand side by side."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.gathers import Gather, WindowWalk
from cnnstep.geometry import Axis, by
from cnnstep.views.page.grid import Box

Reader: TypeAlias = Callable[[range, range], tuple[Array, Array]]

# the rows that a signal lacks: with them grids, frames and pictures need to know two axes only
ONE_ROW = Axis(1, 1)


class Sheet(NamedTuple):
    """Rows and columns of a grid of cells as a screen shows them, and where in the other axes they lie."""

    lead: tuple[int, ...]
    rows: int
    columns: int
    cell: tuple[int, int]
    is_row: bool

    def place(self, row: int, column: int) -> tuple[int, ...]:
        """The cell's index in the whole grid."""
        return (*self.lead, column) if self.is_row else (*self.lead, row, column)

    @property
    def size(self) -> str:
        """Its size as people write it."""
        return str(self.columns) if self.is_row else by((self.rows, self.columns))


def sheet(shape: Sequence[int], index: Sequence[int]) -> Sheet:
    """The sheet of a grid (N,), (C, N), (C, H, W) or (C, D, H, W) that a cell lies on."""
    is_row = len(shape) < 3
    if is_row:
        return Sheet(tuple(index[:-1]), 1, shape[-1], (0, index[-1]), is_row)
    return Sheet(tuple(index[:-2]), shape[-2], shape[-1], (index[-2], index[-1]), is_row)


class Plane(NamedTuple):
    """Two axes of an input, the window on them, and how to read the cells; `frame` is where in a film."""

    axes: tuple[Axis, Axis]
    window: tuple[range, range]
    read: Reader
    frame: int | None = None

    @property
    def size(self) -> str:
        """The input's size as people write it."""
        down, along = self.axes
        return str(along.input) if down == ONE_ROW else by((down.input, along.input))

    @property
    def box(self) -> Box:
        """The window in fractions of the input's sides."""
        return fractions(self.window, [axis.input for axis in self.axes])


def fractions(window: Sequence[range], sizes: Sequence[int]) -> Box:
    """A window on rows and columns in fractions of their sizes, as pictures frame it."""
    (rows, columns), (high, wide) = window, sizes
    return Box(rows.start / high, columns.start / wide, rows.stop / high, columns.stop / wide)


def cell_plane(x: Array, index: Sequence[int]) -> Plane:
    """The sheet of an input that a cell lies on, with just that cell framed."""
    place = sheet(x.shape, index)
    values = x[place.lead].reshape(place.rows, place.columns)

    def read(rows: range, columns: range) -> tuple[Array, Array]:
        shown = values[rows.start : rows.stop, columns.start : columns.stop]
        return shown, np.zeros(shown.shape, dtype=bool)

    row, column = place.cell
    down = ONE_ROW if place.is_row else Axis(place.rows, 1)
    return Plane((down, Axis(place.columns, 1)), (range(row, row + 1), range(column, column + 1)), read)


def planes(walk: WindowWalk, step: Gather) -> list[Plane]:
    """What the step reads of its first channel: one plane, or one for each frame of a window on a film."""
    axes, bound = walk.bound.axes, walk.bound
    channels = slice(step.channels.start, step.channels.start + 1)

    def reader(*before: range) -> Reader:
        def read(rows: range, columns: range) -> tuple[Array, Array]:
            # as many as there are axes, from the end: the rows that a signal lacks fall off again
            values, is_padding = bound.region(channels, [*before, rows, columns][-len(axes) :])
            return values.reshape(len(rows), len(columns)), is_padding.reshape(len(rows), len(columns))

        return read

    (down, along), (rows, columns) = (ONE_ROW, *axes)[-2:], (range(1), *step.window)[-2:]
    if len(axes) < 3:
        return [Plane((down, along), (rows, columns), reader())]
    frames = ((frame, reader(range(frame, frame + 1))) for frame in step.window[0])
    return [Plane((down, along), (rows, columns), read, frame) for frame, read in frames]


def slices(array: Array) -> Array:
    """An array (channels, *window) as flat pieces: (channels · frames, rows, columns)."""
    rows = array.shape[-2] if array.ndim > 2 else 1
    return array.reshape(-1, rows, array.shape[-1])
