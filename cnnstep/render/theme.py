"""Role → style."""

from typing import Any

from rich.color import Color
from rich.style import Style

from cnnstep.render.palettes import Colour
from cnnstep.views.page.roles import Role

HIGHLIGHT = "yellow"

STYLES: dict[Role, dict[str, Any]] = {
    Role.PLAIN: {},
    Role.TITLE: {"bold": True},
    Role.LABEL: {"dim": True},
    Role.INPUT: {},
    Role.PADDING: {"dim": True, "italic": True},
    Role.WINDOW: {"bold": True, "color": HIGHLIGHT},
    Role.KERNEL: {"bold": True, "color": "cyan"},
    Role.PRODUCT: {"bold": True},
    Role.OUTPUT: {},
    Role.CURRENT: {"bold": True, "color": HIGHLIGHT},
    Role.PENDING: {"dim": True},
    Role.SIGN: {"bold": True},
    Role.TOTAL: {"bold": True, "color": HIGHLIGHT},
    Role.HINT: {"dim": True},
}
"""What Rich's Style takes; one highlight for the window, its output cell and the total."""


def style(role: Role, fore: Colour | None, back: Colour | None) -> Style:
    """A new style: the role's own, on the colours of a tone if there is one."""
    if fore is None or back is None:
        return Style(**STYLES[role])
    colours = {"color": Color.from_rgb(*fore), "bgcolor": Color.from_rgb(*back)}
    return Style(**{**STYLES[role], "dim": False, **colours})
