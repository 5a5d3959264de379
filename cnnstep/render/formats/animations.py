"""GIF and WebP, frame by frame: of each frame only what differs from the one before.

GIF89a (https://www.w3.org/Graphics/GIF/spec-gif89a.txt): one palette for all frames. WebP, without loss: a RIFF
file of chunks (https://developers.google.com/speed/webp/docs/riff_container): VP8X, ANIM, and an ANMF for each frame.
Pillow compresses one frame at a time; what it would keep in memory is written at once, for WebP into a file of its
own until the length is known.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Self

import numpy as np
from PIL import Image

from cnnstep.engine.arrays import Array
from cnnstep.render.figures.paint import Pigments
from cnnstep.render.theme import Colour

# a GIF has 256, and one of them is SAME
COLOURS = 255
SAME = 255  # the number that lets the frame before show through
SEPARATOR, TRAILER = b",", b";"
LEAST, LONGEST = 2, 65_535
OFTEN = 64
HEADER, DESCRIPTOR = 13, 9

ANIMATED_WITH_HOLES = 2 | 16
LAID_OVER = 0
"""Laid over what stands there, and not taken away afterwards."""
OPAQUE = 255
HOLE = np.uint32(0)
"""A pixel that lets the frame before show through."""
LONGEST_IN_WEBP = (1 << 24) - 1
RIFF = 12


def _changes(before: Array | None, frame: Array, hole: Any, apart: int = 1) -> tuple[int, int, Array]:
    """Where the smallest box with all that differs begins, left and top, and its pixels; holes where they are the same.

    Boxes begin at multiples of `apart`; where nothing differs it is one pixel.
    """
    if before is None:
        return 0, 0, frame
    differs = before != frame
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not rows.size:
        rows = columns = np.zeros(1, dtype=np.intp)
    top, left = (int(places[0]) // apart * apart for places in (rows, columns))
    box = np.s_[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
    return left, top, np.where(differs[box], frame[box], hole)


class Inks:
    """At most 255 colours that stand for all colours of some frames; each colour's nearest is looked up in a table."""

    def __init__(self, frames: Iterable[Array], kept: Iterable[Colour]) -> None:
        counts: Counter[int] = Counter()
        for frame in frames:
            colours, times = np.unique(_packed(frame), return_counts=True)
            counts.update(dict(zip(colours.tolist(), times.tolist(), strict=True)))
        palette = _unpacked(sorted(counts))
        if len(palette) > COLOURS:
            # the paper's own colours as they are: merged with others the ground and the highlight would be off
            named = np.unique([*kept], axis=0)
            palette = np.unique(np.concatenate([named, _fewer(counts, COLOURS - len(named))]), axis=0)
        self.palette = palette.astype(np.uint8)
        self._numbers = np.full(1 << 24, SAME, dtype=np.uint8)  # of every colour; SAME where no one has asked yet

    def nearest(self, tile: Array) -> Array:
        """The numbers of the nearest colours of the palette."""
        packed = _packed(tile)
        found: Array = self._numbers[packed]
        if (is_new := found == SAME).any():
            new = np.unique(packed[is_new])
            apart = _unpacked(new)[:, None].astype(np.int32) - self.palette
            self._numbers[new] = (apart**2).sum(axis=-1).argmin(axis=-1)
            found = self._numbers[packed]
        return found

    @property
    def pigments(self) -> Pigments:
        """Numbers of the palette in the place of colours."""
        return Pigments(self.nearest, lambda numbers: self.palette[numbers])


def _packed(colours: Array) -> Array:
    parts = colours.astype(np.int32)
    packed: Array = parts[..., 0] << 16 | parts[..., 1] << 8 | parts[..., 2]
    return packed


def _unpacked(numbers: Sequence[int] | Array) -> Array:
    colours = np.array(numbers, dtype=np.int64)
    return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.uint8)


def _fewer(counts: Mapping[int, int], most: int) -> Array:
    """Colours merged until they are so few."""
    # what is rare, such as the edges of letters, must not drown in the ground
    sample = [colour for colour, times in counts.items() for _ in range(min(times, OFTEN))]
    merged = Image.fromarray(_unpacked(sample)[None]).quantize(most, Image.Quantize.MEDIANCUT)
    return np.array(merged.getpalette() or [], dtype=np.uint8)[: 3 * most].reshape(-1, 3)


