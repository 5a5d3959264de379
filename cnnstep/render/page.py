"""What there is to draw on."""

from dataclasses import dataclass, field

from cnnstep.render.glyphs import Glyphs


@dataclass(frozen=True, slots=True)
class Page:
    """Columns of text, the signs there are, and whether pictures may be coloured half blocks."""

    width: int = 80
    glyphs: Glyphs = field(default_factory=Glyphs)
    blocks: bool = False
