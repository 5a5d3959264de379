"""Where every command ends: a View or a Report is printed, played, saved or dumped."""

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from cnnstep.cli.base import ScreenOptions
from cnnstep.cli.options import Answer, Asked
from cnnstep.cli.scripts import deliver_script, is_script
from cnnstep.errors import NotationError
from cnnstep.render.formats.progress import Waiting, awaited
from cnnstep.views.page.hiding import in_digits
from cnnstep.views.report import Report

if TYPE_CHECKING:
    from cnnstep.views.view import View


PROMPT = 1
"""Lines that a shell writes under the output."""


def chosen(answer: Answer) -> Any:
    """What is shown, with the steps that were asked for; raises NotationError for steps of what has none.

    A command that sees what was asked for has chosen its steps itself.
    """
    shown, asked = answer.shown, answer.asked
    if asked.backward:
        shown = asked.backward.of(shown)
    if isinstance(shown, Report):
        if asked.has_steps:
            raise NotationError(
                "reports, such as this one, have no steps", "leave out --at, --steps, --view, --play and --blank"
            )
        return shown
    if not answer.is_chosen:
        from cnnstep.views.vocabulary import Chosen

        shown = shown.choosing(Chosen(asked.at, asked.steps, asked.view))
    if asked.blank:
        from cnnstep.classroom.worksheets import worksheet

        return worksheet(shown.stepping(), asked.blank)
    return shown


def deliver(answer: Answer) -> None:
    """Save what is to be saved, then play it, dump it or print it."""
    asked, screen = answer.asked, answer.screen
    if asked.code or any(map(is_script, asked.save)):
        deliver_script(answer)
        return
    if screen.json and asked.to_stdout:
        raise NotationError("--json and a file on the standard output are two documents", "leave one of them out")
    shown = chosen(answer)
    plays = asked.play or asked.animate
    if plays and screen.json:
        raise NotationError("--json has no player", "leave out --json, or --play and --animate")
    if asked.animate:
        from cnnstep.views.frames import MOST_FRAMES, at_most

        shown = shown.stepping()
        at_most(MOST_FRAMES, "--animate", shown)
    told = _saved(shown, asked) if asked.save else []
    if not plays or not _played(shown, answer):
        _show(shown, asked, screen, beside=len(told))
    for line in told:
        click.echo(line, err=True)


def _saved(shown: Any, asked: Asked) -> list[str]:
    """Write the files, and say what was written."""
    from cnnstep.render.formats.saving import Job, save

    return save(Job(shown, asked.look), asked.save, force=asked.force)


def _show(shown: Any, asked: Asked, screen: ScreenOptions, beside: int) -> None:
    """Write it all into a pipe, on a terminal what fits, with room for the prompt and lines `beside` it."""
    if screen.json:
        from cnnstep.render.documents import as_text, document

        with Waiting("computing"):
            text = as_text(document(shown))
        click.echo(text)
    elif not asked.to_stdout:
        is_plain = isinstance(shown, Report) and shown.is_plain
        terminal = (screen._replace(colour="never") if is_plain else screen).terminal()
        if terminal.rows is None or screen.in_full or asked.steps:
            for scene in awaited(iter(shown.screens()), "computing"):
                terminal.show(in_digits(scene) if screen.in_full else scene)
        else:
            from cnnstep.render.lines.screenful import screenful

            with Waiting("computing"):
                drawn = screenful(shown, terminal.page, terminal.rows - PROMPT - beside)
            terminal.write(drawn)


def _played(view: "View", answer: Answer) -> bool:
    """Play on the terminal; where that is impossible say why, and return False."""
    from cnnstep.cli.playing import play, refusal

    if reason := refusal(sys.stdout, os.environ, with_keys=answer.asked.play):
        click.echo(f"Nothing to play on: {reason}. The ordinary output follows.", err=True)
        return False
    play(view, answer, PROMPT)
    return True
