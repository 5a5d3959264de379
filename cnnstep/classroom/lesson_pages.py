"""How a lesson looks: one of its screens fitted to the rows there are, or all of it as a handout."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnnstep.classroom.answers import written
from cnnstep.classroom.lessons import Command, Exercise, Figure, Lesson, Screen, figure
from cnnstep.classroom.markup import spans
from cnnstep.classroom.questions import Question, Road
from cnnstep.errors import CnnstepError, as_option, spelled
from cnnstep.render.lines.fitting import fitted
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Line, Page, plain
from cnnstep.render.lines.screenful import beginning
from cnnstep.views.page.hiding import hide
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, Gap, Scene, Words, words
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import count

LEAST = 6
"""Rows that a figure gets where the words leave fewer."""
TITLE_ALONE = 3
"""What gives way to less than one part in so many of its room has lost more than a beginning would."""
BLANK = "_" * 24


class Board(NamedTuple):
    """A screen as it stands: what was said since it was opened, and whether what it hides is shown."""

    screen: Screen
    figure: Figure | None = None
    hints: int = 0
    said: Sequence[Block] = ()
    is_open: bool = True

    def lines(self, page: Page, rows: int) -> list[Line]:
        """All of it; only the figure gives way where there are not enough rows."""
        part = self.screen.part
        above: list[Block] = [title(self.screen), *([Gap()] if self.screen.above else []), *self.screen.above]
        below: list[Block] = [*self.screen.below, *([Gap()] if self.screen.below and self.said else [])]
        if isinstance(part, Exercise):
            below = [*asked(part), *_hints(part, self.hints), *below]
        after, call = _lines([*below, *self.said], page), [typed(part)] if isinstance(part, Command) else []
        gap: list[Line] = [[]] if after else []
        if self.figure is None:
            return [*_lines(above, page), *gap, *after]
        roomy = _lines([*above, Gap(), *call], page)
        drawn = self._whole(page, rows - len(roomy) - len(gap) - len(after))
        if drawn:
            return [*roomy, *drawn, *gap, *after]
        # where it does not fit whole, a row of numbers is worth more than an empty one
        tight = _lines([*above, *call], page)
        return [*tight, *self._reduced(page, max(LEAST, rows - len(tight) - len(after))), *after]

    def _forms(self) -> list[Scene]:
        """What stands beside the words; of a question that is open without what it hides."""
        hidden = self.screen.exercise.hide if self.screen.exercise and self.is_open else 0
        return [hide(scene, hidden) for scene in self.figure.scenes] if self.figure else []

    def _whole(self, page: Page, rows: int) -> list[Line]:
        """The first of its forms that fits; nothing where none does."""
        drawn = (_trimmed(list(lines(scene, page))) for scene in self._forms())
        return next((form for form in drawn if len(form) <= rows), [])

    def _reduced(self, page: Page, rows: int) -> list[Line]:
        """As much as there is room for."""
        if whole := self._whole(page, rows):
            return whole
        scene = self._forms()[-1]
        kept = _trimmed(fitted(scene, page, rows)) if self.figure and self.figure.has_steps else []
        # pictures that stand below each other give way all at once: their beginning tells more than a title alone
        return kept if len(kept) * TITLE_ALONE > rows else _trimmed(beginning(scene, page, rows))


def figure_of(screen: Screen, road: Road) -> Figure | None:
    """What stands on a screen beside its words; where its command fails, what it says."""
    command = screen.exercise.show if screen.exercise else screen.part
    if not isinstance(command, Command):
        return None
    try:
        return figure(command, road)
    except CnnstepError as trouble:
        told = words(Span("Error: ", Role.TITLE), trouble.message, indent=1)
        return Figure((Scene((told, advice(trouble))),), has_steps=False)


def advice(trouble: CnnstepError) -> Block:
    """What would work, with options as they are typed."""
    return words(Span(f"Hint: {spelled(trouble.advice, as_option)}", Role.HINT), indent=1)


def title(screen: Screen) -> Block:
    """The heading of a screen."""
    return words(Span(screen.title, Role.TITLE), indent=1)


def typed(command: Command) -> Block:
    """A command as it would be typed."""
    return words(Span(f"$ {command.typed}", Role.KERNEL), indent=1)


def asked(exercise: Exercise) -> list[Block]:
    """The question, and its choices."""
    told = [words(*spans(exercise.ask, Role.TITLE), indent=1)]
    return [*told, *(words(f"{n}  ", *spans(text))._replace(hang=3) for n, text in enumerate(exercise.choices, 1))]


def _hints(exercise: Exercise, number: int) -> list[Block]:
    """The hints that were asked for."""
    return [hint(exercise, n) for n in range(1, number + 1)]


def hint(exercise: Exercise, number: int) -> Block:
    """One of its hints, counted from 1."""
    return words(Span(f"hint {number}: ", Role.LABEL), *spans(exercise.hints[number - 1]), indent=1)


def verdict_of(exercise: Exercise, question: Question, *, is_right: bool) -> Words:
    """What is said to a right answer, or when a question is given up; and why."""
    rounded = f", to {count(exercise.places, 'decimal')}" if exercise.places else ""
    told = f"Right{rounded}: " if is_right else "The answer is "
    return words(told, Span(_right(exercise, question), Role.TOTAL), ". ", *spans(exercise.why), indent=1)


def _right(exercise: Exercise, question: Question) -> str:
    """The answer as it may be typed; of a choice with its text."""
    if exercise.choices:
        return f"{question.key} ({exercise.choices[int(question.key) - 1]})"
    if exercise.places is not None:
        return question.key
    return written(question.answer)


def _trimmed(drawn: list[Line]) -> list[Line]:
    """Without empty lines at both ends."""
    filled = [number for number, line in enumerate(drawn) if plain(line)]
    return drawn[filled[0] : filled[-1] + 1] if filled else []


def _lines(blocks: Sequence[Block], page: Page) -> list[Line]:
    return list(lines(Scene(tuple(blocks)), page))


def handout(lesson: Lesson, road: Road) -> Report:
    """The whole lesson to be printed: every screen, what its commands show, and a blank for every answer."""
    head = heading(lesson.title, f"lesson {lesson.id}   {lesson.minutes} minutes")
    blocks = [block for screen in lesson.screens for block in _printed(screen, road)]
    return Report(Scene((head, *blocks)), {"lesson": lesson.id, "screens": [each.title for each in lesson.screens]})


def _printed(screen: Screen, road: Road) -> Iterator[Block]:
    yield from (Gap(), title(screen), *screen.above)
    if isinstance(screen.part, Command):
        yield typed(screen.part)
    if found := figure_of(screen, road):
        yield from hide(found.scenes[0], screen.exercise.hide if screen.exercise else 0).blocks
    if screen.exercise:
        yield from (*asked(screen.exercise), words(f"Answer: {BLANK}", indent=1))
    yield from screen.below
