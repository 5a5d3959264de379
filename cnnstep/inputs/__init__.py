"""The only reader: files, literals and samples become arrays. This much of it needs no NumPy."""

from typing import NamedTuple


class Reading(NamedTuple):
    """How an input is read: three channels or grey, levels 0–255 or 0–1, cut out (X, Y, W, H), resized (W, H).

    `axes` says how many axes are spatial; without it the input decides. `raw` is for networks that know handwriting: a
    photographed digit is neither inverted nor cut out.
    """

    rgb: bool = False
    unit: bool = False
    crop: tuple[int, ...] | None = None
    resize: tuple[int, ...] | None = None
    axes: int | None = None
    raw: bool = False
