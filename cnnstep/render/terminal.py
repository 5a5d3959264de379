"""Scenes on a terminal, or as plain text in a pipe; Rich is loaded only where there is colour."""

import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, TextIO

from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Page
from cnnstep.render.lines.pieces import Line, plain
from cnnstep.render.width import terminal_size, terminal_width
from cnnstep.views.page.scene import Scene

if TYPE_CHECKING:
    from rich.console import Console

    from cnnstep.render.styles import Styles

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
        self.styles: Styles | None = None
        width = max(NARROWEST, terminal_width(out))
        if wants_colour(colour, os.environ, is_terminal=out.isatty()):
            from cnnstep.render import styles

            self._console = _console(out, width)
            self.styles = styles.Styles(self._console.color_system or "")
        glyphs = Glyphs("ascii" if ascii_only else out.encoding or "utf-8")
        self.page = Page(width, glyphs, blocks=bool(self.styles and self.styles.deep and glyphs.has_blocks))

    def show(self, scene: Scene) -> None:
        """Write a scene."""
        for line in lines(scene, self.page):
            if self._console is None or self.styles is None:
                self._out.write(plain(line) + "\n")
            else:
                _print(self._console, self.styles, line)


def _print(console: "Console", styles: "Styles", line: Line) -> None:
    from rich.segment import Segment, Segments

    console.print(Segments([*(Segment(piece.text, styles.of(piece)) for piece in line), Segment.line()]))


def _console(out: TextIO, width: int) -> "Console":
    from rich.console import Console

    height = terminal_size(out)[1]  # with both sizes given Rich does not read COLUMNS and LINES, where ² stops it
    console = partial(Console, file=out, force_terminal=True, width=width, height=height, no_color=False)
    found = console()
    return found if found.color_system else console(color_system="standard")
