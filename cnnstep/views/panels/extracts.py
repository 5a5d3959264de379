"""Which part of an array is shown: the whole, the neighbourhood of a window, or the beginning."""

from dataclasses import dataclass

from cnnstep.engine.arrays import Array
from cnnstep.views.page.grid import Cut

WHOLE = (10, 14)
MOST_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Extract:
    """Which positions of an axis are shown, and on which sides there are more."""

    shown: range
    cut_before: bool = False
    cut_after: bool = False

    @property
    def whole(self) -> bool:
        """Whether all of the axis is shown."""
        return not (self.cut_before or self.cut_after)


WHOLLY = Extract(range(0))


def extract(whole: range, window: range, most: int, around: int) -> Extract:
    """Show an axis whole if it has at most `most` positions, else the window with some around it.

    Of a window so wide that no screen has room for it, its beginning.
    """
    if len(whole) <= most:
        return Extract(whole)
    size = min(len(window) + 2 * around, MOST_SHOWN)
    first = max(whole.start, min(window.start - around, whole.stop - size))
    last = min(whole.stop, first + size)
    return Extract(range(first, last), first > whole.start, last < whole.stop)


def cut_of(rows: Extract, columns: Extract = WHOLLY) -> Cut:
    """The sides on which there is more than the extracts show."""
    return Cut(rows.cut_before, columns.cut_before, rows.cut_after, columns.cut_after)


def beginning(values: Array) -> Array:
    """The first rows and columns of (…, rows, columns): as many as a screen or a figure has room for."""
    return values[..., :MOST_SHOWN, :MOST_SHOWN]


def cut_at_end(values: Array) -> Cut:
    """Where there is more than `beginning` shows."""
    rows, columns = values.shape
    return Cut(bottom=rows > MOST_SHOWN, right=columns > MOST_SHOWN)
