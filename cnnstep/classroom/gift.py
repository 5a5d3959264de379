"""Questions as Moodle imports them: GIFT, https://docs.moodle.org/en/GIFT_format."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from html import escape

from cnnstep.classroom.answers import Numbers, written
from cnnstep.classroom.questions import Question
from cnnstep.classroom.quiz import Paper
from cnnstep.views.wording.numbers import trimmed

SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\~=#{}:"} | {"\n": "\\n"})
DECIMALS = 6
TIMES = ("x", "×", " x ", " × ")
"""How a size may be typed, where Moodle compares text."""


def gift(paper: Paper, questions: Sequence[tuple[Question, str]]) -> str:
    """Every question with its figure as text, its key, and what is said to each mistake."""
    head = f"$CATEGORY: cnnstep/{paper.topic} level {paper.level}, seed {paper.seed}\n"
    return "\n".join([head, *(_question(*each) for each in questions)])


def _question(question: Question, shown: str) -> str:
    figure = f"<pre>{escape(shown, quote=False)}</pre>" if shown else ""
    asked = f"{figure}<p>{escape(question.ask, quote=False)}</p>"
    several = len(question.answer) > 1
    answers = _sizes(question) if several else _numbers(question)
    lines = "".join(f"\t{answer}\n" for answer in answers)
    return f"::{question.id}::[html]{_text(asked)}{{{'' if several else '#'}\n{lines}}}\n"


def _numbers(question: Question) -> Iterator[str]:
    """One number each: within half of the last decimal where it is rounded."""
    within = 0 if question.places is None else float(Fraction(1, 2 * 10**question.places))
    yield f"={_number(question.answer[0])}:{within:g}#{_feedback(question.why)}"
    for mistake in question.mistakes:
        if len(mistake.answer) == 1:
            yield f"=%0%{_number(mistake.answer[0])}:{within:g}#{_feedback(mistake.name)}"


def _sizes(question: Question) -> Iterator[str]:
    """Several numbers are text there, in each way in which they are typed."""
    for told in _typed(question.answer):
        yield f"=%100%{_text(told)}#{_feedback(question.why)}"
    for mistake in question.mistakes:
        for told in _typed(mistake.answer):
            yield f"=%0%{_text(told)}#{_feedback(mistake.name)}"


def _typed(numbers: Numbers) -> list[str]:
    return [times.join(map(_number, numbers)) for times in TIMES]


def _number(number: Fraction) -> str:
    return trimmed(written([number], DECIMALS))


def _feedback(told: str) -> str:
    return _text(escape(told, quote=False))


def _text(told: str) -> str:
    """Without the signs that GIFT takes for its own; no line ends, for an empty one would end the question."""
    return told.translate(SPECIAL)
