"""∂L/∂x where padding repeats cells of the input: what windows read beyond the edge comes back to those cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.border import Border
from cnnstep.engine.scatters import Added, Scatter
from cnnstep.engine.steps import Index
from cnnstep.geometry import Axis, Sizes, TransposedAxis


@dataclass(frozen=True, slots=True, eq=False)
class Folded(Scatter):
    """The gradient of a padded input, `padded`, folded back onto the input: a cell gets those of all its copies.

    A step is one upstream value. Its window are the cells of the input from the first to the last that it reads;
    the kernel has for each of them the sum of the weights that read it, or a copy of it.
    """

    x: Array
    sizes: Sizes[TransposedAxis]
    padded: Any
    forward: tuple[Axis, ...]
    border: Border

    @property
    def grid(self) -> tuple[int, ...]:
        """The upstream values."""
        return self.x.shape

    @property
    def output_shape(self) -> tuple[int, ...]:
        """That of the input that went forward."""
        return (self.padded.output_shape[0], *(axis.input for axis in self.forward))

    def facts(self) -> dict[str, Any]:
        """Sizes without costs."""
        return {"input": list(self.grid), "output": list(self.output_shape)}

    def output(self) -> Array:
        """That of the padded input, folded along one axis after the other."""
        whole: Array = self.padded.output()
        for number, axis in enumerate(self.forward, 1):
            whole = self._fold(whole, number, range(-axis.before, axis.input + axis.after), range(axis.input), axis)
        return whole

    def _fold(self, values: Array, number: int, positions: Sequence[int], cells: range, axis: Axis) -> Array:
        """Add what stands at positions along axis `number` to the cells that are read there."""
        along = np.moveaxis(values, number, 0)
        made = np.zeros((len(cells), *along.shape[1:]), values.dtype)
        for value, cell in zip(along, self.border.source(positions, axis.input).tolist(), strict=True):
            if cell in cells:
                made[cell - cells.start] += value
        return np.moveaxis(made, 0, number)

    def step(self, number: int, index: Index) -> Added:
        """One upstream value, and the kernel folded as its window is."""
        _, *cell = index
        step: Added = self.padded.step(number, index)
        weights, window = step.weights, []
        for at, (axis, i) in enumerate(zip(self.forward, cell, strict=True), 1):
            positions = axis.window(i)
            read = self.border.source(positions, axis.input)
            cells = range(int(read.min()), int(read.max()) + 1)
            weights = self._fold(weights, at, positions, cells, axis)
            window.append(cells)
        inside = np.ones([len(cells) for cells in window], bool)
        before = self.partial(number, step.filters, window)
        return replace(
            step, window=tuple(window), inside=inside, weights=weights, products=weights * step.value, before=before
        )

    def inside(self, window: Sequence[range]) -> Array:
        """Those of the input: all that a window reads."""
        whole = np.ones((), bool)
        for positions, axis in zip(window, self.forward, strict=True):
            places = np.asarray(positions)
            whole = whole[..., None] & ((places >= 0) & (places < axis.input))
        return whole

    def partial(self, number: int, filters: range, window: Sequence[range]) -> Array:
        """What stands at these cells before step `number`: that of the padded input, with all their copies."""
        found: Array | int = 0
        sides = [list(self._copies(axis, cells)) for axis, cells in zip(self.forward, window, strict=True)]
        for each in product(*sides):
            # the padded input begins where its padding does
            places = [range(p.start + a.before, p.stop + a.before) for p, a in zip(each, self.forward, strict=True)]
            part = self.padded.partial(number, filters, places)
            for at, (axis, positions, cells) in enumerate(zip(self.forward, each, window, strict=True), 1):
                part = self._fold(part, at, positions, cells, axis)
            found = found + part
        return np.asarray(found)

    def _copies(self, axis: Axis, cells: range) -> Iterator[range]:
        """The positions of these cells, and of the padding on either side that may repeat them."""
        inside = range(max(0, cells.start), min(axis.input, cells.stop))
        for side in (inside, range(-axis.before, 0), range(axis.input, axis.input + axis.after)):
            if side:
                yield side
