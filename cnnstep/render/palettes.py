"""Palette → colour. The palettes can be told apart by colour-blind eyes."""

from bisect import bisect_right
from typing import Any, TypeAlias

from cnnstep.render.lines.pieces import Tone
from cnnstep.views.page.roles import Palette

Colour: TypeAlias = tuple[int, int, int]
Stop: TypeAlias = tuple[float, Colour]

STOPS: dict[Palette, tuple[Stop, ...]] = {
    Palette.GREY: ((0, (0, 0, 0)), (1, (255, 255, 255))),
    Palette.SEQUENTIAL: (
        (0, (68, 1, 84)), (0.25, (59, 82, 139)), (0.5, (33, 145, 140)), (0.75, (94, 201, 98)), (1, (253, 231, 37)),
    ),
    Palette.MAGMA: (
        (0, (0, 0, 4)), (0.125, (28, 16, 68)), (0.25, (79, 18, 123)), (0.375, (129, 37, 129)), (0.5, (181, 54, 122)),
        (0.625, (229, 80, 100)), (0.75, (251, 135, 97)), (0.875, (254, 194, 135)), (1, (252, 253, 191)),
    ),
    Palette.DIVERGING: (
        (-1, (5, 77, 150)), (-0.5, (90, 160, 215)), (0, (245, 245, 245)), (0.5, (240, 160, 80)), (1, (179, 79, 0)),
    ),
}  # fmt: skip
"""Viridis for magnitudes; blue over white to orange for signs."""

DARK_INK: Colour = (0, 0, 0)
LIGHT_INK: Colour = (255, 255, 255)
LUMINANCE_SPLIT = 0.179


def colour(palette: Palette, shade: Any) -> Colour:
    """The colour of a shade, between the two nearest stops of its palette."""
    if palette == Palette.COLOUR:
        red, green, blue = (max(0, min(255, round(part * 255))) for part in shade)
        return (red, green, blue)
    stops = STOPS[palette]
    shade = max(stops[0][0], min(stops[-1][0], shade))
    above = min(len(stops) - 1, bisect_right([at for at, _ in stops], shade))
    (low, first), (high, second) = stops[above - 1], stops[above]
    part = (shade - low) / (high - low)
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(first, second, strict=True))
    return (red, green, blue)


def ink_on(background: Colour) -> Colour:
    """Black or white, whichever reads better (WCAG 2 contrast of 4.5 : 1 or more)."""
    linear = [(c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4) for c in background]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return DARK_INK if luminance > LUMINANCE_SPLIT else LIGHT_INK


def tone_colour(tone: Tone) -> Colour:
    """The colour of a tone."""
    return colour(tone.palette, tone.shade)
