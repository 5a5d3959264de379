"""What `train` and `evaluate` share: the network and the images that fit it; and how training is ended by Ctrl-C."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from types import FrameType

from cnnstep.errors import DataError, GeometryError, printable
from cnnstep.geometry import by
from cnnstep.inputs.datasets import Labelled, Read, read_images
from cnnstep.learning.data import Images, fitted
from cnnstep.networks.described import Described, describe
from cnnstep.networks.layer import Layer
from cnnstep.networks.network import Network
from cnnstep.render.formats.progress import Waiting

CHANNELS = {1, 3}


@dataclass(frozen=True, slots=True)
class Learning:
    """A network without weights yet, and what there is to learn from."""

    described: Described
    layers: list[Layer]
    read: Read

    @classmethod
    def of(cls, chain: str, data: str, shape: tuple[int, ...] | None, seed: int) -> "Learning":
        """The network for the shape that is told, that it is made for, or that the images have."""
        with Waiting("reading the images"):
            read = read_images(data)
        described = describe(chain)
        size = shape or described.input or image_shape(read.train)
        layers = described.layers(size, seed)
        output = layers[-1].output
        if prod(output[1:]) > 1:
            raise GeometryError(
                f"{described.name} gives {by(output)} numbers, not one for each class",
                "end it in flatten and dense 10: a unit for each class",
            )
        return cls(described, layers, read)

    def images(self, found: Labelled) -> Images:
        """Images as this network takes them."""
        layers = self.layers
        return fitted(found, layers[0].input, prod(layers[-1].output), self.described.preprocessing)

    def network(self, seed: int, weights: str | None, *, untrained: bool = True) -> Network:
        """With weights from a file, else those that come with it, or drawn."""
        if weights is None:
            return Network(self.layers, seed, None if untrained else self.described.learned(self.layers))
        if not Path(weights).is_file():
            raise DataError(f"no such file: {printable(weights) or 'an empty name'}", "train --save w.npz writes one")
        return Network(self.layers, seed, self.described.fitted(self.layers, weights))


def image_shape(found: Labelled) -> tuple[int, ...]:
    """(C, H, W) of images that have no axis for channels, or have it last."""
    shape = tuple(found.x.shape[1:])
    if len(shape) == 1:
        side = round(shape[0] ** 0.5)
        return (1, side, side) if side * side == shape[0] else shape
    if len(shape) == 2:
        return (1, *shape)
    return (shape[-1], *shape[:-1]) if shape[-1] in CHANNELS and shape[0] not in CHANNELS else shape


@dataclass(slots=True)
class Stop:
    """Whether someone has asked for the end."""

    asked: bool = field(default=False)


@contextmanager
def ending() -> Iterator[Stop]:
    """The first Ctrl-C asks for the end after this batch; the second is as always."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT)

    def ask(*_: int | FrameType | None) -> None:
        stop.asked = True
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
