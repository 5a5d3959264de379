"""The picture of a network in each format: exactly as large as the canvas; a film of how it comes about."""

from collections.abc import Iterator
from typing import BinaryIO

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.render.figures.diagram import CANVAS, draw_diagram
from cnnstep.render.figures.paint import COLOURS, Painter, Pigments, picture
from cnnstep.render.figures.shapes import Part
from cnnstep.render.figures.vectors import as_svg
from cnnstep.render.formats.animations import PIXELS, GifFilm, Inks, WebpFilm
from cnnstep.render.formats.progress import watched
from cnnstep.render.formats.saving import Job
from cnnstep.views.page.diagram import Diagram
from cnnstep.views.wording.arithmetic import count

LARGEST = 99.0
"""Enlarged without an end: the canvas is what it is drawn for."""
LAST = 2
"""Seconds that the last frame stays."""
WHAT = "the network as one picture"


class Growing:
    """The frames of a film of a diagram, all of one size."""

    def __init__(self, job: Job) -> None:
        self.look = job.look
        self.size, self.paper = job.look.canvas or CANVAS, job.look.paper
        self.frames = list(diagram_of(job).growing())

    def part(self, diagram: Diagram) -> Part:
        """A frame, laid out."""
        return draw_diagram(diagram, self.paper, self.size)

    def play(self, pigments: Pigments, ticks: int) -> Iterator[tuple[Array, int]]:
        """Each frame painted, and how long it stays, in ticks of which a second has so many."""
        painter = Painter(self.size, self.paper.ground, LARGEST, pigments)
        for number, frame in enumerate(watched(self.frames), 1):
            stays = LAST if number == len(self.frames) else 1 / self.look.fps
            yield painter.paint(self.part(frame)), round(stays * ticks)

    @property
    def told(self) -> str:
        """What was written."""
        return f"{WHAT}, {count(len(self.frames), 'frame')}, {by(self.size)} pixels"


def diagram_of(job: Job) -> Diagram:
    """What is to be drawn."""
    assert job.view.diagram is not None  # noqa: S101 - its caller has asked
    return job.view.diagram()


def pixels(job: Job) -> tuple[Array, str]:
    """The whole picture, and what it is."""
    size = job.look.canvas or CANVAS
    part = draw_diagram(diagram_of(job), job.look.paper, size)
    return picture(part, job.look.paper.ground, LARGEST, size), WHAT


def svg(job: Job, stream: BinaryIO) -> str:
    """The same as sharp vectors; maps are found by their `data-name`: `map-4-0` is channel 0 of node 4."""
    size = job.look.canvas or CANVAS
    part = draw_diagram(diagram_of(job), job.look.paper, size)
    stream.write(as_svg(part, job.look.paper, size).encode())
    return f"{WHAT}, {by(size)}"


def gif(job: Job, stream: BinaryIO) -> str:
    """All frames with one palette."""
    film = Growing(job)
    # the last frame has the colours of all
    colours = Painter(film.size, film.paper.ground, LARGEST, COLOURS).paint(film.part(film.frames[-1]))
    inks = Inks([colours], film.paper.named.values())
    with GifFilm(stream, film.size, inks.palette, job.look.loop) as written:
        for frame, hundredths in film.play(inks.pigments, 100):
            written.add(frame, hundredths)
    return film.told


def webp(job: Job, stream: BinaryIO) -> str:
    """All frames without loss."""
    film = Growing(job)
    with WebpFilm(stream, film.size, job.look.loop) as written:
        for frame, milliseconds in film.play(PIXELS, 1000):
            written.add(frame, milliseconds)
    return film.told
