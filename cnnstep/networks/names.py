"""What layers are called: c1, s2, c3 as in LeNet's paper, each with the activation that follows it."""

from collections.abc import Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from cnnstep.errors import GeometryError
from cnnstep.networks.layer_kinds import KINDS
from cnnstep.notation import quoted

FEW = 9


class Named(Protocol):
    """Whatever has a number, counted from 1, and a name."""

    @property
    def number(self) -> int:
        """Its number."""

    @property
    def name(self) -> str:
        """Its name."""


N = TypeVar("N", bound=Named)


def names(words: Sequence[str], inputs: Sequence[tuple[int, ...]]) -> list[str]:
    """A name for each layer; an activation has that of the layer that it belongs to, which is its input."""
    found: list[str] = []
    counted = 0
    for word, (first, *_) in zip(words, inputs, strict=True):
        kind = KINDS[word]
        if kind.letter:
            counted += 1
            found.append(f"{kind.letter}{counted}")
        elif kind.form.is_activation and first:
            found.append(found[first - 1])
        else:
            before = sum(name.partition("-")[0] == word or name == word for name in set(found))
            found.append(f"{word}-{before + 1}" if before else word)
    return found


class Found(NamedTuple, Generic[N]):
    """The first and the last layer of a name: a convolution, and the activation after it; or one layer twice."""

    first: N
    last: N


def find(layers: Sequence[N], name: str) -> Found[N]:
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
