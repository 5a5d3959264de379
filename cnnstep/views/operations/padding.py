"""A cell of a padded map: which cell of the input it copies, or the constant that stands there."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from cnnstep.engine.padding import Padded
from cnnstep.geometry import padding_text
from cnnstep.views.operations.copies import copied, copy_sentence
from cnnstep.views.operations.surroundings import map_caption
from cnnstep.views.page.grid import Cell, Grid
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Block, Scene, Words, answer, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import map_grid
from cnnstep.views.panels.planes import sheet
from cnnstep.views.view import View
from cnnstep.views.wording import arithmetic
from cnnstep.views.wording.arithmetic import AXIS_NAMES, SINGULAR, count
from cnnstep.views.wording.numbers import short, signed
from cnnstep.views.wording.sums import LINES, relation, stated

MODES = {
    "zeros": "zeros: every cell around the input is 0",
    "constant": "constant: every cell around the input holds the same number",
    "reflect": "reflect: mirrored at the outermost cell, which itself is not repeated",
    "replicate": "replicate: the outermost cell is repeated",
    "circular": "circular: beyond its end the input begins again",
}
"""Padding mode → what it puts around the input."""


@dataclass(frozen=True, eq=False)
class PadView(View):
    """A walk over the cells of a padded map."""

    noun = "padded map"

    def title(self, step: Padded | None = None) -> list[Block]:
        """Input → output, the padding, the size arithmetic."""
        sizes, border = self.bound.sizes, self.bound.border
        x = [axis.input for axis in sizes.axes]
        flow = f"{arithmetic.shapes(x, sizes.channels)} → {arithmetic.shapes(sizes.output, sizes.channels)}"
        value = f" {signed(short(border.value))}" if border.mode == "constant" else ""
        facts = [flow, f"padding {padding_text(sizes.axes)}", f"{border.mode}{value}"]
        reasons = [f"{a.output} = {a.before} + {a.input} + {a.after}" for a in dict.fromkeys(sizes.axes)]
        return self.head(facts, reasons, step)

    def scene(self, step: Padded) -> Scene:
        """The cell and its source, and how the one leads to the other."""
        near = step.main_source(self.bound.x.shape).cell
        around = copied(self.bound.x, near, self._map(step), is_read=step.source is not None)
        return stack(self.title(step), *around, [self.sentence(step), *self._way(step)])

    def sentence(self, step: Padded, lines: int = LINES) -> Words:
        """`y[0,1] = x[1,0] = 4`, or `y[0,0] = 0`: padding."""
        if step.source is not None:
            return copy_sentence(self.cell(step), step.source, step.value, lines)
        value = short(step.value)
        told = Span(", a constant: no cell of the input", reveals=Reveals.WORKING)
        sign = relation(Fraction(step.value), value)
        return stated(((Span(f"{self.cell(step)}{NBSP}{sign} "), answer(signed(value)), told),), lines=lines)

    def brief(self, step: Padded) -> str:
        """Whether it is a copy."""
        return "a constant of the padding" if step.source is None else "a copy of the cell"

    def remarks(self) -> list[str]:
        """How much of it is padding, and what that is."""
        cells, inside = prod(self.walk.output_shape), self.bound.x.size
        size = f"{arithmetic.shape(self.walk.output_shape)} = {count(cells, 'cell')}"
        shared = f"{inside:,} of the input, {cells - inside:,} of padding"
        return [f"{size}: {shared}; {maps.extent(self.walk.output)}", MODES[self.bound.border.mode]]

    def _map(self, step: Padded) -> Grid:
        """The output so far, padding in brackets as everywhere."""
        grid = map_grid(self.walk, step, map_caption(self.walk, step, self.output_noun))
        place = sheet(self.walk.shape, step.index)
        top, left = ((at - int(side)) for at, side in zip(place.cell, self._corner(grid), strict=True))

        def told(cell: Cell, row: int, column: int) -> Cell:
            index = place.place(top + row, left + column)
            if cell.role == Role.PENDING or not self._is_outside(index):
                return cell
            role = cell.role if cell.role == Role.CURRENT else Role.PADDING
            return cell._replace(text=f"({cell.text})", role=role, shade=None)

        lines = (tuple(told(cell, row, j) for j, cell in enumerate(line)) for row, line in enumerate(grid.cells))
        return grid._replace(cells=tuple(lines), least=grid.least + 2)

    def _corner(self, grid: Grid) -> tuple[float, float]:
        """Row and column of the newest cell among those that are shown."""
        assert grid.focus is not None  # noqa: S101 - the map has the newest cell in its focus
        return grid.focus.top, grid.focus.left

    def _is_outside(self, index: tuple[int, ...]) -> bool:
        each = zip(self.bound.axes, index[1:], strict=True)
        return any(not 0 <= axis.start(i) < axis.input for axis, i in each)

    def _way(self, step: Padded) -> Iterator[Words]:
        """From the place in the output to that in the input, axis by axis."""
        axes, sources = self.bound.axes, (step.source or step.position)[1:]
        each = zip(AXIS_NAMES[len(axes)], axes, step.index[1:], step.position[1:], sources, strict=True)
        for name, axis, cell, position, source in each:
            noun = SINGULAR[name]
            way = f"{noun} {cell} − {axis.before} = {signed(str(position))}"
            if not 0 <= position < axis.input:
                way += f", outside 0–{axis.input - 1}"
                way += "" if step.source is None else f": {self.bound.border.mode} reads {noun} {source}"
            yield words(Span(way, Role.LABEL), reveals=Reveals.WORKING)
