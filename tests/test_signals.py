"""Signals: input and output on one axis, each output sample under the middle of what its window reads."""

import re

import numpy as np
import pytest

from cnnstep import Convolution, Pooling
from cnnstep.render.figures.layout import draw
from cnnstep.render.figures.shapes import Label, Plot
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Page, plain
from cnnstep.render.theme import DARK, WHITE
from cnnstep.views.operations import view_of
from cnnstep.views.page.curve import Curve
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.hiding import hide
from cnnstep.views.page.roles import Part, Reveals, Role
from cnnstep.views.page.scene import Beside, Scene

BEEP = (np.sin(np.arange(100) / 3) * np.arange(100)).round()
GEOMETRIES = [
    (kernel, stride, padding, dilation)
    for kernel in (1, 2, 3, 4, 5)
    for stride in (1, 2, 3)
    for padding in (0, 1, 3)
    for dilation in (1, 2)
    if dilation * (kernel - 1) + 1 <= 8 + 2 * padding
]


def walk_of(size, kernel, stride, padding, dilation):
    x = np.arange(1, size + 1) % 9 + 1
    weights = np.arange(kernel) - 1
    return view_of(Convolution(weights, stride, padding, dilation, axes=1).walk(x))


def panels(scene, kind):
    return [
        panel
        for block in scene.blocks
        if isinstance(block, Beside)
        for panel in block.panels
        if isinstance(panel, kind)
    ]


def middle(cell, kernel, stride, padding, dilation):
    """By hand: the mean of the places that a window reads."""
    return sum(cell * stride - padding + tap * dilation for tap in range(kernel)) / kernel


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_cells_stand_under_the_middle_of_their_window(geometry):
    view = walk_of(8, *geometry)
    for step in view.walk:
        read, made = panels(view.scene(step), Grid)[:2]
        assert (read.part, made.part) == (Part.INPUT, Part.OUTPUT)
        for cell in range(len(made.cells[0])):
            at = made.track.shift + (cell + 0.5) * made.track.span
            assert at - read.track.shift - 0.5 + read.first[1] == middle(cell, *geometry)


SHORT = [geometry for geometry in GEOMETRIES if geometry[2] < 2 and geometry[0] * geometry[3] < 8]


@pytest.mark.parametrize("geometry", SHORT, ids=str)
def test_they_do_so_on_a_terminal(geometry):
    view = walk_of(8, *geometry)
    for step in view.walk:
        above, below = (plain(row) for row in lines(rows_of(view, step), Page(120, Glyphs())) if "[" in plain(row))
        ends = [match.end() for match in re.finditer(r"\(?\d+\)?", above)]
        (value,) = re.finditer(r"\[ *([-−]?\d+) *\]", below)
        reads = [ends[place + view.bound.axes[0].before] for place in step.window[0]]
        assert abs(value.end(1) - sum(reads) / len(reads)) <= 0.5


@pytest.mark.parametrize("paper", [WHITE, DARK], ids=["white", "dark"])
@pytest.mark.parametrize("geometry", SHORT, ids=str)
def test_they_do_so_in_figures(geometry, paper):
    view = walk_of(8, *geometry)
    for step in view.walk:
        labels = [each for each in draw(rows_of(view, step), paper).shapes if isinstance(each, Label) and each.edge]
        cells, under = ([each for each in labels if (each.y == labels[0].y) == is_above] for is_above in (True, False))
        reads = [cells[place + view.bound.axes[0].before] for place in step.window[0]]
        here = under[step.index[-1]]
        assert here.x + here.width / 2 == pytest.approx(np.mean([each.x + each.width / 2 for each in reads]))
        assert here.width == pytest.approx(cells[0].width * geometry[1])