class GifFilm:
    """A GIF that is being written; it is whole when the block ends."""

    def __init__(self, stream: BinaryIO, size: tuple[int, int], palette: Array, loop: int) -> None:
        self._stream = stream
        self._palette = palette.tobytes().ljust(3 * (SAME + 1), b"\0")
        self._before: Array | None = None
        wide, high = (number.to_bytes(2, "little") for number in size)
        stream.write(b"GIF89a" + wide + high + b"\xf7\0\0" + self._palette)
        if loop != 1:  # the number that the format wants is how often it begins again
            again = (loop - 1 if loop else 0).to_bytes(2, "little")
            stream.write(b"!\xff\x0bNETSCAPE2.0\x03\x01" + again + b"\0")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._stream.write(TRAILER)

    def add(self, frame: Array, hundredths: int) -> None:
        """A frame of palette numbers (rows, columns), and how long it stays."""
        left, top, piece = _changes(self._before, frame, np.uint8(SAME))
        self._before = frame
        stay = max(LEAST, min(LONGEST, hundredths)).to_bytes(2, "little")
        place = b"".join(number.to_bytes(2, "little") for number in (left, top, *piece.shape[::-1]))
        # the 5: leave the frame standing for the next one (1 << 2), and one number lets it show through (1)
        self._stream.write(b"!\xf9\x04\x05" + stay + bytes((SAME, 0)))
        self._stream.write(SEPARATOR + place + b"\0" + self._compressed(piece))

    def _compressed(self, piece: Array) -> bytes:
        """The compressed pixels, cut out of a GIF that Pillow writes."""
        image = Image.frombytes("P", piece.shape[::-1], np.ascontiguousarray(piece).tobytes())
        image.putpalette(self._palette)
        alone = BytesIO()
        # optimised, Pillow would number the colours anew, but these are numbers of the film's one palette
        image.save(alone, format="GIF", interlace=0, optimize=False)
        whole = alone.getvalue()
        begin = HEADER + 3 * (2 << (whole[10] & 7)) * bool(whole[10] & 128)
        while whole[begin : begin + 1] != SEPARATOR:  # extensions: blocks until an empty one
            begin += 2
            while whole[begin]:
                begin += whole[begin] + 1
            begin += 1
        return whole[begin + 1 + DESCRIPTOR : -1]


class WebpFilm:
    """A WebP that is being written; it reaches the stream when the block ends without an error."""

    def __init__(self, stream: BinaryIO, size: tuple[int, int], loop: int) -> None:
        self._stream, self._size, self._loop = stream, size, loop
        self._chunks = TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._before: Array | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._chunks:
            if kind is None:
                self._end()

    def add(self, frame: Array, milliseconds: int) -> None:
        """A frame of pixels (rows, columns), as `as_pixels` makes them."""
        # even places, for an ANMF holds half of them
        left, top, piece = _changes(self._before, frame, HOLE, apart=2)
        self._before = frame
        rows, columns = piece.shape
        numbers = (left // 2, top // 2, columns - 1, rows - 1, min(milliseconds, LONGEST_IN_WEBP))
        head = b"".join(number.to_bytes(3, "little") for number in numbers) + bytes((LAID_OVER,))
        self._chunks.write(_chunk(b"ANMF", head + _compressed(piece)))

    def _end(self) -> None:
        wide, high = (side - 1 for side in self._size)
        extended = bytes((ANIMATED_WITH_HOLES, 0, 0, 0)) + wide.to_bytes(3, "little") + high.to_bytes(3, "little")
        heads = _chunk(b"VP8X", extended) + _chunk(b"ANIM", bytes(4) + self._loop.to_bytes(2, "little"))
        length = 4 + len(heads) + self._chunks.tell()
        self._stream.write(b"RIFF" + length.to_bytes(4, "little") + b"WEBP" + heads)
        self._chunks.seek(0)
        copyfileobj(self._chunks, self._stream)


def _chunk(name: bytes, body: bytes) -> bytes:
    # RIFF begins every chunk at an even place, and does not count the filling
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def as_pixels(colours: Array) -> Array:
    """Colours (rows, columns, 3) as one number a pixel: red, green, blue and opaque, in this order of bytes."""
    opaque = np.full((*colours.shape[:2], 1), OPAQUE, dtype=np.uint8)
    pixels: Array = np.ascontiguousarray(np.concatenate([colours, opaque], axis=2)).view("<u4")[..., 0]
    return pixels


def _as_colours(pixels: Array) -> Array:
    colours: Array = np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4)[..., :3]
    return colours


PIXELS = Pigments(as_pixels, _as_colours)


def _compressed(piece: Array) -> bytes:
    """The chunk with the pixels, cut out of a WebP that Pillow writes."""
    rows, columns = piece.shape
    image = Image.frombytes("RGBA", (columns, rows), piece.astype("<u4").tobytes())
    alone = BytesIO()
    # without loss `quality` is only how hard it tries: the pixels are the same, and soon there
    image.save(alone, format="WEBP", lossless=True, quality=0, method=1)
    return alone.getvalue()[RIFF:]
