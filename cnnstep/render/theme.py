"""The one place of colours: palettes, papers, and how each role looks on a terminal and in a figure."""

from bisect import bisect_right
from typing import Any, NamedTuple, TypeAlias

from cnnstep.views.page.roles import Palette, Role

Colour: TypeAlias = tuple[int, int, int]

Stops: TypeAlias = tuple[tuple[float, Colour], ...]

STOPS: dict[Palette, Stops] = {
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
"""Viridis for magnitudes; blue over white to orange for signs: colour-blind eyes can tell them apart."""
IN_THE_DARK: dict[Palette, Stops] = {
    **STOPS,
    Palette.DIVERGING: (
        (-1, (120, 185, 245)), (-0.5, (48, 112, 176)), (0, (22, 25, 32)), (0.5, (176, 92, 28)), (1, (255, 170, 90)),
    ),
}  # fmt: skip
"""On dark paper its own colour is the middle: zeros do not glare, and what is strong is bright."""

DARK_INK: Colour = (0, 0, 0)
LIGHT_INK: Colour = (255, 255, 255)
LUMINANCE_SPLIT = 0.179
HIGHLIGHT: Colour = (255, 226, 110)
"""The one highlight of window, products and output cell: on white paper and terminals their fill, in the dark their
frame. No fill of a palette is like it for eyes that lack one kind of cone, and its frame stands out on all of them."""
INK: Colour = (23, 27, 36)
HIGHLIGHTED = {
    "bold": True,
    **{side: "#{:02x}{:02x}{:02x}".format(*shade) for side, shade in (("color", INK), ("bgcolor", HIGHLIGHT))},
}

ROLES: dict[Role, tuple[dict[str, Any], str, str, bool]] = {
    Role.PLAIN: ({}, "ink", "", False),
    Role.TITLE: ({"bold": True}, "ink", "", True),
    Role.LABEL: ({"dim": True}, "muted", "", False),
    Role.INPUT: ({}, "ink", "paper", False),
    Role.PADDING: ({"dim": True, "italic": True}, "muted", "padding", False),
    Role.WINDOW: (HIGHLIGHTED, "ink", "window", False),
    Role.KERNEL: ({"bold": True, "color": "cyan"}, "kernel", "second", True),
    Role.PRODUCT: ({"bold": True}, "ink", "window", False),
    Role.OUTPUT: ({}, "ink", "paper", False),
    Role.CURRENT: (HIGHLIGHTED, "ink", "window", True),
    Role.PENDING: ({"dim": True}, "muted", "paper", False),
    Role.SIGN: ({"bold": True}, "ink", "", False),
    Role.TOTAL: (HIGHLIGHTED, "ink", "", True),
    Role.POSITIVE: ({"color": "#c8691e"}, "positive", "", False),
    Role.NEGATIVE: ({"color": "#3c82d2"}, "negative", "", False),
    Role.HINT: ({"dim": True}, "muted", "", False),
}
"""What Rich's Style takes; then, of a figure's paper, the ink, the colour of the cell, and whether it is bold.

One highlight for the window, its output cell and the total.
"""


class RoleLook(NamedTuple):
    """How a role looks in a figure: its ink, the colour of its cell if it has one, and whether it is bold."""

    ink: Colour
    fill: Colour | None
    bold: bool


class Paper(NamedTuple):
    """The colours of a figure: the ground, lines, the frame of the highlight, all by name; looks of roles, palettes."""

    ground: Colour
    line: Colour
    highlight: Colour
    named: dict[str, Colour]
    looks: dict[Role, RoleLook]
    stops: dict[Palette, Stops]


def _paper(stops: dict[Palette, Stops], **named: Colour) -> Paper:
    looks = {role: RoleLook(named[ink], named.get(fill), bold) for role, (_, ink, fill, bold) in ROLES.items()}
    return Paper(named["paper"], named["line"], named["highlight"], named, looks, stops)


WHITE = _paper(
    STOPS,
    paper=(255, 255, 255), line=(200, 206, 216), muted=(95, 104, 120), highlight=INK, ink=INK, bar=(95, 104, 120),
    kernel=(16, 82, 140), window=HIGHLIGHT, second=(229, 240, 250), padding=(241, 242, 245), lead=(255, 244, 207),
    positive=(179, 79, 0), negative=(5, 77, 150),
)  # fmt: skip
DARK = _paper(
    IN_THE_DARK,
    paper=(22, 25, 32), line=(70, 77, 92), muted=(160, 168, 182), highlight=HIGHLIGHT, ink=(236, 239, 244),
    kernel=(148, 204, 255), window=(92, 74, 0), second=(28, 48, 70), padding=(36, 40, 50), lead=(48, 42, 18),
    positive=(255, 170, 90), negative=(120, 185, 245), bar=(160, 168, 182),
)  # fmt: skip


class FigureOptions(NamedTuple):
    """Steps a second, pixels (columns, rows; None: as usual), plays (0: for ever), dark paper, each product."""

    fps: float = 2.0
    canvas: tuple[int, int] | None = None
    loop: int = 0
    dark: bool = False
    detail: bool = False

    @property
    def paper(self) -> Paper:
        """White, or dark."""
        return DARK if self.dark else WHITE


def colour(palette: Palette, shade: Any, known: dict[Palette, Stops] = STOPS) -> Colour:
    """The colour of a shade, between the two nearest stops of its palette, on white paper or another."""
    if palette == Palette.COLOUR:
        red, green, blue = (max(0, min(255, round(part * 255))) for part in shade)
        return (red, green, blue)
    return between(known[palette], shade)


def between(stops: Stops, shade: float) -> Colour:
    """The colour of a shade, between the two nearest stops."""
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
