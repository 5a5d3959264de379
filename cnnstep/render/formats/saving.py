"""`--save NAME.SUFFIX`: the suffix decides what is written. A new format is one row here."""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias

from cnnstep.errors import NotationError, OutputError
from cnnstep.notation import printable
from cnnstep.render.files import check_target, is_stdout, whole_file
from cnnstep.render.formats.job import Job
from cnnstep.render.formats.progress import Waiting
from cnnstep.views.frames import MOST_FRAMES, at_most
from cnnstep.views.view import check_size

MOST_LINES = 100_000
MOST_IN_A_PAGE = 2_000

Writer: TypeAlias = Callable[[Any, BinaryIO], str]
Check: TypeAlias = Callable[[Any, Path], None]


def save(job: Any, targets: Sequence[Path], *, force: bool, known: "Formats | None" = None) -> list[str]:
    """Write every target, and return a line about each; nothing is begun unless all of them can be.

    `known` is the table of what such a job can be saved as: FORMATS for walks, REPORTS for reports.
    """
    formats = [_format(target, known or FORMATS) for target in targets]
    for number, (target, each) in enumerate(zip(targets, formats, strict=True)):
        if target in targets[:number]:
            raise NotationError(f"{printable(str(target))} is to be saved twice", "name every file once")
        check_target(target, force=force)
        each.check(job, target)
        if each.is_binary and is_stdout(target) and sys.stdout.isatty():
            raise OutputError(f"{target.suffix} is bytes that a terminal cannot show", f"add > figure{target.suffix}")
    reports = []
    for target, each in zip(targets, formats, strict=True):
        with whole_file(target, force=force) as stream, Waiting(f"writing {printable(str(target))}"):
            what = _writer(each)(job._replace(target=target), stream)
        if not is_stdout(target):
            reports.append(f"Wrote {printable(str(target))}: {what}")
    return reports


def _format(target: Path, known: "Formats") -> "Format":
    if not target.name:
        raise NotationError("--save needs the name of a file", "write --save map.png")
    found = known.get(target.suffix.lower())
    if found is None:
        raise NotationError(
            f"{printable(str(target))} does not end in a format that can be saved",
            f"end the name in {', '.join(known)}",
        )
    return found


def _writer(chosen: "Format") -> Writer:
    """The writer itself: its file is loaded when it is used."""
    module, _, name = chosen.writer.partition(".")
    found: Any = getattr(import_module(f"cnnstep.render.formats.{module}"), name)
    return found  # type: ignore[no-any-return]


def _anything(_: Any, __: Path) -> None:
    """Every walk can be saved like this."""


def _fits(job: Job, _: Path) -> None:
    """The whole output is needed, unless a picture shows one step."""
    check_size(job.walk)


def _fits_picture(job: Job, _: Path) -> None:
    if not job.is_one_step:
        check_size(job.walk)


def _fits_npy(job: Job, _: Path) -> None:
    check_size(job.walk)
    if job.walk.output.dtype == object:
        raise OutputError("the output has integers of more than 64 bits, which .npy cannot hold", "save it as .csv")


def _has_archive(job: Job, target: Path) -> None:
    """Named arrays are told apart by the file's name."""
    known = job.view.archives
    if not known:
        raise OutputError("only networks can be saved as .npz", "save the output as .npy: cnnstep net has .npz")
    if job._replace(target=target).archive is None:
        raise NotationError(
            f"{printable(str(target))} does not say what it is to hold",
            f"name it {' or '.join(f'{n}.npz' for n in known)}",
        )


def _at_most(most: int) -> Check:
    """Ask which part of a long walk is wanted."""
    return lambda job, target: at_most(most, target.suffix, job.view)


class Format(NamedTuple):
    """A row of the table: the module and function that write it, and what must hold before they begin."""

    writer: str
    check: Check = _anything
    is_binary: bool = False


Formats: TypeAlias = Mapping[str, Format]

FORMATS: Formats = {
    ".png": Format("pictures.png", _fits_picture, is_binary=True),
    ".svg": Format("pictures.svg"),
    ".gif": Format("films.gif", _at_most(MOST_FRAMES), is_binary=True),
    ".webp": Format("films.webp", _at_most(MOST_FRAMES), is_binary=True),
    ".html": Format("pages.html", _at_most(MOST_IN_A_PAGE)),
    ".cast": Format("casts.cast", _at_most(MOST_FRAMES)),
    ".md": Format("texts.markdown"),
    ".txt": Format("texts.text"),
    ".npy": Format("numbers.npy", _fits_npy, is_binary=True),
    ".npz": Format("numbers.npz", _has_archive, is_binary=True),
    ".csv": Format("numbers.csv", _fits),
    ".json": Format("numbers.json_document"),
    ".jsonl": Format("numbers.json_lines", _at_most(MOST_LINES)),
}

REPORTS: Formats = {
    ".csv": Format("reports.csv"),
    ".md": Format("reports.markdown"),
    ".html": Format("reports.html"),
    ".svg": Format("reports.svg"),
    ".png": Format("reports.png", is_binary=True),
    ".txt": Format("reports.text"),
    ".json": Format("reports.json_document"),
}
"""What a report can be saved as: words and a table, without steps."""
