"""Films: one frame a step, in flat memory however long; .gif and .webp, and .cast for asciinema.

asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): a header, then `[seconds, "o", text]`; a mark
`[seconds, "m", label]` stands at each row of the output.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from itertools import count as numbers
from typing import Any, BinaryIO

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.render.figures import diagram
from cnnstep.render.figures.canvas import Canvas
from cnnstep.render.figures.diagram import draw_diagram
from cnnstep.render.figures.paint import COLOURS, Painter, Pigments
from cnnstep.render.figures.shapes import Part
from cnnstep.render.formats.animations import PIXELS, GifFilm, Inks, WebpFilm
from cnnstep.render.formats.drawings import ENDLESS
from cnnstep.render.formats.progress import watched
from cnnstep.render.formats.saving import Job
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.fitting import Known, fitted
from cnnstep.render.lines.page import Page
from cnnstep.render.screen import Screen, Styles
from cnnstep.render.theme import FigureOptions
from cnnstep.views.frames import Filming, detailed, pictured, samples
from cnnstep.views.page.scene import Scene
from cnnstep.views.report import Report
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.sums import place

LAST = 2
"""Seconds that the last picture of a film stays."""
COLUMNS, ROWS = 80, 24
BEGIN, END = "\x1b[?25l", f"\x1b[{ROWS};1H\x1b[?25h"


class Reel:
    """The pictures of a film, all of one size: everything keeps its place."""

    def __init__(
        self, parts: Iterable[Part], sampled: Iterable[Part], size: tuple[int, int], scale: float, look: FigureOptions
    ) -> None:
        self._parts, self._sampled, self.size, self._scale, self._look = parts, sampled, size, scale, look
        self._played = 0

    @classmethod
    def of(cls, job: Job) -> "Reel":
        """Of a network how it comes about, of a report its film; of a view a picture of each step, or several."""
        if made := job.diagram:
            size = job.look.canvas or diagram.CANVAS
            grown = [draw_diagram(each, job.look.paper, size) for each in made.growing()]
            return cls(watched(grown), grown[-1:], size, ENDLESS, job.look)  # the last one has the colours of all
        if isinstance(job.shown, Report):
            film = job.shown.film
            return cls._filmed(watched(film), (film[0], film[-1]), job.look)
        filming = Filming(job.frames, detailed if job.look.detail else pictured)
        sampled = [scene for frame in samples(job.frames) for scene in filming.scenes(frame)]
        return cls._filmed((s for frame in watched(job.frames) for s in filming.scenes(frame)), sampled, job.look)

    @classmethod
    def _filmed(cls, scenes: Iterable[Scene], sampled: Sequence[Scene], look: FigureOptions) -> "Reel":
        canvas = Canvas.of(sampled, look.paper, look.canvas)
        return cls(map(canvas.part, scenes), map(canvas.part, sampled), canvas.size, canvas.scale, look)

    @property
    def inks(self) -> Inks:
        """A palette: colours of some pictures, for to look at all of them would be to paint the film twice."""
        return Inks(map(self._painter(COLOURS).paint, self._sampled), self._look.paper.named.values())

    def play(self, pigments: Pigments, ticks: int) -> Iterator[tuple[Array, int]]:
        """Each one painted, and how long it stays, in ticks of which a second has so many; the last one stays longer.

        What is rounded off, the next one gets.
        """
        painter = self._painter(pigments)
        ends = pairwise(round(number * ticks / self._look.fps) for number in numbers())
        # the last one is known to be the last when no other follows
        shown = zip(pairwise(chain(self._parts, [None])), ends, strict=False)
        for self._played, ((part, following), (begin, end)) in enumerate(shown, 1):
            assert part  # noqa: S101 - the end stands behind the last one
            yield painter.paint(part), end - begin if following else max(end - begin, LAST * ticks)

    def _painter(self, pigments: Pigments) -> Painter:
        return Painter(self.size, self._look.paper.ground, self._scale, pigments)

    def told(self) -> str:
        """What was played."""
        return f"{count(self._played, 'frame')}, {by(self.size)} pixels, {self._look.fps:g} a second"


def gif(job: Job, stream: BinaryIO) -> str:
    """All frames with one palette."""
    reel = Reel.of(job)
    inks = reel.inks
    with GifFilm(stream, reel.size, inks.palette, job.look.loop) as film:
        for pixels, hundredths in reel.play(inks.pigments, 100):
            film.add(pixels, hundredths)
    return reel.told()


def webp(job: Job, stream: BinaryIO) -> str:
    """All frames without loss."""
    reel = Reel.of(job)
    with WebpFilm(stream, reel.size, job.look.loop) as film:
        for pixels, milliseconds in reel.play(PIXELS, 1000):
            film.add(pixels, milliseconds)
    return reel.told()


def cast(job: Job, stream: BinaryIO) -> str:
    """One event a step, with only what changed."""
    header = {"version": 2, "width": COLUMNS, "height": ROWS, "title": job.view.facts()["operation"]}
    _write(stream, {**header, "env": {"TERM": "xterm-256color", "SHELL": "/bin/sh"}})
    screen, page = Screen(COLUMNS, ROWS, Styles("256")), Page(COLUMNS, Glyphs(), blocks=True)
    frames, filming, known = job.frames, Filming(job.frames), Known()
    _write(stream, [0.0, "o", BEGIN])
    for number, frame in enumerate(watched(frames)):
        seconds = round(number / job.look.fps, 6)
        if frame.step.number == 0 or frame.step.index[-1] == 0:
            _write(stream, [seconds, "m", place(frame.step)])
        _write(stream, [seconds, "o", screen.draw(fitted(filming.scene(frame), page, ROWS, known))])
    _write(stream, [round(len(frames) / job.look.fps, 6), "o", END])
    return f"a recording of {count(len(frames), 'step')}, {COLUMNS}×{ROWS}"


def _write(stream: BinaryIO, event: Any) -> None:
    stream.write(json.dumps(event).encode() + b"\n")
