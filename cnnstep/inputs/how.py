"""How an input is to be read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """Three channels or grey, levels 0–255 or 0–1, cut out (X, Y, W, H), resized (W, H).

    `axes` says how many axes are spatial; without it the input decides.
    """

    rgb: bool = False
    unit: bool = False
    crop: tuple[int, ...] | None = None
    resize: tuple[int, ...] | None = None
    axes: int | None = None
