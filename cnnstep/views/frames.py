"""Steps to be filmed, one after the other, perhaps of several walks; nothing moves that does not have to."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple, overload

from cnnstep.errors import NotationError
from cnnstep.views.page.scene import Scene
from cnnstep.views.page.steady import Steady, spread
from cnnstep.views.sequence import Story
from cnnstep.views.view import Show

MOST_FRAMES = 300


class Take(NamedTuple):
    """A step, the show that it is a step of, and which of the shows that is."""

    part: int
    show: Show
    step: Any


class Takes(Sequence[Take]):
    """The steps of several shows as one sequence, each computed when it is asked for."""

    def __init__(self, parts: Sequence[tuple[Show, Sequence[Any]]]) -> None:
        self.parts = parts
        self._ends = list(accumulate(len(steps) for _, steps in parts))

    def __len__(self) -> int:
        return self._ends[-1]

    @overload
    def __getitem__(self, key: int) -> Take: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[Take]: ...
    def __getitem__(self, key: int | slice) -> Take | Sequence[Take]:
        if isinstance(key, slice):
            return [self[i] for i in range(*key.indices(len(self)))]
        number = key + len(self) if key < 0 else key
        part = next(i for i, end in enumerate(self._ends) if number < end)
        show, steps = self.parts[part]
        return Take(part, show, steps[number - self._ends[part] + len(steps)])

    def __iter__(self) -> Iterator[Take]:
        for part, (show, steps) in enumerate(self.parts):
            for step in steps:
                yield Take(part, show, step)


def takes_of(story: Story) -> Takes:
    """What was asked for, or every step: of a whole network the steps of all its layers."""
    show = story.show
    if story.asked is not None:
        return Takes([(show, story.asked)])
    layers = show.layers() if show.layers else None
    if layers and layers.is_whole:
        return Takes([(layer, layer.walk) for layer in layers.shows])
    return Takes([(show, show.walk)])


def at_most(most: int, what: str, story: Story) -> None:
    """Ask which part of a long walk is wanted."""
    takes = takes_of(story)
    steps = len(takes)
    if story.asked is not None or steps <= most:
        return
    part = f"--steps {most}, --steps {steps - most}:{steps} or --steps all"
    if len(takes.parts) > 1:  # steps are counted in a layer
        part = f"--layer 1 --steps {most}: the {len(takes.parts)} layers have {steps:,} steps together"
    raise NotationError(f"{what} of {steps:,} steps is long: more than {most:,} must be asked for", f"use {part}")


class Telling:
    """The scenes of takes, with room for what each show will need."""

    def __init__(self, takes: Takes) -> None:
        self._steady = [Steady() for _ in takes.parts]
        for steady, (show, steps) in zip(self._steady, takes.parts, strict=True):
            steady.learn(map(show.scene, spread(steps)))

    def scene(self, take: Take) -> Scene:
        """The scene of a take."""
        return self._steady[take.part](take.show.scene(take.step))
