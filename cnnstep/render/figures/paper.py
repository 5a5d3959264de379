"""Role → how a cell and a word look in a figure, on white paper or on dark."""

from typing import NamedTuple

from cnnstep.render.palettes import Colour
from cnnstep.views.page.roles import Role


class Look(NamedTuple):
    """The ink of a role, the colour of its cell if it has one, and whether it is bold."""

    ink: Colour
    fill: Colour | None = None
    bold: bool = False


class Paper(NamedTuple):
    """The colours of a figure; one highlight for the window, the products and the output cell."""

    ground: Colour
    line: Colour
    muted: Colour
    highlight: Colour
    looks: dict[Role, Look]


def _paper(ground: Colour, ink: Colour, muted: Colour, line: Colour, highlight: Colour, tints: list[Colour]) -> Paper:
    kernel, second, padding, window = tints
    looks = {
        Role.PLAIN: Look(ink),
        Role.TITLE: Look(ink, bold=True),
        Role.LABEL: Look(muted),
        Role.INPUT: Look(ink, ground),
        Role.PADDING: Look(muted, padding),
        Role.WINDOW: Look(ink, window),
        Role.KERNEL: Look(second, kernel, bold=True),
        Role.PRODUCT: Look(ink, window),
        Role.OUTPUT: Look(ink, ground),
        Role.CURRENT: Look(highlight, window, bold=True),
        Role.PENDING: Look(muted, ground),
        Role.SIGN: Look(ink),
        Role.TOTAL: Look(highlight, bold=True),
        Role.HINT: Look(muted),
    }
    return Paper(ground, line, muted, highlight, looks)


WHITE = _paper(
    (255, 255, 255), (23, 27, 36), (95, 104, 120), (200, 206, 216), (184, 18, 92),
    [(229, 240, 250), (16, 82, 140), (241, 242, 245), (252, 230, 240)],
)  # fmt: skip
DARK = _paper(
    (22, 25, 32), (236, 239, 244), (160, 168, 182), (70, 77, 92), (255, 122, 178),
    [(28, 48, 70), (148, 204, 255), (36, 40, 50), (74, 32, 54)],
)  # fmt: skip
