"""The gradient of a pooling: every upstream value goes back to the cells of its window, all of it or shared."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import Any, ClassVar, NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array, outer, working_type
from cnnstep.engine.gathers import Pooled
from cnnstep.engine.gradients import orders
from cnnstep.engine.gradients.shares import SHARES, Windows
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.pooling import Pooling
from cnnstep.engine.reductions import KINDS, counted
from cnnstep.engine.scatters import Added, Scatter
from cnnstep.engine.steps import Bound, Index, Operation
from cnnstep.geometry import Axis, Sizes

AT_ONCE = 1 << 20
"""Cells of windows that are looked at together: 8 MB of places, which a cache's neighbour still holds."""


class Given(NamedTuple):
    """What windows give, a row each: to which places, which share of what arrives, over which divisor, and how much."""

    places: Array
    shares: Array
    divisors: Array
    products: Array


def pooling(operation: Pooling, x: Any, by: str) -> Operation[Any]:
    """∂L/∂x, window by window."""
    orders(by)
    return PoolingGradient(operation, operation.bind(x), "input")


@dataclass(frozen=True, slots=True, eq=False)
class Routed(Added):
    """An upstream value that goes to the cells of its window; `pooled` is what the window had found there."""

    pooled: Pooled
    divisor: int

    def found(self) -> dict[str, Any]:
        """What pooling had found, and what is added where."""
        return {**self.pooled.found(), **Added.found(self), "divisor": self.divisor}


@dataclass(frozen=True, slots=True, eq=False)
class PoolingGradient(Gradient):
    """∂L/∂x[i] = Σ over the windows o that read i of ∂L/∂y[o] · ∂y[o]/∂x[i].

    max, min: 1 for the first largest, or smallest, cell in reading order, 0 for the others. average: 1 / n, by the
    window's own divisor. median: 1 for the cell in the middle, or ½ for each of the two. lp: sign(x)·(|x| / y)^(p − 1).
    Where windows overlap, what arrives adds up. The output is (C, *spatial), as x is.
    """

    noun: ClassVar[str] = "pooling gradient"

    def meet(self, g: Array) -> Bound:
        """Meet an upstream gradient (C, *output)."""
        forward: Any = self.forward
        return _Routes(g, self.met, forward)


