"""Steps that read one cell and add to a window of the output, as those of a transposed convolution do."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.gathers import Sized
from cnnstep.engine.steps import Index, Source, Step
from cnnstep.geometry.numbering import place_of


@dataclass(frozen=True, slots=True, eq=False)
class Added(Step):
    """A cell whose value, times some weights, is added to a window of the output.

    `value` is the cell's. `weights`, `products` and `before` (what stood in the output) are
    (filters, *window); `inside` marks the cells of the window that lie in the output, the others are
    cut away. `filters` holds the positions on the output's first axis, `window` those on the others.
    """

    channel: int
    filters: range
    window: tuple[range, ...]
    inside: Array
    weights: Array
    products: Array
    before: Array

    @property
    def after(self) -> Array:
        """What stands in the output when the products have been added."""
        return self.before + self.products

    def main_source(self, shape: Index) -> Source:  # noqa: ARG002 - the same for every kind of step
        """The cell that is read."""
        return Source(self.index)

    def write(self, output: Array) -> None:
        """Add the products to the window."""
        places = np.nonzero(self.inside)
        targets = [np.asarray(positions)[at] for positions, at in zip(self.window, places, strict=True)]
        cells: tuple[Any, ...] = (slice(self.filters.start, self.filters.stop), *targets)
        # NumPy adds only once where an index is repeated; no place of a window is
        output[cells] += self.products[:, self.inside]

    def found(self) -> dict[str, Any]:
        """What is added where; `window` has [start, stop] in output coordinates."""
        return {
            "filters": [self.filters.start, self.filters.stop],
            "window": [[positions.start, positions.stop] for positions in self.window],
            "inside": self.inside,
            "weights": self.weights,
            "products": self.products,
            "before": self.before,
            "after": self.after,
        }


class Scatter(Sized):
    """A bound operation whose steps each read one cell and add to a window of the output."""

    __slots__ = ()
    visits = "input"

    @abstractmethod
    def inside(self, window: Sequence[range]) -> Array:
        """Which cells of a window, output positions on each spatial axis, lie in the output."""

    def partial(self, number: int, filters: range, window: Sequence[range]) -> Array:
        """What stands at these output positions before step `number`: (filters, *positions), zeros outside.

        A step shows what it adds to, and any step may be asked for first, so that nothing can be carried
        along from step to step. This is the definition: take every step before it. It costs the whole walk;
        an operation that knows which cells reach the window overrides it.
        """
        found = self.blank()
        for before in range(number):
            self.step(before, place_of(before, self.grid)).write(found)
        for axis, positions in enumerate((filters, *window)):
            found = found.take(
                positions, axis=axis, mode="clip"
            )  # what lies outside is any cell here, and a zero below
        return np.where(self.inside(window), found, 0)
