"""Stages: many numbers at once, stage after stage, each with its formula and its reason."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.stages import Stage
from cnnstep.geometry import by
from cnnstep.geometry.axes import place_of
from cnnstep.views.page.marks import Importance, Reveals
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import (
    Beside,
    Block,
    Box,
    Cell,
    Grid,
    Mark,
    Panel,
    Picture,
    Scene,
    Words,
    answer,
    stack,
    words,
)
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import matrix
from cnnstep.views.view import View
from cnnstep.views.wording.arithmetic import shape
from cnnstep.views.wording.numbers import formatter, short, signed
from cnnstep.views.wording.stages import STAGES, StageWords, texts
from cnnstep.views.wording.sums import bracketed, stated
from cnnstep.views.wording.titles import head

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
    def told(self) -> dict[str, StageWords]:
        """The words of the operation's stages."""
        return STAGES[self.operation.noun]

    def title(self, step: Stage | None = None) -> list[Block]:
        """The sizes, and which stage of how many."""
        before, after = shape(self.bound.input.shape), shape(self.walk.output_shape)
        several = step is not None and step.channel is not None and len(self.bound.x) > 1
        where = f"channel {step.channel}" if several and step else ""
        facts = [f"{before} → {after or 'one number'}", f"{len(self.bound.stages)} stages", where]
        return head(self.vocabulary, facts, [f"stage {step.name}"] if step else [], step, len(self.walk))

    def scene(self, step: Stage) -> Scene:
        """The numbers before and after, the formula with numbers in it, the reason."""
        why = self.told[step.name].why if step.focus is None else WHOLE_WAY
        return stack(self.title(step), *self._body(step), [self._sentence(step), words(Span(why, Role.LABEL))])

    def breakdown(self, step: Stage) -> list[Block]:
        """The whole way of the cell."""
        return [self._sentence(step)]

    def reads(self, step: Stage) -> list[Panel]:
        """The numbers before and after."""
        if self.bound.x.ndim == 1:
            return [_table(self._lines(step), step, is_new=step.after is not None)]
        return [
            panel for row in self._maps(step) for block in row if isinstance(block, Beside) for panel in block.panels
        ]

    def brief(self, step: Stage) -> str:  # noqa: ARG002 - the same for every stage
        """Every cell depends on all."""
        return "the same place, among the others"

    def _body(self, step: Stage) -> list[list[Block]]:
        return [self._list(step)] if self.bound.x.ndim == 1 else self._maps(step)

    def line(self, step: Stage) -> Scene:
        """The formula with numbers in it."""
        return Scene((self._sentence(step, indent=0),))

    def result(self) -> list[list[Block]]:
        """The output, and its range."""
        return maps.whole(self.walk.output, self.output_noun, self.remarks(), self.vocabulary.channels)

    def remarks(self) -> list[str]:
        """What there is to say about the output."""
        return [maps.extent(self.walk.output)]

    def _sentence(self, step: Stage, *, indent: int = 2) -> Words:
        """The formula, with the numbers of this stage in it; or those of the cell that was asked for."""
        if step.focus is not None and step.after is not None:
            return stated((tuple(self._focused(step, step.focus)),), indent=indent)
        row = self.told[step.name]
        at = _example(step.before)
        cell = f"{self.symbol}[{','.join(map(str, place_of(at, step.before.shape)))}]"
        return stated(((Span(row.formula), *row.tell(step, at, cell)),), indent=indent)

    def _focused(self, step: Stage, index: tuple[int, ...]) -> list[Span]:
        """The whole way of one cell, from the input to the output."""
        x = self.bound.input.reshape(self.walk.output_shape)[index].item()
        told = self.told[step.name].way.format(x=bracketed(short(x)), **texts(step.settings))
        shown = index[1:] if len(index) > 1 and not index[0] else index
        name = f"{self.told[step.name].label}[{','.join(map(str, shown))}]"
        return [Span(f"{name} = {told} ≈ "), answer(signed(short(step.value)))]

    def _list(self, step: Stage) -> list[Block]:
        """The input and what each stage so far has made of it: a row each, or of many numbers a column each."""
        lines, is_new = self._lines(step), step.after is not None
        if step.before.size <= FEW:
            return _rows(lines, step, is_new=is_new)
        return [Beside((_table(lines, step, is_new=is_new),))]

    def _lines(self, step: Stage) -> list[tuple[str, Array]]:
        stages = [self.bound.step(n, (n,)) for n in range(step.number + 1)]
        made = [(self.told[stage.name].label, stage.after) for stage in stages if stage.after is not None]
        return [(self.symbol, self.bound.x), *made]

    def _maps(self, step: Stage) -> list[list[Block]]:
        """The channel before the stage, and after it."""
        several = len(self.bound.x) > 1
        before = [(step.before, "x" if step.after is None or step.focus is not None else "before")]
        after = [] if step.after is None else [(step.after, self.told[step.name].label)]
        panels = [
            _marked(panel._replace(columns=THUMBNAIL) if isinstance(panel, Picture) else panel, step)
            for values, caption in (*before, *after)
            for panel in maps.channel(values, f"{caption} {by(values.shape)}", several=several)
        ]
        if after:
            panels[-1] = _new(panels[-1])
        return [[Beside(tuple(panels))]] if step.before.ndim > 1 else [[Beside((panel,))] for panel in panels]


