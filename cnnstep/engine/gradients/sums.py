"""The gradient of a bias: the sum of the upstream gradient over everything that it was added to."""

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import numpy as np

from cnnstep.engine.arrays import Array, working_type
from cnnstep.engine.gathers import total_of
from cnnstep.engine.gradients import orders
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.steps import Bound, Index, Operation, Step


def bias(operation: Operation[Any], x: Any, by: str) -> Operation[Any]:
    """∂L/∂b, filter by filter."""
    orders(by)
    return BiasGradient(operation, operation.bind(x), "bias")


@dataclass(frozen=True, slots=True, eq=False)
class Total(Step):
    """Numbers that are added up."""

    terms: Array

    def found(self) -> dict[str, Any]:
        """The numbers."""
        return {"terms": self.terms}


@dataclass(frozen=True, slots=True, eq=False)
class BiasGradient(Gradient):
    """∂L/∂b[f] = Σ over o of g[f, o]: the bias of a filter is added to each of its outputs. The output is (F,)."""

    noun: ClassVar[str] = "bias gradient"

    def meet(self, g: Array) -> Bound:
        """Meet an upstream gradient (F, *output)."""
        return _Sums(g)


@dataclass(frozen=True, slots=True, eq=False)
class _Sums(Bound):
    """A bias gradient with its upstream gradient."""

    x: Array

    @property
    def grid(self) -> tuple[int, ...]:
        return (len(self.x),)

    def output(self) -> Array:
        each = self.x.reshape(len(self.x), -1)
        dtype = working_type(each, np.ones((1, prod(each.shape[1:])), np.int64))
        if dtype.kind == "f":
            return np.array([total_of(row) for row in each.astype(np.float64)])
        summed: Array = each.astype(dtype).sum(axis=1)
        return summed

    def step(self, number: int, index: Index) -> Total:
        terms = self.x[number : number + 1].astype(object if self.x.dtype.kind in "iu" else np.float64)
        exact = terms.reshape(self.x.shape[1:])  # an array, even of one number
        return Total(number, index, total_of(exact), exact)
