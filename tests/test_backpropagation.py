"""Backpropagation of one input: every map and parameter against central differences of the walks' own forward pass."""

from math import exp, fsum, log

import numpy as np
import pytest

import cnnstep
from cnnstep.engine.softmax import Softmax
from cnnstep.errors import GeometryError
from cnnstep.networks.backpropagation import logits_of, loss_of, of_logit, of_loss, silent_channels
from cnnstep.networks.backward import Backward

STEP = 1e-5
NETWORKS = {
    "chain": ("conv 3@3x3 tanh | avgpool 2 | conv 4@3x3 sigmoid | flatten | dense 4 | softmax", (1, 9, 9)),
    "maxima": ("conv 3@3x3 padding 1 tanh | maxpool 2 | dense 5 relu | dense 3", (2, 6, 6)),
    "residual": (
        "conv 3@3x3 padding 1 relu as a | conv 3@3x3 padding 1 | batchnorm | add a | relu | globalavgpool | dense 3",
        (1, 6, 6),
    ),
    "unet": (
        "conv 2@3x3 padding 1 tanh as a | maxpool 2 | conv 3@3x3 padding 1 tanh | upsample 2 | concat a | dense 3",
        (1, 6, 6),
    ),
    "normalised": ("conv 2@2x2 | batchnorm | tanh | flatten | layernorm | dense 4 | dropout 0.5 | dense 3", (2, 5, 5)),
    "transposed": ("conv 2@1x1 | transposed 2@3x3 stride 2 | tanh | flatten | dense 3", (1, 3, 3)),
}  # fmt: skip
TARGET = 1


@pytest.fixture(params=NETWORKS.values(), ids=NETWORKS)
def met(request):
    """A network whose biases and averages are no zeros, and an input for it."""
    words, shape = request.param
    random = np.random.default_rng(5)
    drawn = cnnstep.network(words, input=shape).weights
    weights = {
        name: each + (0 if name.endswith("var") else 0.1 * random.normal(size=each.shape))
        for name, each in drawn.items()
    }
    return cnnstep.network(words, input=shape, weights=weights), random.normal(size=shape)


def forward(network, x, changed=None):
    """What every node makes, by the operations of walks; of the nodes in `changed` what stands there."""
    changed = changed or {}
    made = [changed.get(0, x)]
    for layer in network.layers:
        arrived = [made[each] for each in layer.inputs]
        found = network.operation(layer.number).output(arrived[0] if len(arrived) == 1 else tuple(arrived))
        made.append(changed.get(layer.number, found))
    return made


def plain_loss(network, x, changed=None, target=TARGET):
    logits = forward(network, x, changed)[logits_of(network)].reshape(-1).tolist()
    return log(fsum(exp(each) for each in logits)) - logits[target]


def differences(values, of, places):
    """(of(v + ε) − of(v − ε)) / 2ε at some places."""
    for place in places:
        losses = []
        for step in (STEP, -STEP):
            moved = np.array(values, dtype=np.float64)
            moved.reshape(-1)[place] += step
            losses.append(of(moved))
        yield (losses[0] - losses[1]) / (2 * STEP)


def some(size):
    return sorted({0, size // 3, size // 2, size - 1})


def test_every_map_has_its_gradient(met):
    network, x = met
    found, made = of_loss(network, x, TARGET), forward(network, x)
    assert found.value == pytest.approx(plain_loss(network, x), rel=1e-12)
    for number, gradient in enumerate(found.gradients):
        np.testing.assert_allclose(found.outputs[number], made[number], atol=1e-12)
        assert gradient.shape == made[number].shape
        places = some(gradient.size)
        numeric = list(differences(made[number], lambda v, n=number: plain_loss(network, x, {n: v}), places))
        np.testing.assert_allclose(gradient.reshape(-1)[places], numeric, atol=1e-8)


def test_every_parameter_has_its_gradient(met):
    network, x = met
    found, weights = of_loss(network, x, TARGET), network.weights
    learned = [name for name in weights if "running" not in name]
    assert list(found.parameters) == learned
    for name in learned:
        places = some(weights[name].size)
        numeric = list(
            differences(weights[name], lambda v, n=name: loss_of(network, x, TARGET, {**weights, n: v}), places)
        )
        assert found.parameters[name].shape == weights[name].shape
        np.testing.assert_allclose(found.parameters[name].reshape(-1)[places], numeric, atol=1e-8)


def test_a_logit_is_explained_not_its_probability(met):
    network, x = met
    found, node = of_logit(network, x, TARGET), logits_of(network)
    assert found.value == pytest.approx(forward(network, x)[node].reshape(-1)[TARGET])
    places = some(x.size)
    numeric = differences(x, lambda v: forward(network, v)[node].reshape(-1)[TARGET], places)
    np.testing.assert_allclose(found.gradients[0].reshape(-1)[places], list(numeric), atol=1e-8)


def test_a_batch_of_one_has_the_same_gradients():
    network = cnnstep.network("lenet5")
    x = np.random.default_rng(2).random((1, 32, 32))
    loss, gradients = Backward(network, np.float64).gradients(x[None], [3])
    found = of_loss(network, x, 3)
    assert found.value == pytest.approx(loss)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(found.parameters[name], gradient, atol=1e-12)


def test_the_softmax_at_the_end_is_left_out():
    network = cnnstep.network("lenet5")
    assert isinstance(network.operation(len(network.layers)), Softmax)
    found = of_loss(network, np.zeros((1, 32, 32)), 3)
    expected = found.probabilities.copy()
    expected[3] -= 1
    np.testing.assert_allclose(found.gradients[-1], expected, atol=1e-15)
    assert len(found.gradients) == len(network.layers)


def test_channels_that_stop_gradients():
    weights = {"c1.weight": np.ones((2, 1, 1, 1)), "c1.bias": np.array([-9.0, 0]),
               "f2.weight": np.ones((2, 8)), "f2.bias": np.zeros(2)}  # fmt: skip
    network = cnnstep.network("conv 2@1x1 relu | dense 2", input=(1, 2, 2), weights=weights)
    found = of_loss(network, np.ones((1, 2, 2)), 0)
    assert silent_channels(network, found) == {2: [0]}
    assert not found.parameters["c1.weight"][0].any()


@pytest.mark.parametrize(
    ("words", "target", "said"),
    [
        ("dense 3", 3, "target 3 is no class of 3"),
        ("dense 3", -1, "target -1"),
        ("dense 1", 0, "one class"),
    ],
)
def test_what_has_no_loss_says_so(words, target, said):
    with pytest.raises(GeometryError, match=said):
        of_loss(cnnstep.network(words, input=(1, 4, 4)), np.zeros((1, 4, 4)), target)


@pytest.mark.parametrize("words", [NETWORKS["residual"], NETWORKS["unet"], ("resnet18", (3, 32, 32))], ids=str)
def test_batches_of_graphs_have_gradients_in_python(words):
    network = cnnstep.network(words[0], input=words[1])
    batch, labels = np.random.default_rng(1).normal(size=(3, *words[1])), [0, 1, 2]
    loss, gradients = network.gradients(batch, labels)
    assert np.isfinite(loss)
    learned = {name: each.shape for name, each in network.weights.items() if "running" not in name}
    assert {name: each.shape for name, each in gradients.items()} == learned
    assert all(np.isfinite(each).all() for each in gradients.values())
