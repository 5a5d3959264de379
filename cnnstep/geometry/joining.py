"""Maps that are joined: which shapes can be added or stacked, and what comes out. Shapes are channels, then space."""

from collections.abc import Sequence
from typing import TypeAlias

from cnnstep.errors import GeometryError, Hint, Setting
from cnnstep.geometry.axes import by

Shape: TypeAlias = tuple[int, ...]


def added(shapes: Sequence[Shape]) -> Shape:
    """The shape of a sum, cell by cell: all must be alike (no broadcasting). Raises GeometryError."""
    first, *others = shapes
    for other in others:
        if other != first:
            raise GeometryError(
                f"{by(first)} and {by(other)} cannot be added: every axis must agree", _fit(first, other)
            )
    return first


def concatenated(shapes: Sequence[Shape]) -> Shape:
    """The shape of maps stacked channel after channel: (C₁ + C₂ + …, *spatial). Raises GeometryError."""
    first, *others = shapes
    for other in others:
        if other[1:] != first[1:]:
            raise GeometryError(
                f"{by(first)} and {by(other)} cannot be concatenated: all but the channels must agree",
                _fit(first, other),
            )
    return (sum(shape[0] for shape in shapes), *first[1:])


def _fit(first: Shape, other: Shape) -> Hint:
    """The setting that would make two shapes meet: a stride, a padding, a number of filters."""
    if len(first) != len(other):
        return ("flatten both, or neither",)
    large, small = (function(first[1:], other[1:]) for function in (max, min))
    if large != small:
        ratios = {-(-a // b) for a, b in zip(large, small, strict=True)}
        whole = {a % b for a, b in zip(large, small, strict=True)} == {0}
        if whole and len(ratios) == 1:
            stride = Setting("stride", ratios.pop())
            return (f"give the branch of {by(large)} a convolution with ", stride)
        same = ("keep the size of every convolution on both branches with ", Setting("padding", "same"))
        more = (", or upsample with ", Setting("output-padding", 1))  # an odd size that was halved and doubled
        return same + more if max(a - b for a, b in zip(large, small, strict=True)) == 1 else same
    point = "x".join(["1"] * len(large))
    return (f"end one branch with as many filters as the other: conv {other[0]}@{point}",)
