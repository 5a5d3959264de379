"""The two fonts that come with the program: how wide text is, and which signs they have."""

from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from math import fsum
from typing import TYPE_CHECKING

from cnnstep.render.glyphs import Glyphs

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

MEASURED_AT = 200
CAP = 0.36
"""Half the height of a digit, in sizes of its text."""
HIGH = 1.36
"""Height of a line, in sizes of its text."""


@lru_cache
def data(*, bold: bool) -> bytes:
    """The font's file, in the WOFF format."""
    return (files("cnnstep.render.figures") / "fonts" / ("bold.woff" if bold else "regular.woff")).read_bytes()


@lru_cache
def font(size: float, *, bold: bool) -> "FreeTypeFont":
    """The font for drawing, at a size in pixels."""
    from PIL import ImageFont

    return ImageFont.truetype(BytesIO(data(bold=bold)), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _advance(character: str, *, bold: bool) -> float:
    return font(MEASURED_AT, bold=bold).getlength(character) / MEASURED_AT


@lru_cache(maxsize=8192)
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide text is: the sum of its signs, for the fonts have no kerning."""
    return size * fsum(_advance(character, bold=bold) for character in text)


class Signs(Glyphs):
    """The signs of the fonts; others get a stand-in or are escaped."""

    def can_show(self, text: str) -> bool:
        """Whether the fonts have every character of the text."""
        return all(map(_is_drawn, text))


@lru_cache
def signs() -> Signs:
    """The signs of the fonts, looked up once."""
    return Signs()


@lru_cache(maxsize=4096)
def _is_drawn(character: str) -> bool:
    """Whether the font draws something else than its sign for what it lacks."""
    if character.isspace():
        return True
    there, missing = (font(24, bold=False).getmask(each) for each in (character, "\uffff"))
    return there.size != missing.size or bytes(there) != bytes(missing)


@lru_cache(maxsize=8192)
def signed_text(text: str) -> str:
    """A number with a real minus sign, in signs that the fonts have."""
    return signs().fit(text).replace("-", "−")
