"""The backward pass: for every operation the operations that turn ∂L/∂y, the upstream gradient, into its gradients.

A gradient is an operation like any other: `Convolution(w).gradient("kernel", x)` takes an upstream gradient of the
output's shape; `.output(g)` is ∂L/∂w, `.walk(g)` the same step by step.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnnstep.errors import GeometryError, Setting, nearest, printable, quoted

if TYPE_CHECKING:
    from cnnstep.engine.steps import Operation

INPUT = "input"
GRADIENTS: Mapping[str, Mapping[str, str]] = {
    "convolution": {"kernel": "kernels.kernel", "bias": "sums.bias", INPUT: "convolution.of_input"},
    "transposed": {"kernel": "kernels.kernel", "bias": "sums.bias", INPUT: "convolution.of_transposed"},
    "dense": {"weights": "dense.weights", "bias": "sums.bias", INPUT: "dense.of_input"},
    "pad": {INPUT: "copies.of_pad"},
    "upsampling": {INPUT: "copies.of_upsampling"},
    "pooling": {INPUT: "routing.pooling"},
    "unpooling": {INPUT: "moves.unpooling"},
    "activation": {INPUT: "pointwise.activation"},
    "prelu": {"slope": "parameters.slope"},
    "dropout": {INPUT: "pointwise.dropout"},
    "flatten": {INPUT: "moves.flatten"},
    "addition": {INPUT: "moves.addition"},
    "concatenation": {INPUT: "moves.concatenation"},
    "softmax": {INPUT: "softmax.softmax"},
    "normalization": {"scale": "parameters.scale", "shift": "parameters.shift", INPUT: "normalization.of_input"},
    "batchnorm": {
        "scale": "parameters.learned_scale", "shift": "parameters.learned_shift", INPUT: "pointwise.batchnorm",
    },
    "loss": {INPUT: "pointwise.loss"},
}  # fmt: skip
"""What an operation, or its function, calls itself → what has a gradient → what makes the operation, in a file here."""


def gradient(operation: "Operation[Any]", of: str, x: Any, by: str = "") -> "Operation[Any]":
    """The operation that makes ∂L/∂(of) of an upstream gradient, where `operation` has met the input x.

    `by` chooses the order of its steps where there are several. Raises GeometryError for what has no gradient.
    """
    known = _rows(operation)
    if of not in known:
        raise _unknown(operation.noun, of, known)
    module, _, name = known[of].partition(".")
    made: Operation[Any] = getattr(import_module(f"cnnstep.engine.gradients.{module}"), name)(operation, x, by)
    return made


def _unknown(noun: str, of: str, known: Mapping[str, str]) -> GeometryError:
    """What an operation learns, and which of its gradients may have been meant."""
    told, learned = f"{noun} has no gradient of {quoted(of)}", [each for each in known if each != INPUT]
    if not known:
        return GeometryError(told, ("leave out ", Setting("gradient")))
    told += f": it learns {' and '.join(learned) or 'nothing'}"
    meant = nearest(of, known) or (learned or [*known])[0]
    others = [part for each in known if each != meant for part in (" or ", Setting("gradient", each))]
    return GeometryError(told, ("use ", Setting("gradient", meant), *others))


def learnable(operation: "Operation[Any]") -> tuple[str, ...]:
    """What an operation learns: everything that has a gradient, but its input."""
    return tuple(of for of in _rows(operation) if of != INPUT)


def _rows(operation: "Operation[Any]") -> Mapping[str, str]:
    """What has a gradient: of an activation also what its function learns."""
    function = operation.facts().get("function", "") if operation.noun == "activation" else ""
    return {**GRADIENTS.get(function, {}), **GRADIENTS.get(operation.noun, {})}


def orders(by: str, *known: str) -> str:
    """The order of the steps that was asked for, or the first; raises GeometryError for another one."""
    if by and not known:
        raise GeometryError(f"these steps have one order, none by {printable(by)}", ("leave out ", Setting("by")))
    if by and by not in known:
        told = f"these steps go by {' or '.join(known)}, not by {printable(by)}"
        raise GeometryError(told, ("use ", Setting("by", known[0])))
    return by or next(iter(known), "")
