"""Activations against Python's own math, their slopes against differences, their sentences read back."""

import math
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstep import Activation, activations, replay
from cnnstep.engine.activations import erf
from cnnstep.errors import CnnstepError, GeometryError, NotationError
from cnnstep.views.operations.activation import fill, sentence
from cnnstep.views.reports.activation_curve import flat, layers
from cnnstep.views.wording.numbers import exact, short

POINTS = np.concatenate([np.linspace(-30, 30, 601), [-1000.0, 1000.0, 1e-9, -1e-9]])


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def softplus(x):
    return x if x > 40 else math.log1p(math.exp(x))


SELU = (1.0507009873554805, 1.6732632423543772)
PLAIN = {
    "relu": lambda x: max(0, x),
    "relu6": lambda x: min(6, max(0, x)),
    "leaky-relu": lambda x: x if x >= 0 else 0.01 * x,
    "prelu": lambda x: x if x >= 0 else 0.25 * x,
    "elu": lambda x: x if x >= 0 else math.expm1(x),
    "selu": lambda x: SELU[0] * (x if x >= 0 else SELU[1] * math.expm1(x)),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "gelu-tanh": lambda x: x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
    "silu": lambda x: x * sigmoid(x),
    "hardswish": lambda x: x * min(max(x + 3, 0), 6) / 6,
    "mish": lambda x: x * math.tanh(softplus(x)),
    "softplus": softplus,
    "sigmoid": sigmoid,
    "hard-sigmoid": lambda x: min(max(x + 3, 0), 6) / 6,
    "tanh": math.tanh,
    "scaled-tanh": lambda x: 1.7159 * math.tanh(2 * x / 3),
    "hard-tanh": lambda x: min(max(x, -1), 1),
    "step": lambda x: 1 if x >= 0 else 0,
    "identity": lambda x: x,
}


def test_every_activation_is_checked_here():
    assert list(PLAIN) == list(activations)


@pytest.mark.parametrize("name", PLAIN)
def test_values(name):
    expected = [PLAIN[name](x) for x in POINTS.tolist()]
    np.testing.assert_allclose(Activation(name).output(POINTS), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", PLAIN)
def test_slopes_are_those_of_the_curve(name):
    rule = activations[name]
    a = rule.parameter.usual if rule.parameter else 0
    x = np.linspace(-7.03, 7.01, 500)
    difference = (rule.value(x + 1e-6, a) - rule.value(x - 1e-6, a)) / 2e-6
    np.testing.assert_allclose(rule.slope(x, a), difference, atol=1e-8)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int32, np.uint64, np.float64])
def test_steps_and_output_agree(name, dtype):
    x = np.array([[[0, 1, 2], [3, 100, 7]], [[5, 6, 0], [9, 2, 1]]]).astype(dtype)
    x = x - 4 if np.dtype(dtype).kind in "if" else x
    walk = Activation(name).walk(x)
    assert replay(walk).tolist() == walk.output.tolist()
    assert walk.output.shape == Activation(name).output_shape(x.shape) == x.shape
    np.testing.assert_allclose(
        walk.output.ravel(), [PLAIN[name](v) for v in x.ravel().tolist()], rtol=1e-12, atol=1e-12
    )


def test_whole_numbers_stay_whole():
    assert Activation("relu").output(np.array([-5, 5], dtype=np.int8)).dtype == np.int8
    assert Activation("relu").output(np.array([-5, 5])).tolist() == [0, 5]
    assert Activation("relu").walk([-6])[0].value == 0


def test_large_inputs_in_blocks_are_the_same():
    x = np.random.default_rng(1).normal(size=(3, 300, 400)) * 4
    for name in PLAIN:
        np.testing.assert_array_equal(
            Activation(name).output(x)[2, 150:160], Activation(name).output(x[2, 150:160].copy())
        )


