"""Films: one frame a step, in flat memory however long; .gif and .webp, and .cast for asciinema.

asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): a header, then `[seconds, "o", text]`; a mark
`[seconds, "m", label]` stands at each row of the output.
"""

import json
from collections.abc import Iterator
from itertools import count as numbers
from itertools import pairwise
from typing import Any, BinaryIO

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.render.figures.layout import draw
from cnnstep.render.figures.paint import COLOURS, Painter, Pigments
from cnnstep.render.figures.shapes import Part
from cnnstep.render.formats import diagrams
from cnnstep.render.formats.animations import PIXELS, GifFilm, Inks, WebpFilm
from cnnstep.render.formats.progress import watched
from cnnstep.render.formats.saving import Job
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.fitting import fitted
from cnnstep.render.lines.page import Page
from cnnstep.render.screen import Screen, Styles
from cnnstep.views.frames import Filming, Frame, samples
from cnnstep.views.report import Report
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.sums import place

CANVAS = (960, 540)
LARGEST = 1.6
WIDTHS = (520.0, 700.0, 880.0, 1060.0, 1240.0)
COLUMNS, ROWS = 80, 24
BEGIN, END = "\x1b[?25l", f"\x1b[{ROWS};1H\x1b[?25h"


class Stage:
    """Where the scenes of a film play: everything keeps its place and its size."""

    def __init__(self, job: Job) -> None:
        self.size, self.paper, self.frames = job.look.canvas or CANVAS, job.look.paper, job.frames
        self._filming = Filming(self.frames)
        self.sampled = samples(self.frames)
        scenes = [self._filming.scene(frame) for frame in self.sampled]
        rooms: dict[float, tuple[float, float]] = {}
        for width in WIDTHS:
            parts = [draw(scene, self.paper, width) for scene in scenes]
            rooms[width] = (max(part.width for part in parts), max(part.height for part in parts))
        # the layout that can be enlarged most on this canvas
        self._width = max(rooms, key=lambda width: min(a / b for a, b in zip(self.size, rooms[width], strict=True)))
        self._room = rooms[self._width]

    def painter(self, pigments: Pigments = COLOURS) -> Painter:
        """A painter for this stage."""
        return Painter(self.size, self.paper.ground, LARGEST, pigments)

    def part(self, frame: Frame) -> Part:
        """A step, laid out in the room that all steps have."""
        part = draw(self._filming.scene(frame), self.paper, self._width)
        wide, high = self._room
        return part._replace(width=max(part.width, wide), height=max(part.height, high))

    def play(self, painter: Painter, fps: float, ticks: int) -> Iterator[tuple[Array, int]]:
        """Each frame painted, and how long it stays, in ticks of which a second has so many.

        What is rounded off, the next one gets.
        """
        ends = pairwise(round(number * ticks / fps) for number in numbers())
        for frame, (begin, end) in zip(watched(self.frames), ends, strict=False):
            yield painter.paint(self.part(frame)), end - begin


def gif(job: Job, stream: BinaryIO) -> str:
    """All frames with one palette."""
    if job.has_diagram:
        return diagrams.gif(job, stream)
    stage = Stage(job)
    colours = stage.painter()
    # colours of some frames: to look at all of them would be to paint the film twice
    inks = Inks((colours.paint(stage.part(frame)) for frame in stage.sampled), stage.paper.named.values())
    with GifFilm(stream, stage.size, inks.palette, job.look.loop) as film:
        for pixels, hundredths in stage.play(stage.painter(inks.pigments), job.look.fps, 100):
            film.add(pixels, hundredths)
    return _told(job, stage)


def webp(job: Job, stream: BinaryIO) -> str:
    """All frames without loss."""
    if job.has_diagram:
        return diagrams.webp(job, stream)
    stage = Stage(job)
    with WebpFilm(stream, stage.size, job.look.loop) as film:
        for pixels, milliseconds in stage.play(stage.painter(PIXELS), job.look.fps, 1000):
            film.add(pixels, milliseconds)
    return _told(job, stage)


def report(job: Job, stream: BinaryIO) -> str:
    """The scenes of a report's film."""
    assert isinstance(job.shown, Report)  # noqa: S101 - in the table of reports alone
    size, paper, scenes = job.look.canvas or CANVAS, job.look.paper, job.shown.film
    parts = [draw(scene, paper, WIDTHS[1]) for scene in scenes]
    room = [max(getattr(part, side) for part in parts) for side in ("width", "height")]
    parts = [part._replace(width=room[0], height=room[1]) for part in parts]
    colours = Painter(size, paper.ground, LARGEST)
    inks = Inks((colours.paint(part) for part in (parts[0], parts[-1])), paper.named.values())
    painter = Painter(size, paper.ground, LARGEST, inks.pigments)
    with GifFilm(stream, size, inks.palette, job.look.loop) as film:
        for part in watched(parts):
            film.add(painter.paint(part), round(100 / job.look.fps))
    return f"{count(len(parts), 'frame')}, {by(size)} pixels, {job.look.fps:g} a second"


def _told(job: Job, stage: Stage) -> str:
    return f"{count(len(stage.frames), 'frame')}, {by(stage.size)} pixels, {job.look.fps:g} a second"


def cast(job: Job, stream: BinaryIO) -> str:
    """One event a step, with only what changed."""
    header = {"version": 2, "width": COLUMNS, "height": ROWS, "title": job.view.facts()["operation"]}
    _write(stream, {**header, "env": {"TERM": "xterm-256color", "SHELL": "/bin/sh"}})
    screen, page = Screen(COLUMNS, ROWS, Styles("256")), Page(COLUMNS, Glyphs(), blocks=True)
    frames, filming = job.frames, Filming(job.frames)
    _write(stream, [0.0, "o", BEGIN])
    for number, frame in enumerate(watched(frames)):
        seconds = round(number / job.look.fps, 6)
        if frame.step.number == 0 or frame.step.index[-1] == 0:
            _write(stream, [seconds, "m", place(frame.step)])
        _write(stream, [seconds, "o", screen.draw(fitted(filming.scene(frame), page, ROWS))])
    _write(stream, [round(len(frames) / job.look.fps, 6), "o", END])
    return f"a recording of {count(len(frames), 'step')}, {COLUMNS}×{ROWS}"


def _write(stream: BinaryIO, event: Any) -> None:
    stream.write(json.dumps(event).encode() + b"\n")
