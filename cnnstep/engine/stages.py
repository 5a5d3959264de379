"""Steps that work on many numbers at once: stage after stage, from the input to the output."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.steps import Bound, Index, Source, Step
from cnnstep.geometry.numbering import number_of, place_of


@dataclass(frozen=True, slots=True, eq=False)
class Stage(Step):
    """One stage: what it is called, what it was given, and what it makes of it.

    `before` are the numbers it reads, `after` those it makes, in any shape, or None where the stage
    finds a single number, its `value` (of the others `value` is the last of `after`). `is_output`
    says that what it makes is the output, or that of its `channel`, None where there are none; `axis`
    is the axis of the output that has the channels. A setting is a number, or one for each cell of
    `before`. `focus` is the cell of the output that was asked for, if one was.
    """

    name: str
    channel: int | None
    before: Array
    after: Array | None
    settings: dict[str, Any]
    is_output: bool = False
    focus: Index | None = None
    axis: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "before", self.before.view())  # perhaps the input itself, which stays as it was
        Step.__post_init__(self)

    def write(self, output: Array) -> None:
        """Set the output, or its channel, to what the stage makes of it."""
        if self.is_output:
            where = ... if self.channel is None else (slice(None),) * self.axis + (self.channel,)
            output[where] = self.value if self.after is None else self.after

    def at(self, cell: int) -> dict[str, float]:
        """The settings of one cell of `before`, counted in its order."""
        return {
            name: value.reshape(-1)[cell].item() if isinstance(value, np.ndarray) else value
            for name, value in self.settings.items()
        }

    def main_source(self, shape: Index) -> Source:
        """The cell in the same place; a stage of many numbers looks at the largest of its channel."""
        if self.focus is not None:
            return Source(self.focus if len(self.focus) == len(shape) else place_of(self.focus[-1], shape))
        largest = int(np.argmax(self.before))
        if self.channel is None:
            return Source(place_of(largest, shape))
        place = place_of(largest, self.before.shape)
        return Source((*place[: self.axis], self.channel, *place[self.axis :]))

    def found(self) -> dict[str, Any]:
        """The stage for machines."""
        return {
            "stage": self.name,
            **({"cell": list(self.focus)} if self.focus is not None else {}),
            "channel": self.channel,
            "before": self.before,
            "after": self.after,
            **self.settings,
        }


class Staged(Bound):
    """A bound operation whose steps are stages, the same for each channel, or once for all of the input."""

    __slots__ = ()
    stages: ClassVar[tuple[str, ...]] = ()
    """What its stages are called, in their order."""
    output_stage: ClassVar[str] = ""
    """The stage that makes the output."""

    @property
    def grid(self) -> tuple[int, ...]:
        """Channels and stages."""
        return (len(self.x), len(self.stages))

    @property
    def places(self) -> tuple[int, ...]:
        """The cells of the output: a stage has none of its own."""
        return self.output_shape

    def row(self, index: Index) -> tuple[Index, Index]:
        """Whose stages make a cell of the output: a row of the grid; and the place of the cell in it."""
        return ((0,), index) if len(self.grid) > 1 else ((), index)

    def visit(self, index: Index) -> Stage:
        """The stage that makes the output, from the input on, with one cell in focus."""
        row, place = self.row(index)
        where = (*row, self.stages.index(self.output_stage))
        step: Stage = self.step(number_of(where, self.grid), where)
        value = step.value if step.after is None else step.after[place].item()
        return replace(step, focus=index, before=self.x[row], value=value)