@dataclass(frozen=True, eq=False)
class SoftmaxView(StagesView):
    """Logits to probabilities."""

    symbol = "z"

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


def _rows(lines: list[tuple[str, Array]], step: Stage, *, is_new: bool) -> list[Block]:
    """Numbers under each other, a row for the input and for each stage."""
    shows = [formatter(values.ravel().tolist()) for _, values in lines]
    least = max(len(show(v)) for show, (_, values) in zip(shows, lines, strict=True) for v in values.ravel().tolist())
    wide = max(len(label) for label, _ in lines)
    blocks: list[Block] = []
    for number, (text, (label, values)) in enumerate(zip(shows, lines, strict=True)):
        is_last = is_new and number == len(lines) - 1
        role = Role.INPUT if not number else Role.CURRENT if is_last else Role.OUTPUT
        reveals = Reveals.VALUE if is_last else Reveals.NOTHING
        grid = matrix("", values.reshape(1, -1), role, show=text, least=least, reveals=reveals)
        if step.focus and is_last:
            grid = grid._replace(boxes=(Box(0, step.focus[-1], 1, step.focus[-1] + 1),))
        blocks.append(Beside((Mark(label, Role.LABEL, width=wide), grid._replace(importance=Importance.STEP))))
    return blocks


def _table(lines: list[tuple[str, Array]], step: Stage, *, is_new: bool) -> Grid:
    """A row for each number, a column for the input and for each stage; of very many numbers the largest."""
    x = lines[0][1]
    largest = range(x.size) if x.size <= SHOWN else np.argsort(-x, kind="stable")[:SHOWN].tolist()
    chosen = sorted({*largest, *(step.focus or ())})
    columns = [values.ravel()[chosen].tolist() for _, values in lines if values.size == x.size]
    shows = [formatter(column) for column in columns]
    heads = tuple(Cell(label, Role.LABEL) for label in ("", *(label for label, v in lines if v.size == x.size)))
    rows = []
    for number, line in zip(chosen, zip(*columns, strict=True), strict=True):
        cells = [Cell(show(value), Role.OUTPUT) for show, value in zip(shows, line, strict=True)]
        cells[0] = cells[0]._replace(role=Role.INPUT)
        if is_new:
            cells[-1] = cells[-1]._replace(role=Role.CURRENT, reveals=Reveals.VALUE)
        rows.append((Cell(str(number), Role.LABEL), *cells))
    which = f"the {len(rows)} largest of {x.size:,}" if len(rows) < x.size else ""
    grid = Grid(which, (heads, *rows), importance=Importance.STEP)
    if step.focus:
        at, last = chosen.index(step.focus[-1]) + 1, len(columns)
        grid = grid._replace(boxes=(Box(at, last, at + 1, last + 1),))
    return grid


def _new(panel: Panel) -> Panel:
    """All of it is what the stage has made."""
    if isinstance(panel, Picture):
        return panel._replace(role=Role.CURRENT, reveals=Reveals.VALUE)
    if not isinstance(panel, Grid):
        return panel
    cells = tuple(tuple(cell._replace(role=Role.CURRENT, reveals=Reveals.VALUE) for cell in row) for row in panel.cells)
    return panel._replace(cells=cells, reveals=Reveals.VALUE, importance=Importance.STEP)


def _marked(panel: Panel, step: Stage) -> Panel:
    """The cell that was asked for, framed."""
    if step.focus is None or step.before.ndim != 2:
        return panel
    (row, column), (rows, columns) = step.focus[-2:], step.before.shape
    if isinstance(panel, Picture):
        return panel._replace(box=Box(row / rows, column / columns, (row + 1) / rows, (column + 1) / columns))
    return panel._replace(boxes=(Box(row, column, row + 1, column + 1),)) if isinstance(panel, Grid) else panel
