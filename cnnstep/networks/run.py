"""A network that meets an input: the walk of every layer over what the layers before it have made."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from cnnstep.engine.arrays import Array
from cnnstep.engine.kernels import MOST_WEIGHTS
from cnnstep.engine.walks import Walk
from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry import by
from cnnstep.networks.layer import Layer
from cnnstep.networks.network import Network, upstream

MOST_PRODUCTS = 40_000_000_000
MOST_KEPT = 400_000_000


class Run:
    """Node after node of a network on `x`, (C, *spatial), and no more of them than are asked for."""

    def __init__(self, network: Network, x: Array) -> None:
        self.network = network
        self.x = x
        self._walks: dict[int, Walk[Any, Any]] = {}

    @property
    def layers(self) -> Sequence[Layer]:
        """The layers of the network."""
        return self.network.layers

    def output(self, number: int) -> Array:
        """What a node gives: a layer, counted from 1, or the input, 0."""
        return self.walk(number).output if number else self.x

    def walk(self, number: int) -> Walk[Any, Any]:
        """The walk of a layer, counted from 1; the layers that it depends on are run whole, no others.

        Raises GeometryError where that would take too long or too much memory.
        """
        if number not in self._walks:
            needed = upstream(self.layers, number)
            self._check(needed[:-1])
            for layer in needed:
                if layer.number not in self._walks:
                    operation = self.network.operation(layer.number)
                    arrived = tuple(map(self.output, layer.inputs))
                    with layer.to_blame():  # an operation with several inputs takes them together
                        self._walks[layer.number] = operation.walk(arrived[0] if len(arrived) == 1 else arrived)
        return self._walks[number]

    def excess(self) -> str:
        """What is too large for a run of the whole network, with the numbers; empty where nothing is."""
        for layer in self.layers if self.network.is_drawn else ():
            weights = max((prod(each.shape) for each in layer.plan.parameters.values() if each.fan_in), default=0)
            if weights > MOST_WEIGHTS:
                return f"{layer.name} has {weights:,} weights, and at most {MOST_WEIGHTS:,} are drawn"
        try:
            self._check(self.layers)
        except GeometryError as error:
            return error.message
        return ""

    def check(self) -> None:
        """Refuse a run of the whole network that takes too long, or too much memory."""
        if excess := self.excess():
            raise GeometryError(f"not run, because of the size: {excess}", ("use a smaller ", Setting("resize")))

    def through(self, number: int, say: Callable[[str], None], *, itself: bool) -> None:
        """Run whole what a layer depends on, or also the layer itself, and say what runs.

        Raises GeometryError before the first takes too long.
        """
        needed = upstream(self.layers, number)[: None if itself else -1]
        self._check(needed)
        for layer in needed:
            say(f"layer {layer.number} of {len(self.layers)}, {layer.text}")
            _ = self.walk(layer.number).output

    def _check(self, layers: Sequence[Layer]) -> None:
        products, cells = sum(each.plan.multiply_adds for each in layers), sum(prod(each.output) for each in layers)
        for number, most, what in ((products, MOST_PRODUCTS, "multiply-adds"), (cells, MOST_KEPT, "cells to keep")):
            if number > most:
                raise GeometryError(
                    f"{by(self.x.shape)} makes {number:,} {what} here; the most is {most:,}",
                    ("use a smaller ", Setting("resize")),
                )
