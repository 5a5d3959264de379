"""Transposed convolution: every input cell stamps the kernel onto the output, and overlaps add up."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, as_numbers, channels_and_size, channels_first, frozen, one_each
from cnnstep.engine.correlation import working_type
from cnnstep.engine.filters import Bank, Kernels, bank
from cnnstep.engine.scatters import Scatter, Stamp, scatter
from cnnstep.engine.steps import Index, SizedOperation
from cnnstep.errors import GeometryError
from cnnstep.geometry import (
    Padding,
    PerAxis,
    Sizes,
    TransposedAxis,
    check_groups,
    check_settings,
    transposed_axes,
)


@dataclass(frozen=True, slots=True, eq=False)
class TransposedConvolution(SizedOperation[Scatter]):
    """Stamp one or more kernels: y[f, i·stride − before + k·dilation] += w[c, f, k] · x[c, i], from y = bias.

    It is the transpose of the convolution with the same settings (the matrix of one is that of the
    other, mirrored), not its inverse. `kernel` is (*window), named kernels (one an output channel),
    or (C, F/groups, *window). `x` is (*spatial) or (C, *spatial), the output (F, *spatial).

    Raises GeometryError where numbers do not fit. Source: PyTorch, torch.nn.ConvTranspose2d.
    """

    kernel: Kernels
    stride: PerAxis = 1
    padding: Padding = 0
    dilation: PerAxis = 1
    groups: int = 1
    bias: ArrayLike = 0
    output_padding: PerAxis = 0
    _: KW_ONLY
    axes: int = 2
    flip: bool = False
    bank: Bank = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_settings(self.axes, self.stride, self.padding, self.dilation, self.groups)
        object.__setattr__(self, "bank", bank(self.kernel, self.axes, flip=self.flip))
        object.__setattr__(self, "bias", frozen(as_numbers(self.bias, "the bias")).reshape(-1))

    def sizes(self, input_shape: Sequence[int]) -> Sizes[TransposedAxis]:
        """Axes, channels and filters for an input of this shape, all checked."""
        channels, spatial = channels_and_size(input_shape, self.axes)
        settings = (self.stride, self.padding, self.dilation, self.output_padding)
        axes = transposed_axes(spatial, self.bank.window, *settings)
        filters = self.weights(channels).shape[1] * self.groups
        check_groups(self.groups, channels, filters)
        return Sizes(axes, channels, filters, self.groups)

    def weights(self, channels: int) -> Array:
        """The kernels laid out for the input's channels, (C, F/groups, *window); a divisor is divided out."""
        weights = self.bank.weights
        if self.bank.shared:
            weights = weights[:, 0]
            divisors = np.array(self.bank.divisors).reshape(-1, *(1,) * self.axes)
            weights = weights if (divisors == 1).all() else weights / divisors
            return np.broadcast_to(weights, (channels, *weights.shape))
        if len(weights) != channels:
            raise GeometryError(
                f"kernels for {len(weights)} channels do not fit {channels} input channels",
                "give (channels, filters / groups, rows, columns)",
            )
        return weights if self.bank.divisors[0] == 1 else weights / self.bank.divisors[0]

    def bind(self, x: ArrayLike) -> Scatter:
        """Meet an input, and check that it fits."""
        return _Bound.of(self, x)


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Scatter):
    """A transposed convolution that has met its input."""

    x: Array
    sizes: Sizes[TransposedAxis]
    weights: Array
    bias: Array

    @classmethod
    def of(cls, operation: TransposedConvolution, x: ArrayLike) -> "_Bound":
        values = channels_first(x, operation.axes)
        sizes = operation.sizes(values.shape)
        bias = one_each(operation.bias, "biases", sizes.filters or 1, "filter")
        return cls(values, sizes, operation.weights(len(values)), bias)

    @property
    def grid(self) -> tuple[int, ...]:
        return self.x.shape

    def filters(self, channel: int) -> range:
        each = self.weights.shape[1]
        group = channel // (len(self.x) // self.sizes.groups)
        return range(group * each, (group + 1) * each)

    @property
    def output_shape(self) -> tuple[int, ...]:
        return (self.sizes.filters or 1, *self.sizes.output)

    def blank(self) -> Array:
        bias = self.bias.astype(object).reshape(-1, *(1,) * len(self.axes))
        return np.broadcast_to(bias, self.output_shape).copy()

    def output(self) -> Array:
        weights = np.moveaxis(self.weights, 1, 0).reshape(self.weights.shape[1], -1)
        dtype = working_type(self.x, weights, bias=self.bias.tolist())
        each = len(self.x) // self.sizes.groups
        parts = []
        for first in range(0, len(self.x), each):
            channels = slice(first, first + each)
            whole = scatter(self.x[channels].astype(dtype), self.weights[channels].astype(dtype), self.axes)
            parts.append(whole[(slice(None), *(slice(a.before, a.before + a.output) for a in self.axes))])
        y: Array = np.concatenate(parts)
        y += self.bias.astype(dtype).reshape(-1, *(1,) * len(self.axes))
        return y

    def step(self, number: int, index: Index) -> Stamp:
        channel, *cell = index
        window = self.window(cell)
        x = self.x[index].item()
        weights = self.weights[channel]
        whole = weights.dtype.kind in "iu" and isinstance(x, int)
        weights = weights.astype(object if whole else np.float64)
        products = weights * x
        before = self.partial(number, channel, window)
        return Stamp(
            number, index, x, channel, self.filters(channel), window, self.inside(window), weights, products, before
        )
