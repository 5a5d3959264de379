"""The GIF format, frame by frame: one palette for all, and of each frame only what differs from the one before.

GIF89a (https://www.w3.org/Graphics/GIF/spec-gif89a.txt). Pillow compresses; what it would keep in memory is
written at once.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnstep.render.palettes import Colour

Array: TypeAlias = NDArray[Any]

COLOURS = 255
SAME = 255  # the number that lets the frame before show through
SEPARATOR, TRAILER = b",", b";"
LONGEST = 65_535
LEAST = 2
HEADER, DESCRIPTOR = 13, 9


class Inks:
    """At most 255 colours that stand for all colours of some frames; each colour's nearest is looked up in a table."""

    def __init__(self, frames: Sequence[Array], ground: Colour) -> None:
        colours = np.unique(np.concatenate([_distinct(frame) for frame in frames]), axis=0)
        if len(colours) > COLOURS:
            colours = np.unique(np.concatenate([[ground], _fewer(frames)]), axis=0)
        self.palette = colours.astype(np.uint8)
        self._table: dict[int, int] = {}

    def nearest(self, tile: Array) -> Array:
        """The numbers of the nearest colours of the palette."""
        packed = _packed(tile)
        distinct, places = np.unique(packed, return_inverse=True)
        numbers = np.array([self._number(colour) for colour in distinct.tolist()], dtype=np.uint8)
        found: Array = numbers[places].reshape(packed.shape)
        return found

    def _number(self, packed: int) -> int:
        if packed not in self._table:
            colour = np.array([packed >> 16, packed >> 8 & 255, packed & 255])
            distances = ((self.palette.astype(np.int64) - colour) ** 2).sum(axis=1)
            self._table[packed] = int(distances.argmin())
        return self._table[packed]


def _packed(colours: Array) -> Array:
    parts = colours.astype(np.int32)
    packed: Array = parts[..., 0] << 16 | parts[..., 1] << 8 | parts[..., 2]
    return packed


def _distinct(frame: Array) -> Array:
    numbers = np.unique(_packed(frame))
    return np.stack([numbers >> 16, numbers >> 8 & 255, numbers & 255], axis=1)


def _fewer(frames: Sequence[Array]) -> Array:
    """The colours of all frames, merged until they are few enough; the ground keeps its own."""
    columns = np.concatenate([frame.reshape(-1, 3) for frame in frames])
    numbers, counts = np.unique(_packed(columns), return_counts=True)
    weight = np.minimum(counts, 64)  # what is rare, such as the edges of letters, must not drown in the ground
    sample = np.repeat(numbers, weight)
    pixels = np.stack([sample >> 16, sample >> 8 & 255, sample & 255], axis=1).astype(np.uint8)[None]
    merged = Image.fromarray(pixels).quantize(COLOURS - 1, Image.Quantize.MEDIANCUT)
    return np.array(merged.getpalette() or [], dtype=np.uint8)[: 3 * (COLOURS - 1)].reshape(-1, 3)


class Film:
    """A GIF that is being written."""

    def __init__(self, stream: BinaryIO, size: tuple[int, int], palette: Array, loop: int) -> None:
        self._stream = stream
        self._palette = palette.tobytes().ljust(3 * (SAME + 1), b"\0")
        self._before: Array | None = None
        self._spent = self._written = 0.0
        wide, high = (number.to_bytes(2, "little") for number in size)
        stream.write(b"GIF89a" + wide + high + b"\xf7\0\0" + self._palette)
        if loop != 1:
            again = (loop - 1 if loop else 0).to_bytes(2, "little")
            stream.write(b"!\xff\x0bNETSCAPE2.0\x03\x01" + again + b"\0")

    def add(self, frame: Array, milliseconds: float) -> None:
        """A frame of palette numbers (rows, columns)."""
        top, bottom, left, right = _changed(self._before, frame)
        piece = frame[top:bottom, left:right]
        if self._before is not None:
            piece = np.where(piece == self._before[top:bottom, left:right], SAME, piece).astype(np.uint8)
        self._before = frame
        self._spent += milliseconds / 10  # in hundredths of a second; what is rounded off is kept for the next
        hundredths = max(LEAST, min(LONGEST, round(self._spent - self._written)))
        self._written += hundredths
        self._stream.write(b"!\xf9\x04\x05" + hundredths.to_bytes(2, "little") + bytes((SAME, 0)))
        corner = (left, top, right - left, bottom - top)
        place = b"".join(number.to_bytes(2, "little") for number in corner)
        self._stream.write(SEPARATOR + place + b"\0" + self._compressed(piece))

    def end(self) -> None:
        """Nothing follows."""
        self._stream.write(TRAILER)

    def _compressed(self, piece: Array) -> bytes:
        """The compressed pixels, cut out of a GIF that Pillow writes."""
        image = Image.frombytes("P", piece.shape[::-1], np.ascontiguousarray(piece).tobytes())
        image.putpalette(self._palette)
        alone = BytesIO()
        image.save(alone, format="GIF", interlace=0, optimize=False)
        whole = alone.getvalue()
        begin = HEADER + 3 * (2 << (whole[10] & 7)) * bool(whole[10] & 128)
        while whole[begin : begin + 1] != SEPARATOR:  # extensions: blocks until an empty one
            begin += 2
            while whole[begin]:
                begin += whole[begin] + 1
            begin += 1
        return whole[begin + 1 + DESCRIPTOR : -1]


def _changed(before: Array | None, frame: Array) -> tuple[int, int, int, int]:
    """Rows and columns of the smallest box with all that differs; one pixel where nothing does."""
    if before is None:
        return 0, frame.shape[0], 0, frame.shape[1]
    differs = before != frame
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not rows.size:
        return 0, 1, 0, 1
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
