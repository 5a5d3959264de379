"""Shades as characters, where there is no colour, and the legend of a palette."""

from math import fsum
from typing import Any

from cnnstep.render.lines.page import Page
from cnnstep.render.lines.pieces import Line, Piece, Tone
from cnnstep.views.page.roles import Palette, Role
from cnnstep.views.page.scene import Legend

MAGNITUDES = " .:-=+*#%@"
NEGATIVE = " ~-="
POSITIVE = " +*#"
STEPS = 12
LUMINANCE = (0.299, 0.587, 0.114)


def character(palette: Palette, shade: Any) -> str:
    """A character as dense as the shade; negative and positive ones differ in shape."""
    if palette == Palette.COLOUR:
        shade = fsum(part * weight for part, weight in zip(shade, LUMINANCE, strict=True))
    if palette == Palette.DIVERGING:
        ramp = NEGATIVE if shade < 0 else POSITIVE
        return ramp[min(len(ramp) - 1, int(abs(shade) * len(ramp) + 0.5))]
    return MAGNITUDES[max(0, min(len(MAGNITUDES) - 1, int(shade * len(MAGNITUDES))))]


def legend_line(legend: Legend, page: Page) -> Line:
    """The two ends of a palette and the shades between them."""
    signs = legend.palette == Palette.DIVERGING
    shades = [(2 * i + 1) / STEPS - 1 if signs else (i + 0.5) / STEPS for i in range(STEPS)]
    bar = [
        Piece(" ", back=Tone(legend.palette, shade)) if page.blocks else Piece(character(legend.palette, shade))
        for shade in shades
    ]
    middle = [Piece("0", Role.LABEL)] if signs else []
    half = len(bar) // 2
    return [
        Piece(f"{page.glyphs.fit(legend.low)} ", Role.LABEL),
        *bar[:half],
        *middle,
        *bar[half:],
        Piece(f" {page.glyphs.fit(legend.high)}", Role.LABEL),
    ]
