"""A quiz on paper: questions with figures and lines to write on, and the worked solutions apart from them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os.path import realpath
from pathlib import Path
from typing import TypeAlias

from cnnstep.classroom.answers import written
from cnnstep.classroom.figures import drawn, figure, worked
from cnnstep.classroom.gift import gift
from cnnstep.classroom.questions import Question, Road
from cnnstep.classroom.quiz import Attempt, Paper
from cnnstep.classroom.sheets import ANSWER, QUESTION, rows_of
from cnnstep.errors import NotationError, printable
from cnnstep.render.files import check_target, write_text
from cnnstep.render.formats.pages import page_of
from cnnstep.render.formats.saving import format_of
from cnnstep.render.formats.texts import escaped, section
from cnnstep.views.page.hiding import LINE
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, Gap, Scene, words
from cnnstep.views.wording.arithmetic import count


@dataclass(frozen=True, slots=True)
class Printed:
    """A quiz that is to be printed: which, its questions, and the road to their figures."""

    paper: Paper
    questions: Sequence[Question]
    road: Road

    @property
    def title(self) -> str:
        """`quiz   conv, level 2, seed anna`."""
        return f"Quiz: {self.paper.topic}, level {self.paper.level}, seed {self.paper.seed}"


Writer: TypeAlias = Callable[[Printed], str]


def markdown(printed: Printed) -> str:
    """The questions, with lines to write on."""
    return _markdown(printed, f"Name: {LINE * 6}", _question)


def markdown_key(printed: Printed) -> str:
    """The worked solutions."""
    return _markdown(printed, f"Worked solutions of {printed.paper.line}", _solution)


def page(printed: Printed) -> str:
    """The questions as a page."""
    return _page(printed, f"Name: {LINE * 6}", _question)


def page_key(printed: Printed) -> str:
    """The worked solutions as a page."""
    return _page(printed, f"Worked solutions of {printed.paper.line}", _solution)


def sheet(printed: Printed) -> str:
    """A sheet to fill in, and to be marked."""
    rows = [(q.id, "", q.ask, drawn(figure(q, printed.road, LINE))) for q in printed.questions]
    return rows_of(printed.paper, (QUESTION, ANSWER, "asked", "figure"), rows)


def moodle(printed: Printed) -> str:
    """Questions to import, with their keys."""
    return gift(printed.paper, [(q, drawn(figure(q, printed.road, LINE))) for q in printed.questions])


PAPERS: Mapping[str, Writer] = {".md": markdown, ".html": page, ".csv": sheet, ".gift": moodle}
KEYS: Mapping[str, Writer] = {".md": markdown_key, ".html": page_key}


def save(printed: Printed, papers: Sequence[Path], key: Path | None, *, force: bool) -> list[str]:
    """Write papers and the key, and return a line about each; nothing is begun unless all of them can be."""
    jobs = [(target, format_of(target, PAPERS)) for target in papers]
    if key:
        jobs.append((key, format_of(key, KEYS, "--key")))
    places = [realpath(target) for target, _ in jobs]
    for (target, _), place in zip(jobs, places, strict=True):
        if places.count(place) > 1:
            raise NotationError(f"{printable(str(target))} cannot be two files", "give the key a name of its own")
        check_target(target, force=force)
    texts = [write(printed) for _, write in jobs]
    number, told = count(len(printed.questions), "question"), list[str]()
    for (target, _), text in zip(jobs, texts, strict=True):
        told += write_text(target, text, f"{number}{', worked' * (target is key)}", force=force)
    return told


def check_record(target: Path, *, force: bool) -> None:
    """Refuse early what an attempt could not be written to at its end."""
    format_of(target, {".csv": sheet}, "--record")
    check_target(target, force=force)


def record(attempt: Attempt, target: Path, *, force: bool) -> list[str]:
    """Write what was answered, as a sheet that can be marked; returns a line about it."""
    rows = [(each.question.id, each.typed) for each in attempt.answers]
    told = f"{len(rows)} of {len(attempt.questions)} answered"
    return write_text(target, rows_of(attempt.paper, (QUESTION, ANSWER), rows), told, force=force)


Told: TypeAlias = Callable[[Printed, Question], Iterator[Block]]


def _question(printed: Printed, question: Question) -> Iterator[Block]:
    yield from figure(question, printed.road, LINE).blocks
    yield words(question.ask, indent=0)
    yield words(f"Answer: {LINE * 2}", indent=0)


def _solution(printed: Printed, question: Question) -> Iterator[Block]:
    yield words(question.ask, indent=0)
    yield from worked(question, printed.road).blocks
    yield words("Answer: ", Span(question.key, Role.TOTAL), indent=0)
    yield words(question.why, indent=0)
    for mistake in question.mistakes:
        yield words(f"{written(mistake.answer, _decimals(question))}: {mistake.name}")


def _decimals(question: Question) -> int:
    """As many as tell a wrong number from the right one."""
    return 2 if question.places is None else question.places + 1


def _markdown(printed: Printed, below: str, told: Told) -> str:
    lines = [f"# {escaped(printed.title)}", "", below, ""]
    for number, question in enumerate(printed.questions, 1):
        lines += [f"## {number} ({question.id})", "", *section(Scene(tuple(told(printed, question))))]
    return "".join(f"{line}\n" for line in lines)


def _page(printed: Printed, below: str, told: Told) -> str:
    blocks: list[Block] = [words(Span(printed.title, Role.TITLE), indent=0), words(below, indent=0)]
    for number, question in enumerate(printed.questions, 1):
        heading = words(Span(f"{number}", Role.TITLE), Span(f"   {question.id}", Role.LABEL), indent=0)
        blocks += [Gap(), heading, *told(printed, question)]
    return page_of(Scene(tuple(blocks))).decode()
