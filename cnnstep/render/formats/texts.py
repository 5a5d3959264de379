"""Text: the screens as they are, or a Markdown section with tables, for a worksheet."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from cnnstep.render.formats.saving import Job
from cnnstep.render.lines.grids import notes
from cnnstep.render.terminal import plain_text
from cnnstep.views.page.columns import Columns
from cnnstep.views.page.curve import Curve
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.hiding import LINE
from cnnstep.views.page.rails import Rail
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import NBSP, Beside, Mark, Panel, Picture, Scene, Words
from cnnstep.views.page.tables import Bar, Entry, Table
from cnnstep.views.report import Report
from cnnstep.views.wording.arithmetic import count

SIGNS = 10
EMPTY = " "


def text(job: Job, stream: BinaryIO) -> str:
    """What a terminal without colours shows."""
    stream.write(plain_text(job.scenes()).encode())
    return "the screen" if isinstance(job.shown, Report) else f"the screens of {_steps(job)}"


def markdown(job: Job, stream: BinaryIO) -> str:
    """A section: headings, tables with the window in bold, the sum."""
    stream.writelines("".join(f"{line}\n" for line in section(scene)).encode() for scene in job.scenes())
    return "a section" if isinstance(job.shown, Report) else f"{_steps(job)} as a section with tables"


def _steps(job: Job) -> str:
    number = len(job.view.steps)
    return count(number, "step") if number else "the whole"


def section(scene: Scene) -> Iterator[str]:
    """A scene in Markdown, line by line."""
    for block in scene.blocks:
        if isinstance(block, Words):
            yield from (_words(block.wordings[0]), "")
        elif isinstance(block, Table):
            yield from _table(block)
        elif isinstance(block, Columns):
            for column in block.scenes:
                yield from section(column)
        elif isinstance(block, Beside):
            for panel in block.panels:
                yield from PANELS[type(panel)](panel)


def _told(entry: Entry) -> str:
    """The text of an entry; of a bar without one its signs."""
    if entry.text or not isinstance(entry, Bar):
        return entry.text
    return "−" * (entry.share < 0) + "█" * round(abs(entry.share) * SIGNS)


def _table(table: Table) -> Iterator[str]:
    heads, *_ = table.texts()
    rows = ([_code(e) if isinstance(e, Rail) else escaped(_told(e)) or EMPTY for e in row] for row in table.rows)
    yield _row([escaped(head) or EMPTY for head in heads])
    yield _row([":--" if column.is_left or column.bar else "--:" for column in table.columns])
    yield from map(_row, rows)
    yield ""
    if told := table.meanings():
        yield from (f"_{escaped(told)}_", "")


def _code(rail: Rail) -> str:
    """Signs that are as wide as each other, with the spaces between them."""
    return f"`{rail.text}`"


def _words(spans: tuple[Span, ...]) -> str:
    """A line of words; a title is a heading, a total is bold."""
    is_title = bool(spans) and spans[0].role == Role.TITLE
    plain = ((escaped(span.text.replace(NBSP, " ")), span.role) for span in spans)
    told = "".join(f"**{text}**" if role == Role.TOTAL and text and not is_title else text for text, role in plain)
    return "### " * is_title + told.strip()


def escaped(words: str) -> str:
    """Without the signs that Markdown would take for its own; a line to write on is none of them."""
    parts = ("".join(f"\\{c}" if c in r"\`*_<>|[]#" else c for c in part) for part in words.split(LINE))
    return LINE.join(parts)


def _grid(grid: Grid) -> Iterator[str]:
    """A table; what is framed is bold."""
    if grid.caption:
        yield from (f"_{escaped(grid.caption)}_", "")
    columns = len(grid.cells[0])
    yield _row([EMPTY] * columns)
    yield _row(["--:"] * columns)
    for number, cells in enumerate(grid.cells):
        shown = [escaped(cell.text.replace("-", "−")) or EMPTY for cell in cells]
        bold = [grid.is_framed(number, column) and bool(cell.text) for column, cell in enumerate(cells)]
        yield _row([f"**{text}**" if is_bold else text for text, is_bold in zip(shown, bold, strict=True)])
    yield ""
    if told := ["cut: there is more around it"] * any(grid.cut) + notes(grid):
        yield from (f"_{escaped('; '.join(told))}_", "")


def _row(texts: list[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _mark(mark: Mark) -> Iterator[str]:
    caption = f"{escaped(mark.caption)} " if mark.caption else ""
    shown = escaped(mark.text)
    yield from (f"{caption}**{shown}**" if mark.role == Role.TOTAL else f"{caption}{shown}", "")


def _picture(picture: Picture) -> Iterator[str]:
    legend = [f"{picture.legend.low} … {picture.legend.high}", picture.legend.note] if picture.legend else []
    told = escaped(", ".join(filter(None, (picture.caption, *legend))))
    yield from (f"_{told} (a picture: save it as .png or .svg)_", "")


def _curve(curve: Curve) -> Iterator[str]:
    ends = " → ".join(" … ".join(scale.ends) for scale in (curve.across, curve.up))
    yield from (f"_{escaped(curve.caption)}: {escaped(ends)} (a curve: save it as .png or .svg)_", "")


PANELS: dict[type[Panel], Callable[[Any], Iterator[str]]] = {Grid: _grid, Mark: _mark, Picture: _picture, Curve: _curve}
