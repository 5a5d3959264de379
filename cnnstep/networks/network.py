"""A network: a graph of layers, checked against the shape of an input, and the weights they work with."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from math import prod
from typing import Any, NamedTuple

from cnnstep.engine.arrays import MOST_CELLS, Array
from cnnstep.engine.steps import Index, Operation
from cnnstep.errors import CnnstepError, GeometryError, Setting
from cnnstep.geometry import by
from cnnstep.networks.layer_kinds import KINDS, LayerKind, Sees, names
from cnnstep.networks.parameters import Weights
from cnnstep.networks.plans import Arrival, KernelReader, Plan, plan_for
from cnnstep.notation import quoted
from cnnstep.notation.chain import LayerWords, in_words
from cnnstep.notation.networks import INPUT

LONGEST, FEW = 30, 9
MOST_LAYERS = 1_000


class Layer(NamedTuple):
    """A node: its number, counted from 1, its name, its words, the nodes that it reads, their shapes, and its plan.

    A node comes after those that it reads; node 0 is the input of the network.
    """

    number: int
    name: str
    word: str
    text: str
    inputs: tuple[int, ...]
    shapes: tuple[Index, ...]
    plan: Plan
    settings: Mapping[str, Any] = {}
    """What its words set."""

    @property
    def kind(self) -> LayerKind:
        """Its row of the table of layers."""
        return KINDS[self.word]

    @property
    def input(self) -> Index:
        """The shape of its first input, for most layers the only one."""
        return self.shapes[0]

    @property
    def output(self) -> Index:
        """The shape of what it gives."""
        return self.plan.output

    @property
    def keeps_channels(self) -> bool:
        """Whether channel 0 is still what it was; also where each filter reads a channel of its own."""
        sizes = self.plan.sizes
        is_depthwise = sizes is not None and sizes.groups == sizes.channels == sizes.filters
        return self.kind.keeps_channels or is_depthwise

    @property
    def brief(self) -> str:
        """Its words, cut where they are long."""
        return shortened(self.text)

    def to_blame(self) -> AbstractContextManager[None]:
        """Say of whatever goes wrong that it did so in this layer."""
        return at_layer(self.number, self.word, self.text)

    @property
    def title(self) -> str:
        """Its name where that says more than its word: those of layers that are counted."""
        return self.name if self.kind.letter else ""

    @property
    def learned(self) -> int:
        """How many numbers it learns."""
        return sum(parameter.learned for parameter in self.plan.parameters.values())

    def outside(self, cell: Sequence[int | None]) -> GeometryError:
        """The error of a cell that it does not have; None in a place stands for every one."""
        told = ",".join("*" if place is None else str(place) for place in cell)
        last = ",".join(str(n - 1) for n in self.output)
        return GeometryError(
            f"{told} is outside the {by(self.output)} output of {self.name}, which counts from 0",
            f"the last cell is {self.name}[{last}]",
        )


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

    @property
    def is_drawn(self) -> bool:
        """Whether any of its weights are random."""
        parameters = (each for layer in self.layers for each in layer.plan.parameters.values())
        return self.given is None and any(each.fan_in for each in parameters)

    def weights(self, number: int) -> Weights:
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
            layer, weights = self.layers[number - 1], self.weights(number)
            with layer.to_blame():
                self._operations[number] = layer.plan.make(weights)
        return self._operations[number]

    def name(self, number: int) -> str:
        """The name of a node: of a layer, or of the input."""
        return self.layers[number - 1].name if number else INPUT


def assemble(
    words: Sequence[LayerWords],
    shape: Index,
    read_kernel: KernelReader,
    seed: int = 0,
    inputs: Sequence[tuple[int, ...]] | None = None,
) -> list[Layer]:
    """Plan a graph for an input of `shape`, (C, *spatial), which is node 0; each layer names the nodes that it reads.

    Without `inputs` each reads the one before: a chain. Raises the error of the layer that does not fit, with its
    number and its words.
    """
    if len(words) > MOST_LAYERS:
        raise GeometryError(f"{len(words):,} layers are too many; the most is {MOST_LAYERS:,}", "leave some out")
    inputs = inputs or chained(len(words))
    called = names([each.word for each in words], inputs)
    layers: list[Layer] = []
    for number, (each, name, nodes) in enumerate(zip(words, called, inputs, strict=True), 1):
        shapes = tuple(layers[node - 1].output if node else shape for node in nodes)
        planned = _planned(number, each, Arrival(shapes, read_kernel, seed + number - 1))
        layers.append(Layer(number, name, each.word, each.text, nodes, shapes, planned, each.settings))
    return layers


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


def shortened(text: str) -> str:
    """Words of a layer, cut where they are long."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


@contextmanager
def at_layer(number: int, word: str, text: str, pointer: tuple[str, int, int] | None = None) -> Iterator[None]:
    """Say in which layer something goes wrong, in the notation's words, and which word is to blame."""
    try:
        yield
    except CnnstepError as error:
        advice = in_words(error.advice, word, KINDS[word].form)
        raise type(error)(f"layer {number} ({shortened(text)}): {error.message}", advice, pointer) from None


class Found(NamedTuple):
    """The first and the last layer of a name: a convolution, and the activation after it; or one layer twice."""

    first: Layer
    last: Layer


def find(layers: Sequence[Layer], name: str) -> Found:
    """The layers of that name, or the one of that number; raises GeometryError where there is none."""
    if name.isdecimal():
        if not 1 <= int(name) <= len(layers):
            raise GeometryError(
                f"there is no layer {name}: the network has {len(layers)}, counted from 1",
                f"name one from 1 to {len(layers)}, or by its name: {layers[-1].name}",
            )
        return Found(layers[int(name) - 1], layers[int(name) - 1])
    found = [layer for layer in layers if layer.name == name]
    if not found:
        known = list(dict.fromkeys(layer.name for layer in layers))
        few = ", ".join(known if len(known) <= FEW else [*known[: FEW - 1], "…", known[-1]])
        raise GeometryError(f"there is no layer {quoted(name)}", f"this network has {few}")
    return Found(found[0], found[-1])
