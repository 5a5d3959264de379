"""Where a number came from: one cell with its activation, its sum and what it reads; or layer by layer to a pixel."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from cnnstep.engine.gathers import Gather, WeightedSum
from cnnstep.engine.joins import Copied, Summed
from cnnstep.engine.steps import Index, Step
from cnnstep.networks.attribution import Origin, trail
from cnnstep.networks.receptive_field import fields
from cnnstep.networks.run import Run
from cnnstep.views.networks.diagram import cell_diagram, path_diagram
from cnnstep.views.networks.network import About, layer_view, layers_of
from cnnstep.views.networks.receptive_field import PLANE, receptive_field_picture
from cnnstep.views.page.roles import Importance, Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Beside, Block, Scene, Words, answer, stack, words
from cnnstep.views.page.tables import Column, table
from cnnstep.views.panels.pictures import input_picture
from cnnstep.views.panels.planes import fractions
from cnnstep.views.view import View
from cnnstep.views.vocabulary import Chosen
from cnnstep.views.wording.arithmetic import names, reach
from cnnstep.views.wording.numbers import short, signed
from cnnstep.views.wording.sums import LINES

PICTURE = 14
SMALL = 12
SUM = "sum"
COLUMNS = (
    Column("", 0, role=Role.LABEL, name="number"),
    Column("layer", 4, is_left=True, role=Role.TITLE),
    Column("cell", 1, is_left=True),
    Column("value", 2),
    Column("made of", 3, is_left=True, role=Role.PLAIN),
)


@dataclass(frozen=True, eq=False, kw_only=True)
class AttributionView(View):
    """One cell of a layer as a question: where did it come from? `is_deep` goes back to a pixel."""

    run: Run
    about: About
    path: tuple[Origin, ...]
    is_deep: bool = False

    @classmethod
    def of(cls, run: Run, number: int, cell: Index, about: About, *, is_deep: bool = False) -> "AttributionView":
        """The view of a cell of layer `number`, counted from 1; raises GeometryError for a cell outside it."""
        path = tuple(trail(run, number, cell))
        base = layer_view(run, number, about)
        back = next((each for each in path[1:] if each.layer.name != path[0].layer.name), None)
        typed = f"cnnstep why {about.typed}"
        further = f'{typed} "{back.address}" (one layer further back), --deeper (back to a pixel), ' if back else ""
        # a step that adds to the output shows what it reads, not a cell of the output
        shown = cell if base.bound.places == base.walk.output_shape else path[0].source
        drawn = partial(path_diagram, run, about, path)
        if not is_deep:
            drawn = partial(cell_diagram, run, about, number, path[0].cell)
        return cls(
            base.walk, base.vocabulary, Chosen(at=shown), base.address, lambda: layers_of(run, about, number), drawn,
            base.archives, f"{'' if is_deep else further}--play (w goes back, Backspace returns)",
            run=run, about=about, path=path, is_deep=is_deep,
        )  # fmt: skip

    def choosing(self, chosen: Chosen) -> View:  # noqa: ARG002 - its cell is the question
        """The cell is chosen already."""
        return self

    def facts(self) -> dict[str, Any]:
        """The cell, and where it came from, layer by layer."""
        trail_facts = [
            {
                "number": each.layer.number,
                "name": each.layer.name,
                "layer": each.layer.text,
                "cell": list(each.cell),
                "value": each.value,
                "node": each.node,
                "source": list(each.source),
                **({"terms": list(each.step.terms)} if isinstance(each.step, Summed) else {}),
            }
            for each in self.path
        ]
        return {"operation": "origin", "network": self.about.network, "why": self.path[0].address, "trail": trail_facts}

    def title(self, step: Step | None = None) -> list[Block]:  # noqa: ARG002 - of the one cell
        """The cell, its value, and what made it."""
        first = self.path[0]
        untrained = "untrained " * self.run.network.is_drawn
        if self.is_deep:
            where = f"{untrained}{self.about.network}: largest contributions back to a pixel"
        else:
            made = [each for each in self.path if each.layer.name == first.layer.name]
            numbers = "–".join(dict.fromkeys(str(made[i].layer.number) for i in (-1, 0)))
            briefs = ", ".join(each.layer.brief for each in reversed(made))
            where = f"{briefs}   {untrained}{self.about.network} on {self.about.name}, layer{NBSP}{numbers}"
        title = (Span(f"{first.address} = ", Role.TITLE), Span(signed(short(first.value)), Role.TITLE, Reveals.VALUE))
        return [words(*title, f"   {where}", indent=1, importance=Importance.STEP)]

    def scene(self, step: Step) -> Scene:
        """The cell, the activation that made it, and what that was made of; or a row for each layer."""
        return self._trail() if self.is_deep else self._cell(step)

    def sentence(self, step: Step, lines: int = LINES) -> Words:
        """The step of its layer."""
        return self._of(self.path[0], self.path[0].address).sentence(step, lines)

    def result(self) -> list[list[Block]]:
        """That of its layer."""
        return self._of(self.path[0]).result()

    def _of(self, each: Origin, called: str = "") -> View:
        """The view of a layer on the way, its cell under another name."""
        return replace(layer_view(self.run, each.layer.number, self.about), called=called)

    def _cell(self, step: Step) -> Scene:
        first = self.path[0]
        made = [each for each in self.path if each.layer.name == first.layer.name]
        core = made[-1]
        told: list[Block] = [b for each in made[:-1] for b in self._of(each, each.address).breakdown(each.step)]
        told += self._of(core, SUM if len(made) > 1 else core.address).breakdown(core.step)
        picture = receptive_field_picture(self.run, core.layer.number, core.cell, PICTURE)
        panels = (*picture, *self._of(core).reads(core.step))
        return stack([*self.title(step), *told], [*([Beside(panels)] if panels else []), words(self._largest(core))])

    def _largest(self, each: Origin) -> str:
        """What contributes most, and where it stands."""
        before = self.run.network.name(each.node)
        reads = f"reads {_window_words(each.step, before)}; " if self._of(each).reads(each.step) else ""
        if (is_sum := isinstance(each.step, WeightedSum)) and not each.step.products.any():
            return f"{reads}all {each.step.products.size:,} products are 0: nothing contributes"
        source = f"{before}[{','.join(map(str, each.source))}]"
        if isinstance(each.step, Copied):
            return f"it is copied from {source}"
        if isinstance(each.step, Summed):  # with its share above
            return f"its largest term is {source}" if any(each.step.terms) else "all terms are 0: nothing contributes"
        verb = "its largest contribution is" if is_sum else "it comes from"
        return f"{reads}{verb} {source}: {self._of(each).brief(each.step)}"

    def _trail(self) -> Scene:
        """A row for each layer, from the cell back to a pixel, and what the cells on the way can see."""
        path = [each for each in self.path if not each.layer.kind.passes_on]
        rows: list[tuple[Any, ...]] = []
        for number, each in enumerate(path):
            is_sum = number > 0 and path[number - 1].layer.name == each.layer.name
            value, made_of = signed(short(each.value)), self._of(each).brief(each.step)
            cell = f"  its {SUM}" if is_sum else each.address
            rows.append((str(each.layer.number), each.layer.brief, cell, value if number else answer(value), made_of))
        last, pixel = self.path[-1], self.run.network.name(0)
        place = f"{pixel}[{','.join(map(str, last.source))}]"
        rows.append(("", pixel, place, signed(short(self.run.x[last.source].item())), "a pixel"))
        return stack(self.title(), [table(COLUMNS, rows)], self._pictures(path))

    def _pictures(self, path: list[Origin]) -> list[Block]:
        """The receptive fields of a few cells on the way, and the pixel."""
        x, last, seen = self.run.x, self.path[-1], fields(self.run.layers)
        windows = [each for each in path if each.layer.plan.sizes and seen[each.layer.number - 1]]
        middle = [windows[len(windows) // 2]] if len(windows) > 2 else []
        chosen = [*windows[:1], *middle, *windows[1:][-1:]]
        found = [p for each in chosen for p in receptive_field_picture(self.run, each.layer.number, each.cell, SMALL)]
        if x.ndim == PLANE:
            box = fractions([range(place, place + 1) for place in last.source[1:]], x.shape[1:])
            found.append(input_picture(x, box, columns=SMALL, caption="the pixel"))
        return [Beside(tuple(found))] if found else []


def _window_words(step: Step, before: str) -> str:
    """The positions on each axis, and how many more are padding."""
    if not isinstance(step, Gather):
        return before
    axes = names(len(step.window))
    told, is_padding = [], step.is_padding.reshape([len(positions) for positions in step.window])
    for number, (axis, positions) in enumerate(zip(axes, step.window, strict=True)):
        others = tuple(n for n in range(len(axes)) if n != number)
        outside: list[bool] = np.all(is_padding, axis=others).tolist()
        inside = [place for place, is_outside in zip(positions, outside, strict=True) if not is_outside]
        told.append(reach(axis, inside, sum(outside), " to "))
    return f"{', '.join(told)} of {before}"
