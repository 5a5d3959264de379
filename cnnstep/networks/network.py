"""A network: layers in a row, checked against the shape of an input, and the weights they work with."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import prod
from typing import Any, NamedTuple

from cnnstep.engine.arrays import Array
from cnnstep.engine.steps import Operation
from cnnstep.errors import CnnstepError, GeometryError, Setting
from cnnstep.geometry import by
from cnnstep.networks.layers import Arrival, KernelReader, Plan, check_place, plan, ready
from cnnstep.networks.names import LETTERS, names
from cnnstep.networks.parameters import Weights, draw
from cnnstep.notation.chain import LayerWords, in_words

MOST_CELLS = 500_000_000
LONGEST = 30
MOST_LAYERS = 1_000


class Layer(NamedTuple):
    """One layer: its number, counted from 1, its name, its words, the shape that arrives, and its plan."""

    number: int
    name: str
    word: str
    text: str
    input: tuple[int, ...]
    plan: Plan

    @property
    def output(self) -> tuple[int, ...]:
        """The shape of what it gives."""
        return self.plan.output

    @property
    def brief(self) -> str:
        """Its words, cut where they are long."""
        return shortened(self.text)

    @property
    def title(self) -> str:
        """Its name where that says more than its word: those of layers that are counted."""
        return self.name if self.word in LETTERS else ""

    @property
    def learned(self) -> int:
        """How many numbers it learns."""
        return sum(parameter.learned for parameter in self.plan.parameters.values())


class Network:
    """Layers, and their weights: those that were given by name (`c1.weight`), else drawn from a seed.

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
                with named(number, layer.word, layer.brief):
                    self._drawn[number] = draw(layer.plan.parameters, self.seed + number - 1)
            return self._drawn[number]
        return {part: self.given[f"{layer.name}.{part}"] for part in layer.plan.parameters}

    def operation(self, number: int) -> Operation[Any]:
        """The operation of a layer, counted from 1, with its weights."""
        if number not in self._operations:
            self._operations[number] = self.layers[number - 1].plan.make(self.weights(number))
        return self._operations[number]


def assemble(
    chain: Sequence[LayerWords], shape: tuple[int, ...], read_kernel: KernelReader, seed: int = 0
) -> list[Layer]:
    """Plan every layer for what arrives from the one before; the first gets `shape`, (C, *spatial).

    Raises the error of the layer that does not fit, with its number and its words.
    """
    if len(chain) > MOST_LAYERS:
        raise GeometryError(f"{len(chain):,} layers are too many; the most is {MOST_LAYERS:,}", "leave some out")
    layers: list[Layer] = []
    for number, (words, name) in enumerate(zip(chain, names([each.word for each in chain]), strict=True), 1):
        arrival = Arrival(shape, read_kernel, seed + number - 1)
        with named(number, words.word, words.text):
            check_place(words, arrival)
        with named(number, words.word, words.text, words.pointer):
            planned = plan(words, arrival)
        with named(number, words.word, words.text):
            if prod(planned.output) > MOST_CELLS:
                raise GeometryError(
                    f"its {by(planned.output)} output has {prod(planned.output):,} cells; the most is {MOST_CELLS:,}",
                    ("use a smaller input: ", Setting("resize", (300, 300))),
                )
        layers.append(Layer(number, name, words.word, words.text, shape, planned))
        shape = planned.output
    return layers


def standing(operations: Sequence[tuple[str, str, Operation[Any]]], shape: tuple[int, ...]) -> Network:
    """A network of operations that have their weights already, each with its word and its text."""
    layers: list[Layer] = []
    for number, ((word, text, operation), name) in enumerate(
        zip(operations, names([word for word, _, _ in operations]), strict=True), 1
    ):
        layers.append(Layer(number, name, word, text, shape, ready(operation, shape)))
        shape = layers[-1].output
    return Network(layers)


def shortened(text: str) -> str:
    """Words of a layer, cut where they are long."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


@contextmanager
def named(number: int, word: str, text: str, pointer: tuple[str, int, int] | None = None) -> Iterator[None]:
    """Say in which layer something went wrong, and point at the word that is to blame."""
    try:
        yield
    except CnnstepError as error:
        if error.message.startswith("layer "):
            raise
        advice = in_words(error.advice, word)
        raise type(error)(f"layer {number} ({shortened(text)}): {error.message}", advice, pointer) from None
