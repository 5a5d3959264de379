"""From what was typed to an array: channels first, so many spatial axes, cut out, resized, from 0 to 1."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array, as_numbers, freeze
from cnnstep.errors import DataError, Setting
from cnnstep.geometry import by
from cnnstep.inputs import Reading
from cnnstep.inputs.sources import NPY_MAGIC, content, is_table, npy, table
from cnnstep.notation import Matrices
from cnnstep.notation.preprocessing import Preprocessing

RGB = ("red", "green", "blue")
STEREO = ("left", "right")
LEVELS = 255
USUAL = Reading()
SHAPES = {
    1: "samples, or channels×samples",
    2: "rows×columns, or channels×rows×columns",
    3: "frames×rows×columns, or channels×frames×rows×columns",
}


class Fitted(NamedTuple):
    """How rows and columns became those that are wanted: padded before and after each axis, else resized."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    padding: tuple[tuple[int, int], ...] | None = None

    @property
    def told(self) -> str:
        """`padded by 2`, `padded by 1:2×2`, `resized`."""
        if self.padding is None:
            return "resized"
        sides = [str(first) if first == last else f"{first}:{last}" for first, last in self.padding]
        return f"padded by {'×'.join(dict.fromkeys(sides))}"


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """An input by its printable name: values (channels, *spatial), and what the channels are called.

    `has_colours` says whether it has more to show in colour, `is_prepared` whether a network's preprocessing is done,
    `is_image` whether it was decoded from a picture; `notes` are what to know of how it was read.
    """

    name: str
    values: Array
    has_colours: bool = False
    channels: tuple[str, ...] = ()
    is_prepared: bool = False
    is_image: bool = False
    notes: tuple[str, ...] = ()

    @property
    def axes(self) -> int:
        """How many axes are spatial: 1 for sound, 2 for a picture, 3 for a film."""
        return self.values.ndim - 1

    @property
    def is_levels(self) -> bool:
        """Whether its numbers are levels of 8 bits, 0 to 255."""
        return self.values.dtype == np.uint8

    def holding(self, values: Array) -> "Input":
        """The same with other numbers, which nothing changes any more."""
        freeze(values)
        return replace(self, values=values)

    def fitted(self, size: tuple[int, int]) -> tuple["Input", Fitted]:
        """Padded or resized to H rows and W columns; its name says which, so that every screen does."""
        values, how = fitted(self.values, size)
        name = self.name if how.before == how.after else f"{self.name} ({by(how.before)}, {how.told})"
        return replace(self, name=name).holding(values), how

    def cut_out(self, size: tuple[int, int]) -> "Input":
        """A photographed digit as bright ink on dark, 0 to 1, in H rows and W columns; anything else as it is."""
        from cnnstep.inputs.handwriting import cut_out

        if not self.is_image or self.values.ndim != 3 or len(self.values) > 1 or self.values.min() < 0:
            return self
        found = cut_out(self.values[0], size)
        if found is None:
            return self
        name = f"{self.name} ({by(self.values.shape[1:])}, inverted, cut out)"
        (top, bottom), (left, right) = found.rows, found.columns
        told = (
            f"dark ink on paper: inverted, cut out at rows {top}–{bottom}, columns {left}–{right}, centred;"
            " --raw reads the picture unchanged"
        )
        return replace(self, name=name, notes=(*self.notes, told)).holding(found.values[None])

    def levelled(self) -> "Input":
        """Levels of 8 bits from 0 to 1, as networks take them; other numbers as they are."""
        if not self.is_levels:
            return self
        return self.holding(to_unit(self.values, self.name, LEVELS))

    def prepared(self, preprocessing: Preprocessing) -> "Input":
        """Levels, of 8 bits or from 0 to 1 already, as (x − mean) / std, in the network's order of channels.

        Raises NotationError where that does not fit the channels.
        """
        preprocessing.check(len(self.values))
        way = -1 if preprocessing.is_reversed else 1
        mean, std = (np.array(each).reshape(-1, *(1,) * self.axes) for each in (preprocessing.mean, preprocessing.std))
        values = (self.levelled().values[::way] - mean) / std
        return replace(self, channels=self.channels[::way], is_prepared=True).holding(values)


def read(source: str, reading: Reading = USUAL) -> Input:
    """Read a file, `sample:NAME`, a literal matrix, or `-` for stdin.

    The content decides what it is: `.npy`, an image, a film, a sound, or a table of numbers. Raises DataError.
    """
    found, full = _found(source, *content(source), reading)
    name, values = found.name, found.values
    if reading.rgb and (len(values) != 3 or values.ndim < 3):
        raise DataError(f"{name} has no colours: it is {by(values.shape)}", ("leave ", Setting("rgb"), " out"))
    values = cropped(values, name, reading.crop) if reading.crop else values
    values = resized(values, reading.resize) if reading.resize else values
    channels = RGB if reading.rgb else found.channels
    made = replace(found, channels=channels if len(channels) == len(values) else ())
    return made.holding(to_unit(values, name, full) if reading.unit else values)


def noise(shape: tuple[int, ...], seed: int = 0) -> Input:
    """Numbers from 0 to 1, the same for the same seed, where no sample has the shape that is wanted."""
    return Input("noise", np.random.default_rng(seed).random(shape))


