"""Numbers: the output as .npy and .csv, the steps as .json and .jsonl."""

from dataclasses import replace
from math import prod
from typing import Any, BinaryIO
from zipfile import ZipFile, ZipInfo

import numpy as np

from cnnstep.errors import OutputError
from cnnstep.geometry import by
from cnnstep.render.documents import MOST_CELLS, as_line, as_text
from cnnstep.render.formats.job import Job
from cnnstep.render.formats.progress import watched
from cnnstep.views.panels.planes import slices
from cnnstep.views.view import View
from cnnstep.views.wording.arithmetic import count


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
    arrays = job.view.archives[job.archive or ""]()
    if not arrays:
        raise OutputError(f"there are no {job.archive}: this network learns nothing", "save activations.npz")
    with ZipFile(stream, "w") as archive:
        for name, values in arrays.items():
            with archive.open(ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, values, allow_pickle=False)
    return f"{job.archive}, {count(len(arrays), 'array')}"


def csv(job: Job, stream: BinaryIO) -> str:
    """Rows of numbers; a blank line between filters."""
    for number, channel in enumerate(slices(job.walk.output)):
        stream.write(b"\n" * bool(number))
        stream.writelines((",".join(map(repr, row.tolist())) + "\n").encode() for row in channel)
    return f"the output, {by(job.walk.output_shape)}"


def json_document(job: Job, stream: BinaryIO) -> str:
    """The same document as `--json`."""
    told = document(job.view)
    stream.write(as_text(told).encode() + b"\n")
    return f"one document, {count(len(told['steps']), 'step')}"


def json_lines(job: Job, stream: BinaryIO) -> str:
    """One step a line, as they come."""
    steps = job.walk if job.view.asked is None else job.view.asked
    stream.writelines(as_line(step.facts()).encode() + b"\n" for step in watched(steps))
    return f"{count(len(steps), 'step')}, one a line"


def document(view: View) -> dict[str, Any]:
    """The walk for machines: its facts, the steps asked for (or the first ones), and the map while it is small."""
    steps = replace(view, chosen=view.chosen._replace(display="full")).steps
    small = prod(view.walk.output_shape) <= MOST_CELLS
    return {
        **view.facts(),
        "steps": [step.facts() for step in steps],
        "map": view.walk.output if small else None,
    }
