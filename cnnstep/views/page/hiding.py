"""A scene for a class that predicts before it sees: a question mark in the place of whatever gives the answer away."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from cnnstep.views.page.columns import inside
from cnnstep.views.page.roles import Palette, Reveals, Span
from cnnstep.views.page.scene import Beside, Block, Cell, Curve, Grid, Mark, Panel, Scene, Words
from cnnstep.views.page.tables import Bar, Entry, Table

MASK = "?"
BLANK: dict[type, dict[str, Any]] = {Bar: {"share": 0}, Cell: {"shade": None}}


class Level(NamedTuple):
    """What is hidden, in words and by marks."""

    name: str
    hidden: tuple[Reveals, ...]


LEVELS = (
    Level("", ()),
    Level("value hidden", (Reveals.VALUE, Reveals.WORKING)),
    Level("value and products hidden", (Reveals.VALUE, Reveals.WORKING, Reveals.PRODUCTS)),
)


def hide(scene: Scene, level: int) -> Scene:
    """The scene with what the level hides: cells and phrases become question marks, blocks are left out."""
    if not level:
        return scene
    return Scene(tuple(_blocks(inside(scene, lambda each: hide(each, level)), LEVELS[level].hidden)))


def _blocks(scene: Scene, hidden: tuple[Reveals, ...]) -> Iterator[Block]:
    for block in scene.blocks:
        if isinstance(block, Beside):
            yield block._replace(panels=tuple(_panel(panel, hidden) for panel in block.panels))
        elif isinstance(block, Table):
            yield block._replace(rows=tuple(tuple(_entry(entry, hidden) for entry in row) for row in block.rows))
        elif not isinstance(block, Words):
            yield block
        elif block.reveals not in hidden:
            yield block._replace(wordings=tuple(tuple(_masked(span, hidden) for span in w) for w in block.wordings))


def _entry(entry: Entry, hidden: tuple[Reveals, ...]) -> Entry:
    """Names and rails give nothing away."""
    shown: Entry = _masked(entry, hidden) if isinstance(entry, Span | Bar) else entry
    return shown


def _panel(panel: Panel, hidden: tuple[Reveals, ...]) -> Panel:
    if isinstance(panel, Mark):
        masked: Mark = _masked(panel, hidden)
        return masked
    if isinstance(panel, Grid):
        shown = panel._replace(cells=tuple(tuple(_masked(cell, hidden) for cell in row) for row in panel.cells))
        return shown._replace(boxes=(), legend=None) if panel.reveals in hidden else shown
    if panel.reveals not in hidden:
        return panel
    if isinstance(panel, Curve):
        return panel._replace(points=())
    shades = panel.pixels[..., 0] if panel.pixels.ndim > 2 else panel.pixels  # nothing to be seen, as large as it was
    return panel._replace(pixels=shades * 0, palette=Palette.DIVERGING, legend=None, box=None)


def _masked(told: Span | Bar | Mark | Cell, hidden: tuple[Reveals, ...]) -> Any:
    """A question mark; the length of a bar and a shade would show how much it is."""
    # by its mark, never by its text: 6 may be the answer in one place and an input in another
    return told._replace(text=MASK, **BLANK.get(type(told), {})) if told.reveals in hidden else told
