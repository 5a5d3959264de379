"""Which kernel, padding, stride or dilation gives the output that is wanted."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from cnnstep.geometry.axes import Sides

STRIDES, DILATIONS, EXTRAS = range(1, 33), range(1, 5), range(4)
MOST_PADDINGS = 48


@dataclass(frozen=True, slots=True)
class Solution:
    """All whole values that reach a size: `first` to `last`, or every one from `first` on.

    An output size only ever grows, or only ever shrinks, with one setting, so its solutions are
    neighbours. Where there is none (`first` is None), `nearest` pairs the values on both sides of
    the gap with the sizes they give.
    """

    first: int | None
    last: int | None
    nearest: tuple[tuple[int, int], ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The solution for machines."""
        return {"first": self.first, "last": self.last, "nearest": [list(pair) for pair in self.nearest]}


def usual(
    kernel: Sequence[int], unknown: Collection[str], dilation: int = 1, ratio: int = 1
) -> Iterator[dict[str, Any]]:
    """Values for the `unknown` settings as people combine them, the usual before the rare.

    No dilation before some, as much padding on both sides before a cell more at the end, no output
    padding before some; the stride that is the `ratio` of the sizes, then small before large; no padding,
    half the window, then what else the window reaches.
    """
    tried = {"dilation": DILATIONS, "output_padding": EXTRAS, "stride": sorted(STRIDES, key=lambda s: s != ratio)}
    dilations, extras, strides = (each if name in unknown else (each[0],) for name, each in tried.items())
    for d, odd, extra, s in product(dilations, range(2 if "padding" in unknown else 1), extras, strides):
        for padding in _paddings([max(d, dilation) * (k - 1) for k in kernel], odd):
            each = {"stride": (s,), "dilation": (d,), "padding": padding, "output_padding": (extra,)}
            yield {name: value for name, value in each.items() if name in unknown}


def _paddings(reaches: Sequence[int], odd: int) -> Iterator[tuple[Sides, ...]]:
    """Paddings of windows that reach so far beyond their first cell; `odd` ones have a cell more at the end."""
    if not odd:
        yield ((0, 0),)
    yield tuple((reach // 2, reach - reach // 2 if odd else reach // 2) for reach in reaches)
    for p in range(min(max(reaches) + 1 - odd, MOST_PADDINGS)):
        yield ((p, p + odd),)


def solve(
    size_for: Callable[[int], int], target: int, lowest: int, highest: int, *, is_bounded: bool = False
) -> Solution:
    """Find every whole value from `lowest` on with `size_for(value) == target`, by bisection.

    `size_for` is monotone, and 0 where nothing fits; beyond `highest` it no longer passes `target`, or,
    where that `is_bounded`, there is nothing.
    """
    values = range(lowest, highest + 1)
    sign = 1 if size_for(highest) >= size_for(lowest) else -1
    begin = bisect_left(values, sign * target, key=lambda value: sign * size_for(value))
    end = bisect_right(values, sign * target, key=lambda value: sign * size_for(value))
    if begin < end:
        unbounded = end == len(values) and not is_bounded
        return Solution(values[begin], None if unbounded else values[end - 1])
    around = [values[i] for i in (begin - 1, begin) if 0 <= i < len(values)]
    return Solution(None, None, tuple((value, size_for(value)) for value in around if size_for(value) > 0))
