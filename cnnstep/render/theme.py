"""The one place of colours: palettes, papers, and how each role looks on a terminal and in a figure."""

from bisect import bisect_right
from typing import Any, NamedTuple, TypeAlias

from cnnstep.views.page.roles import Palette, Role

Colour: TypeAlias = tuple[int, int, int]

STOPS: dict[Palette, tuple[tuple[float, Colour], ...]] = {
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

DARK_INK: Colour = (0, 0, 0)
LIGHT_INK: Colour = (255, 255, 255)
LUMINANCE_SPLIT = 0.179
HIGHLIGHT, ON_WHITE, ON_DARK = "yellow", (184, 18, 92), (255, 122, 178)
"""The one highlight: of terminals, and of figures, films and pages on white and on dark paper."""

ROLES: dict[Role, tuple[dict[str, Any], str, str, bool]] = {
    Role.PLAIN: ({}, "ink", "", False),
    Role.TITLE: ({"bold": True}, "ink", "", True),
    Role.LABEL: ({"dim": True}, "muted", "", False),
    Role.INPUT: ({}, "ink", "paper", False),
    Role.PADDING: ({"dim": True, "italic": True}, "muted", "padding", False),
    Role.WINDOW: ({"bold": True, "color": HIGHLIGHT}, "ink", "window", False),
    Role.KERNEL: ({"bold": True, "color": "cyan"}, "kernel", "second", True),
    Role.PRODUCT: ({"bold": True}, "ink", "window", False),
    Role.OUTPUT: ({}, "ink", "paper", False),
    Role.CURRENT: ({"bold": True, "color": HIGHLIGHT}, "highlight", "window", True),
    Role.PENDING: ({"dim": True}, "muted", "paper", False),
    Role.SIGN: ({"bold": True}, "ink", "", False),
    Role.TOTAL: ({"bold": True, "color": HIGHLIGHT}, "highlight", "", True),
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
    """The colours of a figure: the paper, its lines, the highlight, all of them by name; and the looks of roles."""

    ground: Colour
    line: Colour
    highlight: Colour
    named: dict[str, Colour]
    looks: dict[Role, RoleLook]


def _paper(**named: Colour) -> Paper:
    looks = {role: RoleLook(named[ink], named.get(fill), bold) for role, (_, ink, fill, bold) in ROLES.items()}
    return Paper(named["paper"], named["line"], named["highlight"], named, looks)


WHITE = _paper(
    paper=(255, 255, 255), line=(200, 206, 216), muted=(95, 104, 120), highlight=ON_WHITE, ink=(23, 27, 36),
    kernel=(16, 82, 140), window=(252, 230, 240), second=(229, 240, 250), padding=(241, 242, 245),
)  # fmt: skip
DARK = _paper(
    paper=(22, 25, 32), line=(70, 77, 92), muted=(160, 168, 182), highlight=ON_DARK, ink=(236, 239, 244),
    kernel=(148, 204, 255), window=(74, 32, 54), second=(28, 48, 70), padding=(36, 40, 50),
)  # fmt: skip


class FigureOptions(NamedTuple):
    """Steps a second, pixels (columns, rows; None: as usual), how often a film plays (0: for ever), and the paper."""

    fps: float = 2.0
    canvas: tuple[int, int] | None = None
    loop: int = 0
    dark: bool = False

    @property
    def paper(self) -> Paper:
        """White, or dark."""
        return DARK if self.dark else WHITE


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
