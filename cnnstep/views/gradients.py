"""The view of a gradient, from the view of the operation that went forward."""

from typing import TYPE_CHECKING, Any

from cnnstep.engine.gradients.upstream import ones
from cnnstep.views.operations import view_of
from cnnstep.views.view import View
from cnnstep.views.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

SYMBOLS = {
    "input": "∂L/∂x", "kernel": "∂L/∂w", "weights": "∂L/∂w", "bias": "∂L/∂b", "scale": "∂L/∂γ", "shift": "∂L/∂β",
}  # fmt: skip
"""Of what → its gradient's symbol."""
READS_UPSTREAM = {
    "input gradient": "kernel", "input gradient by cell": "turned kernel",
    "transposed input gradient": "kernel", "dense input gradient": "weights",
}  # fmt: skip
"""Gradients whose steps read ∂L/∂y as an operation reads its input → what they call the weights."""
SUM = "L is the sum of the outputs"


def gradient_view(view: View, of: str, upstream: "Callable[[int], Any] | Any" = None, by: str = "") -> View:
    """The gradient of an operation's input, or of what it learns, as a walk over an upstream gradient.

    `upstream` has the output's shape, or is a function that makes it for so many axes; ones where it is None, and the
    screen says that L is the sum of the outputs. `by` is the order of the steps. Raises GeometryError for what has no
    gradient, and for an upstream gradient of another shape.
    """
    operation, shape = view.operation.gradient(of, view.bound.input, by), view.walk.output_shape
    given = upstream(len(shape)) if callable(upstream) else upstream
    walk = operation.walk(ones(shape) if given is None else given)
    return view_of(walk, _words(view.vocabulary, walk.operation, SUM if given is None else ""))


def _words(before: Vocabulary, gradient: Any, loss: str) -> Vocabulary:
    """What things are called on the way back."""
    symbol = SYMBOLS.get(gradient.of, f"∂L/∂{gradient.of}")
    words = before._replace(
        title=f"{before.title}, gradient of the {gradient.of}",
        output=symbol,
        symbols=(before.x, before.symbols[1], symbol),
        loss=loss,
    )
    if gradient.noun not in READS_UPSTREAM:
        return words
    return words._replace(
        input=words.upstream, symbols=(words.upstream, *words.symbols[1:]), weights=READS_UPSTREAM[gradient.noun]
    )
