"""The figure of a step: what leads to what, the numbers in it against plain loops, and a canvas of exactly its size."""

import xml.etree.ElementTree as ET
from itertools import groupby

import numpy as np
import pytest
from PIL import Image

from cnnstep import Convolution, Pooling
from cnnstep.render.figures.canvas import CANVAS, Canvas
from cnnstep.render.figures.layout import draw
from cnnstep.render.figures.links import linked
from cnnstep.render.figures.shapes import Frame, Label, Part, Plot
from cnnstep.render.theme import WHITE
from cnnstep.views.operations import view_of
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.hiding import hide
from cnnstep.views.page.roles import Reveals, Role
from cnnstep.views.page.scene import Beside, Picture, Scene, Words

X = np.arange(36).reshape(6, 6) % 7
PHOTO = np.arange(40 * 50).reshape(40, 50) % 251
KERNEL = np.array([[1, 0, -2], [3, -1, 0], [0, 2, -1]])
SETTINGS = {
    "plain": {}, "stride": {"stride": 2}, "padding": {"padding": 1}, "dilation": {"dilation": 2},
    "flip": {"flip": True}, "all": {"stride": (1, 2), "padding": 2, "dilation": (1, 2), "bias": 3},
}  # fmt: skip
every_setting = pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)


def convolved(x, **settings):
    return view_of(Convolution(KERNEL, **settings).walk(x))


def row_of(scene):
    return next(block for block in scene.blocks if isinstance(block, Beside))


def texts(scene):
    return (shape.text for shape in draw(scene, WHITE).shapes if isinstance(shape, Label))


def number(text):
    return int(text.strip("()×").replace("−", "-"))


def multiplied(x, index, stride=1, padding=0, dilation=1, *, flip=False, bias=0):
    """What a window reads, and by what it is multiplied, in a plain loop."""
    (down, along), (over, across) = (np.broadcast_to(each, 2) for each in (stride, dilation))
    kernel, found = KERNEL[::-1, ::-1] if flip else KERNEL, []
    for i in range(3):
        for j in range(3):
            row, column = index[1] * down - padding + i * over, index[2] * along - padding + j * across
            inside = 0 <= row < x.shape[0] and 0 <= column < x.shape[1]
            found.append((int(x[row, column]) if inside else 0, int(kernel[i, j])))
    return found, bias


@every_setting
def test_the_window_has_its_weights_and_the_products_their_sum(settings):
    view = convolved(X, **settings)
    for step in view.walk:
        read, products, output = row_of(view.picture(step)).panels
        pairs, bias = multiplied(X, step.index, **settings)
        factors = [(number(cell.text), number(cell.factor.text)) for line in read.cells for cell in line if cell.factor]
        assert factors == pairs
        assert [number(cell.text) for line in products.cells for cell in line] == [x * w for x, w in pairs]
        total = sum(x * w for x, w in pairs)
        assert products.caption == "patch × kernel"
        assert "".join(span.text for span in products.total) == f"Σ = {total}".replace("-", "−")
        (here,) = output.boxes
        assert number(output.cells[int(here.top)][int(here.left)].text) == total + bias == step.value


def test_the_weights_have_the_ink_of_their_sign():
    view = convolved(X)
    read = row_of(view.picture(view.walk[0])).panels[0]
    roles = [cell.factor.role for line in read.cells for cell in line if cell.factor]
    assert roles == [{1: Role.POSITIVE, 0: Role.LABEL, -1: Role.NEGATIVE}[np.sign(w)] for w in KERNEL.ravel()]


def test_products_come_one_by_one_then_the_value():
    view = convolved(X, bias=2)
    step = view.walk[5]
    scenes = list(view.details(step))
    assert len(scenes) == 9 + 2
    sums = np.cumsum([0, *step.products.ravel()])
    for known, scene in enumerate(scenes[:-1]):
        _, products, output = row_of(scene).panels
        shown = [cell for line in products.cells for cell in line if cell.role != Role.PENDING]
        assert [number(cell.text) for cell in shown] == step.products.ravel()[:known].tolist()
        assert number(products.total[-1].text) == sums[known]
        assert all(cell.role != Role.CURRENT for line in output.cells for cell in line)
        told = [span for block in scene.blocks if isinstance(block, Words) for span in block.wordings[0]]
        assert not [span for span in told if span.reveals == Reveals.VALUE]
    assert scenes[-1] == view.picture(step)


def test_what_is_hidden_is_hidden_in_a_figure():
    view = convolved(X)
    step = view.walk[5]
    _, products, _ = row_of(hide(view.picture(step), 1)).panels
    assert [span.text for span in products.total] == ["Σ = ", "?"]
    _, products, output = row_of(hide(view.picture(step), 2)).panels
    assert {cell.text for line in products.cells for cell in line} == {"?"}
    assert "?" in {cell.text for line in output.cells for cell in line}


