"""The view of a gradient, from the view of the operation that went forward."""

from typing import TYPE_CHECKING, Any

from cnnstep.engine.gradients.upstream import ones
from cnnstep.views.operations import view_of
from cnnstep.views.view import View
from cnnstep.views.vocabulary import backwards

if TYPE_CHECKING:
    from collections.abc import Callable

SUM = "L is the sum of the outputs"


def gradient_view(view: View, of: str, upstream: "Callable[[int], Any] | Any" = None, by: str = "") -> View:
    """The gradient of an operation's input, or of what it learns, as a walk over an upstream gradient.

    `upstream` has the output's shape, or is a function that makes it for so many axes; ones where it is None, and the
    screen says that L is the sum of the outputs. `by` is the order of the steps. Raises GeometryError for what has no
    gradient, and for an upstream gradient of another shape.
    """
    operation: Any = view.operation.gradient(of, view.bound.given, by)
    shape = view.walk.output_shape
    given = upstream(len(shape)) if callable(upstream) else upstream
    walk = operation.walk(ones(shape) if given is None else given)
    vocabulary = backwards(view.vocabulary, operation.of, operation.noun)
    return view_of(walk, vocabulary._replace(loss=SUM if given is None else ""))
