"""A walk: the same result as an operation's output, one step at a time, each computed only when asked for."""

import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from math import prod
from typing import Any, Generic, overload

from cnnstep.display import Displayed
from cnnstep.engine.arrays import MOST_CELLS, Array
from cnnstep.engine.steps import B_co, Index, Operation, S_co
from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry import by
from cnnstep.geometry.numbering import full_place, number_of, place_of


class Walk(Displayed, Sequence[S_co], Generic[S_co, B_co]):
    """A lazy sequence of steps: `walk[3]`, `walk[-1]`, `walk[filter, row, column]`, slices.

    Any step costs its window, whatever the size of the input. `output` is the whole result, computed
    once, the fast way.
    """

    def __init__(self, bound: B_co, order: range | None = None, operation: Operation[Any] | None = None) -> None:
        if prod(bound.grid) > sys.maxsize:
            raise GeometryError(
                f"the {by(bound.grid)} output has too many cells to count",
                ("use a smaller ", Setting((operation or Operation).growing)),
            )
        self.bound, self.operation = bound, operation
        self._order = range(prod(bound.grid)) if order is None else order

    @property
    def shape(self) -> tuple[int, ...]:
        """The grid of cells that the walk visits."""
        return self.bound.grid

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The shape of the output, which is not computed for it."""
        return self.bound.output_shape

    @property
    def first(self) -> int:
        """The number of the first step: 0, unless this is a part of a walk."""
        return self._order.start

    @property
    def total(self) -> int:
        """Steps of the whole walk, of which this may be a part."""
        return prod(self.shape)

    @cached_property
    def output(self) -> Array:
        """The whole result, computed once."""
        whole = self.bound.output()
        whole.flags.writeable = False
        return whole

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, key: int | Index) -> S_co: ...
    @overload
    def __getitem__(self, key: slice) -> "Walk[S_co, B_co]": ...
    def __getitem__(self, key: int | Index | slice) -> "S_co | Walk[S_co, B_co]":
        if isinstance(key, slice):
            return Walk(self.bound, self._order[key], self.operation)
        number = self.number(key) if isinstance(key, tuple) else self._order[key]
        step: S_co = self.bound.step(number, place_of(number, self.shape))
        return step

    def __iter__(self) -> Iterator[S_co]:
        return map(self.__getitem__, range(len(self)))

    def number(self, index: Index) -> int:
        """Which step visits the cell; a place without a channel means channel 0."""
        return number_of(full_place(index, self.shape, self.bound.visits, self.bound.counted), self.shape)

    def at(self, index: Index) -> Sequence[S_co]:
        """The one step that shows a cell; a place without a channel means channel 0."""
        return (self.bound.visit(full_place(index, self.bound.places, self.bound.visits, self.bound.counted)),)

    def made_of(self, index: Index) -> S_co:
        """What a cell of the output is made of; a place without a channel means channel 0."""
        step: S_co = self.bound.made_of(full_place(index, self.output_shape, "output"))
        return step

    def check_size(self) -> None:
        """Refuse a whole output that would fill the memory, before anything is shown or written."""
        cells = prod(self.output_shape)
        if cells > MOST_CELLS:
            raise GeometryError(
                f"the whole {by(self.output_shape)} map has {cells:,} cells; the most is {MOST_CELLS:,}",
                (
                    "look at one cell with ",
                    Setting("at", (0, 0)),
                    ", or use a smaller ",
                    Setting((self.operation or Operation).growing),
                ),
            )


def replay(walk: Walk[Any, Any]) -> Array:
    """Rebuild the output from the steps alone, one after another: the proof of every walk."""
    output: Array = walk.bound.blank()
    for step in walk:
        step.write(output)
    return output
