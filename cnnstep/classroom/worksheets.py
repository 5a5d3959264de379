"""A worksheet: a step, or several, with lines in the place of what is to be worked out."""

from cnnstep.errors import NotationError, Setting
from cnnstep.views.page.hiding import BLANKS, LINE, masked
from cnnstep.views.page.roles import Reveals
from cnnstep.views.page.scene import stack, words
from cnnstep.views.report import Report
from cnnstep.views.view import View

MOST = 50
NAME = f"Name: {LINE * 6}"


def worksheet(view: View, blank: str) -> Report:
    """The steps that were asked for, or the first one, without what `blank` leaves to be filled in."""
    asked = view.walk[:1] if view.asked is None else view.asked
    if len(asked) > MOST:
        raise NotationError(
            f"{len(asked):,} steps are too many for a worksheet", ("write ", Setting("steps", str(MOST)))
        )
    steps = list(asked)
    # what earlier steps have found stands on the sheet of one step; several would give each other away
    hidden = (*BLANKS[blank], *([Reveals.EARLIER] if len(steps) > 1 else []))
    parts = (masked(view.scene(step), hidden, LINE).blocks for step in steps)
    document = {"operation": "worksheet", "blank": blank, "steps": [step.number for step in steps]}
    return Report(stack([words(NAME, indent=1)], *parts), document, "--save worksheet.md, without --blank: the key")
