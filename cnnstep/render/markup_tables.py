"""A table in markup: rows of cells, bars as boxes."""

from collections.abc import Sequence
from html import escape

from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.tables import Bar, Column, Entry, Table

EM = 0.6
"""How long a bar of one sign is, in sizes of the text."""


def table(block: Table) -> str:
    """The whole table; whoever reads it aloud gets the heads of its columns."""
    heads = [Span(column.head or column.name, Role.LABEL) for column in block.columns]
    head = f"<thead>{_row('th', heads, block.columns)}</thead>" if block.has_heads else ""
    body = "\n".join(_row("td", row, block.columns) for row in block.rows)
    below = f'<p class="label">{escape(told)}</p>' if (told := block.meanings()) else ""
    return f'<table class="sheet">{head}\n<tbody>{body}</tbody></table>{below}'


def _row(tag: str, entries: Sequence[Entry], columns: Sequence[Column]) -> str:
    cells = (_cell(tag, entry, column) for entry, column in zip(entries, columns, strict=True))
    return f"<tr>{''.join(cells)}</tr>"


def _cell(tag: str, entry: Entry, column: Column) -> str:
    side = "left" if column.is_left or column.bar else "right"
    bar = f'<i style="width:{entry.share * column.bar * EM:.2f}em"></i>' if isinstance(entry, Bar) else ""
    return f'<{tag} class="{entry.role.value}" style="text-align:{side}">{escape(entry.text)}{bar}</{tag}>'
