"""A layer's sizes, and what it costs."""

from collections.abc import Sequence
from math import prod
from typing import Any, Generic, NamedTuple, TypeVar

from cnnstep.geometry.axes import AnyAxis, Axis, TransposedAxis, WindowAxis
from cnnstep.geometry.fitting import check_groups
from cnnstep.geometry.scaling import ScaledAxis

A = TypeVar("A", bound=AnyAxis)

DEPTHS, LARGE = (1, 3, 4), 8
FLOPS = 2
"""Of a multiply-add: a product and a sum. Some papers print multiply-adds as FLOPs."""
FLOAT32 = 4
"""Bytes of a number."""


def channels_first(shape: Sequence[int]) -> tuple[int, ...] | None:
    """The shape as it was probably meant where its channels stand last: 34×34×3 as 3×34×34; else None."""
    *spatial, depth = shape
    return (depth, *spatial) if len(spatial) == 2 and depth in DEPTHS and min(spatial) >= LARGE else None


class Sizes(NamedTuple, Generic[A]):
    """A layer's sizes and what it costs, from its axes, channels and filters (None where unknown).

    Windows, multiply-adds, FLOPs and cells are those of all images of a `batch`; its parameters they share.
    """

    axes: tuple[A, ...]
    channels: int | None = None
    filters: int | None = None
    groups: int = 1
    has_bias: bool = True
    batch: int = 1

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
        each = (axis.input if isinstance(axis, TransposedAxis) else axis.output for axis in self.axes)
        return self.batch * prod(each)

    @property
    def products(self) -> int:
        """Products in one window: kernel cells × channels of one group (1 while the filters are unknown)."""
        depth = self.channels // self.groups if self.channels and self.filters else 1
        return prod(axis.kernel for axis in self.axes) * depth

    @property
    def parameters(self) -> int | None:
        """(kernel cells · channels / groups + 1) · filters: weights and one bias a filter, if it has any.

        A transposed layer holds as many weights, seen from its other side.
        """
        return (self.products + self.has_bias) * self.filters if self.channels and self.filters else None

    @property
    def multiply_adds(self) -> int | None:
        """Multiplications of the whole layer: windows · products · filters; a bias is added, not multiplied.

        Linear upsampling weighs cells in each channel by itself; nearest only copies them.
        """
        if any(isinstance(axis, ScaledAxis) for axis in self.axes):
            return self.windows * self.products * (self.channels or 1) if self.products > 1 else 0
        return self.windows * self.products * self.filters if self.channels and self.filters else None

    @property
    def cells(self) -> int | None:
        """Numbers in the outputs of all images: batch · filters · output (of pooling its channels)."""
        depth = self.filters or self.channels
        return self.batch * depth * prod(self.output) if depth else None

    @property
    def flops(self) -> int | None:
        """2 · multiply-adds: a product and a sum each."""
        return _times(FLOPS, self.multiply_adds)

    @property
    def parameter_bytes(self) -> int | None:
        """Bytes of the parameters as float32."""
        return _times(FLOAT32, self.parameters)

    @property
    def activation_bytes(self) -> int | None:
        """Bytes of the output of all images as float32."""
        return _times(FLOAT32, self.cells)

    def costs(self) -> dict[str, int | bool | None]:
        """What it costs beside parameters and multiply-adds, for machines."""
        return {
            "flops": self.flops,
            "parameter_bytes": self.parameter_bytes,
            "activation_bytes": self.activation_bytes,
            "batch": self.batch,
            "bias": self.has_bias,
        }

    @property
    def full(self) -> "Sizes[A]":
        """The same with all channels read by every filter."""
        return self._replace(groups=1)

    @property
    def separable(self) -> "tuple[Sizes[A], Sizes[Axis]]":
        """A filter a channel, then a 1×1 convolution over all of them: (1/filters + 1/kernel cells) of the products.

        Source: Howard et al., MobileNets, 2017, section 3.1, with kernel cells Dk² and filters N.
        """
        depthwise = self._replace(filters=self.channels, groups=self.channels or 1)
        axes = tuple(Axis(size, 1) for size in self.output)
        return depthwise, Sizes(axes, self.channels, self.filters, 1, self.has_bias, self.batch)

    def as_dict(self) -> dict[str, Any]:
        """The sizes for machines: lists of axes go rows first; the names are those of the options."""
        return {
            "input": [axis.input for axis in self.axes],
            "channels": self.channels,
            "filters": self.filters,
            "groups": self.groups,
            **{name: [axis.settings[name] for axis in self.axes] for name in self.axes[0].settings},
            "output": list(self.output),
            "windows": self.windows,
            "products": self.products,
            "parameters": self.parameters,
            "multiply_adds": self.multiply_adds,
            "unread": [axis.unread for axis in self.axes],
        }


def _times(factor: int, number: int | None) -> int | None:
    return None if number is None else factor * number


def with_kernel(sizes: Sizes[WindowAxis], kernel: int) -> Sizes[WindowAxis]:
    """The same sizes with a larger odd kernel on each axis, and the padding that keeps the output as it is."""
    rims = [axis.dilation * (kernel - axis.kernel) for axis in sizes.axes]
    axes = tuple(
        axis._replace(kernel=kernel, before=axis.before + rim // 2, after=axis.after + rim - rim // 2)
        for axis, rim in zip(sizes.axes, rims, strict=True)
    )
    return sizes._replace(axes=axes)
