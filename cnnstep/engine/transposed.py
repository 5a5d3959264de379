"""Transposed convolution: every input cell adds the kernel to a window of the output, and overlaps add up."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from math import prod
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import (
    Array,
    as_numbers,
    channels_and_size,
    channels_first,
    frozen,
    one_each,
    outer,
    working_type,
)
from cnnstep.engine.gathers import SizedOperation, WeightedSum, multipliable, total_of
from cnnstep.engine.kernels import Bank, Kernels, bank
from cnnstep.engine.scatters import Added, Scatter
from cnnstep.engine.steps import Index
from cnnstep.errors import GeometryError
from cnnstep.geometry import Padding, PerAxis, Sizes, TransposedAxis, check_groups, check_settings, transposed_axes
from cnnstep.geometry.axes import tap_views
from cnnstep.geometry.numbering import number_of, place_of


@dataclass(frozen=True, slots=True, eq=False)
class TransposedConvolution(SizedOperation[Scatter]):
    """Add kernels, times each cell, to the output: y[f, i·stride − before + k·dilation] += w[c, f, k] · x[c, i].

    It begins with the bias. It is the transpose of the convolution with the same settings (the matrix of one
    is that of the other, mirrored), not its inverse. `kernel` is (*window), named kernels (one an output channel),
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
    noun: ClassVar[str] = "transposed"
    settings: ClassVar[Mapping[str, Sequence[str]]] = dict.fromkeys(
        ("kernel", "stride", "padding", "dilation", "groups", "bias", "output_padding", "flip"), ()
    )

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
        divisors = np.array(self.bank.divisors).reshape(-1, *(1,) * (self.axes + 1))
        weights = self.bank.weights if (divisors == 1).all() else self.bank.weights / divisors
        if self.bank.shared:
            # a view: a kernel that is shared takes no more memory for more channels
            return np.broadcast_to(weights[:, 0], (channels, len(weights), *self.bank.window))
        if len(weights) != channels:
            raise GeometryError(
                f"kernels for {len(weights)} channels do not fit {channels} input channels",
                "give (channels, filters / groups, rows, columns)",
            )
        return weights

    def bind(self, x: ArrayLike) -> Scatter:
        """Meet an input, and check that it fits."""
        values = channels_first(x, self.axes)
        sizes = self.sizes(values.shape)
        bias = one_each(self.bias, "biases", sizes.filters or 1, "filter")
        return _Bound(values, sizes, self.weights(len(values)), bias)


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Scatter):
    """A transposed convolution that has met its input."""

    x: Array
    sizes: Sizes[TransposedAxis]
    weights: Array
    bias: Array

    @property
    def grid(self) -> tuple[int, ...]:
        return self.x.shape

    @property
    def output_shape(self) -> tuple[int, ...]:
        return (self.sizes.filters or 1, *self.sizes.output)

    def blank(self) -> Array:
        bias = self.bias.astype(object).reshape(-1, *(1,) * len(self.axes))
        # steps add to it, and what broadcast_to gives cannot be written to
        return np.broadcast_to(bias, self.output_shape).copy()

    def output(self) -> Array:
        weights = np.moveaxis(self.weights, 1, 0).reshape(self.weights.shape[1], -1)
        # a cell of the output gets each weight of its filter at most once a channel; those of all groups are more
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

    def step(self, number: int, index: Index) -> Added:
        channel, *cell = index
        window = self.window(cell)
        x = self.x[index].item()
        weights = self.weights[channel]
        whole = weights.dtype.kind in "iu" and isinstance(x, int)
        # Python integers: a product shown in a step must not wrap
        weights = weights.astype(object if whole else np.float64)
        products = weights * x
        first = channel // (len(self.x) // self.sizes.groups) * len(weights)
        filters, inside = range(first, first + len(weights)), self.inside(window)
        before = self.partial(number, filters, window)
        return Added(number, index, x, channel, filters, window, inside, weights, products, before)

    def made_of(self, index: Index) -> WeightedSum:
        """The sum behind a cell of the output: the input cells that it is added from, times the weights there.

        y[f, o] = Σ w[c, f, k] · x[c, i] over all o = i·stride − before + k·dilation, + bias. Where none is, the nearest
        input cell stands there, with the weight 0.
        """
        f, *cell = index
        group, per = len(self.x) // self.sizes.groups, self.weights.shape[1]
        channels = range(f // per * group, (f // per + 1) * group)
        found = [_added_from(axis, at) for axis, at in zip(self.axes, cell, strict=True)]
        window, taps = zip(*found, strict=True)
        x, weights = self.x[channels.start : channels.stop], self.weights[channels.start : channels.stop, f % per]
        reached = weights[np.ix_(range(group), *taps)] if all(taps) else np.zeros((group, *map(len, window)), int)
        weights, patch = multipliable(reached, x[np.ix_(range(group), *window)])
        products, bias = patch * weights, self.bias[f].item()
        nothing = np.zeros(patch.shape[1:], dtype=bool)
        value = total_of(products) + bias
        number = number_of(index, self.output_shape)
        return WeightedSum(number, index, value, channels, window, patch, nothing, weights, products, 1, bias)

    def inside(self, window: Sequence[range]) -> Array:
        masks = [np.isin(positions, range(axis.output)) for axis, positions in zip(self.axes, window, strict=True)]
        return outer(masks)

    def partial(self, number: int, filters: range, window: Sequence[range]) -> Array:
        """What stands at these output positions before step `number`: (filters of one group, *positions).

        In O(window): only the few cells whose kernels reach the positions are added, and of those only what
        comes before the step. Channels come first in the walk, so that the channels of the group before the
        current one count whole, the current one up to its cell, and later ones not at all.
        """
        near = [axis.reaching(positions) for axis, positions in zip(self.axes, window, strict=True)]
        group = len(self.x) // self.sizes.groups
        first = filters.start // self.weights.shape[1] * group
        spatial = self.x.shape[1:]
        begun, rest = divmod(number, prod(spatial))
        if begun == first:  # no row after that of the last step counts, and no other channel has begun
            near[0] = range(near[0].start, min(near[0].stop, place_of(rest, spatial)[0] + 1))
        channels = slice(first, max(first, min(first + group, begun + 1)))
        x = self.x[(channels, *(slice(cells.start, cells.stop) for cells in near))]
        weights = self.weights[channels]
        whole = x.dtype.kind in "iu" and weights.dtype.kind in "iu"
        exact = np.dtype(object if whole else np.float64)
        bias = self.bias[filters.start : filters.stop].astype(exact).reshape(-1, *(1,) * len(near))
        if not x.size:
            return np.broadcast_to(bias, (len(filters), *map(len, window))).copy()
        fits = whole and working_type(x, np.moveaxis(weights, 1, 0)).kind != "O"  # machine integers are far faster
        # always a copy, so that the zeros below stay out of the input
        x = x.astype(np.int64 if fits else exact)
        if begun == channels.stop - 1:  # cells of the channel in progress from this one on are yet to come
            x[-1][np.ravel_multi_index(np.ix_(*near), spatial) >= rest] = 0
        stamped = scatter(x, weights.astype(x.dtype), self.axes).astype(exact)
        starts = [axis.window(cells.start).start for axis, cells in zip(self.axes, near, strict=True)]
        return np.where(self.inside(window), _picked(stamped, starts, window) + bias, 0)


def _added_from(axis: TransposedAxis, cell: int) -> tuple[range, list[int]]:
    """The input cells that an output cell is added from, and their places in the kernel; or the nearest, and none."""
    there = [each for each in axis.taps(cell) if 0 <= each < axis.input]
    if not there:
        nearest = min(axis.input - 1, (cell + axis.before) // axis.stride)
        return range(nearest, nearest + 1), []
    step = there[1] - there[0] if len(there) > 1 else 1
    taps = [(cell + axis.before - each * axis.stride) // axis.dilation for each in there]
    return range(there[0], there[-1] + 1, step), taps


def _picked(stamped: Array, starts: Sequence[int], window: Sequence[range]) -> Array:
    """What was added at these positions, 0 where nothing reaches; `starts` are the positions of its first cell."""
    picked, known = stamped, []
    for axis, (positions, start) in enumerate(zip(window, starts, strict=True), 1):
        at = np.asarray(positions) - start
        known.append((at >= 0) & (at < stamped.shape[axis]))
        # clipped, a place outside reads any cell there is; `known` makes it 0
        picked = picked.take(at, axis=axis, mode="clip")
    return np.where(outer(known), picked, 0)


def scatter(x: Array, weights: Array, axes: Sequence[TransposedAxis]) -> Array:
    """Add up weights (C, F, *window) times each cell of x (C, *spatial): (F, *size before padding is cut away).

    One pass for each cell of the kernel: all input cells at once, a stride apart.
    """
    spatial = x.shape[1:]
    stamped = [(n - 1) * axis.stride + axis.extent + axis.output_padding for n, axis in zip(spatial, axes, strict=True)]
    output: Array = np.zeros((weights.shape[1], *stamped), x.dtype)
    for tap, places in zip(np.ndindex(weights.shape[2:]), tap_views(axes, spatial), strict=True):
        for channel, each in zip(x, weights, strict=True):
            for f in range(len(output)):
                if weight := each[(f, *tap)]:
                    # of one type both, so that the product does not widen; within one tap no two cells meet
                    output[f][places] += weight * channel
    return output
