"""`--play` and `--animate`: from what was asked for to a player."""

import os
import sys

import click

from cnnstep.cli.base import Ink
from cnnstep.cli.options import Asked
from cnnstep.engine.steps import Walk
from cnnstep.errors import NotationError
from cnnstep.views.frames import MOST_FRAMES, at_most
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Scene, words
from cnnstep.views.sequence import Story
from cnnstep.views.view import Layers, Show


def played(story: Story, asked: Asked, ink: Ink) -> bool:
    """Play on the terminal; where that is impossible say why, and return False."""
    from cnnstep.player.loop import Player, refusal
    from cnnstep.player.timeline import Timeline
    from cnnstep.player.track import Track

    if reason := refusal(sys.stdout, os.environ, with_keys=asked.play):
        click.echo(f"Nothing to play on: {reason}. The ordinary output follows.", err=True)
        return False
    layers, first = _layers(story, asked)
    tracks = tuple(
        Track(len(show.walk), show.walk.shape, show.walk.first, name)
        for show, name in zip(layers.shows, layers.names, strict=True)
    )
    steps = tuple(first if number == layers.chosen else 0 for number in range(len(tracks)))
    timeline = Timeline(tracks, steps, layers.chosen, speed=asked.look.fps, origin=layers.origin)
    player = Player(layers.shows, ink.terminal, sys.stdout, timeline)
    left = player.play() if asked.play else player.animate()
    where = f"left at step {left.current.first + left.step + 1:,} of {left.current.total:,}"
    hint = f"{where}   next: {_again(layers.shows[left.track], left.step)} (the same as a screen)"
    terminal, shown = ink.terminal(), layers.shows[left.track]
    terminal.show(shown.scene(shown.walk[left.step]))  # what stood there goes with the player's own screen
    terminal.show(Scene((words(Span(hint, Role.HINT), indent=1),)))
    return True


def check(story: Story, asked: Asked, ink: Ink) -> None:
    """Refuse what cannot be played, before anything is written."""
    if ink.json:
        raise NotationError("--json has no player", "leave out --json, or --play and --animate")
    if asked.animate:
        at_most(MOST_FRAMES, "--animate", story)


def _layers(story: Story, asked: Asked) -> tuple[Layers, int]:
    """What is played, and from where: all layers of a network, or the steps that were asked for."""
    show = story.show
    if show.layers and asked.steps is None and asked.play:
        layers = show.layers()
        return layers, story.asked[0].number if story.asked else 0
    if isinstance(story.asked, Walk):
        return Layers([show._replace(walk=story.asked)], [""]), 0
    first = story.asked[0].number if story.asked else 0
    if asked.animate and story.asked:
        return Layers([show._replace(walk=show.walk[first : first + 1])], [""]), 0
    return Layers([show], [""]), first


def _again(show: Show, step: int) -> str:
    """What shows the step that was left as a screen."""
    bound, index = show.walk.bound, show.walk[step].index
    if bound.grid != bound.places:
        number = show.walk.first + step
        return f"--steps {number}:{number + 1}"
    cell = index[1:] if len(index) > 1 and bound.grid[0] == 1 else index
    return f"--at {show.address.format(','.join(map(str, cell)))}"
