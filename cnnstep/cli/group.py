"""The group of commands: a table, from which only the command that is called gets loaded."""

import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from functools import partial
from importlib import import_module
from io import StringIO
from typing import Any, cast

import click

from cnnstep import __version__
from cnnstep.cli.base import HELP_OPTIONS, Context, write_examples
from cnnstep.cli.guard import guarded
from cnnstep.cli.options import Answer, Shown
from cnnstep.errors import NotationError

SECTIONS = {
    "operations": {
        "conv": "Convolve a picture or a matrix, one window at a time.",
        "pool": "Pool it: of every window keep the largest, or the mean.",
        "unpool": "Put what max pooling kept back to where it stood.",
        "pad": "Surround it with cells: zeros, or its own edge mirrored.",
        "activate": "Send every cell through relu, sigmoid and their kin; draw them.",
        "transposed": "Add a kernel for every cell: the way back up in size.",
        "upsample": "Make it larger without learning: copies, or means of neighbours.",
        "flatten": "Write channels, rows and columns as one row.",
        "dense": "Weighted sums of everything: a fully connected layer.",
        "softmax": "Logits to probabilities, stage by stage.",
        "dropout": "Drop cells by chance, as a network does while it learns.",
        "batchnorm": "Batch normalisation: by running averages, or by a batch in training.",
        "layernorm": "Layer normalisation: mean 0 and variance 1 for all of it.",
        "instancenorm": "Instance normalisation: mean 0 and variance 1 for each channel.",
    },
    "learning": {
        "loss": "How wrong predictions are: one number, and its gradient.",
        "learn": "A kernel that learns by gradient descent, update by update.",
        "train": "Train a network: handwritten digits, or images of your own.",
        "evaluate": "How well a network knows images: accuracy, confusion, mistakes.",
        "gradients": "Backpropagation through a network, layer by layer from the loss.",
    },
    "networks": {
        "net": "A whole network, layer by layer: its table, or a picture through it.",
        "explain": "Its layers in words, or one of them in arithmetic.",
        "why": "Where one of its numbers came from, back to a pixel.",
        "field": "What a cell of it can see: the receptive field on the picture.",
        "inspect": "What it has learned: filters, saliency, Grad-CAM, occlusion, shifts.",
    },
    "in class": {
        "lesson": "Lessons at the terminal: read, predict, run, answer.",
        "compare": "Two commands in one frame, stepped together.",
        "draw": "Draw a digit, and see at once how lenet5 reads it.",
        "quiz": "Questions about a topic, with hints, and keys to print.",
        "grade": "Mark the answers of a class.",
    },
    "to look up": {
        "size": "Work out the size of an output, and what a layer costs.",
        "show": "See an image as a computer does: as numbers.",
        "kernels": "The kernels there are, what they find, what they do to a picture.",
        "samples": "The pictures and matrices that come with cnnstep.",
        "help": "What there is to know: saving, reading, notation, networks …",
        "completion": "Completion of commands and options for your shell.",
    },
}
"""Headings, and under each its commands with their lines in the list. A command's module has its name."""
COMMANDS = [name for commands in SECTIONS.values() for name in commands]
ALSO = {"normalize": "instancenorm"}
"""Another word for a command, understood but not listed."""
EXAMPLES = (
    ("cnnstep conv", "the first lesson: one vertical edge"),
    ("cnnstep conv sample:picture --kernel edge", "a picture, window by window"),
    ("cnnstep size --in 32 --k 5 --p 0 --s 1", "why 32 becomes 28"),
    ("cnnstep net lenet5 sample:digit", "a digit through a whole network"),
)
FURTHER = "`cnnstep COMMAND --help` shows what a command takes, `cnnstep --help` what each of them does."
TITLE = "cnnstep steps through convolutional networks: every window, every product, every sum."


