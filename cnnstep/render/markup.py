"""Scenes as HTML: tables that a screen reader can read, frames over them, no scripts."""

from collections.abc import Callable
from html import escape
from importlib.resources import files
from typing import Any, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.render.figures.fonts import signed_text
from cnnstep.render.figures.paper import DARK, WHITE, Paper
from cnnstep.render.figures.pictures import coloured, draw_curve
from cnnstep.render.figures.vectors import SHAPES, hexed, inline, png, revealing
from cnnstep.render.lines.grids import notes
from cnnstep.render.markup_tables import table
from cnnstep.render.palettes import Colour, colour, ink_on
from cnnstep.views.page.marks import Reveals
from cnnstep.views.page.roles import Palette, Role, Span
from cnnstep.views.page.scene import (
    NBSP,
    Beside,
    Block,
    Box,
    Cell,
    Curve,
    Gap,
    Grid,
    Legend,
    Mark,
    Panel,
    Picture,
    Scene,
    Words,
)
from cnnstep.views.page.tables import Table

Sources: TypeAlias = Callable[[bytes], str]

MOST_LETTERS = 360
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
        None: f"{_variables(WHITE)}\n@media (prefers-color-scheme: dark) {{ {_variables(DARK)} }}",
        False: _variables(WHITE),
        True: _variables(DARK),
    }
    rules = (files("cnnstep.render") / "markup.css").read_text(encoding="utf-8")
    return f"{schemes[dark]}\n{rules}"


def _inks(paper: Paper) -> dict[str, Colour]:
    inks = {
        "paper": paper.ground, "line": paper.line, "muted": paper.muted, "highlight": paper.highlight,
        "ink": paper.looks[Role.PLAIN].ink, "kernel": paper.looks[Role.KERNEL].ink,
        "window": paper.looks[Role.WINDOW].fill, "second": paper.looks[Role.KERNEL].fill,
        "padding": paper.looks[Role.PADDING].fill,
    }  # fmt: skip
    return {name: ink for name, ink in inks.items() if ink}


NAMES = {ink: f"var(--{name})" for name, ink in _inks(WHITE).items()}


def _named(colour: Colour) -> str:
    """The name of one of the paper's colours, so that a drawing follows white and dark paper; else the colour."""
    return NAMES.get(colour) or hexed(colour)


def _variables(paper: Paper) -> str:
    return ".cnnstep { " + " ".join(f"--{name}: {hexed(ink)};" for name, ink in _inks(paper).items()) + " }"


def _block(block: Block, source: Sources) -> str:
    if isinstance(block, Words):
        return _words(block)
    if isinstance(block, Table):
        return table(block)
    assert isinstance(block, Beside)  # noqa: S101 - gaps are margins here
    linked = sum(isinstance(panel, Mark) and panel.role == Role.SIGN for panel in block.panels) > 1
    inner = "".join(PANELS[type(panel)](panel, source) for panel in block.drawn)
    return f'<div class="row{" linked" * linked}">{inner}</div>'


def _words(block: Words) -> str:
    short = (w for w in block.wordings if sum(len(span.text) for span in w) <= MOST_LETTERS)
    wording = next(short, block.wordings[-1])
    told = "".join(_span(span) for span in wording if span.text)
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
    caption = f"<figcaption>{_text(grid.caption)}{_where(grid)}</figcaption>" if grid.caption.strip() else ""
    rows = "".join(_row(grid, number) for number in range(len(grid.cells)))
    frames = "".join(_frame(box, grid.reveals) for box in grid.boxes)
    told = "; ".join([*_cuts(grid), *notes(grid, "striped: ")])
    below = f"<small>{_text(told)}</small>" if told else ""
    focus = ' class="focus"' if grid.focus else ""
    width = f"--n:{len(grid.cells[0])};--w:{max(1.9, DIGIT * widest + 0.9):.2f}em"
    table = f"<table{focus}>{rows}</table>"
    held = f'<div class="held" style="{width}">{table}{frames}</div>'
    room = f"min-width:{CAPTION * len(grid.caption):.1f}em"
    legend = _legend(grid.legend, source, grid.reveals) if grid.legend else ""
    return f'<figure style="{room}">{caption}{held}{below}{legend}</figure>'


def _where(grid: Grid) -> str:
    """For those who cannot see the frame: which cells it holds."""
    if not grid.focus or len(grid.boxes) != 1:
        return ""
    top, left = (grid.origin[0] or 0, grid.origin[1]) if grid.origin else (0, 0)
    rows, columns = (
        f"{side.start + first} to {side.stop - 1 + first}"
        for side, first in ((grid.boxes[0].rows, top), (grid.boxes[0].columns, left))
    )
    return f'<span class="unseen">, frame over rows {rows}, columns {columns}</span>'


