"""A layer's sizes, and what it costs."""

from collections.abc import Sequence
from math import prod
from typing import Any, Generic, NamedTuple, TypeVar

from cnnstep.geometry.axes import AnyAxis, TransposedAxis
from cnnstep.geometry.fitting import check_groups

A = TypeVar("A", bound=AnyAxis)

DEPTHS, LARGE = (1, 3, 4), 8


def channels_first(shape: Sequence[int]) -> tuple[int, ...] | None:
    """The shape as it was probably meant where its channels stand last: 34×34×3 as 3×34×34; else None."""
    *spatial, depth = shape
    return (depth, *spatial) if len(spatial) == 2 and depth in DEPTHS and min(spatial) >= LARGE else None


class Sizes(NamedTuple, Generic[A]):
    """A layer's sizes and what it costs, from its axes, channels and filters (None where unknown)."""

    axes: tuple[A, ...]
    channels: int | None = None
    filters: int | None = None
    groups: int = 1

    @classmethod
    def checked(cls, axes: tuple[A, ...], channels: int | None, filters: int | None, groups: int = 1) -> "Sizes[A]":
        """Sizes whose groups divide the channels and the filters; else raises GeometryError."""
        check_groups(groups, channels, filters)
        return cls(axes, channels, filters, groups)

    @property
    def output(self) -> tuple[int, ...]:
        """Cells of the output on each spatial axis."""
        return tuple(axis.output for axis in self.axes)

    @property
    def windows(self) -> int:
        """Places of the window, for one filter; of a transposed convolution the cells that are read."""
        return prod(axis.input if isinstance(axis, TransposedAxis) else axis.output for axis in self.axes)

    @property
    def products(self) -> int:
        """Products in one window: kernel cells × channels of one group (1 while the filters are unknown)."""
        depth = self.channels // self.groups if self.channels and self.filters else 1
        return prod(axis.kernel for axis in self.axes) * depth

    @property
    def parameters(self) -> int | None:
        """(kernel cells · channels / groups + 1) · filters: weights and one bias a filter.

        A transposed layer holds as many weights, seen from its other side.
        """
        return (self.products + 1) * self.filters if self.channels and self.filters else None

    @property
    def multiply_adds(self) -> int | None:
        """Multiplications of the whole layer: windows · products · filters."""
        return self.windows * self.products * self.filters if self.channels and self.filters else None

    def as_dict(self) -> dict[str, Any]:
        """The sizes for machines: lists of axes go rows first; the names are those of the options."""
        return {
            "input": [axis.input for axis in self.axes],
            "channels": self.channels,
            "filters": self.filters,
            "groups": self.groups,
            "kernel": [axis.kernel for axis in self.axes],
            "stride": [axis.stride for axis in self.axes],
            "padding": [[axis.before, axis.after] for axis in self.axes],
            "dilation": [axis.dilation for axis in self.axes],
            "output": list(self.output),
            "windows": self.windows,
            "products": self.products,
            "parameters": self.parameters,
            "multiply_adds": self.multiply_adds,
            "unread": [axis.unread for axis in self.axes],
        }
