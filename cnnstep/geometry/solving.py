"""Which kernel, padding, stride or dilation gives the output that is wanted."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass


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


def solve(size_for: Callable[[int], int], target: int, lowest: int, highest: int) -> Solution:
    """Find every whole value from `lowest` on with `size_for(value) == target`, by bisection.

    `size_for` is monotone, and 0 where nothing fits; beyond `highest` it no longer passes `target`.
    """
    values = range(lowest, highest + 1)
    sign = 1 if size_for(highest) >= size_for(lowest) else -1
    begin = bisect_left(values, sign * target, key=lambda value: sign * size_for(value))
    end = bisect_right(values, sign * target, key=lambda value: sign * size_for(value))
    if begin < end:
        unbounded = end == len(values)
        return Solution(values[begin], None if unbounded else values[end - 1])
    around = [values[i] for i in (begin - 1, begin) if 0 <= i < len(values)]
    return Solution(None, None, tuple((value, size_for(value)) for value in around if size_for(value) > 0))
