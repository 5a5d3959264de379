"""Sums and stacks of several inputs, against plain loops; and `cnnstep.network`, where they join branches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnstep
from cnnstep import CnnstepError, replay
from cnnstep.engine.joins import Addition, Concatenation
from cnnstep.engine.steps import Source
from cnnstep.errors import GeometryError
from cnnstep.geometry.joining import added, concatenated

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)
RESIDUAL = "conv 4@3x3 padding 1 relu as a | conv 4@3x3 padding 1 | add a | relu"


def arrays(shapes, seed, *, whole):
    rng = np.random.default_rng(seed)
    return tuple(rng.integers(-9, 9, s) if whole else rng.normal(size=s) for s in shapes)


@given(SHAPES, st.integers(2, 4), st.integers(0, 99), st.booleans())
def test_a_sum_is_that_of_every_cell(shape, count, seed, whole):
    inputs = arrays([shape] * count, seed, whole=whole)
    walk = Addition().walk(inputs)
    for step in walk:
        terms = [x[step.index].item() for x in inputs]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        assert (step.value, list(step.terms)) == (total, terms)
        largest = max(range(count), key=lambda n, terms=terms: abs(terms[n]))
        assert step.main_source(shape) == Source(step.index, largest)
    np.testing.assert_array_equal(replay(walk).astype(walk.output.dtype), walk.output)
    assert walk.output.dtype.kind == ("i" if whole else "f")


@given(SHAPES, st.lists(st.integers(1, 3), min_size=2, max_size=4), st.integers(0, 99), st.booleans())
def test_a_stack_has_every_channel_in_its_place(shape, counts, seed, whole):
    inputs = arrays([(count, *shape[1:]) for count in counts], seed, whole=whole)
    walk = Concatenation().walk(inputs)
    channels = [channel for x in inputs for channel in x]
    assert walk.output.shape == (sum(counts), *shape[1:])
    for step in walk:
        source = step.main_source(())
        assert step.value == channels[step.index[0]][step.index[1:]] == inputs[source.input][source.cell]
    np.testing.assert_array_equal(replay(walk).astype(walk.output.dtype), walk.output)


def test_integers_that_leave_64_bits_stay_exact():
    most = np.array([2**62, -(2**62)])
    walk = Addition().walk((most, most, most))
    assert walk.output.tolist() == [3 * 2**62, -3 * 2**62] == [step.value for step in walk]


@pytest.mark.parametrize(
    ("shapes", "hint"),
    [
        (((64, 28, 28), (64, 14, 14)), "give the branch of 28×28 a convolution with stride=2"),
        (((4, 9, 9), (4, 7, 7)), "keep the size of every convolution on both branches with padding='same'"),
        (((4, 9, 9), (8, 9, 9)), "end one branch with as many filters as the other: conv 8@1x1"),
        (((4, 9), (36,)), "flatten both, or neither"),
    ],
    ids=["stride", "padding", "filters", "flatten"],
)
def test_what_does_not_fit_names_both_shapes_and_the_setting(shapes, hint):
    with pytest.raises(GeometryError) as caught:
        added(shapes)
    first, other = ("×".join(map(str, shape)) for shape in shapes)
    assert caught.value.message == f"{first} and {other} cannot be added: every axis must agree"
    assert caught.value.hint == hint


def test_channels_may_differ_where_maps_are_stacked():
    assert concatenated([(4, 9, 9), (2, 9, 9), (1, 9, 9)]) == (7, 9, 9)
    with pytest.raises(GeometryError):
        concatenated([(4, 9, 9), (4, 9, 8)])


def residual_by_hand(x, weights):
    """The residual block in plain loops: x is (1, 9, 9)."""

    def convolved(x, weight, bias):
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
        return np.array([
            [[(padded[:, i : i + 3, j : j + 3] * w).sum() + b for j in range(9)] for i in range(9)]
            for w, b in zip(weight, bias, strict=True)
        ])  # fmt: skip

    first = np.maximum(convolved(x, weights["c1.weight"], weights["c1.bias"]), 0)
    return np.maximum(convolved(first, weights["c2.weight"], weights["c2.bias"]) + first, 0)


def test_a_network_in_python():
    network = cnnstep.network(RESIDUAL, input=(1, 9, 9), seed=1)
    assert {name: array.shape for name, array in network.weights.items()} == {
        "c1.weight": (4, 1, 3, 3), "c1.bias": (4,), "c2.weight": (4, 4, 3, 3), "c2.bias": (4,),
    }  # fmt: skip
    assert list(network.weights) == ["c1.weight", "c1.bias", "c2.weight", "c2.bias"]
    batch = np.random.default_rng(0).normal(size=(3, 1, 9, 9)).astype(np.float32)
    answers = network.output(batch)
    assert answers.dtype == np.float32
    for x, answer in zip(batch, answers, strict=True):
        np.testing.assert_allclose(answer, residual_by_hand(x.astype(float), network.weights), rtol=1e-5, atol=1e-5)


def test_weights_are_given_by_their_names():
    drawn = cnnstep.network(RESIDUAL, input=(1, 9, 9), seed=1)
    given_ = {name: array + 1 for name, array in drawn.weights.items()}
    network = cnnstep.network(RESIDUAL, (1, 9, 9), weights=given_)
    for name, array in network.weights.items():
        np.testing.assert_array_equal(array, given_[name])
    x = np.ones((1, 1, 9, 9), np.float32)
    np.testing.assert_allclose(network.output(x)[0], residual_by_hand(x[0].astype(float), given_), rtol=1e-5)
    assert not np.array_equal(network.output(x), drawn.output(x))
    with pytest.raises(CnnstepError, match=r"has no array c2\.bias"):
        cnnstep.network(RESIDUAL, (1, 9, 9), weights={name: given_[name] for name in list(given_)[:-1]})


def test_seeds_draw_other_weights_and_the_same_again():
    one, same, two = (cnnstep.network("conv 1@3x3", (1, 5, 5), seed=seed).weights["c1.weight"] for seed in (1, 1, 2))
    assert one.tolist() == same.tolist() != two.tolist()


def test_a_network_without_a_size_says_what_is_missing():
    with pytest.raises(CnnstepError, match="what arrives at the first layer is not known"):
        cnnstep.network("conv 1@3x3")


def test_blocks_repeat_without_copying(tmp_path):
    path = tmp_path / "small.cnn"
    path.write_text(
        """input 1x9x9
