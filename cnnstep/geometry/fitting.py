"""From settings to axes, checked: every number in its range, and at least one window that fits."""

from collections.abc import Iterable, Sequence
from operator import index
from typing import SupportsIndex, TypeAlias

from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry.axes import (
    RULES,
    Axis,
    AxisPadding,
    PaddingRule,
    Sides,
    TransposedAxis,
    by,
    ceil_div,
    padding_text,
)
from cnnstep.geometry.scaling import ScaledAxis

PerAxis: TypeAlias = int | Sequence[int]
Padding: TypeAlias = PaddingRule | int | Sequence[int | Sides]

MOST_TRIED = 1000
MOST_PADDING = 10_000
"""A hint names no padding beyond this: nobody means it, and its result would be nearly all padding."""


def sliding_axes(
    size: Sequence[int],
    kernel: PerAxis,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    *,
    ceil: bool = False,
    noun: str = "kernel",
) -> tuple[Axis, ...]:
    """Build one axis for each number of `size` (in cells), each checked; `noun` is what errors call the window.

    Raises GeometryError where a number is out of its range, or not even one window fits; the hint fits.
    """
    columns = _columns(size, kernel, stride, padding, dilation)
    axes = tuple(Axis.padded_by(p, n, k, s, d)._replace(ceil=ceil) for n, k, s, p, d in columns)
    if any(axis.output < 1 for axis in axes):
        raise _does_not_fit(axes, noun)
    return axes


