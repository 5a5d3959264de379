"""The page of a network: its picture, and the numbers of every layer, by which a script works out any cell."""

import json
import struct
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from string import Template
from typing import Any, BinaryIO
from zlib import compress

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.walks import Walk
from cnnstep.errors import NotationError
from cnnstep.networks.layer import Layer
from cnnstep.networks.run import Run
from cnnstep.render.figures.diagram import draw_diagram
from cnnstep.render.figures.shapes import Part
from cnnstep.render.figures.vectors import FAMILY, SHAPES, fonts, hexed
from cnnstep.render.formats import resource
from cnnstep.render.formats.network_layers import fields_of, layer_facts
from cnnstep.render.formats.progress import watched
from cnnstep.render.markup import shaded, style
from cnnstep.render.theme import DARK, WHITE
from cnnstep.views.networks.network import NetworkView
from cnnstep.views.page.roles import Palette
from cnnstep.views.wording.arithmetic import count

BEST = 9
CANVAS = (1280, 500)
"""Wide, so that there is room for the step below."""
MEGA = 1_000_000
LARGEST = 5 * MEGA
"""Bytes of numbers in a page, in single precision."""
SHADES = 201
SCRIPTS = ("numbers.js", "layers.js", "panels.js", "network.js")
SMALLER = (np.int8, np.int16, np.int32, np.float32, np.float64)


def check(view: NetworkView) -> None:
    """Refuse a network whose numbers are too many for a page."""
    run = view.run
    cells = run.x.size + sum(int(np.prod(layer.output)) for layer in run.layers)
    learned = sum(int(np.prod(each.shape)) for layer in run.layers for each in layer.plan.parameters.values())
    size = (cells + learned) * np.dtype(np.float32).itemsize
    if size > LARGEST:
        told = f"{learned:,} weights and {cells:,} values, {size // MEGA} MB: more than {LARGEST // MEGA} MB"
        raise NotationError(
            f"a page of this network would hold {told}",
            "save its picture, --save net.png, or steps of a layer: --layer 1 --steps 100 --save page.html",
        )


def html(view: NetworkView, stream: BinaryIO, *, dark: bool) -> str:
    """The whole page."""
    assert view.diagram is not None  # noqa: S101 - a whole network has one
    diagram = view.diagram()
    papers = [DARK] if dark else [WHITE, DARK]
    drawn = [_drawn(draw_diagram(diagram, paper, CANVAS)) for paper in papers]
    page = Template(resource("network.html")).substitute(
        title=escape(f"{view.about.network}: {diagram.told}"),
        fonts=fonts({False, True}),
        style=style(dark=dark or None),
        pictures="".join(f'<div class="paper">{svg}</div>' for svg in drawn),
        numbers=b64encode(compress(_packed(view), BEST)).decode(),
        script="".join(map(resource, SCRIPTS)),
    )
    stream.write(page.encode())
    return f"a page of {count(len(view.run.layers), 'layer')}, {len(page.encode()) // 1024 + 1:,} KiB"


def _drawn(part: Part) -> str:
    """A picture as a part of a page, whose fonts it takes."""
    body = "".join(line for shape in part.shapes for line in SHAPES[type(shape)](shape, hexed))
    return (
        f'<svg viewBox="0 0 {part.width:.1f} {part.height:.1f}" font-family="{FAMILY}" aria-hidden="true">{body}</svg>'
    )


def _packed(view: NetworkView) -> bytes:
    """How long the facts are, the facts, then the numbers that they speak of."""
    packing = Packing()
    facts = json.dumps(_facts(view, packing)).encode()
    return struct.pack("<I", len(facts)) + facts + b"".join(packing.parts)


class Packing:
    """Arrays one after the other, each in the smallest type that keeps it exactly."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def __call__(self, array: Array) -> dict[str, Any]:
        """Keep an array; where it is, of which type, and how long."""
        flat = np.asarray(array, dtype=np.float64 if array.dtype == object else array.dtype).reshape(-1)
        dtype = next(each for each in SMALLER if each is np.float64 or np.array_equal(flat.astype(each), flat))
        kept = flat.astype(np.dtype(dtype).newbyteorder("<")).tobytes()
        found = {"at": self.size, "type": np.dtype(dtype).name, "length": flat.size, "isFloat": flat.dtype.kind == "f"}
        self.parts.append(kept)
        self.size += len(kept)
        return found


def _facts(view: NetworkView, packing: Packing) -> dict[str, Any]:
    run, about = view.run, view.about
    shades = [shaded(Palette.DIVERGING, shade) for shade in np.linspace(-1, 1, SHADES).tolist()]
    return {
        "network": about.network,
        "typed": about.typed,
        "labels": list(about.labels),
        "channels": list(about.channels),
        "shades": shades,
        "nodes": [_input(run, packing), *_nodes(run, packing)],
    }


def _nodes(run: Run, packing: Packing) -> Iterator[dict[str, Any]]:
    """What is known of each layer."""
    for layer, seen in zip(watched(run.layers), fields_of(run.layers), strict=True):
        yield {**_node(layer, run.walk(layer.number), packing), **seen}


def _input(run: Run, packing: Packing) -> dict[str, Any]:
    name = run.network.name(0)
    return {"name": name, "called": name, "shape": list(run.x.shape), "values": packing(run.x), "kind": "input"}


def _node(layer: Layer, walk: Walk[Any, Any], packing: Packing) -> dict[str, Any]:
    return {
        "name": layer.name,
        "called": layer.called,
        "brief": layer.brief,
        "inputs": list(layer.inputs),
        "shape": list(layer.output),
        "passesOn": layer.kind.passes_on,
        "values": packing(walk.output.reshape(-1)),
        **layer_facts(layer, walk, packing),
    }
