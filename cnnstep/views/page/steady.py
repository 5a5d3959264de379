"""Scenes one after another, so that nothing moves which does not have to: for the player and for films."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnstep.views.page.scene import Beside, Block, Cut, Grid, Mark, Panel, Scene

SAMPLES = 16


@dataclass(slots=True)
class Steady:
    """Remembers how wide each grid and each sign has been, and keeps its room from then on."""

    _widths: dict[tuple[int, int], int] = field(default_factory=dict)
    _sides: dict[tuple[int, int], Cut] = field(default_factory=dict)

    def __call__(self, scene: Scene) -> Scene:
        """The scene with as much room for each panel as any scene before had."""
        return Scene(tuple(self._row(block, number) for number, block in enumerate(scene.blocks)))

    def learn(self, scenes: Iterable[Scene]) -> list[Scene]:
        """How much room these need; they themselves, with that room."""
        met = [self(scene) for scene in scenes]
        return [self(scene) for scene in met]

    def _row(self, block: Block, number: int) -> Block:
        if not isinstance(block, Beside):
            return block
        return block._replace(panels=tuple(self._keep(panel, (number, at)) for at, panel in enumerate(block.panels)))

    def _keep(self, panel: Panel, place: tuple[int, int]) -> Panel:
        if isinstance(panel, Grid):
            widest = max(len(cell.text) for row in panel.cells for cell in row)
            sides = Cut(*(a or b for a, b in zip(self._sides.get(place, Cut()), panel.cut, strict=True)))
            self._sides[place] = sides
            return panel._replace(least=self._widest(place, max(panel.least, widest)), reserve=sides)
        if isinstance(panel, Mark):
            return panel._replace(width=self._widest(place, max(panel.width, len(panel.text))))
        return panel

    def _widest(self, place: tuple[int, int], width: int) -> int:
        self._widths[place] = max(width, self._widths.get(place, 0))
        return self._widths[place]


def spread(steps: Sequence[Any], most: int = SAMPLES) -> list[Any]:
    """A few steps from the first to the last, by which to learn what all need."""
    last = max(0, len(steps) - 1)
    return [steps[i] for i in sorted({round(n * last / (most - 1)) for n in range(most)})]
