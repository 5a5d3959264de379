"""Predictions for many images at once: the class of each, its output, and how many images are in each class."""

from collections.abc import Sequence

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, stack, words
from cnnstep.views.page.tables import Bar, Column, Table, table
from cnnstep.views.report import Report
from cnnstep.views.wording.arithmetic import count

MOST_SHOWN = 14
LONGEST = 30
COLUMNS = (
    Column("image", 0, role=Role.LABEL),
    Column("class", 1, role=Role.TOTAL),
    Column("largest", 2),
    Column("", 3, bar=LONGEST, name="share of the largest value"),
)


def report(network: str, name: str, answers: Array, notes: Sequence[str]) -> Report:
    """The answers (N, classes) to a batch, one row an image."""
    classes, largest = answers.argmax(axis=1), answers.max(axis=1)
    title = words(
        Span(f"{network}   ", Role.TITLE),
        f"{name}: {count(len(answers), 'image')} → {by(answers.shape)}, as matrix products in float32",
        indent=1,
    )
    often = np.bincount(classes, minlength=1)
    told = [f"{count(int(n), 'image')} predicted as class {each}" for each, n in enumerate(often) if n]
    lines: list[Block] = [words(text, indent=1) for text in (", ".join(told), *notes)]
    if len(answers) > MOST_SHOWN:
        lines.insert(0, words(f"the first {MOST_SHOWN} of {len(answers):,}; --save answers.csv writes all", indent=1))
    document = {
        "operation": "answers",
        "network": network,
        "input": name,
        "classes": classes,
        "answers": answers,
    }
    scene = stack([title], [_table(classes[:MOST_SHOWN], largest[:MOST_SHOWN])], lines)
    return Report(scene, document, rows=_whole(answers))


def _table(classes: Array, largest: Array) -> Table:
    most = max(float(largest.max()), 1e-9)
    rows = [
        (f"{number:,}", str(each), f"{value:.4f}", Bar("", max(0.0, value / most)))
        for number, (each, value) in enumerate(zip(classes, largest.tolist(), strict=True))
    ]
    return table(COLUMNS, rows)


def _whole(answers: Array) -> Table:
    """Every answer in full, a column a class."""
    classes = (Column(str(each), each + 2) for each in range(answers.shape[1]))
    columns = (Column("image", 0), Column("class", 1), *classes)
    rows = [(str(n), str(int(each.argmax())), *map(repr, each.tolist())) for n, each in enumerate(answers)]
    return table(columns, rows)
