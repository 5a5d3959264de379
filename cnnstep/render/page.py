"""What there is to draw on."""

from typing import NamedTuple

from cnnstep.render.glyphs import Glyphs


class Page(NamedTuple):
    """Columns of text, the signs there are, and whether pictures may be coloured half blocks."""

    width: int
    glyphs: Glyphs
    blocks: bool = False
