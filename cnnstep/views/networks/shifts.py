"""What moves with the picture and what does not: a network on an input, and on the same input shifted."""

from collections.abc import Iterator, Sequence

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.networks import inspection
from cnnstep.networks.inspection import Answer, Moved
from cnnstep.views.networks.inspection import PLANE, Inspected, line
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Beside, Block, Panel, stack
from cnnstep.views.page.tables import Column, table
from cnnstep.views.panels.pictures import input_picture, map_picture
from cnnstep.views.report import Report
from cnnstep.views.wording.numbers import formatter, short, signed

WIDE = 10
SHIFT = (
    Column("", 0, role=Role.LABEL, name="number"),
    Column("layer", 1, is_left=True, role=Role.TITLE),
    Column("maps", 2, is_left=True),
    Column("move by", 1, is_left=True),
    Column("difference", 1),
)


def shift(asked: Inspected, cells: tuple[int, ...]) -> Report:
    """Both inputs, the maps of both, and both answers."""
    x = asked.x
    if len(cells) != x.ndim - 1 or any(abs(each) >= size for each, size in zip(cells, x.shape[1:], strict=False)):
        raise GeometryError(
            f"a shift by {','.join(map(str, cells))} does not fit an input of {by(x.shape[1:])}",
            "give rows,columns, each smaller than the picture: 0,4",
        )
    moved = inspection.shifted(x, cells, inspection.background(x))
    before, after = inspection.answer(asked.network, x), inspection.answer(asked.network, moved)
    found = inspection.equivariance(asked.network, before, after, cells)
    told = f"{asked.probability(before)} → {short(float(after.probabilities[asked.target]))}"
    answers = (
        f"the answer stays class {before.largest}"
        if before.largest == after.largest
        else (f"the answer changes from class {before.largest} to class {after.largest}")
    )
    texts = [
        "difference: |f(shifted x) − shifted f(x)| / |f(x)|; 0: the maps move with the picture (equivariance)",
        f"{told}; {answers}. Equivariant maps do not make the answer invariant",
    ]
    title = asked.title(f"shifted by {', '.join(signed(str(each)) for each in cells)}")
    scene = stack([title], [*_shift_pictures(asked, before, after, moved)], [table(SHIFT, [*_shift_rows(found)])],
                  [line(text) for text in texts], asked.notes())  # fmt: skip
    facts = [
        {"number": each.layer.number, "cells": each.cells and list(each.cells), "difference": each.difference}
        for each in found
    ]
    document = asked.document(
        "shift", shift=list(cells), before=before.probabilities, after=after.probabilities, layers=facts
    )
    return Report(scene, document)


def _shift_rows(found: Sequence[Moved]) -> Iterator[tuple[str, ...]]:
    for each in found:
        if each.cells is None:
            why = "no maps"
        else:
            show = formatter(list(each.cells))
            why = ", ".join(signed(show(cell)) for cell in each.cells)
        size = by(each.layer.output)
        apart = "" if each.difference is None else f"{each.difference:.2g}"
        is_between = each.cells is not None and each.difference is None
        yield (str(each.layer.number), each.layer.brief, size, f"{why}{' (between cells)' * is_between}", apart)


def _shift_pictures(asked: Inspected, before: Answer, after: Answer, moved: Array) -> Iterator[Block]:
    """The input, a map of the first convolution and of the first smaller one, before and after."""
    if asked.x.ndim != PLANE:
        return
    layers = [each for each in asked.network.layers[: len(before.outputs) - 1] if len(each.output) == PLANE]
    names = dict.fromkeys(each.name for each in layers if min(each.output[1:]) > 1)
    last = [next(each for each in reversed(layers) if each.name == name) for name in names][:2]
    panels: list[Panel] = [
        input_picture(x, columns=WIDE, caption=name) for x, name in ((asked.x, "input"), (moved, "shifted"))
    ]
    for layer in last:
        channel = int(
            np.abs(before.outputs[layer.number]).reshape(len(before.outputs[layer.number]), -1).max(1).argmax()
        )
        for answer, name in ((before, f"{layer.called}[{channel}]"), (after, "shifted")):
            picture = map_picture(answer.outputs[layer.number][channel], name, columns=WIDE)
            panels.append(picture._replace(legend=None))
    yield Beside(tuple(panels))
