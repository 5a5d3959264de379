"""`cnnstep lesson`."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from cnnstep.cli.base import Command, Parsed, ScreenOptions, bundle, screen_options, whole
from cnnstep.cli.options import Answer, Asked, saving_options
from cnnstep.cli.prompt import agreed, prepare, typed
from cnnstep.cli.words import words_of
from cnnstep.errors import DataError, NotationError, nearest, printable, quoted

if TYPE_CHECKING:
    from cnnstep.classroom.lessons import Lesson
    from cnnstep.classroom.progress import Progress, Standing

EXAMPLES = (
    ("cnnstep lesson", "the course, and how far you are"),
    ("cnnstep lesson edges", "play one; it goes on where you left it"),
    ("cnnstep lesson edges --from 4", "from its fourth screen"),
    ("cnnstep lesson edges --save handout.html", "to print: with a blank for every answer"),
    ("cnnstep lesson --check", "every lesson plays and answers itself"),
)


class Wanted(NamedTuple):
    """What is to be done with a lesson."""

    start: int | None
    reset: bool
    check: bool
    notes: Path | None


wanted_options = bundle(
    "wanted",
    Wanted,
    click.option("--from", "start", type=whole("from"), help="Begin at this screen, counted from 1."),
    click.option("--reset", is_flag=True, help="Forget how far you are, in this lesson or in all."),
    click.option("--check", is_flag=True, help="Let the lesson, or all of them, play and answer themselves."),
    click.option("--notes", type=Parsed("FILE", Path), help="Write what you saw and answered as Markdown."),
)


@click.command("lesson", cls=Command, examples=EXAMPLES)
@click.argument(
    "name", metavar="[LESSON]", required=False, type=Parsed("LESSON", str, words_of("classroom.course", "ORDER"))
)
@wanted_options
@saving_options
@screen_options
def command(name: str | None, wanted: Wanted, asked: Asked, screen: ScreenOptions) -> Answer | Callable[[], None]:
    """Lessons at the terminal: read, predict, run, answer. LESSON is one of the course, or a file of your own (.md).

    Enter goes on, b back, ? gives a hint, : runs any command in between, m marks a screen, q leaves.
    """
    from cnnstep.classroom.course import ORDER, listed

    progress = _progress()
    if wanted.reset:
        return partial(_reset, progress, name, is_sure=asked.force)
    if wanted.check:
        return partial(_check, [name] if name else ORDER)
    if name is None:
        return Answer(listed(progress), asked, screen)
    lesson = _found(name)
    return partial(_save, lesson, asked) if asked.save else partial(_play, lesson, wanted, asked, screen, progress)


def _progress() -> "Progress":
    from cnnstep.classroom.progress import NAME, Progress, state_folder

    return Progress.read(state_folder(os.environ, Path.home()) / NAME)


def _found(name: str) -> "Lesson":
    """A lesson of the course, or the one in a file; raises NotationError with the one that may have been meant."""
    from cnnstep.classroom.course import ORDER, shipped
    from cnnstep.classroom.lesson_file import read_lesson
    from cnnstep.inputs.sources import exists
    from cnnstep.inputs.texts import read_text

    if name.lower() in ORDER:
        return shipped(name.lower())
    if exists(name) or name.endswith(".md"):
        return read_lesson(read_text(name, "a lesson", "`cnnstep lesson` lists those that come with cnnstep"), name)
    close = nearest(name, ORDER)
    known = f"the lessons are {', '.join(ORDER)}; a file of your own ends in .md"
    hint = f"did you mean `cnnstep lesson {close}`?" if close else known
    raise NotationError(f"no lesson is called {quoted(name)}", hint)


def _reset(progress: "Progress", name: str | None, *, is_sure: bool) -> None:
    """Say what there is, and forget it when that is meant."""
    from cnnstep.classroom.progress import Event, Kind, Standing

    names = [each for each in progress.lessons() if name in {None, each}]
    for each in names:
        standing = Standing.of(progress.of(each))
        click.echo(f" {printable(each)}: {len(standing.right)} answered, at screen {standing.screen}")
    if not names:
        click.echo(" There is nothing to forget.")
    elif is_sure or agreed(" Forget this? Type y: "):
        for each in names:
            progress.add(Event(each, Kind.RESET))
        if progress.trouble:
            raise progress.trouble
        click.echo(" Forgotten.")
    else:
        click.echo(" Nothing is forgotten.")


def _check(names: Iterable[str]) -> None:
    """Let each play and answer itself; raises DataError where anything is wrong."""
    from cnnstep.classroom.lesson_check import faults
    from cnnstep.cli.group import view
    from cnnstep.views.wording.arithmetic import count

    wrong = 0
    for lesson in map(_found, names):
        found = list(faults(lesson, view))
        fine = f"{lesson.source}: fine, {len(lesson.screens)} screens, {len(lesson.exercises)} questions"
        for line in found or [fine]:
            click.echo(f" {line}")
        wrong += len(found)
    if wrong:
        raise DataError(f"{count(wrong, 'mistake')} in lessons", "each is named above, with its line")


def _save(lesson: "Lesson", asked: Asked) -> None:
    """The whole lesson as a handout."""
    from cnnstep.classroom.lesson_pages import handout
    from cnnstep.cli.group import view
    from cnnstep.render.formats.progress import Waiting
    from cnnstep.render.formats.saving import Job, save

    with Waiting("running its commands"):
        report = handout(lesson, view)
    for line in save(Job(report, asked.look), asked.save, force=asked.force):
        click.echo(line, err=True)


def _play(lesson: "Lesson", wanted: Wanted, asked: Asked, screen: ScreenOptions, progress: "Progress") -> None:
    """Play it from where it was left, and keep notes however it ends."""
    from cnnstep.classroom.course import ending
    from cnnstep.classroom.desk import Desk
    from cnnstep.classroom.lesson_player import LessonPlayer
    from cnnstep.classroom.progress import Standing
    from cnnstep.cli.group import view
    from cnnstep.render.files import check_target, stoppable

    if screen.json:
        raise NotationError("--json has no player", "cnnstep lesson edges --save lesson.json")
    if os.environ.get("JPY_PARENT_PID"):
        hint = f"add --save {lesson.id}.html to read it"
        raise NotationError("a notebook sends no lines to a lesson", hint)
    if wanted.notes:
        check_target(wanted.notes, force=asked.force)
    standing = Standing.of(progress.of(lesson.id))
    first = _first(lesson, wanted, standing)
    prepare("The lesson waits for lines: Enter goes on, q leaves.")
    desk = Desk(view, partial(_run, screen), screen.terminal, typed, sys.stdout, progress)
    try:
        with stoppable():
            after = LessonPlayer(lesson, desk, first).play()
        for scene in ending(lesson, after).screens():
            screen.terminal().show(scene)
    finally:
        if wanted.notes:
            _write_notes(lesson, progress, wanted.notes, force=asked.force)


def _first(lesson: "Lesson", wanted: Wanted, standing: "Standing") -> int:
    """The screen to begin with, counted from 0."""
    last = len(lesson.screens)
    if wanted.start is None:
        return 0 if standing.is_ended else min(max(standing.screen, 1), last) - 1
    if wanted.start > last:
        raise DataError(
            f"lesson {lesson.id} has {last} screens, not {wanted.start}", f"add --from {last}, or a lower one"
        )
    return wanted.start - 1


def _write_notes(lesson: "Lesson", progress: "Progress", target: Path, *, force: bool) -> None:
    from cnnstep.classroom.lesson_notes import notes
    from cnnstep.render.files import write_text

    for line in write_text(target, notes(lesson, progress.of(lesson.id)), "notes", force=force):
        click.echo(line, err=True)


def _run(screen: ScreenOptions, words: Sequence[str]) -> None:
    """Run a command of the program on the lesson's screen; an error is one line, and Ctrl-C ends the command alone."""
    from cnnstep.cli.group import cli
    from cnnstep.cli.guard import guarded

    command = cli.get_command(click.Context(cli), words[0])
    has_screen = command and any(param.name == "ascii_only" for param in command.params)

    def interrupted() -> None:
        with suppress(KeyboardInterrupt):
            cli.main([words[0], *screen.inherited * bool(has_screen), *words[1:]], standalone_mode=False)

    guarded(interrupted)
