"""What the screens of gradients say: the conventions, true sentences, and all of it on 80×24."""

import numpy as np
import pytest

from cnnstep import Activation, Dropout, Normalization, Pooling, Unpooling
from cnnstep.engine.joins import Addition, Concatenation
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Page, plain
from cnnstep.views.operations import view_of
from cnnstep.views.page.hiding import hide
from cnnstep.views.view import Chosen
from cnnstep.views.vocabulary import Vocabulary
from tests.gradients import CASES
from tests.test_hidden import normal

WINDOWS = {"convolution", "transposed", "dense", "pad", "upsampling"}
"""Operations whose gradients have views of their own kinds, and tests of them."""
PAGE = Page(80, Glyphs())


def shown(operation, x, g=None, of="input"):
    y = operation.output(x)
    g = np.arange(1, y.size + 1).reshape(y.shape) if g is None else g
    return view_of(operation.gradient(of, x).walk(g))


def text(scene):
    return normal("\n".join(plain(line) for line in lines(scene, PAGE)))


def told(view, number, level=0):
    """What a screen says, wherever its lines break."""
    return " ".join(text(hide(view.scene(view.walk[number]), level)).split())


def one_of_each():
    for noun in sorted(set(CASES) - WINDOWS):
        for name, case in CASES[noun]():
            for of in (*case.operation.learnable, "input"):
                yield pytest.param(case, of, id=f"{noun}: {name}: {of}")


@pytest.mark.parametrize(("case", "of"), [*one_of_each()])
def test_every_screen_has_room(case, of):
    view = shown(case.operation, case.x, of=of)
    for step in (view.walk[0], view.walk[len(view.walk) // 2], view.walk[-1]):
        drawn = text(view.scene(step)).split("\n")
        assert len(drawn) <= 23
        assert max(map(len, drawn)) <= 80
        assert text(view.line(step))
        assert "?" in text(hide(view.scene(step), 1))
    whole = [text(scene) for scene in view.choosing(Chosen(display="map")).scenes()]
    assert "∂L/∂" in "\n".join(whole)


def test_on_a_tie_the_first_maximum_takes_it():
    screen = told(shown(Pooling(2), [[3, 1], [3, 3]], [[[8]]]), 0)
    assert "∂L/∂y[0,0] = 8: all of it goes to the first maximum; ∂L/∂x[0,0] = 0 + 8 = 8" in screen
    assert "the window's max is x[0,0] = 3; 3 cells tie: the first in reading order takes all of it" in screen


def test_in_the_corner_of_relu_0_is_taken():
    view = shown(Activation("relu"), [-2, 0, 2], [4, 5, 6])
    assert "relu has a corner here, with the slope 0 before it and 1 after it: 0 is taken" in told(view, 1)
    assert "∂L/∂x[1] = ∂L/∂y[1] · relu'(0) = 5·0 = 0" in told(view, 1).replace("′", "'")
    assert "relu′(x) = 1 where x > 0, else 0" in told(view, 2)
    assert "2 of 3 cells let nothing through" in "".join(view.remarks())


def test_an_average_says_what_divides():
    x = np.arange(16).reshape(4, 4)
    assert "each of 4 cells gets 1/4 of it" in told(shown(Pooling(3, 2, 1, kind="average"), x), 0)
    counted = told(shown(Pooling(3, 2, 1, kind="average", include_padding=True), x), 0)
    assert "each of 4 cells gets 1/9 of it" in counted
    assert "5 cells of the window outside x, 5 of them in the divisor 9" in counted


def test_overlapping_windows_add_up():
    screen = told(shown(Pooling(2, 1), [[1, 2, 1], [1, 1, 1]]), 1)
    assert "∂L/∂y[0,1] = 2: all of it goes to the first maximum; ∂L/∂x[0,1] = 1 + 2 = 3" in screen


def test_the_middle_gets_all_or_half():
    assert "all of it goes to the one in the middle" in told(shown(Pooling(3, axes=1, kind="median"), [5, 1, 9]), 0)
    half = told(shown(Pooling(2, axes=1, kind="median"), [5, 1]), 0)
    assert "half of it goes to each of the two in the middle; ∂L/∂x[0] = 0 + 0.5 = 0.5" in half
    assert "in the middle are x[1] = 1 and x[0] = 5" in half or "in the middle are x[0] = 5 and x[1] = 1" in half


def test_dropout_has_the_same_mask():
    operation, x = Dropout(0.5), np.arange(1.0, 9)
    view = shown(operation, x)
    kept = operation.output(x) != 0
    for number in range(8):
        fate = "kept and scaled" if kept[number] else "dropped"
        assert f"the same mask as forward: the cell was {fate}" in told(view, number)
        assert fate not in told(view, number, 1)


def test_a_value_that_was_overwritten_gets_nothing():
    x = [[1, 1, 1], [1, 9, 1], [1, 1, 1]]
    view = shown(Unpooling(Pooling(2, 1)), ([[1, 2], [3, 4]], x))
    assert "a later window put its value to y[1,1]" in told(view, 0)
    assert "∂L/∂v[1,1] = ∂L/∂y[1,1] = 5" in told(view, 3)


def test_branches_are_named():
    x = (np.ones((1, 2, 2)), np.ones((2, 2, 2)))
    view = shown(Concatenation(), x)
    assert "∂L/∂x2[1,1,1] = ∂L/∂y[2,1,1] = 12" in told(view, -1)
    named = view_of(view.walk, Vocabulary("concat", inputs=("c3", "a")))
    assert "∂L/∂a[1,1,1] = ∂L/∂y[2,1,1] = 12" in told(named, -1)
    both = text(list(shown(Addition(), (x[0], x[0])).choosing(Chosen(display="map")).scenes())[-1])
    assert "∂L/∂x1 2×2" in both
    assert "∂L/∂x2 2×2" in both


def test_a_normalisation_has_its_three_terms():
    view = shown(Normalization(2, 1), np.arange(6).reshape(1, 2, 3) ** 2)
    screens = "\n".join(told(view, number) for number in range(7))
    for term in ("through the cell itself, and through the mean", "the third term: through the variance"):
        assert term in screens
    assert "∂L/∂x = (ĝ - m - z·c) / √(σ² + ε)" in screens


def test_sums_are_what_they_say():
    view = shown(Normalization([2, 1], 1), np.arange(8).reshape(2, 2, 2), of="shift")
    assert "∂L/∂β = Σ ∂L/∂y" in told(view, 0)
    shared = told(view, 0)
    assert "∂L/∂β[0] = 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 = 36" in shared
    assert "it serves 8 cells of 2 channels" in shared
