"""What a network has learned: against plain loops over the operations of walks, and what was asked of it in vain."""

import json
from math import exp, fsum

import numpy as np
import pytest

import cnnstep
from cnnstep import replay, view
from cnnstep.errors import GeometryError
from cnnstep.inputs.datasets import digits
from cnnstep.networks import inspection
from cnnstep.networks.backpropagation import logits_of
from cnnstep.networks.described import describe
from cnnstep.networks.layer import find
from cnnstep.networks.network import Network
from cnnstep.networks.occlusion import Occlusion
from tests.test_backpropagation import forward

SMALL = "conv 3@3x3 relu | maxpool 2 | conv 4@2x2 relu | flatten | dense 3 | softmax"
GRAPHS = {
    "chain": (SMALL, (1, 8, 8)),
    "colours": ("conv 3@3x3 padding 1 tanh | avgpool 2 | flatten | dense 3", (3, 6, 6)),
    "residual": ("conv 2@3x3 padding 1 relu as a | conv 2@3x3 padding 1 | add a | relu | dense 3", (1, 6, 6)),
    "concatenated": ("conv 2@3x3 padding 1 relu as a | maxpool 2 | upsample 2 | concat a | dense 3", (1, 6, 6)),
}


@pytest.fixture(params=GRAPHS.values(), ids=GRAPHS)
def met(request):
    words, shape = request.param
    return cnnstep.network(words, input=shape), np.random.default_rng(6).random(shape)


def plain(network, x, changed=None):
    """softmax of the logits, by the operations of walks."""
    powers = [exp(each) for each in forward(network, x, changed)[logits_of(network)].reshape(-1).tolist()]
    return np.array([each / fsum(powers) for each in powers])


def test_an_answer_is_that_of_the_walks(met):
    network, x = met
    found = inspection.answer(network, x)
    np.testing.assert_allclose(found.probabilities, plain(network, x), atol=1e-12)
    np.testing.assert_allclose(inspection.probabilities(network, np.stack([x, x]))[1], plain(network, x), atol=1e-12)
    for ours, theirs in zip(found.outputs, forward(network, x), strict=False):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_occlusion_is_a_loop_over_places(met):
    network, x = met
    walk = Occlusion(network, 2, 1).walk(x)
    rows, columns = (n - 1 for n in x.shape[1:])
    expected = np.empty((1, rows, columns))
    border = [np.concatenate([c[0], c[-1], c[:, 0], c[:, -1]]) for c in x]
    for row in range(rows):
        for column in range(columns):
            covered = x.copy()
            for channel, edge in zip(covered, border, strict=True):
                channel[row : row + 2, column : column + 2] = np.median(edge)
            expected[0, row, column] = plain(network, covered)[1]
    np.testing.assert_allclose(walk.output, expected, atol=1e-12)
    np.testing.assert_array_equal(replay(walk).astype(float), walk.output)
    assert walk[0].before == pytest.approx(plain(network, x)[1])


def test_saliency_is_the_slope_of_the_logit(met):
    network, x = met
    found, node, step = inspection.saliency(network, x, 2), logits_of(network), 1e-6
    for row, column in ((0, 0), (2, 3), (5, 5)):
        slopes = []
        for channel in range(len(x)):
            ends = []
            for move in (step, -step):
                moved = x.copy()
                moved[channel, row, column] += move
                ends.append(forward(network, moved)[node].reshape(-1)[2])
            slopes.append(abs(ends[0] - ends[1]) / (2 * step))
        assert found[row, column] == pytest.approx(max(slopes), abs=1e-8)


def test_grad_cam_is_a_sum_of_maps(met):
    network, x = met
    layer = find(network.layers, "c1").last
    found, made, node = inspection.grad_cam(network, x, 1, layer), forward(network, x), logits_of(network)
    maps, weights, step = made[layer.number], [], 1e-6
    for channel in range(len(maps)):
        slopes = []
        for place in np.ndindex(maps.shape[1:]):
            ends = []
            for move in (step, -step):
                moved = maps.astype(float)
                moved[(channel, *place)] += move
                ends.append(forward(network, x, {layer.number: moved})[node].reshape(-1)[1])
            slopes.append((ends[0] - ends[1]) / (2 * step))
        weights.append(fsum(slopes) / len(slopes))
    # a map that is 0 after relu stands on a corner of max pooling: its gradient is a convention there
    flat = [k for k in range(len(maps)) if "maxpool" in {each.word for each in network.layers} and (maps[k] == 0).any()]
    kept = [k for k in range(len(maps)) if k not in flat]
    np.testing.assert_allclose(found.weights[kept], np.array(weights)[kept], atol=1e-7)
    summed = sum(w * a for w, a in zip(found.weights, maps, strict=True))
    np.testing.assert_allclose(found.map, np.where(summed > 0, summed, 0), atol=1e-12)


