"""What a notebook shows of steps, walks and operations: text, and HTML without scripts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from math import prod
from typing import Any

import numpy as np

from cnnstep.engine.gathers import Pooled, WeightedSum
from cnnstep.engine.kernels import Bank
from cnnstep.engine.stages import Stage
from cnnstep.engine.steps import Operation, Step
from cnnstep.engine.unpooling import Unpooled
from cnnstep.engine.walks import Walk
from cnnstep.geometry import by
from cnnstep.render.markup import blocks, style, variables
from cnnstep.render.terminal import plain_text
from cnnstep.render.theme import DARK, WHITE
from cnnstep.views.operations import VIEWS, pooling, usual, view_of
from cnnstep.views.operations.copies import called
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Beside, Block, Mark, Scene, answer, beside, stack, words
from cnnstep.views.panels.grids import matrix
from cnnstep.views.panels.multiplied import Multiplied
from cnnstep.views.panels.planes import slices
from cnnstep.views.report import Report
from cnnstep.views.view import View
from cnnstep.views.wording import sums
from cnnstep.views.wording.numbers import short, signed

MOST_PRINTED = 400
MOST_PANELS = 6
MOST_COMPUTED = 10_000_000
ARRAYS = {
    "patch": Role.WINDOW,
    "weights": Role.KERNEL,
    "products": Role.PRODUCT,
    "before": Role.INPUT,
    "after": Role.OUTPUT,
}
THEMES = (
    (DARK, "body:is([data-jp-theme-light=false], .vscode-dark, .vscode-high-contrast) "),
    (WHITE, "body:is([data-jp-theme-light=true], .vscode-light, .vscode-high-contrast-light, .notebook_app) "),
)
"""Paper → what JupyterLab, VS Code and the classic notebook write on a page in such a theme."""
PLAIN_ROWS = ".cnnstep tbody tr:nth-child(n) { background: none; }"
"""Without the stripes that JupyterLab gives to every table."""


def bundle(value: Any) -> dict[str, str]:
    """Text and HTML of a view or a report, of a step, a walk or an operation."""
    scenes = list(_scenes(value))
    body = "".join(block for scene in scenes for block in blocks(scene))
    return {
        "text/plain": plain_text(scenes).rstrip("\n"),
        "text/html": f"<style>{_style()}</style><div class='cnnstep'>{body}</div>",
    }


def _style() -> str:
    """The notebook's theme; the system's only where no notebook says which it has."""
    return "\n".join([style(), *(variables(paper, within) for paper, within in THEMES), PLAIN_ROWS])


def _scenes(value: Any) -> Iterable[Scene]:
    if isinstance(value, View | Report):
        return value.screens()
    if isinstance(value, Walk):
        return _walk(value)
    return [_step(value) if isinstance(value, Step) else _operation(value)]


def _walk(walk: Walk[Any, Any]) -> Sequence[Scene]:
    """The first step, and the whole result."""
    if walk.operation is None or walk.operation.noun not in VIEWS or not len(walk):
        return [Scene((words(Span(f"a walk of {len(walk):,} steps", Role.TITLE)),))]
    view = view_of(walk, usual(walk.operation, lambda operation: type(operation).__name__))
    small = prod(walk.output_shape) <= MOST_COMPUTED
    return [view.scene(walk[0]), *([stack(*view.result())] if small else [])]


def _step(step: Step) -> Scene:
    """A step on its own: its arrays, and what it says."""
    head = words(Span(f"step {step.number + 1:,}", Role.TITLE), f"   cell {','.join(map(str, step.index))}", indent=1)
    return stack([head], *_arrays(step), _sentence(step))


def _sentence(step: Step) -> list[Block]:
    if isinstance(step, WeightedSum):
        return [sums.sentence(step)]
    if isinstance(step, Pooled):
        return [pooling.sentence(step)]
    what = "value" if isinstance(step, Stage) else sums.place(step)
    if isinstance(step, Unpooled):  # its index is that of the value, not of the cell that it is put to
        what = called("y", step.target)
    return [words(f"{what} = ", answer(signed(short(step.value))))]


def _arrays(step: Step) -> list[list[Block]]:
    """Patch × weights = products; or what stands there before and after."""
    if isinstance(step, WeightedSum):
        return _products(step) if step.products.size <= MOST_PRINTED else []
    known = [(name, role, getattr(step, name, None)) for name, role in ARRAYS.items()]
    arrays = [(n, role, slices(a)) for n, role, a in known if isinstance(a, np.ndarray) and 0 < a.size <= MOST_PRINTED]
    is_change = [name for name, _, _ in arrays] == ["before", "after"]
    rows: list[Block] = []
    most = max((len(pieces) for _, _, pieces in arrays), default=0)
    for number in range(min(MOST_PANELS, most)):
        there = [(name * (not number), role, pieces[number]) for name, role, pieces in arrays if number < len(pieces)]
        grids = [matrix(name, piece, role) for name, role, piece in there]
        rows.append(beside(grids[0], Mark("→"), *grids[1:]) if is_change else Beside(tuple(grids)))
    return _cut(rows, most)


def _products(step: WeightedSum) -> list[list[Block]]:
    """Channel by channel."""
    multiplied = Multiplied(step, ("patch", "weights", "products"))
    most = len(multiplied.totals)
    return _cut([Beside(multiplied.panels(n), continues=n > 0) for n in range(min(MOST_PANELS, most))], most)


def _cut(rows: list[Block], most: int) -> list[list[Block]]:
    told = words(f"the first {MOST_PANELS} of {most:,} channels")
    return [[*rows, *([told] if most > MOST_PANELS else [])]] if rows else []


def _operation(operation: Operation[Any]) -> Scene:
    """What it does, its kernels or weights, and its other settings."""
    doc = " ".join((type(operation).__doc__ or "").partition("\n\n")[0].split())
    head = words(Span(type(operation).__name__, Role.TITLE), f"   {doc}", indent=1)
    known: tuple[Any, ...] = fields(operation) if is_dataclass(operation) else ()
    settings = {field.name: getattr(operation, field.name) for field in known if field.init and field.repr}
    grids = dict(_grids(settings, getattr(operation, "bank", None)))
    told = [f"{name} = {_written(value)}" for name, value in settings.items() if name not in grids]
    return stack([head], *grids.values(), [words(Span(", ".join(told), Role.LABEL))] if told else [])


def _grids(settings: dict[str, Any], bank: Bank | None) -> Iterator[tuple[str, list[Block]]]:
    """The settings that are arrays of numbers, as grids; a kernel filter by filter, channel by channel."""
    for name, value in settings.items():
        if name == "kernel" and bank and bank.weights.size <= MOST_PRINTED:
            yield name, list(_kernels(bank))
        elif isinstance(value, np.ndarray) and value.ndim <= 2 and 1 < value.size <= MOST_PRINTED:
            yield name, [beside(matrix(f"{name} {by(value.shape)}", np.atleast_2d(value), Role.KERNEL))]


def _kernels(bank: Bank) -> Iterator[Block]:
    several = len(bank.weights) > 1
    for number, weights in enumerate(bank.weights[:MOST_PANELS]):
        divisor = f"/ {short(bank.divisors[number])}" * (bank.divisors[number] != 1)
        told = ("kernel", str(number) * several, bank.names[number], by(bank.window), divisor)
        pieces = slices(weights)[:MOST_PANELS]
        captions = [" ".join(filter(None, told)), *(f"channel {n}" for n in range(1, len(pieces)))]
        yield Beside(tuple(matrix(c, piece, Role.KERNEL) for c, piece in zip(captions, pieces, strict=True)))
    if len(bank.weights) > MOST_PANELS:
        yield words(f"the first {MOST_PANELS} of {len(bank.weights):,} filters")


def _written(value: Any) -> str:
    return f"{value.shape} array" if isinstance(value, np.ndarray) and value.size > 1 else " ".join(str(value).split())
