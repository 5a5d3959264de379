"""A walk: the same result as an operation's output, one step at a time, each computed only when asked for."""

from collections.abc import Callable, Iterator, Sequence
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

    def __init__(
        self,
        x: Array,
        sizes: Sizes,
        shape: tuple[int, ...],
        step_at: Callable[[int, Index], Step],
        whole: Callable[[], Array],
        order: range | None = None,
    ) -> None:
        self.x = x
        self.sizes = sizes
        self.shape = shape
        self._step_at = step_at
        self._whole = whole
        self._order = range(prod(shape)) if order is None else order

    @cached_property
    def output(self) -> Array:
        """The whole result, (filters, *spatial)."""
        return self._whole()

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, key: int | Index) -> Step: ...
    @overload
    def __getitem__(self, key: slice) -> "Walk": ...
    def __getitem__(self, key: int | Index | slice) -> "Step | Walk":
        if isinstance(key, slice):
            return Walk(self.x, self.sizes, self.shape, self._step_at, self._whole, self._order[key])
        number = self.number(key) if isinstance(key, tuple) else self._order[key]
        return self._step_at(number, tuple(map(int, np.unravel_index(number, self.shape))))

    def __iter__(self) -> Iterator[Step]:
        for number in range(len(self)):
            yield self[number]

    def number(self, index: Index) -> int:
        """Which step writes the output cell; a place without a channel means channel 0."""
        full = (0,) * (len(self.shape) - len(index)) + tuple(index)
        if len(full) != len(self.shape) or not all(0 <= i < n for i, n in zip(full, self.shape, strict=True)):
            last = ",".join(str(n - 1) for n in self.shape[-len(index) :])
            raise GeometryError(
                f"{','.join(map(str, index))} is outside the {by(self.shape)} output",
                f"the last cell is {last}",
            )
        return int(np.ravel_multi_index(full, self.shape))


def replay(walk: Walk) -> Array:
    """Rebuild the output from the steps alone, one after another: the proof of every walk."""
    output = np.zeros(walk.shape, dtype=object)
    for step in walk:
        output[step.index] = step.value
    return output