def test_an_ablated_channel_is_zero(met):
    network, x = met
    layer = find(network.layers, "c1").last
    made = forward(network, x)[layer.number].astype(float)
    made[1] = 0
    found = inspection.ablated(network, x, layer, 1)
    np.testing.assert_allclose(found.probabilities, plain(network, x, {layer.number: made}), atol=1e-12)


def test_sparsity_counts_zeros():
    network = cnnstep.network(SMALL, input=(1, 8, 8))
    x = np.random.default_rng(0).random((1, 8, 8))
    made = forward(network, x)
    shares = inspection.sparsity(inspection.answer(network, x).outputs)
    assert shares == [np.count_nonzero(each == 0) / each.size for each in made[: len(shares)]]


def test_pictures_of_whole_numbers():
    network = cnnstep.network("conv 2@3x3 relu | dense 3", input=(1, 6, 6))
    x = np.random.default_rng(0).integers(0, 256, (1, 6, 6)).astype(np.uint8)
    walk = Occlusion(network, 3, 1).walk(x)
    assert walk[0].before == pytest.approx(plain(network, x)[1])
    np.testing.assert_allclose(inspection.answer(network, x).probabilities, plain(network, x), atol=1e-12)
    np.testing.assert_array_equal(inspection.shifted(x, (0, 1), inspection.background(x))[:, :, 1:], x[:, :, :-1])


@pytest.mark.parametrize("cells", [(0, 0), (0, 4), (-2, 1), (3, -3)])
def test_a_shift_moves_every_pixel(cells):
    x = np.arange(50.0).reshape(2, 5, 5)
    moved = inspection.shifted(x, cells, np.array([7.0, 8.0]))
    for channel, row, column in np.ndindex(x.shape):
        at = (row - cells[0], column - cells[1])
        inside = all(0 <= n < 5 for n in at)
        assert moved[channel, row, column] == (x[(channel, *at)] if inside else (7.0, 8.0)[channel])


def test_maps_move_with_the_picture_and_pooled_maps_half_as_far():
    network = cnnstep.network("conv 2@3x3 tanh | avgpool 2 stride 2 | dense 3", input=(1, 14, 14))
    x = np.zeros((1, 14, 14))
    x[0, 4:9, 3:7] = np.random.default_rng(1).random((5, 4))
    before, after = inspection.answer(network, x), inspection.answer(network, inspection.shifted(x, (0, 4)))
    found = inspection.equivariance(network, before, after, (0, 4))
    assert [each.cells for each in found] == [(0, 4), (0, 4), (0, 2), None]
    assert all(each.difference == pytest.approx(0, abs=1e-12) for each in found[:3])
    odd = inspection.equivariance(network, before, after, (0, 3))
    assert odd[2] == (network.layers[2], (0, 1.5), None)


def test_beside_a_trained_network_stands_the_untrained_one():
    drawn = cnnstep.network(SMALL, input=(1, 8, 8))
    assert inspection.untrained(drawn) is None
    given = {name: each * 2 for name, each in drawn.weights.items()}
    trained = cnnstep.network(SMALL, input=(1, 8, 8), weights=given)
    beside = inspection.untrained(trained)
    for name, each in drawn.weights.items():
        np.testing.assert_array_equal(beside.weights[name], each)


@pytest.fixture
def weights(tmp_path):
    """Weights that are given: what a trained network has."""
    path = tmp_path / "weights.npz"
    drawn = cnnstep.network("lenet5", seed=4).weights
    np.savez(path, **{name: each.astype(np.float32) for name, each in drawn.items()})
    return str(path)


