"""What forward passes and gradients in NumPy share: padding, places of windows, and what kernels are called."""

from typing import Any

from cnnstep.frameworks.formulas import CONSTANTS, MODES
from cnnstep.frameworks.nodes import Lines, Node, written
from cnnstep.frameworks.windows import Sides

OUT, IN = "hwd", "ijk"
"""Letters of an einsum: the places of the output, and of the window."""


def padded(x: str, sides: Sides, mode: str = "zeros", value: Any = "0.0") -> str:
    """The call that surrounds a map, not its channels."""
    told = f", constant_values={value if value != 'nan' else 'np.nan'}" if mode in CONSTANTS else ""
    return f'np.pad({x}, {written([(0, 0), *sides])}, mode="{MODES.get(mode, mode)}"{told})'


def places_of(node: Node, letters: str) -> str:
    """Where the window at a place lies: on each axis from its first cell, as far as it reaches."""
    each = zip(letters, node.axes, strict=False)
    return ", ".join(f"{i} * {a.stride} : {i} * {a.stride} + {a.extent} : {a.dilation}" for i, a in each)


def as_used(node: Node) -> str:
    """The variable of the kernel that is used: turned and divided, where it is."""
    return node.named("kernel_used" if node.operation.flip or node.divisor else "kernel")


def added(node: Node) -> tuple[str, str]:
    """The variables of a cell whose kernel is added, `c, i, j`, and where in the output."""
    groups, filters = node.bound.sizes.groups, node.bound.sizes.filters or 1
    each, depth = node.shape[0] // groups, filters // groups
    first = f"c // {each} * {depth} : c // {each} * {depth} + {depth}" if groups > 1 else ":"
    letters = IN[: len(node.axes)]
    return ", ".join(["c", *letters]), f"{first}, {places_of(node, letters)}"


def whole(node: Node) -> str:
    """The shape of a transposed convolution before its padding is cut away."""
    return written([node.bound.sizes.filters or 1, *(max(a.uncut, a.before + a.output) for a in node.axes)])


def largest(node: Node) -> Lines:
    """Where the first largest cell of a window stands in `padded`."""
    strides, dilations = node.per_axis("stride"), node.per_axis("dilation")
    return [
        "    window = windows[(c, *place)]",
        "    taps = np.unravel_index(np.nanargmax(window), window.shape)",
        f"    cell = [int(i * s + k * d) for i, s, k, d in zip(place, {strides}, taps, {dilations})]",
    ]
