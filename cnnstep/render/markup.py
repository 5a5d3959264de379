"""Scenes as HTML: tables that a screen reader can read, frames over them, no scripts."""

from collections.abc import Callable
from html import escape
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnnstep.render.figures.paper import DARK, WHITE, Paper
from cnnstep.render.figures.pictures import coloured, draw_curve
from cnnstep.render.figures.vectors import SHAPES, hexed, inline, png
from cnnstep.render.lines.grids import notes
from cnnstep.render.palettes import Colour, colour, ink_on
from cnnstep.scenes.scene import (
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
    Palette,
    Panel,
    Picture,
    Role,
    Scene,
    Words,
)

Array: TypeAlias = NDArray[Any]
Sources: TypeAlias = Callable[[bytes], str]

MOST_LETTERS = 360
SMALLEST = 0.02
CLASSES: dict[Role, str] = {role: role.value for role in Role}


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
    return schemes[dark] + RULES


def _variables(paper: Paper) -> str:
    inks = {
        "paper": paper.ground, "line": paper.line, "muted": paper.muted, "highlight": paper.highlight,
        "ink": paper.looks[Role.PLAIN].ink, "kernel": paper.looks[Role.KERNEL].ink,
        "window": paper.looks[Role.WINDOW].fill, "second": paper.looks[Role.KERNEL].fill,
        "padding": paper.looks[Role.PADDING].fill,
    }  # fmt: skip
    return ":root { " + " ".join(f"--{name}: {hexed(ink)};" for name, ink in inks.items() if ink) + " }"


RULES = """
.cnnstep { color: var(--ink); background: var(--paper); font: 16px/1.4 cnnstep, 'Noto Sans', 'Segoe UI', sans-serif; }
.cnnstep p { margin: 0 0 .35em; white-space: pre-wrap; }
.cnnstep .title { font-weight: bold; }
.cnnstep .label, .cnnstep .hint, .cnnstep caption, .cnnstep small, .cnnstep figcaption {
  color: var(--muted); font-size: .86em; }
.cnnstep .total, .cnnstep td.current { color: var(--highlight); font-weight: bold; }
.cnnstep .row { display: flex; flex-wrap: wrap; gap: 1em 2.2em; align-items: flex-start; margin: .7em 0; }
.cnnstep .row.linked { gap: 1em .8em; }
.cnnstep figure { margin: 0; }
.cnnstep table { border-collapse: collapse; position: relative; border: 0; font-variant-numeric: tabular-nums; }
.cnnstep caption { text-align: left; white-space: nowrap; box-sizing: border-box; height: 1.86em; }
.cnnstep tbody { position: relative; }
.cnnstep td { box-sizing: border-box; width: var(--w); min-width: var(--w); height: 1.9em; padding: .12em 0 0;
  line-height: 1; text-align: center; vertical-align: middle; border: 1px solid var(--line);
  background: none; color: inherit; }
.cnnstep td.window, .cnnstep td.product { background: var(--window); }
.cnnstep td.kernel { background: var(--second); color: var(--kernel); font-weight: bold; }
.cnnstep td.padding { background: var(--padding); color: var(--muted); }
.cnnstep td.pending { color: var(--muted); }
.cnnstep .frame { position: absolute; box-sizing: border-box; pointer-events: none; border: 3px solid var(--highlight);
  box-shadow: 0 0 0 1px var(--paper), inset 0 0 0 1px var(--paper); transition: all .18s ease; }
.cnnstep .held { position: relative; width: max-content; }
.cnnstep .sign { align-self: center; font-size: 1.4em; }
.cnnstep .sign.label { font-size: .86em; min-width: var(--w, 0); }
.cnnstep .sign.total { font-size: 1.1em; text-align: right; }
.cnnstep .sign small { display: block; font-weight: normal; color: var(--muted); }
.cnnstep .picture { display: block; image-rendering: pixelated; }
.cnnstep .bar { display: inline-block; width: 6em; height: .8em; vertical-align: middle; margin: 0 .5em; }
@media (prefers-reduced-motion: reduce) { .cnnstep .frame { transition: none; } }
"""


def _block(block: Block, source: Sources) -> str:
    if isinstance(block, Words):
        return _words(block)
    assert isinstance(block, Beside)  # noqa: S101 - gaps are margins here
    linked = sum(isinstance(panel, Mark) and panel.role == Role.SIGN for panel in block.panels) > 1
    inner = "".join(PANELS[type(panel)](panel, source) for panel in block.panels)
    return f'<div class="row{" linked" * linked}">{inner}</div>'


def _words(block: Words) -> str:
    short = (w for w in block.wordings if sum(len(span.text) for span in w) <= MOST_LETTERS)
    wording = next(short, block.wordings[-1])
    told = "".join(
        f'<span class="{CLASSES[span.role]}">{_text(span.text)}</span>' if span.role != Role.PLAIN else _text(span.text)
        for span in wording
        if span.text
    )
    return f"<p>{told}</p>"


def _text(text: str) -> str:
    """Text that is safe in a page; what no one could see or what would turn the line is escaped."""
    shown = "".join(c if c.isprintable() or c == NBSP else c.encode("ascii", "backslashreplace").decode() for c in text)
    return escape(shown)


