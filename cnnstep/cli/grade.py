"""`cnnstep grade`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnnstep.cli.base import Command, Parsed, ScreenOptions, screen_options, whole
from cnnstep.cli.guard import FINE, WRONG
from cnnstep.cli.options import Answer, Asked, saving_options
from cnnstep.cli.words import words_of

if TYPE_CHECKING:
    from cnnstep.classroom.marking import Expected

EXAMPLES = (
    ("cnnstep grade answers", "a row for each .csv in the folder"),
    ("cnnstep grade answers --save marks.csv", "for a spreadsheet"),
    ("cnnstep grade answers --topic conv --level 1", "answers to another quiz are listed, not marked"),
)
TOPICS = words_of("classroom.topics", "TOPICS")


@click.command("grade", cls=Command, examples=EXAMPLES)
@click.argument("folder", type=Parsed("FOLDER", Path))
@click.option("--topic", type=Parsed("TOPIC", str, TOPICS), help="Only this quiz.")
@click.option("--level", type=whole("level"), help="Only this level.")
@click.option("--count", type=whole("count"), help="Only quizzes of so many questions.")
@click.option("--seed", type=Parsed("NAME", str), help="Only these numbers; without it each file's own.")
@saving_options
@screen_options
def command(
    folder: Path, topic: str | None, level: int | None, count: int | None, seed: str | None, asked: Asked,
    screen: ScreenOptions,
) -> Callable[[], int]:  # fmt: skip
    """Mark the answers in FOLDER, a .csv a student, as `cnnstep quiz` writes them.

    What cannot be marked is listed, does not stop the others, and makes the exit code 1.
    """
    from cnnstep.classroom.marking import Expected

    return partial(_graded, folder, Expected(topic, level, count, seed), asked, screen)


def _graded(folder: Path, expected: "Expected", asked: Asked, screen: ScreenOptions) -> int:
    """Mark, show and save; the exit code."""
    from cnnstep.classroom.marking import Graded
    from cnnstep.cli.deliver import deliver
    from cnnstep.cli.group import view
    from cnnstep.render.formats.progress import Waiting

    with Waiting("marking the answers"):
        graded = Graded.folder(folder, expected, view, asked.save)
    deliver(Answer(graded.report(), asked, screen))
    return WRONG if graded.troubles else FINE
