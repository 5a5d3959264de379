"""A walk: the same result as an operation's output, one step at a time, each computed only when asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnstep.errors import GeometryError
from cnnstep.geometry import Sizes, by

Array: TypeAlias = NDArray[Any]
Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One window: value = Σ patch·weights / divisor + bias, written at `index`.

    `patch`, `weights` and `products` are (channels, *window); `is_padding` marks the cells of the
    window that lie outside the input. `window` holds the input positions read on each spatial axis,
    `channels` the input channels. `number` counts the steps from 0.
    """

    number: int
    index: Index
    channels: range
    window: tuple[range, ...]
    patch: Array
    is_padding: Array
    weights: Array
    products: Array
    divisor: float
    bias: float
    value: float

    def __post_init__(self) -> None:
        for array in (self.patch, self.is_padding, self.weights, self.products):
            array.flags.writeable = False

    def as_dict(self) -> dict[str, Any]:
        """The step for machines; `window` has [start, stop] on each axis, in input coordinates."""
        return {
            "index": list(self.index),
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
    def sizes(self) -> Sizes:
        """Axes, channels and filters."""
        ...

    def region(self, channels: slice, window: Sequence[range]) -> tuple[Array, Array]:
        """The input at these positions, also outside it, and which of them are padding."""
        ...

    def step(self, number: int, index: Index) -> Step:
        """One step, in O(window)."""
        ...

    def output(self) -> Array:
        """The whole result, vectorised."""
        ...


class Operation(Protocol):
    """What turns an array into another: its sizes, its whole result at once, or step by step."""

    def sizes(self, input_shape: Sequence[int]) -> Sizes:
        """Axes, channels and filters for an input of this shape, all checked."""
        ...

    def output_shape(self, input_shape: Sequence[int]) -> tuple[int, ...]:
        """Channels, then spatial axes of the output."""
        ...

    def output(self, x: ArrayLike) -> Array:
        """The whole result, vectorised."""
        ...

    def walk(self, x: ArrayLike) -> "Walk":
        """The same result, one step at a time."""
        ...


class Walk(Sequence[Step]):
    """A lazy sequence of steps: `walk[3]`, `walk[-1]`, `walk[filter, row, column]`, slices.

    Any step costs its window, whatever the size of the input. `output` is the whole map, computed
    once, the fast way.
    """

    def __init__(self, bound: Bound, order: range | None = None) -> None:
        self.bound = bound
        self.shape = (bound.sizes.filters or 1, *bound.sizes.output)
        self._order = range(prod(self.shape)) if order is None else order

    @property
    def sizes(self) -> Sizes:
        """Axes, channels and filters."""
        return self.bound.sizes

    @cached_property
    def output(self) -> Array:
        """The whole result, (filters, *spatial), computed once."""
        whole = self.bound.output()
        whole.flags.writeable = False
        return whole

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, key: int | Index) -> Step: ...
    @overload
    def __getitem__(self, key: slice) -> "Walk": ...
    def __getitem__(self, key: int | Index | slice) -> "Step | Walk":
        if isinstance(key, slice):
            return Walk(self.bound, self._order[key])
        number = self.number(key) if isinstance(key, tuple) else self._order[key]
        return self.bound.step(number, tuple(map(int, np.unravel_index(number, self.shape))))

    def __iter__(self) -> Iterator[Step]:
        return map(self.__getitem__, range(len(self)))

    def number(self, index: Index) -> int:
        """Which step writes the output cell; a place without a channel means channel 0."""
        missing = len(self.shape) - len(index)
        full = (0,) * missing + tuple(index)
        if missing not in {0, 1} or not all(0 <= i < n for i, n in zip(full, self.shape, strict=True)):
            axes = self.shape[missing:] if missing in {0, 1} else self.shape
            raise GeometryError(
                f"{','.join(map(str, index))} is outside the {by(self.shape)} output, which counts from 0",
                f"the last cell is {','.join(str(n - 1) for n in axes)}",
            )
        return int(np.ravel_multi_index(full, self.shape))


def replay(walk: Walk) -> Array:
    """Rebuild the output from the steps alone, one after another: the proof of every walk."""
    output: Array = np.zeros(walk.shape, dtype=object)
    for step in walk:
        output[step.index] = step.value
    return output
