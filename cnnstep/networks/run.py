"""A network that meets an input: the walk of every layer over what the layer before has made."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from numpy.typing import NDArray

from cnnstep.engine.steps import Walk
from cnnstep.networks.network import Layer, Network, named

Array: TypeAlias = NDArray[Any]


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

    @property
    def walks(self) -> list[Walk[Any, Any]]:
        """The walk of every layer."""
        return [self.walk(layer.number) for layer in self.layers]

    def walk(self, number: int) -> Walk[Any, Any]:
        """The walk of a layer, counted from 1; the layers before it are run whole, those after it not."""
        while len(self._walks) < number:
            layer = self.layers[len(self._walks)]
            with named(layer.number, layer.text):
                x = self._walks[-1].output if self._walks else self.x
                self._walks.append(self.network.operation(layer.number).walk(x))
        return self._walks[number - 1]