def _found(source: str, name: str, data: bytes | Matrices, how: Reading) -> tuple[Input, float]:
    """Numbers as they came, and the level that is full."""
    if isinstance(data, bytes) and data.startswith(NPY_MAGIC):
        return Input(name, laid_out(npy(data, name), how.axes, name)), LEVELS
    if isinstance(data, Matrices) or is_table(source, data):
        values, divisor = table(data, name)
        values = values if len(values) > 1 else values[0]
        return Input(name, laid_out(values if divisor == 1 else values / divisor, how.axes, name)), LEVELS
    from cnnstep.inputs import sound

    if sound.is_sound(data):
        samples, full = sound.decode(data, name)
        channels = STEREO if len(samples) == len(STEREO) else ()
        return Input(name, laid_out(samples, how.axes or 1, name), channels=channels), full
    from cnnstep.inputs.images import decode

    values, has_colours = decode(data, name, rgb=how.rgb, axes=how.axes)
    return Input(name, as_numbers(values, name), has_colours, is_image=True), LEVELS


def laid_out(values: Array, axes: int | None, name: str) -> Array:
    """Give an array of numbers its channel axis: (C, *spatial).

    Without `axes`: one row of several numbers is a signal, rows and columns are an image, three axes its channels too,
    four axes a volume with channels.
    """
    is_row = values.ndim == 1 or (values.ndim == 2 and len(values) == 1 and values.size > 1)
    bare = values.ndim - 1 if values.ndim > 2 else 1 if is_row else 2
    if axes is None and values.ndim in {1, 2, 3, 4} and values.size:
        axes = bare
    if axes == 1 and values.ndim == 3 and len(values) == 1:
        values = values[0]  # the rows of a table are the channels of a signal
    fits = axes is not None and values.size and (values.ndim == 1 or values.ndim in {axes, axes + 1})
    if axes is None or not fits:
        raise DataError(
            f"{name} has the shape {by(values.shape) or 'of one number'}", f"an input is {SHAPES[axes or 2]}"
        )
    return values.reshape((1,) * (axes + 1 - values.ndim) + values.shape)


def cropped(values: Array, name: str, crop: Sequence[int]) -> Array:
    """Cut X,Y,W,H out of every channel and frame; a signal is one row."""
    x, y, width, height = crop
    rows, columns = _as_rows(values).shape[-2:]
    if x + width > columns or y + height > rows:
        raise DataError(
            f"crop {x},{y},{width},{height} reaches column {x + width} and row {y + height},"
            f" but {name} has {columns} columns and {rows} rows",
            ("use ", Setting("crop", (0, 0, min(width, columns), min(height, rows)))),
        )
    cut = _as_rows(values)[..., y : y + height, x : x + width]
    return cut if values.ndim > 2 else cut[:, 0]


def resized(values: Array, size: Sequence[int]) -> Array:
    """Resize every channel and frame to W columns and H rows."""
    from cnnstep.inputs.images import resample

    columns, rows = size
    if values.ndim == 2 and rows != 1:
        raise DataError(
            f"one row of {values.shape[1]} numbers cannot become {rows} rows", ("use ", Setting("resize", (columns, 1)))
        )
    flat = _as_rows(values).reshape(-1, *_as_rows(values).shape[-2:])
    return resample(flat, columns, rows).reshape(
        *values.shape[: max(1, values.ndim - 2)], *size[::-1][values.ndim < 3 :]
    )


def fitted(values: Array, size: tuple[int, int]) -> tuple[Array, Fitted]:
    """Bring every channel to H rows and W columns: smaller ones are padded with their background, others resized.

    The background is the commonest level along the edge. So LeNet's paper puts digits of 28×28 into 32×32: resizing
    would blur their strokes, and cells of the corners would never see the middle of a window.
    """
    before = tuple(values.shape[-2:])
    missing = [wanted - n for wanted, n in zip(size, before, strict=True)]
    if min(missing) < 0:
        return resized(values, size[::-1]), Fitted(before, size)
    padding = tuple((n // 2, n - n // 2) for n in missing)
    channels = values.reshape(-1, *before)
    made = np.stack([np.pad(channel, padding, constant_values=_background(channel)) for channel in channels])
    return made.reshape(*values.shape[:-2], *size), Fitted(before, size, padding)


def _background(channel: Array) -> float:
    """The commonest level along the edge; the smallest of several."""
    edge = np.concatenate([channel[0], channel[-1], channel[1:-1, 0], channel[1:-1, -1]])
    levels, counts = np.unique(edge, return_counts=True)
    level: float = levels[counts.argmax()].item()
    return level


def _as_rows(values: Array) -> Array:
    """A signal as one row."""
    return values if values.ndim > 2 else values[:, None]


def to_unit(values: Array, name: str, full: float) -> Array:
    """Levels of 0 … `full`, or of a sound from −`full`, as 0 … 1, or −1 … 1."""
    low, high = values.min(), values.max()
    if (low < 0 and full == LEVELS) or high > full:
        raise DataError(f"{name} holds {low} to {high}, not levels of 0 to {full}", ("leave ", Setting("unit"), " out"))
    return values / full
