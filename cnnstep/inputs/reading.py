"""From what was typed to an array: channels, then the spatial axes."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array, as_numbers
from cnnstep.errors import DataError, Setting
from cnnstep.geometry import by
from cnnstep.inputs import Reading
from cnnstep.inputs.layout import LEVELS, Fitted, cropped, fitted, laid_out, resized, to_unit
from cnnstep.inputs.sources import NPY_MAGIC, content, is_table, npy, table
from cnnstep.notation import Matrices

RGB = ("red", "green", "blue")
STEREO = ("left", "right")


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """An input by its printable name: values (channels, *spatial), and what the channels are called.

    `has_colours` says whether it has more to show in colour.
    """

    name: str
    values: Array
    has_colours: bool
    channels: tuple[str, ...] = ()

    @property
    def axes(self) -> int:
        """How many axes are spatial: 1 for sound, 2 for a picture, 3 for a film."""
        return self.values.ndim - 1

    def fitted(self, size: tuple[int, int]) -> tuple["Input", Fitted]:
        """Padded or resized to H rows and W columns; its name says which, so that every screen does."""
        values, how = fitted(self.values, size)
        _freeze(values)
        name = self.name if how.before == how.after else f"{self.name} ({by(how.before)}, {how.told})"
        return replace(self, name=name, values=values), how

    def levelled(self) -> "Input":
        """Levels of 8 bits from 0 to 1, as networks take them; other numbers as they are."""
        if self.values.dtype != np.uint8:
            return self
        values = to_unit(self.values, self.name, LEVELS)
        _freeze(values)
        return replace(self, values=values)


class _Found(NamedTuple):
    """Numbers as they came, and what they are: in colour, heard in stereo, up to which level."""

    values: Array
    has_colours: bool = False
    channels: tuple[str, ...] = ()
    full: float = LEVELS


def read(source: str, reading: Reading | None = None) -> Input:
    """Read a file, `sample:NAME`, a literal matrix, or `-` for stdin.

    The content decides what it is: `.npy`, an image, a film, a sound, or a table of numbers. Raises DataError.
    """
    how = reading or Reading()
    name, data = content(source)
    found = _values(source, name, data, how)
    values = found.values
    if how.rgb and (len(values) != 3 or values.ndim < 3):
        raise DataError(f"{name} has no colours: it is {by(values.shape)}", ("leave ", Setting("rgb"), " out"))
    values = resized(cropped(values, name, how.crop), how.resize)
    if how.unit:
        values = to_unit(values, name, found.full)
    _freeze(values)
    channels = RGB if how.rgb else found.channels
    return Input(name, values, found.has_colours, channels if len(channels) == len(values) else ())


def noise(shape: tuple[int, ...], seed: int = 0) -> Input:
    """Numbers from 0 to 1, the same for the same seed, where no sample has the shape that is wanted."""
    return Input("noise", np.random.default_rng(seed).random(shape), has_colours=False)


def _freeze(values: Array) -> None:
    """Nothing changes what was read, nor what it is a view of."""
    values.flags.writeable = False
    if isinstance(values.base, np.ndarray):
        _freeze(values.base)


def _values(source: str, name: str, data: bytes | Matrices, how: Reading) -> _Found:
    if isinstance(data, bytes) and data.startswith(NPY_MAGIC):
        return _Found(laid_out(npy(data, name), how.axes, name))
    if isinstance(data, Matrices) or is_table(source, data):
        values, divisor = table(data, name)
        values = values if len(values) > 1 else values[0]
        return _Found(laid_out(values if divisor == 1 else values / divisor, how.axes, name))
    from cnnstep.inputs import sound

    if sound.is_sound(data):
        samples, full = sound.decode(data, name)
        channels = STEREO if len(samples) == len(STEREO) else ()
        return _Found(laid_out(samples, how.axes or 1, name), channels=channels, full=full)
    from cnnstep.inputs.images import decode

    values, has_colours = decode(data, name, rgb=how.rgb, axes=how.axes)
    return _Found(as_numbers(values, name), has_colours)
