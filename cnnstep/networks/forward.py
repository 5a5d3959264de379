"""A network for batches (N, C, H, W): its layers in the fast engine, and its answers."""

from collections.abc import Callable, Mapping
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from cnnstep.engine.arrays import Array
from cnnstep.engine.fast.graph import Graph, Node, images_first, images_last
from cnnstep.engine.fast.threads import cores, run
from cnnstep.engine.fast.windows import Rooms
from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.networks.batches import Compiling, OneByOne
from cnnstep.networks.parameters import WEIGHT

if TYPE_CHECKING:
    from cnnstep.networks.network import Network

CACHE = 1 << 19
"""So many numbers of one layer stay in the cache; as many images are worked on together."""
MOST_TOGETHER = 32


class Forward:
    """Every layer of a network, ready for batches. Computes in `dtype`, where a walk computes in float64.

    Instance and layer normalisation see each image on its own, and nothing is dropped. `weights` are the numbers that
    it works with, by their full names: those of the network, or of a `Backward` that goes on learning.
    """

    training = False
    goes_back = False
    """Whether gradients are asked for: then each layer keeps what it has made of its input."""

    def __init__(
        self, network: "Network", dtype: DTypeLike = np.float32, weights: Mapping[str, Array] | None = None
    ) -> None:
        self.network, self.dtype = network, np.dtype(dtype)
        self.layers = network.layers
        self.input = self.layers[0].input
        self.weights = weights or self._own()
        largest = max(prod(self.input), *(prod(layer.output) for layer in self.layers))
        self.together = max(1, min(MOST_TOGETHER, CACHE // largest))
        self._work = sum(layer.plan.multiply_adds + prod(layer.output) for layer in self.layers)
        self._graphs: list[Graph] = []

    def _own(self) -> Mapping[str, Array]:
        """Those of the network; copies where they will learn, else as they stand in memory, if the type is right."""
        laid = np.array if self.training else np.asarray
        each = ((layer.name, self.network.weights_of(layer.number)) for layer in self.layers)
        return {f"{name}.{part}": laid(values, self.dtype) for name, parts in each for part, values in parts.items()}

    def __call__(self, batch: ArrayLike) -> Array:
        """The answers (N, *output) to a batch (N, *input); raises GeometryError for another shape."""
        images = self.checked(batch)
        answers = np.empty((len(images), *self.layers[-1].output), dtype=self.dtype)

        def answer(number: int, part: slice) -> None:
            answers[part] = images_first(self.graph(number).forward(images_last(images[part]))[-1])

        self.each(answer, len(images))
        return answers

    def checked(self, batch: ArrayLike) -> Array:
        """The batch in the type that it is worked on."""
        images = np.asarray(batch, dtype=self.dtype)
        if images.shape[1:] != self.input or not len(images):
            raise GeometryError(
                f"a batch of {by(images.shape)} is not N×{by(self.input)}",
                f"give images of {by(self.input)}, N of them",
            )
        return images

    def each(self, do: Callable[[int, slice], None], images: int, together: int | None = None) -> None:
        """Do every part of a batch: (number of a graph that nobody else uses meanwhile, part)."""
        together = together or self.together
        starts = range(0, images, together)
        threads = min(cores(), len(starts))

        def fill(number: int) -> None:
            for start in starts[number::threads]:
                do(number, slice(start, start + together))

        run(fill, range(threads), self._work * images, blas=True)

    def graph(self, number: int) -> Graph:
        """A graph of each thread, whose rooms nobody else writes into; all share the weights."""
        while len(self._graphs) <= number:
            self._graphs.append(self._compiled(len(self._graphs)))
        return self._graphs[number]

    def _compiled(self, number: int) -> Graph:
        shared = None if self.training or self.goes_back else Rooms()
        nodes = []
        for layer in self.layers:
            parameters = layer.plan.parameters
            weights = {part: self.weights[f"{layer.name}.{part}"] for part in parameters}
            mask = parameters[WEIGHT].mask if WEIGHT in parameters else None
            seed = self.network.seed + len(self.layers) * number + layer.number
            operation = self.network.operation(layer.number)
            made = Compiling(operation, layer.shapes, weights, self.dtype, mask, shared, self.training, seed)
            fast = layer.kind.batch(made) if layer.kind.batch else None
            nodes.append(Node(fast or OneByOne(operation), layer.inputs))
        return Graph(nodes)
