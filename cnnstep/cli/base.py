"""What every command shares: help that begins with examples, matrices that begin with a minus, typed values."""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeAlias, TypeVar

import click

from cnnstep.errors import NotationError
from cnnstep.notation import printable

T = TypeVar("T")
Example: TypeAlias = tuple[str, str]
Decorator: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]

HELP_OPTIONS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
NEGATIVE = re.compile(r"-\.?\d")


class Command(click.Command):
    """A command whose help begins with examples, and whose arguments may be matrices like "-1 0 1"."""

    def __init__(self, *args: Any, examples: Sequence[Example] = (), **settings: Any) -> None:
        super().__init__(*args, **{"context_settings": HELP_OPTIONS, **settings})
        self.examples = examples

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put a space before an argument that begins with a negative number, so that it is no option."""
        options = (param for param in self.params if isinstance(param, click.Option) and not param.is_flag)
        takes_value = {name for option in options for name in option.opts}
        before = ["", *args]
        spaced = [
            f" {arg}" if NEGATIVE.match(arg) and previous not in takes_value else arg
            for previous, arg in zip(before, args, strict=False)
        ]
        return super().parse_args(ctx, spaced)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One sentence, examples, then the options."""
        formatter.write_text(self.help or "")
        write_examples(formatter, self.examples)
        formatter.write_paragraph()
        self.format_usage(ctx, formatter)
        self.format_options(ctx, formatter)


class Parsed(click.ParamType[Any]):
    """An option's value, read by a function of `notation`."""

    def __init__(self, name: str, parse: Callable[[str], Any]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002 - click's signature
        """Parse text; what is parsed already passes through, and an option is not a value."""
        if not isinstance(value, str):
            return value
        if value.startswith("--"):
            name = f"--{param.human_readable_name}" if param else self.name
            raise NotationError(
                f"{printable(name)} needs a value, but {printable(value)} follows", "put the value after it"
            )
        return self._parse(value)


def write_examples(formatter: click.HelpFormatter, examples: Sequence[Example]) -> None:
    """Commands to try, each with what it shows; on a narrow screen under each other."""
    with formatter.section("Examples"):
        for command, meaning in examples:
            gap = max(2, 56 - len(command))
            beside = f"{'':{formatter.current_indent}}{command}{'':{gap}}{meaning}\n"
            formatter.write(beside if len(beside) <= formatter.width else f"{'':{formatter.current_indent}}{command}\n")


def bundle(name: str, factory: Callable[..., T], *options: Decorator) -> Decorator:
    """Give a command some options and hand their values over as one, made by `factory`."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        taken: list[str] = []

        @wraps(function)
        def command(**values: Any) -> Any:
            values[name] = factory(**{key: values.pop(key) for key in taken})
            return function(**values)

        before = len(getattr(function, "__click_params__", []))
        decorated: Callable[..., Any] = command
        for option in reversed(options):
            decorated = option(decorated)
        params: list[click.Parameter] = getattr(decorated, "__click_params__", [])
        taken += [param.name for param in params[before:] if param.name]
        return decorated

    return decorate
