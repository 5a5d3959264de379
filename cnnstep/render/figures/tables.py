"""A table as a figure: columns as wide as their widest text, bars as boxes."""

from cnnstep.render.figures.fonts import HIGH, signs, text_width
from cnnstep.render.figures.shapes import Label, Part, Shape, moved
from cnnstep.render.figures.words import NOTE, SIZE, line
from cnnstep.render.theme import Paper
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.tables import Bar, Column, Entry, Table

BETWEEN = 20.0
SIGN = 8.0
"""How long a bar of one sign is."""
CLOSE = 6.0
LEADING = 1.25
THIN = 4.0


def draw_table(table: Table, paper: Paper) -> Part:
    """Heads, if there are any, then the rows; empty columns take no room."""
    heads = tuple(Span(column.head, Role.LABEL) for column in table.columns)
    rows = [heads, *table.rows] if table.has_heads else list(table.rows)
    high = SIZE * HIGH * LEADING
    shapes: list[Shape] = []
    x = 0.0
    for number, column in enumerate(table.columns):
        entries = [row[number] for row in rows]
        bars = (isinstance(entry, Bar) * (CLOSE + column.bar * SIGN) for entry in entries)
        wide = max(_text_width(entry, paper) + bar for entry, bar in zip(entries, bars, strict=True))
        texts = max((_text_width(entry, paper) for entry in entries if isinstance(entry, Bar)), default=0.0)
        for lined, entry in enumerate(entries):
            shapes += _entry(entry, column, paper, (x, lined * high), (wide, texts))
        x += wide + BETWEEN * bool(wide)
    tall, wide = high * len(rows), max(0.0, x - BETWEEN)
    if table.meanings():
        below = line(table.meanings(), paper, Role.LABEL, NOTE)
        shapes += moved(below, 0, tall + high / 2)
        tall, wide = tall + high * LEADING, max(wide, below.width)
    return Part(wide, tall, shapes, (0, tall))


def _entry(
    entry: Entry, column: Column, paper: Paper, corner: tuple[float, float], widths: tuple[float, float]
) -> list[Label]:
    look, (x, y), (wide, texts) = paper.looks[entry.role], corner, widths
    size = NOTE if entry.role == Role.LABEL else SIZE
    is_bar = isinstance(entry, Bar)
    align = "l" if column.is_left or (column.bar and not is_bar) else "r"
    shapes = [
        Label(x, y, texts if is_bar else wide, SIZE * HIGH, signs().fit(entry.text), look.ink, size, look.bold, align)
    ]
    if isinstance(entry, Bar) and entry.share > 0:
        long, high = max(1.0, entry.share * column.bar * SIGN), SIZE * HIGH - 2 * THIN
        shapes.append(Label(x + texts + CLOSE, y + THIN, long, high, "", look.ink, size, fill=paper.highlight))
    return [shape for shape in shapes if shape.text or shape.fill]


def _text_width(entry: Entry, paper: Paper) -> float:
    size = NOTE if entry.role == Role.LABEL else SIZE
    return text_width(signs().fit(entry.text), size, bold=paper.looks[entry.role].bold)
