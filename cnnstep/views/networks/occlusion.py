"""Occlusion: one covered patch and what the answer becomes, and the map of all places."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.steps import Step
from cnnstep.geometry import by
from cnnstep.networks.occlusion import Covered, covered
from cnnstep.views.layers import Figure
from cnnstep.views.networks.inspection import scales
from cnnstep.views.page.grid import Box
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.scene import Beside, Block, Panel, Picture, Scene, Words, answer, stack
from cnnstep.views.panels import maps
from cnnstep.views.panels.pictures import input_picture, map_picture
from cnnstep.views.panels.planes import fractions
from cnnstep.views.view import View
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import short, signed
from cnnstep.views.wording.sums import LINES, stated

WIDE = 22


@dataclass(frozen=True, eq=False)
class OcclusionView(View):
    """A walk over the places of a patch."""

    noun = "probability where covered"
    place_noun = "place"

    def title(self, step: Covered | None = None) -> list[Block]:
        """The patch and the class; below, why there are so many places."""
        size, (high, wide) = self.bound.size, self.bound.x.shape[1:]
        facts = [f"a {size}×{size} patch covered", f"p[{self._target}] = {short(self.bound.before)} uncovered"]
        rows, columns = self.bound.grid[1:]
        why = f"{high}×{wide} − {size} + 1 = {rows}×{columns} places"
        return self.head(facts, [why], step)

    def scene(self, step: Covered) -> Scene:
        """The picture with its patch covered, the whole map with the place, and the probability."""
        window = (step.rows, step.columns)
        box = fractions(window, self.bound.x.shape[1:])
        made = covered(self.bound.x, step.rows.start, step.columns.start, self.bound.size)
        shown = made.astype(self.bound.x.dtype)  # levels stay levels
        _, row, column = step.index
        high, wide = self.bound.grid[1:]
        place = Box(row / high, column / wide, (row + 1) / high, (column + 1) / wide)
        panels: tuple[Panel, ...] = (
            input_picture(shown, box, columns=WIDE, caption="covered"),
            self._map(self.bound.probabilities[0], "p where covered")._replace(box=place, reveals=Reveals.WORKING),
        )
        return stack(self.title(step), [Beside(panels)], [self.sentence(step)])

    def scenes(self) -> Iterator[Scene]:
        """Where no place is asked for, the whole map on one screen."""
        if self.asked is None and self.chosen.display == "full":
            yield stack(self.title(), *self.result())
        else:
            yield from super().scenes()

    def sentence(self, step: Covered, lines: int = LINES) -> Words:
        """The probability with the patch covered, and the answer."""
        rows, columns = (f"{each.start} to {each.stop - 1}" for each in (step.rows, step.columns))
        told = f"rows {rows}, columns {columns} covered: p[{self._target}] = {short(step.before)} → "
        spans = (Span(told), answer(short(step.value)), Span(f", the answer is class {step.answer}", Role.LABEL,
                                                             Reveals.WORKING))  # fmt: skip
        return stated((spans,), lines=lines)

    def result(self) -> list[list[Block]]:
        """The picture, the map, and that of the untrained network."""
        picture = input_picture(self.bound.x, columns=WIDE, caption=f"input {by(self.bound.x.shape[1:])}")
        shown, other = self._map(self.bound.probabilities[0], "p where covered"), self.bound.untrained
        if other is None:
            return [[Beside((picture, shown))], maps.lines(self.remarks())]
        # beside each other there is room for the maps alone: their ranges are told in words
        both = [each._replace(legend=None) for each in (shown, self._map(other, "untrained"))]
        told = scales(("trained", "untrained"), (self.walk.output, other))
        return [[Beside((picture, *both))], maps.lines([told, *self.remarks()])]

    def remarks(self) -> list[str]:
        """Where it falls most, and how often the answer changes."""
        values, before = self.bound.probabilities[0], self.bound.before
        row, column = (int(n) for n in np.unravel_index(values.argmin(), values.shape))
        low = float(values[row, column])
        told = f"p[{self._target}] is {short(low)} at least, with the patch at row {row}, column {column}"
        changed = int((self.bound.answers != self._target).sum())
        falls = f"{signed(short(low - before))} from {short(before)}"
        return [f"{told} ({falls})", f"another class is the answer at {count(changed, 'place')} of {values.size:,}"]

    def figures(self) -> Sequence[Figure]:
        """The picture and the maps."""
        found = [Figure("input", self.bound.x), Figure("p where covered", self.bound.probabilities)]
        other = [] if self.bound.untrained is None else [Figure("untrained", self.bound.untrained[None])]
        return [*found, *other]

    def cell(self, step: Step) -> str:  # noqa: ARG002 - always the same class
        """The probability of the class."""
        return f"p[{self._target}]"

    @property
    def _target(self) -> int:
        target: int = self.operation.facts()["target"]
        return target

    def _map(self, values: Array, caption: str) -> Picture:
        return map_picture(values, f"{caption} {by(values.shape)}", columns=WIDE)

    def _next(self) -> str:
        """Of the whole map: how to look at its places."""
        if self.asked is not None or self.chosen.display != "full":
            return super()._next()
        _, rows, columns = self.bound.grid
        return f"--at {rows // 2},{columns // 2} (one place), --steps 5, --view lines, --play (with keys)"
