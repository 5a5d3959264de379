"""Stages: many numbers at once, stage after stage, each with its formula and its reason."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.stages import Stage, StagedWalk
from cnnstep.geometry import by
from cnnstep.views.operations.stage_words import Told, sentence
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Beside, Block, Box, Cell, Grid, Mark, Panel, Picture, Scene, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import matrix
from cnnstep.views.view import Show
from cnnstep.views.wording.arithmetic import shape
from cnnstep.views.wording.numbers import formatter, short, signed
from cnnstep.views.wording.titles import Names, head

Exact: TypeAlias = Callable[[dict[str, Fraction]], Fraction]

FEW = 8
SHOWN = 6
WHOLE_WAY = "the whole way of one cell; --steps all shows it stage by stage"
MOST_ADDED = 10_000
THUMBNAIL = 26


def show(walk: StagedWalk, names: Names, told: dict[str, Told], facts: dict[str, Any]) -> Show:
    """Show a walk of stages."""
    return Show(
        walk,
        names.kind,
        {"input": list(walk.bound.x.shape), "output": list(walk.output_shape), **facts},
        title=lambda step=None: _title(walk, names, step),
        scene=lambda step: _scene(walk, step, names, told),
        line=lambda step: Scene((sentence(walk, step, told, indent=0),)),
        result=lambda: _result(walk, names),
        first=len(walk.bound.stages),
    )


def _title(walk: StagedWalk, names: Names, step: Stage | None = None) -> list[Block]:
    size = shape(walk.bound.x.shape)
    where = f"channel {step.channel}" if step and step.channel is not None and len(walk.bound.x) > 1 else ""
    facts = [f"{size} → {size}", f"{len(walk.bound.stages)} stages", where]
    reason = f"stage {step.name}" if step else ""
    return head(names, facts, [reason] if reason else [], step, len(walk))


def _scene(walk: StagedWalk, step: Stage, names: Names, told: dict[str, Told]) -> Scene:
    is_list = walk.bound.x.ndim == 1
    body = [_rows(walk, step, told)] if is_list else _before_and_after(walk, step, told)
    return stack(
        _title(walk, names, step),
        *body,
        [sentence(walk, step, told), words(Span(told[step.name].why if step.focus is None else WHOLE_WAY, Role.LABEL))],
    )


def _rows(walk: StagedWalk, step: Stage, told: dict[str, Told]) -> list[Block]:
    """A row for the input and for each stage so far that has made new numbers."""
    x = walk.bound.x
    chosen = _chosen(x)
    lines = [("z", x, Role.INPUT)]
    stages = [walk.bound.step(n, (n,)) for n in range(step.number + 1)]
    lines += [
        (told[stage.name].label, stage.after, Role.CURRENT if stage.number == step.number else Role.OUTPUT)
        for stage in stages
        if stage.after is not None
    ]
    wide = max(len(label) for label, _, _ in lines)
    blocks: list[Block] = []
    shows = [formatter(values[chosen].tolist()) for _, values, _ in lines]
    least = max(
        len(show(v)) for show, (_, values, _) in zip(shows, lines, strict=True) for v in values[chosen].tolist()
    )
    if len(chosen) < len(x):
        numbers = tuple(Cell(str(number), Role.LABEL) for number in chosen)
        blocks.append(Beside((Mark("largest", Role.LABEL, width=wide), Grid("", (numbers,), least=least))))
    for text, (label, values, role) in zip(shows, lines, strict=True):
        grid = matrix("", values[chosen][None], role, show=text, least=least)
        if step.focus and step.focus[0] in chosen and role == Role.CURRENT:
            at = chosen.index(step.focus[0])
            grid = grid._replace(boxes=(Box(0, at, 1, at + 1),))
        blocks.append(Beside((Mark(label, Role.LABEL, width=wide), grid)))
    return blocks


def _chosen(x: Array) -> list[int]:
    """All of a few, or the largest of many, in their order."""
    if x.size <= FEW:
        return list(range(x.size))
    largest: list[int] = sorted(np.argsort(-x, kind="stable")[:SHOWN].tolist())
    return largest


def _before_and_after(walk: StagedWalk, step: Stage, told: dict[str, Told]) -> list[list[Block]]:
    """The channel before the stage, and after it."""
    label = told[step.name].label
    several = len(walk.bound.x) > 1
    before = [(step.before, "x" if step.after is None or step.focus is not None else "before")]
    after = [] if step.after is None else [(step.after, label)]
    panels = [
        _marked(panel._replace(columns=THUMBNAIL) if isinstance(panel, Picture) else panel, step)
        for values, caption in (*before, *after)
        for panel in maps.channel(values, f"{caption} {by(values.shape)}", several=several)
    ]
    if after:
        panels[-1] = _new(panels[-1])
    return [[Beside(tuple(panels))]] if step.before.ndim > 1 else [[Beside((panel,))] for panel in panels]


def _new(panel: Panel) -> Panel:
    """All of it is what the stage has made."""
    if isinstance(panel, Picture):
        return panel._replace(role=Role.CURRENT)
    if not isinstance(panel, Grid):
        return panel
    return panel._replace(cells=tuple(tuple(cell._replace(role=Role.CURRENT) for cell in row) for row in panel.cells))


def _marked(panel: Panel, step: Stage) -> Panel:
    """The cell that was asked for, framed."""
    if step.focus is None or step.before.ndim != 2:
        return panel
    (row, column), (rows, columns) = step.focus[-2:], step.before.shape
    if isinstance(panel, Picture):
        return panel._replace(box=Box(row / rows, column / columns, (row + 1) / rows, (column + 1) / columns))
    return panel._replace(boxes=(Box(row, column, row + 1, column + 1),)) if isinstance(panel, Grid) else panel


def _result(walk: StagedWalk, names: Names) -> list[list[Block]]:
    output = walk.output
    facts = [maps.extent(output)]
    if walk.bound.x.ndim == 1:
        order: list[int] = np.argsort(-output, kind="stable")[:3].tolist()
        best = ", ".join(f"p[{i}] ≈ {signed(short(output[i].item()))}" for i in order)
        facts = [f"largest: {best}"]
        if output.size == 2:
            gap = walk.bound.x[0].item() - walk.bound.x[1].item()
            facts.append(
                f"two classes: p[0] = sigmoid(z[0] − z[1]) = sigmoid({signed(short(gap))}) ≈ {short(output[0].item())}"
            )
    return maps.whole(output, "output", names, facts)
