"""Image bytes to levels 0–255, (channels, rows, columns): what a computer sees, the right way up."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import numpy as np
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from cnnstep.engine.arrays import Array
from cnnstep.errors import DataError, Setting
from cnnstep.inputs.sources import decoding

FORMATS = "PNG, JPEG, GIF, BMP, TIFF, WebP and PPM"
MOST_PIXELS = 100_000_000
MOST_FRAMES = 10_000
# 65,535 / 257 is 255 exactly
LEVELS_16_BIT = 257
MOST_FOR_FLOAT32 = 1e30
COLOURLESS = {"1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L"}
ONE_AT_A_TIME = Lock()  # Pillow's limit and the warning filters belong to the whole process
FILMS = {"GIF", "WEBP", "PNG"}
DECODERS = ("PNG", "JPEG", "GIF", "BMP", "PPM", "TIFF", "WEBP")  # the ones that Pillow loads at once come first
FIRST_FRAME = ("use ", Setting("axes", 2), " for its first frame")


def decode(data: bytes, name: str, *, rgb: bool, axes: int | None = None) -> tuple[Array, bool]:
    """Decode an image into uint8 levels, grey (1, H, W) by ITU-R 601, or red, green, blue (3, H, W).

    Also say whether the image has colours at all.

    EXIF rotation is applied, palettes and CMYK become colours, 16 bits become 8, transparency lies
    over white. A film gives all its frames, (C, frames, rows, columns), unless two axes are asked for;
    then, as for one axis, only the first. Integer and float images keep their numbers.
    """
    with _unlimited(), decoding(name, "save or copy the picture again"), _opened(data, name) as image:
        if image.width * image.height > MOST_PIXELS:
            size = f"{image.width}×{image.height} = {image.width * image.height:,}"
            raise DataError(
                f"{name} has {size} pixels; the most is {MOST_PIXELS:,}", "make it smaller with an image editor first"
            )
        # opening has read no more than the header: pixels are unpacked once their number is known to be fair
        image.load()
        coloured = image.mode not in COLOURLESS
        is_film = image.format in FILMS and getattr(image, "is_animated", False)
        if axes == 3 or (axes is None and is_film):
            return _frames(image, name, rgb=rgb), coloured
        return _levels(ImageOps.exif_transpose(image), rgb=rgb), coloured


def _opened(data: bytes, name: str) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=DECODERS)
    except UnidentifiedImageError:
        raise DataError(f"{name} is not an image that cnnstep can read", f"it reads {FORMATS}") from None


def resample(values: Array, columns: int, rows: int) -> Array:
    """Resize each channel with a smoothing filter: levels stay levels, other numbers become floats."""
    levels = values.dtype == np.uint8
    if not levels and np.abs(values).max() > MOST_FOR_FLOAT32:
        raise DataError(f"numbers beyond {MOST_FOR_FLOAT32:g} cannot be resized", ("leave ", Setting("resize"), " out"))
    # the only floats that Pillow has
    channels = values if levels else values.astype(np.float32)
    resized = [
        np.asarray(Image.fromarray(channel).resize((columns, rows), Image.Resampling.BILINEAR)) for channel in channels
    ]
    return np.stack(resized).astype(np.uint8 if levels else np.float64)


@contextmanager
def _unlimited() -> Iterator[None]:
    """Pillow's own limit would speak before the size is known; ours names the numbers."""
    with ONE_AT_A_TIME:
        limit = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _frames(image: Image.Image, name: str, *, rgb: bool) -> Array:
    """Every frame of a film: (C, frames, rows, columns); no format is asked how many there are, which may take long."""
    pixels = image.width * image.height
    most = min(MOST_FRAMES, MOST_PIXELS // pixels)
    frames: list[Array] = []
    for frame in ImageSequence.Iterator(image):
        if len(frames) == most:
            raise DataError(
                f"{name} has more than {most:,} frames of {image.width}×{image.height};"
                f" the most is {MOST_FRAMES:,} frames, and {MOST_PIXELS:,} pixels",
                FIRST_FRAME,
            )
        # the iterator gives the same object for every frame, and moves it on
        frames.append(_levels(frame.copy(), rgb=rgb))
    if len({frame.shape for frame in frames}) > 1:
        raise DataError(f"{name} has frames of different sizes", FIRST_FRAME)
    return np.stack(frames, axis=1)


def _levels(image: Image.Image, *, rgb: bool) -> Array:
    if image.mode in {"I", "F"} and image.format != "PNG":
        return np.asarray(image)[None]
    if image.mode == "I" or image.mode.startswith("I;16"):
        # by hand, because a conversion by Pillow cuts off at 255 what it should scale
        deep = np.asarray(image).astype(np.float64) / LEVELS_16_BIT
        image = Image.fromarray(np.clip(np.rint(deep), 0, 255).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    if image.mode not in {"1", "L", "RGB"}:
        image = image.convert("RGB")
    pixels = np.asarray(image.convert("RGB" if rgb else "L"))
    return np.ascontiguousarray(np.moveaxis(pixels, -1, 0)) if rgb else pixels[None]
