"""A quiz at a prompt: the question, an answer, what comes of it; plain lines, so that it works in every terminal."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from cnnstep.classroom.figures import figure, worked
from cnnstep.classroom.questions import Question, Road
from cnnstep.classroom.quiz import Attempt, Paper, Score
from cnnstep.classroom.topics import LEVELS, TOPICS
from cnnstep.errors import NotationError
from cnnstep.views.page.roles import Importance, Role, Span
from cnnstep.views.page.scene import Block, Gap, Scene, hint, stack, words
from cnnstep.views.page.tables import Column, table
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import count

HINT, SKIP, END = "?", "s", "q"
KEYS = "? hint   s skip   q end"
FEW = 5
LIST = (Column("", 0, is_left=True, role=Role.TITLE, name="topic"), Column("", 0, is_left=True, name="about"))


@dataclass(frozen=True, slots=True)
class Conversation:
    """Who talks: the road to figures, how a scene is shown, how a line is read, a clock where time is told.

    `read` is given the prompt, and raises EOFError where no one answers any more; `rest` waits between two questions,
    and `keep` is told of every answer.
    """

    road: Road
    show: Callable[[Scene], None]
    read: Callable[[str], str]
    clock: Callable[[], float]
    is_timed: bool = False
    rest: Callable[[], None] = lambda: None
    keep: Callable[[Attempt], object] = lambda _: None

    def hold(self, attempt: Attempt) -> Attempt:
        """Ask until all is answered, or no one answers any more."""
        with suppress(EOFError):
            while question := attempt.current:
                self.show(Scene(tuple(asked(attempt, question, self.road))))
                attempt = self._answer(attempt, question, self.clock())
                self.keep(attempt)
                self.show(Scene(tuple(told(attempt, self.road, is_timed=self.is_timed))))
                if attempt.current:
                    self.rest()
        return attempt

    def _answer(self, attempt: Attempt, question: Question, begun: float) -> Attempt:
        """What is said to the current question, after any hints; raises EOFError where it ends."""
        prompt = f"{len(attempt.answers) + 1} of {len(attempt.questions)}  answer: "
        while True:
            typed = self.read(prompt).strip()
            if typed == HINT:
                self.show(Scene((_hint(question, attempt.hints),)))
                attempt = attempt.hinted() if attempt.hints < len(question.hints) else attempt
            elif typed.lower() == END:
                raise EOFError
            elif typed.lower() == SKIP:
                return attempt.skipped(self.clock() - begun)
            else:
                try:
                    return attempt.answered(typed, self.clock() - begun)
                except NotationError as error:
                    self.show(Scene((words(f"{error.message}: {error.hint}; {KEYS}", indent=1),)))


def topics() -> Report:
    """What a quiz can ask about."""
    rows = [(name, topic.title) for name, topic in TOPICS.items()]
    scene = Scene((heading("quiz", "TOPIC, at --level 1, 2 or 3"), Gap(), table(LIST, rows)))
    document = {"operation": "quiz", "topics": [{"topic": name, "about": title} for name, title in rows]}
    return Report(scene, document, "cnnstep quiz conv, cnnstep quiz size --level 2 --seed anna")


def asked(attempt: Attempt, question: Question, road: Road) -> Iterator[Block]:
    """The question under its figure."""
    paper, done = attempt.paper, len(attempt.answers)
    where = f"   level {paper.level}   question {done + 1} of {len(attempt.questions)}   "
    if done:
        yield Gap()
    yield words(
        Span(f"{paper.topic}", Role.TITLE), where, Span(KEYS, Role.HINT), indent=1, importance=Importance.ANSWER
    )
    shown = figure(question, road).blocks
    yield from (Gap(), *shown) if shown else ()
    yield Gap()
    yield words(Span(question.ask, Role.TITLE), indent=1, importance=Importance.ANSWER)


def told(attempt: Attempt, road: Road, *, is_timed: bool = False) -> Iterator[Block]:
    """Right or wrong and why, with the worked step."""
    question, _, verdict, _, seconds = attempt.answers[-1]
    took = f"   {duration(seconds)}" if is_timed else ""
    if verdict is None:
        said = Span(f"skipped: it is {question.key}", Role.TITLE)
    elif verdict.is_right:
        said = Span(f"right: {question.key}", Role.TOTAL)
    else:
        named = f": {verdict.mistake}" if verdict.mistake else ""
        said = Span(f"wrong{named}. It is {question.key}", Role.TITLE)
    yield words(said, Span(took, Role.LABEL), indent=1, importance=Importance.ANSWER)
    yield Gap()
    yield from worked(question, road).blocks
    yield words(Span(question.why, Role.LABEL), importance=Importance.STEP)


def _hint(question: Question, given: int) -> Block:
    if given >= len(question.hints):
        return words("there are no more hints: s shows how it is done", indent=1)
    return words(Span(f"hint {given + 1} of {len(question.hints)}: ", Role.LABEL), question.hints[given], indent=1)


def duration(seconds: float) -> str:
    """`3 min 5 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def summary(attempt: Attempt, *, is_timed: bool = False) -> Scene:
    """The score, what to practise, and what to type next."""
    score = Score.of_answers(attempt.answers, attempt.questions)
    facts = [f"{score.skipped} not answered"] * bool(score.skipped)
    facts += [count(score.hints, "hint")] * bool(score.hints)
    facts += [duration(sum(round(each.seconds) for each in attempt.answers))] * is_timed
    points = words(
        Span("score   ", Role.TITLE), Span(f"{score.points} of {score.of}", Role.TOTAL), f"   {', '.join(facts)}",
        indent=1, importance=Importance.ANSWER,
    )  # fmt: skip
    return stack(
        [Gap(), points], practise(score.mistakes), [hint(further(attempt.paper, is_done=score.points == score.of))]
    )


def practise(mistakes: Sequence[tuple[str, str]]) -> list[Block]:
    """What was done wrong, and the quiz that trains it."""
    rows = [words(f"{mistake}   ", Span(f"cnnstep quiz {topic}", Role.HINT)) for mistake, topic in mistakes[:FEW]]
    return [words(Span("to practise", Role.TITLE), indent=1), *rows] if rows else []


def further(paper: Paper, *, is_done: bool) -> str:
    """What to type next: the same with other numbers, or the next level, or the next topic."""
    if not is_done:
        return replace(paper, seed=_next_seed(paper.seed)).line
    if paper.level < LEVELS[-1]:
        return replace(paper, level=paper.level + 1).line
    names = list(TOPICS)
    return replace(paper, topic=names[(names.index(paper.topic) + 1) % len(names)], level=LEVELS[0]).line


def _next_seed(seed: str) -> str:
    name, _, number = seed.rpartition("-")
    if not number.isdecimal():
        return f"{seed}-2"
    return f"{name}{'-' * bool(name)}{int(number) + 1}"
