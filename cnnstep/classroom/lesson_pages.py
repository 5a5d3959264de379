"""How a lesson looks: one of its screens fitted to the rows there are, or all of it as a handout."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from cnnstep.classroom.lessons import Command, Exercise, Lesson, Screen, shown
from cnnstep.classroom.questions import Judgement, Question, Road
from cnnstep.errors import CnnstepError, spelled
from cnnstep.render.lines.fitting import fitted
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Line, Page
from cnnstep.views.page.hiding import hide
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, Gap, Scene, Words, words
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import count

LEAST = 6
"""Rows that a figure gets where the words leave fewer."""
BLANK = "_" * 24


class Board(NamedTuple):
    """A screen as it stands: what was said since it was opened, and whether what it hides is shown."""

    screen: Screen
    figure: Scene | None = None
    hints: int = 0
    said: Sequence[Block] = ()
    is_open: bool = True

    def lines(self, page: Page, rows: int) -> list[Line]:
        """All of it; only the figure gives way where there are not enough rows."""
        part = self.screen.part
        above = _lines([title(self.screen), *([Gap()] if self.screen.above else []), *self.screen.above], page)
        below: list[Block] = [*self.screen.below, *([Gap()] if self.screen.below and self.said else [])]
        if isinstance(part, Exercise):
            below = [*asked(part), *_hints(part, self.hints), *below]
        after = _lines([*below, *self.said], page)
        figure = self._figure(part)
        gap: list[Line] = [[]] if after else []
        if figure is None:
            return [*above, *gap, *after]
        room = rows - len(above) - len(after)
        if len(list(lines(figure, page))) <= room - 1 - len(gap):
            return [*above, [], *lines(figure, page), *gap, *after]
        # where it does not fit whole, a row of numbers is worth more than an empty one
        return [*above, *fitted(figure, page, max(LEAST, room)), *after]

    def _figure(self, part: Command | Exercise | None) -> Scene | None:
        """What the command shows, below its line; of a question that is open without what it hides."""
        if self.figure is None or part is None:
            return None
        if isinstance(part, Exercise):
            return hide(self.figure, part.hide) if self.is_open else self.figure
        return Scene((typed(part), *self.figure.blocks))


def figure_of(screen: Screen, road: Road) -> Scene | None:
    """What stands on a screen beside its words; where its command fails, what it says."""
    command = screen.exercise.show if screen.exercise else screen.part
    if not isinstance(command, Command):
        return None
    try:
        return shown(command, road).scene
    except CnnstepError as trouble:
        return Scene((words(Span("Error: ", Role.TITLE), trouble.message, indent=1), advice(trouble)))


def advice(trouble: CnnstepError) -> Block:
    """What would work, with options as they are typed."""
    return words(Span(f"Hint: {spelled(trouble.advice, option)}", Role.HINT), indent=1)


def option(setting: Any) -> str:
    """`--stride 2`."""
    return f"--{setting.name} {setting.typed}".rstrip()


def title(screen: Screen) -> Block:
    """The heading of a screen."""
    return words(Span(screen.title, Role.TITLE), indent=1)


def typed(command: Command) -> Block:
    """A command as it would be typed."""
    return words(Span(f"$ {command.typed}", Role.KERNEL), indent=1)


def asked(exercise: Exercise) -> list[Block]:
    """The question, and its choices."""
    told = [words(Span(exercise.ask, Role.TITLE), indent=1)]
    return [*told, *(words(f"{n}  {text}")._replace(hang=3) for n, text in enumerate(exercise.choices, 1))]


def _hints(exercise: Exercise, number: int) -> list[Block]:
    """The hints that were asked for."""
    told = exercise.hints[:number]
    return [words(Span(f"hint {n}: ", Role.LABEL), text, indent=1) for n, text in enumerate(told, 1)]


def verdict_of(exercise: Exercise, question: Question, judgement: Judgement) -> Words:
    """What is said to a right answer, or when a question is given up; and why."""
    rounded = f", to {count(exercise.places, 'decimal')}" if exercise.places else ""
    told = f"Right{rounded}: " if judgement is Judgement.RIGHT else "The answer is "
    return words(told, Span(_right(exercise, question), Role.TOTAL), ". ", exercise.why, indent=1)


def _right(exercise: Exercise, question: Question) -> str:
    """The answer as it may be typed; of a choice with its text."""
    return f"{question.key} ({exercise.choices[int(question.key) - 1]})" if exercise.choices else question.key


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
    if figure := figure_of(screen, road):
        yield from hide(figure, screen.exercise.hide if screen.exercise else 0).blocks
    if screen.exercise:
        yield from (*asked(screen.exercise), words(f"Answer: {BLANK}", indent=1))
    yield from screen.below
