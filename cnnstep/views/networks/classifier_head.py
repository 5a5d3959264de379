"""Dense layers as convolutions, side by side, and a map of answers of a larger picture."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.networks.classifier_head import Rewritten
from cnnstep.networks.layer import Layer
from cnnstep.networks.layer_kinds import Head, Sees
from cnnstep.networks.receptive_field import fields
from cnnstep.networks.run import Run
from cnnstep.views.networks.receptive_field import PLANE
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Block, beside, stack, words
from cnnstep.views.page.tables import Column, table
from cnnstep.views.panels.grids import matrix
from cnnstep.views.panels.pictures import input_picture
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import count

PICTURE = 24
MOST_SHOWN = 12
ROUNDING = 1e-9
COLUMNS = (
    Column("", 0, is_left=True, role=Role.LABEL, name="name"),
    Column("layer", 1, is_left=True, role=Role.TITLE),
    Column("as a convolution", 2, is_left=True, role=Role.TITLE),
    Column("output", 3, is_left=True),
    Column("parameters before", 4),
    Column("after", 5),
)


class Runs(NamedTuple):
    """Both networks on one input, and the rewritten one on a larger input."""

    before: Run
    after: Run
    larger: Run


def report(name: str, rewritten: Sequence[Rewritten], runs: Runs) -> Report:
    """Both networks, their outputs on one input, and what the second one makes of a larger one; or why neither ran."""
    heads = {Head.GOES, Head.BECOMES_CONVOLUTION}
    first = next(number for number, each in enumerate(rewritten) if each.layer.kind.head in heads)
    outputs = iter(runs.after.layers)
    rows = [_row(each, next(outputs) if each.words else None) for each in rewritten][first:]
    learned = [sum(layer.learned for layer in run.layers) for run in (runs.before, runs.after)]
    told: list[Block] = [
        words(f"{learned[0]:,} parameters before, {learned[1]:,} after: the same numbers in another shape")
    ]
    larger: list[Block] = []
    found: dict[str, Any] = {"difference": None, "larger": None}
    if excess := next(filter(None, (run.excess() for run in runs)), ""):
        told.append(words(f"not run, because of the size: {excess}"))
    else:
        compared, larger, found = _compared(runs)
        told += compared
    document = {
        "operation": "as-conv",
        "name": name,
        "layers": [{"layer": each.layer.text, "as": each.words.text if each.words else None} for each in rewritten],
        "parameters": learned,
        **found,
    }
    title = heading(name, "a dense layer on feature maps is a convolution of their size")
    return Report(stack([title], [table(COLUMNS, rows)], told, larger), document)


def _compared(runs: Runs) -> tuple[list[Block], list[Block], dict[str, Any]]:
    """Both outputs on one input, and the answers on a larger one."""
    before, _, larger = runs
    ours, theirs, answers = (run.output(len(run.layers)) for run in runs)
    apart = float(np.abs(ours.reshape(-1) - theirs.reshape(-1)).max())
    rounding = ", which is rounding" * (apart < ROUNDING)
    same = f"differ by at most {apart:.1e}{rounding}" if apart else "are the same numbers"
    told: list[Block] = [words(f"on a {by(before.x.shape)} input the {ours.size:,} outputs of both {same}")]
    if before.network.is_drawn:
        told.append(words("random weights: these answers mean nothing yet"))
    classes = answers.argmax(axis=0)
    map_of_answers = {"input": list(larger.x.shape), "output": list(answers.shape), "answers": classes}
    panels = _larger(before, larger, answers, classes)
    return told, panels, {"difference": apart, "larger": map_of_answers}


def _row(each: Rewritten, made: Layer | None) -> tuple[str | int, ...]:
    layer = each.layer
    if made is None:
        return ("", layer.brief, "(not needed)", by(layer.input), "", "")
    name = f"{layer.title} → {made.title}" if layer.title != made.title else made.title
    return (name, layer.brief, made.brief, by(made.output), layer.learned or "", made.learned or "")


def _larger(before: Run, larger: Run, answers: Array, classes: Array) -> list[Block]:
    """A map of answers: what each window of the old input's size would have been answered, and what sliding saves."""
    apart, together = (sum(layer.plan.multiply_adds for layer in run.layers) for run in (before, larger))
    saves = f". One by one they would take {apart * classes.size:,} multiply-adds, together they take {together:,}"
    told = words(f"{_answers(before, larger, answers)}{saves * (classes.size > 1)}")
    if larger.x.ndim != PLANE:
        return [told]
    picture = input_picture(larger.x, columns=PICTURE, caption=f"input {by(larger.x.shape[1:])}")
    caption = f"the largest of {len(answers)} at each place"
    return [told, beside(picture, matrix(caption, classes[:MOST_SHOWN, :MOST_SHOWN], Role.INPUT))]


def _answers(before: Run, larger: Run, answers: Array) -> str:
    """How many there are, and what each of them answers."""
    places, window = answers[0].size, by(before.x.shape[1:])
    gives = f"on a larger picture, {by(larger.x.shape[1:])}, it gives {by(answers.shape)}: {count(places, 'answer')}"
    seen = next((s for s in reversed(fields(larger.layers)) if s), None)
    if places == 1 or seen is None:
        return f"{gives} for the whole of it"
    apart = "×".join(dict.fromkeys(str(field.jump) for field in seen))
    apart += " cells apart" if any(field.jump != 1 for field in seen) else " cell apart"
    if _is_exact(before) and _is_exact(larger):
        return f"{gives}, one for each {window} window, {apart}"
    near = f"close to those of {window} windows {apart}, but not the same"
    return f"{gives}, {near}: padding, edges and means are those of the whole picture"


def _is_exact(run: Run) -> bool:
    """Whether every window reads nothing but the picture under it: no padding, nothing clipped, no mean of all."""
    axes = [axis for layer in run.layers if layer.plan.sizes for axis in layer.plan.sizes.axes]
    inside = all(not axis.before and (axis.output - 1) * axis.stride + axis.extent <= axis.input for axis in axes)
    return inside and not any(layer.kind.sees is Sees.EVERYTHING and layer.output[1:] for layer in run.layers)
