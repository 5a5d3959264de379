"""How well a network knows images: accuracy, the confusion matrix with its worst cells, the clearest mistakes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cnnstep.learning.data import Images
from cnnstep.learning.evaluation import Evaluation
from cnnstep.views.learning.training import percent
from cnnstep.views.page.grid import Cell, Grid
from cnnstep.views.page.roles import Importance, Role, Span
from cnnstep.views.page.scene import Block, beside, stack, words
from cnnstep.views.panels.pictures import input_picture
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import count

MOST_CLASSES = 12
WORST, MISTAKES = 3, 4
THUMBNAIL = 12


class Evaluated(NamedTuple):
    """Which network was asked about which images, what it said, and what its classes are called."""

    name: str
    data: str
    images: Images
    found: Evaluation
    classes: Sequence[str] = ()
    notes: Sequence[str] = ()

    def named(self, label: int) -> str:
        """What a class is called."""
        return self.classes[label] if label < len(self.classes) else str(label)


def report(shown: Evaluated) -> Report:
    """The whole of it."""
    found = shown.found
    loss, accuracy = found.score
    told = f"{found.right.sum():,} of {count(len(found.labels), 'image')} are right: {percent(accuracy)}"
    head: list[Block] = [
        heading(f"evaluate   {shown.name}", shown.data),
        *(words(note, indent=1) for note in shown.notes),
    ]
    parts: list[list[Block]] = [
        head,
        [words(Span(told, Role.TOTAL), f"   mean loss {loss:.4f}", indent=1)],
        [_matrix(shown)] if len(found.confusion) <= MOST_CLASSES else [],
        [words(each, indent=1) for each in _worst(shown)],
    ]
    document = {
        "operation": "evaluate", "network": shown.name, "data": shown.data,
        "images": len(found.labels), "correct": int(found.right.sum()), "accuracy": accuracy, "loss": loss,
        "confusion": found.confusion.tolist(),
    }  # fmt: skip
    return Report(stack(*parts, _mistakes(shown)), document, brief=stack(*parts))


def _matrix(shown: Evaluated) -> Block:
    """Right class × answer; zeros are left blank, and the worst cells framed by their role."""
    confusion = shown.found.confusion
    wrong = confusion * (1 - np.eye(len(confusion), dtype=confusion.dtype))
    worst = max(1, int(wrong.max()))
    names = [shown.named(label) for label in range(len(confusion))]
    rows = [tuple(Cell(name, Role.LABEL) for name in ("", *names))]
    for label, row in enumerate(confusion.tolist()):
        cells = [
            Cell(str(n) if n else "·", Role.TOTAL if answer == label else Role.CURRENT if n == worst else Role.OUTPUT)
            for answer, n in enumerate(row)
        ]
        rows.append((Cell(names[label], Role.LABEL), *cells))
    return beside(
        Grid("confusion: a row is the right class, a column the answer", tuple(rows), importance=Importance.STEP)
    )


def _worst(shown: Evaluated) -> list[str]:
    """The cells beside the diagonal with the most images."""
    confusion = shown.found.confusion
    pairs = [(int(n), label, answer) for (label, answer), n in np.ndenumerate(confusion) if label != answer and n]
    worst = sorted(pairs, key=lambda pair: (-pair[0], *pair[1:]))[:WORST]
    if not worst:
        return ["no image is taken for another class"]
    each = [f"{shown.named(a)} for {shown.named(b)} {n}×" for n, b, a in worst]
    return [f"most often it says {', '.join(each)}"]


def _mistakes(shown: Evaluated) -> list[Block]:
    """The images about which it is surest, and wrong."""
    found, pictures = shown.found, []
    for number in shown.found.mistakes(MISTAKES):
        image = shown.images.x[number]
        if image.ndim != 3 or len(image) not in {1, 3}:
            return []
        answer = int(found.answers[number])
        sure = percent(float(found.probabilities[number, answer]))
        caption = f"{shown.named(answer)} for {shown.named(int(found.labels[number]))}"
        pictures.append(input_picture(image, columns=THUMBNAIL, caption=f"{caption}, {sure}"))
    return (
        [words("its clearest mistakes: what it says for what it is, and how sure it is", indent=1), beside(*pictures)]
        if pictures
        else []
    )
