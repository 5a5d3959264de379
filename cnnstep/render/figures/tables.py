"""A table as a figure: columns as wide as their widest text, bars as boxes."""

from math import fsum

from cnnstep.render.figures.fonts import HIGH, signs, text_width
from cnnstep.render.figures.shapes import Label, Part, Plot, Shape, Stroke, moved
from cnnstep.render.figures.words import NOTE, SIZE, line
from cnnstep.render.theme import Paper
from cnnstep.views.page.rails import Joint, Rail
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.tables import Bar, Column, Entry, Noted, Table

BETWEEN = 20.0
SIGN = 8.0
"""How long a bar of one sign is."""
CLOSE = 6.0
LEADING = 1.25
THIN = 4.0
STEP = 8.0
"""From one joint of a rail to the next."""
DOT = 4.0
LINE = 1.5


def draw_table(table: Table, paper: Paper) -> Part:
    """Heads, if there are any, then the rows; empty columns take no room."""
    heads = tuple(Span(column.head, Role.LABEL) for column in table.columns)
    rows = [heads, *table.rows] if table.has_heads else list(table.rows)
    high = SIZE * HIGH * LEADING
    shapes: list[Shape] = []
    x = 0.0
    for number, column in enumerate(table.columns):
        entries = [row[number] for row in rows]
        bars = (isinstance(entry, Bar) * (CLOSE + column.bar * (1 + column.is_signed) * SIGN) for entry in entries)
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
) -> list[Shape]:
    look, (x, y), (wide, texts) = paper.looks[entry.role], corner, widths
    if isinstance(entry, Rail):
        return [_rail(entry, paper, corner)]
    if isinstance(entry, Noted):
        named, note = Span(f"{entry.words} ", entry.role), Span(entry.note, Role.LABEL)
        behind = (x + _text_width(named, paper), y)
        return [s for span, at in ((named, corner), (note, behind)) for s in _entry(span, column, paper, at, widths)]
    size = NOTE if entry.role == Role.LABEL else SIZE
    is_bar = isinstance(entry, Bar)
    align = "l" if column.is_left or (column.bar and not is_bar) else "r"
    shapes: list[Shape] = [
        Label(x, y, texts if is_bar else wide, SIZE * HIGH, signs().fit(entry.text), look.ink, size, look.bold, align)
    ]
    if isinstance(entry, Bar):
        left, right = (end * SIGN for end in column.ends(entry.share))
        start, high = x + texts + CLOSE, SIZE * HIGH - 2 * THIN
        if entry.share:
            long = max(1.0, right - left)
            shapes.append(Label(start + left, y + THIN, long, high, "", look.ink, size, fill=paper.named["bar"]))
        if column.is_signed:
            zero = start + column.bar * SIGN
            shapes.append(Label(zero, y, LINE, SIZE * HIGH, "", look.ink, size, fill=look.ink))
    return [shape for shape in shapes if isinstance(shape, Label) and (shape.text or shape.fill)]


def _rail(rail: Rail, paper: Paper, corner: tuple[float, float]) -> Plot:
    """Half a line for each way that leaves a joint, and a dot where a node stands."""
    high, middle, half = SIZE * HIGH * LEADING, SIZE * HIGH / 2, STEP / 2
    ways = {Joint.UP: (0.0, 0.0), Joint.DOWN: (0.0, high), Joint.LEFT: (-half, middle), Joint.RIGHT: (half, middle)}
    strokes: list[Stroke] = []
    for number, joint in enumerate(rail.joints):
        x = (number + 0.5) * STEP
        ends = (end for way, end in ways.items() if way in joint)
        strokes += [
            Stroke(((x, middle), (x + across, down)), paper.looks[rail.role].ink, LINE) for across, down in ends
        ]
        if Joint.NODE in joint:
            dot = ((x, middle - DOT), (x + DOT, middle), (x, middle + DOT), (x - DOT, middle))
            strokes.append(Stroke(dot, paper.looks[Role.TITLE].ink, filled=True))
    x, y = corner
    return Plot(x, y, STEP * len(rail.joints), high, tuple(strokes))


def _text_width(entry: Entry, paper: Paper) -> float:
    if isinstance(entry, Rail):
        return STEP * len(entry.joints)
    if isinstance(entry, Noted):
        spans = Span(f"{entry.words} ", entry.role), Span(entry.note, Role.LABEL)
        return fsum(_text_width(span, paper) for span in spans)
    size = NOTE if entry.role == Role.LABEL else SIZE
    return text_width(signs().fit(entry.text), size, bold=paper.looks[entry.role].bold)
