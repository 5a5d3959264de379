"""Gradients of batches: against central differences in float64, the parts of a batch, and PyTorch."""

import numpy as np
import pytest

from cnnstep.engine.convolution import Convolution
from cnnstep.engine.fast import threads
from cnnstep.engine.fast.training import Dropout
from cnnstep.engine.kernels import Kernel
from cnnstep.engine.pooling import Pooling
from cnnstep.errors import GeometryError
from cnnstep.networks import layer_kinds
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.backward import Backward
from cnnstep.networks.forward import Forward
from cnnstep.networks.network import Network, standing
from tests.test_forward import CHAINS, network_of
from tests.test_graphs import RESIDUAL, graph
from tests.test_origins import SMALL

BEHIND = {
    "a layer behind a stride": ("conv 2@3x3 | conv 3@3x5 stride 2x1 padding 1x2 | relu", (2, 9, 11)),
    "a layer behind padding": ("conv 2@2x2 same | conv 2@3x3 padding 0:2x1:0", (1, 6, 7)),
    "a layer behind dilation": ("conv 2@1x1 | conv 2@3x3 dilation 2x1 stride 2", (2, 9, 9)),
    "a layer behind groups": ("conv 4@3x3 | conv 8@3x3 groups 4 same", (2, 8, 8)),
    "windows apart": ("conv 2@1x1 | conv 2@2x2 stride 3 | conv 2@1x1 | maxpool 1 stride 2", (1, 9, 9)),
    "overlapping maxima": ("conv 2@3x3 | maxpool 3 stride 2 padding 1 | tanh", (1, 9, 10)),
    "maxima over the edge": ("conv 2@2x2 same | maxpool 2 ceil | maxpool 2 same", (2, 7, 7)),
    "overlapping averages": ("conv 2@1x1 | avgpool 3 stride 2 padding 1 | avgpool 2 stride 1", (2, 7, 7)),
    "tied weights": ("conv 3@1x1 | subsample 2 scaled-tanh | subsample 2 stride 1", (1, 6, 6)),
    "not all connected": ("conv 3@1x1 | conv 2@3x3 reads 0+2,1", (3, 6, 6)),
    "transposed": ("conv 2@2x2 | transposed 3@3x3 stride 2 padding 1 output-padding 1 | relu", (1, 5, 5)),
    "transposed in groups": ("conv 4@1x1 | transposed 4@2x2 stride 2 groups 2 nobias", (2, 3, 3)),
    "transposed, apart": ("conv 2@1x1 | transposed 2@1x2 stride 3 dilation 1x2", (1, 3, 3)),
    "a softmax inside": ("dense 4 | softmax | dense 3", (2, 2)),
    "bends": ("dense 6 | leaky-relu 0.2 | elu | selu | gelu | gelu-tanh | silu | softplus | sigmoid", (1, 4, 4)),
    "more bends": ("dense 6 | hard-sigmoid | scaled-tanh | hard-tanh | identity | mish | hardswish | relu6", (1, 4, 4)),
    "normalised": ("conv 2@2x2 | batchnorm | relu | instancenorm | layernorm | flatten | dense 4 | batchnorm", (2, 5, 5)),
    "padded": ("conv 2@1x1 | pad 2 | conv 2@3x3 | pad 1 mode reflect | pad 2 mode circular", (1, 4, 5)),
    "upsampled": ("conv 2@2x2 | upsample 2 | conv 1@1x1 | upsample 3 kind linear", (1, 4, 3)),
    "unpooled": ("conv 2@1x1 | maxpool 2 ceil as p | conv 2@1x1 | unpool p | conv 1@1x1", (1, 5, 6)),
    "unpooled to padding": ("conv 2@1x1 | maxpool 2 padding 1 as p | unpool p", (1, 5, 6)),
    "dropped": ("dense 9 | dropout 0.5 | dense 3", (1, 2, 2)),
    "a signal": ("conv 2@3 | relu | maxpool 2 | conv 2@3 dilation 2", (1, 16)),
    "a film": ("conv 2@1x2x2 | maxpool 1x2x2 | conv 2@2x2x2", (1, 4, 6, 6)),
}  # fmt: skip
EVERY = {**CHAINS, **BEHIND}
STEP = 1e-5


