"""One page that needs no network: a walk that plays, its steps compressed inside it, or a report."""

import json
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from itertools import pairwise, repeat
from string import Template
from typing import BinaryIO
from zlib import compress

from cnnstep.render.figures.vectors import fonts, inline
from cnnstep.render.formats import network_pages, resource
from cnnstep.render.formats.changes import changes
from cnnstep.render.formats.progress import watched
from cnnstep.render.formats.saving import Job
from cnnstep.render.markup import blocks, style
from cnnstep.views.frames import Filming
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.hiding import LEVELS
from cnnstep.views.page.roles import Importance, Part
from cnnstep.views.page.scene import Beside, Gap, Scene, Words
from cnnstep.views.wording.arithmetic import count

BEST = 9
AREAS = ("head", "where", "work")
SCRIPTS, CHANGING = ("page.js", "cells.js"), ("numbers.js", "changes.js")


def html(job: Job, stream: BinaryIO) -> str:
    """The whole page; each distinct block of the scenes stands in it once. A whole network has one of its own."""
    if job.network:
        return network_pages.html(job.network, stream, dark=job.look.dark)
    filming = Filming(job.frames)
    numbers: dict[str, int] = {}
    pictures: dict[str, str] = {}
    told: list[list[list[int]]] = []
    for frame in watched(job.frames):
        # a short name for a picture, the same for the same picture
        made = [
            blocks(area, lambda png: pictures.setdefault(inline(png), f"picture:{len(pictures)};"))
            for area in _areas(filming.scene(frame))
        ]
        told.append([[numbers.setdefault(block, len(numbers)) for block in area] for area in made])
    texts = list(numbers)
    found = changes(job.frames)
    packed = {"blocks": texts, "steps": told, "counts": _counts(job), "pictures": list(pictures), "changes": found}
    hidden = [[reveals.value for reveals in level.hidden] for level in LEVELS]
    head = next(block for block in job.view.title() if isinstance(block, Words))
    page = Template(resource("page.html")).substitute(
        title=escape("".join(span.text for span in head.wordings[0])),
        fonts=fonts({False, True}),
        style=style(dark=job.look.dark or None),
        first=_filled("".join(map(_section, AREAS, told[0], repeat(texts))), pictures),
        facts=json.dumps({"columns": _columns(job), "hidden": hidden}),
        steps=b64encode(compress(json.dumps(packed).encode(), BEST)).decode(),
        fps=f"{job.look.fps:g}",
        changing=resource("changes.html") if found else "",
        hint=resource("hint.html") if found else "",
        script="".join(map(resource, [*SCRIPTS, *(CHANGING if found else [])])),
    )
    stream.write(page.encode())
    return f"a page of {count(len(told), 'step')}, {len(page.encode()) // 1024 + 1:,} KiB"


def sheet(job: Job, stream: BinaryIO) -> str:
    """A report as a page."""
    stream.write(page_of(job.one_picture()[0], dark=job.look.dark or None))
    return "a page"


def page_of(scene: Scene, *, dark: bool | None = None) -> bytes:
    """A scene as a page of its own; None leaves white or dark paper to the reader's system."""
    css, inner = style(dark=dark), "\n".join(blocks(scene))
    return Template(resource("sheet.html")).substitute(style=css, fonts=fonts({False, True}), inner=inner).encode()


def _areas(scene: Scene) -> list[Scene]:
    """The head of a step; where its window lies and what the map is so far; what is worked out."""
    shown = [block for block in scene.blocks if not isinstance(block, Gap)]
    head = next((n for n, block in enumerate(shown) if not isinstance(block, Words)), len(shown))
    around = [n + 1 for n, block in enumerate(shown) if isinstance(block, Beside) and _is_around(block)]
    ends = [0, head, max([head, *around]), len(shown)]
    return [Scene(tuple(shown[start:end])) for start, end in pairwise(ends)]


def _is_around(row: Beside) -> bool:
    """Whether a row shows what is read and what has come of it so far, and not what is worked out."""
    parts = {panel.part for panel in row.panels if isinstance(panel, Grid)}
    has_map = bool(parts & {Part.INPUT, Part.OUTPUT})
    return row.importance == Importance.CONTEXT or (has_map and row.importance < Importance.STEP)


def _section(name: str, area: Sequence[int], texts: Sequence[str]) -> str:
    return f'<section class="{name}">{"".join(texts[number] for number in area)}</section>'


def _counts(job: Job) -> list[str]:
    """Which step of how many each frame is; of which layer, where there are several."""
    several = len(job.frames.parts) > 1
    names = job.view.layers().names if several and job.view.layers else [""]
    return [
        f"{f'{names[part]}, ' if several else ''}step {step.number + 1:,} of {view.walk.total:,}"
        for part, view, step in job.frames
    ]


def _filled(text: str, pictures: dict[str, str]) -> str:
    """Pictures in the place of their names."""
    for picture, name in pictures.items():
        text = text.replace(f'"{name}"', f'"{picture}"')
    return text


def _columns(job: Job) -> int:
    """How many steps a row of the output frames; 0 where steps are no cells of one output."""
    bound = job.walk.bound
    visits_output = len(job.frames.parts) == 1 and bound.grid == bound.output_shape
    return int(bound.grid[-1]) if visits_output else 0
