"""A network: a graph of layers, checked against the shape of an input, and the weights they work with."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import MOST_CELLS, Array
from cnnstep.engine.steps import Index, Operation
from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry import by
from cnnstep.networks.layer import Layer, at_layer, name_of
from cnnstep.networks.layer_kinds import KINDS, Sees, names
from cnnstep.networks.parameters import Weights
from cnnstep.networks.plans import Arrival, KernelReader, Plan, plan_for
from cnnstep.notation.layers import LayerWords

if TYPE_CHECKING:
    from cnnstep.networks.backward import Backward

MOST_LAYERS = 1_000


class Network:
    """A graph of layers, and their weights: those that were given by name (`c1.weight`), else drawn from a seed.

    Layer n draws from seed + n − 1, so that no two are alike, and only when it is used.
    """

    def __init__(self, layers: Sequence[Layer], seed: int = 0, given: Mapping[str, Array] | None = None) -> None:
        self.layers = layers
        self.seed = seed
        self.given = given
        self._operations: dict[int, Operation[Any]] = {}
        self._drawn: dict[int, Weights] = {}
        self._forward: Callable[[ArrayLike], Array] | None = None
        self._backward: Backward | None = None

    @property
    def is_drawn(self) -> bool:
        """Whether any of its weights are random."""
        parameters = (each for layer in self.layers for each in layer.plan.parameters.values())
        return self.given is None and any(each.fan_in for each in parameters)

    @property
    def weights(self) -> dict[str, Array]:
        """Every number that it has learned, or was drawn, by its full name, `c1.weight`, in the order of its layers.

        A copy: a network with other numbers is another one, `network(spec, weights=changed)`.
        """
        found: dict[str, Array] = {}
        for layer in self.layers:
            weights = self.weights_of(layer.number)
            # fractions, also where all are whole to begin with: what learns must not be cut to integers
            dtype = np.result_type(*weights.values(), np.float32) if weights else None
            found |= {f"{layer.name}.{part}": values.astype(dtype) for part, values in weights.items()}
        return found

    def output(self, batch: ArrayLike) -> Array:
        """What it makes of a batch (N, *input), in float32: (N, *output). Raises GeometryError for another shape."""
        if self._forward is None:
            from cnnstep.networks.forward import Forward  # not needed to look at a network

            self._forward = Forward(self)
        return self._forward(batch)

    def gradients(self, batch: ArrayLike, labels: ArrayLike) -> tuple[float, dict[str, Array]]:
        """The mean cross-entropy of a batch, and its gradient by every number that is learned, as `weights` names them.

        It is that of the logits: a softmax that ends the network is left out. As in training, batch normalisation takes
        the statistics of the batch, and dropout drops. Raises GeometryError for another shape, and for labels that are
        no classes.
        """
        if self._backward is None:
            from cnnstep.networks.backward import Backward

            self._backward = Backward(self)
        return self._backward.gradients(batch, labels)

    def weights_of(self, number: int) -> Weights:
        """The numbers of a layer, counted from 1, by their names."""
        layer = self.layers[number - 1]
        if self.given is None:
            if number not in self._drawn:
                seed = self.seed + number - 1
                with layer.to_blame():
                    self._drawn[number] = {part: each.draw(seed) for part, each in layer.plan.parameters.items()}
            return self._drawn[number]
        return {part: self.given[f"{layer.name}.{part}"] for part in layer.plan.parameters}

    def operation(self, number: int) -> Operation[Any]:
        """The operation of a layer, counted from 1, with its weights."""
        if number not in self._operations:
            layer, weights = self.layers[number - 1], self.weights_of(number)
            with layer.to_blame():
                self._operations[number] = layer.plan.make(weights)
        return self._operations[number]

    def name(self, number: int) -> str:
        """The name of a node: what a layer was named, or is called anyway, or the input."""
        return name_of(self.layers, number)


def assemble(words: Sequence[LayerWords], shape: Index, read_kernel: KernelReader, seed: int = 0) -> list[Layer]:
    """Plan a graph for an input of `shape`, (C, *spatial), which is node 0.

    Words that name no nodes to read are read one after the other: a chain. Raises the error of the layer that does not
    fit, with its number and its words.
    """
    if len(words) > MOST_LAYERS:
        raise GeometryError(f"{len(words):,} layers are too many; the most is {MOST_LAYERS:,}", "leave some out")
    inputs = [each.inputs or (number,) for number, each in enumerate(words)]
    called = names([each.word for each in words], inputs)
    layers: list[Layer] = []
    for number, (each, name, named) in enumerate(zip(words, called, inputs, strict=True), 1):
        _check_names(each.names, called, number)
        joined = layers[named[1] - 1] if len(named) > 1 and named[1] else None
        nodes = (named[0], joined.inputs[0]) if joined and KINDS[each.word].reads_before else named
        shapes = tuple(layers[node - 1].output if node else shape for node in nodes)
        planned = _planned(number, each, Arrival(shapes, read_kernel, seed + number - 1, joined and joined.plan))
        layers.append(Layer(number, name, each.word, each.text, nodes, shapes, planned, each.settings, each.names))
    return layers


def _check_names(names: Sequence[str], called: Sequence[str], number: int) -> None:
    """Refuse a name that another layer, counted from 1, has by itself."""
    for name in names:
        if name in called and called[number - 1] != name:
            raise GeometryError(
                f"{name} is what layer {called.index(name) + 1} is called anyway", f"take another name: as {name}_1"
            )


def chained(layers: int) -> list[tuple[int, ...]]:
    """The inputs of so many layers in a row."""
    return [(number,) for number in range(layers)]


def upstream(layers: Sequence[Layer], number: int) -> list[Layer]:
    """All layers that a node, counted from 1, depends on, in their order, itself last."""
    needed = {number}
    for layer in reversed(layers[:number]):
        needed.update(layer.inputs if layer.number in needed else ())
    return [layer for layer in layers[:number] if layer.number in needed]


def _planned(number: int, words: LayerWords, arrival: Arrival) -> Plan:
    """Plan one layer; a mistake in its words is pointed at, one in what arrives is not."""
    kind = KINDS[words.word]
    with at_layer(number, words.word, words.text):
        if kind.sees is Sees.WINDOW and arrival.axes < 1:
            raise GeometryError(
                f"{words.word} needs channels and space, but {by(arrival.shape)} numbers in one row arrive",
                "put it before flatten and dense",
            )
    with at_layer(number, words.word, words.text, words.pointer):
        planned = kind.plan(words.settings, arrival)
    with at_layer(number, words.word, words.text):
        if prod(planned.output) > MOST_CELLS:
            raise GeometryError(
                f"its {by(planned.output)} output has {prod(planned.output):,} cells; the most is {MOST_CELLS:,}",
                ("use a smaller input: ", Setting("resize", (300, 300))),
            )
    return planned


def standing(operations: Sequence[tuple[str, str, Operation[Any]]], shape: Index) -> Network:
    """A chain of operations that have their weights already, each with its word and its text, for (C, *spatial)."""
    called = names([word for word, _, _ in operations], chained(len(operations)))
    layers: list[Layer] = []
    for number, ((word, text, operation), name) in enumerate(zip(operations, called, strict=True)):
        layers.append(Layer(number + 1, name, word, text, (number,), (shape,), plan_for(operation, shape)))
        shape = layers[-1].output
    return Network(layers)
