"""Scene to lines of pieces: everything about widths, nothing about colour."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, zip_longest
from typing import Any

from cnnstep.render.lines.page import Line, Page, Piece, padded
from cnnstep.views.page.columns import Columns
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import NBSP, Beside, Gap, Scene, Words
from cnnstep.views.page.tables import Table

BETWEEN = " │ "
NARROWEST = 36
"""Columns of text below which scenes stand under each other."""
SHORTEST = 12
"""Columns of text that are left beside what hangs."""


def lines(scene: Scene, page: Page) -> Iterator[Line]:
    """Lay a scene out, line by line, none of them wider than the page."""
    for block in scene.blocks:
        yield from LAYOUTS[type(block)](block, page)


def _words(block: Words, page: Page) -> list[Line]:
    """Take the first wording that is short enough, else the last."""
    wrapped: list[Line] = []
    for wording in block.wordings:
        wrapped = list(_wrap(wording, block.indent, block.hang, page))
        if len(wrapped) <= block.lines:
            break
    return wrapped


def _wrap(spans: Sequence[Span], indent: int, hang: int, page: Page) -> Iterator[Line]:
    """Break at spaces; at no-break spaces only where a whole line is too short for what they hold together."""
    fitted = [(page.glyphs.fit(span.text), span.role) for span in spans]
    roles = [role for text, role in fitted for _ in text]
    whole = "".join(text for text, _ in fitted)
    # what hangs never takes the whole line, which would have no end
    hang = min(hang, max(0, page.width - indent - SHORTEST))
    for number, (begin, end) in enumerate(_breaks(whole, page.width - indent, hang)):
        marked = zip(whole[begin:end].replace(NBSP, " "), roles[begin:end], strict=True)
        runs = (Piece("".join(c for c, _ in run), role) for role, run in groupby(marked, key=lambda pair: pair[1]))
        yield [Piece(" " * (indent + hang * bool(number))), *runs]


def _breaks(text: str, width: int, hang: int) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends; the lines after the first are `hang` shorter."""
    begin, end = 0, len(text)
    while end - begin > width:
        cut = max(text.rfind(" ", begin, begin + width + 1), begin)
        if not text[begin:cut].strip():
            cut = max(text.rfind(NBSP, begin, begin + width + 1), begin)
        if not text[begin:cut].strip(f" {NBSP}"):
            cut = begin + width
        yield begin, begin + len(text[begin:cut].rstrip(" "))
        begin = cut
        while begin < end and text[begin] in f" {NBSP}":
            begin += 1
        # once only: from the second line on all are equally short
        width -= hang
        hang = 0
    if begin < end or not text:
        yield begin, end


def _beside(block: Beside, page: Page) -> Iterator[Line]:
    from cnnstep.render.lines.panels import lay_beside  # words alone, as in `cnnstep size`, never need panels

    return lay_beside(block, page)


def _table(block: Table, page: Page) -> Iterator[Line]:
    from cnnstep.render.lines.tables import lay_table

    return lay_table(block, page)


def _columns(block: Columns, page: Page) -> Iterator[Line]:
    """Side by side with a line between them; one above the other where each would be too narrow."""
    count = len(block.scenes)
    width = (page.width - (count - 1) * len(BETWEEN)) // count
    if width < NARROWEST:
        for number, scene in enumerate(block.scenes):
            yield from [[Piece(page.glyphs.fit("─" * page.width), Role.LABEL)]] if number else []
            yield from lines(scene, page)
        return
    laid = [list(lines(scene, page._replace(width=width))) for scene in block.scenes]
    between = Piece(page.glyphs.fit(BETWEEN), Role.LABEL)
    for row in zip_longest(*laid, fillvalue=list[Piece]()):
        first, *others = (padded(line, width) for line in row)
        yield [*first, *(piece for line in others for piece in (between, *line))]


LAYOUTS: dict[type, Callable[[Any, Page], Iterator[Line] | list[Line]]] = {
    Words: _words,
    Beside: _beside,
    Table: _table,
    Gap: lambda _, __: [[]],
    Columns: _columns,
}
