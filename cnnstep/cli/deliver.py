"""Where every stepping command ends: print, save or dump a walk."""

from collections.abc import Sequence
from math import prod
from typing import Any, TypeAlias

import click

from cnnstep.cli.base import Ink, echo_json
from cnnstep.cli.options import Asked
from cnnstep.engine.steps import Walk
from cnnstep.errors import GeometryError, NotationError
from cnnstep.render.terminal import Terminal
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Scene, words
from cnnstep.views.reports.sheet import Sheet
from cnnstep.views.sequence import VIEWS, Story, check_size
from cnnstep.views.view import Show

Steps: TypeAlias = Sequence[Any]


def deliver(show: Show, asked: Asked, ink: Ink) -> None:
    """Show the steps that were asked for, or the first ones and the whole result; save what is to be saved."""
    _check_stdout(asked, ink)
    story = Story(show, _chosen(show.walk, asked), asked.view)
    if story.tells_all:
        check_size(show.walk)
    plays = asked.play or asked.animate
    if plays:
        from cnnstep.cli.playing import check

        check(story, asked, ink)
    reports = _saved(story, asked) if asked.save else []
    if not plays or not _played(story, asked, ink):
        _show(story, asked, ink)
    for report in reports:
        click.echo(report, err=True)


def _check_stdout(asked: Asked, ink: Ink) -> None:
    if ink.json and asked.to_stdout:
        raise NotationError("--json and a file on the standard output are two documents", "leave one of them out")


def deliver_sheet(sheet: Sheet, asked: Asked, ink: Ink) -> None:
    """Save a page without steps, and show it."""
    _check_stdout(asked, ink)
    reports: list[str] = []
    if asked.save:
        from cnnstep.render.formats.saving import SHEETS, save
        from cnnstep.render.formats.sheets import Print

        reports = save(Print(sheet, asked.look), asked.save, force=asked.force, known=SHEETS)
    if ink.json:
        echo_json(sheet.document)
    elif not asked.to_stdout:
        ink.terminal().show(sheet.scene)
        ink.terminal().show(Scene((words(Span(f"next: {sheet.hint}", Role.HINT), indent=1),)))
    for report in reports:
        click.echo(report, err=True)


def _show(story: Story, asked: Asked, ink: Ink) -> None:
    if ink.json:
        from cnnstep.render.formats.numbers import document

        echo_json(document(story))
    elif not asked.to_stdout:
        _print(story, asked, ink.terminal())


def _played(story: Story, asked: Asked, ink: Ink) -> bool:
    from cnnstep.cli.playing import played

    return played(story, asked, ink)


def _saved(story: Story, asked: Asked) -> list[str]:
    from cnnstep.render.formats.job import Job
    from cnnstep.render.formats.saving import save

    return save(Job(story, asked.look), list(asked.save), force=asked.force)


def _chosen(walk: Walk[Any, Any], asked: Asked) -> Steps | None:
    if asked.at is not None:
        return walk.at(asked.at)
    if asked.steps is None:
        return None
    chosen = walk[asked.steps]
    if not len(chosen):
        raise GeometryError(f"there are no such steps: the walk has {len(walk):,}, counted from 0", "use --steps 5")
    return chosen


def _print(story: Story, asked: Asked, terminal: Terminal) -> None:
    for scene in story.scenes():
        terminal.show(scene)
    hint = f"next: {story.show.hint or _next(story.show, asked, story.steps)}"
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
