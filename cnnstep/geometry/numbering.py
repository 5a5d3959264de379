"""Cells of a grid and their numbers, in row-major order."""

from functools import reduce

from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry.axes import by


def number_of(index: tuple[int, ...], grid: tuple[int, ...]) -> int:
    """The number of a cell of a grid, in row-major order: the last axis runs fastest."""
    return reduce(lambda number, place: number * place[1] + place[0], zip(index, grid, strict=True), 0)


def place_of(number: int, grid: tuple[int, ...]) -> tuple[int, ...]:
    """The cell of a grid that has this number, in row-major order."""
    cell: list[int] = []
    for size in reversed(grid):
        number, place = divmod(number, size)
        cell.append(place)
    return tuple(reversed(cell))


def full_place(index: tuple[int, ...], grid: tuple[int, ...], what: str, counted: str = "") -> tuple[int, ...]:
    """A place with its channel, inside a grid; raises GeometryError for another, whose axes are `counted` like this."""
    missing = len(grid) - len(index)
    full = (0,) * missing + tuple(index)
    is_whole = missing in {0, 1} or (missing > 0 and set(grid[:missing]) == {1})
    if not is_whole or not all(0 <= i < n for i, n in zip(full, grid, strict=True)):
        named = "" if is_whole else counted
        axes = grid[missing:] if is_whole else grid[1:] if named else grid
        raise GeometryError(
            f"{','.join(map(str, index))} is outside the {by(grid)} {what}, which counts {named}from 0",
            ("the last cell is ", Setting("at", tuple(n - 1 for n in axes))),
        )
    return full
