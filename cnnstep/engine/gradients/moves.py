"""Gradients that are copies: a cell was only moved, so its gradient goes back to where it had stood."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, ClassVar

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.flatten import Flatten
from cnnstep.engine.gathers import Mapped
from cnnstep.engine.gradients import orders
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.joins import Addition, Concatenation
from cnnstep.engine.steps import Bound, Index, Operation, Source
from cnnstep.engine.unpooling import Unpooling
from cnnstep.geometry.numbering import number_of


@dataclass(frozen=True, slots=True, eq=False)
class Returned(Mapped):
    """One cell of the upstream gradient, `source`, in the place of the cell that was copied forward.

    `target` is that cell: its place, and in which of several inputs. Where it `is_lost`, another value took its place
    in the forward pass, and its gradient is 0.
    """

    target: Source
    is_lost: bool = False

    def found(self) -> dict[str, Any]:
        """The upstream cell, and to which input its gradient belongs."""
        target = {"input": self.target.input, "target": list(self.target.cell)}
        return {"source": list(self.source), "upstream": self.x, **target, "is_lost": self.is_lost}


@dataclass(frozen=True, slots=True, eq=False)
class MoveGradient(Gradient):
    """∂L/∂x[i] = ∂L/∂y[where i went]: what was copied forward is copied back.

    `shape` is that of what it makes; `source` says of a cell of it which upstream cell it gets, `whole` moves all at
    once. `input` is which of several inputs it is of.
    """

    shape: tuple[int, ...]
    source: Callable[[Index], Index]
    whole: Callable[[Array], Array]
    is_lost: Callable[[Index], bool] = lambda _: False
    input: int = 0
    noun: ClassVar[str] = "moved gradient"

    def meet(self, g: Array) -> Bound:
        """Meet an upstream gradient of the output's shape."""
        return _Moves(g, self)

    def target(self, index: Index) -> Source:
        """The cell of the input whose gradient a cell is."""
        return Source(index, self.input)


@dataclass(frozen=True, slots=True, eq=False)
class Branches(MoveGradient):
    """The gradients of all inputs of a sum or of stacked channels, one input after another.

    Of a sum they are (inputs, *shape), of stacked channels (all channels, *spatial), as they were stacked. `parts`
    are the gradients one by one, each an operation that takes the same upstream gradient.
    """

    parts: tuple[MoveGradient, ...] = ()
    targets: Callable[[Index], Source] = Source

    def target(self, index: Index) -> Source:
        """The cell of one of the inputs."""
        return self.targets(index)


@dataclass(frozen=True, slots=True, eq=False)
class _Moves(Bound):
    """Copies with their upstream gradient."""

    x: Array
    made: MoveGradient

    @property
    def grid(self) -> tuple[int, ...]:
        return self.made.shape

    def output(self) -> Array:
        return self.made.whole(self.x)

    def step(self, number: int, index: Index) -> Returned:
        source, is_lost = self.made.source(index), self.made.is_lost(index)
        arrives = self.x[source].item()
        return Returned(number, index, 0 if is_lost else arrives, source, arrives, self.made.target(index), is_lost)


def flatten(operation: Flatten, x: Any, by: str) -> Operation[Any]:
    """∂L/∂x[c, row, column] = ∂L/∂y[(c·H + row)·W + column]: the row in the shape that it came from."""
    orders(by)
    met = operation.bind(x)
    shape = met.x.shape
    return MoveGradient(operation, met, "input", shape, lambda i: (number_of(i, shape),), lambda g: g.reshape(shape))


def unpooling(operation: Unpooling, x: Any, by: str) -> Operation[Any]:
    """Of the values: ∂L/∂v[window] = ∂L/∂y[its switch], and 0 where a later window put its value into that cell.

    What was pooled, the second input, only says where to: a small change of it changes nothing.
    """
    orders(by)
    met: Any = operation.bind(x)
    cells, windows = met.x[0].size, met.values[0].size

    def source(index: Index) -> Index:
        target: Index = met.step(number_of(index, met.grid), index).target
        return target

    def is_lost(index: Index) -> bool:
        place = source(index)[1:]
        region = [range(at, at + 1) for at in place]
        number, target = number_of(index, met.grid), number_of(place, met.x.shape[1:])
        reached, until = (
            int((met.near(index[0], region, end)[1] == target).sum()) for end in (met.values.size, number + 1)
        )
        return reached > until

    def whole(g: Array) -> Array:
        places = met.switches()
        made = np.take_along_axis(g.reshape(len(g), cells), places, axis=1)
        for channel, row in enumerate(places):
            last = np.full(cells, -1)
            np.maximum.at(last, row, np.arange(windows))
            made[channel, last[row] != np.arange(windows)] = 0
        return made.reshape(met.grid)

    return MoveGradient(operation, met, "input", met.values.shape, source, whole, is_lost)


def addition(operation: Addition, x: Any, by: str) -> Operation[Any]:
    """Each input of a sum gets all of the upstream gradient: ∂L/∂xₙ = ∂L/∂y."""
    orders(by)
    met = operation.bind(x)
    count, shape = len(met.inputs), met.output_shape
    parts = tuple(MoveGradient(operation, met, "input", shape, lambda i: i, np.copy, input=n) for n in range(count))
    return Branches(
        operation, met, "input", (count, *shape), lambda i: i[1:], lambda g: np.stack([g] * count),
        parts=parts, targets=lambda i: Source(i[1:], i[0]),
    )  # fmt: skip


def concatenation(operation: Concatenation, x: Any, by: str) -> Operation[Any]:
    """Each input of stacked channels gets the gradient of its own channels."""
    orders(by)
    met = operation.bind(x)
    starts = list(accumulate((len(each) for each in met.inputs[:-1]), initial=0))
    parts = tuple(_channels(operation, met, number, start) for number, start in enumerate(starts))

    def target(index: Index) -> Source:
        number = bisect_right(starts, index[0]) - 1
        return Source((index[0] - starts[number], *index[1:]), number)

    return Branches(operation, met, "input", met.output_shape, lambda i: i, np.copy, parts=parts, targets=target)


def _channels(operation: Concatenation, met: Any, number: int, start: int) -> MoveGradient:
    """The gradient of one input, whose channels begin at `start`."""
    shape = met.inputs[number].shape
    return MoveGradient(
        operation, met, "input", shape, lambda i: (start + i[0], *i[1:]), lambda g: g[start : start + shape[0]].copy(),
        input=number,
    )  # fmt: skip