def batch_for(network, images, classes=None):
    random = np.random.default_rng(3)
    classes = classes or int(np.prod(network.layers[-1].output))
    return random.normal(size=(images, *network.layers[0].input)), random.integers(0, classes, images)


def same_masks(backward):
    """Dropout draws anew for every batch: here the same again."""
    for node in backward.graph(0).nodes:
        if isinstance(node.layer, Dropout):
            node.layer.random = np.random.default_rng(0)
    return backward


def numeric(backward, name, place, x, labels):
    """(L(w + ε) − L(w − ε)) / 2ε."""
    weights = backward.weights[name].reshape(-1)
    kept, losses = weights[place], []
    for step in (STEP, -STEP):
        weights[place] = kept + step
        losses.append(same_masks(backward).gradients(x, labels)[0])
    weights[place] = kept
    return (losses[0] - losses[1]) / (2 * STEP)


def check(network, images=5):
    """A few numbers of every array."""
    backward = Backward(network, np.float64)
    # no two numbers as they come: zeros of biases stand where relu has a corner
    random = np.random.default_rng(4)
    for name, weights in backward.weights.items():
        if not name.endswith("running_var"):
            np.add(weights, 0.1 * random.normal(size=weights.shape), out=weights)
    parts = [(n.name, part, each) for n in network.layers for part, each in n.plan.parameters.items()]
    masks = {f"{name}.{part}": each.mask for name, part, each in parts}
    x, labels = batch_for(network, images)
    loss, found = same_masks(backward).gradients(x, labels)
    learned = [f"{name}.{part}" for name, part, each in parts if not each.is_buffer]
    assert list(found) == learned
    assert np.isfinite(loss)
    for name, gradient in found.items():
        assert gradient.shape == network.weights[name].shape
        for place in random.permutation(gradient.size)[:4].tolist():
            if masks[name] is not None and not masks[name].reshape(-1)[place]:
                assert gradient.reshape(-1)[place] == 0
                continue
            expected = numeric(backward, name, place, x, labels)
            assert gradient.reshape(-1)[place] == pytest.approx(expected, rel=1e-6, abs=1e-9), (name, place)


@pytest.mark.parametrize("name", EVERY)
def test_gradients_are_central_differences(name):
    check(network_of(*EVERY[name]))


@pytest.mark.parametrize("images", [1, 33])
def test_batches_of_every_size(images):
    check(network_of("conv 2@3x3 | relu | maxpool 2 | flatten | dense 3 | softmax", (1, 6, 6)), images)


def test_networks_that_branch():
    check(Network(graph(RESIDUAL)))
    check(
        Network(
            graph(
                [
                    ("conv 2@3x3", (0,)),
                    ("relu", (1,)),
                    ("concat", (2, 1, 2)),
                    ("conv 2@1x1", (3,)),
                    ("add", (4, 1, 4, 1)),
                ]
            )
        )
    )


def test_what_nothing_depends_on_learns_nothing():
    network = Network(graph([("conv 2@3x3", (0,)), ("conv 3@1x1", (0,)), ("dense 3", (1,))]))
    _, found = Backward(network).gradients(*batch_for(network, 2))
    assert not found["c2.weight"].any()
    assert found["c1.weight"].any()


def test_parts_and_threads_add_up(monkeypatch):
    network = network_of("conv 2@3x3 | tanh | avgpool 2 | flatten | dense 3 | softmax", (1, 6, 6))
    x, labels = batch_for(network, 77)
    whole = Backward(network, np.float64)
    whole.together = 77
    expected = whole.gradients(x, labels)
    monkeypatch.setattr(threads, "SERIAL_WORK", 0)
    for count in ("1", "3"):
        monkeypatch.setenv("OMP_NUM_THREADS", count)
        parts = Backward(network, np.float64)
        parts.together = 10
        loss, found = parts.gradients(x, labels)
        assert loss == pytest.approx(expected[0], rel=1e-12)
        for name, gradient in found.items():
            np.testing.assert_allclose(gradient, expected[1][name], rtol=1e-10, atol=1e-14)


def test_statistics_of_a_batch_are_those_of_all_its_images():
    network = network_of("batchnorm | flatten | dense 2", (3, 2, 2))
    backward = Backward(network, np.float64)
    x, labels = batch_for(network, 70)
    backward.gradients(x, labels)
    mean, variance = backward.statistics["batchnorm"]
    np.testing.assert_allclose(mean, x.mean(axis=(0, 2, 3)))
    np.testing.assert_allclose(variance, x.var(axis=(0, 2, 3)))
    check(network, 70)


