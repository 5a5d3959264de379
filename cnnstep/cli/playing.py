"""A view is played on the terminal; on leaving, what stood there, and the command line that gives it again."""

import sys
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

import click

from cnnstep.cli.options import Answer, Asked
from cnnstep.cli.state import state
from cnnstep.errors import again
from cnnstep.player.live import refusal
from cnnstep.player.loop import Player
from cnnstep.player.session import Session
from cnnstep.player.timeline import Timeline
from cnnstep.render.lines.fitting import fitted
from cnnstep.render.terminal import FALLBACK

if TYPE_CHECKING:
    from cnnstep.views.layers import Layers
    from cnnstep.views.view import View

__all__ = ["play", "refusal"]


def play(view: "View", answer: Answer, beside: int) -> None:
    """Play with keys, or once without; then write what stood there, with room for so many lines `beside` it."""
    from cnnstep.classroom.guesses import judged

    asked, screen = answer.asked, answer.screen
    layers, first = _layers(view, asked)
    walks = tuple(each.walk for each in layers.views)
    steps = tuple(first if number == layers.chosen else 0 for number in range(len(walks)))
    timeline = Timeline(
        walks, steps, layers.chosen, tuple(layers.names), speed=asked.look.fps, reads=tuple(layers.reads),
        origin=layers.origin,
    )  # fmt: skip
    player = Player(screen.terminal, sys.stdout, Session(tuple(layers.views), timeline, judged))
    left = player.play(once=not asked.play)
    terminal = screen.terminal()
    where = f" left at step {left.step.number + 1:,} of {left.timeline.current.total:,}   next: "
    told = terminal.page.glyphs.fit(where + _next(left, answer))
    room = max(1, (terminal.rows or FALLBACK[1]) - beside - ceil(len(told) / terminal.page.width))
    # what stood there goes with the player's own screen
    terminal.write(fitted(left.view.scene(left.step), terminal.page, room))
    click.echo(told)  # in one piece, however long: broken by us, what stands between quotes could not be pasted


def _next(left: Session, answer: Answer) -> str:
    """What shows this step as a screen: an option, or where something was changed the whole command line."""
    option = _again(left.view, left.timeline.step)
    if not left.past:
        return f"{option} (the same as a screen)"
    found = state(left.past[0].view, left.view, answer.typed)
    if not found:
        return "what was changed is too much for a command line"
    return f"{again('cnnstep', *found)} {option}"


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
