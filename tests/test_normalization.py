"""Batch, layer and instance normalisation against plain loops; what is printed is worked out again."""

import json
import math
import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstep import BatchNormalization, Normalization, replay
from cnnstep.errors import CnnstepError
from cnnstep.inputs.kernels import read_kernel
from cnnstep.networks.layer_kinds import KINDS
from cnnstep.networks.network import assemble
from cnnstep.notation.chain import chain
from cnnstep.views.operations import view_of
from tests.test_sentences import text_of, value_of

CHAIN = "conv 2@3x3 nobias | batchnorm | relu | flatten | dense 3 nobias | batchnorm"
EPSILON = 1e-5


def plain(x, groups, scale, shift):
    """Groups of places share a mean and a variance; scale and shift are functions of the place."""
    y = np.zeros(x.shape)
    for places in groups:
        cells = [float(x[place]) for place in places]
        mean = math.fsum(cells) / len(cells)
        variance = math.fsum((v - mean) ** 2 for v in cells) / len(cells)
        for place in places:
            y[place] = scale(place) * (x[place] - mean) / math.sqrt(variance + EPSILON) + shift(place)
    return y


def places(shape):
    return list(product(*map(range, shape)))


@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 4), st.integers(2, 4), st.integers(0, 99))
def test_batch_normalisation_in_training(images, channels, rows, columns, seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(-99, 99, (images, channels, rows, columns))
    scale, shift = rng.normal(size=channels), rng.normal(size=channels)
    walk = Normalization(scale, shift, kind="batch").walk(x)
    groups = [[place for place in places(x.shape) if place[1] == c] for c in range(channels)]
    expected = plain(x, groups, lambda place: scale[place[1]], lambda place: shift[place[1]])
    np.testing.assert_allclose(walk.output, expected, rtol=1e-9, atol=1e-9)
    assert replay(walk).tolist() == walk.output.tolist()
    index = (images - 1, channels - 1, 0, 1)
    (step,) = walk.at(index)
    assert step.value == walk.output[index]
    assert step.main_source(x.shape).cell == index
    stage = walk[channels - 1, 0]
    largest = stage.main_source(x.shape).cell
    assert largest[1] == channels - 1
    assert x[largest] == x[:, channels - 1].max()


def test_of_one_image_it_is_instance_normalisation():
    x = np.random.default_rng(1).integers(-9, 9, (3, 4, 5))
    assert Normalization(2, 1, kind="batch").output(x).tolist() == Normalization(2, 1).output(x).tolist()
    assert Normalization(2, 1, kind="batch").output(x[None])[0].tolist() == Normalization(2, 1).output(x).tolist()


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple), st.booleans(), st.integers(0, 99))
def test_layer_normalisation(shape, is_each, seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(-99, 99, shape)
    scale, shift = (rng.normal(size=shape) for _ in range(2)) if is_each else (np.full(shape, 2.5), np.full(shape, -1))
    walk = Normalization(*((scale, shift) if is_each else (2.5, -1)), kind="layer").walk(x)
    expected = plain(x, [places(shape)], scale.__getitem__, shift.__getitem__)
    np.testing.assert_allclose(walk.output, expected, rtol=1e-9, atol=1e-9)
    assert replay(walk).tolist() == walk.output.tolist()
    index = tuple(n - 1 for n in shape)
    assert walk.at(index)[0].value == walk.output[index]
    json.dumps(walk[0].as_dict())


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple), st.integers(0, 99))
def test_batch_normalisation_at_inference(shape, seed):
    rng = np.random.default_rng(seed)
    x, channels = rng.integers(-99, 99, shape), shape[0]
    mean, scale, shift = (rng.normal(size=channels) for _ in range(3))
    variance = rng.random(channels)
    walk = BatchNormalization(mean, variance, scale, shift).walk(x)
    assert replay(walk).tolist() == walk.output.tolist()
    for step in walk:
        c = step.index[0]
        expected = scale[c] * (x[step.index] - mean[c]) / math.sqrt(variance[c] + EPSILON) + shift[c]
        assert step.value == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert step.main_source(shape).cell == step.index
        assert step.factor * step.x + step.offset == step.value


NUMBERS = st.one_of(st.integers(-300, 300), st.floats(-50, 50))


