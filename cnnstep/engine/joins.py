"""What joins the branches of a network: a sum of several inputs, cell by cell, or all their channels."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import isfinite
from operator import add
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, cells, working_type
from cnnstep.engine.gathers import Mapped
from cnnstep.engine.steps import Bound, Index, Operation, Source, Step
from cnnstep.geometry.joining import added, concatenated


class Joined(Bound):
    """A bound operation that has met several inputs, each of them an array."""

    __slots__ = ()
    inputs: tuple[Array, ...]

    @property
    def x(self) -> Array:  # type: ignore[override]  # several inputs stand behind it
        """The first input."""
        return self.inputs[0]

    @property
    @abstractmethod
    def grid(self) -> tuple[int, ...]:
        """The cells of the output."""

    @property
    def input(self) -> Any:
        """All of them, as they came in."""
        return self.inputs

    def facts(self) -> dict[str, Any]:
        """The shapes of all inputs, and of the output."""
        return {"input_shapes": [list(x.shape) for x in self.inputs], "output": list(self.output_shape)}


@dataclass(frozen=True, slots=True, eq=False)
class Summed(Step):
    """A cell of each input, added up: value = Σ terms, from the first to the last."""

    terms: tuple[float, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """What each term is of the sum of their magnitudes; none where that is 0, or not finite."""
        if not all(isinstance(term, int) or isfinite(term) for term in self.terms):
            return ()
        sizes = [abs(Fraction(term)) for term in self.terms]
        whole = sum(sizes, Fraction(0))
        return tuple(float(size / whole) for size in sizes) if whole else ()

    def main_source(self, shape: Index) -> Source:  # noqa: ARG002 - the same for every kind of step
        """The cell in the same place of the input whose term is largest in magnitude, the first of equals."""
        return Source(self.index, int(np.argmax(np.abs(self.terms))))

    def found(self) -> dict[str, Any]:
        """What each input has there."""
        return {"terms": list(self.terms)}


@dataclass(frozen=True, slots=True, eq=False)
class Copied(Mapped):
    """A cell of one of several inputs, counted from 0, in its new place."""

    input: int

    def main_source(self, shape: Index) -> Source:  # noqa: ARG002 - the same for every kind of step
        """The one cell that is read."""
        return Source(self.source, self.input)

    def found(self) -> dict[str, Any]:
        """The input, and its cell."""
        return {"branch": self.input, **Mapped.found(self)}


@dataclass(frozen=True, slots=True)
class Addition(Operation[Joined]):
    """Add inputs of one shape cell by cell: y = x₁ + x₂ + … (the skip connection of a residual block).

    `bind` takes them in a tuple. Integers stay exact. Raises GeometryError for shapes that differ.
    Source: He, Zhang, Ren, Sun, Deep Residual Learning for Image Recognition, 2015.
    """

    noun: ClassVar[str] = "addition"

    def output_shape(self, input_shape: Sequence[Any]) -> tuple[int, ...]:
        """The shape that all inputs have; `input_shape` are their shapes."""
        return added([tuple(shape) for shape in input_shape])

    def bind(self, x: Sequence[ArrayLike]) -> Joined:  # type: ignore[override]  # several inputs
        """Meet the inputs, and check that they fit."""
        inputs = tuple(map(cells, x))
        self.output_shape([each.shape for each in inputs])
        return _Sum(inputs)


@dataclass(frozen=True, slots=True, eq=False)
class _Sum(Joined):
    """An addition that has met its inputs."""

    inputs: tuple[Array, ...]

    @property
    def grid(self) -> tuple[int, ...]:
        return self.x.shape

    def output(self) -> Array:
        ones = np.ones((1, len(self.inputs)), np.int64)
        types = [working_type(each, ones) for each in self.inputs]
        dtype = np.dtype(object) if np.dtype(object) in types else np.result_type(*types)
        return reduce(add, (each.astype(dtype) for each in self.inputs))

    def step(self, number: int, index: Index) -> Summed:
        terms = tuple(each[index].item() for each in self.inputs)
        # from the first to the last, as NumPy adds whole maps
        return Summed(number, index, reduce(add, terms), terms)


@dataclass(frozen=True, slots=True)
class Concatenation(Operation[Joined]):
    """Stack the channels of inputs one after another: (C₁, *spatial), (C₂, *spatial) … become (C₁ + C₂ + …, *spatial).

    `bind` takes them in a tuple. Raises GeometryError where anything but the channels differs.
    Source: torch.cat along the channels; Szegedy et al., Going Deeper with Convolutions, 2014.
    """

    noun: ClassVar[str] = "concatenation"

    def output_shape(self, input_shape: Sequence[Any]) -> tuple[int, ...]:
        """All channels together; `input_shape` are the shapes of the inputs."""
        return concatenated([tuple(shape) for shape in input_shape])

    def bind(self, x: Sequence[ArrayLike]) -> Joined:  # type: ignore[override]  # several inputs
        """Meet the inputs, and check that they fit."""
        inputs = tuple(map(cells, x))
        return _Stack(inputs, self.output_shape([each.shape for each in inputs]))


@dataclass(frozen=True, slots=True, eq=False)
class _Stack(Joined):
    """A concatenation that has met its inputs."""

    inputs: tuple[Array, ...]
    shape: tuple[int, ...]

    @property
    def grid(self) -> tuple[int, ...]:
        return self.shape

    def output(self) -> Array:
        return np.concatenate(self.inputs)

    def step(self, number: int, index: Index) -> Copied:
        which, channel = 0, index[0]
        while channel >= len(self.inputs[which]):
            channel -= len(self.inputs[which])
            which += 1
        source = (channel, *index[1:])
        x = self.inputs[which][source].item()
        return Copied(number, index, x, source, x, which)
