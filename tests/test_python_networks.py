"""`cnnstep.network`: networks in Python, their weights by our names and by PyTorch's, and what they answer."""

import numpy as np
import pytest

import cnnstep
from cnnstep.errors import CnnstepError
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.described import describe
from cnnstep.networks.foreign import GOOGLENET, MOBILENETV2, RESNET18
from cnnstep.networks.parameters import full_names

RESIDUAL = "conv 4@3x3 padding 1 relu as a | conv 4@3x3 padding 1 | add a | relu"
FOREIGN = [name for name, known in ARCHITECTURES.items() if known.foreign.prefixes]


def batch_of(*shape):
    return np.random.default_rng(3).normal(size=shape).astype(np.float32)


def test_the_sum_of_two_ways_is_pytorchs():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed; `make reference` installs it")
    network = cnnstep.network(RESIDUAL, input=(1, 9, 9), seed=1)
    batch = batch_of(5, 1, 9, 9)
    weights = {name: torch.from_numpy(np.array(values)).double() for name, values in network.weights.items()}
    conv, relu = torch.nn.functional.conv2d, torch.relu
    first = relu(conv(torch.from_numpy(batch).double(), weights["c1.weight"], weights["c1.bias"], padding=1))
    expected = relu(conv(first, weights["c2.weight"], weights["c2.bias"], padding=1) + first)
    np.testing.assert_allclose(network.output(batch), expected.numpy(), rtol=1e-5, atol=1e-6)


def test_weights_stand_in_the_order_of_the_layers_weight_before_bias():
    layers = "conv 2@3x3 | maxpool 2 | transposed 3@2x2 stride 2 | flatten | dense 4 | softmax"
    names = ["c1.weight", "c1.bias", "c3.weight", "c3.bias", "f4.weight", "f4.bias"]
    assert list(cnnstep.network(layers, (1, 8, 8)).weights) == names


def test_answers_are_float32_whatever_arrives():
    network = cnnstep.network(RESIDUAL, input=(1, 9, 9))
    batch = batch_of(2, 1, 9, 9)
    for values in (batch, batch.astype(float), batch.tolist()):
        answers = network.output(values)
        assert (answers.dtype, answers.shape) == (np.float32, (2, 4, 9, 9))
        np.testing.assert_array_equal(answers, network.output(batch))
    assert batch.tolist() == batch_of(2, 1, 9, 9).tolist()


def test_another_seed_draws_other_weights_of_every_layer():
    drawn = [cnnstep.network(RESIDUAL, (1, 9, 9), seed=seed) for seed in (0, 1, 1)]
    zero, one, again = (network.weights for network in drawn)
    for name in ("c1.weight", "c2.weight"):
        assert not np.array_equal(zero[name], one[name])
        np.testing.assert_array_equal(one[name], again[name])
    assert not np.array_equal(*(network.output(batch_of(1, 1, 9, 9)) for network in drawn[:2]))


@pytest.mark.parametrize("shape", [(9, 9), (1, 9, 9), (2, 2, 9, 9), (0, 1, 9, 9)])
def test_a_batch_of_another_shape_is_refused(shape):
    with pytest.raises(CnnstepError, match="is not N×1×9×9"):
        cnnstep.network(RESIDUAL, (1, 9, 9)).output(np.zeros(shape))


@pytest.mark.parametrize("name", FOREIGN)
def test_every_array_has_a_name_of_its_own_in_pytorch(name):
    found = describe(name)
    layers = found.layers(found.input)
    theirs = found.foreign.names(layers)
    assert list(theirs) == list(full_names(layers))
    assert len(set(theirs.values())) == len(theirs)
    assert not set(theirs) & set(theirs.values())


NAMES = {
    "vgg16": {"c1.weight": "features.0.weight", "c2.bias": "features.2.bias", "f21.weight": "classifier.6.weight"},
    "resnet18": {"c1.weight": "conv1.weight", "c3.weight": "layer1.0.conv1.weight", "f23.bias": "fc.bias"},
}


@pytest.mark.parametrize("name", NAMES)
def test_names_that_anyone_can_look_up(name):
    found = describe(name)
    theirs = found.foreign.names(found.layers(found.input))
    assert {ours: theirs[ours] for ours in NAMES[name]} == NAMES[name]


