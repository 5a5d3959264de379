"""A network that has met its input, as one picture; and what a chosen cell reads, drawn on it."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from cnnstep.engine.steps import Index
from cnnstep.geometry import by
from cnnstep.networks.attribution import Origin
from cnnstep.networks.reading import Read, core, reads
from cnnstep.networks.receptive_field import on_branch, on_maps, seen_by
from cnnstep.networks.run import Run
from cnnstep.views.networks.arrangement import Arrangement, cell_of
from cnnstep.views.networks.cell_wording import cell_sentence, path_sentence
from cnnstep.views.page.diagram import NO_MARGINS, Bars, Diagram, LayerColumn, Link, Maps, Mark, Spot
from cnnstep.views.page.grid import Box, Legend
from cnnstep.views.page.roles import Palette

if TYPE_CHECKING:
    from cnnstep.views.networks.network import About

LEGENDS = (Legend("negative", "positive", Palette.DIVERGING), Legend("0", "largest", Palette.GREY))


def network_diagram(run: Run, about: "About") -> Diagram:
    """The whole network, without a chosen cell."""
    return _diagram(Arrangement(run, (), {}, about.labels), about)


def cell_diagram(run: Run, about: "About", number: int, cell: Index) -> Diagram:
    """A cell of layer `number`, counted from 1, the windows that it reads, and its field on the input."""
    made = core(run, number, cell)
    found, target = list(reads(made)), cell_of(number, cell)
    needed = {each.node: each for each in (*found, target)}
    arranged = Arrangement(run, [*needed], needed, about.labels)
    seen = seen_by(run.layers, *on_branch(run.layers, *on_maps(run.layers, made.layer.number, made.cell)))
    field = [Read(0, range(len(run.x)), tuple(seen))] if seen and all(seen) and found[0].node else []
    fields, windows, cells = (
        [spot for read in each for spot in arranged.spots(read)] for each in (field, found, [target])
    )
    links = [Link(window, spot) for window in windows for spot in cells]
    marks: list[list[Mark]] = [[*fields], [*windows], [*links, *cells]]
    return _diagram(arranged, about, marks, cell_sentence(run, number, cell, found, seen))


def path_diagram(run: Run, about: "About", path: Sequence[Origin]) -> Diagram:
    """A cell, and its largest contributions back to a pixel."""
    first = path[0]
    places = [(first.layer.number, first.cell), *((each.node, each.source) for each in path)]
    reached = {node: cell_of(node, cell) for node, cell in places}
    arranged = Arrangement(run, [first.layer.number], reached, about.labels)
    found = {arranged.column(node): arranged.spots(read) for node, read in reached.items() if arranged.shows(node)}
    cells = [spots[0] for _, spots in sorted(found.items()) if spots]
    marks = ((cells[0],), *((Link(*pair), pair[1]) for pair in pairwise(cells)))
    return _diagram(arranged, about, marks, path_sentence(run, path))


def _with_margins(column: LayerColumn, number: int, marks: Iterable[Sequence[Mark]]) -> LayerColumn:
    """A column with as much padding as the boxes on it reach into."""
    spots = (mark for group in marks for mark in group if isinstance(mark, Spot) and mark.column == number)
    boxes = [spot.box for spot in spots if spot.box]
    if not boxes or not isinstance(column.body, Maps):
        return column
    outside = [NO_MARGINS, *(Box(-box.top, -box.left, box.bottom - 1, box.right - 1) for box in boxes)]
    return column._replace(body=column.body._replace(margins=Box(*map(max, zip(*outside, strict=True)))))


def _diagram(
    arranged: Arrangement, about: "About", marks: Sequence[Sequence[Mark]] = (), sentence: str = ""
) -> Diagram:
    """The columns with what stands above and below them."""
    run, columns = arranged.run, arranged.columns
    drawn = {getattr(column.body, "palette", None) for column in columns[1:]}
    answer = columns[-1].body
    last = arranged.layers[-1]
    told = f"→ {by(last.output)}" if last is run.layers[-1] else f"(up to {last.called})"
    if isinstance(answer, Bars) and answer.best is not None:
        best = next(bar for bar in answer.bars if bar.number == answer.best)
        told = f"→ {best.name if about.labels else f'class {best.name}'} ({best.text})"
    is_drawn, is_given = run.network.is_drawn, run.network.given is not None
    status = f"untrained, seed {run.network.seed}" if is_drawn else "trained" if is_given else ""
    padded = tuple(_with_margins(column, number, marks) for number, column in enumerate(columns))
    return Diagram(
        about.network,
        about.name,
        told,
        status,
        padded,
        arranged.arrows,
        tuple(legend for legend in LEGENDS if legend.palette in drawn),
        tuple(tuple(each) for each in marks if each),
        sentence,
    )
