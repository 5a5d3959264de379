"""The gradient of a pooling: an upstream value, the window that it came from, and what each of its cells gets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.gradients.routing import Routed
from cnnstep.engine.steps import Index
from cnnstep.geometry import by
from cnnstep.geometry.numbering import place_of
from cnnstep.views.operations.pooling import patch_row
from cnnstep.views.operations.transposed import output_plane, with_news
from cnnstep.views.operations.upstream import GradientView, cell_of, upstream_panels
from cnnstep.views.page.grid import Cell, Grid
from cnnstep.views.page.roles import Importance, Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Beside, Block, Mark, Panel, Scene, Words, answer, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.extracts import MOST_SHOWN
from cnnstep.views.panels.grids import input_grid
from cnnstep.views.panels.planes import slices
from cnnstep.views.panels.printed import Printed
from cnnstep.views.wording import arithmetic
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import exact, short, signed
from cnnstep.views.wording.sums import LINES, bracketed, relation, stated

PLANE = 2


class Way(NamedTuple):
    """A row: where an upstream value goes, and why."""

    goes: Callable[[Routed], str]
    why: str


WAYS: dict[str, Way] = {
    "max": Way(lambda _: "all of it goes to the first maximum", "the other cells were not passed on: they get 0"),
    "min": Way(lambda _: "all of it goes to the first minimum", "the other cells were not passed on: they get 0"),
    "average": Way(
        lambda step: f"each of {count(int(step.inside.sum()), 'cell')} gets 1/{step.divisor} of it",
        "every cell counted the same: each gets one part of the divisor",
    ),
    "lp": Way(
        lambda _: "shared by sign(x)·(|x| / y)^(p − 1)",
        "the larger a cell in magnitude, the more it counted",
    ),
    "median": Way(
        lambda step: (
            "half of it goes to each of the two in the middle"
            if len(step.pooled.chosen) > 1
            else "all of it goes to the one in the middle"
        ),
        "the other cells were not passed on: they get 0",
    ),
}
"""Kind of pooling → what becomes of an upstream value."""


@dataclass(frozen=True, eq=False)
class PoolingGradientView(GradientView):
    """A walk over the upstream values of a pooling: each goes to the cells of its window."""

    def title(self, step: Routed | None = None) -> list[Block]:
        """The sizes, the kind of pooling and its settings."""
        sizes, kind = self.bound.sizes, self.bound.pooling.kind
        window = by([axis.kernel for axis in sizes.axes])
        reasons = [*arithmetic.settings(sizes), "as large as x before pooling"]
        return self.head([self.flow, f"{kind}, window {window}"], reasons, step)

    def scene(self, step: Routed) -> Scene:
        """What arrives, and the gradient so far; the window on x, and what each of its cells gets."""
        told = [self.sentence(step), *self._notes(step)]
        return stack(self.title(step), *self._around(step), self._window(step), told)

    def sentence(self, step: Routed, lines: int = LINES) -> Words:
        """`∂L/∂y[0,1] = 5: all of it goes to the first maximum; ∂L/∂x[1,2] = 0 + 5 = 5`."""
        arrives, place = short(step.value), _example(step)
        numbers = [array[(0, *place)] for array in (step.before, step.products, step.after)]
        before, added, after = (short(v if isinstance(v, int) else float(v)) for v in numbers)
        target = cell_of(f"∂L/∂{self.symbol}", _cell(step, place))
        spans = (
            Span(f"{cell_of(self.upstream, step.index)} = {signed(arrives)}: {WAYS[step.pooled.kind].goes(step)}; "),
            Span(f"{target} = {signed(before)} + {bracketed(added)}", reveals=Reveals.WORKING),
            Span(f" {relation(exact(before) + exact(added), after)}{NBSP}"),
            answer(signed(after)),
        )
        return stated((spans,), lines=lines)

    def brief(self, step: Routed) -> str:
        """Where it goes."""
        return WAYS[step.pooled.kind].goes(step)

    def remarks(self) -> list[str]:
        """How many cells get nothing, and why; and whether windows overlap."""
        output, axes = self.walk.output, self.bound.axes
        nothing = int((output == 0).sum())
        told = f"{nothing:,} of {count(output.size, 'cell')} {'gets' if nothing == 1 else 'get'} 0"
        overlap = any(axis.output > 1 and axis.stride < axis.extent for axis in axes)
        shared = ["where windows overlap, what they send to a cell adds up"] * overlap
        return [f"{told}; {maps.extent(output)}", WAYS[self.bound.pooling.kind].why, *shared]

    def _around(self, step: Routed) -> list[list[Block]]:
        """The upstream value, and the gradient as far as it has come."""
        axes = self.bound.axes
        panels: list[Panel] = upstream_panels(self.bound.x, step.index)[:1]
        if max(axis.extent for axis in axes) > MOST_SHOWN:
            return [[Beside(tuple(panels))]]
        frame = _frame(step)
        made = output_plane(self.bound, step, [axis.input for axis in axes], frame)
        where = f", channel {step.channel}" * (self.walk.output_shape[0] > 1)
        where += f", frame {step.window[0][frame]}" * (len(axes) > PLANE)
        grid = with_news(input_grid(made, f"{self.output_noun} so far {made.size}{where}", empty_padding=True))
        panels.append(grid._replace(unread_rows=frozenset(), unread_columns=frozenset()))
        return maps.laid(panels, is_signal=len(axes) == 1)

    def _window(self, step: Routed) -> list[Block]:
        """The window on x, with the cells that were chosen, and what each of them gets; of a film's frames one."""
        rows = patch_row(step.pooled, empty=not step.pooled.counted[~step.inside[None]].any())
        if not rows:
            return []
        number = _frame(step)
        where = f", frame {step.window[0][number]}" * (len(step.window) > PLANE)
        window = rows[0].panels[number]._replace(caption=f"window on x{where}")
        if all(axis.output == 1 and axis.kernel == axis.input for axis in self.bound.axes):
            return [Beside((window,))]  # what each gets stands above: it is all of the gradient
        return [
            Beside((window, Mark("→"), _gets(Printed.of(step.products), number, slices(step.inside[None])[number])))
        ]

    def _notes(self, step: Routed) -> Iterator[Words]:
        """A tie, and what padding does to a divisor."""
        pooled, notes = step.pooled, []
        if pooled.chosen:
            cells = [(cell_of("x", _cell(step, place[1:])), pooled.patch[place]) for place in pooled.chosen]
            told = " and ".join(f"{name} = {signed(short(np.asarray(x).item()))}" for name, x in cells)
            notes.append(f"the window's {pooled.kind} is {told}" if len(cells) == 1 else f"in the middle are {told}")
        if pooled.ties > 1:
            notes.append(f"{pooled.ties} cells tie: the first in reading order takes all of it")
        outside = int((~step.inside).sum())
        if pooled.kind == "average" and outside:
            zeros = pooled.divisor - int(step.inside.sum())
            notes.append(
                f"{count(outside, 'cell')} of the window outside x, {zeros} of them in the divisor {step.divisor}"
            )
        if notes:
            yield words(Span("; ".join(notes), Role.LABEL), reveals=Reveals.WORKING)


