"""A receptive field: how much of a network's input one cell of a layer sees, on one axis."""

from collections.abc import Iterable
from fractions import Fraction
from math import gcd
from typing import Any, NamedTuple, Protocol

from cnnstep.errors import GeometryError


class Way(Protocol):
    """One axis of a layer, as far as a field goes through it."""

    @property
    def pace(self) -> Fraction:
        """How many cells of its input further on the next output cell looks."""

    def reads(self, cells: range) -> range:
        """The input positions that these neighbouring output cells read, from the first to the last."""


class Field(NamedTuple):
    """The receptive field of a layer's cells on one axis.

    Cell i of a layer that only slides windows sees the `size` input positions from first + i·jump on; those outside
    the input are padding. Through a window of `extent` cells with a stride and padding `before`:

        size' = size + (extent − 1)·jump      jump' = jump·stride      first' = first − before·jump

    After upsampling neighbours may see different numbers of cells, in a pattern that comes again after some cells:
    `seen` are the first and the last position of each cell of one pattern, `shift` is how far apart two patterns look.
    Source: Araujo, Norris, Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill 2019.
    """

    seen: tuple[tuple[int, int], ...] = ((0, 0),)
    shift: int = 1

    @property
    def size(self) -> int:
        """How many positions a cell sees; the most, where they differ."""
        return max(last - first + 1 for first, last in self.seen)

    @property
    def jump(self) -> Fraction:
        """How far apart neighbours look: a fraction after upsampling."""
        return Fraction(self.shift, len(self.seen))

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
        first, last = self.seen[place]
        return range(first + patterns * self.shift, last + patterns * self.shift + 1)

    def through(self, way: Way) -> "Field":
        """The field of a layer that reads cells with this one."""
        # the pattern comes again where the way has gone a whole number of patterns on
        steps, per = way.pace.numerator, way.pace.denominator
        cells = len(self.seen) * per // gcd(steps, len(self.seen) * per)
        patterns = cells * steps // (per * len(self.seen))
        reads = (way.reads(range(cell, cell + 1)) for cell in range(cells))
        return Field(tuple(_hull(map(self.positions, each)) for each in reads), self.shift * patterns)

    def union(self, other: "Field") -> "Field":
        """The smallest field that holds this one and another, of cells that are as far apart.

        Raises GeometryError where neighbours look differently far apart: no field holds for all their cells.
        """
        if self.jump != other.jump:
            raise GeometryError(
                f"neighbours look {self.jump} cells apart in one input and {other.jump} in another",
                "join maps that were made with the same strides",
            )
        cells = len(self.seen) * len(other.seen) // gcd(len(self.seen), len(other.seen))
        seen = tuple(_hull((self.positions(cell), other.positions(cell))) for cell in range(cells))
        return Field(seen, int(self.jump * cells))


NOTHING = (0, -1)
"""What a cell between the windows of a transposed convolution sees: its bias alone."""


def _hull(several: Iterable[range]) -> tuple[int, int]:
    """The first and the last position of some ranges, of which some may be empty."""
    told = [each for each in several if each]
    return (min(each[0] for each in told), max(each[-1] for each in told)) if told else NOTHING
