"""Films: one frame a step, in flat memory however long; .gif and .webp."""

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, TypeAlias

from numpy.typing import NDArray

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
from cnnstep.scenes.arithmetic import count
from cnnstep.scenes.steady import Steady, spread

Array: TypeAlias = NDArray[Any]

CANVAS = (960, 540)
LARGEST = 1.6
WIDTHS = (520.0, 700.0, 880.0, 1060.0, 1240.0)


class Stage:
    """Where the scenes of a film play: everything keeps its place and its size."""

    def __init__(self, job: Job) -> None:
        self.size = job.look.canvas or CANVAS
        self._show, self.paper = job.show, paper_of(job)
        self._steady = Steady()
        self.sampled = spread(job.steps)
        scenes = self._steady.learn(map(self._show.scene, self.sampled))
        rooms = {width: _room([draw(scene, self.paper, width) for scene in scenes]) for width in WIDTHS}
        self._width = max(rooms, key=lambda width: min(a / b for a, b in zip(self.size, rooms[width], strict=True)))
        self._room = rooms[self._width]

    def painter(self, convert: Callable[[Array], Array] = as_colours) -> Painter:
        """A painter for this stage."""
        return Painter(self.size, self.paper.ground, LARGEST, convert)

    def part(self, step: Any) -> Part:
        """A step, laid out in the room that all steps have."""
        part = draw(self._steady(self._show.scene(step)), self.paper, self._width)
        wide, high = self._room
        return part._replace(width=max(part.width, wide), height=max(part.height, high))


def _room(parts: Sequence[Part]) -> tuple[float, float]:
    """What all of them need."""
    return max(part.width for part in parts), max(part.height for part in parts)


def gif(job: Job, stream: BinaryIO) -> str:
    """All frames with one palette."""
    stage = Stage(job)
    colours = stage.painter()
    inks = Inks((colours.paint(stage.part(step)) for step in stage.sampled), stage.paper.ground)
    painter = stage.painter(inks.nearest)
    film = GifFilm(stream, stage.size, inks.palette, job.look.loop)
    for step, hundredths in zip(watched(job.steps), durations(job.look.fps, 100), strict=False):
        film.add(painter.paint(stage.part(step)), hundredths)
    film.end()
    return _told(job, stage)


def webp(job: Job, stream: BinaryIO) -> str:
    """All frames without loss."""
    stage = Stage(job)
    painter = stage.painter(as_pixels)
    with WebpFilm(stream, stage.size, job.look.loop) as film:
        for step, milliseconds in zip(watched(job.steps), durations(job.look.fps, 1000), strict=False):
            film.add(painter.paint(stage.part(step)), milliseconds)
    return _told(job, stage)


def _told(job: Job, stage: Stage) -> str:
    wide, high = stage.size
    return f"{count(len(job.steps), 'frame')}, {wide}×{high} pixels, {job.look.fps:g} a second"
