"""Flatten: every cell in one long row, in row-major order."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

from numpy.typing import ArrayLike, NDArray

from cnnstep.engine.arrays import as_numbers
from cnnstep.engine.elementwise import Elementwise, Mapped, MappedWalk
from cnnstep.engine.steps import Index, Walk, place_of

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Flatten:
    """Write (C, H, W) as one row of C·H·W cells: y[(c·H + row)·W + column] = x[c, row, column].

    Channels come first, then rows, then columns (row-major order), as in PyTorch's torch.nn.Flatten.
    """

    def output_shape(self, input_shape: Sequence[int]) -> tuple[int, ...]:
        """One axis with all cells."""
        return (prod(input_shape),)

    def output(self, x: ArrayLike) -> Array:
        """Return the row."""
        return as_numbers(x, "the input").reshape(-1)

    def walk(self, x: ArrayLike) -> MappedWalk:
        """Return the same, one cell at a time."""
        return Walk(_Bound(as_numbers(x, "the input")))


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
