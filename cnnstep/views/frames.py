"""Steps to be filmed, one after the other, perhaps of several walks; nothing moves that does not have to."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple, overload

from cnnstep.errors import NotationError
from cnnstep.views.page.scene import Scene
from cnnstep.views.page.steady import Steady, spread
from cnnstep.views.view import View

MOST_FRAMES = 300


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


class Filming:
    """The scenes of frames, with room for what each view will need."""

    def __init__(self, frames: Frames) -> None:
        self._steady = [Steady() for _ in frames.parts]
        for steady, (view, steps) in zip(self._steady, frames.parts, strict=True):
            steady.learn(map(view.scene, spread(steps)))

    def scene(self, frame: Frame) -> Scene:
        """The scene of a frame."""
        return self._steady[frame.part](frame.view.scene(frame.step))
