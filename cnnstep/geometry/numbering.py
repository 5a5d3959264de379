"""Cells of a grid and their numbers, in row-major order."""

from functools import reduce


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
