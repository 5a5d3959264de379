"""Stages: many numbers at once, stage after stage, each with its formula and its reason."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.stages import Stage
from cnnstep.geometry import by
from cnnstep.geometry.numbering import number_of, place_of
from cnnstep.views.operations.softmax_bars import softmax_bars
from cnnstep.views.page.grid import Box, Grid
from cnnstep.views.page.roles import Importance, Reveals, Role, Span
from cnnstep.views.page.scene import Block, Panel, Picture, Scene, Words, answer, beside, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.planes import fractions
from cnnstep.views.view import View
from cnnstep.views.wording.arithmetic import shape
from cnnstep.views.wording.numbers import short, signed
from cnnstep.views.wording.stages import STAGES, StageWords, texts
from cnnstep.views.wording.sums import LINES, bracketed, stated

FEW = 8
SHOWN = 12
WHOLE_WAY = "the whole way of one cell; --steps all shows it stage by stage"
THUMBNAIL = 26


@dataclass(frozen=True, eq=False)
class StagesView(View):
    """A walk of stages."""

    symbol: ClassVar[str] = "x"
    """What the input is called in the formulas."""

    @property
    def first(self) -> int:  # type: ignore[override]  # one screen a stage
        """Every stage of the first channel."""
        return len(self.bound.stages)

    @property
    def wording(self) -> dict[str, StageWords]:
        """The words of the operation's stages."""
        return STAGES[self.operation.noun]

    def title(self, step: Stage | None = None) -> list[Block]:
        """The sizes, and which stage of how many."""
        before, after = shape(self.bound.input.shape), shape(self.walk.output_shape)
        several = step is not None and step.channel is not None and len(self.bound.x) > 1
        where = f"channel {step.channel}" if several and step else ""
        facts = [f"{before} → {after or 'one number'}", f"{len(self.bound.stages)} stages", where]
        return self.head(facts, [f"stage {step.name}"] if step else [], step)

    def scene(self, step: Stage) -> Scene:
        """The numbers before and after, the formula with numbers in it, the reason."""
        why = self.wording[step.name].why if step.focus is None else WHOLE_WAY
        return stack(self.title(step), *self.body(step), [self.sentence(step), words(Span(why, Role.LABEL))])

    def reads(self, step: Stage) -> list[Panel]:
        """The numbers before and after."""
        return [_table(self._lines(step), step)] if self.bound.x.ndim == 1 else self._maps(step)

    def brief(self, step: Stage) -> str:  # noqa: ARG002 - the same for every stage
        """Every cell depends on all."""
        return "the same place, among the others"

    def body(self, step: Stage) -> list[list[Block]]:
        """The numbers before and after, laid out."""
        if self.bound.x.ndim == 1:
            return [self._list(step)]
        return maps.laid(self._maps(step), is_signal=step.before.ndim == 1)

    def sentence(self, step: Stage, lines: int = LINES) -> Words:
        """The formula, with the numbers of this stage in it; or those of the cell that was asked for."""
        if step.focus is not None and step.after is not None:
            return stated((tuple(self._focused(step, step.focus)),), lines=lines)
        row = self.wording[step.name]
        at = _example(step.before)
        cell = f"{self.symbol}[{','.join(map(str, self.place(step, at)))}]"
        return stated(((Span(row.formula), *row.tell(step, at, cell)),), lines=lines)

    def read(self, step: Stage) -> str:
        """What the numbers that a stage reads are called."""
        return self.symbol if step.after is None or step.focus is not None else "before"

    def place(self, step: Stage, cell: int) -> tuple[int, ...]:
        """Where a cell of what a stage reads stands, as people write it."""
        return place_of(cell, step.before.shape)

    def _focused(self, step: Stage, index: tuple[int, ...]) -> list[Span]:
        """The whole way of one cell, from the input to the output."""
        x = self.bound.input.reshape(self.walk.output_shape)[index].item()
        settings = step.at(number_of(self.bound.row(index)[1], step.before.shape) if step.before.ndim else 0)
        told = self.wording[step.name].way.format(x=bracketed(short(x)), **texts(settings))
        shown = index[1:] if len(index) > 1 and not index[0] else index
        name = f"{self.wording[step.name].label}[{','.join(map(str, shown))}]"
        return [Span(f"{name} = {told} ≈ "), answer(signed(short(step.value)))]

    def _list(self, step: Stage) -> list[Block]:
        """The input and what each stage so far has made of it: a row each, or of many numbers a column each."""
        lines = self._lines(step)
        if step.before.size > FEW:
            return [beside(_table(lines, step))]
        rows = maps.rows(lines)
        if step.after is not None and step.focus:
            label, grid = rows[-1]
            rows[-1] = (label, grid._replace(boxes=(Box.cell(0, step.focus[-1]),)))
        return [beside(*row) for row in rows]

    def _lines(self, step: Stage) -> list[maps.Listed]:
        """The input, and what each stage so far has made of all of it or of it alone."""
        stages = [self.bound.step(n, (n,)) for n in range(step.number + 1)]
        lines = [maps.Listed(self.symbol, self.bound.x, Role.INPUT)]
        for stage in (each for each in stages if each.after is not None):
            look = (Role.CURRENT, Reveals.VALUE) if stage.number == step.number else (Role.OUTPUT, Reveals.NOTHING)
            lines.append(maps.Listed(self.wording[stage.name].label, stage.after, *look))
        return lines

    def _maps(self, step: Stage) -> list[Panel]:
        """The channel before the stage, and after it."""
        several = len(self.bound.x) > 1
        before = [(step.before, self.read(step))]
        after = [] if step.after is None else [(step.after, self.wording[step.name].label)]
        panels = [
            marked(panel._replace(columns=THUMBNAIL) if isinstance(panel, Picture) else panel, step, values.shape)
            for values, caption in (*before, *after)
            for panel in maps.channel(values, f"{caption} {by(values.shape)}", several=several)
        ]
        if after:
            panels[-1] = new(panels[-1])
        return panels


