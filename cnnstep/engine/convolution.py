"""Convolution as deep-learning frameworks mean it: cross-correlation, N-dimensional, with every option."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import ClassVar

from numpy.typing import ArrayLike

from cnnstep.engine.arrays import (
    LARGEST_SINGLE,
    Array,
    as_number,
    as_numbers,
    channels_and_size,
    channels_first,
    frozen,
    one_each,
)
from cnnstep.engine.border import SOURCES, Border
from cnnstep.engine.fast.maps import correlate
from cnnstep.engine.gathers import SizedOperation, WeightedSum, Windowed, multipliable, total_of
from cnnstep.engine.kernels import Bank, Kernels, bank
from cnnstep.engine.steps import Index
from cnnstep.geometry import Axis, Padding, PerAxis, Sizes, check_settings, sliding_axes


@dataclass(frozen=True, slots=True, eq=False)
class Convolution(SizedOperation[Windowed]):
    """Slide one or more filters over an input.

    y[f, o] = Σ over c, k of w[f, c, k] · x[c, o·stride − before + k·dilation] / divisor[f] + bias[f]

    `kernel` is (*window), applied to every channel and summed, or (F, C/groups, *window), or named
    kernels, one a filter. A single (*window) with groups serves every group. `axes` says how many
    axes are spatial. `flip` turns the kernel by 180°: the convolution of mathematics.
    `x` is (*spatial) or (C, *spatial); the output is always (F, *spatial). Integers stay exact: the
    output has the smallest integer type that no sum can overflow. The map of a float32 array is float32;
    steps are computed in float64.

    Raises GeometryError where numbers do not fit, in the constructor or when it meets its input.
    Source: PyTorch, torch.nn.Conv2d.
    """

    kernel: Kernels
    stride: PerAxis = 1
    padding: Padding = 0
    dilation: PerAxis = 1
    groups: int = 1
    bias: ArrayLike = 0
    _: KW_ONLY
    axes: int = 2
    pad_mode: str = "zeros"
    pad_value: float = 0
    flip: bool = False
    bank: Bank = field(init=False, repr=False)
    border: Border = field(init=False, repr=False)
    noun: ClassVar[str] = "convolution"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "kernel": (), "stride": (), "padding": (), "dilation": (), "groups": (), "bias": (),
        "pad_mode": tuple(SOURCES), "flip": (),
    }  # fmt: skip
    telling: ClassVar[tuple[str, ...]] = ("pad_mode", "flip")

    def __post_init__(self) -> None:
        check_settings(self.axes, self.stride, self.padding, self.dilation, self.groups)
        object.__setattr__(self, "bank", bank(self.kernel, self.axes, flip=self.flip))
        object.__setattr__(self, "border", Border(self.pad_mode, as_number(self.pad_value, "the padding value")))
        object.__setattr__(self, "bias", frozen(as_numbers(self.bias, "the bias")).reshape(-1))

    def sizes(self, input_shape: Sequence[int]) -> Sizes[Axis]:
        """Axes, channels and filters for an input of this shape, all checked."""
        channels, spatial = channels_and_size(input_shape, self.axes)
        axes = sliding_axes(spatial, self.bank.window, self.stride, self.padding, self.dilation)
        self.border.check(axes)
        return Sizes(axes, channels, len(self.bank.for_channels(channels, self.groups).weights), self.groups)

    def bind(self, x: ArrayLike) -> Windowed:
        """Meet an input, and check that it fits."""
        values = channels_first(x, self.axes, single=LARGEST_SINGLE)
        sizes = self.sizes(values.shape)
        laid = self.bank.for_channels(len(values), self.groups)
        bias = one_each(self.bias, "biases", len(laid.weights), "filter")
        return BoundConvolution(values, sizes, laid, self.border, bias.tolist())


@dataclass(frozen=True, slots=True, eq=False)
class BoundConvolution(Windowed):
    """A convolution that has met its input."""

    x: Array
    sizes: Sizes[Axis]
    bank: Bank
    border: Border
    bias: list[float]

    @property
    def grid(self) -> tuple[int, ...]:
        """(filters, *output)."""
        return (len(self.bank.weights), *self.sizes.output)

    def output(self) -> Array:
        """All feature maps."""
        laid = self.bank
        return correlate(self.x, laid.weights, laid.divisors, self.axes, self.border, self.sizes.groups, self.bias)

    def step(self, number: int, index: Index) -> WeightedSum:
        """One window."""
        f, *cell = index
        depth = self.bank.weights.shape[1]
        first = f // (len(self.bank.weights) // self.sizes.groups) * depth
        channels = range(first, first + depth)
        window = self.window(cell)
        patch, is_padding = self.region(slice(first, first + depth), window)
        weights, patch = multipliable(self.bank.weights[f], patch)
        products = patch * weights
        total = total_of(products)
        divisor, bias = self.bank.divisors[f], self.bias[f]
        value = (total / divisor if divisor != 1 else total) + bias
        return WeightedSum(number, index, value, channels, window, patch, is_padding, weights, products, divisor, bias)
