"""What every command shares: help that begins with examples, matrices that begin with a minus, typed values."""

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial, wraps
from inspect import cleandoc
from typing import Any, NamedTuple, TypeAlias

import click

from cnnstep import notation
from cnnstep.cli.lines import Line
from cnnstep.cli.words import joined
from cnnstep.errors import NotationError
from cnnstep.notation import printable
from cnnstep.render.terminal import PIXELS, Terminal, terminal_width

Example: TypeAlias = tuple[str, str]
Decorator: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]

HEADINGS = ("Operation", "Gradients", "What to show", "Files", "Reading", "Screen")
"""What the options of a command are grouped under, in this order."""
HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}
WIDEST_HELP = 100
TYPED = "cnnstep.typed"
"""Where the arguments of a command are kept as they were typed."""


class Formatter(click.HelpFormatter):
    """Help whose first column leaves room for the second on a narrow screen."""

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Names and what they mean."""
        super().write_dl(rows, min(col_max, self.width // 3), col_spacing)


class Context(click.Context):
    """A context whose help is as wide as the screen; click's own is never narrower than 50."""

    def make_formatter(self) -> click.HelpFormatter:
        """A formatter for this screen."""
        return Formatter(width=min(WIDEST_HELP, terminal_width(sys.stdout)))


