"""What a framework cannot do: a row each, with its reason; docs/code.md lists them all."""

from collections.abc import Callable
from typing import NamedTuple

from cnnstep.errors import OutputError, Setting
from cnnstep.frameworks.nodes import Node

ALL = ""


class Refusal(NamedTuple):
    """A row: the framework, or `ALL`, what it cannot do, why, and whether a node asks that of it."""

    framework: str
    what: str
    reason: str
    asked: Callable[[Node], bool]


def _pools(*kinds: str) -> Callable[[Node], bool]:
    return lambda node: node.operation.noun == "pooling" and (not kinds or node.operation.kind in kinds)


def _dilated(node: Node) -> bool:
    return any(axis.dilation > 1 for axis in node.axes)


def _overlapping(node: Node) -> bool:
    return any(axis.output > 1 and axis.stride < axis.extent for axis in node.axes)


def _is(noun: str) -> Callable[[Node], bool]:
    return lambda node: node.operation.noun == noun


REFUSALS: tuple[Refusal, ...] = (
    Refusal(ALL, "learn, and train", "they are many updates, and no operation of a framework", _is("fitting")),
    Refusal(ALL, "occlusion", "it is many runs of a network, and no operation of a framework", _is("occlusion")),
    Refusal("torch", "the gradient of median pooling", "of equal cells autograd takes another one than the first",
            lambda node: bool(node.of) and _pools("median")(node)),
    Refusal("torch", "the gradient of unpooling where windows overlap",
            "autograd of scatter gives a gradient also to the values that were replaced",
            lambda node: bool(node.of) and node.operation.noun == "unpooling" and _overlapping(node)),
    Refusal("keras", "median pooling", "Keras has neither it nor a median that leaves padding out", _pools("median")),
    Refusal("keras", "pooling with dilation", "Keras' pools have none", lambda node: _pools()(node) and _dilated(node)),
    Refusal("keras", "unpooling", "Keras does not say where its pools found the largest cells", _is("unpooling")),
    Refusal("keras", "transposed convolution in groups", "Keras has none",
            lambda node: node.operation.noun == "transposed" and node.bound.sizes.groups > 1),
    Refusal("jax", "unpooling", "JAX does not say where its pools found the largest cells", _is("unpooling")),
    Refusal("jax", "the gradient of median pooling", "of equal cells autograd takes another one than the first",
            lambda node: bool(node.of) and _pools("median")(node)),
    Refusal("jax", "the gradient of max and min pooling with dilation", "JAX has not implemented it",
            lambda node: bool(node.of) and _pools("max", "min")(node) and _dilated(node)),
)  # fmt: skip
"""Everything that is refused; what is not here is written."""


def check(node: Node, framework: str) -> None:
    """Raise OutputError for what a framework cannot do."""
    for row in REFUSALS:
        if row.framework in {ALL, framework} and row.asked(node):
            hint = ("leave out ", Setting("code")) if row.framework == ALL else ("use ", Setting("code", "numpy"))
            told = "there is no code of" if row.framework == ALL else f"no code in {framework} for"
            raise OutputError(f"{told} {row.what}: {row.reason}", hint)
