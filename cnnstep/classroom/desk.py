"""What a lesson stands on: commands, a terminal or a pipe, someone who types, and what is remembered of it."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TextIO

from cnnstep.classroom.progress import Progress
from cnnstep.classroom.questions import Road
from cnnstep.player.raw import IS_WINDOWS
from cnnstep.render.lines.page import Line, Page, Piece
from cnnstep.render.terminal import Terminal, terminal_size
from cnnstep.views.page.roles import Role

PROMPT, ANSWER = "> ", "answer> "
WIDEST = 100
"""Columns: longer lines are hard to read."""
BELOW = 2
"""Rows for the keys, and for what is typed."""
TOO_SMALL = " scroll up: 80x24 shows it whole"
CLEAR = "\x1b[H\x1b[2J"


@dataclass(frozen=True, slots=True)
class Desk:
    """The world of a lesson; `read` raises EOFError where no one types any more."""

    road: Road
    run: Callable[[Sequence[str]], object]
    terminal: Callable[[], Terminal]
    read: Callable[[str], str]
    out: TextIO
    progress: Progress

    @property
    def is_cleared(self) -> bool:
        """Whether each screen begins at the top of an empty terminal."""
        return self.out.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def page(self) -> Page:
        """The page, no wider than what is easy to read."""
        page = self.terminal().page
        return page._replace(width=min(WIDEST, page.width))

    @property
    def rows(self) -> int:
        """Rows for a screen."""
        return terminal_size(self.out)[1] - BELOW

    def show(self, body: Sequence[Line]) -> None:
        """Write lines; on a terminal alone on it, so that what comes below stands at its end."""
        if self.is_cleared and IS_WINDOWS:
            os.system("cls")  # noqa: S605, S607 - an old console understands no codes
        elif self.is_cleared:
            self.out.write(CLEAR)
        missing = self.rows - len(body) if self.is_cleared else 0
        told = [[Piece(TOO_SMALL[: self.page.width], Role.HINT)]] * (missing < 0)
        self.terminal().write([*body, *([] for _ in range(missing)), *told])

    def wait(self) -> None:
        """Say that something is computed, where the next screen takes the word away again."""
        if self.is_cleared:
            self.out.write(" one moment ...")
            self.out.flush()

    def ask(self, bar: Line, is_question: bool) -> str:
        """What is typed below the keys."""
        self.terminal().write([bar])
        self.out.flush()
        return self.read(ANSWER if is_question else PROMPT)
