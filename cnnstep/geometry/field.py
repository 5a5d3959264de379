"""A receptive field: how much of a network's input one cell of a layer sees, on one axis."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd
from typing import Any, NamedTuple, Protocol, TypeAlias

from cnnstep.errors import GeometryError
from cnnstep.geometry.axes import Axis

MOST = 10_000
"""So many cells are listed that see windows of their own."""

Ends: TypeAlias = tuple[int, int]
NOTHING: Ends = (0, -1)
"""The first and the last position of a cell that sees none."""


class Way(Protocol):
    """One axis of a layer, as far as a field goes through it."""

    @property
    def pace(self) -> Fraction:
        """How many cells of its input further on the next output cell looks."""

    @property
    def input(self) -> int:
        """Cells of its input."""

    @property
    def output(self) -> int:
        """Cells of its output."""

    def taps(self, cell: int) -> Sequence[int]:
        """The input positions that an output cell reads, in their order, also those outside the input."""


class Field(NamedTuple):
    """The receptive field of a layer's cells on one axis.

    Cell i of a layer that only slides windows sees the `size` input positions from first + i·jump on; those outside
    the input are padding. Through a window of `extent` cells with a stride and padding `before`:

        size' = size + (extent − 1)·jump      jump' = jump·stride      first' = first − before·jump

    After upsampling neighbours may see different numbers of cells, or none: `seen` lists the first and the last
    position of all cells that there are, and those outside see nothing, for there is no padding to read. Of very many
    cells it lists those of one pattern, which comes again; `shift` is how far apart two patterns look.
    Source: Araujo, Norris, Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill 2019.
    """

    seen: tuple[Ends, ...] = ((0, 0),)
    shift: int = 1
    listed: Fraction | None = None
    """The jump, where all cells are listed."""

    @property
    def size(self) -> int:
        """How many positions a cell sees; the most, where they differ."""
        return max(last - first + 1 for first, last in self.seen)

    @property
    def jump(self) -> Fraction:
        """How far apart neighbours look: a fraction after upsampling."""
        return Fraction(self.shift, len(self.seen)) if self.listed is None else self.listed

    @property
    def first(self) -> int:
        """The first position that cell 0 sees."""
        return self.seen[0][0]

    def as_dict(self) -> dict[str, Any]:
        """The field for machines."""
        jump = self.jump
        return {"size": self.size, "jump": int(jump) if jump.denominator == 1 else float(jump), "first": self.first}

    def positions(self, cell: int) -> range:
        """The input positions that a cell sees, also those outside the input."""
        patterns, place = divmod(cell, len(self.seen))
        if self.listed is not None and patterns:
            return range(0)
        first, last = self.seen[place]
        return range(first + patterns * self.shift, last + patterns * self.shift + 1)

    def through(self, way: Way) -> "Field":
        """The field of a layer that reads cells with this one; raises GeometryError for too many that differ."""
        enlarges = not isinstance(way, Axis)
        if self.listed is not None or (enlarges and way.output <= MOST):
            there = range(way.input) if enlarges else None
            seen = (self._reached([t for t in way.taps(c) if there is None or t in there]) for c in _few(way.output))
            return Field(tuple(seen), 0, self.jump * way.pace)
        # the pattern comes again where the way has gone a whole number of patterns on
        steps, per = way.pace.numerator, way.pace.denominator
        cells = len(self.seen) * per // gcd(steps, len(self.seen) * per)
        patterns = cells * steps // (per * len(self.seen))
        return Field(tuple(map(self._reached, map(way.taps, _few(cells)))), self.shift * patterns)

    def union(self, other: "Field", cells: int) -> "Field":
        """The smallest field that holds this one and another, of as many cells.

        Where neighbours look differently far apart all cells are listed, and the jump is the larger.
        """
        alike = self.jump == other.jump and self.listed is other.listed is None
        number = len(self.seen) * len(other.seen) // gcd(len(self.seen), len(other.seen)) if alike else cells
        both = [hull((self.positions(cell), other.positions(cell))) for cell in _few(number)]
        if alike:
            return Field(tuple(both), int(self.jump * number))
        return Field(tuple(both), 0, max(self.jump, other.jump))

    def _reached(self, taps: Sequence[int]) -> Ends:
        """What some cells see together."""
        # those between do not reach further where all see as much
        is_uniform = len(self.seen) == 1 and self.listed is None
        return hull(map(self.positions, (taps[0], taps[-1]) if is_uniform and taps else taps))


def hull(ranges: Iterable[range]) -> Ends:
    """The first and the last position of ranges, of which some may be empty."""
    there = [each for each in ranges if each]
    return (min(each[0] for each in there), max(each[-1] for each in there)) if there else NOTHING


def _few(cells: int) -> range:
    """The cells to list."""
    if cells > MOST:
        raise GeometryError(
            f"{cells:,} neighbours see windows of their own; the most is {MOST:,}",
            "upsample with smaller strides, or join maps that were made with the same strides",
        )
    return range(cells)
