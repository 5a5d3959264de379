"""A walk: the same result as an operation's output, one step at a time, each computed only when asked for."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from math import prod
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnstep.errors import GeometryError
from cnnstep.geometry import Axis, Sizes, by

Array: TypeAlias = NDArray[Any]
Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of a walk: its number, counted from 0, the cell that it visits, and the value it finds."""

    number: int
    index: Index
    value: float

    def write(self, output: Array) -> None:
        """Do to the output what this step does to it: here, set the cell that it computes."""
        output[self.index] = self.value

    def as_dict(self) -> dict[str, Any]:
        """The step for machines."""
        return {"number": self.number, "index": list(self.index), "value": self.value}


@dataclass(frozen=True, slots=True, eq=False)
class WeightedSum(Step):
    """A window that is multiplied and added up: value = Σ patch·weights / divisor + bias.

    `patch`, `weights` and `products` are (channels, *window); `is_padding` marks the cells of the
    window that lie outside the input. `window` holds the input positions read on each spatial axis,
    `channels` the input channels.
    """

    channels: range
    window: tuple[range, ...]
    patch: Array
    is_padding: Array
    weights: Array
    products: Array
    divisor: float
    bias: float

    def __post_init__(self) -> None:
        for array in (self.patch, self.is_padding, self.weights, self.products):
            array.flags.writeable = False

    def as_dict(self) -> dict[str, Any]:
        """The step for machines; `window` and `channels` have [start, stop], in input coordinates."""
        return {
            "number": self.number,
            "index": list(self.index),
            "channels": [self.channels.start, self.channels.stop],
            "window": [[positions.start, positions.stop] for positions in self.window],
            "patch": self.patch.tolist(),
            "is_padding": self.is_padding.tolist(),
            "weights": self.weights.tolist(),
            "products": self.products.tolist(),
            "divisor": self.divisor,
            "bias": self.bias,
            "value": self.value,
        }


class Bound(Protocol):
    """An operation that has met its input: everything is checked, nothing can fail any more."""

    @property
    def x(self) -> Array:
        """The input, (channels, *spatial)."""
        ...

    @property
    def grid(self) -> tuple[int, ...]:
        """The cells that the walk visits, in order: those of the output where a step computes one cell."""
        ...

    def step(self, number: int, index: Index) -> Any:
        """One step, in O(window)."""
        ...

    def output(self) -> Array:
        """The whole result, vectorised."""
        ...


class Windowed(Bound, Protocol):
    """A bound operation that slides a window: it has axes, and can show the input around a window."""

    @property
    def sizes(self) -> Sizes[Axis]:
        """Axes, channels and filters."""
        ...

    def region(self, channels: slice, window: Sequence[range]) -> tuple[Array, Array]:
        """The input at these positions, also outside it, and which of them are padding."""
        ...


class Operation(Protocol):
    """What turns an array into another: its sizes, its whole result at once, or step by step."""

    def sizes(self, input_shape: Sequence[int]) -> Sizes[Any]:
        """Axes, channels and filters for an input of this shape, all checked."""
        ...

    def output_shape(self, input_shape: Sequence[int]) -> tuple[int, ...]:
        """Channels, then spatial axes of the output."""
        ...

    def output(self, x: ArrayLike) -> Array:
        """The whole result, vectorised."""
        ...

    def walk(self, x: ArrayLike) -> "Walk[Any, Any]":
        """The same result, one step at a time."""
        ...


S_co = TypeVar("S_co", bound=Step, covariant=True)
B_co = TypeVar("B_co", bound=Bound, covariant=True)


class Walk(Sequence[S_co], Generic[S_co, B_co]):
    """A lazy sequence of steps: `walk[3]`, `walk[-1]`, `walk[filter, row, column]`, slices.

    Any step costs its window, whatever the size of the input. `output` is the whole result, computed
    once, the fast way.
    """

    def __init__(self, bound: B_co, order: range | None = None) -> None:
        if prod(bound.grid) > sys.maxsize:
            raise GeometryError(f"the {by(bound.grid)} output has too many cells to count", "use a smaller --padding")
        self.bound = bound
        self._order = range(prod(bound.grid)) if order is None else order

    @property
    def shape(self) -> tuple[int, ...]:
        """The grid of cells that the walk visits."""
        return self.bound.grid

    @cached_property
    def output(self) -> Array:
        """The whole result, computed once."""
        whole = self.bound.output()
        whole.flags.writeable = False
        return whole

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, key: int | Index) -> S_co: ...
    @overload
    def __getitem__(self, key: slice) -> "Walk[S_co, B_co]": ...
    def __getitem__(self, key: int | Index | slice) -> "S_co | Walk[S_co, B_co]":
        if isinstance(key, slice):
            return Walk(self.bound, self._order[key])
        number = self.number(key) if isinstance(key, tuple) else self._order[key]
        step: S_co = self.bound.step(number, _cell(number, self.shape))
        return step

    def __iter__(self) -> Iterator[S_co]:
        return map(self.__getitem__, range(len(self)))

    def number(self, index: Index) -> int:
        """Which step visits the cell; a place without a channel means channel 0."""
        missing = len(self.shape) - len(index)
        full = (0,) * missing + tuple(index)
        if missing not in {0, 1} or not all(0 <= i < n for i, n in zip(full, self.shape, strict=True)):
            axes = self.shape[missing:] if missing in {0, 1} else self.shape
            raise GeometryError(
                f"{','.join(map(str, index))} is outside the {by(self.shape)} output, which counts from 0",
                f"the last cell is {','.join(str(n - 1) for n in axes)}",
            )
        return reduce(lambda number, place: number * place[1] + place[0], zip(full, self.shape, strict=True), 0)


def _cell(number: int, grid: Index) -> Index:
    """The cell of a grid that has this number, in row-major order."""
    cell: list[int] = []
    for size in reversed(grid):
        number, place = divmod(number, size)
        cell.append(place)
    return tuple(reversed(cell))


WindowWalk: TypeAlias = Walk[WeightedSum, Windowed]


def replay(walk: Walk[Any, Any]) -> Array:
    """Rebuild the output from the steps alone, one after another: the proof of every walk."""
    output: Array = np.zeros(walk.output.shape, dtype=object)
    for step in walk:
        step.write(output)
    return output
