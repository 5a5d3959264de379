"""Upsampling against a plain loop in fractions, SciPy, and the transposed convolutions that do the same."""

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnstep import CnnstepError, TransposedConvolution, Upsampling, replay, view
from cnnstep.engine.upsampling import Taps
from cnnstep.geometry import ScaledAxis
from cnnstep.views.operations.upsampling import triangle
from cnnstep.views.page.hiding import hide
from tests.operations import blend, upsample
from tests.test_sums import value_of

DTYPES = st.sampled_from([np.uint8, np.int8, np.int64, np.uint64])


@st.composite
def cases(draw):
    axes = draw(st.integers(1, 3))
    shape = (draw(st.integers(1, 2)), *(draw(st.integers(1, {1: 9, 2: 4, 3: 3}[axes])) for _ in range(axes)))
    factor = tuple(draw(st.integers(1, {1: 7, 2: 4, 3: 3}[axes])) for _ in range(axes))
    return draw(hnp.arrays(draw(DTYPES), shape)), factor, draw(st.sampled_from(["nearest", "linear"]))


@settings(max_examples=200)
@given(cases())
def test_integers_are_exact_and_divided_once(case):
    x, factor, kind = case
    walk = Upsampling(factor, kind, axes=x.ndim - 1).walk(x)
    expected = upsample(x, factor, kind == "linear")
    assert walk.operation.output_shape(x.shape) == expected.shape == walk.output.shape
    assert walk.output.dtype == (np.float64 if kind == "linear" else x.dtype)
    exact = [float(value) for value in expected.ravel()] if kind == "linear" else [int(v) for v in expected.ravel()]
    assert walk.output.ravel().tolist() == exact
    assert (replay(walk) == walk.output).all()


@settings(max_examples=100)
@given(cases(), st.integers(0, 99))
def test_fractions_replay_to_the_last_bit(case, seed):
    shape, factor, kind = case[0].shape, *case[1:]
    x = np.random.default_rng(seed).normal(size=shape) * 1000
    walk = Upsampling(factor, kind, axes=x.ndim - 1).walk(x)
    assert (replay(walk) == walk.output).all()
    expected = upsample(x, factor, kind == "linear").astype(float)
    np.testing.assert_allclose(walk.output, expected, rtol=1e-13, atol=1e-11)


