"""`--raw`, for commands that send INPUT through a network: a photographed digit stays as it is."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from cnnstep.cli.base import Decorator, under


def raw_option(name: str = "source") -> Decorator:
    """Behind the options that make this value: a source, or a cell and a source."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def command(*, raw: bool, **values: Any) -> Any:
            given = values[name]
            parts = given if name == CELL_AND_SOURCE else (given,)
            changed = (*parts[:-1], parts[-1].changed(raw=raw))
            values[name] = changed if name == CELL_AND_SOURCE else changed[0]
            return function(**values)

        return RAW(command)

    return decorate


CELL_AND_SOURCE = "cell_and_source"
(RAW,) = under(
    "Reading",
    click.option("--raw", is_flag=True, help="Not invert and cut out a photographed digit, where lenet5 reads it."),
)
