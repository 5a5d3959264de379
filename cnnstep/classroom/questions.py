"""A question: what is asked, the numbers that are right, the wrong ones that have a name, three hints."""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from cnnstep.classroom.answers import Numbers, is_near, readings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnnstep.views.report import Report
    from cnnstep.views.view import View

Road: TypeAlias = "Callable[[Sequence[str]], View | Report]"
"""From the words of a command to what it shows; the command line has it, and hands it over."""


class Mistake(NamedTuple):
    """A wrong answer that has a name: the numbers it leads to, and what was done (`you forgot the bias`)."""

    answer: Numbers
    name: str


class Judgement(Enum):
    """What an answer is."""

    RIGHT = "right"
    NAMED = "named"
    WRONG = "wrong"


class Verdict(NamedTuple):
    """What an answer is, and of a mistake with a name the name."""

    judgement: Judgement
    mistake: str = ""

    @property
    def is_right(self) -> bool:
        """Whether it counts."""
        return self.judgement is Judgement.RIGHT


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about what a command shows, and everything that is said before and after an answer.

    `line` are the words of that command; `answer` its numbers, computed by it and never typed; `places` how many
    decimals are asked for (None: exact); `hints` come one after the other; `why` is told after the answer.
    """

    id: str
    ask: str
    line: tuple[str, ...]
    answer: Numbers
    places: int | None = None
    mistakes: tuple[Mistake, ...] = ()
    hints: tuple[str, ...] = ()
    why: str = ""
    points: Fraction = Fraction(1)

    def judge(self, typed: str) -> Verdict:
        """What an answer is; raises NotationError where it is no number."""
        given = readings(typed)
        if any(is_near(each, self.answer, self.places) for each in given):
            return Verdict(Judgement.RIGHT)
        for mistake in self.mistakes:
            if any(is_near(each, mistake.answer, self.places) for each in given):
                return Verdict(Judgement.NAMED, mistake.name)
        return Verdict(Judgement.WRONG)


def numbers_at(document: Any, path: str) -> Numbers:
    """The number, or the list of numbers, at a path of a document: `steps.0.value`, `output`. Raises KeyError."""
    found = document
    for word in path.split("."):
        try:
            found = found[int(word) if isinstance(found, list) else word]
        except (IndexError, TypeError, ValueError):
            raise KeyError(path) from None
    values = found if isinstance(found, list) else [found]
    if not values or not all(isinstance(each, int | float) for each in values):
        raise KeyError(path)
    return tuple(map(Fraction, values))
