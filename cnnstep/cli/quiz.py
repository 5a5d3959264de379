"""`cnnstep quiz`."""

import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

import click

from cnnstep.cli.base import Command, Parsed, ScreenOptions, screen_options, whole
from cnnstep.cli.options import Answer, Asked
from cnnstep.cli.words import words_of
from cnnstep.errors import NotationError

if TYPE_CHECKING:
    from cnnstep.classroom.quiz import Paper

EXAMPLES = (
    ("cnnstep quiz", "what it can ask about"),
    ("cnnstep quiz conv", "five questions, one at a time"),
    ("cnnstep quiz size --level 2 --seed anna", "harder, with Anna's numbers"),
    ("cnnstep quiz pool --count 10 --time", "ten, and how long they took"),
)
TOPICS = words_of("classroom.topics", "TOPICS")


@click.command("quiz", cls=Command, examples=EXAMPLES)
@click.argument("topic", required=False, type=Parsed("TOPIC", str, TOPICS))
@click.option("--level", type=whole("level"), default=1, help="1 computes, 2 has more settings, 3 asks backwards.")
@click.option("--count", type=whole("count"), default=5, help="How many questions.  [default: 5]")
@click.option("--seed", type=Parsed("NAME", str), default="1", help="A student's name gives that student's numbers.")
@click.option("--time", "is_timed", is_flag=True, help="Tell how long each answer took.")
@screen_options
def command(
    topic: str | None, level: int, count: int, seed: str, is_timed: bool, screen: ScreenOptions
) -> Answer | None:
    """Questions about TOPIC, whose answers are computed from the same command that shows how.

    Answers are numbers: 28, -1.5, 0,75 or 3/4, and sizes such as 16x16. Without TOPIC the topics are listed.
    """
    if topic is None:
        from cnnstep.classroom.listing import topics

        return Answer(topics(), Asked(), screen)
    from cnnstep.classroom.quiz import Paper

    _hold(Paper(topic, level, count, seed).checked(), screen, is_timed=is_timed)
    return None


def _hold(paper: "Paper", screen: ScreenOptions, *, is_timed: bool) -> None:
    """Ask at the prompt."""
    from time import monotonic

    from cnnstep.classroom.conversation import Conversation, summary
    from cnnstep.classroom.quiz import Session, questions
    from cnnstep.cli.group import view
    from cnnstep.render.terminal import terminal_size

    if screen.json:
        raise NotationError("--json asks no one", "leave out --json")
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # what is no text is no number either
    terminal, is_live = screen.terminal(), sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    rows = terminal_size(sys.stdout)[1] - 2 if is_live else None
    talk = Conversation(
        view, lambda scene: terminal.show(scene, rows), _line, monotonic, is_timed, _rest if is_live else lambda: None
    )
    session = talk.hold(Session(paper, tuple(questions(paper, view))))
    terminal.show(summary(session, is_timed=is_timed))


def _line(prompt: str) -> str:
    """A line that someone types; what a pipe gives is written where it would be seen."""
    click.echo(f" {prompt}", nl=False)
    sys.stdout.flush()
    typed = sys.stdin.readline() if sys.stdin else ""
    if sys.stdin is None or not sys.stdin.isatty():
        click.echo(typed.rstrip("\n"))
    if not typed:
        raise EOFError
    return typed


def _rest() -> None:
    """Wait, so that what was worked out can be read."""
    _line("Enter: go on ")
