"""`--code`: a script alone on the standard output, or in a file."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnnstep.cli.base import Parsed, under
from cnnstep.errors import NotationError, Setting
from cnnstep.frameworks import FRAMEWORKS, framework
from cnnstep.notation import printable
from cnnstep.render.files import check_target, write_text
from cnnstep.render.formats.progress import Waiting

if TYPE_CHECKING:
    from cnnstep.cli.options import Answer, Asked

SUFFIX = ".py"
CODE = under(
    "Files",
    click.option("--code", type=Parsed("FRAMEWORK", framework, lambda: [*FRAMEWORKS]),
                 help=f"A script that makes the same numbers, in {', '.join(FRAMEWORKS)}: printed, or --save code.py."),
)  # fmt: skip


def is_script(target: Path) -> bool:
    """Whether a file is called as a script is."""
    return target.suffix.lower() == SUFFIX


def without_steps(asked: "Asked") -> "Asked":
    """The same; where a script is asked for without steps, since it has the whole."""
    return replace(asked, at=None, steps=None, view="full") if asked.code else asked


def deliver_script(answer: "Answer") -> None:
    """Print the script, or save it; raises NotationError beside what it cannot stand with, and for no operation."""
    asked = answer.asked
    if not asked.code:
        raise NotationError("a script is written for a framework", ("add ", Setting("code", "torch")))
    for name, given in (("--json", answer.screen.json), ("--play", asked.play), ("--animate", asked.animate)):
        if given:
            raise NotationError(f"--code is a script alone: it takes no {name}", f"leave out {name}, or --code")
    for target in asked.save:
        _check(target, force=asked.force)
    text = _text(answer, asked.code)
    for target in asked.save:
        for line in write_text(target, text, f"a script for {asked.code}", force=asked.force):
            click.echo(line, err=True)
    if not asked.save:
        click.echo(text, nl=False)


def _text(answer: "Answer", framework: str) -> str:
    """The script of what a command returned."""
    from cnnstep.cli.deliver import chosen
    from cnnstep.frameworks.writing import script
    from cnnstep.views.view import View

    with Waiting("computing"):
        shown = chosen(answer)
        if isinstance(shown, View) and shown.walk.operation:  # a comparison has none, but two
            return script(shown, framework)
    raise NotationError("there is no operation here that could be written as code", ("leave out ", Setting("code")))


def _check(target: Path, *, force: bool) -> None:
    """Refuse a name that is not that of a script, and a file that could not be written."""
    if not is_script(target):
        raise NotationError(f"{printable(str(target))} is no name for a script", "write --save code.py")
    check_target(target, force=force)
