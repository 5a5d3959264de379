"""Steps, and the operations that are made of them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.display import Displayed
from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.geometry.numbering import number_of

if TYPE_CHECKING:
    from cnnstep.engine.walks import Walk

Index: TypeAlias = tuple[int, ...]


class Source(NamedTuple):
    """A cell of what an operation has read: its place, and which of several inputs, counted from 0."""

    cell: Index
    input: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Step(Displayed):
    """One step of a walk: its number, counted from 0, the cell that it visits, and the value it finds."""

    number: int
    index: Index
    value: float

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            if isinstance(known := getattr(self, name), np.ndarray):
                known.flags.writeable = False

    def write(self, output: Array) -> None:
        """Do to the output what this step does to it: here, set the cell that it computes."""
        output[self.index] = self.value

    def main_source(self, shape: Index) -> Source:
        """The cell of the input, of this shape, that contributes most; raises TypeError where no cell can be named."""
        raise TypeError(f"{type(self).__name__} has no single source in {by(shape)}")

    def facts(self) -> dict[str, Any]:
        """The step for machines; arrays stay arrays."""
        return {"number": self.number, "index": list(self.index), **self.found(), "value": self.value}

    def found(self) -> dict[str, Any]:
        """What this kind of step adds for machines."""
        return {}

    def as_dict(self) -> dict[str, Any]:
        """The step as plain data, its arrays as lists."""
        return {key: fact.tolist() if isinstance(fact, np.ndarray) else fact for key, fact in self.facts().items()}


PLACES = {3: "row,column ", 4: "frame,row,column "}
"""Axes of an output with its channels → how a cell is named."""


class Bound(ABC):
    """An operation that has met its input: everything is checked, nothing can fail any more."""

    __slots__ = ()
    visits: ClassVar[str] = "output"
    x: Array
    """The input, as the steps read it."""

    @property
    @abstractmethod
    def grid(self) -> tuple[int, ...]:
        """The cells that the walk visits, in order: those of the output where a step computes one cell."""

    @abstractmethod
    def step(self, number: int, index: Index) -> Any:
        """One step, in O(window)."""

    @abstractmethod
    def output(self) -> Array:
        """The whole result, vectorised."""

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The output's shape; the grid, where each step computes one of its cells."""
        return self.grid

    @property
    def input(self) -> Array:
        """The input in the shape that it came in."""
        return self.x

    @property
    def given(self) -> Any:
        """What `bind` has taken: the input, or all of them where there are several."""
        return self.giving(self.input)

    def giving(self, x: Any) -> Any:
        """What `bind` takes to meet another input of the same shape, all else as it is."""
        return x

    def facts(self) -> dict[str, Any]:
        """What is known since it has met its input: sizes, and costs where there are any."""
        return {"input": list(self.input.shape), "output": list(self.output_shape)}

    @property
    def places(self) -> tuple[int, ...]:
        """The cells that can be asked for: those of the grid, unless steps have none of their own."""
        return self.grid

    @property
    def counted(self) -> str:
        """The axes of `places` behind the first one, where they need names."""
        return PLACES.get(len(self.places), "")

    def visit(self, index: Index) -> Any:
        """The step that shows one of `places`."""
        return self.step(number_of(index, self.grid), index)

    def made_of(self, index: Index) -> Any:
        """The step that tells what a cell of the output is made of: the one that shows it."""
        return self.visit(index)

    def blank(self) -> Array:
        """The output before the first step."""
        return np.zeros(self.output_shape, dtype=object)


S_co = TypeVar("S_co", bound=Step, covariant=True)
B_co = TypeVar("B_co", bound=Bound, covariant=True)


class Operation(Displayed, ABC, Generic[B_co]):
    """What turns an array into another: a frozen value, its parameters checked when it is built."""

    __slots__ = ()
    noun: ClassVar[str]
    """What machines call it: `convolution`."""
    settings: ClassVar[Mapping[str, Sequence[str]]] = {}
    """The settings that may be changed by their names; those that are words with the words they may be."""
    resetting: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    """Settings that another one, where it changes, puts back to these values."""
    telling: ClassVar[tuple[str, ...]] = ()
    """The settings that its facts name, because sizes do not show them."""
    growing: ClassVar[str] = "padding"
    """The setting that makes its output large: what to make smaller where it is too large."""

    def facts(self) -> dict[str, Any]:
        """Plain data about itself, for documents, titles and decisions: what it is, then its settings."""
        return {"operation": self.noun, **{name: getattr(self, name) for name in self.telling}}

    def called(self, setting: str) -> str:
        """What a setting is called where it has another name than in Python."""
        return setting

    def output_shape(self, input_shape: Sequence[int]) -> tuple[int, ...]:
        """Channels, then spatial axes of the output; that of the input, where an operation does not say otherwise."""
        return tuple(input_shape)

    @abstractmethod
    def bind(self, x: ArrayLike) -> B_co:
        """Meet an input (any shape that the operation takes): everything that could fail fails here."""

    def output(self, x: ArrayLike) -> Array:
        """Return the whole result, vectorised."""
        return self.bind(x).output()

    def walk(self, x: ArrayLike) -> "Walk[Any, B_co]":
        """Return the same result, one step at a time."""
        from cnnstep.engine.walks import Walk  # which is made of an operation's steps

        return Walk(self.bind(x), operation=self)

    @property
    def learnable(self) -> tuple[str, ...]:
        """What it learns: `kernel`, `bias`; each has a gradient, as its input has."""
        from cnnstep.engine.gradients import learnable  # built on operations

        return learnable(self)

    def gradient(self, of: str, x: Any, by: str = "") -> "Operation[Any]":
        """The operation on ∂L/∂y, the upstream gradient, that makes ∂L/∂(of): of `input` or what it learns, with x met.

        `by` chooses the order of its steps where there are several. Raises GeometryError for what has no gradient.
        """
        from cnnstep.engine.gradients import gradient

        return gradient(self, of, x, by)