@given(NUMBERS, NUMBERS, st.one_of(st.integers(0, 50), st.floats(0, 50)), NUMBERS, NUMBERS)
def test_what_a_step_says_is_true(x, mean, variance, scale, shift):
    walk = BatchNormalization(mean, variance, scale, shift).walk([x])
    view = view_of(walk)
    lines = [text_of(block) for block in view.notes(walk[0])]
    first = text_of(view.sentence(walk[0]))
    assert first.count("√") == 1
    for line in lines[1:]:
        for claim in line.split(", ") if "b = " in line else [line]:
            if "√" in claim:
                continue
            *_, left, sign, right = re.split(r" ([=≈]) ", claim.partition(": ")[2] or claim)
            assert (value_of(left) == value_of(right)) == (sign == "="), line


@pytest.mark.parametrize(
    ("settings", "x", "said"),
    [
        ((4, 3.75, 3, 1, 0.25), 6, "y[0] = 3·(6 − 4) / √(3.75 + 0.25) + 1 = 4"),
        ((4, 4, 3, 1), 6, "y[0] = 3·(6 − 4) / √(4 + 0.00001) + 1 ≈ 4"),
        ((4, 4, 3, 1), 4, "y[0] = 3·(4 − 4) / √(4 + 0.00001) + 1 = 1"),
        ((-4, 4, 0, 1), 9, "y[0] = 0·(9 − (−4)) / √(4 + 0.00001) + 1 = 1"),
    ],
)
def test_equal_is_said_where_the_root_is_one_or_makes_no_difference(settings, x, said):
    walk = BatchNormalization(*settings).walk([x])
    assert text_of(view_of(walk).sentence(walk[0])) == said


