"""Numbers: the output as .npy and .csv, the steps as .json and .jsonl; the tables of a report."""

import csv as rows_of
import re
from collections.abc import Mapping
from io import StringIO
from typing import Any, BinaryIO
from zipfile import ZipFile, ZipInfo

import numpy as np

from cnnstep.errors import OutputError
from cnnstep.geometry import by
from cnnstep.render.documents import as_line, as_text, document
from cnnstep.render.formats.progress import watched
from cnnstep.render.formats.saving import Job
from cnnstep.views.page.tables import Table
from cnnstep.views.panels.planes import slices
from cnnstep.views.report import Report
from cnnstep.views.wording.arithmetic import count

FORMULA, NUMBER = re.compile(r"[=+\-@\t\r]"), re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)


def npy(job: Job, stream: BinaryIO) -> str:
    """The output as it is."""
    output = np.ascontiguousarray(job.walk.output)
    # not np.save: it writes past Python's file, and does not know why it fails
    np.lib.format.write_array_header_1_0(stream, np.lib.format.header_data_from_array_1_0(output))
    stream.write(output.data)
    return f"the output, {by(output.shape)}, {output.dtype}"


def npz(job: Job, stream: BinaryIO) -> str:
    """Named arrays: what a network has learned, or what its layers have made; the same bytes whenever it is saved.

    Not by `numpy.savez`, which cannot refuse pickles before NumPy 2.2.
    """
    arrays = job.view.archives[job.archive]()
    if not arrays:
        raise OutputError(f"there are no {job.archive}: this network learns nothing", "save activations.npz")
    _archive(arrays, stream)
    return f"{job.archive}, {count(len(arrays), 'array')}"


def weights(job: Job, stream: BinaryIO) -> str:
    """The arrays of a report: what a network has learned."""
    assert isinstance(job.shown, Report) and job.shown.arrays  # noqa: S101, PT018 - checked before
    _archive(job.shown.arrays, stream)
    return f"{count(len(job.shown.arrays), 'array')}, for --weights"


def _archive(arrays: Mapping[str, Any], stream: BinaryIO) -> None:
    with ZipFile(stream, "w") as archive:
        for name, values in arrays.items():
            with archive.open(ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, values, allow_pickle=False)


def csv(job: Job, stream: BinaryIO) -> str:
    """Rows of numbers; a blank line between filters."""
    for number, channel in enumerate(slices(job.walk.output)):
        stream.write(b"\n" * bool(number))
        stream.writelines((",".join(map(repr, row.tolist())) + "\n").encode() for row in channel)
    return f"the output, {by(job.walk.output_shape)}"


def tables(job: Job, stream: BinaryIO) -> str:
    """The tables of a report: heads, then rows; numbers without signs between their digits."""
    assert isinstance(job.shown, Report)  # noqa: S101 - in the table of reports alone
    shown = [block for block in job.shown.scene.blocks if isinstance(block, Table)]
    tables = [job.shown.rows] if job.shown.rows else shown
    if not tables:
        raise OutputError("there is no table here that .csv could hold", "save it as .md, .html, .svg or .json")
    written = StringIO()
    writer = rows_of.writer(written, lineterminator="\n")
    for table in tables:
        columns = zip(*(table.texts()[0], *table.plain), strict=True)
        rows = zip(*(column for column in columns if any(column[1:])), strict=True)
        writer.writerows(map(protected, row) for row in rows)
    stream.write(written.getvalue().encode())
    return f"a table, {count(sum(len(table.rows) for table in tables), 'row')}"


def protected(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: with an apostrophe before it, unless it is a number."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell


def json_document(job: Job, stream: BinaryIO) -> str:
    """The same document as `--json`."""
    told = document(job.shown)
    stream.write(as_text(told).encode() + b"\n")
    return "one document" + ("" if isinstance(job.shown, Report) else f", {count(len(told['steps']), 'step')}")


def json_lines(job: Job, stream: BinaryIO) -> str:
    """One step a line, as they come."""
    steps = job.walk if job.view.asked is None else job.view.asked
    stream.writelines(as_line(step.facts()).encode() + b"\n" for step in watched(steps))
    return f"{count(len(steps), 'step')}, one a line"
