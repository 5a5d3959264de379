"""Shapes as SVG: text stays text, in the fonts that are inside the file; nothing outside is referred to."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import escape
from io import BytesIO
from typing import Any, TypeAlias

from PIL import Image

from cnnstep.render.figures.fonts import CAP, data, text_width
from cnnstep.render.figures.shapes import DASH, Frame, Label, Part, Pixels, Plot, Shape, Stroke
from cnnstep.render.theme import Colour, Paper
from cnnstep.views.page.roles import Reveals

Ink: TypeAlias = Callable[[Colour], str]
"""A colour as it is written: `#rrggbb`, or the name that it has in a style sheet."""

FAMILY = "cnnstep"
LETTERS = 4
CENTRED = "ascent-override: 107%; descent-override: 36%; line-gap-override: 0%;"
"""Metrics by which a digit, 0.71 high, stands in the middle of its line; those of the file are for every script."""
FALLBACK = "'Noto Sans', 'Open Sans', 'Segoe UI', Helvetica, Arial, sans-serif"


def as_svg(part: Part, paper: Paper, drawn: tuple[int, int]) -> str:
    """A whole document, `drawn` so wide and high; its title tells those who cannot see it what it is."""
    size = f'width="{drawn[0]}" height="{drawn[1]}" viewBox="0 0 {part.width:.2f} {part.height:.2f}"'
    family = f'font-family="{FAMILY}, {FALLBACK}" xml:space="preserve"'
    labels = [shape for shape in part.shapes if isinstance(shape, Label)]
    body = "\n".join(line for shape in part.shapes for line in SHAPES[type(shape)](shape, hexed))
    first = " ".join(label.text for label in labels if label.y == labels[0].y)  # the head of the scene
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" {family}>\n'
        f"<title>{escape(' '.join(first.split()))}</title>\n"
        f"<style>{fonts({label.bold for label in labels})} text {{ white-space: pre }}</style>\n"
        f'<rect width="100%" height="100%" fill="{hexed(paper.ground)}"/>\n{body}\n</svg>\n'
    )


def fonts(weights: set[bool]) -> str:
    """The fonts as rules of a style sheet, the files inside them."""
    rule = "@font-face {{ font-family: {}; font-weight: {}; {} src: url(data:font/woff;base64,{}) format('woff') }}"
    return " ".join(
        rule.format(FAMILY, "bold" if bold else "normal", CENTRED, b64encode(data(bold=bold)).decode())
        for bold in sorted(weights)
    )


def revealing(reveals: Reveals) -> str:
    """What an element gives away, for the script of a page, which hides it."""
    return f' data-reveals="{reveals.value}"' * (reveals != Reveals.NOTHING)


def hexed(colour: Colour) -> str:
    """A colour as `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _label(label: Label, ink: Ink) -> Iterator[str]:
    if label.fill is not None:
        edge = f' stroke="{ink(label.edge)}"' if label.edge else ""
        yield f'<rect {_box(label)} fill="{ink(label.fill)}"{edge}/>'
    if not label.text.strip():
        return
    spare = label.width - text_width(label.text, label.size, bold=label.bold)
    x = label.x + {"l": 0.0, "m": spare / 2, "r": spare}[label.align]
    y = label.y + label.height / 2 + CAP * label.size
    weight = ' font-weight="bold"' if label.bold else ""
    where = f'x="{x:.2f}" y="{y:.2f}" font-size="{label.size:g}"'
    if len(label.text) > LETTERS:  # so that it keeps its length where another font stands in
        where += f' textLength="{label.width - spare:.2f}" lengthAdjust="spacingAndGlyphs"'
    shown = escape(label.text.replace("  ", " \N{NO-BREAK SPACE}"))  # spaces beside each other would be one
    yield f'<text {where} fill="{ink(label.ink)}"{weight}>{shown}</text>'


def _frame(frame: Frame, ink: Ink) -> Iterator[str]:
    for colour, thick in ((frame.ground, frame.thick + 2), (frame.ink, frame.thick)):
        yield f'<rect {_box(frame)} fill="none" stroke="{ink(colour)}" stroke-width="{thick:g}"/>'


@lru_cache(maxsize=64)
def png(colours: bytes, size: tuple[int, int]) -> bytes:
    """Colours of so many rows and columns as a file; the same thumbnail stands in many scenes."""
    made = BytesIO()
    Image.frombytes("RGB", size[::-1], colours).save(made, format="PNG")
    return made.getvalue()


def inline(picture: bytes) -> str:
    """A picture as an address that holds all of it."""
    return f"data:image/png;base64,{b64encode(picture).decode()}"


def _pixels(pixels: Pixels, _: Ink) -> Iterator[str]:
    drawn = "auto" if pixels.smooth else "pixelated"
    source = inline(png(pixels.colours, pixels.size))
    named = f' data-name="{pixels.name}"' if pixels.name else ""
    yield f'<image{named} {_box(pixels)} preserveAspectRatio="none" style="image-rendering: {drawn}" href="{source}"/>'


def _plot(plot: Plot, ink: Ink) -> Iterator[str]:
    yield f'<g transform="translate({plot.x:.2f} {plot.y:.2f})" stroke-linejoin="round">'
    yield from (_stroke(stroke, ink) for stroke in plot.strokes)
    yield "</g>"


def _stroke(stroke: Stroke, ink: Ink) -> str:
    points = " ".join(f"{x:.2f},{y:.2f}" for x, y in stroke.points)
    colour, more = ink(stroke.ink), revealing(stroke.reveals)
    if stroke.filled:
        look = f'fill="{colour}" stroke="{colour}" stroke-width="{stroke.thick:g}"'
        return f'<polygon points="{points}" {look}{more}/>'
    dashes = f' stroke-dasharray="{DASH:g}"' if stroke.dashed else ""
    look = f'fill="none" stroke="{colour}" stroke-width="{stroke.thick:g}"'
    return f'<polyline points="{points}" {look}{dashes}{more}/>'


def _box(shape: Label | Frame | Pixels) -> str:
    return f'x="{shape.x:.2f}" y="{shape.y:.2f}" width="{shape.width:.2f}" height="{shape.height:.2f}"'


SHAPES: dict[type[Shape], Callable[[Any, Ink], Iterator[str]]] = {
    Label: _label,
    Frame: _frame,
    Pixels: _pixels,
    Plot: _plot,
}
