"""What can be played: the steps of one walk."""

from functools import reduce
from math import prod
from typing import NamedTuple


class Track(NamedTuple):
    """What can be played: so many steps, the grid of cells that the walk visits, the number of the first, a name."""

    length: int
    grid: tuple[int, ...]
    first: int = 0
    name: str = ""

    @property
    def total(self) -> int:
        """Steps of the whole walk, of which these may be a part."""
        return prod(self.grid)

    @property
    def counted(self) -> str:
        """What the steps are counted as."""
        return f"{self.first + 1:,} to {self.first + self.length:,}"

    @property
    def row(self) -> int:
        """Steps in a row of the grid; a list of cells has rows of one."""
        return self.grid[-1] if len(self.grid) > 1 else 1

    @property
    def filter(self) -> int:
        """Steps in a filter, or a channel."""
        return prod(self.grid[1:])

    def number(self, cell: tuple[int, ...], near: int) -> int | None:
        """The step of the walk that visits a cell; without a filter, in that of the step `near`; None outside."""
        grid = self.grid
        if len(cell) == len(grid) - 1:
            cell = ((near + self.first) // self.filter, *cell)
        if len(cell) != len(grid) or not all(0 <= i < n for i, n in zip(cell, grid, strict=True)):
            return None
        return reduce(lambda number, axis: number * axis[1] + axis[0], zip(cell, grid, strict=True), 0)
