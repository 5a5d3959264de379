"""What stands in a column of a network's picture: maps, units in a strip, or bars."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.render.figures.fonts import text_width
from cnnstep.render.figures.pictures import coloured
from cnnstep.render.figures.rooms import BELOW, SPACE, TEXT, VALUE, Room, Standing, name_width
from cnnstep.render.figures.shapes import Label, Pixels, Plot, Shape, Stroke
from cnnstep.render.figures.words import in_room
from cnnstep.render.theme import Paper, ink_on
from cnnstep.views.page.diagram import Bar, Bars, LayerColumn, Maps, Strip
from cnnstep.views.page.grid import Box
from cnnstep.views.page.roles import Palette

RIM = 1.0
LARGEST, TALLEST = 32.0, 0.4
"""The largest number in a cell, and how much of its height it takes at most."""
BINS = 240
"""Points of a curve at most."""
THIN = 1.5


def draw_body(column: LayerColumn, stands: Standing, paper: Paper) -> Iterator[Shape]:
    """Its maps, its units, or its bars."""
    return BODIES[type(column.body)](column, column.body, stands, paper)


def _maps(column: LayerColumn, body: Maps, stands: Standing, paper: Paper) -> Iterator[Shape]:
    """Each map, and how many more there are."""
    top, left, bottom, right = body.margins
    size = _fitting(
        (text for each in body.maps for row in each.texts for text in row),
        _cells(stands.items[0], body.maps[0].size)[0],
    )
    for each, room in zip(body.maps, stands.items, strict=True):
        if any(body.margins):
            padded = room.of(Box(-top, -left, 1 + bottom, 1 + right))
            yield Label(*padded, "", paper.line, TEXT, fill=paper.named["padding"], edge=paper.line)
        name = f"map-{column.node}-{each.channel}"
        if each.is_signal:
            yield from _signal(room, each.shades[0], body.palette, paper, name)
        else:
            colours = coloured(body.palette, each.shades, paper)
            yield from _rimmed(room, colours, paper, name)
            if size:
                texts = [text for row in each.texts for text in row]
                yield from _numbers(texts, _cells(room, each.size), colours, size)
    if body.more:
        below = Room(stands.slot.x, stands.body.y + stands.body.height + RIM, stands.slot.width, BELOW)
        yield in_room(f"+{body.more:,}", below, paper.named["muted"], TEXT)


def _numbers(texts: Sequence[str], cells: Sequence[Room], colours: Array, size: float) -> Iterator[Label]:
    """Each number in its cell, as large as all of them can be written."""
    for text, cell, colour in zip(texts, cells, colours.reshape(-1, 3).tolist(), strict=False):
        red, green, blue = colour
        yield Label(*cell, text, ink_on((red, green, blue)), size, fill=(red, green, blue))


def _fitting(texts: Iterable[str], cell: Room) -> float:
    """The size in which all of these can be written in a cell; 0 where they cannot."""
    widest = max((text_width(text, 1) for text in texts), default=0.0)
    size = min(LARGEST, (cell.width - SPACE) / widest, cell.height * TALLEST) if widest else 0.0
    return size if size >= TEXT else 0.0


def _cells(room: Room, size: tuple[int, int]) -> list[Room]:
    """The cells of a map, row by row."""
    rows, columns = size
    places = ((row, column) for row in range(rows) for column in range(columns))
    return [room.of(Box(y / rows, x / columns, (y + 1) / rows, (x + 1) / columns)) for y, x in places]


def _signal(room: Room, shades: Array, palette: Palette, paper: Paper, name: str) -> Iterator[Shape]:
    """A curve over its ground: of many samples what lies between the lowest and the highest of each bin."""
    yield from _rimmed(room, np.full((1, 1, 3), paper.named["padding"], dtype=np.uint8), paper, name)
    starts = np.linspace(0, shades.size, min(shades.size, BINS), endpoint=False).astype(np.intp)
    low = -1.0 if palette == Palette.DIVERGING else 0.0
    bounds = [(f.reduceat(shades, starts) - low) / (1 - low) for f in (np.maximum, np.minimum)]
    upper, lower = (
        [(x, (1 - y) * room.height) for x, y in zip((starts + 0.5) / shades.size * room.width, each, strict=True)]
        for each in bounds
    )
    level = room.height / (1 - low)  # of 0
    strokes = (
        Stroke(((0, level), (room.width, level)), paper.line, RIM),
        Stroke((*upper, *reversed(lower)), paper.named["ink"], THIN, filled=True),
    )
    yield Plot(*room, strokes, over=True)


def _strip(column: LayerColumn, body: Strip, stands: Standing, paper: Paper) -> Iterator[Shape]:
    """All units as one picture; where the last row is not full the paper shows."""
    across = sum(item.y == stands.items[0].y for item in stands.items)
    missing = -len(body.shades) % across
    colours = coloured(body.palette, np.pad(body.shades, (0, missing)).reshape(-1, across), paper)
    if missing:
        colours[-1, -missing:] = paper.ground
    yield from _rimmed(stands.body, colours, paper, f"units-{column.node}")
    if size := _fitting(body.texts, stands.items[0]):
        yield from _numbers(body.texts, stands.items, colours, size)


def _rimmed(room: Room, colours: Array, paper: Paper, name: str) -> Iterator[Shape]:
    """Pixels with a thin line around them."""
    x, y, wide, high = room
    yield Label(x - RIM, y - RIM, wide + 2 * RIM, high + 2 * RIM, "", paper.line, TEXT, fill=paper.line)
    size = (colours.shape[0], colours.shape[1])
    yield Pixels(x, y, wide, high, colours.tobytes(), size, smooth=size[0] * 2 > high, name=name)


def _bars(column: LayerColumn, body: Bars, stands: Standing, paper: Paper) -> Iterator[Shape]:
    """Each bar on its track, a line where chance is, and the ends of the scale of probabilities."""
    muted, (low, high) = paper.named["muted"], body.ends
    for bar, track in zip(body.bars, stands.items, strict=True):
        # a picture of one colour, which pages find by its name
        yield Pixels(*track, bytes(paper.named["padding"]), (1, 1), name=f"bar-{column.node}-{bar.number}")
        yield from _bar(bar, body, track, paper)
    first, last = stands.items[0], stands.items[-1]
    below = first._replace(y=last.y + last.height + SPACE / 2, height=BELOW)
    told = [(f"+{body.more:,}", below, 0.5)] if body.more else []
    if body.chance is not None:
        at = (body.chance - low) / (high - low)
        top, bottom = first.y - SPACE / 2, below.y
        line = Stroke(((0, 0), (0, bottom - top)), paper.named["ink"], THIN, dashed=True)
        yield Plot(first.x + at * first.width, top, 0, bottom - top, (line,), over=True)
        above = first._replace(y=first.y - BELOW - SPACE, height=BELOW)
        told += [("0", below, 0.0), ("1", below, 1.0), (f"chance {body.chance:.1%}", above, at)]
    for text, room, share in told:
        wide = text_width(text, TEXT)
        yield in_room(text, room._replace(x=room.x + share * (room.width - wide), width=wide), muted, TEXT)


def _bar(bar: Bar, body: Bars, track: Room, paper: Paper) -> Iterator[Label]:
    """Its name, the bar from 0 to its value on the track, and the value; the largest is highlighted."""
    low, high = body.ends
    is_best = bar.number == body.best
    ink = paper.named["ink" if is_best else "muted"]
    begin, end = ((end - low) / ((high - low) or 1.0) * track.width for end in sorted((0.0, bar.value)))
    line = track._replace(y=track.y + (track.height - BELOW) / 2, height=BELOW)
    names, after = name_width(body), track.x + track.width + SPACE
    name, value = line._replace(x=track.x - names, width=names - SPACE), line._replace(x=after, width=VALUE - SPACE)
    fill, edge = (paper.named["window"], paper.highlight) if is_best else (paper.named["bar"], None)
    yield Label(track.x + begin, track.y, max(THIN, end - begin), track.height, "", ink, TEXT, fill=fill, edge=edge)
    yield in_room(bar.name, name, ink, TEXT, align="r", bold=is_best)
    yield in_room(bar.text, value, ink, TEXT, align="l", bold=is_best)


BODIES: dict[type, Callable[[LayerColumn, Any, Standing, Paper], Iterator[Shape]]] = {
    Maps: _maps,
    Strip: _strip,
    Bars: _bars,
}
