"""A layer: a node of a network, with its words, what it reads, and its plan; and how it is found by its name."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

from cnnstep.engine.steps import Index
from cnnstep.errors import CnnstepError, GeometryError
from cnnstep.geometry import by
from cnnstep.networks.layer_kinds import KINDS, LayerKind
from cnnstep.networks.plans import Plan
from cnnstep.notation import quoted
from cnnstep.notation.chain import INPUT
from cnnstep.notation.layers import in_words

LONGEST, FEW = 30, 9


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
    names: tuple[str, ...] = ()
    """What it was named: `as a`."""

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
    def called(self) -> str:
        """What it was named, or is called anyway."""
        return next(iter(self.names), self.name)

    @property
    def learned(self) -> int:
        """How many numbers it learns."""
        return sum(parameter.learned for parameter in self.plan.parameters.values())

    @property
    def buffers(self) -> int:
        """How many numbers it keeps that are not learned: running averages."""
        return sum(parameter.kept for parameter in self.plan.parameters.values())

    def outside(self, cell: Sequence[int | None]) -> GeometryError:
        """The error of a cell that it does not have; None in a place stands for every one."""
        told = ",".join("*" if place is None else str(place) for place in cell)
        last = ",".join(str(n - 1) for n in self.output)
        return GeometryError(
            f"{told} is outside the {by(self.output)} output of {self.name}, which counts from 0",
            f"the last cell is {self.name}[{last}]",
        )


def name_of(layers: Sequence[Layer], number: int) -> str:
    """The name of a node: what a layer was named, or is called anyway, or the input."""
    return layers[number - 1].called if number else INPUT


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
    if named := next((layer for layer in layers if name in layer.names), None):
        return Found(named, named)
    found = [layer for layer in layers if layer.name == name]
    if not found:
        known = list(dict.fromkeys(each for layer in layers for each in (layer.name, *layer.names)))
        few = ", ".join(known if len(known) <= FEW else [*known[: FEW - 1], "…", known[-1]])
        raise GeometryError(f"there is no layer {quoted(name)}", f"this network has {few}")
    return Found(found[0], found[-1])
