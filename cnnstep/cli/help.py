"""`cnnstep help`."""

from collections.abc import Sequence

import click

from cnnstep.cli.base import Command, Parsed
from cnnstep.cli.topics import ALSO, TOPICS
from cnnstep.errors import NotationError, nearest, quoted
from cnnstep.notation.synonyms import meant

EXAMPLES = (
    ("cnnstep help saving", "figures, films, pages, numbers"),
    ("cnnstep help conv", "what a command takes: the same as cnnstep conv --help"),
)
NARROWEST, MEANING = 6, 32
"""Columns for what to type beside what it is for; what is longer stands above that."""


@click.command("help", cls=Command, examples=EXAMPLES)
@click.argument("topic", metavar="[TOPIC]", required=False, type=Parsed("TOPIC", str, lambda: list(TOPICS)))
@click.pass_context
def command(ctx: click.Context, topic: str | None) -> None:
    """What there is to know of TOPIC, or of a command; without one, the topics."""
    from cnnstep.cli.group import COMMANDS, cli

    name = meant(topic or "", [*TOPICS, *COMMANDS], ALSO)
    if name in TOPICS:
        more = [(f"cnnstep {name} --help", "what the command of this name takes")] * (name in COMMANDS)
        _print(ctx, f"{name}: {TOPICS[name].told}", [*TOPICS[name].rows, *more])
    elif name in COMMANDS:
        cli.answer([name, "--help"])  # which ends here
    elif topic is None:
        rows = [(f"cnnstep help {name}", each.about) for name, each in TOPICS.items()]
        _print(ctx, "Topics:", [*rows, ("cnnstep help conv", "what a command takes: conv, pool, net ..."),
                                ("cnnstep --help", "the commands, with a line each")])  # fmt: skip
    else:
        close = nearest(name.lower(), [*TOPICS, *COMMANDS, *ALSO])
        hint = f"did you mean `cnnstep help {close}`?" if close else "`cnnstep help` lists the topics"
        raise NotationError(f"there is no help about {quoted(name)}", hint)


def _print(ctx: click.Context, told: str, rows: Sequence[tuple[str, str]]) -> None:
    """A sentence, and what to type with what it is for."""
    formatter = ctx.make_formatter()
    formatter.write_text(told)
    formatter.write_paragraph()
    with formatter.indentation():
        click.HelpFormatter.write_dl(formatter, rows, max(NARROWEST, formatter.width - MEANING))
    click.echo(formatter.getvalue().rstrip("\n"))
