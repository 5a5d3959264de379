"""What there is to draw on, and with what: pieces of text with a role, in lines, in rectangles."""

from collections.abc import Callable
from dataclasses import dataclass
from math import fsum
from textwrap import wrap
from typing import Any, NamedTuple, TypeAlias

from cnnstep.render.glyphs import Glyphs
from cnnstep.views.page.grid import Legend
from cnnstep.views.page.roles import Palette, Role

BESIDE_A_CAPTION = 8  # the margin, and a sign in front of the panel
BESIDE_A_NOTE = 2  # the margin
SMALL = 10  # columns of a picture in which one still sees something
MAGNITUDES = " .:-=+*#%@"
NEGATIVE = " ~-="
POSITIVE = " +*#"
STEPS, FEW = 12, 6
LUMINANCE = (0.299, 0.587, 0.114)

Shade: TypeAlias = float | tuple[float, float, float]


def no_pixels() -> None:
    """Where pictures are characters."""


class Page(NamedTuple):
    """Columns of text, the signs there are, and whether pictures may be coloured half blocks, or real pixels.

    `cell` tells how many pixels wide and high a character is, or nothing; it is asked when there is a picture.
    """

    width: int
    glyphs: Glyphs
    blocks: bool = False
    cell: Callable[[], tuple[int, int] | None] = no_pixels

    def caption(self, text: str) -> str:
        """What stands above a panel, cut where it is wider than the page allows."""
        return self._cut(text, BESIDE_A_CAPTION)

    def note(self, text: str) -> str:
        """What stands below a panel, cut where it is wider than the page allows."""
        return self._cut(text, BESIDE_A_NOTE)

    def _cut(self, text: str, beside: int) -> str:
        fitted, most = self.glyphs.fit(text), self.width - beside
        return fitted if len(fitted) <= most else fitted[: most - 1] + "~"


class Tone(NamedTuple):
    """A shade of a palette; ink knows its colour."""

    palette: Palette
    shade: Shade


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """Pixels (rows, columns, red green blue alpha) over so many columns and lines of text, which are left blank."""

    pixels: Any
    columns: int
    lines: int


class Piece(NamedTuple):
    """Text with a role, and the tones behind and in front of it where it is part of a picture.

    In the last line of a picture of pixels the blank piece holds them: they are drawn when there is room for all.
    """

    text: str
    role: Role = Role.PLAIN
    back: Tone | None = None
    fore: Tone | None = None
    placed: Placed | None = None


Line: TypeAlias = list[Piece]


class Laid(NamedTuple):
    """A panel laid out: its caption, its body and what stands below, all `width` columns wide."""

    caption: Line
    body: list[Line]
    below: list[Line]
    width: int


def width_of(line: Line) -> int:
    """Columns that a line takes."""
    return sum(len(piece.text) for piece in line)


def plain(line: Line) -> str:
    """A line without styles, and without spaces at its end."""
    return "".join(piece.text for piece in line).rstrip()


def padded(line: Line, width: int) -> Line:
    """Fill a line up with spaces."""
    missing = width - width_of(line)
    return [*line, Piece(" " * missing)] if missing > 0 else line


def laid(caption: str, body: list[Line], below: list[Line]) -> Laid:
    """Fill all lines of a panel up to the widest."""
    whole = [[Piece(caption, Role.LABEL)], *body, *below]
    width = max(map(width_of, whole))
    first, *rest = (padded(line, width) for line in whole)
    return Laid(first, rest[: len(body)], rest[len(body) :], width)


def character(palette: Palette, shade: Any) -> str:
    """A character as dense as the shade; negative and positive ones differ in shape."""
    if palette == Palette.COLOUR:
        shade = fsum(part * weight for part, weight in zip(shade, LUMINANCE, strict=True))
    if palette == Palette.DIVERGING:
        ramp = NEGATIVE if shade < 0 else POSITIVE
        return ramp[min(len(ramp) - 1, int(abs(shade) * len(ramp) + 0.5))]
    return MAGNITUDES[max(0, min(len(MAGNITUDES) - 1, int(shade * len(MAGNITUDES))))]


def legend_lines(legend: Legend, page: Page, most: int) -> list[Line]:
    """The two ends of a palette and the shades between them; or what lies within them, broken at `most` columns."""
    low, high, note = (page.glyphs.fit(text) for text in (legend.low, legend.high, legend.note))
    if note and width_of(told := [*_bar(legend, page, FEW), Piece(f" {note}", Role.LABEL)]) <= most:
        return [told]
    bar = _bar(legend, page, FEW if note else STEPS)
    ends = [Piece(f"{low} ", Role.LABEL), *bar, Piece(f" {high}", Role.LABEL)]
    return [ends, *([Piece(text, Role.LABEL)] for text in wrap(note, most))]


def _bar(legend: Legend, page: Page, steps: int) -> Line:
    """So many shades of a palette; of signs with zero in the middle."""
    signs = legend.palette == Palette.DIVERGING
    shades = [(2 * i + 1) / steps - 1 if signs else (i + 0.5) / steps for i in range(steps)]
    bar = [
        Piece(" ", back=Tone(legend.palette, shade)) if page.blocks else Piece(character(legend.palette, shade))
        for shade in shades
    ]
    if signs:
        bar.insert(steps // 2, Piece("0", Role.LABEL))
    return bar
