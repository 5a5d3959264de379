"""Where every stepping command ends: print, save or dump a walk."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple, TypeAlias

import click

from cnnstep.cli.base import Ink, echo_json
from cnnstep.cli.options import Asked
from cnnstep.engine.steps import Step, Walk
from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.render.terminal import Terminal
from cnnstep.scenes.scene import Gap, Role, Scene, Span, stack, words
from cnnstep.scenes.show import Show

Steps: TypeAlias = Sequence[Any]

SMALL_MAP = 10_000
MOST_CELLS = 500_000_000


class View(NamedTuple):
    """How many steps are shown when no one says, how each looks, and whether lines stand between them."""

    unasked: int | None
    scene: Callable[[Show, Step], Scene]
    spaced: bool


VIEWS = {
    "full": View(None, lambda show, step: show.scene(step), spaced=True),
    "lines": View(16, lambda show, step: show.line(step), spaced=False),
    "map": View(0, lambda show, step: show.scene(step), spaced=True),
}


def deliver(show: Show, asked: Asked, ink: Ink) -> None:
    """Show the steps that were asked for, or the first ones and the whole result; save what is to be saved."""
    chosen = _chosen(show.walk, asked)
    _check_size(show.walk, asked, chosen)
    reports = _saved(show, chosen, asked) if asked.save else []
    if ink.json:
        echo_json(document(show, chosen))
    else:
        _print(show, asked, chosen, ink.terminal())
    for report in reports:
        click.echo(report, err=True)


def document(show: Show, chosen: Steps | None) -> dict[str, Any]:
    """The walk for machines: sizes, the steps asked for (or the first three), and the map while it is small."""
    steps = chosen if chosen is not None else show.walk[: show.first]
    small = prod(show.walk.output_shape) <= SMALL_MAP
    return {
        "operation": show.operation,
        **show.facts,
        "steps": [step.as_dict() for step in steps],
        "map": show.walk.output.tolist() if small else None,
    }


def _check_size(walk: Walk[Any, Any], asked: Asked, chosen: Steps | None) -> None:
    """Refuse a whole map that would fill the memory, before anything is printed."""
    cells = prod(walk.output_shape)
    if cells > MOST_CELLS and (chosen is None or asked.save or VIEWS[asked.view].unasked == 0):
        raise GeometryError(
            f"the whole {by(walk.output_shape)} map has {cells:,} cells; the most is {MOST_CELLS:,}",
            "look at one cell with --at 0,0, or use a smaller --padding",
        )


def _saved(show: Show, chosen: Steps | None, asked: Asked) -> list[str]:
    from cnnstep.render.saving import Job, save

    return save(Job(show, chosen), list(asked.save), force=asked.force)


def _chosen(walk: Walk[Any, Any], asked: Asked) -> Steps | None:
    if asked.at is not None:
        return walk.at(asked.at)
    if asked.steps is None:
        return None
    chosen = walk[asked.steps]
    if not len(chosen):
        raise GeometryError(f"there are no such steps: the walk has {len(walk):,}, counted from 0", "use --steps 5")
    return chosen


def _print(show: Show, asked: Asked, chosen: Steps | None, terminal: Terminal) -> None:
    view = VIEWS[asked.view]
    unasked = show.first if view.unasked is None else view.unasked
    steps = show.walk[:unasked] if chosen is None or not unasked else chosen
    if not view.spaced:
        terminal.show(Scene((*show.title(), Gap())))
    for position, step in enumerate(steps):
        if position and view.spaced:
            terminal.blank()
        terminal.show(view.scene(show, step))
    if chosen is None or not unasked:
        if len(steps):
            terminal.blank()
        terminal.show(stack([] if len(steps) else show.title(), *show.result()))
    hint = f"next: {show.hint if show.hint and not len(steps) else _next(show, asked, steps)}"
    terminal.show(Scene((words(Span(hint, Role.HINT), indent=1),)))


def _next(show: Show, asked: Asked, steps: Steps) -> str:
    """What to add to the command to see more; nothing that stands there already."""
    walk = show.walk
    views = ", ".join(f"--view {view}" for view in VIEWS if view != asked.view)
    only = prod(walk.bound.places) == 1
    if asked.at is not None:
        another = "" if only else f"--at {show.address.format(_another(walk, asked.at))} (another cell); or "
        return f"{another}without --at: {views}"
    cell = "" if only else f"--at {show.address.format(_another(walk, ()))} (one cell)"
    if not len(steps):
        return f"{views}, or without --view: {cell}" if cell else views
    done = steps[-1].number + 1
    further = f"--steps {done}:{min(done + 3, len(walk))} (go on)" if done < len(walk) else ""
    instead = ", ".join(filter(None, [cell, views]))
    return f"{further}, {instead}" if further else f"without --steps: {instead}" if asked.steps else instead


def _another(walk: Walk[Any, Any], at: tuple[int, ...]) -> str:
    """A cell in the middle of the last filter's map, or the first cell."""
    places = walk.bound.places
    middle = (places[0] - 1, *(n // 2 for n in places[1:])) if len(places) > 1 else (places[0] // 2,)
    cell = middle if middle[-len(at) :] != at else (0,) * len(middle)
    return ",".join(map(str, cell if places[0] > 1 or len(cell) == 1 else cell[1:]))
