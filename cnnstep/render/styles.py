"""Pieces of text as styles, and as the codes that a terminal understands."""

from typing import TYPE_CHECKING, Any

from rich.color import ColorSystem
from rich.style import Style

from cnnstep.render.lines.pieces import Piece
from cnnstep.render.palettes import Colour, ink_on, tone_colour
from cnnstep.render.theme import style

if TYPE_CHECKING:
    from cnnstep.views.page.roles import Role

DEPTHS = {"standard": ColorSystem.STANDARD, "256": ColorSystem.EIGHT_BIT, "truecolor": ColorSystem.TRUECOLOR}


class Styles:
    """The styles of one terminal.

    Made for it alone: a Rich style keeps the codes of the first depth that it is drawn in.
    """

    def __init__(self, depth: str) -> None:
        self.deep = depth in {"256", "truecolor"}
        self._depth = DEPTHS.get(depth, ColorSystem.STANDARD)
        self._styles: dict[tuple[Role, Colour | None, Colour | None], Style] = {}

    def of(self, piece: Piece) -> Style:
        """Its role's style, over the colours of its tones where there are enough colours."""
        back = tone_colour(piece.back) if piece.back and self.deep else None
        fore = tone_colour(piece.fore) if piece.fore and self.deep else ink_on(back) if back else None
        key = (piece.role, fore, back)
        if key not in self._styles:
            self._styles[key] = style(*key)
        return self._styles[key]

    def codes(self, piece: Piece) -> str:
        """The piece's text between the codes of its style."""
        coded: Any = self.of(piece).render(piece.text, color_system=self._depth)
        return str(coded)
