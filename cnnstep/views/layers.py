"""What a view says of the network that it is, or is a layer of: its layers, where a number came from, its maps."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from cnnstep.views.view import View


class Figure(NamedTuple):
    """A title, and maps (channels, rows, columns) to stand under it."""

    title: str
    maps: Any


class Origin(NamedTuple):
    """A step of another layer, both counted from 0, and what to say of its place; no layer where it is a pixel."""

    place: str
    layer: int | None = None
    step: int = 0


class Layers(NamedTuple):
    """The views of all layers of a network, what they are called, and which of them is meant."""

    views: Sequence["View"]
    names: Sequence[str]
    chosen: int = 0
    is_whole: bool = False
    """Whether all of them are meant, one after the other."""
    origin: Callable[[int, int], Origin] | None = None
    """(layer, step) → its largest contribution."""
    reads: Sequence[str] = ()
    """What each of them reads, where the network branches."""
