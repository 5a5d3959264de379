"""Operations of known sizes, and steps that write one cell: from a window that they read, or from one other cell."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any, ClassVar, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array, magnitude
from cnnstep.engine.border import Border
from cnnstep.engine.steps import B_co, Bound, Index, Operation, Source, Step
from cnnstep.engine.walks import Walk
from cnnstep.geometry import Sizes

MANY = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Gather(Step):
    """A window that is read.

    `patch` is (channels, *window); `is_padding` marks the cells of the window that lie outside the
    input. `window` holds the input positions read on each spatial axis, `channels` the input channels.
    """

    channels: range
    window: tuple[range, ...]
    patch: Array
    is_padding: Array

    def found(self) -> dict[str, Any]:
        """The window; `window` and `channels` have [start, stop], in input coordinates."""
        return {
            "channels": [self.channels.start, self.channels.stop],
            "window": [[positions.start, positions.stop] for positions in self.window],
            "patch": self.patch,
            "is_padding": self.is_padding,
        }

    @abstractmethod
    def strongest(self) -> Index:
        """The place in the patch, with its channel, that contributes most: never padding, unless all of it is."""

    def main_source(self, shape: Index) -> Source:  # noqa: ARG002 - the same for every kind of step
        """From the strongest place in the window to the input."""
        channel, *offsets = self.strongest()
        positions = (window[offset] for window, offset in zip(self.window, offsets, strict=True))
        return Source((self.channels[channel], *positions))


@dataclass(frozen=True, slots=True, eq=False)
class WeightedSum(Gather):
    """A window that is multiplied and added up: value = Σ patch·weights / divisor + bias.

    `patch`, `weights` and `products` have the same shape.
    """

    weights: Array
    products: Array
    divisor: float
    bias: float
    is_biased: ClassVar[bool] = True
    """Whether there is a bias, even one of 0."""

    def strongest(self) -> Index:
        """The product that is largest in magnitude."""
        return _largest(self.products, np.broadcast_to(self.is_padding, self.products.shape))

    def found(self) -> dict[str, Any]:
        """The window, its weights and products, divisor and bias."""
        more = {"weights": self.weights, "products": self.products, "divisor": self.divisor, "bias": self.bias}
        return Gather.found(self) | more


@dataclass(frozen=True, slots=True, eq=False)
class Unbiased(WeightedSum):
    """A weighted sum to which no bias is added."""

    is_biased: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, eq=False)
class Pooled(Gather):
    """A window that becomes one number without weights: its largest, its mean, its middle.

    `counted` marks the cells that take part; `chosen` are the places in the window of the cells that
    the value comes from, `ties` says how many cells have the value of the first of them; `divisor` is
    what a mean divides by.
    """

    kind: str
    counted: Array
    chosen: tuple[Index, ...]
    ties: int
    divisor: int
    power: float

    def strongest(self) -> Index:
        """The cell that was chosen; of a mean the one that is largest in magnitude."""
        return self.chosen[0] if self.chosen else _largest(self.patch, ~self.counted)

    def found(self) -> dict[str, Any]:
        """The window, what was chosen from, and what was chosen."""
        return Gather.found(self) | {
            "kind": self.kind,
            "counted": self.counted,
            "chosen": [list(place) for place in self.chosen],
            "ties": self.ties,
            "divisor": self.divisor,
        }


def _largest(values: Array, left_out: Array) -> Index:
    """The place of the number that is largest in magnitude."""
    # below every magnitude, so that one left out wins only where all are
    strength = np.where(left_out, -1.0, np.abs(values.astype(np.float64)))
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(strength)), values.shape))


@dataclass(frozen=True, slots=True, eq=False)
class Mapped(Step):
    """One cell that becomes another: value = f(x), with x the input at `source`."""

    source: Index
    x: float

    def main_source(self, shape: Index) -> Source:  # noqa: ARG002 - the same for every kind of step
        """The one cell that is read."""
        return Source(self.source)

    def found(self) -> dict[str, Any]:
        """The cell that is read."""
        return {"source": list(self.source), "x": self.x}


class Elementwise(Bound):
    """A bound operation whose output cells each come from one input cell."""

    __slots__ = ()

    @property
    def grid(self) -> tuple[int, ...]:
        """The cells of the input, which are those of the output."""
        return self.x.shape

    def cell(self, index: Index) -> float:
        """One cell of the input as a Python number."""
        number: float = self.x[index].item()
        return number


class Sized(Bound):
    """A bound operation with a window of sizes that are known on every axis."""

    __slots__ = ()
    sizes: Sizes[Any]

    @property
    def axes(self) -> tuple[Any, ...]:
        """The spatial axes."""
        return self.sizes.axes

    def facts(self) -> dict[str, Any]:
        """Sizes on every axis, and what they cost."""
        return self.sizes.as_dict()

    def window(self, cell: Sequence[int]) -> tuple[range, ...]:
        """The positions of a cell's window on each spatial axis: what it reads, or what it is added to."""
        return tuple(axis.window(i) for axis, i in zip(self.axes, cell, strict=True))


class SizedOperation(Operation[B_co]):
    """An operation with axes, channels and perhaps filters, whose output has the size that they say."""

    __slots__ = ()

    @abstractmethod
    def sizes(self, input_shape: Sequence[int]) -> Sizes[Any]:
        """Axes, channels and filters for an input of this shape, all checked."""

    def output_shape(self, input_shape: Sequence[int]) -> tuple[int, ...]:
        """(filters, *spatial), or (channels, *spatial) where there are no filters."""
        sizes = self.sizes(input_shape)
        return (sizes.filters or sizes.channels or 1, *sizes.output)


class Windowed(Sized):
    """A bound operation that slides a window: it can show the input around a window."""

    __slots__ = ()
    border: Border
    """What a window reads where it hangs over the edge."""

    def region(self, channels: slice, window: Sequence[range]) -> tuple[Array, Array]:
        """The input at these positions, also outside it, and which of them are padding: (channels, *window) each."""
        return self.border.read(self.x[channels], window)


WindowWalk: TypeAlias = Walk[Any, Windowed]


def multipliable(weights: Array, patch: Array) -> tuple[Array, Array]:
    """Python's own integers where both are whole, so that no product overflows; float64 otherwise."""
    whole = weights.dtype.kind in "iu" and patch.dtype.kind in "iuO"
    dtype = np.dtype(object if whole else np.float64)
    if whole and patch.size > MANY and magnitude(weights) * magnitude(patch) * patch.size < 1 << 62:
        dtype = np.dtype(np.int64)  # no sum of products can reach 64 bits, and machine integers are far faster
    return weights.astype(dtype), patch.astype(dtype)


def total_of(products: Array) -> float:
    """Their sum: exact for Python's integers, with one rounding for floats."""
    return fsum(products.ravel().tolist()) if products.dtype.kind == "f" else int(products.sum())
