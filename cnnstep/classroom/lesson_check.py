"""A lesson plays and answers itself: every command runs, every key is right, every mistake is known, all fits."""

from collections.abc import Iterator, Sequence
from itertools import product

from cnnstep.classroom.answers import written
from cnnstep.classroom.desk import BELOW
from cnnstep.classroom.lesson_pages import Board, verdict_of
from cnnstep.classroom.lessons import Command, Exercise, Figure, Lesson, Place, Screen, figure
from cnnstep.classroom.questions import Question, Road
from cnnstep.errors import CnnstepError
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.page import Page, width_of
from cnnstep.views.page.scene import Block, words
from cnnstep.views.wording.arithmetic import count

COLUMNS, ROWS = 80, 24
HINTS, MOST_PLACES = 3, 4
PAGES = {
    "in colour": Page(COLUMNS, Glyphs("utf-8"), blocks=True),
    "without colour": Page(COLUMNS, Glyphs("utf-8")),
    "ascii": Page(COLUMNS, Glyphs("ascii")),
}


def faults(lesson: Lesson, road: Road) -> Iterator[str]:
    """What is wrong with a lesson, each with its file and line."""
    for screen in lesson.screens:
        try:
            yield from _screen(screen, road)
        except CnnstepError as trouble:
            yield trouble.message


def _screen(screen: Screen, road: Road) -> Iterator[str]:
    exercise = screen.exercise
    command = exercise.show if exercise else screen.part
    shown = figure(command, road) if isinstance(command, Command) else None
    if exercise is None:
        yield from _unfit(screen.place, [Board(screen, shown)])
        return
    question = exercise.question(road)
    yield from _asked(exercise, question)
    yield from _unfit(exercise.place, _boards(screen, shown, question))


def _asked(exercise: Exercise, question: Question) -> Iterator[str]:
    """A question that answers itself."""
    place, right = exercise.place, question.key
    if not question.judge(right).is_right:
        yield f"{place} its own key {right} is not judged right"
    if exercise.places is None and any(10**MOST_PLACES % number.denominator for number in question.answer):
        yield f"{place} its key {float(question.answer[0])!r} has many decimals: say how many places are asked for"
    if len(exercise.hints) != HINTS:
        yield f"{place} it has {count(len(exercise.hints), 'hint')}, not {HINTS}"
    for named, mistake in zip(exercise.mistakes, question.mistakes, strict=True):
        wrong = written(mistake.answer, exercise.places)
        verdict = question.judge(wrong)
        if verdict.is_right:
            yield f"{named.place} the mistake {wrong} ({mistake.name}) is the key itself"
        elif verdict.mistake != mistake.name:
            yield f"{named.place} the mistake {wrong} ({mistake.name}) is another one: {verdict.mistake}"
    numbers = [mistake.source for mistake in exercise.mistakes if isinstance(mistake.source, int)]
    if bad := [number for number in numbers if not 1 <= number <= len(exercise.choices)]:
        yield f"{place} there is no choice {bad[0]}"


def _boards(screen: Screen, shown: Figure | None, question: Question) -> Iterator[Board]:
    """The fullest that a question can get: with all hints and the longest wrong answer; and when it is answered."""
    assert screen.exercise  # noqa: S101 - of screens with a question alone
    names = sorted((mistake.name for mistake in question.mistakes), key=len)
    wrong: list[Block] = [words("Not yet: ", *names[-1:], ".", indent=1)]
    yield Board(screen, shown, len(question.hints), wrong)
    told = verdict_of(screen.exercise, question, is_right=True)
    yield Board(screen, shown, 0, [told], is_open=False)


def _unfit(place: Place, boards: Sequence[Board] | Iterator[Board]) -> Iterator[str]:
    for board, (name, page) in product(boards, PAGES.items()):
        drawn = board.lines(page, ROWS - BELOW)
        if len(drawn) > ROWS - BELOW:
            yield f"{place} it takes {len(drawn)} rows of {ROWS - BELOW} at {COLUMNS}×{ROWS} ({name})"
        if wide := [line for line in drawn if width_of(line) > COLUMNS]:
            yield f"{place} a line is {width_of(wide[0])} columns wide ({name})"
