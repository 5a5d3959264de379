"""What all gradients share: the operation that went forward, and the upstream gradient that comes back."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, as_numbers
from cnnstep.engine.steps import Bound, Operation
from cnnstep.errors import GeometryError
from cnnstep.geometry import by


@dataclass(frozen=True, slots=True, eq=False)
class Gradient(Operation[Bound]):
    """∂L/∂(of): an operation on the upstream gradient ∂L/∂y, which has the shape of the output y.

    `forward` is the operation that made y, `met` the same with its input.
    """

    forward: Operation[Any]
    met: Bound = field(repr=False)
    of: str
    noun: ClassVar[str] = "gradient"
    order: ClassVar[str] = ""
    """What the steps go by, where there is more than one order: `weight`, `window`, `cell`."""

    def facts(self) -> dict[str, Any]:
        """Of what it is the gradient, in which order, and the operation that went forward."""
        order = {"by": self.order} if self.order else {}
        forward = {**self.forward.facts(), **self.met.facts()}
        return {"operation": "gradient", "of": self.of, **order, "forward": forward}

    def output_shape(self, input_shape: Sequence[int]) -> tuple[int, ...]:  # noqa: ARG002 - that of the forward pass is known
        """The shape of what it is the gradient of."""
        return self.meet(np.broadcast_to(np.int64(1), self.met.output_shape)).output_shape

    def bind(self, x: ArrayLike) -> Bound:
        """Meet an upstream gradient, and check that it fits."""
        return self.meet(shaped(x, self.met.output_shape))

    @abstractmethod
    def meet(self, g: Array) -> Bound:
        """Meet an upstream gradient of the right shape."""


def shaped(g: ArrayLike, shape: tuple[int, ...]) -> Array:
    """An upstream gradient in the output's shape; without its first axis it serves a single filter or channel."""
    values = as_numbers(g, "the upstream gradient")
    if values.shape == shape:
        return values
    if (1, *values.shape) == shape:
        return values[None]
    raise GeometryError(
        f"an upstream gradient of {by(values.shape) or 'one number'} does not fit an output of {by(shape)}",
        f"give {by(shape)}, one number for each output",
    )


def ones(shape: tuple[int, ...]) -> Array:
    """The upstream gradient where L is the sum of all outputs."""
    return np.ones(shape, np.int64)
