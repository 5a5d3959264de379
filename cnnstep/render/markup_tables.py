"""Tables as HTML: bars as boxes, heads for whoever reads them aloud."""

from collections.abc import Sequence
from html import escape

from cnnstep.render.figures.vectors import revealing
from cnnstep.views.page.rails import Rail
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.tables import Bar, Column, Entry, Noted, Table

BAR = 0.6
"""How long a bar of one sign is, in sizes of the text."""


def table(shown: Table) -> str:
    """The whole table, bars as boxes; whoever reads it aloud gets the heads of its columns."""
    heads = [Span(column.head or column.name, Role.LABEL) for column in shown.columns]
    named = next((number for number, column in enumerate(shown.columns) if column.role == Role.TITLE), 0)
    head = _entries(["col"] * len(heads), heads, shown.columns)
    scopes = ["row" if number == named else "" for number in range(len(heads))]
    body = "\n".join(_entries(scopes, row, shown.columns) for row in shown.rows)
    below = f'<p class="label">{escape(told)}</p>' if (told := shown.meanings()) else ""
    unseen = "" if shown.has_heads else ' class="unseen"'
    return f'<table class="sheet"><thead{unseen}>{head}</thead>\n<tbody>{body}</tbody></table>{below}'


def _entries(scopes: Sequence[str], row: Sequence[Entry], columns: Sequence[Column]) -> str:
    return f"<tr>{''.join(map(_entry, scopes, row, columns))}</tr>"


def _entry(scope: str, entry: Entry, column: Column) -> str:
    """A cell; one with a scope, `col` or `row`, is the head of such."""
    tag, opened = ("th", f'th scope="{scope}"') if scope else ("td", "td")
    side = "left" if column.is_left or column.bar else "right"
    if isinstance(entry, Rail):  # signs as wide as each other, and lines that touch
        return f'<{opened} class="{entry.role.value} rail">{entry.text}</{tag}>'
    if isinstance(entry, Noted):
        noted = f'{escape(entry.words)} <span class="{Role.LABEL.value}">{escape(entry.note)}</span>'
        return f'<{opened} class="{entry.role.value}" style="text-align:{side}">{noted}</{tag}>'
    bar = _bar(entry, column) if isinstance(entry, Bar) else ""
    attributes = f'class="{entry.role.value}" style="text-align:{side}"{revealing(entry.reveals)}'
    return f"<{opened} {attributes}>{escape(entry.text)}{bar}</{tag}>"


def _bar(bar: Bar, column: Column) -> str:
    """A box as long as its share; where there are signs, left or right of a line at zero."""
    left, right = (end * BAR for end in column.ends(bar.share))
    box = f'<i style="width:{right - left:.2f}em"></i>'
    if not column.is_signed:
        return box
    zero = column.bar * BAR
    return f'<b class="signed" style="--zero:{zero:.2f}em;padding-left:{left:.2f}em">{box}</b>'
