"""A line that someone types: it can be edited on a terminal, and what a pipe gives is written where it would stand."""

import sys
from contextlib import suppress
from io import TextIOWrapper

import click

from cnnstep.render.glyphs import Glyphs


def prepare(waiting: str) -> None:
    """Let a line be edited with the arrows; where no one would see that something waits, say what."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # what is no text is no answer either, and no error
    if sys.stdin is None or not sys.stdin.isatty():
        return
    if sys.stdout.isatty():
        with suppress(ImportError):  # there is none on Windows, where the console does it
            import readline  # noqa: F401 - `input` uses it
    else:
        click.echo(waiting, err=True)


def typed(prompt: str) -> str:
    """What someone types; raises EOFError where no one types any more."""
    if sys.stdin and sys.stdin.isatty():
        return _edited(prompt)
    click.echo(prompt, nl=False)
    # not `input`, which looks for signals only before its prompt: one that comes behind it would wait for the next line
    line = sys.stdin.readline() if sys.stdin else ""
    click.echo(Glyphs(sys.stdout.encoding).fit(line.rstrip("\r\n")))
    if not line:
        raise EOFError
    return line


def _edited(prompt: str) -> str:
    try:
        return input(prompt)
    except EOFError:
        click.echo()
        raise


def agreed(prompt: str) -> bool:
    """Whether someone types y."""
    with suppress(EOFError):
        return typed(prompt).strip().lower() == "y"
    return False
