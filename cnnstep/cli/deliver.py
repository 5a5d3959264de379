"""Where every command ends: a View or a Report is printed, played, saved or dumped."""

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from cnnstep.cli.base import ScreenOptions
from cnnstep.cli.options import Answer, Asked
from cnnstep.cli.scripts import deliver_script, is_script
from cnnstep.errors import NotationError
from cnnstep.render.formats.progress import Waiting, awaited
from cnnstep.render.lines.fitting import fitted
from cnnstep.render.lines.layout import lines
from cnnstep.render.terminal import FALLBACK
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Scene, words
from cnnstep.views.report import Report

if TYPE_CHECKING:
    from cnnstep.views.layers import Layers
    from cnnstep.views.view import View


PROMPT = 1
"""Lines that a shell writes under the output."""


def chosen(answer: Answer) -> Any:
    """What is shown, with the steps that were asked for; raises NotationError for steps of what has none.

    A command that sees what was asked for has chosen its steps itself.
    """
    shown, asked = answer.shown, answer.asked
    if asked.backward:
        shown = asked.backward.of(shown)
    if isinstance(shown, Report):
        if asked.has_steps:
            raise NotationError(
                "reports, such as this one, have no steps", "leave out --at, --steps, --view, --play and --blank"
            )
        return shown
    if not answer.is_chosen:
        from cnnstep.views.vocabulary import Chosen

        shown = shown.choosing(Chosen(asked.at, asked.steps, asked.view))
    if asked.blank:
        from cnnstep.classroom.worksheets import worksheet

        return worksheet(shown.stepping(), asked.blank)
    return shown


def deliver(answer: Answer) -> None:
    """Save what is to be saved, then play it, dump it or print it."""
    asked, screen = answer.asked, answer.screen
    if asked.code or any(map(is_script, asked.save)):
        deliver_script(answer)
        return
    if screen.json and asked.to_stdout:
        raise NotationError("--json and a file on the standard output are two documents", "leave one of them out")
    shown = chosen(answer)
    plays = asked.play or asked.animate
    if plays and screen.json:
        raise NotationError("--json has no player", "leave out --json, or --play and --animate")
    if asked.animate:
        from cnnstep.views.frames import MOST_FRAMES, at_most

        shown = shown.stepping()
        at_most(MOST_FRAMES, "--animate", shown)
    told = _saved(shown, asked) if asked.save else []
    if not plays or not _played(shown, asked, screen):
        _show(shown, asked, screen, beside=len(told))
    for line in told:
        click.echo(line, err=True)


def _saved(shown: Any, asked: Asked) -> list[str]:
    """Write the files, and say what was written."""
    from cnnstep.render.formats.saving import Job, save

    return save(Job(shown, asked.look), asked.save, force=asked.force)


def _show(shown: Any, asked: Asked, screen: ScreenOptions, beside: int) -> None:
    """Write it all into a pipe, on a terminal what fits, with room for the prompt and lines `beside` it."""
    if screen.json:
        from cnnstep.render.documents import as_text, document

        with Waiting("computing"):
            text = as_text(document(shown))
        click.echo(text)
    elif not asked.to_stdout:
        is_plain = isinstance(shown, Report) and shown.is_plain
        terminal = (screen._replace(colour="never") if is_plain else screen).terminal()
        if terminal.rows is None or screen.in_full or asked.steps:
            for scene in awaited(iter(shown.screens()), "computing"):
                terminal.show(scene)
        else:
            from cnnstep.render.lines.screenful import screenful

            with Waiting("computing"):
                drawn = screenful(shown, terminal.page, terminal.rows - PROMPT - beside)
            terminal.write(drawn)


def _played(view: "View", asked: Asked, screen: ScreenOptions) -> bool:
    """Play on the terminal; where that is impossible say why, and return False."""
    from cnnstep.player.loop import Player, refusal
    from cnnstep.player.timeline import Timeline

    if reason := refusal(sys.stdout, os.environ, with_keys=asked.play):
        click.echo(f"Nothing to play on: {reason}. The ordinary output follows.", err=True)
        return False
    layers, first = _layers(view, asked)
    walks = tuple(each.walk for each in layers.views)
    steps = tuple(first if number == layers.chosen else 0 for number in range(len(walks)))
    timeline = Timeline(
        walks, steps, layers.chosen, tuple(layers.names), speed=asked.look.fps, reads=tuple(layers.reads),
        origin=layers.origin,
    )  # fmt: skip
    player = Player(layers.views, screen.terminal, sys.stdout, timeline)
    left = player.play(once=not asked.play)
    where = f"left at step {left.current.first + left.step + 1:,} of {left.current.total:,}"
    terminal, shown = screen.terminal(), layers.views[left.track]
    told = f"{where}   next: {_again(shown, left.step)} (the same as a screen)"
    below = list(lines(Scene((words(Span(told, Role.HINT), indent=1),)), terminal.page))
    room = (terminal.rows or FALLBACK[1]) - PROMPT - len(below)
    # what stood there goes with the player's own screen
    terminal.write([*fitted(shown.scene(shown.walk[left.step]), terminal.page, max(1, room)), *below])
    return True


def _layers(view: "View", asked: Asked) -> "tuple[Layers, int]":
    """What is played, and from where: all layers of a network, or the steps that were asked for."""
    from cnnstep.engine.walks import Walk
    from cnnstep.views.layers import Layers

    chosen = view.asked
    first = chosen[0].number if chosen else 0
    if view.layers and asked.steps is None and asked.play:
        layers = view.layers()
        return layers, first if chosen else layers.views[layers.chosen].strongest()
    if isinstance(chosen, Walk):
        return Layers([replace(view, walk=chosen)], [""]), 0
    if asked.animate and chosen:
        return Layers([replace(view, walk=view.walk[first : first + 1])], [""]), 0
    return Layers([view], [""]), first


def _again(view: "View", step: int) -> str:
    """What shows the step that was left as a screen."""
    bound, index = view.bound, view.walk[step].index
    if bound.grid != bound.places:
        number = view.walk.first + step
        return f"--steps {number}:{number + 1}"
    cell = index[1:] if len(index) > 1 and bound.grid[0] == 1 else index
    return f"--at {view.address.format(','.join(map(str, cell)))}"