QUESTIONS = {
    "filters": ("--filters",), "saliency": ("--saliency",), "grad-cam": ("--grad-cam", "c3"),
    "occlude": ("--occlude", "20"), "ablate": ("--ablate", "c1[2]"), "sparsity": ("--sparsity",),
    "shift": ("--shift", "0,4"),
}  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_of_a_trained_network(run, weights, tmp_path, name):
    words = ("inspect", "lenet5", "sample:digit", *QUESTIONS[name])
    untrained, trained = run(*words, "--untrained"), run(*words, "--weights", weights)
    assert untrained.exit_code == trained.exit_code == 0, untrained.stderr + trained.stderr
    assert "untrained lenet5" in untrained.stdout
    assert " lenet5" in trained.stdout and "untrained lenet5" not in trained.stdout  # noqa: PT018
    if name not in {"ablate", "shift"}:
        assert "untrained" in trained.stdout
    assert all(len(line) <= 80 for line in trained.stdout.splitlines())
    for suffix in ("png", "html", "json"):
        saved = run(*words, "--weights", weights, "--save", str(tmp_path / f"{name}.{suffix}"))
        assert saved.exit_code == 0, saved.stderr
    told = json.loads(run(*words, "--weights", weights, "--json").stdout)
    assert told["target" if name == "occlude" else "class"] in range(10)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--grad-cam", "c5"), "one blank square: its maps are 1×1"),
        (("--grad-cam", "f6"), "it gives a list of 84"),
        (("--ablate", "c1[6]"), "c1 has no channel 6"),
        (("--ablate", "c1[0,1,1]"), "a whole channel"),
        (("--ablate", "f7[0]"), "gives the logits"),
        (("--shift", "0,32"), "does not fit"),
        (("--shift", "1"), "does not fit"),
        (("--shift", "a"), "is not rows,columns"),
        (("--occlude", "33"), "does not fit"),
        (("--occlude", "0"), "occlude"),
        (("--saliency", "--sparsity"), "two questions"),
        (("--saliency", "--target", "10"), "no class of 10"),
        (("--saliency", "--play"), "no steps"),
        (("--grad-cam", "nothing"), "no layer"),
    ],
)
def test_what_cannot_be_asked_says_so(run, args, said):
    result = run("inspect", "lenet5", "sample:digit", *args)
    assert result.exit_code != 0
    assert said in " ".join(result.stderr.split())


def test_accuracy_over_shifts(run, tmp_path):
    told = json.loads(run("inspect", "lenet5", "--shift", "all", "--json").stdout)
    found, network = digits().test, describe("lenet5")
    layers = network.layers((1, 32, 32), 0)
    trained, drawn = Network(layers, 0, network.learned(layers)), Network(layers, 0)
    assert [each["shift"] for each in told["shifts"]] == [[n, n] for n in range(9)]
    for n in (0, 3, 8):
        x = np.zeros_like(found.x)
        x[:, n:, n:] = found.x[:, : 32 - n, : 32 - n]
        shares = [float((each.output(x[:, None]).argmax(1) == found.labels).mean()) for each in (trained, drawn)]
        assert [told["shifts"][n][name] for name in ("accuracy", "untrained_accuracy")] == pytest.approx(shares)
        assert told["shifts"][n]["cut"] == pytest.approx(1 - x.sum() / found.x.sum())
    untrained = json.loads(run("inspect", "lenet5", "--untrained", "--shift", "all", "--json").stdout)
    assert untrained["is_untrained"]
    assert untrained["shifts"][3]["accuracy"] == told["shifts"][3]["untrained_accuracy"]
    for name in ("s.csv", "s.png", "s.html"):
        assert run("inspect", "lenet5", "--shift", "all", "--save", str(tmp_path / name)).exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lenet5", "sample:digit"), "takes no INPUT"),
        (("lenet5", "--target", "3"), "takes no --target"),
        (("vgg16",), "the digits are 1×32×32, and vgg16 takes 3×224×224"),
        (("flatten | dense 3",), "this network has 3 outputs"),
        (("unet",), "not one for each class"),
    ],
)
def test_accuracy_over_shifts_is_that_of_digits(run, words, said):
    result = run("inspect", *words, "--shift", "all")
    assert result.exit_code != 0
    assert said in " ".join(result.stderr.split())


def test_no_network_and_no_picture(run):
    assert "name a network" in run("inspect").stderr
    assert "no picture" in run("inspect", "conv 2@3 | dense 3", "1 2 3 4 5", "--saliency").stderr
    assert "does not fit" in run("inspect", "conv 2@3 | dense 3", "1 2 3 4 5", "--occlude", "2").stderr
    assert "no convolution" in run("inspect", "dense 3", "1 2; 3 4", "--filters").stderr
    with pytest.raises(GeometryError):
        view("inspect resnet sample:digit --grad-cam s10")
