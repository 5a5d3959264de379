"""The WebP format, frame by frame and without loss: of each frame only what differs from the one before.

A RIFF file of chunks (https://developers.google.com/speed/webp/docs/riff_container): VP8X, ANIM, and an ANMF for
each frame. Pillow compresses one frame at a time; what it would keep in memory goes into a file of its own until
the length is known.
"""

from io import BytesIO
from shutil import copyfileobj
from tempfile import TemporaryFile
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
from PIL import Image

from cnnstep.engine.arrays import Array
from cnnstep.render.formats.changes import changed

ANIMATED_WITH_HOLES = 2 | 16
LAID_OVER = 0
"""Laid over what stands there, and not taken away afterwards."""
OPAQUE = 255
HOLE = np.uint32(0)
"""A pixel that lets the frame before show through."""
LONGEST = (1 << 24) - 1
RIFF, CHUNK = 12, 8


class Film:
    """A WebP that is being written; it reaches the stream when the block ends without an error."""

    def __init__(self, stream: BinaryIO, size: tuple[int, int], loop: int) -> None:
        self._stream, self._size, self._loop = stream, size, loop
        self._chunks = TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._before: Array | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        with self._chunks:
            if kind is None:
                self._end()

    def add(self, frame: Array, milliseconds: int) -> None:
        """A frame of pixels (rows, columns), as `as_pixels` makes them."""
        top, bottom, left, right = changed(self._before, frame)
        top, left = top - top % 2, left - left % 2  # places are counted in pairs of pixels
        piece = frame[top:bottom, left:right]
        if self._before is not None:
            piece = np.where(piece == self._before[top:bottom, left:right], HOLE, piece)
        self._before = frame
        numbers = (left // 2, top // 2, right - left - 1, bottom - top - 1, min(milliseconds, LONGEST))
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
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def as_pixels(colours: Array) -> Array:
    """Colours (rows, columns, 3) as one number a pixel: red, green, blue and opaque, in this order of bytes."""
    opaque = np.full((*colours.shape[:2], 1), OPAQUE, dtype=np.uint8)
    pixels: Array = np.ascontiguousarray(np.concatenate([colours, opaque], axis=2)).view("<u4")[..., 0]
    return pixels


def _compressed(piece: Array) -> bytes:
    """The chunk with the pixels, cut out of a WebP that Pillow writes."""
    rows, columns = piece.shape
    image = Image.frombytes("RGBA", (columns, rows), piece.astype("<u4").tobytes())
    alone = BytesIO()
    image.save(alone, format="WEBP", lossless=True, quality=0, method=1)
    return alone.getvalue()[RIFF:]
