"""What windows read around a map, as numbers of cells before and after on each axis."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from cnnstep.frameworks.nodes import Node

Sides: TypeAlias = Sequence[tuple[int, int]]


class Surrounding(NamedTuple):
    """Cells around a map, what stands there, and why."""

    sides: Sides
    value: str
    told: str


def around(axes: Sequence[Any]) -> Sides:
    """The padding of every axis."""
    return [(axis.before, axis.after) for axis in axes]


def reached(axes: Sequence[Any]) -> Sides:
    """What windows read around a map: with `ceil` the last one may hang over the padding, or leave some of it out."""
    last = [(axis.output - 1) * axis.stride + axis.extent - axis.before - axis.input for axis in axes]
    return [(axis.before, max(0, n) if axis.ceil else axis.after) for axis, n in zip(axes, last, strict=True)]


def parts(axes: Sequence[Any]) -> tuple[Sides, Sides]:
    """The same as the padding in it, and what lies beyond that."""
    ends = [(axis.after, after) for axis, (_, after) in zip(axes, reached(axes), strict=True)]
    padding = [(axis.before, min(end)) for axis, end in zip(axes, ends, strict=True)]
    return padding, [(0, max(0, after - known)) for known, after in ends]


def inside(axes: Sequence[Any]) -> str:
    """Where the input lies in a padded map."""
    return ", ".join(f"{axis.before}:{axis.before + axis.input}" for axis in axes)


def uncut(axes: Sequence[Any]) -> str:
    """Where the output of a transposed convolution lies in the whole, before its padding is cut away."""
    return ", ".join(f"{axis.before}:{axis.before + axis.output}" for axis in axes)


def pooled(node: Node, nothing: str = "nan") -> Sequence[Surrounding]:
    """What a pooling reads around its input: `nothing`, or zeros that an average counts and nothing beyond them."""
    rims = [Surrounding(reached(node.axes), nothing, "nothing stands there")]
    if node.operation.include_padding:
        padding, beyond = parts(node.axes)
        rims = [Surrounding(padding, "0.0", "zeros that count"), rims[0]._replace(sides=beyond)]
    return [each for each in rims if is_any(each.sides)]


def is_any(sides: Sides) -> bool:
    """Whether there is any padding."""
    return any(map(any, sides))


def is_even(sides: Sides) -> bool:
    """Whether it is the same on both sides."""
    return all(before == after for before, after in sides)
