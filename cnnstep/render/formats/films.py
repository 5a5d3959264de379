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
from cnnstep.render.formats.pictures import paper_of
from cnnstep.render.formats.progress import watched
from cnnstep.render.formats.webp import Film as WebpFilm
from cnnstep.render.formats.webp import as_pixels
from cnnstep.views.frames import Take, Telling
from cnnstep.views.page.steady import spread
from cnnstep.views.wording.arithmetic import count

CANVAS = (960, 540)
LARGEST = 1.6
WIDTHS = (520.0, 700.0, 880.0, 1060.0, 1240.0)


class Stage:
    """Where the scenes of a film play: everything keeps its place and its size."""

    def __init__(self, job: Job) -> None:
        self.size, self.paper, self.takes = job.look.canvas or CANVAS, paper_of(job), job.takes
        self._telling = Telling(self.takes)
        self.sampled = spread(self.takes)
        scenes = [self._telling.scene(take) for take in self.sampled]
        rooms = {width: _room([draw(scene, self.paper, width) for scene in scenes]) for width in WIDTHS}
        self._width = max(rooms, key=lambda width: min(a / b for a, b in zip(self.size, rooms[width], strict=True)))
        self._room = rooms[self._width]

    def painter(self, convert: Callable[[Array], Array] = as_colours) -> Painter:
        """A painter for this stage."""
        return Painter(self.size, self.paper.ground, LARGEST, convert)

    def part(self, take: Take) -> Part:
        """A step, laid out in the room that all steps have."""
        part = draw(self._telling.scene(take), self.paper, self._width)
        wide, high = self._room
        return part._replace(width=max(part.width, wide), height=max(part.height, high))


def _room(parts: Sequence[Part]) -> tuple[float, float]:
    """What all of them need."""
    return max(part.width for part in parts), max(part.height for part in parts)


def gif(job: Job, stream: BinaryIO) -> str:
    """All frames with one palette."""
    stage = Stage(job)
    colours = stage.painter()
    inks = Inks((colours.paint(stage.part(take)) for take in stage.sampled), stage.paper.ground)
    painter = stage.painter(inks.nearest)
    film = GifFilm(stream, stage.size, inks.palette, job.look.loop)
    for take, hundredths in zip(watched(stage.takes), durations(job.look.fps, 100), strict=False):
        film.add(painter.paint(stage.part(take)), hundredths)
    film.end()
    return _told(job, stage)


def webp(job: Job, stream: BinaryIO) -> str:
    """All frames without loss."""
    stage = Stage(job)
    painter = stage.painter(as_pixels)
    with WebpFilm(stream, stage.size, job.look.loop) as film:
        for take, milliseconds in zip(watched(stage.takes), durations(job.look.fps, 1000), strict=False):
            film.add(painter.paint(stage.part(take)), milliseconds)
    return _told(job, stage)


def _told(job: Job, stage: Stage) -> str:
    wide, high = stage.size
    return f"{count(len(stage.takes), 'frame')}, {wide}×{high} pixels, {job.look.fps:g} a second"