def test_a_photo_has_pictures_of_one_size_and_two_loupes():
    view = convolved(PHOTO)
    step = view.walk[(20, 30)]
    beside = row_of(view.picture(step))
    read, kernel, mapped, window, products, cells = beside.panels
    assert beside.links == ((0, 3), (2, 5), (3, 4), (4, 5))
    assert isinstance(read, Picture)
    assert read.columns == mapped.columns
    assert [[number(cell.text) for cell in line] for line in kernel.cells] == KERNEL.tolist()
    assert [[number(cell.text) for cell in line] for line in window.cells] == PHOTO[18:25, 28:35].tolist()
    found = [[number(c.text) if c.role != Role.PENDING else None for c in line] for line in cells.cells]
    output = view.walk.output[0]
    assert found == [[int(output[i, j]) if (i, j) <= (20, 30) else None for j in range(27, 34)] for i in range(17, 24)]
    shades = {output[i, 27 + n]: cell.shade for i, line in zip(range(17, 20), cells.cells, strict=False)
              for n, cell in enumerate(line)}  # fmt: skip
    reach = cells.legend.span[1]
    assert shades == {value: pytest.approx(np.clip(value / reach, -1, 1)) for value in shades}
    assert number(products.total[-1].text) == step.value


@pytest.mark.parametrize("large", ["7x7", "two channels", "a signal", "a wide window on a photo"])
def test_other_steps_keep_patch_and_kernel_below(large):
    views = {
        "7x7": lambda: view_of(Convolution(np.ones((7, 7), dtype=int)).walk(np.ones((9, 9), dtype=int))),
        "two channels": lambda: view_of(Convolution(KERNEL).walk(np.stack([X, X]))),
        "a signal": lambda: view_of(Convolution([1, 0, -1], axes=1).walk(X.ravel())),
        "a wide window on a photo": lambda: convolved(PHOTO, dilation=4),
    }
    view = views[large]()
    step = view.walk[0]
    shown, *others = view.details(step)
    assert not others
    for scene in (shown, view.picture(step)):
        assert {*texts(scene)} == {*texts(view.scene(step))}


def test_a_small_walk_is_input_kernel_and_map():
    view = convolved(X)
    panels = row_of(view.picture()).panels
    grids = [
        [[number(cell.text) for cell in line] for line in panel.cells] for panel in panels if isinstance(panel, Grid)
    ]
    assert grids == [X.tolist(), KERNEL.tolist(), view.walk.output[0].tolist()]


def test_bands_lead_from_corner_to_corner():
    """Their edges lie on the lines from what is framed on the left to what is framed on the right."""
    left = Part(100, 80, (), (0, 80), (0, 100), (20, 10, 50, 70))
    right = Part(60, 60, (), (0, 60), (0, 60), (30, 40, 45, 55))
    part = linked([left, right], [(0, 1)], 2, WHITE)
    (band,) = (shape for shape in part.shapes if isinstance(shape, Plot))
    down = (80 - 60) / 2  # one middle
    begin, end = 50, part.width - 60 + 30
    for stroke, first, last in zip(band.strokes[1:], (10, 70), (40 + down, 55 + down), strict=True):
        for x, y in stroke.points:
            share = (band.x + x - begin) / (end - begin)
            assert band.y + y == pytest.approx(first + (last - first) * share)
    assert (band.x, band.x + band.width) == (100, part.width - 60)


def test_pooling_leads_from_its_window_to_its_cell():
    view = view_of(Pooling(2).walk(X))
    assert row_of(view.picture(view.walk[4])).links == ((0, 1),)
    assert [shape for shape in draw(view.picture(view.walk[4]), WHITE).shapes if isinstance(shape, Plot)]


@pytest.mark.parametrize("size", [(960, 540), (400, 700), (1919, 1081)])
@pytest.mark.parametrize("more", [(), ("--at", "1,1")], ids=["whole", "step"])
def test_a_figure_is_exactly_as_large_as_its_canvas(run, tmp_path, size, more):
    png, svg = (tmp_path / f"figure.{suffix}" for suffix in ("png", "svg"))
    canvas = () if size == CANVAS else ("--canvas", "x".join(map(str, size)))
    assert run("conv", *more, *canvas, "--save", str(png), "--save", str(svg)).exit_code == 0
    with Image.open(png) as image:
        assert image.size == size
        drawn = np.argwhere((np.asarray(image.convert("RGB")) != WHITE.ground).any(axis=-1))
    assert (drawn.min(axis=0) > 5).all()
    assert (drawn.max(axis=0) < np.array(size[::-1]) - 5).all()
    root = ET.parse(svg).getroot()
    assert (root.get("width"), root.get("height")) == tuple(map(str, size))


def test_lines_between_cells_are_of_one_width(run, tmp_path):
    assert run("conv", "--at", "2,2", "--canvas", "1000x563", "--save", str(tmp_path / "step.png")).exit_code == 0
    with Image.open(tmp_path / "step.png") as image:
        pixels = np.asarray(image.convert("RGB"))
    for lines in (pixels, pixels.transpose(1, 0, 2)):
        crossed = max(
            lines, key=lambda line: sum(1 for is_line, _ in groupby((line == WHITE.line).all(axis=-1)) if is_line)
        )
        runs = [len(list(same)) for is_line, same in groupby((crossed == WHITE.line).all(axis=-1)) if is_line]
        assert len(runs) >= 4
        assert len({width for width in runs if width < 10}) == 1


def test_everything_keeps_its_place_from_scene_to_scene():
    view = convolved(X)
    scenes = [view.picture(step) for step in view.walk]
    canvas = Canvas.of(scenes, WHITE, None)
    tops = {min(shape.y for shape in canvas.part(scene).shapes if isinstance(shape, Frame)) for scene in scenes[:4]}
    assert len(tops) == 1
    assert Canvas.of([Scene(())], WHITE, (100, 50)).size == (100, 50)
