"""Steps that read one cell and add to a window of the output, as those of a transposed convolution do."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.steps import Bound, Step
from cnnstep.geometry.axes import place_of


@dataclass(frozen=True, slots=True, eq=False)
class Stamp(Step):
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

    def __post_init__(self) -> None:
        for array in (self.inside, self.weights, self.products, self.before):
            array.flags.writeable = False

    @property
    def after(self) -> Array:
        """What stands in the output when the products have been added."""
        result: Array = self.before + self.products
        return result

    def write(self, output: Array) -> None:
        """Add the products to the window."""
        for place in map(tuple, np.argwhere(self.inside).tolist()):
            target = tuple(positions[i] for positions, i in zip(self.window, place, strict=True))
            for number, f in enumerate(self.filters):
                output[(f, *target)] += self.products[(number, *place)]

    def facts(self) -> dict[str, Any]:
        """The step for machines; `window` has [start, stop] in output coordinates."""
        return {
            "number": self.number,
            "index": list(self.index),
            "filters": [self.filters.start, self.filters.stop],
            "window": [[positions.start, positions.stop] for positions in self.window],
            "inside": self.inside,
            "weights": self.weights,
            "products": self.products,
            "before": self.before,
            "after": self.after,
            "value": self.value,
        }


class Scatter(Bound):
    """A bound operation whose steps are stamps: each reads one cell and adds to a window of the output."""

    __slots__ = ()
    visits = "input"

    @abstractmethod
    def inside(self, window: Sequence[range]) -> Array:
        """Which cells of a window, output positions on each spatial axis, lie in the output."""

    def partial(self, number: int, filters: range, window: Sequence[range]) -> Array:
        """What stands at these output positions before step `number`: (filters, *positions), zeros outside.

        Here by taking every step before it; an operation that can look at fewer overrides this.
        """
        output = self.blank()
        for before in range(number):
            self.step(before, place_of(before, self.grid)).write(output)
        inside = self.inside(window)
        found: Array = np.zeros((len(filters), *inside.shape), dtype=output.dtype)
        for place in np.argwhere(inside).tolist():
            target = tuple(positions[i] for positions, i in zip(window, place, strict=True))
            for i, f in enumerate(filters):
                found[(i, *place)] = output[(f, *target)]
        return found