conv 4@3x3 same relu
block basic(F, S)   # two convolutions, and what goes past them
  as x
  conv F@3x3 stride S padding 1 relu
  conv F@3x3 padding 1 as y
  from x | conv F@1x1 stride S | add y relu
end
basic 4 1 as first
basic 8 2
from first | globalavgpool
""",
        encoding="utf-8",
    )
    layers = cnnstep.network(str(path)).layers
    assert [layer.word for layer in layers] == [
        "conv",
        "relu",
        *["conv", "relu", "conv", "conv", "add", "relu"] * 2,
        "globalavgpool",
    ]
    assert [layer.inputs for layer in layers[2:8]] == [(2,), (3,), (4,), (2,), (6, 5), (7,)]
    assert layers[7].names == ("first",)
    assert layers[13].output == (8, 5, 5)
    assert layers[-1].inputs == (8,)


def test_unpool_goes_back_to_the_places_of_the_pooling_that_it_names():
    x = np.random.default_rng(4).permutation(2 * 6 * 6).reshape(1, 2, 6, 6).astype(np.float32)
    network = cnnstep.network("maxpool 2 as p | relu6 | conv identity same groups 2 | unpool p", (2, 6, 6))
    answer = network.output(x)[0]
    for channel, maps in zip(answer, x[0], strict=True):
        for i in range(0, 6, 2):
            for j in range(0, 6, 2):
                window = maps[i : i + 2, j : j + 2]
                most = window.max()
                expected = np.where(window == most, min(most, 6), 0)
                np.testing.assert_array_equal(channel[i : i + 2, j : j + 2], expected)


def test_layers_that_enlarge_are_their_operations():
    text = "transposed 3@2x2 stride 2 nobias | pad 1:0x0:2 reflect | upsample 2x1 bilinear | upsample 2"
    network = cnnstep.network(text, (2, 4, 5), seed=3)
    x = np.random.default_rng(4).normal(size=(2, 2, 4, 5)).astype(np.float32)
    kernel = network.weights["c1.weight"]
    assert kernel.shape == (2, 3, 2, 2)
    assert list(network.weights) == ["c1.weight"]
    for image, answer in zip(x.astype(float), network.output(x), strict=True):
        y = cnnstep.TransposedConvolution(kernel, 2).output(image)
        y = np.pad(y, ((0, 0), (1, 0), (0, 2)), mode="reflect")
        y = cnnstep.Upsampling((2, 1), "bilinear").output(y)
        y = y.repeat(2, axis=1).repeat(2, axis=2)
        np.testing.assert_allclose(answer, y, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("conv 2@3x3 as p | unpool p", "layer 2 (unpool p): unpool needs the max pooling whose places it goes back to"),
        ("maxpool 2 as p | conv 3@1x1 | unpool p", "3×3×3 arrive, but what it goes back to was pooled to 1×3×3"),
        ("avgpool 2 as p | unpool p", "average pooling has no places to go back to: only a maximum stands somewhere"),
        ("upsample 0", "factor must be 1 or more, not 0"),
        ("upsample 2 cubic", "'cubic' is not expected here"),
        ("upsample 2 linear trilinear", "kind is set twice"),
        ("upsample 2 trilinear", "trilinear is linear along 3 axes, but there are 2"),
        ("pad", "pad needs its padding"),
        ("pad 9 reflect", "reflect padding 9 is too wide for 6 cells"),
        ("pad same", "padding same is a rule for windows, and here is none"),
        ("transposed 3x3 stride 0", "stride must be 1 or more, not 0"),
        ("transposed edge", "'edge' is no size of filters"),
    ],
)
def test_what_cannot_be_says_why(text, said):
    with pytest.raises(CnnstepError) as caught:
        cnnstep.network(text, (1, 6, 6))
    assert said in caught.value.message
