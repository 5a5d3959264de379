"""The only place that owns files: whole or absent, never over an old one unless told to."""

import os
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO, NoReturn

from cnnstep.errors import OutputError
from cnnstep.notation import printable

STOPPING = ("SIGTERM", "SIGHUP", "SIGQUIT")


@contextmanager
def whole_file(target: Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """Write beside the target and put it in place when it is whole; on any error nothing is left.

    Links are followed; what is not a regular file (/dev/stdout, a pipe; `-.json` is the standard output) is
    written to directly.
    Raises OutputError where the target exists and `force` is off, or cannot be written.
    """
    check_target(target, force=force)
    try:
        if is_stdout(target):
            yield sys.stdout.buffer
        elif target.exists() and not stat.S_ISREG(target.stat().st_mode):
            with target.open("wb") as stream:
                yield stream
        else:
            with _beside(Path(os.path.realpath(target))) as stream:
                yield stream
    except BrokenPipeError:
        raise
    except OSError as trouble:
        raise OutputError(
            f"{printable(str(target))} cannot be written: {trouble.strerror or trouble}",
            "check the folder, its permissions and the free space",
        ) from None


def is_stdout(target: Path) -> bool:
    """Whether a name stands for the standard output: `-.json`."""
    return target.parent == Path() and target.name.startswith("-.")


def check_target(target: Path, *, force: bool) -> None:
    """Refuse early what could not be written later: a folder, an existing file, a missing folder."""
    name = printable(str(target))
    if is_stdout(target):
        return
    if target.is_dir():
        raise OutputError(f"{name} is a folder", "name a file in it")
    if target.is_file() and not force:
        raise OutputError(f"{name} exists already", "add --force to replace it, or choose another name")
    if not target.parent.is_dir():
        raise OutputError(f"there is no folder {printable(str(target.parent))}", "make it first, or choose another")


@contextmanager
def _beside(target: Path) -> Iterator[BinaryIO]:
    """A file of another name in the target's folder, with the mode that the target has or would get."""
    part = target.with_name(f".{target.name[:80]}.{os.getpid()}-{token_hex(4)}.part")
    with _stoppable():
        yield from _written(part, target)


def _written(part: Path, target: Path) -> Iterator[BinaryIO]:
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        if target.exists():
            part.chmod(stat.S_IMODE(target.stat().st_mode))
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def _stoppable() -> Iterator[None]:
    """Signals that would end the process at once end it as an error does, so that nothing is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _: Any) -> NoReturn:
        raise SystemExit(128 + number)

    numbers = [getattr(signal, name) for name in STOPPING if hasattr(signal, name)]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
