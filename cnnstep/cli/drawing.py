"""A pad on the terminal, and the network that reads what is drawn on it."""

import os
import sys
from dataclasses import dataclass
from math import prod
from typing import Any

import click

from cnnstep.cli.base import ScreenOptions
from cnnstep.cli.networks import NetworkInput
from cnnstep.engine.arrays import Array
from cnnstep.errors import GeometryError, NotationError, OutputError, again
from cnnstep.geometry import by
from cnnstep.inputs import Reading
from cnnstep.inputs.labels import read_labels
from cnnstep.inputs.reading import Input
from cnnstep.networks.forward import Forward
from cnnstep.player.drawing import Drawing, Save, needed
from cnnstep.player.live import live, refusal
from cnnstep.player.pad import Pad
from cnnstep.render.lines.page import Line, Piece
from cnnstep.render.terminal import terminal_size
from cnnstep.views.networks.drawing import answer
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Scene

PLANE = 2
USUAL_SIZE = (32, 32)


@dataclass(frozen=True, slots=True)
class Reader:
    """A network that reads drawings of so many rows and columns."""

    given: NetworkInput
    size: tuple[int, ...]
    forward: Forward
    labels: tuple[str, ...]

    @classmethod
    def of(cls, given: NetworkInput, size: tuple[int, ...] | None) -> "Reader":
        """Raises GeometryError for a network that does not read one grey picture, or gives no list of answers."""
        name, made_for = given.described.name, given.described.input
        if made_for and (len(made_for) != 1 + PLANE or made_for[0] != 1):
            raise GeometryError(f"{name} takes {by(made_for)}, and a drawing is 1×rows×columns", "type cnnstep draw")
        if size and len(size) > PLANE:
            raise NotationError(f"a pad has rows and columns, not {by(size)}", "write --size 32x32")
        rows, *columns = size or (made_for[1:] if made_for else USUAL_SIZE)
        pad = (rows, *(columns or [rows]))
        layers = given.described.layers(made_for or (1, *pad))
        answers = layers[-1].output
        if prod(answers) != answers[0]:
            advice = f'type cnnstep draw "{given.chain} | flatten | dense 10"' if not made_for else "type cnnstep draw"
            raise GeometryError(f"{name} gives {by(answers)}, and a pad shows a list of answers", advice)
        labels = read_labels(given.labels, answers[0]) if given.labels is not None else ()
        return cls(given, pad, Forward(given.network(layers)), tuple(labels))

    def answers(self, levels: Array) -> Array:
        """What it answers to levels from 0 to 255, prepared as a file with them would be."""
        described = self.given.described
        shown = described.prepared(Input("drawing", levels[None], is_image=True), Reading())
        answers: Array = self.forward(described.laid(shown)[0][None])[0]
        return answers

    def cell(self, levels: Array) -> str:
        """The largest answer, as `cnnstep why` takes it."""
        answers = self.answers(levels)
        place = [int(answers.argmax()), *(0 for _ in answers.shape[1:])]
        return f"{self.forward.layers[-1].name}[{','.join(map(str, place))}]"

    def seen(self, levels: Array) -> Scene:
        """What it answers, as bars."""
        answers = self.answers(levels).reshape(-1)
        return answer(answers, self.forward.layers[-1], self.labels, is_empty=not levels.any())

    @property
    def title(self) -> Line:
        """What reads the drawing."""
        layers = self.forward.layers
        told = f"{self.given.described.name} {by(layers[0].input)} → {by(layers[-1].output)}"
        note = "   random weights: it has learned nothing" if self.forward.network.is_drawn else ""
        return [Piece(" draw   ", Role.TITLE), Piece(told), Piece(note, Role.LABEL)]

    def check_terminal(self) -> None:
        """Raises OutputError where there is nothing to draw on."""
        size = [] if self.given.described.input else ["--resize", "x".join(map(str, self.size[::-1]))]
        instead = f"type cnnstep net {again(self.given.chain, 'sample:digit', *size, *self.options)}"
        if reason := refusal(sys.stdout, os.environ, with_keys=True):
            raise OutputError(f"there is nothing to draw on: {reason}", instead)
        wide, high = needed(*self.size)
        columns, rows = terminal_size(sys.stdout)
        if columns < wide or rows < high:
            raise OutputError(
                f"a pad of {by(self.size)} takes {wide} columns and {high} rows; the window has {columns} and {rows}",
                f"make the window larger, or {instead}",
            )

    @property
    def options(self) -> list[str]:
        """Its weights as they would be typed again."""
        return ["--weights", self.given.weights] if self.given.weights else ["--untrained"] * self.given.untrained


def drawn(reader: Reader, save: Save) -> Pad:
    """The pad as it was left."""
    params: dict[str, Any] = click.get_current_context().params
    screen = ScreenOptions(json=False, colour=params["colour"], ascii_only=params["ascii_only"])
    with live(screen.terminal, sys.stdout, mouse=True) as terminal:
        return Drawing(terminal, reader.title, reader.seen, save).play(Pad.empty(*reader.size))