def rows_of(view, step):
    """The input and the output alone."""
    return Scene(tuple(block for block in view.scene(step).blocks if isinstance(block, Beside))[:2])


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
@pytest.mark.parametrize("size", [20, 200])
def test_stems_stand_where_the_samples_are(size, geometry):
    view = walk_of(size, *geometry)
    step = view.walk[len(view.walk) // 2]
    read, made = panels(view.scene(step), Curve)[-2:]
    (new,) = (stem for stem in made.stems if stem.role == Role.CURRENT)
    assert len(read.stems) == geometry[0]
    assert new.across == pytest.approx(np.mean([stem.across for stem in read.stems]))
    assert new.across == pytest.approx(np.mean(read.window))
    shown = min(48, size + 2 * geometry[2])
    np.testing.assert_allclose(np.diff([stem.across for stem in read.stems]), geometry[3] / shown)
    np.testing.assert_allclose(np.diff([stem.across for stem in made.stems]), geometry[1] / shown)


@pytest.mark.parametrize("x", [BEEP, -BEEP, BEEP + 40], ids=["both signs", "turned", "mostly above"])
def test_stems_and_the_wave_are_as_high_as_the_samples(x):
    view = view_of(Convolution([2, 0, -1], axes=1).walk(x))
    read, made = panels(view.scene(view.walk[70]), Curve)[-2:]
    low, high = min(0, x.min()), max(0, x.max())
    assert [low + stem.up * (high - low) for stem in read.stems] == pytest.approx(x[70:73].tolist())
    output = 2 * x[:-2] - x[2:]
    low, high = min(0, output.min()), max(0, output.max())
    heights = [low + stem.up * (high - low) for stem in made.stems]
    assert heights == pytest.approx(output[71 - len(heights) : 71].tolist())
    (wave,) = read.series
    at = np.linspace(*wave.ends, len(wave.low))
    for stem in read.stems:
        assert wave.low[np.abs(at - stem.across).argmin()] == pytest.approx(stem.up, abs=0.05)


@pytest.mark.parametrize("paper", [WHITE, DARK], ids=["white", "dark"])
def test_figures_draw_samples_as_stems_with_heads(paper):
    view = view_of(Convolution([2, 0, -1], axes=1).walk(BEEP))
    plots = [shape for shape in draw(view.scene(view.walk[70]), paper).shapes if isinstance(shape, Plot)]
    read, made = plots[-2:]
    assert (read.x, read.width) == (made.x, made.width)
    heads = [np.mean(stroke.points, axis=0) for stroke in read.strokes if stroke.filled and len(stroke.points) == 4]
    (place,) = {round(float(np.mean(s.points, axis=0)[0]), 6) for s in made.strokes if s.reveals == Reveals.VALUE}
    assert place == pytest.approx(np.mean([across for across, _ in heads]))
    band = next(stroke for stroke in read.strokes if stroke.ink == paper.named["window"])
    assert min(x for x, _ in band.points) < min(x for x, _ in heads)
    assert max(x for x, _ in heads) < max(x for x, _ in band.points)


def test_a_long_window_is_shown_whole():
    view = view_of(Convolution(np.ones(61), axes=1).walk(BEEP))
    read, _ = panels(view.scene(view.walk[20]), Curve)[-2:]
    assert len(read.stems) == 61
    assert all(0 < stem.across < 1 for stem in read.stems)


def test_what_is_hidden_leaves_no_stem():
    view = view_of(Convolution([2, 0, -1], axes=1).walk(BEEP))
    shown = panels(view.scene(view.walk[70]), Curve)
    hidden = panels(hide(view.scene(view.walk[70]), 1), Curve)
    assert len(shown[-1].stems) - len(hidden[-1].stems) == 1
    assert Role.CURRENT not in {stem.role for curve in hidden for stem in curve.stems}
    assert hidden[-2].stems == shown[-2].stems


def test_padding_that_is_ignored_has_no_stem():
    view = view_of(Pooling(3, 2, padding=1, axes=1).walk(BEEP))
    read, _ = panels(view.scene(view.walk[0]), Curve)[-2:]
    assert len(read.stems) == 2


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("command", ["conv sample:beep --at 900", "conv sample:beep --kernel tone --at 3"])
def test_signals_keep_to_the_page(run, command, columns):
    shown = run(*command.split(), "--ascii", columns=columns).output
    assert shown.isascii()
    assert max(map(len, shown.splitlines())) <= columns
    assert "X" in shown
