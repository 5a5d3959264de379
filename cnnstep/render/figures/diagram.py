"""A network as one picture: exactly as large as its canvas, whose smallest text is 18 high where that has 1280×720."""

from collections.abc import Iterator, Sequence
from itertools import chain
from math import fsum
from typing import TypeAlias

from cnnstep.render.figures.bodies import THIN, draw_body
from cnnstep.render.figures.fonts import HIGH, text_width
from cnnstep.render.figures.pictures import strip
from cnnstep.render.figures.rooms import SPACE, TEXT, TRACK, VALUE, Room, Standing, name_width, standing
from cnnstep.render.figures.shapes import Frame, Label, Part, Pixels, Plot, Shape, Stroke
from cnnstep.render.figures.words import broken, in_room
from cnnstep.render.theme import Paper
from cnnstep.views.page.diagram import Bars, Diagram, LayerColumn, Link, Spot

Point: TypeAlias = tuple[float, float]

CANVAS = (1280, 720)
FLAT = 560
"""How high a canvas of that width must be where there are no bars, each of which needs a line."""
MARGIN, BETWEEN = 32.0, 30.0
TITLE, NAME, LINE = 26.0, 20.0, 26.0
LEGEND, TOP = 62.0, 104.0
"""Where the legend stands, and where the columns begin."""
NAMES = 3
"""Lines under a column."""
LANE = 14.0
"""How far arrows are apart that go over columns."""
POINT = 9.0
"""How long the head of an arrow is."""
FRAME = 2.5
SMALLEST = 7.0
"""The sides of the smallest frame."""
BAR = (110.0, 14.0)


def draw_diagram(diagram: Diagram, paper: Paper, canvas: tuple[int, int] = CANVAS) -> Part:
    """The picture in the shape of a canvas, in units of which the usual one has 1280×720."""
    is_flat = not diagram.sentence and not any(isinstance(column.body, Bars) for column in diagram.columns)
    scale = min(canvas[0] / CANVAS[0], canvas[1] / (FLAT if is_flat else CANVAS[1]))
    least = list(map(_least, diagram.columns))
    wide = max(canvas[0] / scale, fsum(least) + BETWEEN * (len(least) - 1) + 2 * MARGIN)
    high = canvas[1] / scale
    told = list(broken(diagram.sentence, TEXT, wide - 2 * MARGIN))
    lanes = [pair for pair in diagram.arrows if pair[1] - pair[0] > 1]
    top, bottom = TOP + LANE * len(lanes), high - MARGIN / 2 - LINE * (NAMES + len(told)) - SPACE * bool(told)
    room = Room(MARGIN, top, wide - 2 * MARGIN, bottom - top - SPACE)
    found = standing([each.body for each in diagram.columns], least, room, BETWEEN)
    shown = len(found) if diagram.drawn is None else diagram.drawn
    shapes = list(_head(diagram, paper, wide))
    for column, stands in zip(diagram.columns[:shown], found, strict=False):
        shapes += chain(draw_body(column, stands, paper), _names(column, stands.slot, bottom, paper))
    linked = {(link.source.column, link.target.column) for link in _links(diagram)}
    arrows = (pair for pair in diagram.arrows if max(pair) < shown and pair not in linked)
    shapes += (_arrow(found, pair, lanes, top, paper) for pair in arrows)
    shapes += _marks(diagram, found, paper)
    below = Room(MARGIN, bottom + LINE * NAMES + SPACE, wide - 2 * MARGIN, LINE)
    shapes += (in_room(text, below.down(LINE * n), paper.named["ink"], TEXT) for n, text in enumerate(told))
    return Part(wide, high, shapes)


def _least(column: LayerColumn) -> float:
    """How wide a column must be for what stands under it, and for bars with their names and values."""
    bars = name_width(column.body) + TRACK + VALUE if isinstance(column.body, Bars) else 0.0
    return max(bars, text_width(column.name, NAME, bold=True), *(text_width(text, TEXT) for text in column.lines))


def _head(diagram: Diagram, paper: Paper, wide: float) -> Iterator[Shape]:
    """What it is, what has come out, what its weights are; and how colours are to be read."""
    ink, line = paper.named["ink"], Room(MARGIN, MARGIN / 2, wide - 2 * MARGIN, TITLE * HIGH)
    right = text_width(diagram.status, TEXT)
    # of a line that is too long the name of the input is cut first
    name = min(text_width(diagram.title, TITLE, bold=True), line.width / 4)
    answer = min(text_width(diagram.answer, TITLE), line.width / 3)
    left = MARGIN + name + TITLE / 2
    source = min(text_width(diagram.source, TITLE), wide - MARGIN - right - SPACE - answer - TITLE / 2 - left)
    behind = line._replace(x=left + source + TITLE / 3, width=answer)
    yield in_room(diagram.title, line._replace(width=name), ink, TITLE, align="l", bold=True)
    yield in_room(diagram.source, line._replace(x=left, width=source), ink, TITLE, align="l")
    yield in_room(diagram.answer, behind, ink, TITLE, align="l")
    yield in_room(diagram.status, line._replace(x=wide - MARGIN - right, width=right), paper.named["muted"], TEXT)
    yield from _legends(diagram, paper)