MISTAKES = {
    "means": (lambda: BatchNormalization([1, 2, 3], 1).walk(np.ones((2, 2, 2))), "3 means do not fit 2 channels"),
    "variances": (lambda: BatchNormalization(0, [1, 2]).walk([1, 2, 3]), "2 variances do not fit 3 channels"),
    "negative": (lambda: BatchNormalization(0, [1, -2]), "a mean of squares, 0 or more, not -2"),
    "NaN": (lambda: BatchNormalization(float("nan"), 1), "holds nan"),
    "epsilon": (lambda: BatchNormalization(0, 1, epsilon=-1), "epsilon must be above 0"),
    "beyond": (lambda: BatchNormalization(0, 0, 1e100, epsilon=1e-300).walk([1]), "γ / √(σ² + ε) holds"),
    "empty": (lambda: BatchNormalization(0, 1).walk([]), "is empty"),
    "kind": (lambda: Normalization(kind="layers"), "no normalisation is called 'layers'"),
    "one number": (lambda: Normalization(kind="batch").walk([1, 2]), "each channel of 2 has one number"),
    "axes": (lambda: Normalization(np.ones((3, 2)), kind="layer").walk(np.ones((2, 3))), "scales of 3×2 do not fit"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_does_not_fit_is_refused(name):
    make, message = MISTAKES[name]
    with pytest.raises(CnnstepError) as caught:
        make()
    assert message in caught.value.message
    assert caught.value.hint


def test_many_axes_are_named_as_they_are_counted():
    with pytest.raises(CnnstepError, match="counts channel,row,column from 0"):
        Normalization(kind="batch").walk(np.zeros((2, 3, 4, 5))).at((1, 1))


def test_parameters_and_buffers_are_counted_apart(run):
    layers = assemble(chain(CHAIN, KINDS), (1, 5, 5), read_kernel)
    assert [(layer.learned, layer.buffers) for layer in layers] == [(18, 0), (4, 4), (0, 0), (0, 0), (54, 0), (6, 6)]
    told = json.loads(run("net", CHAIN, "--in", "1x5x5", "--json").stdout)
    assert (told["parameters"], told["buffers"]) == (82, 10)
    assert "82 parameters   10 buffers" in run("net", CHAIN, "--in", "1x5x5").stdout
    shown = " ".join(run("explain", CHAIN, "batchnorm", "--in", "1x5x5").stdout.split())
    assert "2·2 = 4: γ and β a channel; 4 buffers: running mean and variance" in shown
    assert "3·3·1·2 = 18 weights, no bias" in run("explain", CHAIN, "c1", "--in", "1x5x5").stdout
    assert "18·3 = 54 weights, no bias" in run("explain", CHAIN, "f2", "--in", "1x5x5").stdout


def test_running_averages_come_from_files(run, tmp_path):
    path = tmp_path / "weights.npz"
    assert run("net", CHAIN, "sample:five", "--save", str(path)).exit_code == 0
    with np.load(path) as archive:
        arrays = dict(archive)
    assert set(arrays) == {
        "c1.weight", "f2.weight",
        *(f"{name}.{part}" for name in ("batchnorm", "batchnorm-2")
          for part in ("weight", "bias", "running_mean", "running_var")),
    }  # fmt: skip
    arrays |= {"batchnorm.running_mean": np.array([1.0, 2.0]), "batchnorm.num_batches_tracked": np.array(7)}
    np.savez(path, **arrays)
    told = run("net", CHAIN, "sample:five", "--weights", str(path), "--at", "2[1,0,0]", "--json")
    assert json.loads(told.stdout)["mean"] == [1, 2]
    arrays["c1.num_batches_tracked"] = np.array(7)
    np.savez(path, **arrays)
    assert "c1.num_batches_tracked, which" in run("net", CHAIN, "sample:five", "--weights", str(path)).stderr
    del arrays["c1.num_batches_tracked"], arrays["batchnorm.running_var"]
    np.savez(path, **arrays)
    assert "has no array batchnorm.running_var (2)" in run("net", CHAIN, "sample:five", "--weights", str(path)).stderr


def test_a_network_in_training_uses_the_statistics_of_what_arrives(run, tmp_path):
    told = run("net", "conv 2@3x3 | batchnorm", "sample:five", "--training", "--json", "--layer", "2").stdout
    output = np.array(json.loads(told)["map"])
    np.testing.assert_allclose(output.mean(axis=(1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(output.var(axis=(1, 2)), 1, rtol=1e-3)
    file = tmp_path / "net.cnn"
    file.write_text("input 1x5x5\nconv 2@3x3\nbatchnorm\n", encoding="utf-8")
    np.save(tmp_path / "many.npy", np.zeros((3, 1, 5, 5)))
    refused = run("net", str(file), str(tmp_path / "many.npy"), "--training")
    assert refused.exit_code == 2
    assert "holds 3 images, and --training takes one" in refused.stderr


def test_normalize_is_another_word(run):
    line = ("sample:five", "--scale", "2", "--at", "1,2")
    assert run("normalize", *line).stdout == run("instancenorm", *line).stdout
    assert "normalize" not in run("--help").stdout + run().stdout
    assert len(run(columns=80).stdout.splitlines()) <= 23


def test_a_batch_shows_several_images(run, tmp_path):
    path = str(tmp_path / "batch.npy")
    np.save(path, np.random.default_rng(0).integers(0, 9, (5, 2, 4, 4)))
    mean = run("batchnorm", path, "--training", "--steps", "0:1").stdout
    assert all(f"x of image {number} 4×4" in mean for number in (0, 2, 4))
    assert "the mean of the channel, over all images" in mean
    step = run("batchnorm", path, "--training", "--at", "3,1,2,2").stdout
    assert "x of image 3 4×4" in step
    assert "y[3,1,2,2] = " in step
    whole = run("batchnorm", path, "--training", "--view", "map").stdout
    assert "y of image 2, channel 1 4×4" in whole
    assert "3 of 5 images are shown" in whole


def test_why_in_training_gives_the_numbers_of_the_network_in_training(run):
    words = ("conv 2@3x3 | batchnorm | relu | dense 3", "sample:five")
    shown = run("net", *words, "--training", "--json", "--layer", "2").stdout
    number = np.array(json.loads(shown)["map"])[0, 1, 1]
    assert (
        f"batchnorm[0,1,1] = relu({number:.4f}) = 0".replace("-", "−")
        in run("why", *words, "batchnorm[0,1,1]", "--training").stdout
    )
    assert "sample:five --training" in " ".join(run("net", *words, "--training").stdout.split())
    asked = json.loads(run("why", *words, "c1.weight[0,0,1,1]", "--training", "--target", "1", "--json").stdout)
    found = json.loads(run("gradients", *words, "--training", "--target", "1", "--json").stdout)
    first = next(each for layer in found["layers"] for each in layer["parameters"] if each["name"] == "c1.weight")
    assert first["gradient"][0][0][1][1] == pytest.approx(asked["gradient"])
    assert "has none" in run("why", "conv 2@3x3", "sample:five", "c1[0,1,1]", "--training").stderr