def _row(grid: Grid, number: int) -> str:
    cells = "".join(_cell(grid, cell, number, column) for column, cell in enumerate(grid.cells[number]))
    return f"<tr>{cells}</tr>"


def _cell(grid: Grid, cell: Cell, row: int, column: int) -> str:
    role, inside = grid.role(row, column), grid.is_framed(row, column)
    told = [role.value] * (role not in {Role.INPUT, Role.OUTPUT}) + ["in"] * (inside and role == Role.PADDING)
    told += ["unread"] * (row in grid.unread_rows or column in grid.unread_columns)
    names = (f' class="{" ".join(told)}"' if told else "") + ' aria-current="true"' * (role == Role.CURRENT)
    shade = "" if cell.shade is None else _ground(colour(grid.palette, cell.shade))
    return f"<td{names}{shade}{revealing(cell.reveals)}>{_text(signed_text(cell.text))}</td>"


def _ground(fill: Colour) -> str:
    return f' style="background:{hexed(fill)};color:{hexed(ink_on(fill))}"'


def _frame(box: Box, reveals: Reveals) -> str:
    """A frame over the cells, from its corner and size in cells."""
    place = (
        f"left:calc({box.left:g} * var(--w));top:calc({box.top:g} * 1.9em);"
        f"width:calc({box.right - box.left:g} * var(--w));height:calc({box.bottom - box.top:g} * 1.9em)"
    )
    return f'<i class="frame" data-cell="{box.top:g},{box.left:g}" style="{place}"{revealing(reveals)}></i>'


def _cuts(grid: Grid) -> list[str]:
    """On which sides there is more."""
    names = ("above", "left", "below", "right")
    sides = [name for name, is_cut in zip(names, grid.cut, strict=True) if is_cut]
    return [f"more {', '.join(sides)}"] if sides else []


def _picture(picture: Picture, source: Sources) -> str:
    pixels = coloured(picture.palette, picture.pixels)
    rows, columns = picture.size
    wide = min(picture.columns * COLUMN, TALLEST * columns / rows)
    box = _picture_frame(picture.box) if picture.box else ""
    legend = _legend(picture.legend, source, picture.reveals) if picture.legend else ""
    caption = _text(picture.caption)
    shape = f"width:{wide:.2f}em;height:{max(0.2, wide * rows / columns):.2f}em"
    reveals = revealing(picture.reveals)
    image = f'<img class="picture {picture.role.value}" alt="" style="{shape}" src="{source(_png(pixels))}"{reveals}>'
    return f'<figure><figcaption>{caption}</figcaption><div class="held">{image}{box}</div>{legend}</figure>'


def _picture_frame(box: Box) -> str:
    top, left = max(0.0, box.top), max(0.0, box.left)
    high, wide = max(SMALLEST, min(1.0, box.bottom) - top), max(SMALLEST, min(1.0, box.right) - left)
    place = f"left:{left:.2%};top:{top:.2%};width:{wide:.2%};height:{high:.2%}"
    return f'<i class="frame" style="{place}"></i>'


def _legend(legend: Legend, source: Sources, reveals: Reveals) -> str:
    low = -1 if legend.palette == Palette.DIVERGING else 0
    strip = source(_png(coloured(legend.palette, np.linspace(low, 1, 64)[None])))
    low_end, high_end = (_text(signed_text(text)) for text in (legend.low, legend.high))
    return f'<small{revealing(reveals)}>{low_end}<img class="bar" alt=" to " src="{strip}">{high_end}</small>'


def _png(pixels: Array) -> bytes:
    """Colours (rows, columns, 3) as a file."""
    return png(pixels.tobytes(), (pixels.shape[0], pixels.shape[1]))


def _curve(curve: Curve, _: Sources) -> str:
    part = draw_curve(curve._replace(caption=""), WHITE)
    body = "".join(line for shape in part.shapes for line in SHAPES[type(shape)](shape, _named))
    size = f'width="{part.width:.0f}" height="{part.height:.0f}" viewBox="0 0 {part.width:.1f} {part.height:.1f}"'
    caption = _text(curve.caption)
    ends = _text(f"{curve.below[0]} to {curve.below[1]} across, {curve.left[1]} to {curve.left[0]} up")
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


PANELS: dict[type[Panel], Callable[[Any, Sources], str]] = {
    Grid: _grid,
    Picture: _picture,
    Curve: _curve,
    Mark: _mark,
}