@pytest.mark.parametrize(
    ("foreign", "some"),
    [
        (RESNET18, {"layer1.1.bn2", "layer2.0.downsample.0", "layer4.0.downsample.1", "layer4.1.conv2"}),
        (MOBILENETV2, {"features.1.conv.0.0", "features.1.conv.1", "features.1.conv.2", "features.2.conv.2",
                       "features.17.conv.3", "features.18.1", "classifier.1"}),
        (GOOGLENET, {"conv1.conv", "inception3a.branch2.0.conv", "inception5b.branch4.1.bn", "fc"}),
    ],
)  # fmt: skip
def test_prefixes_of_torchvision(foreign, some):
    assert some <= set(foreign.prefixes)
    assert not {"layer1.0.downsample.0", "features.1.conv.0.2", "features.2.conv.4"} & set(foreign.prefixes)


def small(name):
    """The arrays of a network of ours, drawn, by both kinds of names."""
    network = cnnstep.network(name, (3, 32, 32), seed=2)
    return network, describe(name).foreign.names(network.layers)


def test_a_mapping_by_pytorchs_names_is_the_same_network():
    network, theirs = small("resnet18")
    ours = network.weights
    foreign = {theirs[name]: values for name, values in ours.items()}
    foreign |= {"bn1.num_batches_tracked": np.array(7), "layer1.0.bn1.num_batches_tracked": np.array(7)}
    batch = batch_of(1, 3, 32, 32)
    both = [cnnstep.network("resnet18", (3, 32, 32), weights=given).output(batch) for given in (ours, foreign)]
    np.testing.assert_array_equal(*both)
    np.testing.assert_array_equal(both[0], network.output(batch))


def edited(theirs, values, **changes):
    """Their arrays, some of them renamed; None leaves one out."""
    foreign = {theirs[name]: array for name, array in values.items()}
    for old, new in changes.items():
        array = foreign.pop(old)
        if new:
            foreign[new] = array
    return foreign


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fc.bias": None}, r"has no array fc\.bias \(1000\)"),
        ({"fc.bias": "f23.bias"}, r"has names of two kinds, f23\.bias and conv1\.weight"),
        ({"fc.bias": "aux1.fc2.bias"}, r"has no array fc\.bias"),
        ({"fc.bias": "fc.bias.num_batches_tracked"}, r"has no array fc\.bias"),
    ],
)
def test_what_is_missing_is_told_by_the_names_of_the_file(changes, said):
    network, theirs = small("resnet18")
    with pytest.raises(CnnstepError, match=said):
        cnnstep.network("resnet18", (3, 32, 32), weights=edited(theirs, network.weights, **changes))


def test_only_googlenets_heads_for_training_are_ignored():
    for name, ignored in (("googlenet", True), ("resnet18", False)):
        network, theirs = small(name)
        given = edited(theirs, network.weights) | {"aux1.conv.conv.weight": np.ones((2, 2))}
        if ignored:
            assert cnnstep.network(name, (3, 32, 32), weights=given).given is not None
        else:
            with pytest.raises(CnnstepError, match=r"has an array aux1\.conv\.conv\.weight"):
                cnnstep.network(name, (3, 32, 32), weights=given)


def test_gradients_are_the_slopes_of_the_loss():
    """Mean cross-entropy on the logits, without the softmax at the end, by every weight of a residual block."""
    text = "conv 2@3x3 padding 1 tanh as a | conv 2@3x3 padding 1 | add a | tanh | flatten | dense 3 | softmax"
    network = cnnstep.network(text, input=(1, 4, 4), seed=1)
    rng = np.random.default_rng(0)
    batch, labels = rng.normal(size=(5, 1, 4, 4)).astype(np.float32), [0, 2, 1, 1, 0]
    loss, gradients = network.gradients(batch, labels)
    assert list(gradients) == list(network.weights)

    def loss_with(name, index, change):
        weights = {each: array.astype(np.float64) for each, array in network.weights.items()}
        weights[name][index] += change
        p = cnnstep.network(text, (1, 4, 4), weights=weights).output(batch).astype(np.float64)
        return -np.log(p[np.arange(5), labels]).mean()

    assert loss == pytest.approx(loss_with("c1.bias", 0, 0), rel=1e-5)
    for name, array in gradients.items():
        assert array.shape == network.weights[name].shape
        for index in list(np.ndindex(array.shape))[:: max(1, array.size // 6)]:
            slope = (loss_with(name, index, 1e-2) - loss_with(name, index, -1e-2)) / 2e-2
            assert array[index] == pytest.approx(slope, rel=5e-2, abs=2e-3)
