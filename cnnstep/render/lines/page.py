"""What there is to draw on."""

from typing import NamedTuple

from cnnstep.render.glyphs import Glyphs

BESIDE_A_CAPTION = 8  # the margin, and a sign in front of the panel
BESIDE_A_NOTE = 2  # the margin


class Page(NamedTuple):
    """Columns of text, the signs there are, and whether pictures may be coloured half blocks."""

    width: int
    glyphs: Glyphs
    blocks: bool = False

    def caption(self, text: str) -> str:
        """What stands above a panel, cut where it is wider than the page allows."""
        return self._cut(text, BESIDE_A_CAPTION)

    def note(self, text: str) -> str:
        """What stands below a panel, cut where it is wider than the page allows."""
        return self._cut(text, BESIDE_A_NOTE)

    def _cut(self, text: str, beside: int) -> str:
        fitted, most = self.glyphs.fit(text), self.width - beside
        return fitted if len(fitted) <= most else fitted[: most - 1] + "~"