def test_erf_is_that_of_python():
    x = np.random.default_rng(2).normal(size=5000) * 3
    np.testing.assert_allclose(erf(x), [math.erf(v) for v in x.tolist()], rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("name", ["relu6", "hardswish", "mish"])
def test_far_from_zero_nothing_overflows_and_no_digit_is_lost(name):
    with np.errstate(all="raise", under="ignore"):
        low, high = Activation(name).output([-1e100, 1e100])
    assert (low, high) == (0, 6 if name == "relu6" else 1e100)
    odd = 0.1 * np.arange(31, 99)
    if name == "hardswish":  # x·6 / 6 is not always x
        assert Activation(name).output(odd).tolist() == odd.tolist()


def test_prelu_has_a_slope_for_each_channel():
    x = np.array([[[-4.0]], [[-4.0]]])
    walk = Activation("prelu", [0.5, 0.25]).walk(x)
    assert walk.output.tolist() == [[[-2]], [[-1]]]
    assert [step.value for step in walk] == [-2, -1]
    with pytest.raises(GeometryError, match="3 slopes do not fit 2 channels"):
        Activation("prelu", [1, 2, 3]).walk(x)


@pytest.mark.parametrize(
    ("make", "kind"),
    [(lambda: Activation("rleu"), NotationError), (lambda: Activation("relu", 1), GeometryError),
     (lambda: Activation("elu", [1, 2]), GeometryError)], ids=["name", "parameter", "parameters"],
)  # fmt: skip
def test_mistakes(make, kind):
    with pytest.raises(kind) as caught:
        make()
    assert caught.value.hint
    assert isinstance(caught.value, CnnstepError)


def worth(text):
    """What a filled formula is worth, by Python's own functions."""
    text = text.replace("−", "-").replace("·", "*").replace("³", "**3")
    text = re.sub(r"√2", "math.sqrt(2)", text)
    text = re.sub(r"e\^\(", "math.exp(", text)
    text = re.sub(r"e\^([\d.]+)", r"math.exp(\1)", text)
    text = re.sub(r"\b(tanh|erf)\(", r"math.\1(", text).replace("ln(", "math.log(")
    return eval(text, {"math": math, "max": max, "min": min})


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("x", [-6, -3, -0.5, 0, 0.25, 2, 5])
def test_the_filled_formula_is_worth_the_value(name, x):
    rule = activations[name]
    a = rule.parameter.usual if rule.parameter else 0
    assert worth(fill(rule, x, short(x), a)) == pytest.approx(PLAIN[name](x), rel=2e-3, abs=1e-12)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("x", [-6, -0.5, 0, 0.25, 5])
def test_only_negative_numbers_stand_in_brackets(name, x):
    filled = fill(activations[name], x, short(x), 0.5)
    assert not re.search(r"(?<![a-z])\([\d.]+\)", filled)
    assert not re.search(r"[·^]−|^\(−[\d.]+\)$", filled)


@pytest.mark.parametrize(
    ("name", "x", "filled"),
    [("tanh", 0, "(e^0 − e^0) / (e^0 + e^0)"), ("tanh", -6, "(e^(−6) − e^6) / (e^(−6) + e^6)"),
     ("sigmoid", 2, "1 / (1 + e^(−2))"), ("hard-sigmoid", -2, "(−2 + 3) / 6"), ("relu", -6, "max(0, −6)"),
     ("identity", -6, "−6"), ("softplus", -1e-05, "ln(1 + e^(−1.000e−05))")],
)  # fmt: skip
def test_filled_formulas(name, x, filled):
    assert fill(activations[name], x, short(x), 0) == filled


NUMBERS = st.one_of(st.integers(-300, 300), st.floats(-50, 50), st.sampled_from([0.1, 1 / 3, 1e-5, 12345.678]))


@given(st.sampled_from([n for n, rule in activations.items() if rule.rational]), NUMBERS)
def test_equals_is_said_only_of_what_is_equal(name, x):
    step = Activation(name).walk([x])[0]
    (spans,) = sentence(step, activations[name], name).wordings
    text = "".join(span.text for span in spans).replace("\xa0", " ")
    parts = re.split(r" ([=≈]) ", text)
    shown = re.search(rf"{name}\((.*?)\)", text)[1]
    assert (exact(shown) == Fraction(x)) == (parts[1] == "=")
    rule = activations[name]
    a = exact(short(step.parameter))
    true = Fraction(rule.value(np.array([exact(shown)], dtype=object), a)[0])
    assert (true == exact(parts[-1])) == (parts[-2] == "=")


def test_gradients_of_layers_multiply():
    found = layers(activations["sigmoid"], 0, 2.0, 5)
    x = 2.0
    for number, layer in enumerate(found):
        y = sigmoid(x)
        assert (layer.x, layer.value, layer.slope) == (pytest.approx(x), pytest.approx(y), pytest.approx(y * (1 - y)))
        assert layer.gradient == pytest.approx(math.prod(later.slope for later in found[number:]))
        x = y
    assert layers(activations["relu"], 0, 2.0, 5)[0].gradient == 1
    assert layers(activations["relu"], 0, -2.0, 5)[0].gradient == 0


def test_where_functions_saturate():
    below, above = flat(activations["sigmoid"], 0)
    assert sigmoid(below) * (1 - sigmoid(below)) == pytest.approx(0.0025, rel=0.01)
    assert above == pytest.approx(-below)
    assert flat(activations["relu"], 0)[1] is None
    assert flat(activations["identity"], 0) == (None, None)
