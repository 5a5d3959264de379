"""Scenes on a terminal, or as plain text in a pipe; Rich is loaded only where there is colour."""

import os
from collections.abc import Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, TextIO

from cnnstep.render.glyphs import Glyphs
from cnnstep.render.layout import lines
from cnnstep.render.page import Page
from cnnstep.render.pieces import Line, Piece
from cnnstep.render.width import terminal_width
from cnnstep.scenes.scene import Scene

if TYPE_CHECKING:
    from rich.console import Console
    from rich.style import Style

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
        encoding = "ascii" if ascii_only else out.encoding or "utf-8"
        width = max(NARROWEST, terminal_width(out))
        glyphs = Glyphs(encoding)
        self._console: Console | None = None
        if wants_colour(colour, os.environ, is_terminal=out.isatty()):
            self._console = _console(out, width)
        deep = self._console is not None and self._console.color_system in {"256", "truecolor"}
        self.page = Page(width, glyphs, blocks=deep and glyphs.has_blocks)

    def show(self, scene: Scene) -> None:
        """Write a scene."""
        for line in lines(scene, self.page):
            if self._console is None:
                self._out.write("".join(piece.text for piece in line).rstrip() + "\n")
            else:
                self._write(self._console, line)

    def blank(self) -> None:
        """Write an empty line."""
        self._out.write("\n")

    def _write(self, console: "Console", line: Line) -> None:
        from rich.segment import Segment, Segments

        deep = console.color_system in {"256", "truecolor"}
        console.print(Segments([*(Segment(piece.text, _style(piece, deep=deep)) for piece in line), Segment.line()]))


def _console(out: TextIO, width: int) -> "Console":
    from rich.console import Console

    console = partial(
        Console, file=out, force_terminal=True, width=width, markup=False, highlight=False, no_color=False
    )
    found = console()
    return found if found.color_system else console(color_system="standard")


@cache
def _style(piece: Piece, *, deep: bool) -> "Style":
    """The style of a piece: its role, over the colours of its tones where there are enough colours."""
    from rich.style import Style

    from cnnstep.render.theme import STYLES, ink_on, tone_colour

    style = Style.parse(STYLES[piece.role])
    if not deep or piece.back is None:
        return style
    back = tone_colour(piece.back)
    front = tone_colour(piece.fore) if piece.fore else ink_on(back)
    return style + Style.parse(f"not dim rgb({front[0]},{front[1]},{front[2]}) on rgb({back[0]},{back[1]},{back[2]})")
