"""Scenes as HTML: tables that a screen reader can read, frames over them, no scripts."""

from collections.abc import Callable
from html import escape
from importlib.resources import files
from typing import Any, TypeAlias

from cnnstep.engine.arrays import Array
from cnnstep.render.figures.curves import draw_curve
from cnnstep.render.figures.fonts import signed_text
from cnnstep.render.figures.pictures import coloured, strip
from cnnstep.render.figures.vectors import SHAPES, hexed, inline, png, revealing
from cnnstep.render.lines.grids import notes, where
from cnnstep.render.markup_tables import table
from cnnstep.render.theme import DARK, WHITE, Colour, Paper, colour, ink_on
from cnnstep.views.page.columns import Columns
from cnnstep.views.page.curve import Curve
from cnnstep.views.page.grid import Box, Grid, Legend
from cnnstep.views.page.roles import Palette, Part, Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Beside, Block, Gap, Mark, Panel, Picture, Scene, Words
from cnnstep.views.page.tables import Table

Sources: TypeAlias = Callable[[bytes], str]

MOST_LETTERS = 360
SIDES = ("above", "left", "below", "right")
NUMBERS = "numbers"
BLOCK = "display:inline-block;min-width"
SMALLEST = 0.02
COLUMN = 0.62
DIGIT = 0.58
CAPTION = 0.5
TALLEST = 18.0
"""In sizes of the text: a digit, a sign of a caption, the tallest picture."""


def blocks(scene: Scene, source: Sources = inline) -> list[str]:
    """Every block of a scene; `source` says how a picture is referred to."""
    return [_block(block, source) for block in scene.blocks if not isinstance(block, Gap)]


def style(*, dark: bool | None = None) -> str:
    """The rules of the classes; None leaves white or dark paper to the reader's system."""
    schemes = {
        None: f"{variables(WHITE)}\n@media (prefers-color-scheme: dark) {{ {variables(DARK)} }}",
        False: variables(WHITE),
        True: variables(DARK),
    }
    rules = (files("cnnstep.render") / "markup.css").read_text(encoding="utf-8")
    return f"{schemes[dark]}\n{rules}"


NAMES = {ink: f"var(--{name})" for name, ink in WHITE.named.items()}


def _named(colour: Colour) -> str:
    """The name of one of the paper's colours, so that a drawing follows white and dark paper; else the colour."""
    return NAMES.get(colour) or hexed(colour)


def shaded(palette: Palette, shade: float) -> tuple[str, str]:
    """What stands behind a number with a shade, and its ink, each for white and for dark paper."""
    fills = [colour(palette, shade, paper.stops) for paper in (WHITE, DARK)]
    pairs = fills, [ink_on(fill) for fill in fills]
    back, ink = ("light-dark({},{})".format(*map(hexed, pair)) for pair in pairs)
    return back, ink


def variables(paper: Paper, within: str = "") -> str:
    """The colours of a paper, for what stands in an element that a selector names."""
    scheme = "color-scheme: dark;" if paper == DARK else "color-scheme: light;"
    return (
        f"{within}.cnnstep {{ {scheme} "
        + " ".join(f"--{name}: {hexed(ink)};" for name, ink in paper.named.items())
        + " }"
    )


def _block(block: Block, source: Sources) -> str:
    if isinstance(block, Words):
        return _words(block)
    if isinstance(block, Table):
        return table(block)
    if isinstance(block, Columns):
        inner = "".join(f"<section>{''.join(blocks(scene, source))}</section>" for scene in block.scenes)
        return f'<div class="columns">{inner}</div>'
    assert isinstance(block, Beside)  # noqa: S101 - gaps are margins here
    linked = sum(isinstance(panel, Mark) and panel.role == Role.SIGN for panel in block.panels) > 1
    inner = "".join(PANELS[type(panel)](panel, source) for panel in block.panels)
    return f'<div class="row{" linked" * linked}{" continued" * block.continues}">{inner}</div>'


