"""Where every command ends: a View or a Report is printed, played, saved or dumped."""

from typing import TYPE_CHECKING, Any

import click

from cnnstep.cli.base import ScreenOptions
from cnnstep.cli.options import Answer, Asked
from cnnstep.errors import NotationError
from cnnstep.render.formats.progress import awaited
from cnnstep.views.report import Report

if TYPE_CHECKING:
    from cnnstep.views.view import View


def chosen(answer: Answer) -> Any:
    """What is shown, with the steps that were asked for; raises NotationError for steps of what has none.

    A command that sees what was asked for has chosen its steps itself.
    """
    shown, asked = answer.shown, answer.asked or Asked()
    if isinstance(shown, Report):
        if asked.has_steps:
            raise NotationError(
                "reports, such as this one, have no steps", "leave out --at, --steps, --view and --play"
            )
        return shown
    if answer.is_chosen:
        return shown
    from cnnstep.views.view import Chosen

    return shown.choosing(Chosen(asked.at, asked.steps, asked.view))


def deliver(answer: Answer) -> None:
    """Save what is to be saved, then play it, dump it or print it."""
    asked, screen = answer.asked or Asked(), answer.screen
    if screen.json and asked.to_stdout:
        raise NotationError("--json and a file on the standard output are two documents", "leave one of them out")
    shown = chosen(answer)
    if isinstance(shown, Report):
        _deliver_report(shown, asked, screen)
    else:
        _deliver_view(shown, asked, screen)


def _deliver_report(report: Report, asked: Asked, screen: ScreenOptions) -> None:
    told: list[str] = []
    if asked.save:
        from cnnstep.render.formats.job import Print
        from cnnstep.render.formats.saving import REPORTS, save

        told = save(Print(report, asked.look), asked.save, force=asked.force, known=REPORTS)
    if screen.json:
        _dump(report.document)
    elif not asked.to_stdout:
        _print(report, screen._replace(colour="never") if report.is_plain else screen)
    _report(told)


def _deliver_view(view: "View", asked: Asked, screen: ScreenOptions) -> None:
    from cnnstep.cli import playing

    plays = asked.play or asked.animate
    view = view.stepping() if asked.animate else view
    if plays:
        playing.check(view, asked, screen)
    told: list[str] = []
    if asked.save:
        from cnnstep.render.formats.job import Job
        from cnnstep.render.formats.saving import save

        told = save(Job(view, asked.look), asked.save, force=asked.force)
    if not plays or not playing.played(view, asked, screen):
        _show(view, asked, screen)
    _report(told)


def _show(view: "View", asked: Asked, screen: ScreenOptions) -> None:
    if screen.json:
        from cnnstep.render.formats.numbers import document

        _dump(document(view))
    elif not asked.to_stdout:
        _print(view, screen)


def _dump(document: dict[str, Any]) -> None:
    from cnnstep.render.documents import as_text

    click.echo(as_text(document))


def _print(shown: Any, screen: ScreenOptions) -> None:
    terminal = screen.terminal()
    for scene in awaited(iter(shown.screens()), "computing"):
        terminal.show(scene)


def _report(told: list[str]) -> None:
    for line in told:
        click.echo(line, err=True)
