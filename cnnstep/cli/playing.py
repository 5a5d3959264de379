"""`--play` and `--animate`: from what was asked for to a player."""

import os
import sys
from dataclasses import replace

import click

from cnnstep.cli.base import ScreenOptions
from cnnstep.cli.options import Asked
from cnnstep.engine.steps import Walk
from cnnstep.errors import NotationError
from cnnstep.views.frames import MOST_FRAMES, at_most
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Scene, words
from cnnstep.views.view import Layers, View


def played(view: View, asked: Asked, screen: ScreenOptions) -> bool:
    """Play on the terminal; where that is impossible say why, and return False."""
    from cnnstep.player.loop import Player, refusal
    from cnnstep.player.timeline import Timeline

    if reason := refusal(sys.stdout, os.environ, with_keys=asked.play):
        click.echo(f"Nothing to play on: {reason}. The ordinary output follows.", err=True)
        return False
    layers, first = _layers(view, asked)
    walks = tuple(each.walk for each in layers.views)
    steps = tuple(first if number == layers.chosen else 0 for number in range(len(walks)))
    timeline = Timeline(walks, steps, layers.chosen, tuple(layers.names), speed=asked.look.fps, origin=layers.origin)
    player = Player(layers.views, screen.terminal, sys.stdout, timeline)
    left = player.play() if asked.play else player.animate()
    where = f"left at step {left.current.first + left.step + 1:,} of {left.current.total:,}"
    terminal, shown = screen.terminal(), layers.views[left.track]
    terminal.show(shown.scene(shown.walk[left.step]))  # what stood there goes with the player's own screen
    told = f"{where}   next: {_again(shown, left.step)} (the same as a screen)"
    terminal.show(Scene((words(Span(told, Role.HINT), indent=1),)))
    return True


def check(view: View, asked: Asked, screen: ScreenOptions) -> None:
    """Refuse what cannot be played, before anything is written."""
    if screen.json:
        raise NotationError("--json has no player", "leave out --json, or --play and --animate")
    if asked.animate:
        at_most(MOST_FRAMES, "--animate", view)


def _layers(view: View, asked: Asked) -> tuple[Layers, int]:
    """What is played, and from where: all layers of a network, or the steps that were asked for."""
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


def _again(view: View, step: int) -> str:
    """What shows the step that was left as a screen."""
    bound, index = view.bound, view.walk[step].index
    if bound.grid != bound.places:
        number = view.walk.first + step
        return f"--steps {number}:{number + 1}"
    cell = index[1:] if len(index) > 1 and bound.grid[0] == 1 else index
    return f"--at {view.address.format(','.join(map(str, cell)))}"
