"""A report as a file: its table as .csv, all of it as Markdown, a page, a figure, text or JSON."""

import csv as rows_of
from importlib.resources import files
from io import StringIO
from string import Template
from typing import BinaryIO

from PIL import Image

from cnnstep.errors import OutputError
from cnnstep.geometry import by
from cnnstep.render import markup
from cnnstep.render.documents import as_text
from cnnstep.render.figures.layout import draw
from cnnstep.render.figures.paint import picture
from cnnstep.render.figures.vectors import as_svg, fonts
from cnnstep.render.formats.job import Print
from cnnstep.render.formats.texts import section
from cnnstep.render.terminal import Terminal
from cnnstep.views.page.tables import Table
from cnnstep.views.wording.arithmetic import count

SHARP = 2.0


def csv(job: Print, stream: BinaryIO) -> str:
    """The tables: heads, then rows; numbers without signs between their digits."""
    shown = [block for block in job.report.scene.blocks if isinstance(block, Table)]
    tables = [job.report.rows] if job.report.rows else shown
    if not tables:
        raise OutputError("there is no table here that .csv could hold", "save it as .md, .html, .svg or .json")
    written = StringIO()
    writer = rows_of.writer(written, lineterminator="\n")
    for table in tables:
        told = [[_plain(text) for text in column] for column in zip(*table.texts(), strict=True)]
        writer.writerows(zip(*(column for column in told if any(column[1:])), strict=True))
    stream.write(written.getvalue().encode())
    return f"a table, {count(sum(len(table.rows) for table in tables), 'row')}"


def _plain(text: str) -> str:
    """A number that a spreadsheet frames for one."""
    digits = text.replace(",", "")
    return digits if digits.isdecimal() else text


def markdown(job: Print, stream: BinaryIO) -> str:
    """A section: words and tables."""
    stream.writelines(f"{line}\n".encode() for line in section(job.report.scene))
    return "a section"


def html(job: Print, stream: BinaryIO) -> str:
    """A page that needs nothing else."""
    template = (files("cnnstep.render.formats") / "sheet.html").read_text(encoding="utf-8")
    style, inner = markup.style(dark=job.look.dark or None), "\n".join(markup.blocks(job.report.scene))
    stream.write(Template(template).substitute(style=style, fonts=fonts({False, True}), inner=inner).encode())
    return "a page"


def svg(job: Print, stream: BinaryIO) -> str:
    """A figure, its fonts inside."""
    part = draw(job.report.scene, job.paper)
    size = job.look.canvas or (round(part.width), round(part.height))
    stream.write(as_svg(part, job.paper, size).encode())
    return f"a figure, {by(size)}"


def png(job: Print, stream: BinaryIO) -> str:
    """The same figure as pixels."""
    pixels = picture(draw(job.report.scene, job.paper), job.paper.ground, SHARP)
    Image.fromarray(pixels).save(stream, format="PNG")
    return f"a figure, {pixels.shape[1]}×{pixels.shape[0]} pixels"


def text(job: Print, stream: BinaryIO) -> str:
    """What a terminal without colours shows."""
    written = StringIO()
    Terminal(written, colour="never").show(job.report.scene)
    stream.write(written.getvalue().encode())
    return "the screen"


def json_document(job: Print, stream: BinaryIO) -> str:
    """The same document as `--json`."""
    stream.write(as_text(job.report.document).encode() + b"\n")
    return "one document"
