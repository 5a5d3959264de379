"""Where every error becomes one line, a hint and an exit code."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import click

from cnnstep.errors import CnnstepError, as_option, spelled
from cnnstep.notation import printable
from cnnstep.render.glyphs import Glyphs

AROUND = 60
FINE, WRONG, MISUSED, INTERRUPTED = 0, 1, 2, 130


def guarded(run: Callable[[], Any], args: Sequence[str] = ()) -> int:
    """Run `args`, and return the exit code: 0 fine, 1 data or geometry, 2 command line, 130 interrupted."""
    try:
        code = run()
    except CnnstepError as error:
        between = _pointed(*error.pointer) if error.pointer else ()
        from cnnstep.cli.mending import advised

        hint = spelled(error.advice, as_option) + advised(error.advice, args)
        return _report(error.message, hint, error.exit_code, between)
    except click.ClickException as error:
        path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "cnnstep"
        # click writes some messages over several lines; an error is one
        return _report(" ".join(error.format_message().split()), f"`{path} --help` shows what it takes", MISUSED)
    except BrokenPipeError:  # the reader has all it wanted
        _forget_output()
        return FINE
    except (click.Abort, KeyboardInterrupt):
        _forget_output()
        click.echo(nl=sys.stderr.isatty(), err=True)  # it shows ^C where the cursor stood
        return _report("interrupted", "", INTERRUPTED)
    except SystemExit:  # a signal; what is left to write may have nowhere to go any more
        _forget_output()
        raise
    except (MemoryError, OSError) as error:
        _forget_output()
        memory = "there is not enough memory for this", "use a smaller input: --crop or --resize"
        written = f"the output cannot be written: {getattr(error, 'strerror', '') or error}", "check the free space"
        return _report(*(memory if isinstance(error, MemoryError) else written), WRONG)
    return code if isinstance(code, int) else FINE


def _report(message: str, hint: str, code: int, between: Sequence[str] = ()) -> int:
    glyphs = Glyphs(getattr(sys.stderr, "encoding", None) or "utf-8")
    labelled = [f"{label}: {text}" for label, text in (("Error", message), ("Hint", hint)) if text]
    # the standard error may be closed too, and the exit code is still to be told
    with suppress(OSError):
        for line in (*labelled[:1], *between, *labelled[1:]):
            click.echo(glyphs.fit(printable(line)), err=True)
    return code


def _pointed(text: str, start: int, length: int) -> tuple[str, str]:
    """The text around a word, harmless, and carets under the word."""
    begin = max(0, start - AROUND)
    length = min(length, AROUND)
    shown = text[begin : start + max(length, 1) + AROUND]
    before, word = printable(shown[: start - begin]), printable(text[start : start + length])
    return f"  {printable(shown)}", f"  {' ' * len(before)}{'^' * max(1, len(word))}"


def _forget_output() -> None:
    """Send what is still buffered to nowhere, so that closing it at exit cannot fail again."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
