"""Steps to be filmed, one after the other, perhaps of several walks; nothing moves that does not have to."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple, overload

from cnnstep.errors import NotationError
from cnnstep.views.page.columns import Columns
from cnnstep.views.page.grid import Cut, Grid
from cnnstep.views.page.scene import Beside, Block, Mark, Panel, Scene
from cnnstep.views.panels.pictures import spread
from cnnstep.views.view import View

MOST_FRAMES = 300
SAMPLES = 16


class Frame(NamedTuple):
    """A step, the view that it is a step of, and which of the views that is."""

    part: int
    view: View
    step: Any


class Frames(Sequence[Frame]):
    """The steps of several views as one sequence, each computed when it is asked for."""

    def __init__(self, parts: Sequence[tuple[View, Sequence[Any]]]) -> None:
        self.parts = parts
        self._ends = list(accumulate(len(steps) for _, steps in parts))

    def __len__(self) -> int:
        return self._ends[-1]

    @overload
    def __getitem__(self, key: int) -> Frame: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[Frame]: ...
    def __getitem__(self, key: int | slice) -> Frame | Sequence[Frame]:
        if isinstance(key, slice):
            return [self[i] for i in range(*key.indices(len(self)))]
        number = key + len(self) if key < 0 else key
        part = next(i for i, end in enumerate(self._ends) if number < end)
        view, steps = self.parts[part]
        return Frame(part, view, steps[number - self._ends[part] + len(steps)])

    def __iter__(self) -> Iterator[Frame]:
        for part, (view, steps) in enumerate(self.parts):
            for step in steps:
                yield Frame(part, view, step)


def frames_of(view: View) -> Frames:
    """What was asked for, or every step: of a whole network the steps of all its layers."""
    if view.asked is not None:
        return Frames([(view, view.asked)])
    layers = view.layers() if view.layers else None
    if layers and layers.is_whole:
        return Frames([(layer, layer.walk) for layer in layers.views])
    return Frames([(view, view.walk)])


def at_most(most: int, what: str, view: View) -> None:
    """Ask which part of a long walk is wanted."""
    frames = frames_of(view)
    steps = len(frames)
    if view.asked is not None or steps <= most:
        return
    part = f"--steps {most}, --steps {steps - most}:{steps} or --steps all"
    if len(frames.parts) > 1:  # steps are counted in a layer
        part = f"--layer 1 --steps {most}: the {len(frames.parts)} layers have {steps:,} steps together"
    raise NotationError(f"{what} of {steps:,} steps is long: more than {most:,} must be asked for", f"use {part}")


@dataclass(slots=True)
class Steady:
    """Remembers how wide each grid and each sign has been, and keeps its room from then on."""

    _widths: dict[tuple[int, int], int] = field(default_factory=dict)
    _sides: dict[tuple[int, int], Cut] = field(default_factory=dict)
    _inside: dict[tuple[int, int], "Steady"] = field(default_factory=dict)
    """For each scene that stands in a column."""

    def __call__(self, scene: Scene) -> Scene:
        """The scene with as much room for each panel as any scene before had."""
        return Scene(tuple(self._block(block, number) for number, block in enumerate(scene.blocks)))

    def _block(self, block: Block, number: int) -> Block:
        if isinstance(block, Beside):
            kept = (self._keep(panel, (number, at)) for at, panel in enumerate(block.panels))
            return block._replace(panels=tuple(kept))
        if isinstance(block, Columns):
            steadies = (self._inside.setdefault((number, at), Steady()) for at in range(len(block.scenes)))
            return block._replace(scenes=tuple(map(Steady.__call__, steadies, block.scenes)))
        return block

    def learn(self, scenes: Iterable[Scene]) -> list[Scene]:
        """How much room these need; they themselves, with that room."""
        met = [self(scene) for scene in scenes]
        return [self(scene) for scene in met]

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


def samples(steps: Sequence[Any], most: int = SAMPLES) -> list[Any]:
    """A few steps from the first to the last, by which to learn what all need."""
    return [steps[number] for number in spread(len(steps), most)]


def as_scene(view: View, step: Any) -> Iterator[Scene]:
    """What a screen shows of a step."""
    yield view.scene(step)


def pictured(view: View, step: Any) -> Iterator[Scene]:
    """What a figure shows of a step."""
    yield view.picture(step)


def detailed(view: View, step: Any) -> Iterator[Scene]:
    """What a film shows of a step, one product after the other."""
    return view.details(step)


class Filming:
    """The scenes of frames, with room for what each view will need; `shown` makes one or several of a step."""

    def __init__(self, frames: Frames, shown: Callable[[View, Any], Iterator[Scene]] = as_scene) -> None:
        self._shown, self._steady = shown, [Steady() for _ in frames.parts]
        for steady, (view, steps) in zip(self._steady, frames.parts, strict=True):
            steady.learn(scene for step in samples(steps) for scene in shown(view, step))

    def scene(self, frame: Frame) -> Scene:
        """The scene of a frame, where each has one."""
        return next(self.scenes(frame))

    def scenes(self, frame: Frame) -> Iterator[Scene]:
        """The scenes of a frame."""
        return map(self._steady[frame.part], self._shown(frame.view, frame.step))
