"""A scene for a class that predicts before it sees: a question mark in the place of whatever gives the answer away."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from cnnstep.views.page.columns import inside
from cnnstep.views.page.curve import Curve
from cnnstep.views.page.grid import Cell, Grid
from cnnstep.views.page.roles import Palette, Reveals, Span
from cnnstep.views.page.scene import Beside, Block, Mark, Panel, Scene, Words
from cnnstep.views.page.tables import Bar, Entry, Table

MASK = "?"
LINE = "____"
"""What stands on paper where a number is to be written."""
BLANK: dict[type, dict[str, Any]] = {Bar: {"share": 0}, Cell: {"shade": None}}


class Level(NamedTuple):
    """What is hidden, in words and by marks."""

    name: str
    hidden: tuple[Reveals, ...]


BLANKS = {
    "value": (Reveals.VALUE, Reveals.WORKING),
    "products": (Reveals.VALUE, Reveals.WORKING, Reveals.PRODUCTS),
    "patch": (Reveals.VALUE, Reveals.WORKING, Reveals.PRODUCTS, Reveals.PATCH),
}
"""What is to be filled in, and what is hidden for that."""
LEVELS = (
    Level("", ()),
    Level("value hidden", BLANKS["value"]),
    Level("value and products hidden", BLANKS["products"]),
)


def hide(scene: Scene, level: int) -> Scene:
    """The scene with what the level hides: cells and phrases become question marks, blocks are left out."""
    return masked(scene, LEVELS[level].hidden) if level else scene


def masked(scene: Scene, hidden: tuple[Reveals, ...], mask: str = MASK) -> Scene:
    """The scene without what gives these away: a mask in the place of cells and phrases, no blocks that reveal it."""
    return Scene(tuple(_Mask(hidden, mask).blocks(inside(scene, lambda each: masked(each, hidden, mask)))))


def in_digits(scene: Scene) -> Scene:
    """The scene with its numbers where colours stood for them."""
    return masked(scene, ())


class _Mask(NamedTuple):
    """What is hidden, and what stands in its place."""

    hidden: tuple[Reveals, ...]
    sign: str

    def blocks(self, scene: Scene) -> Iterator[Block]:
        """What is left of each block."""
        for block in scene.blocks:
            if isinstance(block, Beside):
                yield block._replace(panels=tuple(map(self._panel, block.panels)))
            elif isinstance(block, Table):
                yield block._replace(rows=tuple(tuple(map(self._entry, row)) for row in block.rows))
            elif not isinstance(block, Words):
                yield block
            elif block.reveals not in self.hidden:
                yield block._replace(wordings=tuple(tuple(self._phrase(spans)) for spans in block.wordings))

    def _phrase(self, spans: Iterable[Span]) -> Iterator[Span]:
        """What is hidden together has one sign: how many terms there are would be told by several."""
        for reveals, alike in groupby(spans, key=attrgetter("reveals")):
            told = map(self._told, alike)
            yield from ([next(told)] if reveals in self.hidden else told)

    def _entry(self, entry: Entry) -> Entry:
        """Names and rails give nothing away."""
        shown: Entry = self._told(entry) if isinstance(entry, Span | Bar) else entry
        return shown

    def _panel(self, panel: Panel) -> Panel:
        if isinstance(panel, Mark):
            mark: Mark = self._told(panel)
            return mark
        if isinstance(panel, Grid):
            cells = tuple(tuple(map(self._told, row)) for row in panel.cells)
            # who is to answer needs the numbers, not their colours
            shown = panel._replace(cells=cells, total=tuple(map(self._told, panel.total)), is_heat=False)
            return shown._replace(boxes=(), legend=None) if panel.reveals in self.hidden else shown
        if isinstance(panel, Curve):
            stems = tuple(stem for stem in panel.stems if stem.reveals not in self.hidden)
            return panel._replace(points=() if panel.reveals in self.hidden else panel.points, stems=stems)
        if panel.reveals not in self.hidden:
            return panel
        shades = panel.pixels[..., 0] if panel.pixels.ndim > 2 else panel.pixels  # as large as it was, all alike
        return panel._replace(pixels=shades * 0, palette=Palette.DIVERGING, legend=None, box=None, full=None)

    def _told(self, told: Span | Bar | Mark | Cell) -> Any:
        """The sign in its place; the length of a bar and a shade would show how much it is."""
        # by its mark, never by its text: 6 may be the answer in one place and an input in another
        is_hidden = told.reveals in self.hidden
        sign = self.sign if told.text else ""
        return told._replace(text=sign, **BLANK.get(type(told), {})) if is_hidden else told
