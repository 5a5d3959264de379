"""Scenes on a terminal, or as plain text in a pipe; Rich is loaded only where there is colour."""

import os
from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from cnnstep.render.capabilities import Capabilities, capabilities
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.fitting import fitted
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Line, Page, plain, width_of
from cnnstep.views.page.scene import Scene

if TYPE_CHECKING:
    from rich.console import Console

    from cnnstep.render.screen import Styles

NARROWEST = 20
FALLBACK = (80, 24)
MOST_DIGITS = 5
AUTO, CHARACTERS = "auto", "ascii"
PIXELS = (AUTO, "kitty", "iterm", "sixel", "blocks", CHARACTERS)
"""What pictures are made of: as the terminal says, a protocol of pixels, half blocks, or characters."""
USUAL_CELL = (10, 20)
LOWEST = 17
"""Lines of a terminal on which every picture stands whole, so that there is a place to draw it at."""


def terminal_width(out: TextIO) -> int:
    """COLUMNS if it is set, else the terminal's own width, else 80 (a pipe, a file)."""
    return _wished("COLUMNS") or terminal_size(out)[0]


def terminal_height(out: TextIO) -> int:
    """LINES if it is set, else the terminal's own height."""
    return _wished("LINES") or terminal_size(out)[1]


def _wished(variable: str) -> int:
    """A size that the environment asks for; 0 where it asks for none."""
    wished = os.environ.get(variable, "")
    return int(wished) if wished.isdecimal() and len(wished) <= MOST_DIGITS else 0


def terminal_size(out: TextIO) -> tuple[int, int]:
    """Columns and rows of the terminal itself."""
    try:
        columns, rows = os.get_terminal_size(out.fileno())
    except (OSError, ValueError, AttributeError):
        return FALLBACK
    return columns or FALLBACK[0], rows or FALLBACK[1]


def wants_colour(choice: str, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """`always` and `never` as said; `auto` by NO_COLOR, FORCE_COLOR, TERM and whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    return bool(environment.get("FORCE_COLOR")) or (is_terminal and environment.get("TERM") != "dumb")


class Terminal:
    """An output with a width, an encoding and perhaps colours."""

    def __init__(self, out: TextIO, *, colour: str = "auto", ascii_only: bool = False, pixels: str = AUTO) -> None:
        self._out, self._pixels = out, CHARACTERS if ascii_only and pixels == AUTO else pixels
        self._console: Console | None = None
        self.styles: Styles | None = None
        width = max(NARROWEST, terminal_width(out))
        if wants_colour(colour, os.environ, is_terminal=out.isatty()):
            from cnnstep.render import screen

            self._console = _console(out, width)
            self.styles = screen.Styles(self._console.color_system or "")
        glyphs = Glyphs("ascii" if ascii_only else out.encoding or "utf-8")
        blocks = self.styles and self.styles.deep and glyphs.has_blocks and self._pixels != CHARACTERS
        self.page = Page(width, glyphs, bool(blocks), lambda: self._has[1])

    @cached_property
    def _has(self) -> Capabilities:
        """Where pictures are pixels the protocol and the size of a cell: as it was told, or as the terminal says."""
        if self.styles is None or self._pixels in {"blocks", CHARACTERS} or (self.rows or FALLBACK[1]) <= LOWEST:
            return Capabilities()
        found = capabilities(self._out, os.environ)
        if self._pixels == AUTO:
            return found if found.protocol and found.cell else Capabilities()
        return Capabilities(self._pixels, found.cell or USUAL_CELL)

    @property
    def rows(self) -> int | None:
        """How many lines stand on it at once; None where it is no terminal, and any number may be written."""
        return terminal_height(self._out) if self._out.isatty() else None

    def show(self, scene: Scene, rows: int | None = None) -> None:
        """Write a scene, or as much of it as fits into so many rows."""
        self.write(lines(scene, self.page) if rows is None else fitted(scene, self.page, rows))

    def write(self, drawn: Iterable[Line]) -> None:
        """Write lines."""
        for line in drawn:
            if self._console is None or self.styles is None:
                self._out.write(plain(line) + "\n")
            else:
                self._console.print(self.styles.segments(line))
                self._place(line)

    def _place(self, line: Line) -> None:
        """Draw the pictures that end in a line which has just been written."""
        protocol, _ = self._has if any(piece.placed for piece in line) else (None, None)
        for number, piece in enumerate(line):
            if protocol and piece.placed:
                from cnnstep.render.protocols import placed_at

                self._out.write(placed_at(protocol, piece.placed, width_of(line[:number])))


def plain_text(scenes: Iterable[Scene]) -> str:
    """What a terminal without colours shows."""
    written = StringIO()
    terminal = Terminal(written, colour="never")
    for scene in scenes:
        terminal.show(scene)
    return written.getvalue()


def _console(out: TextIO, width: int) -> "Console":
    from rich.console import Console

    height = terminal_size(out)[1]  # with both sizes given Rich does not read COLUMNS and LINES, where ² stops it
    console = partial(Console, file=out, force_terminal=True, width=width, height=height, no_color=False)
    found = console()
    # colours are wanted, but Rich finds no depth where TERM is dumb
    return found if found.color_system else console(color_system="standard")
