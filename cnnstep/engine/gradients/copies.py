"""∂L/∂x of what only copies or mixes cells of its input, axis by axis: padding and upsampling."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, ClassVar, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array, working_type
from cnnstep.engine.border import OUTSIDE
from cnnstep.engine.gathers import total_of
from cnnstep.engine.gradients import orders
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.padding import Pad
from cnnstep.engine.steps import Bound, Index, Operation, Source, Step
from cnnstep.engine.upsampling import Upsampling

Reads: TypeAlias = Sequence[tuple[Sequence[int], Sequence[int]]]
"""For each cell of the output along one axis: the cells of the input that it reads, and their weights."""


def of_pad(operation: Pad, x: Any, by: str) -> Operation[Any]:
    """∂L/∂x of padding: a cell gets the gradients of all its copies; constants get none."""
    orders(by)
    return CopiesGradient(operation, operation.bind(x), "input")


def of_upsampling(operation: Upsampling, x: Any, by: str) -> Operation[Any]:
    """∂L/∂x of upsampling: a cell gets the gradients of the cells that read it, times their weights."""
    orders(by)
    return CopiesGradient(operation, operation.bind(x), "input")


@dataclass(frozen=True, slots=True, eq=False)
class Collected(Step):
    """A cell that gets upstream values, each times a weight: value = Σ terms·weights / divisor.

    `places` are theirs in ∂L/∂y, channel first.
    """

    places: tuple[Index, ...]
    terms: Array
    weights: Array
    divisor: int

    def main_source(self, shape: Index) -> Source:
        """The place of the largest product, or the same place where there is none."""
        if not self.places:
            return Source(tuple(min(i, n - 1) for i, n in zip(self.index, shape, strict=True)))
        products = np.abs((self.terms * self.weights).astype(np.float64))
        return Source(self.places[int(products.argmax())])

    def found(self) -> dict[str, Any]:
        """What is added up."""
        places = [list(place) for place in self.places]
        return {"places": places, "terms": self.terms, "weights": self.weights, "divisor": self.divisor}


@dataclass(frozen=True, slots=True, eq=False)
class CopiesGradient(Gradient):
    """∂L/∂x[c, i] = Σ over the cells o of the output that read i, of g[c, o] · weight(o, i) / divisor.

    One step is one cell of the input.
    """

    noun: ClassVar[str] = "copies gradient"

    def meet(self, g: Array) -> Bound:
        """Meet an upstream gradient (C, *output)."""
        met: Any = self.met
        reads = [_reads(met, number) for number in range(len(met.axes))]
        divisor = prod(getattr(axis, "divisor", 1) for axis in met.axes)
        return _Copies(g, met.x.shape, tuple(reads), tuple(map(_readers, reads, met.x.shape[1:])), divisor)


def _reads(met: Any, number: int) -> Reads:
    """What each cell of the output reads along one axis."""
    axis = met.axes[number]
    if isinstance(getattr(axis, "factor", None), int):
        return [(axis.window(o), axis.weights(o)) for o in range(axis.output)]
    sources = met.border.source([axis.start(o) for o in range(axis.output)], axis.input).tolist()
    return [(() if source == OUTSIDE else (source,), (1,)) for source in sources]


def _readers(reads: Reads, size: int) -> Sequence[Sequence[tuple[int, int]]]:
    """The other way: for each cell of the input the cells of the output that read it, with their weights."""
    found: list[list[tuple[int, int]]] = [[] for _ in range(size)]
    for o, (cells, weights) in enumerate(reads):
        for cell, weight in zip(cells, weights, strict=False):
            if weight:
                found[cell].append((o, weight))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Copies(Bound):
    """The gradient with its upstream gradient, x (C, *output)."""

    x: Array
    shape: tuple[int, ...]
    reads: tuple[Reads, ...]
    readers: tuple[Sequence[Sequence[tuple[int, int]]], ...]
    divisor: int

    @property
    def grid(self) -> tuple[int, ...]:
        return self.shape

    def output(self) -> Array:
        most = prod(max((sum(w for _, w in each) for each in axis), default=0) for axis in self.readers)
        whole = self.x.astype(working_type(self.x, np.array([[most]])))
        for number, (axis, size) in enumerate(zip(self.reads, self.shape[1:], strict=True), 1):
            along = np.moveaxis(whole, number, 0)
            made = np.zeros((size, *along.shape[1:]), whole.dtype)
            for value, (cells, weights) in zip(along, axis, strict=True):
                for cell, weight in zip(cells, weights, strict=False):
                    made[cell] += value * weight
            whole = np.moveaxis(made, 0, number)
        return whole if self.divisor == 1 else np.asarray(whole / self.divisor, np.float64)

    def step(self, number: int, index: Index) -> Collected:
        channel, *cell = index
        each = [axis[i] for axis, i in zip(self.readers, cell, strict=True)]
        found = [((channel, *(o for o, _ in way)), prod(w for _, w in way)) for way in product(*each)]
        values = [self.x[place].item() for place, _ in found]
        whole = self.x.dtype.kind in "iu"
        terms = np.array(values, object if whole else np.float64)
        weights = np.array([weight for _, weight in found], object if whole else np.float64)
        total = total_of(terms * weights) if found else 0
        value = total / self.divisor if self.divisor != 1 else total
        return Collected(number, index, value, tuple(place for place, _ in found), terms, weights, self.divisor)
