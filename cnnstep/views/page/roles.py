"""What a piece of a scene is, what it gives away of the answer, and how much it matters where room is short.

Whoever builds a scene decides all three from values; ink, hiding, fitting, pages, quizzes and worksheets read them.
"""

from enum import Enum, IntEnum
from typing import NamedTuple


class Reveals(Enum):
    """What a block, a cell or a phrase gives away."""

    NOTHING = "nothing"
    VALUE = "value"
    """The value of the step: a question mark can stand in its place."""
    WORKING = "working"
    """Something the value can be read from: it is left out while the value is hidden."""
    PRODUCTS = "products"
    """Products, and what some of them add up to."""
    PATCH = "patch"
    """What the window reads: it can be copied from the input."""
    EARLIER = "earlier"
    """What a step before this one has found."""


class Importance(IntEnum):
    """What gives way first where a screen is too short: the lowest."""

    NOTE = 0
    """Remarks, and thumbnails beside numbers."""
    MORE = 1
    """Other channels than the strongest."""
    CONTEXT = 2
    """Where the window lies, and the map."""
    STEP = 3
    """What is multiplied, chosen or added."""
    ANSWER = 4
    """The title, and the sentence with the value: they stay."""


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
    POSITIVE = "positive"
    NEGATIVE = "negative"
    HINT = "hint"


def sign_role(value: float) -> Role:
    """Positive, negative, or plain for zero."""
    return Role.POSITIVE if value > 0 else Role.NEGATIVE if value < 0 else Role.PLAIN


class Palette(Enum):
    """How a shade becomes a colour."""

    GREY = "grey"  # 0 black … 1 white
    COLOUR = "colour"  # red, green, blue in 0…1
    SEQUENTIAL = "sequential"  # 0 … 1, for magnitudes
    MAGMA = "magma"  # 0 … 1, for the panels of a network
    DIVERGING = "diverging"  # −1 … 0 … 1, for signs


class Part(Enum):
    """Which numbers of a step a grid holds, so that a page knows where to write them."""

    NOTHING = ""
    INPUT = "input"
    PATCH = "patch"
    WEIGHTS = "weights"
    PRODUCTS = "products"
    OUTPUT = "output"


PARTS = {
    Role.INPUT: Part.INPUT, Role.WINDOW: Part.PATCH, Role.KERNEL: Part.WEIGHTS, Role.PRODUCT: Part.PRODUCTS,
    Role.OUTPUT: Part.OUTPUT, Role.CURRENT: Part.OUTPUT,
}  # fmt: skip
"""Which part of a step numbers of a role are, where they are all of one role."""


class Span(NamedTuple):
    """A piece of text with one role, and what it gives away."""

    text: str
    role: Role = Role.PLAIN
    reveals: Reveals = Reveals.NOTHING