def _legends(diagram: Diagram, paper: Paper) -> Iterator[Shape]:
    """The palettes with what stands at their ends."""
    room = Room(MARGIN, LEGEND, 0, LINE)
    for legend in diagram.legends:
        colours = strip(legend.palette, paper)
        low, high = (text_width(text, TEXT) for text in (legend.low, legend.high))
        bar = room.right(low + SPACE)
        yield in_room(legend.low, room._replace(width=low), paper.named["muted"], TEXT)
        yield Pixels(bar.x, bar.y + (LINE - BAR[1]) / 2, *BAR, colours.tobytes(), (1, colours.shape[1]))
        yield in_room(legend.high, bar.right(BAR[0] + SPACE)._replace(width=high), paper.named["muted"], TEXT)
        room = bar.right(BAR[0] + high + 4 * SPACE)
    if diagram.legends:
        told = "each layer on its own scale"
        yield in_room(told, room._replace(width=text_width(told, TEXT)), paper.named["muted"], TEXT)


def _names(column: LayerColumn, slot: Room, y: float, paper: Paper) -> Iterator[Label]:
    """The name of a layer, its shape and its parameters."""
    room = Room(slot.x, y, slot.width, LINE)
    yield in_room(column.name, room, paper.named["ink"], NAME, bold=True)
    for number, (text, ink) in enumerate(zip(column.lines, ("ink", "muted"), strict=True), 1):
        yield in_room(text, room.down(LINE * number), paper.named[ink], TEXT)


def _marks(diagram: Diagram, found: Sequence[Standing], paper: Paper) -> Iterator[Shape]:
    """Lines from what is read to the cell, under all frames."""
    for link in _links(diagram):
        source, target = _place(link.source, found), _place(link.target, found)
        # to a cell that is large two lines, of the corners, so that they do not run through its neighbours' numbers
        for down in (0.0, 1.0) if target.height > LINE else (0.5,):
            begin, end = source.y + down * source.height, target.y + down * target.height
            line = ((source.x + source.width, begin), (target.x, end))
            # so that it is seen over maps of any colour
            strokes = (Stroke(line, paper.ground, 3 * THIN), Stroke(line, paper.highlight, THIN))
            yield Plot(0, 0, *line[1], strokes, over=True)
    spots = (mark for group in diagram.marks for mark in group if isinstance(mark, Spot))
    yield from (_frame(_place(spot, found), paper) for spot in spots)


def _links(diagram: Diagram) -> list[Link]:
    return [mark for group in diagram.marks for mark in group if isinstance(mark, Link)]


def _place(spot: Spot, found: Sequence[Standing]) -> Room:
    """Where a spot is."""
    stands = found[spot.column]
    return stands.body if spot.item is None else stands.items[spot.item].of(spot.box)


def _frame(room: Room, paper: Paper) -> Frame:
    """A frame, never too small to be seen."""
    wide, high = max(SMALLEST, room.width), max(SMALLEST, room.height)
    x, y = room.middle()
    return Frame(x - wide / 2, y - high / 2, wide, high, paper.highlight, FRAME, paper.ground)


def _arrow(
    found: Sequence[Standing], pair: tuple[int, int], lanes: Sequence[tuple[int, int]], top: float, paper: Paper
) -> Plot:
    """An arrow from one column to the next one; over those between to another."""
    begin, end = (found[number].body for number in pair)
    (left, _), (right, _) = begin.middle(), end.middle()
    if pair not in lanes:
        y = found[pair[0]].slot.middle()[1]
        path = [(begin.x + begin.width + SPACE / 2, y), (end.x - SPACE / 2, y)]
        return _pointing(path, (1, 0), paper)
    over = top - SPACE - LANE * (len(lanes) - lanes.index(pair) - 1)
    left, right = left + POINT, right - POINT  # so that an arrow that ends meets none that begins
    return _pointing(
        [(left, begin.y - SPACE / 2), (left, over), (right, over), (right, end.y - SPACE / 2)], (0, 1), paper
    )


def _pointing(path: Sequence[Point], ahead: Point, paper: Paper) -> Plot:
    """A line with a head that points `ahead`."""
    (x, y), (across, down), side = path[-1], ahead, POINT / 2
    back = (x - across * POINT, y - down * POINT)
    corners = ((back[0] - down * side, back[1] - across * side), (back[0] + down * side, back[1] + across * side))
    line, head = Stroke((*path[:-1], back), paper.named["muted"], THIN), ((x, y), *corners)
    return Plot(0, 0, x, y, (line, Stroke(head, paper.named["muted"], 0, filled=True)), over=True)
