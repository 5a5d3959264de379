"""Hidden answers stay hidden: for every operation, in every panel and in every word."""

import re

import numpy as np
import pytest

from cnnstep import Activation, Convolution, Dense, Dropout, Normalization, Pooling, TransposedConvolution
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.fitting import fitted
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Page
from cnnstep.render.lines.pieces import plain
from cnnstep.views.operations.registry import view_of
from cnnstep.views.page.hiding import LEVELS, hide
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Beside, Grid, Picture
from cnnstep.views.page.steady import Steady
from cnnstep.views.wording.numbers import short
from tests.test_commands import every

RNG = np.random.default_rng(5)
X = RNG.normal(size=(2, 6, 7)).round(3) * 10
PAGE = Page(100, Glyphs())
WALKS = {
    "convolution": Convolution(RNG.normal(size=(2, 2, 3, 3)).round(2), bias=0.37),
    "box": Convolution(np.ones((3, 3)), axes=2),
    "max": Pooling(2),
    "average": Pooling(3, 2, kind="average"),
    "median": Pooling(3, 2, kind="median"),
    "lp": Pooling(2, kind="lp"),
    "tanh": Activation("tanh"),
    "dropout": Dropout(0.3),
    "dense": Dense(RNG.normal(size=(3, X.size)).round(3)),
    "normalize": Normalization(2, 1),
    "transposed": TransposedConvolution(RNG.normal(size=(2, 1, 2, 2)).round(2), 2),
}


def text(scene):
    return "\n".join(plain(line) for line in lines(scene, PAGE)).replace("−", "-")


def is_in(value, shown):
    return re.search(rf"(?<![\d.]){re.escape(value)}(?![\d.])", shown) is not None


@pytest.mark.parametrize("name", WALKS)
def test_the_value_is_nowhere(name):
    walk = WALKS[name].walk(X / 8 if name == "tanh" else X)
    show = view_of(walk)
    for step in (walk[0], walk[len(walk) // 2], walk[-1]):
        scene = show.scene(step)
        value = short(step.value)
        assert len(LEVELS) == 3
        for level in (1, 2):
            shown = text(hide(scene, level))
            assert "?" in shown
            if name not in {
                "max",
                "median",
                "dropout",
                "transposed",
                "normalize",
            }:  # there the value is one of the inputs, or of a stage
                assert not is_in(value, shown), shown
        assert hide(scene, 0) is scene


def test_what_was_chosen_is_not_framed():
    walk = Pooling(2).walk(X)
    scene = hide(view_of(walk).scene(walk[3]), 1)
    grids = [
        panel
        for block in scene.blocks
        if isinstance(block, Beside)
        for panel in block.panels
        if isinstance(panel, Grid)
    ]
    assert [len(grid.boxes) for grid in grids if grid.caption.startswith("patch")] == [0]
    assert "it stands in" not in text(scene)


def test_the_products_are_hidden_second():
    walk = WALKS["convolution"].walk(X)
    step = walk[7]
    scene = view_of(walk).scene(step)
    cells = [
        c
        for b in scene.blocks
        if isinstance(b, Beside)
        for p in b.panels
        if isinstance(p, Grid)
        for r in p.cells
        for c in r
    ]
    others = {cell.text for cell in cells if cell.role != Role.PRODUCT}
    products = {cell.text for cell in cells if cell.role == Role.PRODUCT} - others
    assert len(products) > 9
    first, second = (text(hide(scene, level)) for level in (1, 2))
    assert all(is_in(product, first) for product in products)
    assert not any(is_in(product, second) for product in products)


def test_pictures_and_legends_of_what_is_hidden_are_empty():
    large, small = Normalization(2, 1).walk(RNG.normal(size=(1, 30, 40))), Normalization().walk(X[:1])
    for walk in (large, small):
        scene = view_of(walk).scene(walk[2])
        panel = [block for block in hide(scene, 1).blocks if isinstance(block, Beside)][-1].panels[-1]
        assert panel.legend is None
        assert isinstance(panel, Grid) or not panel.pixels.any()
    dense = Dense(RNG.normal(size=(3, 1200))).walk(RNG.normal(size=(1, 30, 40)))
    scene = view_of(dense).scene(dense[0])
    pictures = [
        [p for b in hide(scene, n).blocks if isinstance(b, Beside) for p in b.panels if isinstance(p, Picture)]
        for n in (1, 2)
    ]
    assert [bool(each[-1].pixels.any()) for each in pictures] == [True, False]


@every
@pytest.mark.parametrize("height", [3, 5, 8, 12, 23, 60])
@pytest.mark.parametrize("width", [20, 40, 80])
def test_the_sum_is_never_lost(name, height, width, screens_of):
    page, steady = Page(width, Glyphs()), Steady()
    for scene in screens_of(name):
        drawn = fitted(steady(scene), page, height)
        assert len(drawn) <= height
        assert width < 40 or all(len(plain(line)) <= width for line in drawn)
        if any(span.role == Role.TOTAL for b in scene.blocks if hasattr(b, "wordings") for span in b.wordings[0]):
            assert any(piece.role == Role.TOTAL and piece.text.strip() for line in drawn for piece in line)


@every
def test_a_steady_scene_keeps_its_size(name, screens_of):
    steady = Steady()
    scenes = screens_of(name)[:3]
    for scene in (*scenes, *scenes):
        steady(scene)
    for scene in scenes:
        wide = steady(scene)
        assert text(steady(wide)) == text(wide)
