"""The samples that come with cnnstep; `samples/draw.py` draws them."""

from pathlib import Path
from typing import NamedTuple

from cnnstep.errors import DataError, nearest
from cnnstep.notation.synonyms import meant

PREFIX = "sample:"


class Sample(NamedTuple):
    """A row of the table: a file of `samples/`, and what it is good for."""

    file: str
    meaning: str
    rgb: bool = False


SAMPLES: dict[str, Sample] = {
    "halves": Sample("halves.csv", "three columns of 10 and three of 0: one vertical edge"),
    "five": Sample("five.csv", "the 5×5 matrix of worked examples"),
    "digit": Sample("digit.png", "a handwritten-looking seven, the size of an MNIST digit"),
    "digits": Sample("digits.png", "a sheet of handwritten digits, four of each, 32×32"),
    "flower": Sample("flower.png", "a small colour picture, for --rgb", rgb=True),
    "beep": Sample("beep.wav", "a signal: a short tone in noise, for --kernel tone"),
    "film": Sample("film.gif", "eight frames: a dot that moves, for --kernel frame-difference"),
    "picture": Sample("picture.jpg", "a colour photo-like scene: shapes, texture, light and shadow", rgb=True),
}


def sample_path(name: str) -> Path:
    """Where a sample lies: in the installed package, or at the top of the source tree."""
    if name not in SAMPLES:
        close = nearest(name, SAMPLES)
        told = f"did you mean {PREFIX}{close}? " if close else ""
        raise DataError(f"no sample is called {name!r}", f"{told}the samples are {', '.join(SAMPLES)}")
    return folder() / SAMPLES[name].file


def named(text: str) -> str:
    """`digit` as sample:digit, where no file has that name; any other text as it is."""
    name = meant(text.removeprefix(PREFIX), SAMPLES)
    return PREFIX + name if name in SAMPLES and (text.startswith(PREFIX) or not Path(text).exists()) else text


def folder() -> Path:
    """Where the samples lie."""
    package = Path(__file__).parent.parent
    folders = (package / "samples", package.parent / "samples")
    return next((each for each in folders if each.is_dir()), folders[0])
