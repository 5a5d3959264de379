"""A quiz: questions that depend on topic, level, seed and their number alone, and how far a student has come."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

from cnnstep.classroom.answers import Numbers
from cnnstep.classroom.dice import Dice
from cnnstep.classroom.drafts import Draft, Line, Wrong
from cnnstep.classroom.questions import Mistake, Question, Road, Verdict, numbers_at
from cnnstep.classroom.slips import SLIPS
from cnnstep.classroom.topics import LEVELS, TOPICS
from cnnstep.errors import CnnstepError, GeometryError, NotationError, again, did_you_mean, quoted
from cnnstep.render.documents import document

USUAL_COUNT, USUAL_SEED, MOST = 5, "1", 30
LONGEST_SEED = 80
TRIES = 200
"""So often a question is drawn again where it has been asked already."""
DECIMALS = ("", "one decimal", "two decimals", "three decimals")


@dataclass(frozen=True, slots=True)
class Paper:
    """What decides all questions of a quiz, and every byte of its papers."""

    topic: str
    level: int = 1
    count: int = USUAL_COUNT
    seed: str = USUAL_SEED

    @property
    def line(self) -> str:
        """The command that asks it."""
        usual = Paper(self.topic)
        told = ((name, getattr(self, name)) for name in ("level", "count", "seed"))
        given = [word for name, value in told if value != getattr(usual, name) for word in (f"--{name}", str(value))]
        return again("cnnstep", "quiz", self.topic, *given)

    def checked(self) -> "Paper":
        """The same; raises NotationError or GeometryError where there is no such quiz."""
        if self.topic not in TOPICS:
            hint = f"{did_you_mean(self.topic, TOPICS)}`cnnstep quiz` lists the topics"
            raise NotationError(f"there is no quiz about {quoted(self.topic)}", hint)
        if self.level not in LEVELS:
            raise NotationError(f"there is no level {self.level}", f"write --level {LEVELS[0]} to {LEVELS[-1]}")
        if not 1 <= self.count <= MOST:
            raise GeometryError(f"a quiz has 1 to {MOST} questions, not {self.count}", f"write --count {USUAL_COUNT}")
        if not self.seed.isprintable() or not self.seed.strip() or '"' in self.seed or len(self.seed) > LONGEST_SEED:
            raise NotationError(f"{quoted(self.seed)} is no name for a seed", "write --seed anna")
        return self


def questions(paper: Paper, road: Road) -> Iterator[Question]:
    """The questions of a quiz, each with its numbers."""
    for number, draft in enumerate(drafts(paper), 1):
        yield _question(f"{paper.topic}-{paper.level}-{number}", draft, road)


def drafts(paper: Paper) -> Iterator[Draft]:
    """What a quiz asks, nothing twice; a shorter quiz is the beginning of a longer one."""
    draw, asked = TOPICS[paper.topic].levels[paper.level - 1], set[tuple[str, Line]]()
    for number in range(1, paper.count + 1):
        for attempt in range(TRIES):
            # not by the count, so that the first questions stay
            draft = draw(Dice(f"{paper.topic}\n{paper.level}\n{paper.seed}\n{number}\n{attempt}"))
            if (draft.ask, draft.figure) not in asked:
                break
        asked.add((draft.ask, draft.figure))
        yield draft


def _question(name: str, draft: Draft, road: Road) -> Question:
    """The draft with its numbers, computed by its command."""
    known = document(road(draft.line))
    answer = numbers_at(known, draft.path)
    rounded = f" Round to {DECIMALS[draft.places]}." if draft.places else ""
    right = Question(
        name, draft.ask + rounded, draft.line, answer, draft.places, hints=draft.hints, why=draft.why,
        also=(numbers_at(known, draft.also),) if draft.also else (), figure=draft.figure,
        blank=draft.blank,
    )  # fmt: skip
    return replace(right, mistakes=tuple(_mistakes(right, draft, known, road)))


def _mistakes(right: Question, draft: Draft, known: Mapping[str, Any], road: Road) -> Iterator[Mistake]:
    """The wrong numbers that have a name; none that would be right, and of two with the same number the first."""
    found: list[Question] = [right]
    for name, wrong in draft.wrong.items():
        numbers = _wrong(wrong, draft.path, known, road)
        if numbers and not any(each.accepts(numbers) for each in found):
            found.append(replace(right, answer=numbers, also=()))
            yield Mistake(numbers, *SLIPS[name])


def _wrong(wrong: Wrong, path: str, known: Mapping[str, Any], road: Road) -> Numbers | None:
    """What a mistake leads to; None where it leads nowhere."""
    if isinstance(wrong, Fraction | int):
        return (Fraction(wrong),)
    try:
        return numbers_at(known, wrong) if isinstance(wrong, str) else numbers_at(document(road(wrong)), path)
    except (CnnstepError, KeyError):  # a kernel larger than its input, a cell that is not there
        return None


class Answered(NamedTuple):
    """A question, and what was said to it; no verdict where it was skipped."""

    question: Question
    typed: str = ""
    verdict: Verdict | None = None
    hints: int = 0
    seconds: float = 0.0

    @property
    def points(self) -> Fraction:
        """All of its points, or none."""
        return self.question.points if self.verdict and self.verdict.is_right else Fraction(0)


@dataclass(frozen=True, slots=True)
class Attempt:
    """How far a student has come: what was answered, and how many hints of the current question were given."""

    paper: Paper
    questions: tuple[Question, ...]
    answers: tuple[Answered, ...] = ()
    hints: int = 0

    @property
    def current(self) -> Question | None:
        """The question that waits; None at the end."""
        return self.questions[len(self.answers)] if len(self.answers) < len(self.questions) else None

    def hinted(self) -> "Attempt":
        """With one hint more."""
        return replace(self, hints=self.hints + 1)

    def answered(self, typed: str, seconds: float = 0.0) -> "Attempt":
        """With an answer to the current question; raises NotationError for what is no number."""
        assert self.current  # noqa: S101 - whoever asks has looked
        return self._with(Answered(self.current, typed, self.current.judge(typed), self.hints, seconds))

    def skipped(self, seconds: float = 0.0) -> "Attempt":
        """Without an answer to the current question."""
        assert self.current  # noqa: S101 - whoever asks has looked
        return self._with(Answered(self.current, hints=self.hints, seconds=seconds))

    def _with(self, answer: Answered) -> "Attempt":
        return replace(self, answers=(*self.answers, answer), hints=0)


class Score(NamedTuple):
    """What came of some answers."""

    points: Fraction
    of: Fraction
    skipped: int
    hints: int
    mistakes: tuple[tuple[str, str], ...]
    """What was done wrong and the topic that trains it, the most frequent first."""

    @classmethod
    def of_answers(cls, answers: tuple[Answered, ...], asked: tuple[Question, ...]) -> "Score":
        """Points of those asked; a question that was not reached is not done."""
        verdicts = [each.verdict for each in answers if each.verdict]
        named = Counter((verdict.mistake, verdict.topic) for verdict in verdicts if verdict.mistake)
        return cls(
            sum((each.points for each in answers), Fraction(0)),
            sum((each.points for each in asked), Fraction(0)),
            len(asked) - len(verdicts),
            sum(each.hints for each in answers),
            tuple(name for name, _ in named.most_common()),
        )
