"""The only place that owns files: whole or absent, never over an old one unless told to."""

import os
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from cnnstep.errors import OutputError
from cnnstep.notation import printable

if sys.platform != "win32":
    from fcntl import LOCK_EX, LOCK_NB, flock

SOON = 0.01
"""Seconds."""
STOPPING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
PART = ".cnnstep-{}.part"
PERMISSIONS = 0o777
"""What a new file has of the mode of the one that it replaces: setuid was meant for other contents."""


@contextmanager
def whole_file(target: Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """Write beside the target and put it in place when it is whole; on any error nothing is left.

    Links are followed; what is not a regular file (/dev/stdout, a pipe; `-.json` is the standard output) is
    written to directly.
    Raises OutputError where the target cannot be written, or exists, even since a moment ago, and `force` is off.
    """
    check_target(target, force=force)
    # beside the file itself: the folder of a link may be on another disk, from where nothing can be moved
    real = Path(os.path.realpath(target))
    part = real.with_name(PART.format(os.urandom(8).hex()))
    with _told(target), stoppable(part):
        if is_stdout(target):
            yield sys.stdout.buffer
        elif stat.S_IFMT(_mode(target)) not in {0, stat.S_IFREG}:
            with target.open("wb") as stream:
                yield stream
        else:
            yield from _written(part, real, force=force)


def write_text(target: Path, text: str, what: str, *, force: bool) -> list[str]:
    """Write text as UTF-8; returns what `wrote` says."""
    with whole_file(target, force=force) as stream:
        stream.write(text.encode())
    return wrote(target, what)


def wrote(target: Path, what: str) -> list[str]:
    """A line about a file that was written; none about the standard output, where it can be seen."""
    return [] if is_stdout(target) else [f"Wrote {printable(str(target))}: {what}"]


def is_stdout(target: Path) -> bool:
    """Whether a name stands for the standard output: `-.json`."""
    return target.parent == Path() and target.name.startswith("-.")


def check_target(target: Path, *, force: bool) -> None:
    """Refuse early what could not be written later: a folder, an existing file, a missing folder, a long name."""
    if is_stdout(target):
        return
    with _told(target):
        mode = _mode(target)
        if stat.S_ISREG(mode) and not force:
            raise FileExistsError
    if stat.S_ISDIR(mode):
        raise OutputError(f"{printable(str(target))} is a folder", "name a file in it")
    if not target.parent.is_dir():
        raise OutputError(f"there is no folder {printable(str(target.parent))}", "make it first, or choose another")


def _mode(target: Path) -> int:
    """What kind of file it is, and who may do what with it; 0 where there is none."""
    try:
        return target.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return 0


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """What the machine refuses is said of the file that was named."""
    name = printable(str(target))
    try:
        yield
    except BrokenPipeError:  # no trouble: a reader that had enough, which `guarded` ends with 0
        raise
    except FileExistsError:
        raise OutputError(f"{name} exists already", "add --force to replace it, or choose another name") from None
    except OSError as trouble:
        hint = "check the folder, its permissions and the free space"
        raise OutputError(f"{name} cannot be written: {trouble.strerror or trouble}", hint) from None


def _written(part: Path, target: Path, *, force: bool) -> Iterator[BinaryIO]:
    """Hand out the part; what has become of it when it is closed without an error is the target."""
    _sweep(target.parent)
    with ExitStack() as held:
        held.callback(part.unlink, missing_ok=True)
        with _locked(part, held) as stream:
            yield stream
        (_replace if force else _publish)(part, target)


def _replace(part: Path, target: Path) -> None:
    """Put the file in the target's place, and let the same people read it."""
    part.chmod((_mode(target) or _mode(part)) & PERMISSIONS)
    part.replace(target)


def _publish(part: Path, target: Path) -> None:
    """Give the file its name; raises FileExistsError where someone else has taken it meanwhile."""
    try:
        # not a rename: that would replace a file that has come meanwhile without a word
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:  # FAT has no links, nor have some network folders: take the name first, then fill it
        target.open("xb").close()
        try:
            part.replace(target)
        except BaseException:
            target.unlink()
            raise


def _locked(part: Path, held: ExitStack) -> BinaryIO:
    """A new file; as long as `held` is, a lock says that someone writes it, so that no one sweeps it away."""
    stream = part.open("xb")
    if sys.platform == "win32":  # nobody can remove there what is open
        return stream
    held.callback(os.close, os.dup(stream.fileno()))  # the lock outlasts the stream: it is closed before it is named
    with suppress(OSError):  # where there are no locks nothing is swept either
        flock(stream, LOCK_EX)
    if part.exists():
        return stream
    # someone has swept it away between its opening and its lock
    stream.close()
    return _locked(part, held)


def _sweep(folder: Path) -> None:
    """Remove what processes that were killed have left: parts that no one has locked."""
    if sys.platform == "win32":
        return
    for part in filter(Path.is_file, folder.glob(PART.format("*"))):
        with suppress(OSError), part.open("rb") as stream:
            # refused at once where its writer lives, and so the part stays
            flock(stream, LOCK_EX | LOCK_NB)
            part.unlink()


@contextmanager
def stoppable(part: Path | None = None) -> Iterator[None]:
    """Signals that would end the process at once end it as an error does, so that everything is undone.

    `part` is removed before all else, for an exception can be lost between two contexts. Only the first signal
    raises: a second one must not disturb the undoing. What is ignored, as under nohup, stays ignored.
    """
    came: list[int] = []
    lost: list[int] = []
    usual = sys.unraisablehook

    def stop(number: int, _: Any) -> None:
        if part:
            with suppress(OSError):
                part.unlink()
        if not came or lost:
            lost.clear()
            came.append(number)
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)

    def again(unraisable: Any) -> None:
        # Python drops what is raised in a __del__ or the callback of a weak reference: the signal comes once more
        if not came or not issubclass(unraisable.exc_type, KeyboardInterrupt | SystemExit):
            usual(unraisable)
        elif not lost:
            lost.append(came[-1])
            threading.Timer(SOON, signal.raise_signal, [came[-1]]).start()

    is_main = threading.current_thread() is threading.main_thread()  # no other thread may ask for signals
    with ExitStack() as undo:
        for number in [signal.Signals[name] for name in STOPPING if is_main and hasattr(signal, name)]:
            if signal.getsignal(number) not in {signal.SIG_IGN, None}:
                undo.callback(signal.signal, number, signal.signal(number, stop))
        sys.unraisablehook = again
        undo.callback(setattr, sys, "unraisablehook", usual)
        yield
