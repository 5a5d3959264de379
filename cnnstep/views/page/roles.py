"""What a piece of text is, and how a shade becomes a colour; ink decides how that looks."""

from enum import Enum
from typing import NamedTuple

from cnnstep.views.page.marks import Reveals


class Role(Enum):
    """What a piece of text is; ink decides how that looks."""

    PLAIN = "plain"
    TITLE = "title"
    LABEL = "label"
    INPUT = "input"
    PADDING = "padding"
    WINDOW = "window"
    KERNEL = "kernel"
    PRODUCT = "product"
    OUTPUT = "output"
    CURRENT = "current"
    PENDING = "pending"
    SIGN = "sign"
    TOTAL = "total"
    HINT = "hint"


class Palette(Enum):
    """How a shade becomes a colour."""

    GREY = "grey"  # 0 black … 1 white
    COLOUR = "colour"  # red, green, blue in 0…1
    SEQUENTIAL = "sequential"  # 0 … 1, for magnitudes
    MAGMA = "magma"  # 0 … 1, for the panels of a network
    DIVERGING = "diverging"  # −1 … 0 … 1, for signs


class Span(NamedTuple):
    """A piece of text with one role, and what it gives away."""

    text: str
    role: Role = Role.PLAIN
    reveals: Reveals = Reveals.NOTHING
