"""What someone keeps of a lesson: the screens that were seen, the answers that were given, the marks."""

from collections.abc import Iterator, Sequence

from cnnstep.classroom.lessons import Exercise, Lesson
from cnnstep.classroom.markup import spans
from cnnstep.classroom.progress import Event, Kind, Standing
from cnnstep.errors import printable
from cnnstep.render.formats.texts import escaped
from cnnstep.views.wording.arithmetic import count

TOLD = {Kind.RIGHT: "right", Kind.WRONG: "not yet", Kind.SKIPPED: "given up"}


def notes(lesson: Lesson, events: Sequence[Event]) -> str:
    """All that has happened in a lesson, in Markdown."""
    return "".join(f"{line}\n" for line in _lines(lesson, events))


def _lines(lesson: Lesson, events: Sequence[Event]) -> Iterator[str]:
    standing = Standing.of(list(events))
    seen = {event.screen for event in events}
    yield from (f"# {_safe(lesson.title)}", "")
    for number, screen in enumerate(lesson.screens, 1):
        if number in seen:
            yield f"{number}. {_safe(screen.title)}{' **(marked)**' * (number in standing.marks)}"
            if screen.exercise:
                # a list inside a list begins below the words of its item: further to the right from 10 on
                yield from (f"{' ' * len(f'{number}. ')}{line}" for line in _answers(screen.exercise, events))
    if standing.marks:
        yield from ("", f"To come back to: {', '.join(map(str, standing.marks))}")


def _answers(exercise: Exercise, events: Sequence[Event]) -> Iterator[str]:
    """Each answer to a question, in its order, and why the right one is right, once it is."""
    yield f"- {_safe(exercise.ask)}"
    found = [event for event in events if event.question == exercise.id and event.kind in TOLD]
    for event in found:
        hints = f", after {count(event.hints, 'hint')}" if event.hints else ""
        yield " ".join(filter(None, ("-", _safe(event.typed), f"({TOLD[event.kind]}{hints})")))
    if any(event.kind is not Kind.WRONG for event in found):
        why = "".join(span.text for span in spans(exercise.why))
        yield f"- {_safe(why)}"


def _safe(text: str) -> str:
    """One line of plain text, without signs that Markdown would take for its own."""
    return escaped(printable(text))
