"""Operations that look at one cell at a time: each output cell comes from one input cell."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, TypeAlias

from cnnstep.engine.steps import Bound, Index, Source, Step, Walk


@dataclass(frozen=True, slots=True, eq=False)
class Mapped(Step):
    """One cell that becomes another: value = f(x), with x the input at `source`."""

    source: Index
    x: float

    def main_source(self, shape: Index) -> Source:  # noqa: ARG002 - the same for every kind of step
        """The one cell that is read."""
        return Source(self.source)

    def facts(self) -> dict[str, Any]:
        """The step for machines."""
        return {
            "number": self.number,
            "index": list(self.index),
            "source": list(self.source),
            "x": self.x,
            **self.found(),
            "value": self.value,
        }

    def found(self) -> dict[str, Any]:
        """What this kind of step adds for machines."""
        return {}


class Elementwise(Bound):
    """A bound operation whose output has the shape of its input."""

    __slots__ = ()

    @property
    def grid(self) -> tuple[int, ...]:
        """The cells of the input, which are those of the output."""
        return self.x.shape

    def cell(self, index: Index) -> float:
        """One cell of the input as a Python number."""
        number: float = self.x[index].item()
        return number

    @abstractmethod
    def step(self, number: int, index: Index) -> Mapped:
        """One cell."""


MappedWalk: TypeAlias = Walk[Any, Elementwise]
