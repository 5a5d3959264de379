"""A question: what is asked, the numbers that are right, the wrong ones that have a name, three hints."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from cnnstep.classroom.answers import Numbers, is_near, readings, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnnstep.views.report import Report
    from cnnstep.views.view import View

Road: TypeAlias = "Callable[[Sequence[str]], View | Report]"
"""From the words of a command to what it shows; the command line has it, and hands it over."""


class Mistake(NamedTuple):
    """A wrong answer with a name: the numbers it leads to, what was done (`you forgot the bias`), what trains it."""

    answer: Numbers
    name: str
    topic: str = ""


class Verdict(NamedTuple):
    """Whether an answer counts, and of a wrong one that has a name the name, and the topic that trains it."""

    is_right: bool
    mistake: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about what a command shows, and everything that is said before and after an answer.

    `line` are the words of that command; `answer` its numbers, computed by it and never typed; `places` how many
    decimals are asked for (None: exact); `hints` come one after the other; `why` is told after the answer.
    `also` are other numbers that are right; `figure` is the command whose step is shown before it is answered, without
    what `blank` leaves out: the value, the products, or the patch.
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
    also: tuple[Numbers, ...] = ()
    figure: tuple[str, ...] = ()
    blank: str = "products"

    @property
    def key(self) -> str:
        """The right answer, as it may be typed."""
        return written(self.answer, self.places)

    def judge(self, typed: str) -> Verdict:
        """What an answer is; raises NotationError where it is no number."""
        given = readings(typed)
        if any(map(self.accepts, given)):
            return Verdict(is_right=True)
        for mistake in self.mistakes:
            if any(is_near(each, mistake.answer, self.places) for each in given):
                return Verdict(is_right=False, mistake=mistake.name, topic=mistake.topic)
        return Verdict(is_right=False)

    def accepts(self, numbers: Numbers) -> bool:
        """Whether these numbers are right."""
        return any(is_near(numbers, right, self.places) for right in (self.answer, *self.also))


def numbers_at(document: Any, path: str) -> Numbers:
    """The number, or the list of numbers, at a path of a document: `steps.0.value`, `output`. Raises KeyError."""
    found = document
    for word in path.split("."):
        try:
            found = found[word] if isinstance(found, Mapping) else found[int(word)]
        except (IndexError, TypeError, ValueError):
            raise KeyError(path) from None
    try:
        values = np.ravel(found).tolist()
    except ValueError:  # rows that are not as long as each other
        raise KeyError(path) from None
    if not values or not all(isinstance(each, int | float) for each in values):
        raise KeyError(path)
    return tuple(map(Fraction, values))
