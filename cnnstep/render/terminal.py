"""Scenes on a terminal, or as plain text in a pipe; Rich is loaded only where there is colour."""

import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, TextIO

from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Page
from cnnstep.render.lines.pieces import Line, Piece, plain
from cnnstep.render.width import terminal_width
from cnnstep.scenes.scene import Role, Scene

if TYPE_CHECKING:
    from rich.console import Console
    from rich.style import Style

    from cnnstep.render.palettes import Colour

NARROWEST = 20


def wants_colour(choice: str, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """`always` and `never` as said; `auto` by NO_COLOR, FORCE_COLOR, TERM and whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    return bool(environment.get("FORCE_COLOR")) or (is_terminal and environment.get("TERM") != "dumb")


class Terminal:
    """An output with a width, an encoding and perhaps colours."""

    def __init__(self, out: TextIO, *, colour: str = "auto", ascii_only: bool = False) -> None:
        self._out = out
        self._console: Console | None = None
        self._styles: dict[tuple[Role, Colour | None, Colour | None], Style] = {}
        width = max(NARROWEST, terminal_width(out))
        if wants_colour(colour, os.environ, is_terminal=out.isatty()):
            self._console = _console(out, width)
        self._deep = self._console is not None and self._console.color_system in {"256", "truecolor"}
        glyphs = Glyphs("ascii" if ascii_only else out.encoding or "utf-8")
        self.page = Page(width, glyphs, blocks=self._deep and glyphs.has_blocks)

    def show(self, scene: Scene) -> None:
        """Write a scene."""
        for line in lines(scene, self.page):
            if self._console is None:
                self._out.write(plain(line) + "\n")
            else:
                self._write(self._console, line)

    def blank(self) -> None:
        """Write an empty line."""
        self._out.write("\n")

    def _write(self, console: "Console", line: Line) -> None:
        from rich.segment import Segment, Segments

        console.print(Segments([*(Segment(piece.text, self._style(piece)) for piece in line), Segment.line()]))

    def _style(self, piece: Piece) -> "Style":
        """The style of a piece: its role, over the colours of its tones where there are enough colours.

        Made for this terminal alone: a Rich style keeps the codes of the first depth it is drawn in.
        """
        from cnnstep.render.palettes import ink_on, tone_colour
        from cnnstep.render.theme import style

        back = tone_colour(piece.back) if piece.back and self._deep else None
        fore = tone_colour(piece.fore) if piece.fore and self._deep else ink_on(back) if back else None
        key = (piece.role, fore, back)
        if key not in self._styles:
            self._styles[key] = style(*key)
        return self._styles[key]


def _console(out: TextIO, width: int) -> "Console":
    from rich.console import Console

    console = partial(Console, file=out, force_terminal=True, width=width, no_color=False)
    found = console()
    return found if found.color_system else console(color_system="standard")
