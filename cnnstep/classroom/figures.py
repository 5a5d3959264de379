"""What is shown of a question: the step with its value hidden before the answer, the whole of it after."""

from collections.abc import Iterator, Sequence

from cnnstep.classroom.questions import Question, Road
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Page, plain
from cnnstep.views.page.curve import Curve
from cnnstep.views.page.hiding import BLANKS, MASK, masked
from cnnstep.views.page.scene import Beside, Block, Picture, Scene
from cnnstep.views.report import Report

WIDE = 80


def figure(question: Question, road: Road, mask: str = MASK) -> Scene:
    """The step of its figure with a mask for what is asked; nothing where the question says it all."""
    if not question.figure:
        return Scene(())
    return Scene(tuple(_numbers(masked(_scene(question.figure, road), BLANKS[question.blank], mask))))


def worked(question: Question, road: Road) -> Scene:
    """The same with its numbers: how the answer comes about."""
    return Scene(tuple(_numbers(_scene(question.line, road))))


def drawn(scene: Scene) -> str:
    """A figure as text, as wide on every machine."""
    return "\n".join(map(plain, lines(scene, Page(WIDE, Glyphs())))).rstrip()


def _scene(line: Sequence[str], road: Road) -> Scene:
    shown = road(line)
    return shown.scene if isinstance(shown, Report) else shown.scene(shown.steps[0])


def _numbers(scene: Scene) -> Iterator[Block]:
    """Without pictures and curves: they are no part of the arithmetic, and a paper's bytes must not depend on them."""
    for block in scene.blocks:
        if not isinstance(block, Beside):
            yield block
        elif panels := tuple(panel for panel in block.panels if not isinstance(panel, Picture | Curve)):
            yield block._replace(panels=panels)
