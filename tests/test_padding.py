"""Padding against a plain loop, and against NumPy's: every step, the whole map, the predicted shape."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnstep import CnnstepError, Convolution, Pad, replay, view
from cnnstep.geometry import Field
from cnnstep.views.page.hiding import hide
from tests.operations import pad
from tests.strategies import MODES

NUMPYS = {"constant": "constant", "zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
DTYPES = st.sampled_from([np.uint8, np.int8, np.int32, np.uint64, np.float64])


@st.composite
def cases(draw):
    axes, mode = draw(st.integers(1, 3)), draw(st.sampled_from(MODES))
    shape = [draw(st.integers(1, 5)) for _ in range(axes)]
    widest = {"reflect": -1, "circular": 0}
    sides = tuple(
        tuple(draw(st.integers(0, min(4, n + widest[mode] if mode in widest else 4))) for _ in range(2)) for n in shape
    )
    x = draw(hnp.arrays(draw(DTYPES), (draw(st.integers(1, 2)), *shape), elements=st.integers(0, 99)))
    value = draw(st.sampled_from([0, 7, -300, 2.5])) if mode == "constant" else 0
    return x, sides, mode, value


@settings(max_examples=300)
@given(cases())
def test_steps_map_and_loop_agree(case):
    x, sides, mode, value = case
    operation = Pad(sides, mode, value, axes=x.ndim - 1)
    walk, expected = operation.walk(x), pad(x, sides, mode, value)
    assert operation.output_shape(x.shape) == expected.shape == walk.output.shape
    assert walk.output.tolist() == expected.tolist()
    assert replay(walk).tolist() == expected.tolist()
    assert (replay(walk) == walk.output).all()
    for step in walk:
        assert step.is_padding == (step.source != step.position)
        if step.source is not None:
            assert x[step.source] == step.value


@settings(max_examples=100)
@given(cases())
def test_against_numpy(case):
    x, sides, mode, value = case
    more = {"constant_values": value} if NUMPYS[mode] == "constant" else {}
    wide = x.astype(np.float64)
    expected = np.pad(wide, [(0, 0), *sides], NUMPYS[mode], **more)
    assert Pad(sides, mode, value, axes=x.ndim - 1).output(x).tolist() == expected.tolist()


@pytest.mark.parametrize("mode", MODES)
def test_a_convolution_with_padding_is_padding_and_then_a_convolution(mode):
    x, kernel = np.arange(60).reshape(2, 5, 6), [[1, 2, 1], [0, 3, 0], [-1, 0, 4]]
    alone = Convolution(kernel, padding=((1, 2), (2, 0)), pad_mode=mode).output(x)
    assert Convolution(kernel).output(Pad(((1, 2), (2, 0)), mode).output(x)).tolist() == alone.tolist()


@pytest.mark.parametrize(
    ("dtype", "value", "kind"),
    [(np.uint8, 255, np.uint8), (np.uint8, -1, np.int16), (np.uint64, -1, object), (np.int8, 0.5, np.float64)],
)
def test_the_type_holds_the_constant_and_the_input(dtype, value, kind):
    x = np.array([[3]], dtype)
    output = Pad(1, "constant", value).output(x)
    assert output.dtype == kind
    assert (output[0, 0, 0], output[0, 1, 1]) == (value, 3)
    assert Pad(0, "constant", value).output(x).dtype == dtype


def test_a_large_picture_is_padded_at_once():
    x = np.random.default_rng(3).integers(0, 255, (2, 900, 800)).astype(np.uint8)
    walk = Pad(((3, 5), (0, 9)), "reflect").walk(x)
    assert walk.output.dtype == np.uint8
    for index in ((0, 0, 0), (1, 907, 808), (1, 2, 804), (0, 500, 500)):
        assert walk.output[index] == walk[index].value


def test_for_receptive_fields_its_window_is_one_cell():
    (axis, _) = Pad(((2, 1), (0, 0))).sizes((3, 5, 5)).axes
    assert (axis.kernel, axis.stride, axis.before, axis.after, axis.output) == (1, 1, 2, 1, 8)
    assert Field(((0, 4),), 2).through(axis) == Field(((-4, 0),), 2)


def test_the_source_of_a_constant_is_the_nearest_cell():
    corner, inside = Pad(2).walk(np.arange(9).reshape(1, 3, 3)).at((0, 6))[0], Pad(2).walk(np.ones((1, 3, 3)))[0, 3, 2]
    assert corner.main_source((1, 3, 3)).cell == (0, 0, 2)
    assert inside.main_source((1, 3, 3)).cell == inside.source == (0, 1, 0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Pad("same"), "padding same is a rule for windows"),
        (lambda: Pad(-1), "padding must be 0 or more, not -1"),
        (lambda: Pad(1.5), "padding must be whole numbers, not 1.5"),
        (lambda: Pad((1, 2, 3)), "padding has 3 numbers, but there are 2 spatial axes"),
        (lambda: Pad(1, "mirror"), "no padding mode 'mirror'"),
        (lambda: Pad(1, "constant", float("nan")), "the padding value holds nan"),
        (lambda: Pad(1, "reflect").walk([[1]]), "reflect padding 1 is too wide for 1 cells"),
        (lambda: Pad(6, "circular").walk(np.ones((5, 5))), "circular padding 6 is too wide"),
        (lambda: Pad().walk([1, 2]), "does not have 2 spatial axes"),
        (lambda: Pad().walk(np.ones((0, 0))), "in must be 1 or more, not 0"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(CnnstepError) as caught:
        make()
    assert message in caught.value.message
    assert caught.value.hint


def test_settings_change():
    before = view("pad sample:five")
    assert before.with_setting("padding", 1).walk.output.shape == (1, 9, 9)
    assert before.with_setting("pad_mode", 2).facts()["pad_mode"] == "reflect"
    with pytest.raises(CnnstepError, match="padding must be 0 or more"):
        before.with_setting("padding", -2)


def test_padding_stands_in_brackets_and_the_source_is_hidden_with_the_value(run):
    shown = run("pad", "1 2; 3 4", "--at", "1,2").output
    assert "(0)     1 [   2 ]" in shown
    assert "y[1,2] = x[0,1] = 2" in shown
    assert "  row 1 − 1 = 0\n  column 2 − 1 = 1\n" in shown
    mirrored = run("pad", "1 2; 3 4", "--pad-mode", "reflect", "--at", "0,0").output
    assert "y[0,0] = x[1,1] = 4" in mirrored
    assert "outside 0–1: reflect reads row 1" in mirrored
    assert "y[0,0] = 0, a constant" in run("pad", "1 2; 3 4", "--at", "0,0").output
    stepped = view("pad '1 2; 3 4' --pad-mode reflect --at 0,0")
    source, *_ = hide(stepped.scene(stepped.steps[0]), 1).blocks[3].panels
    assert source.boxes == ()
    assert [span.text for span in hide(stepped.line(stepped.steps[0]), 1).blocks[0].wordings[0]][1::2] == ["?", "?"]
