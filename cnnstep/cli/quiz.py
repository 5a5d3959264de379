"""`cnnstep quiz`."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from cnnstep.cli.base import Command, Parsed, ScreenOptions, bundle, screen_options, under, whole
from cnnstep.cli.options import Answer, Asked
from cnnstep.cli.prompt import prepare, typed
from cnnstep.cli.words import words_of
from cnnstep.errors import NotationError

if TYPE_CHECKING:
    from cnnstep.classroom.quiz import Attempt, Paper

EXAMPLES = (
    ("cnnstep quiz", "what it can ask about"),
    ("cnnstep quiz conv", "five questions, one at a time"),
    ("cnnstep quiz size --level 2 --seed anna", "harder, with Anna's numbers"),
    ("cnnstep quiz pool --count 10 --time", "ten, and how long they took"),
    ("cnnstep quiz conv --save quiz.md --key key.md", "on paper, the solutions apart"),
    ("cnnstep quiz conv --seed anna --save anna.csv", "a sheet to fill in"),
    ("cnnstep quiz --answers answers.csv", "mark it"),
)
TOPICS = words_of("classroom.topics", "TOPICS")
FILE = Parsed("FILE", Path)
PROMPTS = 2
"""Rows that a figure leaves: for the prompt, and for what stands above."""


class Files(NamedTuple):
    """What is written and read instead of asking, and what an attempt leaves."""

    save: tuple[Path, ...]
    key: Path | None
    answers: Path | None
    record: Path | None
    force: bool

    def check(self) -> None:
        """Raises NotationError where they exclude each other."""
        if self.answers and (self.key or self.record):
            raise NotationError("--answers marks what was answered", "leave out --key and --record")
        if self.record and (self.save or self.key):
            raise NotationError("--record writes what is answered at the prompt", "leave it out, or --save and --key")


files = bundle(
    "files",
    Files,
    *under(
        "Files",
        click.option("--save", type=FILE, multiple=True,
                     help="Write the questions, and ask nothing: .md .html .csv (a sheet to fill in) .gift (Moodle)."),
        click.option("--key", type=FILE, help="Write the worked solutions: .md .html."),
        click.option("--answers", type=FILE, help="Mark a sheet that was filled in; --save keeps the marks."),
        click.option("--record", type=FILE, help="Keep what is answered at the prompt: .csv."),
        click.option("--force", is_flag=True, help="Replace files that exist."),
    ),
)  # fmt: skip


@click.command("quiz", cls=Command, examples=EXAMPLES)
@click.argument("topic", required=False, type=Parsed("TOPIC", str, TOPICS))
@click.option("--level", type=whole("level"), help="1 computes, 2 has more settings, 3 asks backwards.  [default: 1]")
@click.option("--count", type=whole("count"), help="How many questions.  [default: 5]")
@click.option("--seed", type=Parsed("NAME", str), help="A student's name gives that student's numbers.  [default: 1]")
@click.option("--time", "is_timed", is_flag=True, help="Tell how long each answer took.")
@files
@screen_options
def command(
    topic: str | None, level: int | None, count: int | None, seed: str | None, is_timed: bool, files: Files,
    screen: ScreenOptions,
) -> Answer | Callable[[], None]:  # fmt: skip
    """Questions about TOPIC, whose answers are computed from the same command that shows how.

    Answers are numbers: 28, -1.5, 0,75 or 3/4, and sizes such as 16x16. Without TOPIC the topics are listed.
    """
    files.check()
    if files.answers:
        from cnnstep.classroom.marking import Expected, one
        from cnnstep.cli.group import view

        marks = one(files.answers, Expected(topic, level, count, seed), view)
        return Answer(marks, Asked(save=files.save, force=files.force), screen)
    if topic is None:
        return _listed(files, screen)
    from cnnstep.classroom.quiz import USUAL_COUNT, USUAL_SEED, Paper

    paper = Paper(topic, level or 1, count or USUAL_COUNT, USUAL_SEED if seed is None else seed).checked()
    # what writes or waits is begun when it is delivered, so that `view` never does
    if files.save or files.key:
        return partial(_print, paper, files, screen)
    return partial(_hold, paper, files, screen, is_timed=is_timed)


def _listed(files: Files, screen: ScreenOptions) -> Answer:
    """The topics; raises NotationError where one should have been named."""
    from cnnstep.classroom.conversation import topics

    if files.save or files.key or files.record:
        raise NotationError("a quiz to save needs a topic", "write cnnstep quiz conv --save quiz.md")
    return Answer(topics(), Asked(), screen)


def _print(paper: "Paper", files: Files, screen: ScreenOptions) -> None:
    """Write the papers, and ask nothing."""
    from cnnstep.classroom.papers import Printed, save
    from cnnstep.classroom.quiz import questions
    from cnnstep.cli.group import view

    if screen.json:
        raise NotationError("papers are no JSON", "leave out --json")
    for line in save(Printed(paper, tuple(questions(paper, view)), view), files.save, files.key, force=files.force):
        click.echo(line, err=True)


def _hold(paper: "Paper", files: Files, screen: ScreenOptions, *, is_timed: bool) -> None:
    """Ask at the prompt."""
    from time import monotonic

    from cnnstep.classroom.conversation import Conversation, summary
    from cnnstep.classroom.quiz import Attempt, questions
    from cnnstep.cli.group import view
    from cnnstep.render.files import stoppable

    if screen.json:
        raise NotationError("--json asks no one", "leave out --json")
    if files.record:
        from cnnstep.classroom.papers import check_record

        check_record(files.record, force=files.force)
    prepare("The quiz waits for answers: s skips, q ends.")
    terminal, is_live = screen.terminal(), sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    rows = terminal.rows - PROMPTS if is_live and terminal.rows else None
    kept = [Attempt(paper, tuple(questions(paper, view)))]
    talk = Conversation(
        view, lambda scene: terminal.show(scene, rows), lambda prompt: typed(f" {prompt}"), monotonic, is_timed,
        _rest if is_live else lambda: None, kept.append,
    )  # fmt: skip
    try:
        with stoppable():  # what was answered before Ctrl-C is kept
            attempt = talk.hold(kept[0])
        terminal.show(summary(attempt, is_timed=is_timed))
    finally:
        _record(kept[-1], files)


def _record(attempt: "Attempt", files: Files) -> None:
    """Keep what was answered, where that is wanted."""
    if files.record and attempt.answers:
        from cnnstep.classroom.papers import record

        for line in record(attempt, files.record, force=files.force):
            click.echo(line, err=True)


def _rest() -> None:
    """Wait, so that what was worked out can be read; raises EOFError where it is to end."""
    if typed(" Enter go on   q end ").strip().lower() == "q":
        raise EOFError
