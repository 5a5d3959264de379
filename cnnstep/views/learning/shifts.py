"""A network on images that are moved further and further: what it has learned of the place of a thing."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from cnnstep.learning.data import Images
from cnnstep.learning.shifting import Moved, moved
from cnnstep.views.learning.training import percent
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Beside, Block, stack, words
from cnnstep.views.page.tables import Bar, Column, table
from cnnstep.views.panels.pictures import input_picture
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import count

THUMBNAIL = 12
SHOWN = (0, 2, 4, 6, 8)
"""Of these shifts a picture is shown."""
COLUMNS = (
    Column("shift", 0, role=Role.LABEL),
    Column("accuracy", 0, role=Role.TOTAL),
    Column("", 3, bar=30, name="share"),
    Column("ink cut off", 2),
)
UNTRAINED = Column("untrained", 1)
CHANCE = "of ten classes, one in ten is right by chance: what is not learned knows nothing of digits, at no shift"
FALLS = 0.05
"""An accuracy that falls by so much is not invariant."""


class Shifted(NamedTuple):
    """Which network was asked about which images, and how it did; beside it the untrained one, where it is another."""

    name: str
    data: str
    images: Images
    found: Sequence[Moved]
    is_untrained: bool


def report(shown: Shifted) -> Report:
    """Accuracy by shift, and what it says of invariance."""
    found, name = shown.found, f"{'untrained ' * shown.is_untrained}{shown.name}"
    what = f"{shown.data}, {count(len(shown.images), 'image')} shifted down and right by as many pixels"
    columns = (*COLUMNS[:3], *([] if shown.is_untrained else [UNTRAINED]), *COLUMNS[3:])
    rows = table(columns, [_row(each) for each in found])
    scene = stack(
        [heading(name, what)],
        [_pictures(shown)],
        [rows],
        [words(Span(_finding(shown), Role.TOTAL), indent=1), words(_cause(shown), indent=1)],
    )
    return Report(scene, _document(shown), rows=rows)


def _row(each: Moved) -> tuple[Any, ...]:
    first, *others = each.accuracies
    shift = ", ".join(map(str, each.shift))
    return (shift, percent(first), Bar("", first), *map(percent, others), percent(each.cut))


def _finding(shown: Shifted) -> str:
    """The accuracy in place, halfway and at the end."""
    found = shown.found
    start, half, end = found[0], found[len(found) // 2], found[-1]
    shares = [percent(each.accuracies[0]) for each in (start, half, end)]
    told = f"{shares[0]} in place, {shares[1]} at {count(half.shift[0], 'pixel')}, {shares[2]} at {end.shift[0]}"
    falls = start.accuracies[0] - end.accuracies[0] > FALLS
    return f"equivariance is not invariance: {told}" if falls and not shown.is_untrained else told


def _cause(shown: Shifted) -> str:
    """What else makes it fall; of an untrained network what chance alone would give."""
    if shown.is_untrained:
        return CHANCE
    half, end = shown.found[len(shown.found) // 2], shown.found[-1]
    return f"the images themselves lose ink at their edges: {percent(half.cut)} of it, then {percent(end.cut)}"


def _pictures(shown: Shifted) -> Block:
    """The first image, moved."""
    x = shown.images.x
    ground, first = float(x.min()), x[:1]
    pictures = (
        input_picture(moved(first, each.shift, ground)[0], columns=THUMBNAIL, caption=f"by {each.shift[0]}")
        for each in shown.found
        if each.shift[0] in SHOWN
    )
    return Beside(tuple(pictures))


def _document(shown: Shifted) -> dict[str, Any]:
    shifts = [
        {
            "shift": list(each.shift),
            "accuracy": each.accuracies[0],
            "untrained_accuracy": None if shown.is_untrained else each.accuracies[-1],
            "cut": each.cut,
        }
        for each in shown.found
    ]
    return {
        "operation": "shifts", "network": shown.name, "data": shown.data, "images": len(shown.images),
        "is_untrained": shown.is_untrained, "shifts": shifts,
    }  # fmt: skip
