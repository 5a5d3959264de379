"""A value that goes back to its place: the window and its maximum, the value, the output as far as it has come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.unpooling import Unpooled
from cnnstep.geometry import Axis, by
from cnnstep.views.operations.copies import called
from cnnstep.views.operations.pooling import OWN_STRIDE, patch_row
from cnnstep.views.operations.surroundings import SHORT, is_large, overview
from cnnstep.views.page.grid import Box, Cell, Grid
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Block, Scene, Words, answer, beside, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.extracts import MOST_SHOWN
from cnnstep.views.panels.grids import input_grid
from cnnstep.views.panels.planes import ONE_ROW, Plane, cell_plane, planes
from cnnstep.views.view import View
from cnnstep.views.wording import arithmetic
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import short, signed
from cnnstep.views.wording.sums import LINES, place, relation, stated

PLANE = 2
TINY = 13
FORGOTTEN = "max pooling keeps only the largest: unpooling brings back where it stood, and nothing of the other cells"


@dataclass(frozen=True, eq=False)
class UnpoolingView(View):
    """A walk over values that are put back to where max pooling found them."""

    noun = "output"

    def title(self, step: Unpooled | None = None) -> list[Block]:
        """Values → output, the window, its settings, and why the output has its size."""
        sizes = self.bound.sizes
        x, window = [a.input for a in sizes.axes], by([a.kernel for a in sizes.axes])
        flow = f"{arithmetic.shapes(sizes.output, sizes.channels)} → {arithmetic.shapes(x, sizes.channels)}"
        stride, *others = arithmetic.settings(sizes)
        stride += OWN_STRIDE if all(axis.stride == axis.kernel for axis in sizes.axes) else ""
        reasons = ["as large as x before pooling", *arithmetic.in_short(sizes.axes)]
        return self.head([flow, f"window {window}", stride, *others], reasons, step)

    def scene(self, step: Unpooled) -> Scene:
        """The window on x, the values, the output so far; the maximum of the window, and where the value goes.

        Where x is large, its picture stands for the values, of which the sentence names the one that counts.
        """
        plane = planes(self.walk, step.pooled)[0]
        is_signal, is_wide = len(self.bound.axes) == 1, is_large(plane.axes)
        x = [self._input(step, plane)] if all(axis.extent <= MOST_SHOWN for axis in plane.axes) else []
        values = [] if is_wide and not is_signal else [self._values(step)]
        around = maps.laid([*x, *values, self._output(step)], is_signal=is_signal)
        picture = [] if values else [overview(self.walk, step.pooled, plane, TINY)]
        found = [block._replace(panels=(*picture, *block.panels)) for block in patch_row(step.pooled, empty=True)]
        told = [self.sentence(step), *self._notes(step)]
        return stack(self.title(step), *around, found or map(beside, picture), told)

    def sentence(self, step: Unpooled, lines: int = LINES) -> Words:
        """`the largest of its window, 9, stands at x[2,2]: y[2,2] = v[1,1] = 9`."""
        largest, value = short(step.pooled.value), short(step.value)
        told = (
            Span(f"the largest of window {place(step, '')}, "),
            Span(signed(largest), reveals=Reveals.WORKING),
            Span(", stands at "),
            Span(called("x", step.target), reveals=Reveals.WORKING),
            Span(": "),
            Span(called(self.vocabulary.y, step.target), reveals=Reveals.WORKING),
            Span(f"{NBSP}= {place(step, 'v')} {relation(Fraction(step.value), value)}{NBSP}"),
            answer(signed(value)),
        )
        return stated((told,), lines=lines)

    def brief(self, step: Unpooled) -> str:
        """Where it goes."""
        return f"put to {called(self.vocabulary.y, step.target)}"

    def remarks(self) -> list[str]:
        """What comes back, what does not, and which values were put to the same cell."""
        bound = self.bound
        places = bound.switches()
        kept = len({*np.unique(places + bound.x[0].size * np.arange(len(places))[:, None]).tolist()})
        values, cells = prod(bound.grid), prod(bound.output_shape)
        told = f"{kept:,} of {count(cells, 'cell')} {'gets' if kept == 1 else 'get'} a value back"
        remarks = [f"{told}, {cells - kept:,} {arithmetic.are(cells - kept)} 0; {maps.extent(self.walk.output)}"]
        if kept < values:
            shared = f"{count(values, 'value')} go to {count(kept, 'cell')}"
            remarks.append(f"{shared}: where windows share their largest cell, the last in reading order stays")
        return [*remarks, FORGOTTEN]

    def _input(self, step: Unpooled, plane: Plane) -> Grid:
        """X around the window."""
        channel = f", channel {step.index[0]}" if len(self.bound.x) > 1 else ""
        frame = f", frame {plane.frame}" if plane.frame is not None else ""
        return input_grid(plane, f"x {plane.size}{channel}{frame}", empty_padding=True)

    def _values(self, step: Unpooled) -> Grid:
        """The values, with the one that is put back."""
        plane = cell_plane(self.bound.values, step.index)
        frame = f", frame {step.index[1]}" if len(step.index) > 3 else ""
        return input_grid(plane, f"values {plane.size}{frame}")

    def _output(self, step: Unpooled) -> Grid:
        """The output after the step; the cell that was set is hidden among those of its window."""
        shape = self.bound.x.shape[1:]
        pairs = zip(step.pooled.window, shape, strict=True)
        window = [range(1), *(range(max(0, at.start), min(size, at.stop)) for at, size in pairs)][-PLANE:]
        target = [0, *step.target[1:]][-PLANE:]
        lead = [range(at, at + 1) for at in step.target[1:-PLANE]]

        def read(rows: range, columns: range) -> tuple[Array, Array]:
            region = [*lead, rows, columns][-len(shape) :]
            there = self.bound.standing(step.number + 1, step.index[0], region).reshape(len(rows), len(columns))
            return there, np.zeros(there.shape, dtype=bool)

        down, along = [ONE_ROW, *(Axis(size, 1) for size in shape)][-PLANE:]
        # around the window, which does not tell where in it the cell is; of a large one around the cell
        around = window if max(map(len, window)) <= SHORT else [range(at, at + 1) for at in target]
        plane = Plane((down, along), (around[0], around[1]), read)
        return _with_news(input_grid(plane, f"output so far {plane.size}"), around, window, target)

    def _notes(self, step: Unpooled) -> Iterator[Words]:
        """Ties, and a value that stood there before."""
        if step.pooled.ties > 1:
            yield _note(f"{step.pooled.ties} cells tie, the first in reading order is taken")
        target = [range(at, at + 1) for at in step.target[1:]]
        _, places = self.bound.near(step.index[0], target, step.number)
        if (places == np.ravel_multi_index(step.target[1:], self.bound.x.shape[1:])).any():
            yield _note("another value was put there before: the later one stays")


def _note(text: str) -> Words:
    return words(Span(text, Role.LABEL), reveals=Reveals.WORKING)


def _with_news(output: Grid, around: Sequence[range], window: Sequence[range], target: Sequence[int]) -> Grid:
    """The cell that was set is framed; the whole window is masked with it, so that its place is not told either."""
    assert output.focus is not None  # noqa: S101 - what it was laid around
    top, left = around[0].start - int(output.focus.top), around[1].start - int(output.focus.left)
    rows, columns = window

    def told(cell: Cell, row: int, column: int) -> Cell:
        if row not in rows or column not in columns:
            return cell
        is_new = [row, column] == list(target)
        return cell._replace(role=Role.CURRENT if is_new else cell.role, reveals=Reveals.VALUE)

    lines = (tuple(told(c, top + i, left + j) for j, c in enumerate(line)) for i, line in enumerate(output.cells))
    frame = Box.cell(target[0] - top, target[1] - left)
    bare = output._replace(unread_rows=frozenset(), unread_columns=frozenset())
    return bare._replace(cells=tuple(lines), boxes=(frame,), reveals=Reveals.WORKING)
