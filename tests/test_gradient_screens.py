"""What the screens of gradients say: their numbers, where gradients vanish, which units let nothing back."""

import json

import numpy as np
import pytest

import cnnstep
from cnnstep.networks.backpropagation import of_loss
from cnnstep.views.networks.gradients import findings

DEEP = " | ".join(["dense 8 sigmoid"] * 8) + " | dense 3"


def document(run, *args):
    result = run(*args, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_table_has_every_layer_from_the_last_to_the_first(run):
    told = document(run, "gradients", "lenet5", "sample:digit", "--target", "3")
    assert [each["number"] for each in told["layers"]] == list(range(12, 0, -1))
    for each in told["layers"]:
        if each["gradient"] is not None:
            values = np.abs(each["gradient"])
            assert each["mean"] == pytest.approx(values.mean())
            assert each["largest"] == values.max()
    names = [part["name"] for each in told["layers"] for part in each["parameters"]]
    assert names == [f"{name}.{part}" for name in ("f7", "f6", "c5", "c3", "c1") for part in ("weight", "bias")]
    assert told["loss"] == pytest.approx(-np.log(told["probabilities"][3]))


def test_vanishing_gradients_are_told():
    network = cnnstep.network(DEEP, input=(1, 4, 4))
    found = of_loss(network, np.random.default_rng(0).random((1, 4, 4)), 1)
    assert any("the gradient vanishes" in each for each in findings(network, found))
    first, last = (np.abs(found.parameters[f"{name}.weight"]).max() for name in ("f1", "f9"))
    assert first < 1e-3 * last


def test_exploding_gradients_are_told():
    words = "dense 2 nobias | dense 2 nobias | dense 2 nobias"
    weights = {"f1.weight": np.full((2, 4), 1e-4), "f2.weight": np.eye(2) * 100, "f3.weight": np.eye(2) * 100}
    network = cnnstep.network(words, input=(1, 2, 2), weights=weights)
    found = of_loss(network, np.ones((1, 2, 2)), 1)
    # ∂L/∂f1.weight = 100 · 100 · 0.5, ∂L/∂f3.weight = 100 · 4e-4 · 0.5
    assert np.abs(found.parameters["f1.weight"]).max() == pytest.approx(5000)
    assert np.abs(found.parameters["f3.weight"]).max() == pytest.approx(0.02)
    assert ["explodes" in each for each in findings(network, found)] == [True]


def test_a_healthy_network_has_no_findings():
    network = cnnstep.network("lenet5")
    found = of_loss(network, np.random.default_rng(0).random((1, 32, 32)), 3)
    assert findings(network, found) == []


def test_dead_units_are_named(run):
    words = ("gradients", "conv 2@3x3 relu | dense 2 relu | dense 2", "1 -1 1; 2 0 1; 3 1 1", "--target", "0")
    told = document(run, *words)["findings"]
    assert [each.split(":")[0] for each in told if each.startswith("layer")] == ["layer 2 (relu)", "layer 4 (relu)"]


def test_cells_of_a_map_are_told_to_count_as_classes(run):
    assert "no list of classes" in run("gradients", "unet", "sample:digit", "--target", "3").stdout
    assert "no list of classes" in run("inspect", "unet", "sample:digit", "--saliency").stdout
    assert "no list of classes" not in run("gradients", "lenet5", "sample:digit", "--target", "3").stdout


def test_screens_fit_80_columns(run):
    for words in (("gradients", "lenet5", "sample:digit"), ("why", "lenet5", "sample:digit", "c1.weight[0,0,2,2]")):
        assert max(map(len, run(*words, "--target", "3").stdout.splitlines())) <= 80


def test_signs_of_gradients_are_told_in_ascii(run):
    for words in (("gradients", "lenet5", "sample:digit"), ("inspect", "lenet5", "sample:digit", "--grad-cam", "c3")):
        shown = run(*words, "--target", "3", "--ascii").stdout
        assert shown.isascii()
        assert "\\u" not in shown
    assert "alpha[k] = mean of dlogit/dc3[k]" in shown