def test_one_who_learns_and_one_who_answers_share_their_weights():
    network = network_of("conv 2@3x3 | relu | batchnorm | flatten | dense 3 | softmax", (1, 5, 5))
    backward = Backward(network)
    forward = Forward(network, weights=backward.weights)
    x, labels = batch_for(network, 40)
    before, losses = forward(x), []
    for _ in range(20):
        loss, found = backward.gradients(x, labels)
        losses.append(loss)
        for name, gradient in found.items():
            backward.weights[name] -= np.float32(0.5) * gradient
    assert losses[-1] < losses[0] / 2
    assert np.abs(forward(x) - before).max() > 0.01
    np.testing.assert_array_equal(Forward(network)(x), before)


def test_nothing_that_is_given_back_is_written_again():
    network = network_of("conv 2@1x1 | normalize | relu | flatten | dense 3", (2, 3, 3))
    backward = Backward(network)
    x, labels = batch_for(network, 6)
    kept = x.copy()
    _, found = backward.gradients(x, labels)
    copies = {name: gradient.copy() for name, gradient in found.items()}
    backward.gradients(-x, labels)
    np.testing.assert_array_equal(x, kept)
    for name, gradient in found.items():
        np.testing.assert_array_equal(gradient, copies[name])


def test_the_first_of_equal_maxima_takes_the_gradient():
    network = network_of("conv 1@1x1 | maxpool 2 | dense 2", (1, 2, 2))
    backward = Backward(network, np.float64)
    x = np.ones((1, 1, 2, 2))
    backward.gradients(x, [0])
    pool = backward.graph(0).nodes[1].layer
    made = backward.graph(0).forward(np.moveaxis(x, 0, -1), 2)
    (found,) = pool.backward(np.ones((1, 1, 1, 1)), layer_kinds.layers.Passed(made[1:2], made[2], True))
    assert found[0, :, :, 0].tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_padding_that_copies_gives_gradients_back(mode):
    first = Convolution(Kernel(np.random.default_rng(0).normal(size=(2, 1, 3, 3))), 1, 2, pad_mode=mode)
    network = standing([("conv", mode, first)], (1, 4, 5))
    layer = Backward(network, np.float64).graph(0).nodes[0].layer
    x, g = np.random.default_rng(1).normal(size=(1, 4, 5, 3)), np.random.default_rng(2).normal(size=(2, 6, 7, 3))
    y = layer.forward(x).copy()
    (found,) = layer.backward(g.copy(), layer_kinds.layers.Passed([x], y, True))
    # both are linear: <g, f(x)> = <f′(g), x>
    assert (found * x).sum() == pytest.approx((g * y).sum(), rel=1e-10)
    moved = x.copy()
    moved[0, 1, 0, 1] += 1
    assert (g * (layer.forward(moved) - y)).sum() == pytest.approx(found[0, 1, 0, 1], rel=1e-8)


def test_what_has_no_gradient_says_so():
    network = standing([("maxpool", "median", Pooling(kind="median"))], (1, 4, 4))
    assert Forward(network)(np.ones((2, 1, 4, 4))).shape == (2, 1, 2, 2)
    learning = Network([*graph([("conv 1@1x1", (0,))], (1, 4, 4)), network.layers[0]._replace(number=2, inputs=(1,))])
    with pytest.raises(GeometryError, match="Pooling has no gradient"):
        Backward(learning).gradients(np.ones((1, 1, 4, 4)), [0])


@pytest.mark.parametrize("labels", [[0, 1], [0, 1, 3], [0, -1, 1], [0.0, 1.0, 2.0], [[0], [1], [2]]])
def test_labels_that_are_no_classes(labels):
    with pytest.raises(GeometryError) as caught:
        Backward(network_of("flatten | dense 3", (1, 2, 2))).gradients(np.ones((3, 1, 2, 2)), labels)
    assert "integers from 0 to 2" in caught.value.hint


@pytest.mark.parametrize("name", SMALL)
def test_architectures_learn(name):
    network = network_of(ARCHITECTURES[name].chain, SMALL[name])
    _, found = Backward(network).gradients(*batch_for(network, 2))
    assert all(np.isfinite(gradient).all() and gradient.dtype == np.float32 for gradient in found.values())
