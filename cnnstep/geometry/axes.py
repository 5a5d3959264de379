"""One axis of a window that slides, or of a kernel that is added to a window of the output: sizes in integers alone.

The rules are those of PyTorch's Conv2d, MaxPool2d and ConvTranspose2d pages and, for `same`, of
TensorFlow's "SAME" padding. Sizes count cells.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import gcd
from typing import Any, Literal, NamedTuple, TypeAlias

from cnnstep.geometry.scaling import ScaledAxis

Sides: TypeAlias = tuple[int, int]
PaddingRule: TypeAlias = Literal["same", "valid", "full"]
AxisPadding: TypeAlias = PaddingRule | Sides

RULES: tuple[PaddingRule, ...] = ("same", "valid", "full")


def extent(kernel: int, dilation: int) -> int:
    """Cells from a window's first to its last: dilation·(kernel − 1) + 1."""
    return dilation * (kernel - 1) + 1


def ceil_div(a: int, b: int) -> int:
    """⌈a / b⌉ in integers."""
    return -(-a // b)


def by(sizes: Sequence[int]) -> str:
    """Sizes as people write them: `3×32×32`."""
    return "×".join(map(str, sizes))


class Axis(NamedTuple):
    """One axis of a sliding window (convolution, pooling).

    output = ⌊(input + before + after − dilation·(kernel − 1) − 1) / stride⌋ + 1
    With `ceil` the division rounds up, but the last window must begin inside the input or the
    padding before it (PyTorch's rule for pooling).
    """

    input: int
    kernel: int
    stride: int = 1
    before: int = 0
    after: int = 0
    dilation: int = 1
    ceil: bool = False

    @classmethod
    def padded_by(cls, padding: AxisPadding, size: int, kernel: int, stride: int, dilation: int) -> "Axis":
        """Build an axis from a padding rule, or from the cells before and after.

        same: output = ⌈input / stride⌉; an odd cell goes after (TensorFlow's rule for every stride).
        valid: no padding. full: every window that touches the input, extent − 1 cells on each side.
        """
        window = extent(kernel, dilation)
        same = max(0, (ceil_div(size, stride) - 1) * stride + window - size)
        return cls(size, kernel, stride, *_sides(padding, same, window), dilation)

    @property
    def extent(self) -> int:
        """Cells from the window's first to its last."""
        return extent(self.kernel, self.dilation)

    @property
    def padded(self) -> int:
        """Cells of the input with its padding."""
        return self.before + self.input + self.after

    @property
    def output(self) -> int:
        """Windows that fit; 0 where not even one does."""
        room = self.padded - self.extent
        if room < 0:
            return 0
        if not self.ceil:
            return room // self.stride + 1
        return min(ceil_div(room, self.stride), (self.input + self.before - 1) // self.stride) + 1

    @property
    def reach(self) -> int:
        """Cells from the beginning of the padded input to the last that could be read.

        With `ceil` the last window may hang over the padding after the input.
        """
        return max(self.padded, (self.output - 1) * self.stride + self.extent)

    def start(self, index: int) -> int:
        """Where window `index` begins, in input coordinates (negative in the padding)."""
        return index * self.stride - self.before

    def window(self, index: int) -> range:
        """The input positions that window `index` reads."""
        start = self.start(index)
        return range(start, start + self.extent, self.dilation)

    @property
    def pace(self) -> Fraction:
        """How many cells further on the next window begins."""
        return Fraction(self.stride)

    def taps(self, cell: int) -> Sequence[int]:
        """The input positions that an output cell reads: its window."""
        return self.window(cell)

    def readers(self, positions: range) -> range:
        """The windows that may read any of these positions."""
        first = ceil_div(positions[0] + self.before - self.extent + 1, self.stride)
        return range(max(0, first), min(self.output, (positions[-1] + self.before) // self.stride + 1))

    def is_read(self, position: int) -> bool:
        """Whether any window reads this position of the input."""
        from_first = position + self.before
        begins = (from_first - tap * self.dilation for tap in range(self.kernel))
        return any(b >= 0 and b % self.stride == 0 and b // self.stride < self.output for b in begins)

    @property
    def leftover(self) -> int:
        """Cells of the padded input after the last window; padding counts too."""
        return max(0, self.padded - self.extent - (self.output - 1) * self.stride)

    @property
    def unread(self) -> int:
        """Cells of the input at its end that come after the last window."""
        return min(self.input, max(0, self.leftover - self.after))

    @property
    def settings(self) -> dict[str, Any]:
        """What sets its size, by the names of the options."""
        return _settings(self)

    @property
    def holes(self) -> int:
        """Of every `stride` neighbours, how many fall between what the windows read."""
        reached = min(self.kernel, self.stride // gcd(self.dilation, self.stride))
        return self.stride - reached if self.output > 1 else 0


class TransposedAxis(NamedTuple):
    """One axis of a transposed convolution, where the kernel is added to the output once for each input cell.

    output = (input − 1)·stride − before − after + dilation·(kernel − 1) + output_padding + 1
    (PyTorch, ConvTranspose2d.)
    """

    input: int
    kernel: int
    stride: int = 1
    before: int = 0
    after: int = 0
    dilation: int = 1
    output_padding: int = 0

    @classmethod
    def padded_by(
        cls, padding: AxisPadding, size: int, kernel: int, stride: int, dilation: int, output_padding: int = 0
    ) -> "TransposedAxis":
        """Build an axis from a padding rule, or from the cells to cut before and after.

        same: output = input·stride (TensorFlow). valid and full: those of the convolution it transposes.
        """
        window = extent(kernel, dilation)
        extra = max(0, stride - window) if padding == "same" else output_padding
        return cls(size, kernel, stride, *_sides(padding, max(0, window - stride), window), dilation, extra)

    @property
    def extent(self) -> int:
        """Output cells that one input cell is added to, from the first to the last."""
        return extent(self.kernel, self.dilation)

    def window(self, index: int) -> range:
        """The output positions that input cell `index` is added to; those outside the output are cut away."""
        start = index * self.stride - self.before
        return range(start, start + self.extent, self.dilation)

    @property
    def pace(self) -> Fraction:
        """How many cells further on its next neighbour looks: a fraction of one."""
        return Fraction(1, self.stride)

    def taps(self, cell: int) -> Sequence[int]:
        """The input positions that are added to an output cell, also those outside the input."""
        near = self.reads(range(cell, cell + 1))
        return [each for each in near if (cell + self.before - each * self.stride) % self.dilation == 0]

    def reads(self, cells: range) -> range:
        """The input positions that may be added to some neighbouring output cells, also those outside the input."""
        first = ceil_div(cells[0] + self.before - self.extent + 1, self.stride)
        return range(first, (cells[-1] + self.before) // self.stride + 1)

    def reaching(self, cells: range) -> range:
        """The input cells that may be added to some neighbouring output cells."""
        reads = self.reads(cells)
        return range(min(self.input, max(0, reads.start)), max(0, min(self.input, reads.stop)))

    @property
    def uncut(self) -> int:
        """Cells of the output before the padding is cut away."""
        return (self.input - 1) * self.stride + self.extent + self.output_padding

    @property
    def output(self) -> int:
        """Cells of the result; 0 where the padding cuts all of it away."""
        return max(0, self.uncut - self.before - self.after)

    @property
    def unread(self) -> int:
        """Cells at the end that are never read: none, every input cell is added somewhere."""
        return 0

    @property
    def settings(self) -> dict[str, Any]:
        """What sets its size, by the names of the options."""
        return _settings(self)


WindowAxis: TypeAlias = Axis | TransposedAxis
AnyAxis: TypeAlias = WindowAxis | ScaledAxis


def _settings(axis: WindowAxis) -> dict[str, Any]:
    padding = [axis.before, axis.after]
    return {"kernel": axis.kernel, "stride": axis.stride, "padding": padding, "dilation": axis.dilation}


def padding_text(axes: Sequence[AnyAxis]) -> str:
    """Padding as it is typed: `1`, `1x2`, `0:1`."""
    each = [str(a.before) if a.before == a.after else f"{a.before}:{a.after}" for a in axes]
    return each[0] if len(set(each)) == 1 else "x".join(each)


def _sides(padding: AxisPadding, same: int, window: int) -> Sides:
    """The cells before and after; `same` are those of both sides together by that rule."""
    rules = {"same": (same // 2, same - same // 2), "valid": (0, 0), "full": (window - 1, window - 1)}
    return rules[padding] if isinstance(padding, str) else padding


def tap_views(axes: Sequence[WindowAxis], counts: Sequence[int]) -> Iterator[tuple[slice, ...]]:
    """For each cell of the kernel, in row-major order, where all of `counts` neighbouring windows have it.

    The slices are those of an array that begins where the first window does.
    """
    return product(*(
        [slice(k * a.dilation, k * a.dilation + (n - 1) * a.stride + 1, a.stride) for k in range(a.kernel)]
        for a, n in zip(axes, counts, strict=True)
    ))  # fmt: skip
