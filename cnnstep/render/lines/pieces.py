"""The smallest things that ink draws: pieces of text with a role, in lines, in rectangles."""

from typing import NamedTuple, TypeAlias

from cnnstep.views.page.roles import Palette, Role

Shade: TypeAlias = float | tuple[float, float, float]


class Tone(NamedTuple):
    """A shade of a palette; ink knows its colour."""

    palette: Palette
    shade: Shade


class Piece(NamedTuple):
    """Text with a role, and the tones behind and in front of it where it is part of a picture."""

    text: str
    role: Role = Role.PLAIN
    back: Tone | None = None
    fore: Tone | None = None


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


def laid(caption: Line, body: list[Line], below: list[Line]) -> Laid:
    """Fill all lines of a panel up to the widest."""
    width = max(width_of(line) for line in [caption, *body, *below])
    return Laid(
        padded(caption, width),
        [padded(line, width) for line in body],
        [padded(line, width) for line in below],
        width,
    )
