"""Formulas that read the same in several frameworks, and what NumPy and JAX call a padding mode."""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any, NamedTuple

from cnnstep.frameworks.nodes import Lines, Node, written

MODES = {"zeros": "constant", "replicate": "edge", "circular": "wrap"}
"""What NumPy calls a padding mode, where that is another name."""
CONSTANTS = {"zeros", "constant"}
CHANNEL: Mapping[str, Callable[[int], int | None]] = {
    "instance": lambda rank: 0 if rank > 1 else None,
    "layer": lambda _: None,
    "batch": lambda rank: 1 if rank > len("chw") else 0,
}
"""Kind of normalisation → the axis of the channels that have statistics of their own, by the rank of the input."""


class Dialect(NamedTuple):
    """What a framework calls the functions of a normalisation, and how it lays out a number for each cell."""

    module: str
    mean: str
    laid: str = "{}"


def normalised(node: Node, words: Dialect, channel: int | None, cells: tuple[int, ...]) -> Lines:
    """Z = (x - mean) / sqrt(variance + epsilon), by the statistics of some axes; then a scale and a shift."""
    x, of_channel = node.x, CHANNEL[node.operation.kind](len(node.shape))
    ones = sum(axis > channel for axis in cells) if channel is not None else 0
    axes, n = written(cells), prod(node.shape) // (1 if of_channel is None else node.shape[of_channel])
    scale, shift = (node.each(part, ones, words.laid) for part in ("scale", "shift"))
    return [
        f"mean = {words.mean.format(x, axes, n)}",
        f"variance = {words.mean.format(f'({x} - mean) ** 2', axes, n)}  # divided by n, not n - 1",
        f"z = ({x} - mean) / {words.module}.sqrt(variance + {node.operation.epsilon})",
        f"{node.output} = z * {scale} + {shift}",
    ]


def blended(module: str, made: str, names: tuple[str, str], number: int, axis: Any, rank: int) -> Lines:
    """Linear upsampling along one axis: two neighbours, weighed by how near they are."""
    y, x = names
    ones = written([-1 if n == number else 1 for n in range(rank)])
    at = f"(np.arange({axis.output}) + 0.5) / {axis.factor} - 0.5"
    take = f"{module}.take({x}, {{}}, axis={number})"
    return [
        f"at = np.clip({at}, 0, {axis.input - 1})  # where each cell lies among the {axis.input} of the input",
        "low = np.floor(at).astype(int)",
        f"high = np.minimum(low + 1, {axis.input - 1})",
        f"share = {made.format(f'(at - low).reshape({ones})')}",
        f"{y} = {take.format('low')} * (1 - share) + {take.format('high')} * share",
    ]


def rooted(node: Node, where: str) -> str:
    """The root of `total`, the powers of a window added up: in a window of zeros it has no derivative, and gets 0."""
    p = float(node.operation.power)
    if not node.of:
        return f"{node.output} = total ** (1 / {p})"
    told = "# a root of 0 has no derivative: it is 0 there"
    return f"{told}\n{node.output} = {where}(total > 0, total, 1.0) ** (1 / {p}) * (total > 0)"
