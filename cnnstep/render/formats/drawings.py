"""What is drawn of a job, on a canvas of exactly so many pixels; a report is as large as it is."""

from typing import NamedTuple

from cnnstep.render.figures import diagram
from cnnstep.render.figures.canvas import Canvas
from cnnstep.render.figures.diagram import draw_diagram
from cnnstep.render.figures.layout import draw
from cnnstep.render.figures.shapes import Part
from cnnstep.render.formats.saving import Job
from cnnstep.views.report import Report

ENDLESS = 99.0
"""A diagram is laid out for its canvas: it is enlarged as far as that goes."""


class Drawing(NamedTuple):
    """A figure, its canvas in pixels, the most that it is enlarged, and what it is."""

    part: Part
    size: tuple[int, int]
    scale: float
    what: str


def drawing(job: Job) -> Drawing:
    """Of a network, or a cell of it, its picture; else the step that was asked for, the whole, or a report."""
    paper, size = job.look.paper, job.look.canvas
    if made := job.diagram:
        size = size or diagram.CANVAS
        return Drawing(draw_diagram(made, paper, size), size, ENDLESS, "the network as one picture")
    scene, what = job.one_picture()
    if isinstance(job.shown, Report):
        part = draw(scene, paper)
        return Drawing(part, size or (round(part.width), round(part.height)), 1, what)
    canvas = Canvas.of([scene], paper, size)
    return Drawing(canvas.part(scene), canvas.size, canvas.scale, what)
