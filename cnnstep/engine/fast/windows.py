"""Windows of batches laid out (channels, *space, images), so that each copy runs over neighbouring numbers.

Every cell of the kernel is one slab: what all windows of all images have there. Taking slabs out of the input gives
the columns of a matrix product (im2col); adding slabs to where they came from is its transpose (col2im).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from math import prod
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.border import OUTSIDE, Border
from cnnstep.geometry import Axis, WindowAxis
from cnnstep.geometry.axes import tap_views

ZEROS = Border()


class Rooms:
    """Arrays that are written again and again: memory that is new has to be found and cleared by the system."""

    def __init__(self) -> None:
        self._rooms: dict[str, Array] = {}

    def room(self, name: str, shape: tuple[int, ...], dtype: np.dtype[Any], fill: float | None = None) -> Array:
        """An array of this shape: what was left in it, at first `fill`, if that is given."""
        kept = self._rooms.get(name)
        if kept is not None and kept.shape == shape and kept.dtype == dtype:
            return kept
        if fill is not None:
            kept = self._rooms[name] = np.full(shape, fill, dtype)
            return kept
        # the last batch may be smaller, and layers may share a room: it is as large as the largest was
        whole = f"{name} whole"
        if whole not in self._rooms or self._rooms[whole].size < prod(shape) or self._rooms[whole].dtype != dtype:
            self._rooms[whole] = np.empty(prod(shape), dtype)
        kept = self._rooms[name] = self._rooms[whole][: prod(shape)].reshape(shape)
        return kept


class Windows(Rooms):
    """The windows on maps (C, *space, N), of an operation that slides or, with transposed axes, of one that adds.

    Columns stand in a room that is `shared` where no gradient is asked for later.
    """

    def __init__(self, axes: Sequence[WindowAxis], border: Border = ZEROS, shared: Rooms | None = None) -> None:
        super().__init__()
        self.border, self.shared = border, shared or self
        # of a transposed convolution input and output change places
        self.space = tuple(a.input if isinstance(a, Axis) else a.output for a in axes)
        self.counts = tuple(a.output if isinstance(a, Axis) else a.input for a in axes)
        self.before = tuple(a.before for a in axes)
        self.whole = tuple(a.reach if isinstance(a, Axis) else a.uncut for a in axes)
        self.kernel = tuple(a.kernel for a in axes)
        self.stride, self.dilation = tuple(a.stride for a in axes), tuple(a.dilation for a in axes)
        self.views = [(slice(None), *view) for view in tap_views(axes, self.counts)]
        self.is_bare = self.whole == self.space
        self.inside = (slice(None), *(slice(b, b + n) for b, n in zip(self.before, self.space, strict=True)))
        self.copied = list(self._copied())
        self.overlap = any(a.stride < a.extent for a in axes)
        # one window over all, or windows of one cell: the columns are the input as it stands
        whole_window = self.kernel == self.whole and prod(self.counts) == 1
        self.is_plain = self.is_bare and (whole_window or (prod(self.kernel) == 1 and self.counts == self.space))

    def padded(self, x: Array) -> Array:
        """The maps with what stands beside them."""
        if self.is_bare:
            return x
        made = self.room("padded", (len(x), *self.whole, x.shape[-1]), x.dtype, self.border.value)
        made[self.inside] = x
        for target, source in self.copied:
            made[target] = made[source]
        return made

    def _copied(self) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
        """Every cell beside the maps that is a copy, and the one it is a copy of, axis after axis."""
        for number, (before, size, whole) in enumerate(zip(self.before, self.space, self.whole, strict=True), 1):
            cells = [*range(-before, 0), *range(size, whole - before)]
            for cell, source in zip(cells, self.border.source(cells, size).tolist(), strict=True):
                if source != OUTSIDE:
                    along = (slice(None),) * number
                    yield (*along, before + cell), (*along, before + source)

    def columns(self, x: Array) -> Array:
        """Every window a column: (C · kernel, windows · N)."""
        taps, many = prod(self.kernel), prod(self.counts) * x.shape[-1]
        if self.is_plain:
            return x.reshape(len(x) * taps, many)
        x = np.ascontiguousarray(self.padded(x))
        channel, *steps, image = x.strides
        apart = [[step * a for step, a in zip(steps, each, strict=True)] for each in (self.dilation, self.stride)]
        shape = (len(x), *self.kernel, *self.counts, x.shape[-1])
        made = self.shared.room("columns", shape, x.dtype)
        # windows overlap in the memory of x
        made[...] = np.ndarray(shape, x.dtype, x, 0, (channel, *apart[0], *apart[1], image))
        return made.reshape(len(x) * taps, many)

    def added(self, columns: Array, channels: int) -> Array:
        """Each column added to its window: the transpose of `columns`."""
        images = columns.size // (channels * prod(self.kernel) * prod(self.counts))
        if self.is_plain:
            return columns.reshape(channels, *self.space, images)
        slabs = columns.reshape(channels, -1, *self.counts, images)
        return self.spread(slabs[:, number] for number in range(len(self.views)))

    def spread(self, slabs: Iterable[Array]) -> Array:
        """One slab for each cell of the kernel, added to where all windows have that cell."""
        each = iter(slabs)
        first = next(each)
        # windows that do not overlap write the same cells again, and the others stay 0
        made = self.room("spread", (len(first), *self.whole, first.shape[-1]), first.dtype, 0)
        if self.overlap:
            made[...] = 0
        for view, slab in zip(self.views, chain([first], each), strict=True):
            if self.overlap:
                made[view] += slab
            else:
                made[view] = slab
        for target, source in reversed(self.copied):
            made[source] += made[target]
        return made[self.inside]