class Group(click.Group):
    """Commands from a table, so that `--help` and a single command load nothing else."""

    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every command, in the order of the table."""
        return COMMANDS

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Load one command's module."""
        name = ALSO.get(cmd_name, cmd_name)
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"cnnstep.cli.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say which command may have been meant where there is none of that name."""
        name = args[0]
        if name not in {*COMMANDS, *ALSO} and not name.startswith("-"):
            from cnnstep.cli.mending import (
                no_command,  # only a mistake needs it: a command that is right starts without
            )

            raise no_command(name, args[1:], COMMANDS)
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Examples first, then every command with its line, under the headings of the table."""
        formatter.write_text(TITLE)
        write_examples(formatter, EXAMPLES)
        for heading, commands in SECTIONS.items():
            with formatter.section(heading.capitalize()):
                formatter.write_dl(list(commands.items()))
        formatter.write_paragraph()
        formatter.write_text("`cnnstep COMMAND --help` shows what a command takes, `cnnstep --version` the version.")

    def format_start(self, formatter: click.HelpFormatter) -> None:
        """What `cnnstep` alone shows: examples, and the names of the commands, so that it fits a screen."""
        formatter.write_text(TITLE)
        write_examples(formatter, EXAMPLES)
        with formatter.section("Commands"):
            formatter.write_dl([(heading, ", ".join(commands)) for heading, commands in SECTIONS.items()])
        formatter.write_paragraph()
        formatter.write_text(FURTHER)

    def answer(self, args: Sequence[str]) -> Any:
        """What a command returns, before anything is shown."""
        with self.make_context("cnnstep", list(args)) as ctx:
            return self.invoke(ctx)

    def main(self, args: Sequence[str] | None = None, *_: Any, **settings: Any) -> Any:
        """Run, and deliver what the command returned; in standalone mode every error is one line and an exit code."""
        # click's own main would ask for this, but ours stands in its place
        if instruction := os.environ.get("_CNNSTEP_COMPLETE"):
            from cnnstep.cli.completion import complete

            raise SystemExit(guarded(partial(complete, self, instruction)))
        # not click's own main: it makes exit code 1 of a closed pipe
        words = sys.argv[1:] if args is None else args
        run = partial(self._deliver, words)
        if not settings.get("standalone_mode", True):
            return run()
        raise SystemExit(guarded(run, words))

    def _deliver(self, args: Sequence[str]) -> Any:
        """Run a command and deliver its answer; flush here, so that a full disk or a closed pipe is not met at exit."""
        try:
            result = self.answer(args)
        except click.exceptions.Exit as end:  # after --help
            result = end.exit_code
        if isinstance(result, Answer):
            # help and completion end before this, and load nothing of it
            from cnnstep.cli.deliver import deliver

            deliver(result)
            result = None
        elif callable(result):  # what waits for someone who types is begun here, so that `view` never does
            result = result()
        sys.stdout.flush()
        return result


def view(line: str | Sequence[str]) -> Shown:
    """What a command line shows, as a value: `view("conv sample:five --at 1,2")`, or its words in a list.

    A View (a walk with its vocabulary: `walk`, `scene(step)`, `screens()`, `facts()`, `with_setting(name, change)`)
    or a Report (`scene`, `document`). It shows itself in a notebook, where its text is the screen of a pipe.
    Raises CnnstepError for what the command line would refuse, and for options that write or play.
    """
    from shlex import split  # a command line needs it not

    try:
        words = split(line) if isinstance(line, str) else [str(word) for word in line]
    except ValueError:
        raise NotationError(f"a quotation mark is open in {line}", "close it, or give the words in a list") from None
    try:
        with redirect_stdout(StringIO()):  # help is printed before it ends
            answer = cli.answer(words[1:] if words[:1] == ["cnnstep"] else words)
    except click.exceptions.Exit:
        raise NotationError("there is nothing to view in help", "name a command: conv sample:five") from None
    except click.ClickException as error:
        raise NotationError(error.format_message()) from None
    if not isinstance(answer, Answer):
        raise NotationError("this command shows nothing to view", "name another: conv sample:five")
    if answer.asked.save or answer.asked.play or answer.asked.animate:
        raise NotationError("a view is neither saved nor played", "leave out --save, --play and --animate")
    from cnnstep.cli.deliver import chosen

    found: Shown = chosen(answer)
    return found


@click.group(cls=Group, invoke_without_command=True, context_settings=HELP_OPTIONS)
@click.version_option(__version__, prog_name="cnnstep", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Step through convolutional networks."""
    if ctx.invoked_subcommand is None:
        formatter = ctx.make_formatter()
        cast("Group", ctx.command).format_start(formatter)
        click.echo(formatter.getvalue().rstrip("\n"))