def transposed_axes(
    size: Sequence[int],
    kernel: PerAxis,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    output_padding: PerAxis = 0,
) -> tuple[TransposedAxis, ...]:
    """Build the axes of a transposed convolution, one for each number of `size` (cells), checked.

    Raises GeometryError where a number is out of its range, or the padding cuts the whole output away.
    """
    extras = spread(output_padding, len(size), "output-padding")
    at_least(0, "output-padding", extras)
    columns = _columns(size, kernel, stride, padding, dilation)
    axes = []
    for (n, k, s, p, d), extra in zip(columns, extras, strict=True):
        if extra and p == "same":
            raise GeometryError(
                "padding same sets the output padding itself", ("leave ", Setting("output-padding"), " out")
            )
        # PyTorch's rule: smaller than one of the two is enough
        if extra >= max(s, d):
            raise GeometryError(
                f"output-padding {extra} must be smaller than the stride {s} or the dilation {d}",
                ("use ", Setting("output-padding", max(s, d) - 1), " or less"),
            )
        axis = TransposedAxis.padded_by(p, n, k, s, d, extra)
        if axis.output < 1:
            raise GeometryError(
                f"padding {axis.before}:{axis.after} cuts away all of the {axis.uncut} cells of the output",
                ("use ", Setting("padding", (axis.uncut - 1) // 2), " or less"),
            )
        axes.append(axis)
    return tuple(axes)


def scaled_axes(size: Sequence[int], factor: PerAxis, *, is_linear: bool = False) -> tuple[ScaledAxis, ...]:
    """Build the axes of upsampling, one for each number of `size` (cells), checked."""
    factors = spread(factor, len(size), "factor")
    at_least(1, "factor", factors)
    at_least(1, "in", size)
    return tuple(ScaledAxis(n, f, is_linear) for n, f in zip(size, factors, strict=True))


def spread(values: PerAxis, axes: int, name: str) -> tuple[int, ...]:
    """One number for every axis, or one for each; raises GeometryError for another count, or for fractions."""
    listed = tuple(whole(value, name) for value in (values if isinstance(values, Iterable) else (values,)))
    return listed * _repeats(len(listed), axes, f"{name} {by(listed)}")


def spread_padding(padding: Padding, axes: int) -> tuple[AxisPadding, ...]:
    """The padding of each axis: a rule, or the cells before and after; raises GeometryError as `spread` does."""
    # first of all, because a string is iterable too
    if isinstance(padding, str):
        if padding not in RULES:
            raise GeometryError(f"padding {padding!r} is no rule", "use a number, or same, valid, full")
        return (padding,) * axes
    listed = tuple(padding) if isinstance(padding, Iterable) else (padding,)
    pairs = [tuple(side) if isinstance(side, Iterable) else (side, side) for side in listed]
    sides = [(whole(before, "padding"), whole(after, "padding")) for before, after in pairs]
    at_least(0, "padding", [cells for pair in sides for cells in pair])
    return tuple(sides) * _repeats(len(sides), axes, "padding")


def whole(value: SupportsIndex, name: str) -> int:
    """A Python integer, also from NumPy's; a fraction is refused."""
    try:
        # int() would cut 2.5 to 2 without a word
        return index(value)
    except TypeError:
        raise GeometryError(f"{name} must be whole numbers, not {value}", ("round it: ", Setting(name, 1))) from None


def check_settings(axes: int, stride: PerAxis, padding: Padding, dilation: PerAxis, groups: int) -> None:
    """Refuse what no input could make right: a stride or dilation of 0, negative padding, no groups."""
    at_least(1, "groups", [groups])
    at_least(1, "stride", spread(stride, axes, "stride"))
    at_least(1, "dilation", spread(dilation, axes, "dilation"))
    spread_padding(padding, axes)


def at_least(lowest: int, name: str, values: Sequence[int]) -> None:
    """Refuse a setting that has a number below its lowest."""
    for value in values:
        if value < lowest:
            raise GeometryError(
                f"{name} must be {lowest} or more, not {value}", ("use ", Setting(name, lowest), ", or more")
            )


def check_groups(groups: int, channels: int | None, filters: int | None) -> None:
    """Refuse groups that do not divide the channels and the filters."""
    at_least(1, "groups", [groups])
    for count, name in ((channels, "channel"), (filters, "filter")):
        if count is not None:
            at_least(1, f"{name}s", [count])
        if count is not None and count % groups:
            # a count may be any number that was typed: only small divisors are looked for, and three are named
            divisors = [n for n in range(1, min(count, MOST_TRIED) + 1) if count % n == 0]
            raise GeometryError(
                f"{groups} groups do not divide {count} {name}{'s' * (count > 1)}",
                ("use ", Setting("groups", 1), *(f" or {each}" for each in divisors[1:4])),
            )


def _repeats(given: int, axes: int, what: str) -> int:
    if given not in {1, axes}:
        raise GeometryError(
            f"{what} has {given} numbers, but there are {axes} spatial axes",
            f"give one number for all axes, or {axes} of them",
        )
    return axes // given


def _columns(
    size: Sequence[int], kernel: PerAxis, stride: PerAxis, padding: Padding, dilation: PerAxis
) -> list[tuple[int, int, int, AxisPadding, int]]:
    """Return input, kernel, stride, padding and dilation of each axis, checked one by one."""
    n = len(size)
    given = {"kernel": kernel, "stride": stride, "dilation": dilation}
    each = {name: spread(values, n, name) for name, values in given.items()}
    for name, values in {"in": size, **each}.items():
        at_least(1, name, values)
    return list(zip(size, each["kernel"], each["stride"], spread_padding(padding, n), each["dilation"], strict=True))


def _does_not_fit(axes: Sequence[Axis], noun: str) -> GeometryError:
    """Say which kernel does not fit in which input, and the padding or kernel that would.

    Both hints hold for all axes at once, each by itself: the axis that needs most decides the padding,
    and a smaller kernel keeps the padding and the dilation that were asked for.
    """
    window, size = [axis.extent for axis in axes], [axis.input for axis in axes]
    kernel, padding = [axis.kernel for axis in axes], padding_text(axes)
    what = f"a {by(kernel)} {noun}"
    if window != kernel:
        what += f" with dilation {by(sorted({a.dilation for a in axes}))}, which covers {by(window)} cells,"
    # rounded up, because an odd cell that is missing needs one on each side
    enough = max(ceil_div(axis.extent - axis.input, 2) for axis in axes)
    padding_that_fits = (Setting("padding", enough), ", or ") if enough <= MOST_PADDING else ()
    # dilation·(kernel − 1) + 1 ≤ padded, solved for the kernel
    smaller = by([max(1, min(axis.kernel, (axis.padded - 1) // axis.dilation + 1)) for axis in axes])
    return GeometryError(
        f"{what} does not fit in a {by(size)} input with padding {padding}",
        ("use ", *padding_that_fits, f"a {noun} of {smaller} or smaller"),
    )
