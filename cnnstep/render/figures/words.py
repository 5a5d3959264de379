"""Words as a figure: lines of labels, broken at spaces."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from math import fsum

from cnnstep.render.figures.fonts import HIGH, signs, text_width
from cnnstep.render.figures.shapes import Label, Part, stacked
from cnnstep.render.theme import Colour, Paper
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import NBSP, Words

SIZE = 16.0
TITLE = 19.0
NOTE = 13.5
INDENT = 7.0
DIGIT = 0.57
"""How wide a digit is, in sizes of the text."""

Run = tuple[str, Role]


def line(text: str, paper: Paper, role: Role, size: float = SIZE) -> Part:
    """One line with one role."""
    return _line([(signs().fit(text), role)], paper, 0, size)


def in_room(
    text: str, room: Sequence[float], ink: Colour, size: float = SIZE, *, align: str = "m", bold: bool = False
) -> Label:
    """A line of text in a rectangle (x, y, width, height), cut where it is too long for it."""
    x, y, width, height = room
    told = signs().fit(text)
    if text_width(told, size, bold=bold) > width + 1:
        ends = range(len(told), -1, -1)
        told = next(
            f"{told[:end]}…" for end in ends if text_width(f"{told[:end]}…", size, bold=bold) <= width or not end
        )
    return Label(x, y, width, height, told, ink, size, bold, align)


def broken(text: str, size: float, width: float) -> Iterator[str]:
    """A sentence in lines, broken at spaces."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if line and text_width(longer, size) > width:
            yield line
            longer = word
        line = longer
    if line:
        yield line


def run(spans: Iterable[Span], paper: Paper) -> Part:
    """One line with several roles."""
    return _line([(signs().fit(span.text), span.role) for span in spans], paper, 0, SIZE)


def draw_words(block: Words, paper: Paper, width: float) -> Part:
    """The first wording that is short enough, broken at spaces."""
    broken: list[list[Run]] = []
    size = TITLE if block.wordings[0][:1] and block.wordings[0][0].role == Role.TITLE else SIZE
    label = block.wordings[0][: block.is_labelled]
    room = block.hang * (SIZE * DIGIT if label else INDENT)
    for wording in block.wordings:
        broken = list(_broken(wording[len(label) :], paper, width - room * len(label), size, block))
        if len(broken) <= block.lines:
            break
    told = stacked(_line(runs, paper, room * bool(n or label), size) for n, runs in enumerate(broken))
    return told._replace(shapes=(*run(label, paper).shapes, *told.shapes))


def _line(runs: Sequence[Run], paper: Paper, x: float, size: float) -> Part:
    shapes: list[Label] = []
    for text, role in runs:
        look = paper.looks[role]
        scaled = NOTE if role == Role.LABEL else size
        wide = _width(text, role, paper, size)
        if word := text.lstrip(" "):  # some programs leave out spaces where a text begins
            before = wide - _width(word, role, paper, size)
            shapes.append(Label(x + before, 0, wide - before, size * HIGH, word, look.ink, scaled, look.bold, "l"))
        x += wide
    return Part(x, size * HIGH, tuple(shapes), (0, size * HIGH))


def _width(text: str, role: Role, paper: Paper, size: float) -> float:
    return text_width(text, NOTE if role == Role.LABEL else size, bold=paper.looks[role].bold)


def _broken(spans: Sequence[Span], paper: Paper, width: float, size: float, block: Words) -> Iterator[list[Run]]:
    """Lines of runs; a word is what stands between spaces, of one role or of several, and no-break spaces join."""
    taken: list[Run] = []
    used, is_first = 0.0, True
    for word in _words(spans):
        wide = fsum(_width(text.replace(NBSP, " "), role, paper, size) for text, role in word)
        if taken and used + wide > width:
            yield _joined(taken)
            taken, used, is_first = [], block.hang * INDENT, False
        (text, role), *others = word
        taken += [(text if taken or is_first else text.lstrip(" "), role), *others]
        used += wide
    if taken:
        yield _joined(taken)


def _words(spans: Sequence[Span]) -> list[list[Run]]:
    """Words with the spaces before them, so that a line can begin without."""
    words: list[list[Run]] = []
    for span in spans:
        for text in re.findall(" *[^ ]+| +", signs().fit(span.text)):
            if words and not text.startswith(" "):
                words[-1].append((text, span.role))
            else:
                words.append([(text, span.role)])
    return words


def _joined(runs: Sequence[Run]) -> list[Run]:
    """Neighbours of one role as one run."""
    joined = groupby(runs, key=lambda run: run[1])
    return [("".join(text for text, _ in same).replace(NBSP, " "), role) for role, same in joined]