@given(st.integers(1, 9), st.integers(1, 9), st.booleans())
def test_the_axis_reads_inside_the_input_with_weights_that_add_up(n, factor, is_linear):
    axis = ScaledAxis(n, factor, is_linear)
    assert axis.output == n * factor
    for o in range(axis.output):
        window, weights = axis.window(o), axis.weights(o)
        assert 0 <= window.start <= window[-1] < n
        assert sum(weights) == axis.divisor
        assert all(weight > 0 for weight in weights)
        if is_linear:
            shares = [(place, Fraction(w, axis.divisor)) for place, w in zip(window, weights, strict=True)]
            assert shares == [(place, weight) for place, weight in blend(o, n, factor) if weight]
        else:
            assert (window, weights) == (range(o // factor, o // factor + 1), (1,))
        assert len(window) <= axis.kernel
    if is_linear:
        taps = Taps.of(axis, np.dtype(np.int64))
        assert taps.low.tolist() == [axis.window(o).start for o in range(axis.output)]
        assert taps.high.tolist() == [axis.window(o)[-1] for o in range(axis.output)]
        assert list(zip(*(w.tolist() for w in taps.weights), strict=True)) == [
            (*axis.weights(o), 0)[:2] for o in range(axis.output)
        ]


def test_nearest_is_a_transposed_convolution_of_ones():
    x = np.arange(24).reshape(2, 3, 4)
    ones = np.ones((2, 1, 2, 3), dtype=int)
    expected = TransposedConvolution(ones, (2, 3), groups=2).output(x)
    assert Upsampling((2, 3)).output(x).tolist() == expected.tolist()


@pytest.mark.parametrize("factor", [2, 3, 4, 5])
def test_linear_is_one_with_a_triangle_but_for_the_edges(factor):
    x, axis = np.arange(30).reshape(5, 6) ** 2, ScaledAxis(5, factor, is_linear=True)
    kernel = np.outer(triangle(axis), triangle(axis))
    whole = TransposedConvolution(kernel, factor, factor // 2).output(x)[0] / axis.divisor**2
    inner = (slice(factor, -factor),) * 2
    upsampled = Upsampling(factor, "bilinear").output(x)[0]
    assert whole.shape == upsampled.shape
    assert whole[inner].tolist() == upsampled[inner].tolist()
    assert whole.tolist() != upsampled.tolist()


def test_large_pictures_in_bands_are_the_same():
    x = np.random.default_rng(3).integers(0, 255, (2, 700, 900)).astype(np.uint8)
    for kind in ("nearest", "bilinear"):
        for values in (x, x / 255):
            walk = Upsampling((2, 3), kind).walk(values)
            for index in ((0, 0, 0), (1, 1399, 2699), (0, 200, 7), (1, 97, 1301), (0, 1398, 1)):
                assert walk.output[index] == walk[index].value


def test_what_it_costs():
    assert Upsampling(2).sizes((3, 4, 5)).multiply_adds == 0
    sizes = Upsampling((2, 3), "bilinear").sizes((3, 4, 5))
    assert (sizes.products, sizes.multiply_adds, sizes.parameters) == (4, 3 * 8 * 15 * 4, None)
    facts = view("upsample sample:five --factor 2x3 --kind bilinear").facts()
    assert (facts["kind"], facts["factor"], facts["output"], facts["unread"]) == ("linear", [2, 3], [10, 15], [0, 0])
    assert not {"stride", "kernel", "padding"} & set(facts)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Upsampling(0), "factor must be 1 or more, not 0"),
        (lambda: Upsampling(1.5), "factor must be whole numbers, not 1.5"),
        (lambda: Upsampling((2, 2, 2)), "factor 2×2×2 has 3 numbers, but there are 2 spatial axes"),
        (lambda: Upsampling(2, "bicubic"), "no upsampling is called 'bicubic'"),
        (lambda: Upsampling(2, "trilinear"), "trilinear is linear along 3 axes, but there are 2"),
        (lambda: Upsampling().walk([1, 2]), "does not have 2 spatial axes"),
        (lambda: Upsampling().walk(np.ones((0, 0))), "in must be 1 or more, not 0"),
        (lambda: Upsampling().walk([[float("nan")]]), "the input holds nan"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(CnnstepError) as caught:
        make()
    assert message in caught.value.message
    assert caught.value.hint


def test_too_large_a_map_says_what_to_make_smaller(run):
    for factor in ("100000", "10000000000000"):
        result = run("upsample", "--factor", factor)
        assert result.exit_code == 1
        assert "use a smaller --factor" in result.stderr


def test_settings_change():
    before = view("upsample sample:five")
    assert before.with_setting("factor", 1).walk.output.shape == (1, 15, 15)
    assert before.with_setting("kind", 1).facts()["kind"] == "linear"
    assert view("upsample sample:film --kind trilinear").with_setting("kind", 1).facts()["kind"] == "nearest"
    with pytest.raises(CnnstepError, match="factor must be 1 or more"):
        before.with_setting("factor", -2)


@given(hnp.arrays(np.float64, (2, 3), elements=st.integers(-9999, 9999).map(lambda v: v / 100)), st.integers(2, 5))
def test_what_is_said_is_true(x, factor):
    walk = Upsampling(factor, "bilinear").walk(x)
    shown = view("upsample sample:five --kind bilinear")
    for step in walk[:: max(1, len(walk) // 7)]:
        text = "".join(span.text for span in shown.sentence(step).wordings[0]).replace("\xa0", " ")
        if step.products.size == 1:
            assert re.fullmatch(r"y\[\d+,\d+\] = x\[\d,\d\] [=≈] −?[\d.]+", text), text
            continue
        _, *parts = re.split(r" ([=≈]) ", text)
        for i in range(1, len(parts) - 2, 2):
            left, relation, right = parts[i : i + 3]
            assert (value_of(left) == value_of(right)) == (relation == "="), text


def test_what_is_said(run):
    shown = run("upsample", "1 2; 3 4", "--kind", "bilinear", "--at", "1,1").output
    assert "y[1,1] = (1·9 + 2·3 + 3·3 + 4·1) / 16 = 28 / 16 = 1.75" in shown
    assert "row (1 + 0.5) / 2 − 0.5 = 0.25: 3/4 of row 0, 1/4 of row 1" in shown
    assert "−0.25, before the first: row 0" in run("upsample", "1 2; 3 4", "--kind", "linear", "--at", "0,1").output
    copied = run("upsample", "1 2; 3 4", "--at", "3,2").output
    assert "y[3,2] = x[1,1] = 4" in copied
    assert "row ⌊3 / 2⌋ = 1" in copied
    told = " ".join(run("upsample", "1 2; 3 4", "--view", "map").output.split())
    assert "the same as a transposed convolution of each channel with a 2×2 kernel of ones and stride 2" in told


def test_the_source_of_a_copy_is_hidden_with_the_value():
    stepped = view("upsample '1 2; 3 4' --at 3,2")
    (step,) = stepped.steps
    assert hide(stepped.scene(step), 1).blocks[3].panels[0].boxes == ()
    assert [span.text for span in hide(stepped.line(step), 1).blocks[0].wordings[0]][1::2] == ["?", "?"]
