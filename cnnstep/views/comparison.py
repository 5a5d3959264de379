"""Two views in one frame, stepped together: what differs is said above them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from cnnstep.engine.arrays import Array
from cnnstep.engine.steps import Bound, Index, Step
from cnnstep.engine.walks import Walk
from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.views.differences import differences
from cnnstep.views.layers import Figure
from cnnstep.views.networks import outputs
from cnnstep.views.networks.network import NetworkView
from cnnstep.views.page.columns import Columns
from cnnstep.views.page.roles import Importance, Reveals, Role, Span
from cnnstep.views.page.scene import Beside, Block, Scene, Words, chunks, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.report import Report
from cnnstep.views.view import View
from cnnstep.views.vocabulary import Chosen, Vocabulary
from cnnstep.views.wording.numbers import short, signed

TITLE = "compare"
NETWORKS = "--play (the last layer of both, step by step), --save both.png"
RANKS = {Importance.STEP: Importance.MORE, Importance.CONTEXT: Importance.STEP}


@dataclass(frozen=True, slots=True, eq=False)
class Pair(Step):
    """A step of each of two walks, and its number in the longer one; the shorter one stays at its end."""

    steps: tuple[Step, Step]

    def found(self) -> dict[str, Any]:
        """Both steps."""
        return {"steps": [step.facts() for step in self.steps]}


class Together(Bound):
    """Two walks, stepped by number along the longer one; what comes out is their difference, second − first."""

    def __init__(self, walks: Sequence[Walk[Any, Any]]) -> None:
        self.walks = tuple(walks)
        self.longer = max(walks, key=lambda walk: prod(walk.shape))
        self.x = self.longer.bound.x

    @property
    def grid(self) -> tuple[int, ...]:
        """That of the longer walk."""
        return self.longer.shape

    @property
    def places(self) -> tuple[int, ...]:
        """The cells of the longer walk that can be asked for."""
        places: tuple[int, ...] = self.longer.bound.places
        return places

    @property
    def output_shape(self) -> tuple[int, ...]:
        """That of both outputs, or of the one that is larger."""
        return max((walk.output_shape for walk in self.walks), key=prod)

    def step(self, number: int, index: Index) -> Pair:
        """The steps of this number."""
        first, second = (walk[min(number, len(walk) - 1)] for walk in self.walks)
        return Pair(number, index, second.value - first.value, (first, second))

    def visit(self, index: Index) -> Pair:
        """The steps that show a cell of the longer walk."""
        step = self.longer.bound.visit(index)
        return self.step(step.number, step.index)

    def output(self) -> Array:
        """Their difference; raises GeometryError where the shapes differ."""
        first, second = (walk.output for walk in self.walks)
        if first.shape != second.shape:
            raise GeometryError(
                f"outputs of {by(first.shape)} and {by(second.shape)} have no difference", "save a figure: .png, .svg"
            )
        difference: Array = second - first
        return difference


@dataclass(frozen=True, eq=False, kw_only=True)
class ComparedView(View):
    """Two views; a step is a step of each."""

    views: tuple[View, View]
    noun = "difference"
    first = 1

    @classmethod
    def of(cls, first: View, second: View) -> "ComparedView":
        """Both views; where the first has been asked for steps, it begins there."""
        walk: Walk[Any, Any] = Walk(Together([first.walk, second.walk]))
        view = cls(walk, Vocabulary(TITLE), views=(first, second), advice=_advice(walk))
        asked = first.asked
        return replace(view, chosen=Chosen(steps=slice(asked[0].number, asked[0].number + 1))) if asked else view

    def title(self, step: Pair | None = None) -> list[Block]:  # noqa: ARG002 - the same for every step
        """What differs: settings, sizes and costs."""
        told = [f"{each.name} {each.first} │ {each.second}" for each in differences(self.views)]
        said = Span(chunks(told or ["sizes and settings are the same"]), Role.CURRENT if told else Role.PLAIN)
        return [words(Span(f"{TITLE}   ", Role.TITLE), said, indent=1, importance=Importance.ANSWER)]

    def scene(self, step: Pair) -> Scene:
        """Both steps side by side, under what differs."""
        scenes = tuple(_ranked(view.scene(each)) for view, each in zip(self.views, step.steps, strict=True))
        return Scene((*self.title(step), Columns(scenes)))

    def sentence(self, step: Pair, lines: int = 1) -> Words:
        """Both values, and whether they are the same."""
        first, second = (signed(short(each.value)) for each in step.steps)
        same = " (the same)" if step.steps[0].value == step.steps[1].value else ""
        spans = (
            Span(f"step {step.number + 1:,} of {self.walk.total:,}   values ", Role.LABEL),
            Span(f"{first} │ {second}{same}", Role.TOTAL, Reveals.VALUE),
        )
        return words(*spans, indent=1, importance=Importance.ANSWER)._replace(lines=lines)

    def result(self) -> list[list[Block]]:
        """Both results side by side, and the map of their difference where there is one."""
        blocks: list[Block] = [Columns(tuple(stack(*view.result()) for view in self.views))]
        shapes = {view.walk.output_shape for view in self.views}
        if len(shapes) > 1 or any(isinstance(view, NetworkView) for view in self.views):
            return [blocks]
        different, total = int((self.walk.output != 0).sum()), prod(self.walk.output_shape)
        told = f"{different:,} of {total:,} values differ" if different else f"all {total:,} values are the same"
        return [blocks, maps.lines([told]), *(maps.panels(self.walk.output, "second − first") if different else [])]

    def facts(self) -> dict[str, Any]:
        """Both, and what differs."""
        told = [each._asdict() for each in differences(self.views)]
        return {"operation": "comparison", "compared": [view.facts() for view in self.views], "differences": told}

    def figures(self) -> Sequence[Figure]:
        """Both outputs."""
        return [Figure(view.vocabulary.title, outputs.planes_of(view.walk.output)) for view in self.views]

    def with_setting(self, name: str, change: float) -> "ComparedView":  # noqa: ARG002 - as the views of one operation
        """Refuses: two views have two settings of a name."""
        raise GeometryError(f"{name} is a setting of each of the two", "play one of them alone to change it")

    def choosing(self, chosen: Chosen) -> View:
        """The pairs of these steps; of whole networks what they make."""
        wanted = self.chosen if chosen == Chosen() else chosen
        shown = replace(self, chosen=wanted)
        wanted.of(self.walk)
        for view in self.views:
            view.walk.check_size()
        return shown


def compared(first: "View | Report", second: "View | Report") -> "View | Report":
    """Two views stepped together, of networks what comes in and what comes out; without steps both as they stand."""
    if isinstance(first, NetworkView) and isinstance(second, NetworkView):
        whole = ComparedView.of(*(replace(each, shows=outputs.ends) for each in (first, second)))
        return replace(whole, chosen=Chosen(display="map"), advice=NETWORKS)
    if isinstance(first, View) and isinstance(second, View):
        return ComparedView.of(first, second)
    scenes = tuple(each.scene if isinstance(each, Report) else Scene(_whole(each)) for each in (first, second))
    documents = [each.document if isinstance(each, Report) else each.facts() for each in (first, second)]
    return Report(Scene((Columns(scenes),)), {"operation": "comparison", "compared": documents})


def _ranked(scene: Scene) -> Scene:
    """The scene, where room is short, without what is multiplied, which the sum tells too, rather than its place."""
    changed = (
        block._replace(panels=tuple(p._replace(importance=RANKS.get(p.importance, p.importance)) for p in block.panels))
        if isinstance(block, Beside)
        else block
        for block in scene.blocks
    )
    return Scene(tuple(changed))


def _whole(view: View) -> tuple[Block, ...]:
    return tuple(block for scene in view.scenes() for block in scene.blocks)


def _advice(walk: Walk[Any, Any]) -> str:
    steps = f"--steps 1:{min(4, len(walk))} (go on), " if len(walk) > 1 else ""
    return f"{steps}--play (step both), --view map (whole outputs)"
