"""How far a long job is: a bar on stderr, only where someone can see it, only where it frames longer than a second."""

import sys
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Any

PATIENCE = 1.0


def watched(steps: Sequence[Any]) -> Iterator[Any]:
    """The steps one by one; after a second a bar says how many are done."""
    if not sys.stderr.isatty():
        yield from steps
        return
    begin, bar = monotonic(), None
    try:
        for number, step in enumerate(steps):
            if bar is None and monotonic() - begin > PATIENCE:
                bar = _bar(len(steps))
            if bar is not None:
                bar.update(bar.task_ids[0], completed=number)
            yield step
    finally:
        if bar is not None:
            bar.stop()


def _bar(total: int) -> Any:
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)
    bar.add_task("saving", total=total)
    bar.start()
    return bar
