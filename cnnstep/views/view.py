"""A walk and everything that shows it: what each output, from the terminal to a film, is made from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from cnnstep.engine.steps import Walk
from cnnstep.views.page.scene import Block, Scene


class Figure(NamedTuple):
    """A title, and maps (channels, rows, columns) to stand under it."""

    title: str
    maps: Any


class Show(NamedTuple):
    """Made by the scene builder of a step's kind; no command and no output needs to know which."""

    walk: Walk[Any, Any]
    operation: str
    """What machines call it: `convolution`."""
    facts: Mapping[str, Any]
    """What machines are told beside the steps: sizes, settings, costs."""
    title: Callable[..., list[Block]]
    """The head of a screen, `title()` without a step or `title(step)` with one."""
    scene: Callable[[Any], Scene]
    """Everything about one step."""
    line: Callable[[Any], Scene]
    """One step in one line."""
    result: Callable[[], list[list[Block]]]
    """The whole output, and what there is to say about it."""
    address: str = "{}"
    """How `--at` names a cell: `{}`, or `2[{}]` in layer 2."""
    figures: Callable[[], Sequence[Figure]] | None = None
    """What a picture of it shows; without them, its output."""
    first: int = 3
    """How many steps are shown in full where no one says."""
    layers: Callable[[], "Layers"] | None = None
    """The layers of the network that it is, or is one of."""
    archives: Mapping[str, Callable[[], Mapping[str, Any]]] = {}
    """What can be saved as named arrays: `weights`, `activations`."""
    hint: str = ""
    """What to type next, where the usual is not what is wanted."""


class Layers(NamedTuple):
    """The shows of all layers of a network, what they are called, and which of them is meant."""

    shows: Sequence[Show]
    names: Sequence[str]
    chosen: int = 0
    is_whole: bool = False
    """Whether all of them are meant, one after the other."""
    origin: "Callable[[int, int], Origin] | None" = None
    """(layer, step) → what it owes most to."""


class Origin(NamedTuple):
    """A step of another layer, both counted from 0, and what to say of its place; no layer where it is a pixel."""

    place: str
    layer: int | None = None
    step: int = 0
