"""A network that meets an input: the walk of every layer over what the layer before has made."""

from collections.abc import Sequence
from math import prod
from typing import Any

from cnnstep.engine.arrays import Array
from cnnstep.engine.steps import Walk
from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry import by
from cnnstep.networks.network import Layer, Network, named

MOST_PRODUCTS = 40_000_000_000
MOST_CELLS = 400_000_000


class Run:
    """Layer after layer, and no further than is asked for."""

    def __init__(self, network: Network, x: Array) -> None:
        self.network = network
        self.x = x
        self._walks: list[Walk[Any, Any]] = []

    @property
    def layers(self) -> Sequence[Layer]:
        """The layers of the network."""
        return self.network.layers

    def walk(self, number: int) -> Walk[Any, Any]:
        """The walk of a layer, counted from 1; the layers before it are run whole, those after it not.

        Raises GeometryError where that would take too long or too much memory.
        """
        self._check(self.layers[: number - 1])
        while len(self._walks) < number:
            layer = self.layers[len(self._walks)]
            with named(layer.number, layer.word, layer.text):
                x = self._walks[-1].output if self._walks else self.x
                self._walks.append(self.network.operation(layer.number).walk(x))
        return self._walks[number - 1]

    def _check(self, layers: Sequence[Layer]) -> None:
        products, cells = sum(each.plan.multiply_adds for each in layers), sum(prod(each.output) for each in layers)
        for number, most, what in ((products, MOST_PRODUCTS, "multiply-adds"), (cells, MOST_CELLS, "cells to keep")):
            if number > most:
                raise GeometryError(
                    f"{by(self.x.shape)} makes {number:,} {what} here; the most is {most:,}",
                    ("use a smaller ", Setting("resize")),
                )