@dataclass(frozen=True, eq=False)
class SoftmaxView(StagesView):
    """Logits to probabilities."""

    symbol = "z"

    def body(self, step: Stage) -> list[list[Block]]:
        """Numbers and bars; of many classes the largest, their bars beside them."""
        lines = self._lines(step)
        few = self.bound.x.size <= FEW
        bars = softmax_bars(lines, largest(self.bound.x, step), step, has_numbers=not few)
        return [*(super().body(step) if few else []), [bars]]

    def remarks(self) -> list[str]:
        """The largest probabilities; of two classes the sigmoid that they are."""
        output = self.walk.output
        order: list[int] = np.argsort(-output, kind="stable")[:3].tolist()
        facts = [f"largest: {', '.join(f'p[{i}] ≈ {signed(short(output[i].item()))}' for i in order)}"]
        if output.size == 2:
            gap = signed(short(self.bound.x[0].item() - self.bound.x[1].item()))
            facts.append(f"two classes: p[0] = sigmoid(z[0] − z[1]) = sigmoid({gap}) ≈ {short(output[0].item())}")
        return facts


def _example(values: Array) -> int:
    """The cell that a formula is filled with: the first, or of a long list the largest, which is always shown."""
    return int(values.argmax()) if values.ndim == 1 and values.size > FEW else 0


def largest(x: Array, step: Stage) -> list[int]:
    """All numbers of a list; of very many the largest, and the one that was asked for."""
    found = range(x.size) if x.size <= SHOWN else np.argsort(-x, kind="stable")[:SHOWN].tolist()
    return sorted({*found, *(step.focus or ())})


def _table(lines: list[maps.Listed], step: Stage) -> Grid:
    """A row for each number, a column for the input and for each stage; of very many numbers the largest."""
    x = lines[0].values
    chosen = largest(x, step)
    listed = [line._replace(values=line.values.ravel()[chosen]) for line in lines if line.values.size == x.size]
    which = f"the {len(chosen)} largest of {x.size:,}" if len(chosen) < x.size else ""
    grid = maps.columns(which, "", map(str, chosen), listed)
    focus = [Box.cell(chosen.index(step.focus[-1]) + 1, len(listed))] if step.focus else []
    return grid._replace(boxes=tuple(focus))


def new(panel: Panel) -> Panel:
    """All of it is what the stage has made."""
    if isinstance(panel, Picture):
        return panel._replace(role=Role.CURRENT, reveals=Reveals.VALUE)
    if not isinstance(panel, Grid):
        return panel
    cells = tuple(tuple(cell._replace(role=Role.CURRENT, reveals=Reveals.VALUE) for cell in row) for row in panel.cells)
    return panel._replace(cells=cells, reveals=Reveals.VALUE, importance=Importance.STEP)


def marked(panel: Panel, step: Stage, shape: tuple[int, ...]) -> Panel:
    """The cell that was asked for, framed on rows and columns of this shape."""
    if step.focus is None or len(shape) != 2:
        return panel
    row, column = step.focus[-2:]
    if isinstance(panel, Picture):
        return panel._replace(box=fractions((range(row, row + 1), range(column, column + 1)), shape))
    return panel._replace(boxes=(Box.cell(row, column),)) if isinstance(panel, Grid) else panel
