"""Receptive fields: which part of a network's input one cell of a layer can see, in integers alone."""

from typing import NamedTuple

from cnnstep.errors import GeometryError
from cnnstep.geometry.axes import Axis


class Field(NamedTuple):
    """The receptive field of a layer's cells on one axis.

    Cell i sees the `size` input positions from first + i·jump on; those outside the input are padding.
    Through a window of `extent` cells with a stride and padding `before`:

        size' = size + (extent − 1)·jump      jump' = jump·stride      first' = first − before·jump

    Source: Araujo, Norris, Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill 2019.
    """

    size: int = 1
    jump: int = 1
    first: int = 0

    def through(self, axis: Axis) -> "Field":
        """The field of a layer whose window slides over cells with this field."""
        return Field(
            self.size + (axis.extent - 1) * self.jump,
            self.jump * axis.stride,
            self.first - axis.before * self.jump,
        )

    def union(self, other: "Field") -> "Field":
        """The smallest field that holds this one and another, of cells that are as far apart.

        Raises GeometryError where neighbours look differently far apart: no field holds for all their cells.
        """
        if self.jump != other.jump:
            raise GeometryError(
                f"neighbours look {self.jump} cells apart in one input and {other.jump} in another",
                "join maps that were made with the same strides",
            )
        first = min(self.first, other.first)
        end = max(self.first + self.size, other.first + other.size)
        return Field(end - first, self.jump, first)

    def positions(self, cell: int) -> range:
        """The input positions that a cell sees, also those outside the input."""
        begin = self.first + cell * self.jump
        return range(begin, begin + self.size)
