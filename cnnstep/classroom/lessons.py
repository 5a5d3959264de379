"""A lesson as values: screens of prose, and on each of them what a command shows, or a question."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from cnnstep.classroom.answers import Numbers
from cnnstep.classroom.questions import Mistake, Question, Road, numbers_at
from cnnstep.errors import CnnstepError, DataError, Hint
from cnnstep.render.documents import document
from cnnstep.views.page.scene import Gap, Scene, Words

if TYPE_CHECKING:
    from cnnstep.views.report import Report
    from cnnstep.views.view import View


class Place(NamedTuple):
    """Where something stands in a file, to be named where it is wrong; lines count from 1."""

    file: str
    line: int

    def fault(self, message: str, hint: Hint) -> DataError:
        """An error that begins with the place."""
        return DataError(f"{self} {message}", hint)

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}:"


class Command(NamedTuple):
    """A command line of the program, as words, and as it is to be typed."""

    words: tuple[str, ...]
    typed: str
    place: Place

    def numbers(self, road: Road, path: str) -> Numbers:
        """What stands at a path of its document; raises DataError with the place for what fails or is not there."""
        try:
            found = numbers_at(document(road(self.words)), path)
        except CnnstepError as trouble:
            raise self.place.fault(trouble.message, trouble.advice) from None
        except KeyError:
            hint = f"see {self.typed} --json for what there is"
            raise self.place.fault(f"there is no number at {path}", hint) from None
        # as it is printed: the fraction of 2 that a machine keeps for -0.02 is no answer that anyone would type
        return tuple(number if number.denominator == 1 else Fraction(repr(float(number))) for number in found)


class NamedMistake(NamedTuple):
    """A wrong answer by the command that leads to it, or of a choice its number; and its name."""

    source: Command | int
    path: str
    name: str
    place: Place

    def computed(self, road: Road) -> Mistake:
        """With its numbers."""
        if isinstance(self.source, int):
            return Mistake((Fraction(self.source),), self.name)
        return Mistake(self.source.numbers(road, self.path), self.name)


@dataclass(frozen=True, slots=True)
class Exercise:
    """A question as it stands in a lesson: its key is what `of` has at a path, or the number of a choice."""

    id: str
    ask: str
    of: Command | None
    key: str
    place: Place
    places: int | None = None
    mistakes: tuple[NamedMistake, ...] = ()
    hints: tuple[str, ...] = ()
    why: str = ""
    choices: tuple[str, ...] = ()
    show: Command | None = None
    hide: int = 0
    """What stands under the question, and how much of it is hidden until it is answered."""

    def chosen(self, typed: str) -> str | None:
        """An answer as it is judged: of a choice its number, also where its text was typed; None where it is none."""
        numbers = {text.casefold(): str(number) for number, text in enumerate(self.choices, 1)}
        found = numbers.get(typed.casefold(), typed)
        return found if not numbers or found in numbers.values() else None

    def question(self, road: Road) -> Question:
        """With its key and the numbers of its mistakes computed; raises DataError where they cannot be."""
        answer = self.of.numbers(road, self.key) if self.of else (Fraction(int(self.key)),)
        mistakes = tuple(mistake.computed(road) for mistake in self.mistakes)
        words = self.of.words if self.of else ()
        return Question(self.id, self.ask, words, answer, self.places, mistakes, self.hints, self.why)


Part: TypeAlias = Command | Exercise
Prose: TypeAlias = Words | Gap


class Screen(NamedTuple):
    """A title, prose, what a command shows or a question, and prose below it."""

    title: str
    above: tuple[Prose, ...]
    part: Part | None
    below: tuple[Prose, ...]
    place: Place

    @property
    def exercise(self) -> Exercise | None:
        """The question, where it has one."""
        return self.part if isinstance(self.part, Exercise) else None


@dataclass(frozen=True, slots=True)
class Lesson:
    """Screens, with what the list of lessons says of them; `quiz` is the topic to practise afterwards."""

    id: str
    title: str
    minutes: int
    screens: tuple[Screen, ...]
    source: str
    """What names it on the command line: its id, or a file."""
    quiz: str = ""

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """Its questions."""
        return tuple(screen.exercise for screen in self.screens if screen.exercise)


class Figure(NamedTuple):
    """What a command shows, then the same with less and less of it; what has steps gives way in another order."""

    scenes: tuple[Scene, ...]
    has_steps: bool


def figure(command: Command, road: Road) -> Figure:
    """What a command shows, to stand on a screen; raises DataError with the place where it fails."""
    try:
        forms: list[View | Report] = [*road(command.words).briefer()]
        scenes = [Scene(tuple(block for scene in form.scenes() for block in scene.blocks)) for form in forms]
    except CnnstepError as trouble:
        raise command.place.fault(trouble.message, trouble.advice) from None
    return Figure(tuple(scenes), forms[-1].has_steps)
