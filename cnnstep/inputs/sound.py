"""Sound files to samples, (channels, samples)."""

import io
import wave

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.errors import DataError
from cnnstep.inputs.sources import decoding

RIFF, WAVE, FORMAT, DATA = b"RIFF", b"WAVE", b"fmt ", b"data"
PLAIN, EXTENSIBLE = b"\x01\x00", b"\xfe\xff"
SUBFORMAT = 32
MOST_SAMPLES = 100_000_000
UNKNOWN_LENGTH = 0x7FFF0000
WIDTHS = {1, 2, 3, 4}
SILENCE_8_BIT = 128


def is_sound(data: bytes) -> bool:
    """Whether these are the bytes of a `.wav` file."""
    return data[:4] == RIFF and data[8:12] == WAVE


def decode(data: bytes, name: str) -> tuple[Array, int]:
    """Decode a `.wav` of 8, 16, 24 or 32-bit integers: its samples, and the level that is full.

    Samples of 8 bits, which are stored from 0 to 255, are moved to −128 … 127, so that silence is 0.
    """
    hint = "save it as .wav with 16-bit integers (PCM)"
    with decoding(name, hint, spoken=wave.Error), wave.open(io.BytesIO(_plain(data))) as file:
        channels, width, frames = file.getnchannels(), file.getsampwidth(), file.getnframes()
        if min(channels * frames, len(data) // width) > MOST_SAMPLES:
            raise DataError(
                f"{name} has {channels}×{frames} = {channels * frames:,} samples; the most is {MOST_SAMPLES:,}",
                "cut a piece out with a sound editor first",
            )
        if width not in WIDTHS:
            raise DataError(f"{name} has {8 * width} bits a sample", "save it with 8, 16, 24 or 32 bits")
        samples = file.readframes(frames)
    streamed = channels * width * frames >= UNKNOWN_LENGTH  # written while it was not known how long it would be
    samples = samples[: len(samples) // (channels * width) * channels * width] if streamed else samples
    if not samples or (len(samples) < channels * width * frames and not streamed):
        what = f"is cut short: {frames} samples were announced" if frames and not streamed else "holds no samples"
        raise DataError(f"{name} {what}", "save or copy the sound again")
    return _integers(samples, width).reshape(-1, channels).T, 1 << (8 * width - 1)


def _integers(samples: bytes, width: int) -> Array:
    if width == 1:
        return (np.frombuffer(samples, np.uint8).astype(np.int16) - SILENCE_8_BIT).astype(np.int8)
    if width == 3:
        wide = np.zeros((len(samples) // 3, 4), np.uint8)
        # in the upper three bytes of four, so that shifting down again repeats the sign
        wide[:, 1:] = np.frombuffer(samples, np.uint8).reshape(-1, 3)
        high: Array = wide.view("<i4")[:, 0] >> 8
        return high
    return np.frombuffer(samples, f"<i{width}").astype(f"i{width}")


def _plain(data: bytes) -> bytes:
    """A header that every Python can read: plain where it is extensible for plain integers, with its sizes.

    Who writes into a pipe leaves the sizes 0.
    """
    if data[4:8] == bytes(4):
        data = data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]
    body = data.find(DATA) + 8
    if body > 8 and data[body - 4 : body] == bytes(4) and len(data) > body:
        data = data[: body - 4] + (len(data) - body).to_bytes(4, "little") + data[body:]
    at = data.find(FORMAT) + 8
    # the wave module reads extensible headers only since Python 3.12
    if data[at : at + 2] == EXTENSIBLE and data[at + SUBFORMAT - 8 : at + SUBFORMAT - 6] == PLAIN:
        return data[:at] + PLAIN + data[at + 2 :]
    return data
