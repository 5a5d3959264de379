"""The command line: one thin file a command, loaded only when it is called."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from io import BufferedWriter, RawIOBase, TextIOWrapper

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, TextIO

STDERR, INTERRUPTED = 2, 130


def main() -> None:
    """Run cnnstep on the arguments of the process."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # it may be ignored on purpose
        signal.signal(signal.SIGINT, _interrupt)
    sys.stdout, sys.stderr = _buffered(sys.stdout), sys.stderr or _nowhere()
    from cnnstep.cli.group import cli

    cli.main(prog_name="cnnstep")


def _interrupt(_: int, __: Any) -> NoReturn:
    """End at once on Ctrl-C: an exception can arise where it is lost, or where it becomes a traceback.

    Who has something to undo, a file that is written, a terminal that is taken, handles the signal.
    """
    with suppress(OSError):
        os.write(STDERR, b"\n" * os.isatty(STDERR) + b"Error: interrupted\n")
    os._exit(INTERRUPTED)


def _buffered(out: TextIO | None) -> TextIO:
    """The output with a buffer also where `python -u` takes it away: without one the rest of a short write is lost."""
    if out is None:
        return _nowhere()
    raw = getattr(out, "buffer", None)  # text alone, as of a notebook or a test, has none
    if not isinstance(raw, RawIOBase):
        return out
    return TextIOWrapper(BufferedWriter(raw), out.encoding, out.errors, line_buffering=True)


def _nowhere() -> TextIO:
    """What the shell has closed, as in `cnnstep conv >&-`, reaches no one."""
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - until the process ends
