"""Marks: the answers of a sheet, or of a folder of them, judged with the numbers that their own seeds give."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cache
from os.path import realpath
from pathlib import Path
from typing import Any, NamedTuple

from cnnstep.classroom.conversation import practise
from cnnstep.classroom.questions import Question, Road, Verdict
from cnnstep.classroom.quiz import Answered, Score, questions
from cnnstep.classroom.sheets import Sheet, read
from cnnstep.errors import CnnstepError, DataError, NotationError, printable
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, stack, words
from cnnstep.views.page.tables import Column, table
from cnnstep.views.report import Report, heading

SUFFIX = ".csv"
RIGHT, WRONG, EMPTY = "right", "wrong", "not answered"
ANSWERS = (
    Column("question", 0, is_left=True, role=Role.TITLE),
    Column("answer", 1, is_left=True),
    Column("points", 0),
    Column("", 2, is_left=True, name="verdict"),
)
STUDENTS = (
    Column("student", 0, is_left=True, role=Role.TITLE),
    Column("topic", 2, is_left=True),
    Column("level", 4),
    Column("seed", 3, is_left=True),
    Column("points", 0),
    Column("of", 0),
    Column("not answered", 5),
    Column("mistakes", 1, is_left=True),
)


class Marked(NamedTuple):
    """A sheet, its questions, and what each of its answers is."""

    sheet: Sheet
    answers: tuple[Answered, ...]

    @property
    def score(self) -> Score:
        """Its points, exactly."""
        return Score.of_answers(self.answers, tuple(each.question for each in self.answers))

    def document(self) -> dict[str, Any]:
        """The same for machines; points are exact, as text."""
        paper, score = self.sheet.paper, self.score
        return {
            "student": self.sheet.student,
            "topic": paper.topic,
            "level": paper.level,
            "seed": paper.seed,
            "points": str(score.points),
            "of": str(score.of),
            "not_answered": score.skipped,
            "mistakes": [told for told, _ in score.mistakes],
            "answers": [
                {"question": each.question.id, "answer": each.typed, "points": str(each.points), "is": _told(each)}
                for each in self.answers
            ],
        }


@dataclass(frozen=True, slots=True)
class Expected:
    """The quiz that is asked for; None where any will do."""

    topic: str | None = None
    level: int | None = None
    count: int | None = None
    seed: str | None = None

    def check(self, sheet: Sheet) -> None:
        """Refuse the answers to another quiz; raises DataError."""
        for name, wanted in asdict(self).items():
            found = getattr(sheet.paper, name)
            if wanted is not None and wanted != found:
                told = f"{printable(sheet.student)}{SUFFIX} has answers for {name} {found}, not {wanted}"
                raise DataError(told, f"leave out --{name}, or mark the right file")


class Marker:
    """Marks sheets; the questions of a quiz that several students were asked are made once."""

    def __init__(self, road: Road) -> None:
        self._asked = cache(lambda paper: tuple[Question, ...](questions(paper, road)))

    def marked(self, sheet: Sheet) -> Marked:
        """Every question with its answer; what is no number is wrong."""
        asked: tuple[Question, ...] = self._asked(sheet.paper)
        return Marked(sheet, tuple(_answered(each, sheet.answers.get(each.id, "")) for each in asked))


def _answered(question: Question, typed: str) -> Answered:
    if not typed.strip():
        return Answered(question)
    try:
        return Answered(question, typed, question.judge(typed))
    except NotationError:
        return Answered(question, typed, Verdict(is_right=False))


def _verdict(answer: Answered) -> str:
    if answer.verdict is None:
        return EMPTY
    return RIGHT if answer.verdict.is_right else WRONG


def _told(answer: Answered) -> str:
    """The name of a mistake, where it has one."""
    return (answer.verdict.mistake if answer.verdict else "") or _verdict(answer)


def one(path: Path, expected: Expected, road: Road) -> Report:
    """The marks of one sheet, answer by answer."""
    sheet = read(path)
    expected.check(sheet)
    marked = Marker(road).marked(sheet)
    rows = [(each.question.id, printable(each.typed), str(each.points), _verdict(each)) for each in marked.answers]
    named = [
        words(Span(f"{each.question.id}   ", Role.TITLE), f"{each.verdict.mistake}   ",
              Span(f"cnnstep quiz {each.verdict.topic}", Role.HINT), indent=1)
        for each in marked.answers if each.verdict and each.verdict.mistake
    ]  # fmt: skip
    score, paper = marked.score, sheet.paper
    head = heading(printable(sheet.student), f"{paper.topic}, level {paper.level}, seed {paper.seed}")
    total = words(Span("points   ", Role.TITLE), Span(f"{score.points} of {score.of}", Role.TOTAL), indent=1)
    scene = stack([head], [table(ANSWERS, rows)], [total], named)
    return Report(scene, {"operation": "marks", **marked.document()}, "cnnstep grade FOLDER (a class at once)")


class Graded(NamedTuple):
    """The marks of a folder, and what could not be marked."""

    marked: tuple[Marked, ...]
    troubles: tuple[str, ...]

    @classmethod
    def folder(cls, folder: Path, expected: Expected, road: Road, marks: Sequence[Path] = ()) -> "Graded":
        """All sheets in it but the marks; what is wrong with one does not stop the others.

        Raises DataError where there are none.
        """
        marker, marked, troubles = Marker(road), list[Marked](), list[str]()
        for path in _sheets(folder, marks):
            try:
                sheet = read(path)
                expected.check(sheet)
                marked.append(marker.marked(sheet))
            except CnnstepError as trouble:
                troubles.append(trouble.message)
        return cls(tuple(marked), tuple(troubles))

    def report(self) -> Report:
        """A row a student."""
        rows = [tuple(_row(each)) for each in self.marked]
        shown = table(STUDENTS[:-1], [row[:-1] for row in rows])
        score = sum((each.score.points for each in self.marked), Fraction(0))
        each = f"   mean {float(score / len(self.marked)):.2f} points" if self.marked else ""
        parts: list[list[Block]] = [
            [heading("marks", f"{len(self.marked)} marked, {len(self.troubles)} not{each}")],
            [words(trouble, indent=1) for trouble in self.troubles],
            [shown] if self.marked else [],
            practise(self._mistakes()),
        ]
        document = {
            "operation": "marks",
            "students": [each.document() for each in self.marked],
            "not_marked": list(self.troubles),
        }
        return Report(stack(*parts), document, "--save marks.csv (for a spreadsheet)", rows=table(STUDENTS, rows))

    def _mistakes(self) -> Sequence[tuple[str, str]]:
        """Those of all students, the most frequent first."""
        answers = tuple(answer for each in self.marked for answer in each.answers)
        return Score.of_answers(answers, ()).mistakes


def _row(marked: Marked) -> Iterator[str | int]:
    paper, score = marked.sheet.paper, marked.score
    yield from (printable(marked.sheet.student), paper.topic, paper.level, paper.seed)
    yield from (str(score.points), str(score.of), score.skipped, "; ".join(told for told, _ in score.mistakes))


def _sheets(folder: Path, marks: Sequence[Path]) -> list[Path]:
    written = {realpath(path) for path in marks}
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() == SUFFIX and path.is_file()]
        found = sorted(path for path in files if realpath(path) not in written)
    except OSError as trouble:
        name = printable(str(folder))
        raise DataError(f"{name} cannot be read: {trouble.strerror}", "name a folder of answers") from None
    if not found:
        raise DataError(f"there is no {SUFFIX} in {printable(str(folder))}", "a student's answers are one .csv")
    return found