@dataclass(frozen=True, slots=True, eq=False)
class _Routes(Scatter):
    """The gradient of a pooling, with its upstream gradient."""

    visits = "upstream gradient"
    x: Array
    met: Any
    pooling: Pooling

    @property
    def sizes(self) -> Sizes[Axis]:  # type: ignore[override]  # those of the pooling
        """Those of the pooling."""
        sizes: Sizes[Axis] = self.met.sizes
        return sizes

    def facts(self) -> dict[str, Any]:
        return {"input": list(self.x.shape), "output": list(self.output_shape)}

    @property
    def grid(self) -> tuple[int, ...]:
        return self.x.shape

    @property
    def output_shape(self) -> tuple[int, ...]:
        shape: tuple[int, ...] = self.met.x.shape
        return shape

    @property
    def is_exact(self) -> bool:
        """Whether integers stay integers."""
        return KINDS[self.pooling.kind].extreme and self.x.dtype.kind != "f"

    def inside(self, window: Sequence[range]) -> Array:
        each = zip(self.axes, window, strict=True)
        return outer([counted(axis, positions, include_padding=False) for axis, positions in each])

    def output(self) -> Array:
        taps = prod(axis.kernel for axis in self.axes)
        dtype = working_type(self.x, np.ones((1, min(taps, prod(self.grid[1:]))), np.int64))
        made = np.zeros((len(self.x), prod(self.output_shape[1:])), dtype if self.is_exact else np.float64)
        rows, *others = (range(axis.output) for axis in self.axes)
        height = max(1, AT_ONCE // (taps * prod(map(len, others))))
        for channel in range(len(self.x)):
            for top in range(0, len(rows), height):
                given = self.given(channel, [rows[top : top + height], *others])
                # one after the other, as the steps do: of floats the order is seen in the last bit
                np.add.at(made[channel], given.places.ravel(), given.products.ravel().astype(made.dtype))
        return made.reshape(self.output_shape)

    def windows(self, channel: int, cells: Sequence[range]) -> Windows:
        """What some windows of a channel had read: a row each, in reading order."""
        size, include = (prod(map(len, cells)), -1), self.pooling.include_padding
        each = list(zip(self.axes, map(_positions, self.axes, cells), strict=True))
        inside = crossed([counted(axis, at, include_padding=False) for axis, at in each])
        # outside any cell is read: it is not inside, and gets nothing
        clipped = crossed([np.clip(at, 0, axis.input - 1) for axis, at in each])
        places = np.ravel_multi_index(np.broadcast_arrays(*clipped), self.output_shape[1:]).reshape(size)
        counts = outer([counted(axis, at, include_padding=include).sum(axis=1) for axis, at in each])
        values = self.met.x[channel].reshape(-1)[places]
        return Windows(values, places, reduce(np.logical_and, inside).reshape(size), counts.reshape(-1))

    def given(self, channel: int, cells: Sequence[range]) -> "Given":
        """What some windows of a channel give to their cells; a row each."""
        windows = self.windows(channel, cells)
        shares, divisors = SHARES[self.pooling.kind](windows, self.pooling.power)
        arrives = self.x[channel][np.ix_(*cells)].reshape(-1, 1)
        if self.is_exact:
            return Given(windows.places, shares, divisors, arrives.astype(object) * shares)
        return Given(windows.places, shares, divisors, arrives.astype(np.float64) * shares / divisors[:, None])

    def step(self, number: int, index: Index) -> Routed:
        channel, *cell = index
        window = self.window(cell)
        shape = (1, *map(len, window))
        given = self.given(channel, [range(i, i + 1) for i in cell])
        filters = range(channel, channel + 1)
        return Routed(
            number, index, self.x[index].item(), channel, filters, window, self.inside(window),
            given.shares.reshape(shape), given.products.reshape(shape), self.partial(number, filters, window),
            self.met.step(number, index), given.divisors[0].item(),
        )  # fmt: skip

    def partial(self, number: int, filters: range, window: Sequence[range]) -> Array:
        """What stands at these positions before step `number`: only the windows that reach them are looked at."""
        near = [axis.readers(positions) for axis, positions in zip(self.axes, window, strict=True)]
        box = np.zeros([len(range(at.start, at.stop)) for at in window], object if self.is_exact else np.float64)
        for row in near[0]:  # of large windows a row of them at a time, for the memory's sake
            cells = [range(row, row + 1), *near[1:]]
            given, index = self.given(filters.start, cells), np.ix_([filters.start], *cells)
            done = np.ravel_multi_index(index, self.grid).ravel() < number
            places = np.unravel_index(given.places[done].ravel(), self.output_shape[1:])
            local = [place - at.start for place, at in zip(places, window, strict=True)]
            near_by = [(place >= 0) & (place < size) for place, size in zip(local, box.shape, strict=True)]
            meant = np.logical_and.reduce(near_by)
            np.add.at(box, tuple(place[meant] for place in local), given.products[done].ravel()[meant])
        taps: Array = box[tuple(slice(None, None, at.step) for at in window)]
        standing: Array = np.where(self.inside(window), taps, 0)[None]
        return standing


def _positions(axis: Axis, cells: range) -> Array:
    """The positions that some windows read on one axis: (windows, cells of the window)."""
    starts = np.array(cells) * axis.stride - axis.before
    positions: Array = starts[:, None] + np.arange(axis.kernel) * axis.dilation
    return positions


def crossed(parts: Sequence[Array]) -> list[Array]:
    """Arrays (windows, cells) of each axis, so that together they broadcast to (*windows, *cells)."""
    axes = range(2 * len(parts))
    return [
        np.expand_dims(part, tuple(i for i in axes if i not in {number, number + len(parts)}))
        for number, part in enumerate(parts)
    ]
