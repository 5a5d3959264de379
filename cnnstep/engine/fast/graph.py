"""A graph of layers on batches: forward from the input to a node, and back from there to everything that is learned."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.fast.layers import Layer, Passed


class Node(NamedTuple):
    """A layer and the nodes that it reads, counted from 1 in their order; 0 is the input."""

    layer: Layer
    inputs: Sequence[int]


class Graph:
    """Nodes in an order in which each comes after what it reads."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self.learns = [False]
        for node in nodes:
            self.learns.append(bool(node.layer.parameters) or any(self.learns[number] for number in node.inputs))

    def forward(self, x: Array, last: int | None = None) -> list[Array]:
        """What the nodes up to the `last` make of x (channels, *space, N), which stands first.

        The next call overwrites it.
        """
        made = [x]
        for node in self.nodes[:last]:
            made.append(node.layer.forward(*(made[number] for number in node.inputs)))
        return made

    def backward(self, gradient: Array, made: Sequence[Array]) -> None:
        """From ∂L/∂y of the last of the nodes in `made` to the `gradients` of all layers that learn."""
        arrived: list[Array | None] = [None] * len(made)
        arrived[-1] = gradient
        for number in range(len(made) - 1, 0, -1):
            layer, inputs = self.nodes[number - 1]
            wanted, found = any(self.learns[each] for each in inputs), arrived[number]
            if found is None or not self.learns[number]:
                continue
            parts = layer.backward(found, Passed([made[each] for each in inputs], made[number], wanted))
            arrived[number] = None
            for each, part in zip(inputs, parts, strict=True):
                if part is None or not self.learns[each]:
                    continue
                before = arrived[each]
                # a layer that read the same may still need what it gave: a sum of its own
                arrived[each] = part if before is None else before + part


def images_last(x: Array) -> Array:
    """From (N, channels, *space) to (channels, *space, N), which neighbours in memory have."""
    return np.ascontiguousarray(x.transpose(*range(1, x.ndim), 0))


def images_first(x: Array) -> Array:
    """And back, as a view."""
    return x.transpose(-1, *range(x.ndim - 1))
