"""Max unpooling: pooled values go back to where the maxima stood, and every other cell is 0."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, channels_first
from cnnstep.engine.border import Border
from cnnstep.engine.gathers import Pooled, Windowed
from cnnstep.engine.pooling import NO_BORDER, Pooling
from cnnstep.engine.steps import Index, Operation, Source, Step
from cnnstep.errors import DataError, GeometryError, Setting
from cnnstep.geometry import Axis, Sizes, by
from cnnstep.geometry.numbering import place_of

INPUTS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Unpooling(Operation[Windowed]):
    """Put values back to where max pooling found them: y[switch of window i] = value i, all other cells 0.

    It takes two inputs together, `(values, x)`: x is what was pooled, (*spatial) or (C, *spatial), and the values are
    of the shape that pooling makes of it. The switch of a window is the place of its largest cell, of several that
    tie the first in reading order. Where two windows share a switch, the value of the later one in reading order
    stays. The output has the shape of x.

    Raises GeometryError for another kind of pooling, and for values of another shape.
    Source: Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, 2014; PyTorch,
    torch.nn.MaxUnpool2d.
    """

    pooling: Pooling
    noun: ClassVar[str] = "unpooling"

    def __post_init__(self) -> None:
        if self.pooling.kind != "max":
            raise GeometryError(
                f"{self.pooling.kind} pooling has no places to go back to: only a maximum stands somewhere",
                ("use ", Setting("kind", "max")),
            )

    def bind(self, x: ArrayLike) -> Windowed:
        """Meet the values and what was pooled, and check that they fit."""
        given: Any = x
        if not isinstance(given, tuple | list) or len(given) != INPUTS:
            raise GeometryError("unpooling takes two inputs together", "give (values, x), with x what was max-pooled")
        values, maps = (channels_first(each, self.pooling.axes) for each in given)
        pooled = self.pooling.bind(maps)
        if values.shape != pooled.grid:
            raise GeometryError(
                f"values of {by(values.shape)} do not fit: {by(maps.shape)} pools to {by(pooled.grid)}",
                f"give values of {by(pooled.grid)}",
            )
        return _Bound(maps, self.pooling.sizes(maps.shape), NO_BORDER, values, pooled)


@dataclass(frozen=True, slots=True, eq=False)
class Unpooled(Step):
    """One value that is put back: to `target`, where the largest cell of its window stood; `pooled` found that."""

    pooled: Pooled
    target: Index

    def write(self, output: Array) -> None:
        """Set the cell of the output."""
        output[self.target] = self.value

    def main_source(self, shape: Index) -> Source:  # noqa: ARG002 - whatever its shape
        """The value: it comes from the first input, the second only says where to."""
        return Source(self.index)

    def found(self) -> dict[str, Any]:
        """What pooling has found, and where the value is put."""
        return self.pooled.found() | {"maximum": self.pooled.value, "target": list(self.target)}


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Windowed):
    """An unpooling that has met its inputs; its steps are the values, its windows those of the pooling."""

    visits = "pooled map"
    x: Array
    sizes: Sizes[Axis]
    border: Border
    values: Array
    pooled: Windowed

    @property
    def grid(self) -> tuple[int, ...]:
        return self.values.shape

    @property
    def input(self) -> Array:
        return self.values

    def giving(self, x: Array) -> tuple[Array, Array]:
        return x, self.x

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.x.shape

    def facts(self) -> dict[str, Any]:
        settings = {name: [axis.settings[name] for axis in self.axes] for name in self.axes[0].settings}
        return {"input": list(self.values.shape), **settings, "output": list(self.x.shape)}

    def output(self) -> Array:
        y = np.zeros((len(self.x), self.x[0].size), self.values.dtype)
        values = self.values.reshape(len(y), -1)
        for channel, places in enumerate(self.switches()):
            put(y[channel], places, values[channel], is_shared=self.is_shared)
        return y.reshape(self.x.shape)

    @property
    def is_shared(self) -> bool:
        """Whether windows overlap, so that two of them may have the same switch."""
        return any(axis.output > 1 and axis.stride < axis.extent for axis in self.axes)

    def switches(self) -> Array:
        """The switch of every window, (C, windows): the number of a cell within its channel."""
        return switches(self.x, self.axes, [range(axis.output) for axis in self.axes]).reshape(len(self.x), -1)

    def step(self, number: int, index: Index) -> Unpooled:
        pooled: Pooled = self.pooled.step(number, index)
        return Unpooled(number, index, self.values[index].item(), pooled, pooled.main_source(self.x.shape).cell)

    def made_of(self, index: Index) -> Unpooled:
        """The value that was put to a cell of the output, the last of several; raises DataError where there is none."""
        channel, *cell = index
        reached = (axis.readers(range(at, at + 1)) for axis, at in zip(self.axes, cell, strict=True))
        steps: list[Unpooled] = [self.visit((channel, *window)) for window in product(*reached)]
        found = [step for step in steps if step.target == index]
        if not found:
            where = ",".join(map(str, index))
            raise DataError(
                f"no value was put to {where} of the output: it is 0",
                "ask for a cell where the largest of a window stood" if steps else "no window reads it",
            )
        return found[-1]

    def near(self, channel: int, region: Sequence[range], before: int) -> tuple[Array, Array]:
        """The values and the switches of the windows that reach a region of the output, of steps before `before`."""
        windows = [axis.readers(positions) for axis, positions in zip(self.axes, region, strict=True)]
        cells = np.ix_(*windows)
        numbers = channel * self.values[0].size + np.ravel_multi_index(cells, self.grid[1:])
        values = self.values[channel][cells]
        places = switches(self.x[channel : channel + 1], self.axes, windows)[0]
        done = numbers < before
        return values[done], places[done]

    def standing(self, before: int, channel: int, region: Sequence[range]) -> Array:
        """What stands in a region of the output before step `before`; only the windows that reach it are looked at."""
        values, places = self.near(channel, region, before)
        wide = np.zeros(tuple(map(len, region)), self.values.dtype)
        for value, place in zip(values.tolist(), places.tolist(), strict=True):
            cell = [at - first.start for at, first in zip(place_of(place, self.x.shape[1:]), region, strict=True)]
            if all(0 <= at < size for at, size in zip(cell, wide.shape, strict=True)):
                wide[tuple(cell)] = value
        return wide


def put(y: Array, places: Array, values: Array, *, is_shared: bool) -> None:
    """Set y at the places, one after the other: of values for the same place the last stays."""
    if not is_shared:
        y[places] = values
        return
    # NumPy does not say which of several values for the same place stays
    last = np.full(y.size, -1, dtype=np.intp)
    np.maximum.at(last, places, np.arange(places.size))
    reached = last >= 0
    y[reached] = values[last[reached]]


def switches(x: Array, axes: Sequence[Axis], windows: Sequence[range]) -> Array:
    """Where the first largest cell of some windows stands: (C, *windows), numbered within the channel.

    Axis after axis, the last one first: the first largest of a row is the leftmost, of rows the topmost.
    """
    places = np.broadcast_to(np.intp(0), x.shape)
    for number in range(len(axes), 0, -1):
        # cells from one position of this axis to the next
        apart = prod(axis.input for axis in axes[number:])
        x, places = _first_largest(x, places, axes[number - 1], (number, apart), windows[number - 1])
    return places


def _first_largest(x: Array, places: Array, axis: Axis, where: tuple[int, int], windows: range) -> tuple[Array, Array]:
    """Of windows along one axis the first largest cell, and its place."""
    number, apart = where
    shape = (-1, *(1,) * (x.ndim - 1 - number))
    starts = np.asarray(windows, dtype=np.intp) * axis.stride - axis.before

    def read(tap: int) -> tuple[Array, Array, Array]:
        at = starts + tap * axis.dilation
        clipped = np.clip(at, 0, axis.input - 1)
        each = places.take(clipped, axis=number) + (clipped * apart).reshape(shape)
        return (at == clipped).reshape(shape), x.take(clipped, axis=number), each

    seen, largest, kept = read(0)
    for tap in range(1, axis.kernel):
        inside, cells, each = read(tap)
        # padding is nothing there: it is never taken, and what was read in its stead is replaced
        better = inside & (~seen | (cells > largest))
        np.copyto(largest, cells, where=better)
        np.copyto(kept, each, where=better)
        seen = seen | inside
    return largest, kept
