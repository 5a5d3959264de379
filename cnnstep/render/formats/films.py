"""Films: one frame a step, in flat memory however long; .gif and .webp."""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from cnnstep.engine.arrays import Array
from cnnstep.render.figures.layout import draw
from cnnstep.render.figures.paint import Painter, as_colours
from cnnstep.render.figures.shapes import Part
from cnnstep.render.formats.changes import durations
from cnnstep.render.formats.gif import Film as GifFilm
from cnnstep.render.formats.gif import Inks
from cnnstep.render.formats.job import Job
from cnnstep.render.formats.progress import watched
from cnnstep.render.formats.webp import Film as WebpFilm
from cnnstep.render.formats.webp import as_pixels
from cnnstep.views.frames import Filming, Frame
from cnnstep.views.page.steady import spread
from cnnstep.views.wording.arithmetic import count

CANVAS = (960, 540)
LARGEST = 1.6
WIDTHS = (520.0, 700.0, 880.0, 1060.0, 1240.0)


class Stage:
    """Where the scenes of a film play: everything keeps its place and its size."""

    def __init__(self, job: Job) -> None:
        self.size, self.paper, self.frames = job.look.canvas or CANVAS, job.paper, job.frames
        self._filming = Filming(self.frames)
        self.sampled = spread(self.frames)
        scenes = [self._filming.scene(frame) for frame in self.sampled]
        rooms = {width: _room([draw(scene, self.paper, width) for scene in scenes]) for width in WIDTHS}
        self._width = max(rooms, key=lambda width: min(a / b for a, b in zip(self.size, rooms[width], strict=True)))
        self._room = rooms[self._width]

    def painter(self, convert: Callable[[Array], Array] = as_colours) -> Painter:
        """A painter for this stage."""
        return Painter(self.size, self.paper.ground, LARGEST, convert)

    def part(self, frame: Frame) -> Part:
        """A step, laid out in the room that all steps have."""
        part = draw(self._filming.scene(frame), self.paper, self._width)
        wide, high = self._room
        return part._replace(width=max(part.width, wide), height=max(part.height, high))


def _room(parts: Sequence[Part]) -> tuple[float, float]:
    """What all of them need."""
    return max(part.width for part in parts), max(part.height for part in parts)


def gif(job: Job, stream: BinaryIO) -> str:
    """All frames with one palette."""
    stage = Stage(job)
    colours = stage.painter()
    inks = Inks((colours.paint(stage.part(frame)) for frame in stage.sampled), stage.paper.ground)
    painter = stage.painter(inks.nearest)
    film = GifFilm(stream, stage.size, inks.palette, job.look.loop)
    for frame, hundredths in zip(watched(stage.frames), durations(job.look.fps, 100), strict=False):
        film.add(painter.paint(stage.part(frame)), hundredths)
    film.end()
    return _told(job, stage)


def webp(job: Job, stream: BinaryIO) -> str:
    """All frames without loss."""
    stage = Stage(job)
    painter = stage.painter(as_pixels)
    with WebpFilm(stream, stage.size, job.look.loop) as film:
        for frame, milliseconds in zip(watched(stage.frames), durations(job.look.fps, 1000), strict=False):
            film.add(painter.paint(stage.part(frame)), milliseconds)
    return _told(job, stage)


def _told(job: Job, stage: Stage) -> str:
    wide, high = stage.size
    return f"{count(len(stage.frames), 'frame')}, {wide}×{high} pixels, {job.look.fps:g} a second"
