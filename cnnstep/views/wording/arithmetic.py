"""The size of an output and why: the formula with the learner's numbers, and what is never read."""

from collections.abc import Iterator, Sequence
from typing import Any

from cnnstep.geometry import (
    AnyAxis,
    Axis,
    Field,
    ScaledAxis,
    Sizes,
    TransposedAxis,
    WindowAxis,
    by,
    channels_first,
    padding_text,
)
from cnnstep.views.wording.numbers import trimmed

SINGULAR = {"cells": "cell", "frames": "frame", "rows": "row", "columns": "column"}
AXIS_NAMES = {1: ("cells",), 2: ("rows", "columns"), 3: ("frames", "rows", "columns")}
ENDS = {"rows": "at the bottom", "columns": "on the right"}
UNITS = ("byte", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
KIBI = 1024
DIGITS = 4


def formula(axis: AnyAxis) -> str:
    """The size rule in words, with only the settings that matter for this axis."""
    if isinstance(axis, ScaledAxis):
        return "input·factor"
    padding = ("2·padding", "before", "after")
    return _rule(axis, "input", "kernel", "stride", "dilation", padding, "output padding")


def filled(axis: AnyAxis, gap: str = " ") -> str:
    """The size rule with the numbers in it; `gap` stands around its signs."""
    if isinstance(axis, ScaledAxis):
        return f"{axis.input}·{axis.factor}"
    padding = (f"2·{axis.before}", str(axis.before), str(axis.after))
    extra = str(axis.output_padding) if isinstance(axis, TransposedAxis) else ""
    return _rule(axis, str(axis.input), str(axis.kernel), str(axis.stride), str(axis.dilation), padding, extra, gap)


def _rule(
    axis: WindowAxis,
    x: str,
    kernel: str,
    stride: str,
    dilation: str,
    padding: tuple[str, str, str],
    extra: str,
    gap: str = " ",
) -> str:
    """The size rule; `padding` is what it is called where both sides have the same, then that of each side."""
    both, before, after = padding
    plus, minus = f"{gap}+{gap}", f"{gap}−{gap}"
    sign, other = (plus, minus) if isinstance(axis, TransposedAxis) else (minus, plus)
    window = kernel if axis.dilation == 1 else f"{dilation}·({kernel}{minus}1){sign}1"
    around = both if axis.before == axis.after else f"{before}{other}{after}"
    if isinstance(axis, TransposedAxis):
        return f"({x}{minus}1)·{stride}{plus}{window}{minus}{around}{plus + extra if axis.output_padding else ''}"
    left, right = _floor(axis)
    return f"{left}({x}{minus}{window}{plus}{around}){gap}/{gap}{stride}{right}{plus}1"


def worked(axis: AnyAxis) -> Iterator[str]:
    """Each step of the arithmetic from the numbers to the result."""
    yield filled(axis)
    if isinstance(axis, TransposedAxis):
        kept = axis.extent - axis.before - axis.after + axis.output_padding
        yield f"{(axis.input - 1) * axis.stride} {'+' if kept >= 0 else '−'} {abs(kept)}"
    elif isinstance(axis, Axis):
        room = axis.padded - axis.extent
        left, right = _floor(axis)
        if room % axis.stride or axis.stride > 1:
            yield f"{left}{room} / {axis.stride}{right} + 1"
        quotient = _quotient(axis)
        yield f"{quotient} + 1"
        if axis.output < quotient + 1:
            yield f"{quotient + 1} − 1 (the last window would begin after the input)"
    yield str(axis.output)


def in_short(axes: Sequence[AnyAxis]) -> list[str]:
    """The arithmetic for a title: each axis, or one for all where they are the same."""
    return [f"{axis.output} = {filled(axis, gap='')}{_dropped(axis)}" for axis in dict.fromkeys(axes)]


def _dropped(axis: AnyAxis) -> str:
    """The window that rounding up would add, but that would begin after the input."""
    if not isinstance(axis, Axis) or not axis.ceil:
        return ""
    return "−1 (the last would begin after the input)" if axis.output < _quotient(axis) + 1 else ""


def _quotient(axis: Axis) -> int:
    """Steps of the stride that fit, rounded down, or up with ceil."""
    room = axis.padded - axis.extent
    return -(-room // axis.stride) if axis.ceil else room // axis.stride


def names(axes: int) -> tuple[str, ...]:
    """What the axes are called: rows and columns, or cells, or frames, rows and columns."""
    return AXIS_NAMES.get(axes) or tuple(f"axis {i}" for i in range(axes))


def reach(noun: str, inside: Sequence[int], padding: int, joint: str = "–") -> str:
    """`columns 0–4 and 1 of padding`: places of an axis, those outside of the input only counted."""
    if not inside:
        return f"{padding} {noun} of padding"
    return f"{noun} {inside[0]}{joint}{inside[-1]}" + f" and {padding} of padding" * bool(padding)


def shapes(sizes: Sequence[int], channels: int | None) -> str:
    """`3×32×32`, or without the channels where they are one or unknown."""
    return by(sizes if channels in {None, 1} else (channels or 1, *sizes))


def shape(sizes: Sequence[int]) -> str:
    """A whole shape, `3×32×32`, without a single channel: `32×32`."""
    return by(sizes[1:] if len(sizes) > 1 and sizes[0] == 1 else sizes)


def channels_last(shape: Sequence[int]) -> Iterator[str]:
    """Say how a shape is read whose channels seem to stand last."""
    if first := channels_first(shape):
        channels, *spatial = shape
        typed = "x".join(map(str, first))
        yield f"{by(shape)} is read as {count(channels, 'channel')} of {by(spatial)}; channels first is --in {typed}"


def unread(axes: Sequence[AnyAxis]) -> Iterator[str]:
    """Say which rows and columns no window reads, and why."""
    for name, axis in zip(names(len(axes)), axes, strict=True):
        if not isinstance(axis, Axis):
            continue
        noun = SINGULAR.get(name, name)
        if axis.unread:
            first = axis.input - axis.unread
            which = f"{noun} {first}" if axis.unread == 1 else f"{name} {first}–{axis.input - 1}"
            missing = axis.output * axis.stride + axis.extent - axis.padded
            lost = f"{count(axis.unread, noun)} {ENDS.get(name, 'at the end')} {are(axis.unread)} never read"
            yield f"{lost} ({which})" + (f": the next window needs {missing} more" if missing > 0 else "")
        if axis.holes:
            lost = f"{axis.holes} of every {axis.stride} {name}"
            yield f"between the windows {lost} {are(axis.holes)} never read"


def are(number: int) -> str:
    """is, or are."""
    return "is" if number == 1 else "are"


def count(number: int, noun: str) -> str:
    """`1 row`, `2 rows`, `76,241 windows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def memory(size: int) -> str:
    """Bytes as they are, and in the largest unit of 1024: `49,152 bytes = 48 KiB`, `1,344 bytes ≈ 1.313 KiB`."""
    exact = count(size, "byte")
    return exact if size < KIBI else f"{exact} {in_units(size)}"


def in_units(size: int) -> str:
    """Bytes in the largest unit of 1024 with four digits, and whether that is all of it: `= 48 KiB`, `≈ 1.313 KiB`."""
    power = min(max(0, size.bit_length() - 1) // 10, len(UNITS) - 1)
    if not power:
        return f"= {count(size, 'byte')}"
    unit = KIBI**power
    decimals = max(0, DIGITS - len(str(size // unit)))
    # in integers: sizes may be beyond all floats
    scaled = (size * 10**decimals + unit // 2) // unit
    whole, part = divmod(scaled, 10**decimals)
    shown = trimmed(f"{whole:,}.{part:0{decimals}}") if decimals else f"{whole:,}"
    return f"{'=' if scaled * unit == size * 10**decimals else '≈'} {shown} {UNITS[power]}"


def fraction(part: int, whole: int) -> str:
    """A share with four digits: `= 0.25`, `≈ 0.1111`."""
    shown = f"{part / whole:.{DIGITS}g}"
    return f"{'=' if float(shown) == part / whole else '≈'} {shown}"


def flow(sizes: Sizes[Any], sign: str = "∗") -> str:
    """Input ∗ kernels → output: `3×32×32 ∗ 6×3×5×5 → 6×28×28`."""
    x, kernel = [a.input for a in sizes.axes], [a.kernel for a in sizes.axes]
    channels, filters, groups = sizes.channels or 1, sizes.filters or 1, sizes.groups
    bank = [filters, channels // groups] if sign == "∗" else [channels, filters // groups]
    shown = by(kernel) if channels == filters == 1 else by([*bank, *kernel])
    return f"{shapes(x, channels)} {sign} {shown} → {shapes(sizes.output, filters)}"


def settings(sizes: Sizes[Any]) -> list[str]:
    """Stride, padding and dilation as they are typed; the groups only where there are several."""
    axes = sizes.axes
    listed = [f"stride {_each([a.stride for a in axes])}", f"padding {padding_text(axes)}"]
    if any(a.dilation > 1 for a in axes):
        listed.append(f"dilation {_each([a.dilation for a in axes])}")
    if sizes.groups > 1:
        listed.append(f"groups {sizes.groups}")
    return listed


def _each(values: Sequence[int]) -> str:
    return str(values[0]) if len(set(values)) == 1 else "x".join(map(str, values))


def _floor(axis: Axis) -> tuple[str, str]:
    return ("⌈", "⌉") if axis.ceil else ("⌊", "⌋")


def grown_field(before: Field, axis: AnyAxis) -> tuple[str, str]:
    """How a receptive field and its jump grow through a window: `14 = 6 + (5 − 1)·2`, `2 = 2·1`.

    A kernel that is added with a stride reaches each cell from ⌈extent / stride⌉ neighbours: `8 = 8 + (⌈2/2⌉ − 1)·2`,
    `1 = 2/2`. At most so many where neighbours see different numbers.
    """
    after = before.through(axis)
    jump = f"({before.jump})" if before.jump.denominator > 1 else str(before.jump)
    if isinstance(axis, ScaledAxis):
        return f"at most {after.size}", f"{after.jump} = {jump}/{axis.factor}"
    adds = isinstance(axis, TransposedAxis)
    reached, window = axis.extent, str(axis.extent)
    if adds:
        reached, window = -(-axis.extent // axis.stride), f"⌈{axis.extent}/{axis.stride}⌉"
    is_formula = before.size + (reached - 1) * before.jump == after.size
    sum_ = f"{after.size} = {before.size} + ({window} − 1)·{before.jump}"
    sign = "/" if adds else "·"
    return sum_ if is_formula else f"at most {after.size}", f"{after.jump} = {jump}{sign}{axis.stride}"
