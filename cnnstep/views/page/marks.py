"""What a part of a scene gives away of the answer, and how much it matters where room is short.

Whoever builds a scene decides both from values; hiding, fitting, pages, quizzes and worksheets read them.
"""

from enum import Enum, IntEnum


class Reveals(Enum):
    """What a block, a cell or a phrase gives away."""

    NOTHING = "nothing"
    VALUE = "value"
    """The value of the step: a question mark can stand in its place."""
    WORKING = "working"
    """Something the value can be read from: it is left out while the value is hidden."""
    PRODUCTS = "products"
    """Products, and what some of them add up to."""


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
