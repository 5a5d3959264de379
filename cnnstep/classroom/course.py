"""The lessons that come with the program, in the order of a course, and how far someone has come in each."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from cnnstep.classroom.lesson_file import read_lesson
from cnnstep.classroom.lessons import Lesson
from cnnstep.classroom.progress import Progress, Standing
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Gap, Scene, words
from cnnstep.views.page.tables import Column, Table
from cnnstep.views.report import Report, heading

ORDER = (
    "images", "edges", "size", "channels", "activations", "pooling", "sharing", "lenet", "loss", "kernel", "training",
    "inspect",
)  # fmt: skip
"""The lessons by their ids, which are the names of their files too."""
COLUMNS = (
    Column("lesson", 0, is_left=True, role=Role.TITLE),
    Column("", 1, is_left=True, name="title"),
    Column("minutes", 3),
    Column("", 2, is_left=True, name="progress"),
)


@cache
def shipped(name: str) -> Lesson:
    """One of the lessons that come with the program."""
    file = f"{name}.md"
    return read_lesson((files("cnnstep.classroom") / "lessons" / file).read_text(encoding="utf-8"), file, name)


def following(lesson: Lesson) -> str:
    """The id of the next lesson of the course; empty behind the last, and for a lesson of one's own."""
    place = ORDER.index(lesson.id) + 1 if lesson.source in ORDER else len(ORDER)
    return "".join(ORDER[place : place + 1])


def state(lesson: Lesson, standing: Standing) -> str:
    """How far someone has come in a lesson; what was skipped is not done."""
    open_ones = [exercise for exercise in lesson.exercises if exercise.id not in standing.right]
    if standing.is_ended:
        return f"{len(open_ones)} of {len(lesson.exercises)} questions open" if open_ones else "done"
    return f"at {standing.screen} of {len(lesson.screens)}" if standing.screen else ""


def listed(progress: Progress) -> Report:
    """The course."""
    lessons = [shipped(name) for name in ORDER]
    states = [state(lesson, Standing.of(progress.of(lesson.id))) for lesson in lessons]
    rows = [
        (Span(each.source), Span(each.title), Span(f"{each.minutes} min"), Span(told, Role.CURRENT))
        for each, told in zip(lessons, states, strict=True)
    ]
    minutes = sum(lesson.minutes for lesson in lessons)
    head = heading("lesson", f"{len(lessons)} lessons, {minutes} minutes   cnnstep lesson NAME plays one")
    document = [
        {"id": each.id, "title": each.title, "minutes": each.minutes, "state": told}
        for each, told in zip(lessons, states, strict=True)
    ]
    return Report(Scene((head, Gap(), Table(COLUMNS, tuple(rows)))), {"lessons": document}, _next(lessons, states))


def _next(lessons: Sequence[Lesson], states: Sequence[str]) -> str:
    """The first that is not done; then a lesson of one's own."""
    first = next((each for each, told in zip(lessons, states, strict=True) if told != "done"), lessons[0])
    return f"cnnstep lesson {first.source}, cnnstep lesson mine.md (your own; docs/lessons.md says how)"


def ending(lesson: Lesson, standing: Standing) -> Report:
    """Where it was left or what is open, what was marked, and what to type next."""
    name, numbered = lesson.source, dict(enumerate(lesson.screens, 1))
    given_up = [n for n, each in numbered.items() if each.exercise and each.exercise.id in standing.skipped]
    told = [(f"marked: {numbered[n].title}", n) for n in standing.marks if n in numbered]
    told += [(f"given up: {numbered[n].title}", n) for n in given_up]
    lines = [words(f"{what}   cnnstep lesson {name} --from {number}", indent=1) for what, number in told]
    further = [f"cnnstep quiz {lesson.quiz}"] * bool(lesson.quiz)
    further += [f"cnnstep lesson {each}" for each in [following(lesson)] if each]
    hint = ", ".join(further or ["cnnstep lesson"]) if standing.is_ended else f"cnnstep lesson {name} (goes on here)"
    return Report(Scene((heading(f"lesson {lesson.id}", state(lesson, standing)), *lines)), {}, hint)
