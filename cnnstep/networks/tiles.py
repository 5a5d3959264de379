"""A convolution of batches as one matrix product: several windows of a row side by side in one row of the matrix.

A row of the left matrix holds the input of `width` neighbouring windows once, not once for each of them;
the right matrix holds the filters that often, shifted, with zeros between. That costs products with zeros
and saves copies, of which a small convolution would mostly consist (im2col is the case of width 1).
"""

from collections.abc import Callable, Sequence

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.geometry import Axis

COPY = 24
"""How many products take as long as copying a number into the left matrix."""


def tiled(weights: Array, bias: Array, axes: Sequence[Axis], channels: int, first: int) -> Callable[[Array], Array]:
    """From padded images (N, H, W, C), contiguous, to maps (N, rows, columns, F), with filters (F, depth, kh, kw).

    They read `depth` of the C `channels`, from `first` on.
    """
    rows, columns = axes
    filters, depth = weights.shape[:2]
    width = _width(columns, filters)
    reach = (width - 1) * columns.stride + columns.extent if width > 1 else columns.kernel
    # one window alone copies only the cells it reads; shifted windows need those between as well
    step = 1 if width > 1 else columns.dilation
    matrix = _matrix(weights, columns, width, reach, step)
    biases = np.tile(bias, width)
    tiles = columns.output // width
    deep = matrix.itemsize
    along = deep * channels
    down = along * (columns.input + columns.before + columns.after)
    image = down * (rows.input + rows.before + rows.after)
    shape = (rows.output, tiles, rows.kernel, reach, depth)
    strides = (
        image, down * rows.stride, along * columns.stride * width, down * rows.dilation, along * step, deep,
    )  # fmt: skip
    workspace = Workspace()

    def run(x: Array) -> Array:
        windows = workspace.room(0, (len(x), *shape))
        # windows overlap in the memory of x, whose strides no matrix product takes: they are laid out first
        windows[...] = np.ndarray(windows.shape, x.dtype, x, first * deep, strides)
        made = workspace.room(1, (len(x) * rows.output * tiles, matrix.shape[1]))
        np.matmul(windows.reshape(-1, len(matrix)), matrix, out=made)
        made += biases
        return made.reshape(len(x), rows.output, columns.output, filters)

    return run


class Workspace:
    """Arrays that are written again and again: memory that is new has to be found and cleared by the system."""

    def __init__(self) -> None:
        self._rooms: dict[int, Array] = {}

    def room(self, number: int, shape: tuple[int, ...]) -> Array:
        """An array of this shape, with anything in it; the same one for the same number and shape."""
        # the last batch may be smaller; what was handed out before is overwritten by the next
        if number not in self._rooms or self._rooms[number].shape != shape:
            self._rooms[number] = np.empty(shape, dtype=np.float32)
        return self._rooms[number]


def _width(columns: Axis, filters: int) -> int:
    """How many windows share a row: the divisor of the output that costs least for each window.

    A row of so many numbers is copied once, and multiplied with as many columns as windows have filters.
    """

    def cost(width: int) -> float:
        reach = (width - 1) * columns.stride + columns.extent
        return reach * (width * filters + COPY) / width

    # only divisors: no row ends in a window that is not there
    return min((width for width in range(1, columns.output + 1) if columns.output % width == 0), key=cost)


def _matrix(weights: Array, columns: Axis, width: int, reach: int, step: int) -> Array:
    """(kh · reach · C, width · F): the filters once for each window, each shifted by a stride."""
    filters, depth, high, wide = weights.shape
    matrix = np.zeros((high, reach, depth, width, filters), dtype=np.float32)
    for window in range(width):
        for tap in range(wide):
            at = window * columns.stride + (tap * columns.dilation if step == 1 else tap)
            matrix[:, at, :, window, :] = weights[:, :, :, tap].transpose(2, 1, 0)
    return matrix.reshape(high * reach * depth, width * filters)