def _words(block: Words) -> str:
    short = (w for w in block.wordings if sum(len(span.text) for span in w) <= MOST_LETTERS)
    wording = next(short, block.wordings[-1])
    label = wording[: block.is_labelled]
    told = "".join(f'<span style="{BLOCK}:{block.hang * DIGIT:.1f}em">{_span(span)}</span>' for span in label)
    told += "".join(_span(span) for span in wording[len(label) :] if span.text)
    return f"<p{revealing(block.reveals)}>{told}</p>"


def _span(span: Span) -> str:
    role = f' class="{span.role.value}"' * (span.role != Role.PLAIN)
    attributes = role + revealing(span.reveals)
    return f"<span{attributes}>{_text(span.text)}</span>" if attributes else _text(span.text)


def _text(text: str) -> str:
    """Text that is safe in a page; what no one could see or what would turn the line is escaped."""
    shown = "".join(c if c.isprintable() or c == NBSP else c.encode("ascii", "backslashreplace").decode() for c in text)
    return escape(shown)


def _grid(grid: Grid, source: Sources) -> str:
    widest = max(grid.least, *(len(cell.text) for row in grid.cells for cell in row))
    caption = f'<figcaption aria-hidden="true">{_text(grid.caption)}</figcaption>' if grid.caption else ""
    (top, left), columns = grid.first, range(len(grid.cells[0]))
    head = "".join(f'<th scope="col">{left + column}</th>' for column in columns)
    rows = (
        f'<th scope="row">{top + row}</th>' + "".join(_cell(grid, row, column) for column in columns)
        for row in range(len(grid.cells))
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    frames = "".join(_frame(box, grid.reveals) for box in grid.boxes)
    sides = [name for name, is_cut in zip(SIDES, grid.cut, strict=True) if is_cut]
    told = "; ".join([*([f"more {', '.join(sides)}"] if sides else []), *notes(grid, "striped: ")])
    below = f"<small>{_text(told)}</small>" if told else ""
    focus = (' class="focus"' if grid.focus else "") + f' data-part="{grid.part.value}"' * (grid.part != Part.NOTHING)
    wide = max(1.9, DIGIT * widest + 0.9)
    width = f"--n:{len(grid.cells[0])};--w:{grid.track.span * wide:.2f}em;margin-left:{grid.track.shift * wide:.2f}em"
    table = (
        f'<table{focus} aria-label="{_name(grid)}"><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )
    held = f'<div class="held" style="{width}" data-first="{top},{left}">{table}{frames}</div>'
    room = f"min-width:{CAPTION * len(grid.caption):.1f}em"
    legend = _legend(grid.legend, source, grid.reveals) if grid.legend else ""
    return f'<figure style="{room}">{caption}{held}{below}{legend}</figure>'


def _name(grid: Grid) -> str:
    """For those who cannot see it: what a grid is called, and which cells its frame holds."""
    name = _text(grid.caption or grid.part.value or NUMBERS)
    if not grid.focus or len(grid.boxes) != 1:
        return name
    return f"{name}, frame over {where(grid, grid.boxes[0], grid.first, ' to ')}"


def _cell(grid: Grid, row: int, column: int) -> str:
    cell, role, inside = grid.cells[row][column], grid.role(row, column), grid.is_framed(row, column)
    told = [role.value] * (role not in {Role.INPUT, Role.OUTPUT}) + ["in"] * (inside and role == Role.PADDING)
    told += ["unread"] * (row in grid.unread_rows or column in grid.unread_columns)
    names = (f' class="{" ".join(told)}"' if told else "") + ' aria-current="true"' * (role == Role.CURRENT)
    shade = "" if cell.shade is None else ' style="background:{};color:{}"'.format(*shaded(grid.palette, cell.shade))
    text = _text(signed_text(cell.text))
    text = f'<span class="unseen">{text}</span>' if grid.is_heat else text
    return f"<td{names}{shade}{revealing(cell.reveals)}>{text}</td>"


def _frame(box: Box, reveals: Reveals) -> str:
    """A frame over the cells, from its corner and size in cells."""
    size = f"--rows:{box.bottom - box.top:g};--columns:{box.right - box.left:g}"
    return f'<i class="frame over" style="--top:{box.top:g};--left:{box.left:g};{size}"{revealing(reveals)}></i>'


def _picture(picture: Picture, source: Sources) -> str:
    pixels = coloured(picture.palette, picture.pixels)
    rows, columns = picture.size
    wide = min(picture.columns * COLUMN, TALLEST * columns / rows)
    box = _picture_frame(picture.box) if picture.box else ""
    legend = _legend(picture.legend, source, picture.reveals) if picture.legend else ""
    shape = f"width:{wide:.2f}em;height:{max(0.2, wide * rows / columns):.2f}em"
    reveals = revealing(picture.reveals)
    image = f'<img class="picture {picture.role.value}" alt="" style="{shape}" src="{source(_png(pixels))}"{reveals}>'
    caption = f"<figcaption>{_text(picture.caption)}</figcaption>"
    return f'<figure>{caption}<div class="held">{image}{box}</div>{legend}</figure>'


def _picture_frame(box: Box) -> str:
    top, left = max(0.0, box.top), max(0.0, box.left)
    high, wide = max(SMALLEST, min(1.0, box.bottom) - top), max(SMALLEST, min(1.0, box.right) - left)
    place = f"left:{left:.2%};top:{top:.2%};width:{wide:.2%};height:{high:.2%}"
    return f'<i class="frame" style="{place}"></i>'


def _legend(legend: Legend, source: Sources, reveals: Reveals) -> str:
    shades = source(_png(strip(legend.palette)))
    low, high = (_text(signed_text(text)) for text in (legend.low, legend.high))
    note = f"<br>{_text(legend.note)}" if legend.note else ""
    return f'<small{revealing(reveals)}>{low}<img class="bar" alt=" to " src="{shades}">{high}{note}</small>'


def _png(pixels: Array) -> bytes:
    """Colours (rows, columns, 3) as a file."""
    return png(pixels.tobytes(), (pixels.shape[0], pixels.shape[1]))


def _curve(curve: Curve, _: Sources) -> str:
    part = draw_curve(curve._replace(caption=""), WHITE)
    body = "".join(line for shape in part.shapes for line in SHAPES[type(shape)](shape, _named))
    size = f'width="{part.width:.1f}" height="{part.height:.1f}" viewBox="0 0 {part.width:.1f} {part.height:.1f}"'
    caption = _text(curve.caption)
    ends = _text("{} to {} across, {} to {} up".format(*curve.across.ends, *curve.up.ends))
    drawn = f'<svg {size} role="img" aria-label="{caption}: {ends}">{body}</svg>'
    return f"<figure><figcaption>{caption}</figcaption>{drawn}</figure>"


def _mark(mark: Mark, _: Sources) -> str:
    text = _text(signed_text(mark.text) if mark.role == Role.TOTAL else mark.text)
    width = f' style="--w:{DIGIT * mark.width:.2f}em"' if mark.role == Role.LABEL else ""
    role, reveals = ("" if mark.role == Role.SIGN else mark.role.value), revealing(mark.reveals)
    if mark.caption:
        inner = f'<small>{_text(mark.caption)}</small><span class="{role}"{reveals}>{text}</span>'
        return f'<span class="sign captioned">{inner}</span>'
    return f'<span class="{" ".join(filter(None, ("sign", role)))}"{width}{reveals}>{text}</span>'


PANELS: dict[type[Panel], Callable[[Any, Sources], str]] = {Grid: _grid, Picture: _picture, Curve: _curve, Mark: _mark}
