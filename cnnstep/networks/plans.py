"""Plans of layers: what they give, learn and cost, before there are weights; and what they are planned for."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from cnnstep.engine.gathers import SizedOperation
from cnnstep.engine.kernels import Kernel
from cnnstep.engine.steps import Index, Operation
from cnnstep.geometry import (
    AnyAxis,
    Sizes,
)
from cnnstep.networks.parameters import Parameters, Weights
from cnnstep.notation.layers import Settings

KernelReader: TypeAlias = Callable[[str, int, int, int], Kernel]
"""(text, seed, axes, channels of a group) → kernel."""


class Arrival(NamedTuple):
    """What a layer is planned for: the shapes of all its inputs, how kernels are read, the layer's own seed.

    `joined` is the plan of the layer that it names, where it is a layer.
    """

    shapes: tuple[Index, ...]
    read_kernel: KernelReader
    seed: int
    joined: "Plan | None" = None

    @property
    def shape(self) -> Index:
        """The shape of its first input, for most layers the only one."""
        return self.shapes[0]

    @property
    def axes(self) -> int:
        """How many axes are spatial."""
        return len(self.shape) - 1


NONE: Parameters = {}


class Plan(NamedTuple):
    """A layer without weights: what it gives, how to make its operation, what it learns and costs.

    `sizes` are those of its window, if it has one; its multiply-adds may be fewer, where not all is connected.
    `joined` are the axes through which it reads what it names, one set after the other, where these are not its own.
    """

    output: Index
    make: Callable[[Weights], Operation[Any]]
    parameters: Parameters = NONE
    sizes: Sizes[Any] | None = None
    multiply_adds: int = 0
    joined: tuple[tuple[AnyAxis, ...], ...] = ()

    def ways(self, position: int) -> Sequence[Sequence[AnyAxis]]:
        """The axes through which it reads one of its inputs, counted from 0."""
        return self.joined if position and self.joined else (self.sizes.axes,) if self.sizes else ()


Planner: TypeAlias = Callable[[Settings, Arrival], Plan]


def plan_for(operation: Operation[Any], shape: Index) -> Plan:
    """The plan of an operation that stands already."""
    sizes = operation.sizes(shape) if isinstance(operation, SizedOperation) else None
    return Plan(operation.output_shape(shape), lambda _: operation, NONE, sizes, (sizes and sizes.multiply_adds) or 0)
