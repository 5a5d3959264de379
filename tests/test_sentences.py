"""What pooling, stages, dense layers and stamps say is true: every relation is read back with fractions."""

import re
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnstep import Dense, Normalization, Pooling, Softmax, TransposedConvolution
from cnnstep.views.operations import dense, view_of
from cnnstep.views.operations import pooling as pooled
from cnnstep.views.wording.numbers import exact, short
from tests.test_sums import NUMBERS, claims, value_of


def text_of(words, wording=0):
    return "".join(span.text for span in words.wordings[wording]).replace("\xa0", " ")


ARRAYS = st.one_of(
    hnp.arrays(np.int64, (2, 3), elements=st.integers(-255, 255)), hnp.arrays(np.float64, (2, 3), elements=NUMBERS)
)


def middle(values):
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def worth(text):
    """What a pooled expression is worth."""
    for name, function in {"max": max, "min": min, "middle of ": middle}.items():
        if text.startswith(f"{name}("):
            return function([exact(cell) for cell in text[len(name) + 1 : -1].split(", ")])
    return value_of(text)


@given(ARRAYS, st.sampled_from(["max", "min", "average", "median"]))
def test_pooling(x, kind):
    step = Pooling((2, 3), kind=kind).walk(x)[0]
    words = pooled.sentence(step)
    text = text_of(words)
    parts = re.split(r" ([=≈]) ", text)
    for i in range(2, len(parts) - 2, 2):
        left, relation, right = parts[i : i + 3]
        assert (worth(left) == worth(right)) == (relation == "="), text


@given(hnp.arrays(np.int64, (2, 2), elements=st.integers(-99, 99)))
def test_lp(x):
    step = Pooling(2, kind="lp").walk(x)[0]
    *_, value = text_of(pooled.sentence(step)).split()
    squares = sum(int(v) ** 2 for v in x.ravel())
    assert f"√({squares})" in text_of(pooled.sentence(step))
    assert ("= √" in text_of(pooled.sentence(step))) is True
    assert (exact(value) ** 2 == squares) == (text_of(pooled.sentence(step)).split()[-2] == "=")


@given(hnp.arrays(np.float64, 20, elements=NUMBERS), st.integers(0, 99))
def test_long_dense_sums(x, seed):
    weights = np.random.default_rng(seed).normal(size=(1, 20)).round(3)
    words = dense.sentence(Dense(weights, 0.5).walk(x)[0])
    for wording in words.wordings:
        text = "".join(span.text for span in wording).replace("\xa0", " ")
        text = re.sub(r" \(the other [\d,]+\)", "", text)
        left, relation, right = re.split(r" ([=≈]) ", text.partition(" = ")[2])
        assert (value_of(left) == value_of(right)) == (relation == "="), text


@given(
    hnp.arrays(np.int64, (2, 2), elements=st.integers(-99, 99)),
    hnp.arrays(np.int64, (2, 2), elements=st.integers(-9, 9)),
)
def test_stamps(x, kernel):
    walk = TransposedConvolution(kernel).walk(x)
    for step in walk:
        text = text_of(view_of(walk).line(step).blocks[0])
        left, relation, right = re.split(r" ([=≈]) ", text.partition("; ")[2].partition(" = ")[2])
        assert (value_of(left) == value_of(right)) == (relation == "=")


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=6))
def test_softmax_stages(logits):
    walk = Softmax().walk(logits)
    for step in walk:
        text = text_of(view_of(walk).line(step).blocks[0])
        numbers = re.split(r" ([=≈]) ", text)
        if step.name in {"sum", "check"}:
            assert (value_of(numbers[-3]) == value_of(numbers[-1])) == (numbers[-2] == "="), text
        if step.name in {"shift", "divide"}:
            left, relation, right = re.split(r" ([=≈]) ", text.partition("]: ")[2])
            assert (value_of(left) == value_of(right)) == (relation == "="), text


@given(st.lists(st.one_of(st.integers(-300, 300), st.floats(-50, 50)), min_size=1, max_size=6))
def test_mean_and_variance(numbers):
    walk = Normalization().walk(numbers)
    mean, variance, normal = walk[:3]
    said = text_of(view_of(walk).line(variance).blocks[0]).partition("   with ")[0]
    *_, first, squares, second, value = re.split(r" ([=≈]) ", said)
    printed = exact(short(mean.value))
    true = sum((Fraction(x) - printed) ** 2 for x in mean.before.ravel().tolist())
    assert (true == value_of(squares.partition(" / ")[0])) == (first == "=")
    assert (value_of(squares) == value_of(value)) == (second == "=")
    said = text_of(view_of(walk).line(normal).blocks[0])
    *_, relation, value = said.split()
    is_zero = short(normal.before.ravel()[0].item()) == short(mean.value)  # 150 − 150, as printed
    assert (is_zero and value_of(value) == 0) == (relation == "="), said


def test_what_is_exact_is_said_to_be_equal():
    walk = Normalization().walk([1, 2, 3, 4])
    said = text_of(view_of(walk).line(walk[1]).blocks[0])
    assert said == "σ² = Σ (x − μ)² / n = 5 / 4 = 1.25   with μ = 2.5"


def test_claims_are_what_they_are_taken_for():
    assert claims([type("Span", (), {"text": "y = 1 + 1 = 2"})()]) == [("1 + 1", "=", "2")]
    assert value_of("1 + 1") == Fraction(2)