def _gets(printed: Printed, number: int, inside: Array) -> Grid:
    """What the cells of a window get; nothing where it hangs over the edge. It is hidden with the value."""
    cells = tuple(
        tuple(
            Cell(printed.show(value), Role.PRODUCT, reveals=Reveals.VALUE) if is_inside else Cell("()", Role.PADDING)
            for value, is_inside in zip(*line, strict=True)
        )
        for line in zip(printed.pieces[number].tolist(), inside.tolist(), strict=True)
    )
    return Grid("each gets", cells, least=printed.width, importance=Importance.STEP)


def _cell(step: Routed, place: Index) -> Index:
    """The cell of x, with its channel, that stands in a place of the window."""
    return (step.channel, *(at[i] for at, i in zip(step.window, place, strict=True)))


def _frame(step: Routed) -> int:
    """Which frame of its window a step shows: that of the cell that is told; 0 where there are none."""
    return _example(step)[0] if len(step.window) > PLANE else 0


def _example(step: Routed) -> Index:
    """The cell of the window that gets something, and of those where most is there already."""
    gets = step.products[0] != 0
    strength = np.where(gets, np.abs(step.before[0].astype(np.float64)), -1)
    if not strength.max() > 0:
        strength = np.where(step.inside, np.abs(step.weights[0].astype(np.float64)), -1)
    return place_of(int(strength.argmax()), strength.shape)