class Command(click.Command):
    """A command whose help begins with examples, and whose arguments may be matrices like "-1 0 1"."""

    context_class = Context

    def __init__(self, *args: Any, examples: Sequence[Example] = (), **settings: Any) -> None:
        super().__init__(*args, **{"context_settings": {**HELP_OPTIONS, "allow_extra_args": True}, **settings})
        self.examples = examples

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read numbers that stand on their own, `2 1 0.1`, as one input; `-1 0 1` or `-.5` is no option.

        click takes what begins with a space for an argument.
        """
        ctx.meta[TYPED] = tuple(args)
        options = (param for param in self.params if isinstance(param, click.Option) and not param.is_flag)
        # what follows such an option click takes as its value, whatever it begins with
        takes_value = {name for option in options for name in option.opts}
        if any(param.name == "source" for param in self.params):
            args = joined(args, takes_value)
        plain = args.index("--") if "--" in args else len(args)
        pairs = Line.of(args[:plain], takes_value).pairs
        spaced = [f" {arg}" if re.match(r"-\.*\d", arg) and not option else arg for option, arg in pairs]
        try:
            extra = super().parse_args(ctx, spaced + args[plain:])
        except click.NoSuchOption as error:
            from cnnstep.cli.mending import no_option  # only a mistake needs it

            raise no_option(self, ctx.meta[TYPED], error.option_name) from None
        if extra and not ctx.resilient_parsing:
            from cnnstep.cli.mending import too_many

            raise too_many(self, ctx.meta[TYPED], [arg.removeprefix(" ") for arg in extra])
        return extra

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One sentence, examples, then the options."""
        formatter.write_text(cleandoc(self.help or ""))
        write_examples(formatter, self.examples)
        formatter.write_paragraph()
        self.format_usage(ctx, formatter)
        self.format_options(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options under the headings of their groups; those without one are the command's own."""
        groups: dict[str, list[tuple[str, str]]] = {heading: [] for heading in HEADINGS}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record and not param.is_eager:
                groups[getattr(param, "heading", HEADINGS[0])].append(record)
        for heading, records in groups.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


class Parsed(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """An option's value, read by a function of `notation`."""

    def __init__(self, name: str, parse: Callable[[str], Any], words: Callable[[], Sequence[str]] = tuple[str]) -> None:
        self.name = name
        self._parse = parse
        self._words = words

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's signature
        """The name as it is written, not in capitals."""
        return self.name

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002 - click's signature
        """Words of a table that begin like this; the shell adds files."""
        from click.shell_completion import CompletionItem

        found = [CompletionItem(word) for word in self._words() if word.startswith(incomplete)]
        return found or [CompletionItem(incomplete, type="file")]

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002 - click's signature
        """Parse text; what is parsed already passes through, and an option is not a value."""
        if not isinstance(value, str):
            return value
        if value.startswith("--") and not isinstance(param, click.Argument):
            name = param.opts[0] if param else self.name
            raise NotationError(
                f"{printable(name)} needs a value, but {printable(value)} follows", "put the value after it"
            )
        return self._parse(value)


def sizes(name: str, lowest: int = 1) -> Parsed:
    """A type for one whole number, or one for each axis."""
    return Parsed("N or NxM", lambda text: notation.sizes(text, name, lowest))


def whole(name: str, lowest: int = 1) -> Parsed:
    """A type for one whole number."""
    return Parsed("N", lambda text: notation.whole(text, name, lowest))


def number(name: str, metavar: str) -> Parsed:
    """A type for one number."""
    return Parsed(metavar, lambda text: notation.one_number(text, name))


def numbers(name: str, metavar: str) -> Parsed:
    """A type for numbers between commas or spaces."""
    return Parsed(metavar, lambda text: notation.numbers(text, name))


def write_examples(formatter: click.HelpFormatter, examples: Sequence[Example]) -> None:
    """Commands to try, each with what it shows; on a narrow screen under each other."""
    beside = [len(command) for command, meaning in examples if len(command) + len(meaning) + 6 <= formatter.width]
    column = max(beside, default=0)
    with formatter.section("Examples"):
        for command, meaning in examples:
            text = f"{command:<{column}}  {meaning}"
            if len(text) + 2 <= formatter.width and column:
                formatter.write(f"  {text}\n")
            else:
                formatter.write_text(command)
                with formatter.indentation():
                    formatter.write_text(meaning)


def under(heading: str, *options: Decorator) -> tuple[Decorator, ...]:
    """The same options, under a heading of the help."""

    def headed(option: Decorator, function: Callable[..., Any]) -> Callable[..., Any]:
        decorated = option(function)
        # where click.option has just put what it made
        vars(decorated)["__click_params__"][-1].heading = heading
        return decorated

    return tuple(partial(headed, each) for each in options)


def bundle(name: str, factory: Callable[..., Any], *options: Decorator) -> Decorator:
    """Give a command some options and hand their values over as one, made by `factory`."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def command(**values: Any) -> Any:
            values[name] = factory(**{key: values.pop(key) for key in taken})
            return function(**values)

        params = vars(command).setdefault("__click_params__", [])  # where click.option puts what it makes
        before = len(params)
        # click turns its list around: so the help has them in the order in which they are given
        for each in reversed(options):
            each(command)
        taken = [param.name for param in params[before:]]
        return command

    return decorate


class ScreenOptions(NamedTuple):
    """How to write on the screen."""

    json: bool
    colour: str
    ascii_only: bool
    in_full: bool = False
    pixels: str = PIXELS[0]

    @property
    def inherited(self) -> list[str]:
        """What a command on the same screen is to be told."""
        return ["--ascii"] * self.ascii_only + [f"--color={self.colour}"] * (self.colour != "auto")

    def terminal(self) -> Terminal:
        """The screen, as these options want it."""
        return Terminal(sys.stdout, colour=self.colour, ascii_only=self.ascii_only, pixels=self.pixels)


screen_options = bundle(
    "screen",
    ScreenOptions,
    *under(
        "Screen",
        click.option("--json", "json", is_flag=True, help="One JSON document instead of a screen."),
        click.option("--color", "--colour", "colour", type=click.Choice(["auto", "always", "never"]), default="auto",
                     show_default=True, help="Colours on the screen."),
        click.option("--all", "in_full", is_flag=True, help="Everything, also where it is longer than "
                     "the screen, and digits where colours stand for them."),
        click.option("--ascii", "ascii_only", is_flag=True, help="Only ASCII signs on the screen."),
        click.option("--pixels", type=click.Choice(PIXELS), default=PIXELS[0], metavar="KIND",
                     help="Pictures of pixels (kitty, iterm, sixel), blocks or ascii; auto asks the terminal."),
    ),
)  # fmt: skip
