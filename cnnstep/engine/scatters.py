"""Steps that read one cell and add to a window: the stamps of a transposed convolution."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array, outer
from cnnstep.engine.steps import Bound, Step, Walk, number_of
from cnnstep.geometry import Sizes, TransposedAxis


@dataclass(frozen=True, slots=True, eq=False)
class Stamp(Step):
    """A cell whose value, times the kernel, is added to a window of the output.

    `value` is the input cell's. `weights`, `products` and `before` (what stood in the output) are
    (filters, *window); `inside` marks the cells of the window that lie in the output, the others are
    cut away as padding. `window` holds the output positions on each spatial axis.
    """

    channel: int
    filters: range
    window: tuple[range, ...]
    inside: Array
    weights: Array
    products: Array
    before: Array

    def __post_init__(self) -> None:
        for array in (self.inside, self.weights, self.products, self.before):
            array.flags.writeable = False

    @property
    def after(self) -> Array:
        """What stands in the output when the stamp has been added."""
        result: Array = self.before + self.products
        return result

    def write(self, output: Array) -> None:
        """Add the products to the window."""
        for place in map(tuple, np.argwhere(self.inside).tolist()):
            target = tuple(positions[i] for positions, i in zip(self.window, place, strict=True))
            for number, f in enumerate(self.filters):
                output[(f, *target)] += self.products[(number, *place)]

    def as_dict(self) -> dict[str, Any]:
        """The step for machines; `window` has [start, stop] in output coordinates."""
        return {
            "number": self.number,
            "index": list(self.index),
            "filters": [self.filters.start, self.filters.stop],
            "window": [[positions.start, positions.stop] for positions in self.window],
            "inside": self.inside.tolist(),
            "weights": self.weights.tolist(),
            "products": self.products.tolist(),
            "before": self.before.tolist(),
            "after": self.after.tolist(),
            "value": self.value,
        }


class Scatter(Bound):
    """A bound operation whose steps are stamps; `weights` is (channels, filters of a group, *window)."""

    __slots__ = ()
    visits = "input"
    sizes: Sizes[TransposedAxis]
    weights: Array
    bias: Array

    @property
    def axes(self) -> tuple[TransposedAxis, ...]:
        """The spatial axes."""
        return self.sizes.axes

    @abstractmethod
    def filters(self, channel: int) -> range:
        """The output channels that an input channel stamps onto."""

    def window(self, cell: Sequence[int]) -> tuple[range, ...]:
        """The output positions that an input cell stamps, on each spatial axis; some may be cut away."""
        return tuple(axis.window(i) for axis, i in zip(self.axes, cell, strict=True))

    def inside(self, window: Sequence[range]) -> Array:
        """Which cells of a window lie in the output."""
        masks = [np.isin(positions, range(axis.output)) for axis, positions in zip(self.axes, window, strict=True)]
        return outer(masks).astype(bool)

    def partial(self, number: int, channel: int, window: Sequence[range]) -> Array:
        """What stands at these output positions before step `number`: (filters of the channel, *positions).

        Only the input cells whose stamps reach the window are looked at.
        """
        near = [axis.reaching(positions) for axis, positions in zip(self.axes, window, strict=True)]
        group = len(self.x) // self.sizes.groups
        first = channel // group * group
        channels = slice(first, channel + 1)
        x = self.x[(channels, *(slice(cells.start, cells.stop) for cells in near))]
        whole = x.dtype.kind in "iu" and self.weights.dtype.kind in "iu"
        x = x.astype(object if whole else np.float64)
        last = x[-1] if x.size else x
        for place in product(*map(range, last.shape)) if x.size else ():
            cell = tuple(cells.start + i for cells, i in zip(near, place, strict=True))
            if number_of((channel, *cell), self.x.shape) >= number:
                last[place] = 0
        filters = self.filters(channel)
        bias = self.bias[filters.start : filters.stop].astype(x.dtype).reshape(-1, *(1,) * len(near))
        if not x.size:
            return np.broadcast_to(bias, (len(filters), *map(len, window))).copy()
        origin = [axis.window(cells.start).start for axis, cells in zip(self.axes, near, strict=True)]
        stamped = scatter(x, self.weights[channels].astype(x.dtype), self.axes)
        picked = stamped
        for number_of_axis, (positions, start) in enumerate(zip(window, origin, strict=True), 1):
            at = np.asarray(positions) - start
            known = (at >= 0) & (at < stamped.shape[number_of_axis])
            picked = picked.take(np.where(known, at, 0), axis=number_of_axis)
            mask = known.reshape([-1 if i == number_of_axis else 1 for i in range(picked.ndim)])
            picked = np.where(mask, picked, 0)
        total: Array = np.where(self.inside(window), picked + bias, 0)
        return total


StampWalk: TypeAlias = Walk[Stamp, Scatter]


def scatter(x: Array, weights: Array, axes: Sequence[TransposedAxis]) -> Array:
    """Stamp every cell of x (C, *spatial) with weights (C, F, *window): (F, *all that is stamped).

    One pass for each cell of the kernel: all input cells at once, a stride apart.
    """
    spatial = x.shape[1:]
    stamped = [(n - 1) * axis.stride + axis.extent + axis.output_padding for n, axis in zip(spatial, axes, strict=True)]
    output: Array = np.zeros((weights.shape[1], *stamped), x.dtype)
    for tap in np.ndindex(weights.shape[2:]):
        places = tuple(
            slice(t * axis.dilation, t * axis.dilation + (n - 1) * axis.stride + 1, axis.stride)
            for t, n, axis in zip(tap, spatial, axes, strict=True)
        )
        for channel, each in zip(x, weights, strict=True):
            for f in range(len(output)):
                if weight := each[(f, *tap)]:
                    output[f][places] += weight * channel
    return output
