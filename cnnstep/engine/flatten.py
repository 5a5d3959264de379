"""Flatten: every cell in one long row, in row-major order."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, cells
from cnnstep.engine.gathers import Elementwise, Mapped
from cnnstep.engine.steps import Index, Operation
from cnnstep.geometry.numbering import place_of


@dataclass(frozen=True, slots=True)
class Flatten(Operation[Elementwise]):
    """Write (C, H, W) as one row of C·H·W cells: y[(c·H + row)·W + column] = x[c, row, column].

    Channels come first, then rows, then columns (row-major order), as in PyTorch's torch.nn.Flatten.
    """

    noun: ClassVar[str] = "flatten"

    def output_shape(self, input_shape: Sequence[int]) -> tuple[int, ...]:
        """One axis with all cells."""
        return (prod(input_shape),)

    def bind(self, x: ArrayLike) -> Elementwise:
        """Meet an input, and check that it fits."""
        return _Bound(cells(x))


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Elementwise):
    """A flattening that has met its input."""

    x: Array

    @property
    def grid(self) -> tuple[int, ...]:
        return (self.x.size,)

    def output(self) -> Array:
        return self.x.reshape(-1).copy()

    def step(self, number: int, index: Index) -> Mapped:
        source = place_of(index[0], self.x.shape)
        x = self.cell(source)
        return Mapped(number, index, x, source, x)