def _grid(grid: Grid, _: Sources) -> str:
    widest = max(grid.least, *(len(cell.text) for row in grid.cells for cell in row))
    caption = f"<caption>{_text(grid.caption)}</caption>" if grid.caption.strip() else ""
    rows = "".join(_row(grid, number) for number in range(len(grid.cells)))
    frames = "".join(_frame(box, grid) for box in grid.boxes)
    told = "; ".join([*_cuts(grid), *notes(grid)])
    below = f"<small>{_text(told)}</small>" if told else ""
    focus = ' class="focus"' if grid.focus else ""
    width = f"--w:{max(1.9, 0.58 * widest + 0.9):.2f}em;min-width:{0.5 * len(grid.caption):.1f}em"
    table = f"<table{focus}>{caption}{rows}</table>"
    return f'<figure><div class="held" style="{width}">{table}{frames}</div>{below}</figure>'


def _row(grid: Grid, number: int) -> str:
    cells = "".join(_cell(grid, cell, number, column) for column, cell in enumerate(grid.cells[number]))
    return f"<tr>{cells}</tr>"


def _cell(grid: Grid, cell: Cell, row: int, column: int) -> str:
    inside = any(box.top <= row < box.bottom and box.left <= column < box.right for box in grid.boxes)
    role = Role.WINDOW if inside and cell.role == Role.INPUT else cell.role
    told = [CLASSES[role]] * (role not in {Role.INPUT, Role.OUTPUT}) + ["in"] * (inside and role == Role.PADDING)
    names = f' class="{" ".join(told)}"' if told else ""
    shade = "" if cell.shade is None else _ground(colour(grid.palette, cell.shade))
    return f"<td{names}{shade}>{_text(cell.text.replace('-', '−'))}</td>"


def _ground(fill: Colour) -> str:
    return f' style="background:{hexed(fill)};color:{hexed(ink_on(fill))}"'


def _frame(box: Box, grid: Grid) -> str:
    """A frame over the cells, from its corner and size in cells; the caption stands above them."""
    begin = "1.6em + " if grid.caption.strip() else ""
    place = (
        f"left:calc({box.left:g} * var(--w));top:calc({begin}{box.top:g} * 1.9em);"
        f"width:calc({box.right - box.left:g} * var(--w));height:calc({box.bottom - box.top:g} * 1.9em)"
    )
    return f'<i class="frame" style="{place}"></i>'


def _cuts(grid: Grid) -> list[str]:
    """On which sides there is more."""
    names = ("above", "left", "below", "right")
    sides = [name for name, is_cut in zip(names, grid.cut, strict=True) if is_cut]
    return [f"more {', '.join(sides)}"] if sides else []


def _picture(picture: Picture, source: Sources) -> str:
    pixels = coloured(picture.palette, picture.pixels)
    rows, columns = picture.size
    wide = picture.columns * 0.62
    box = _picture_frame(picture.box) if picture.box else ""
    legend = _legend(picture.legend, source) if picture.legend else ""
    caption = _text(picture.caption)
    shape = f"width:{wide:.2f}em;height:{max(0.2, wide * rows / columns):.2f}em"
    image = f'<img class="picture" alt="{caption}" style="{shape}" src="{source(_png(pixels))}">'
    return f'<figure><figcaption>{caption}</figcaption><div class="held">{image}{box}</div>{legend}</figure>'


def _picture_frame(box: Box) -> str:
    high, wide = max(SMALLEST, box.bottom - box.top), max(SMALLEST, box.right - box.left)
    place = f"left:{box.left:.2%};top:{box.top:.2%};width:{wide:.2%};height:{high:.2%}"
    return f'<i class="frame" style="{place}"></i>'


def _legend(legend: Legend, source: Sources) -> str:
    low = -1 if legend.palette == Palette.DIVERGING else 0
    strip = source(_png(coloured(legend.palette, np.linspace(low, 1, 64)[None])))
    return f'<small>{_text(legend.low)}<img class="bar" alt=" to " src="{strip}">{_text(legend.high)}</small>'


def _png(pixels: Array) -> bytes:
    """Colours (rows, columns, 3) as a file."""
    return png(pixels.tobytes(), (pixels.shape[0], pixels.shape[1]))


def _curve(curve: Curve, _: Sources) -> str:
    part = draw_curve(curve._replace(caption=""), CURVE_PAPER)
    body = "".join(line for shape in part.shapes for line in SHAPES[type(shape)](shape, CURVE_PAPER))
    size = f'width="{part.width:.0f}" height="{part.height:.0f}" viewBox="0 0 {part.width:.1f} {part.height:.1f}"'
    caption = _text(curve.caption)
    drawn = f'<svg {size} role="img" aria-label="{caption}">{body}</svg>'
    return f"<figure><figcaption>{caption}</figcaption>{drawn}</figure>"


CURVE_PAPER = WHITE._replace(looks={**WHITE.looks, Role.PLAIN: WHITE.looks[Role.PLAIN]._replace(ink=(110, 118, 132))})
"""Inks that can be read on white paper and on dark."""


def _mark(mark: Mark, _: Sources) -> str:
    caption = f"<small>{_text(mark.caption)}</small>" if mark.caption else ""
    width = f' style="--w:{0.58 * mark.width:.2f}em"' if mark.role == Role.LABEL else ""
    role = "" if mark.role == Role.SIGN else f" {CLASSES[mark.role]}"
    return f'<span class="sign{role}"{width}>{caption}{_text(mark.text)}</span>'


PANELS: dict[type[Panel], Callable[[Any, Sources], str]] = {
    Grid: _grid,
    Picture: _picture,
    Curve: _curve,
    Mark: _mark,
}
