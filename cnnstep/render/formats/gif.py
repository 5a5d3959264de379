"""The GIF format, frame by frame: one palette for all, and of each frame only what differs from the one before.

GIF89a (https://www.w3.org/Graphics/GIF/spec-gif89a.txt). Pillow compresses; what it would keep in memory is
written at once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import BinaryIO

import numpy as np
from PIL import Image

from cnnstep.engine.arrays import Array
from cnnstep.render.formats.changes import changed
from cnnstep.render.palettes import Colour

COLOURS = 255
SAME = 255  # the number that lets the frame before show through
SEPARATOR, TRAILER = b",", b";"
LONGEST = 65_535
OFTEN = 64
LEAST = 2
HEADER, DESCRIPTOR = 13, 9


class Inks:
    """At most 255 colours that stand for all colours of some frames; each colour's nearest is looked up in a table."""

    def __init__(self, frames: Iterable[Array], ground: Colour) -> None:
        counts: Counter[int] = Counter()
        for frame in frames:
            colours, times = np.unique(_packed(frame), return_counts=True)
            counts.update(dict(zip(colours.tolist(), times.tolist(), strict=True)))
        palette = _unpacked(sorted(counts))
        if len(palette) > COLOURS:
            palette = np.unique(np.concatenate([[ground], _fewer(counts)]), axis=0)
        self.palette = palette.astype(np.uint8)
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


def _unpacked(numbers: Sequence[int]) -> Array:
    colours = np.array(numbers, dtype=np.int64)
    return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.uint8)


def _fewer(counts: Mapping[int, int]) -> Array:
    """Colours merged until they are few enough."""
    # what is rare, such as the edges of letters, must not drown in the ground
    sample = [colour for colour, times in counts.items() for _ in range(min(times, OFTEN))]
    merged = Image.fromarray(_unpacked(sample)[None]).quantize(COLOURS - 1, Image.Quantize.MEDIANCUT)
    return np.array(merged.getpalette() or [], dtype=np.uint8)[: 3 * (COLOURS - 1)].reshape(-1, 3)


class Film:
    """A GIF that is being written."""

    def __init__(self, stream: BinaryIO, size: tuple[int, int], palette: Array, loop: int) -> None:
        self._stream = stream
        self._palette = palette.tobytes().ljust(3 * (SAME + 1), b"\0")
        self._before: Array | None = None
        wide, high = (number.to_bytes(2, "little") for number in size)
        stream.write(b"GIF89a" + wide + high + b"\xf7\0\0" + self._palette)
        if loop != 1:  # the number that the format wants is how often it begins again
            again = (loop - 1 if loop else 0).to_bytes(2, "little")
            stream.write(b"!\xff\x0bNETSCAPE2.0\x03\x01" + again + b"\0")

    def add(self, frame: Array, hundredths: int) -> None:
        """A frame of palette numbers (rows, columns), and how long it stays."""
        top, bottom, left, right = changed(self._before, frame)
        piece = frame[top:bottom, left:right]
        if self._before is not None:
            piece = np.where(piece == self._before[top:bottom, left:right], SAME, piece).astype(np.uint8)
        self._before = frame
        stay = max(LEAST, min(LONGEST, hundredths)).to_bytes(2, "little")
        self._stream.write(b"!\xf9\x04\x05" + stay + bytes((SAME, 0)))
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
