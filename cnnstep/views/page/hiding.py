"""A scene for a class that predicts before it sees: first the value is a question mark, then the products too."""

from collections.abc import Iterator
from typing import NamedTuple

from cnnstep.views.page.roles import Palette, Role, Span
from cnnstep.views.page.scene import Beside, Block, Cell, Curve, Grid, Mark, Panel, Picture, Scene, Words

MASK = "?"


class Level(NamedTuple):
    """What is hidden, in words and by roles."""

    name: str
    roles: frozenset[Role]


LEVELS = (
    Level("", frozenset()),
    Level("value hidden", frozenset({Role.CURRENT, Role.TOTAL})),
    Level("value and products hidden", frozenset({Role.CURRENT, Role.TOTAL, Role.PRODUCT})),
)


def hide(scene: Scene, level: int) -> Scene:
    """The scene with what the level hides; whatever would give it away is left out."""
    return Scene(tuple(_blocks(scene, LEVELS[level].roles))) if level else scene


def _blocks(scene: Scene, roles: frozenset[Role]) -> Iterator[Block]:
    is_told = False  # what stands below the sum explains the answer
    for block in scene.blocks:
        if isinstance(block, Beside):
            yield Beside(tuple(_panel(panel, roles) for panel in block.panels))
        elif not isinstance(block, Words):
            yield block
        elif any(span.role == Role.TOTAL for span in block.wordings[0]):
            yield block._replace(wordings=tuple(tuple(_span(span, roles) for span in w) for w in block.wordings))
            is_told = True
        elif not is_told:
            yield block


def _panel(panel: Panel, roles: frozenset[Role]) -> Panel:
    if isinstance(panel, Grid):
        cells = tuple(tuple(_cell(cell, roles) for cell in row) for row in panel.cells)
        all_new = all(cell.role in roles for row in panel.cells for cell in row)
        legend = None if all_new else panel.legend
        return panel._replace(cells=cells, boxes=panel.boxes if panel.focus else (), legend=legend)
    if isinstance(panel, Picture):
        return _blank(panel) if panel.role in roles else panel
    if isinstance(panel, Curve):
        return panel._replace(points=())
    return panel._replace(text=MASK) if isinstance(panel, Mark) and panel.role in roles else panel


def _blank(picture: Picture) -> Picture:
    """Nothing to be seen, as large as it was."""
    shades = picture.pixels[..., 0] if picture.pixels.ndim > 2 else picture.pixels
    return picture._replace(pixels=shades * 0, palette=Palette.DIVERGING, legend=None, box=None)


def _cell(cell: Cell, roles: frozenset[Role]) -> Cell:
    return cell._replace(text=MASK, shade=None) if cell.role in roles else cell


def _span(span: Span, roles: frozenset[Role]) -> Span:
    return span._replace(text=MASK) if span.role in roles else span
