"""A scene: grids, pictures, curves, tables and words. No colour, no widths, no ink."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from cnnstep.views.page.columns import Columns
from cnnstep.views.page.curve import Curve
from cnnstep.views.page.grid import Box, Grid, Legend
from cnnstep.views.page.roles import Importance, Palette, Reveals, Role, Span
from cnnstep.views.page.tables import Table

NBSP = "\N{NO-BREAK SPACE}"


class Picture(NamedTuple):
    """A thumbnail: shades (rows, columns), or (rows, columns, 3); `box` is in fractions of its sides.

    `size` is rows and columns of what it shows, `columns` the width that is wanted, in characters, and `lines` the
    most that it may take; one that `fills` is to be as large as a screen allows, alike with those beside it.
    `full` gives its shades with more pixels, for ink that has them.
    `peaks` says that what is largest in magnitude must stay when it shrinks, not the mean; `role` that it
    shows products, or what is new.
    """

    caption: str
    pixels: Any
    size: tuple[int, int]
    palette: Palette
    columns: int = 24
    box: Box | None = None
    legend: Legend | None = None
    peaks: bool = False
    role: Role = Role.PLAIN
    reveals: Reveals = Reveals.NOTHING
    importance: Importance = Importance.NOTE
    lines: int = 15
    fills: bool = False
    full: Callable[[], Any] | None = None


class Mark(NamedTuple):
    """A sign between panels (×, =), or a small value beside them, with a caption of its own.

    One that `follows` belongs to the panel before it, any other to the panel after it.
    """

    text: str
    role: Role = Role.SIGN
    caption: str = ""
    width: int = 0
    follows: bool = False
    reveals: Reveals = Reveals.NOTHING
    importance: Importance = Importance.NOTE


Panel: TypeAlias = Grid | Picture | Curve | Mark


class Beside(NamedTuple):
    """Panels side by side; a row that `continues` the one above it has the same captions, which stand there.

    `links` are pairs of panels: what is framed in one, or all of it, leads to what is framed in the other. Figures draw
    them, with the panels in rows of so many `columns`.
    """

    panels: tuple[Panel, ...]
    continues: bool = False
    links: tuple[tuple[int, int], ...] = ()
    columns: int = 0

    @property
    def drawn(self) -> tuple[Panel, ...]:
        """The panels with their captions; those that stand above leave as much room."""
        if not self.continues:
            return self.panels
        return tuple(panel._replace(caption=" " * len(panel.caption)) for panel in self.panels)

    @property
    def importance(self) -> Importance:
        """That of the panel which matters most."""
        return max(panel.importance for panel in self.panels)


class Words(NamedTuple):
    """Text that wraps at spaces; of several wordings, the first that fits into `lines` lines is taken.

    `hang` is how much further in the lines after the first begin; where it `is_labelled`, so much room is the first
    span's alone, also in type of any width. `reveals` is what the whole of it gives away.
    """

    wordings: tuple[tuple[Span, ...], ...]
    indent: int = 2
    hang: int = 2
    lines: int = 99
    reveals: Reveals = Reveals.NOTHING
    importance: Importance = Importance.NOTE
    is_labelled: bool = False


class Gap(NamedTuple):
    """An empty line."""


Block: TypeAlias = Beside | Words | Table | Gap | Columns


class Scene(NamedTuple):
    """Blocks from top to bottom."""

    blocks: tuple[Block, ...]


def words(
    *spans: Span | str, indent: int = 2, reveals: Reveals = Reveals.NOTHING, importance: Importance = Importance.NOTE
) -> Words:
    """Text with one wording."""
    told = tuple(Span(span) if isinstance(span, str) else span for span in spans)
    return Words((told,), indent, reveals=reveals, importance=importance)


def answer(text: str) -> Span:
    """The value of a step, in the sentence that ends in it."""
    return Span(text, Role.TOTAL, Reveals.VALUE)


def hint(text: str) -> Words:
    """What to type next: between quotes a line breaks only behind a |, where a network may be broken when pasted."""
    glued = re.sub(r'"[^"]*"', lambda match: re.sub(r"(?<!\|) ", NBSP, match[0]), text)
    return words(Span(f"next: {glued}", Role.HINT), indent=1)


def beside(*panels: Panel) -> Beside:
    """Panels side by side."""
    return Beside(panels)


def stack(*parts: Iterable[Block]) -> Scene:
    """Put parts under each other, with an empty line between; empty parts leave no gap."""
    blocks: list[Block] = [block for part in map(tuple, parts) if part for block in (Gap(), *part)]
    return Scene(tuple(blocks[1:]))


def chunks(texts: Sequence[str]) -> str:
    """Join texts that may not be broken inside, with breakable space between them."""
    return "   ".join(text.replace(" ", NBSP) for text in texts if text)
