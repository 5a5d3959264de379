"""Branches drawn beside the rows of a table, as `git log --graph` draws them: a row of joints for each node."""

from enum import Flag, auto
from typing import NamedTuple

from cnnstep.views.page.roles import Reveals, Role


class Joint(Flag):
    """Which ways a line leaves a place, and whether a node stands there."""

    UP = auto()
    DOWN = auto()
    LEFT = auto()
    RIGHT = auto()
    NODE = auto()


NOTHING = Joint(0)
DOWNWARDS, ACROSS = Joint.UP | Joint.DOWN, Joint.LEFT | Joint.RIGHT
NODE = "●"
GLYPHS: dict[Joint, str] = {
    NOTHING: " ", DOWNWARDS: "│", ACROSS: "─",
    DOWNWARDS | Joint.RIGHT: "├", DOWNWARDS | Joint.LEFT: "┤", DOWNWARDS | ACROSS: "┼",
    Joint.UP | Joint.RIGHT: "╰", Joint.UP | Joint.LEFT: "╯", Joint.UP | ACROSS: "┴",
}  # fmt: skip


class Rail(NamedTuple):
    """One row: a joint for each place, lanes and what lies between them in turn."""

    joints: tuple[Joint, ...]

    @property
    def role(self) -> Role:
        """What it is."""
        return Role.LABEL

    @property
    def reveals(self) -> Reveals:
        """It gives nothing away."""
        return Reveals.NOTHING

    @property
    def text(self) -> str:
        """The row in signs, as wide as all rows of its table."""
        return "".join(NODE if Joint.NODE in joint else GLYPHS[joint] for joint in self.joints)
