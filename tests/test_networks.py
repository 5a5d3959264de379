"""Chains: their notation, their shapes, and their numbers, layer by layer."""

import json
import re
import shlex
from dataclasses import replace

import numpy as np
import pytest

from cnnstep import replay
from cnnstep.errors import CnnstepError, NotationError
from cnnstep.inputs.kernels import read_kernel
from cnnstep.networks import planners
from cnnstep.networks.layer_kinds import KINDS, Head, LayerKind, Sees
from cnnstep.networks.network import Network, assemble
from cnnstep.networks.run import Run
from cnnstep.notation.chain import chain
from cnnstep.notation.layers import Form
from cnnstep.notation.networks import address
from cnnstep.views.networks.layer_wording import WORDING

FIVE = np.array([[[1, 2, 3, 0, 1], [4, 5, 6, 1, 2], [7, 8, 9, 2, 3], [1, 2, 3, 4, 5], [6, 7, 8, 5, 6]]])


def run(text, x=FIVE, seed=0):
    return Run(Network(assemble(chain(text, KINDS), x.shape, read_kernel, seed), seed), x)


def walks(network):
    return [network.walk(layer.number) for layer in network.layers]


def test_the_worked_example():
    network = run("conv vertical | relu | maxpool 2 stride 2 | dense 1")
    outputs = [walk.output.tolist() for walk in walks(network)[:3]]
    assert outputs == [[[[-6, 12, 12], [-6, 8, 8], [-6, 6, 6]]], [[[0, 12, 12], [0, 8, 8], [0, 6, 6]]], [[[12]]]]
    assert network.walk(4).output.shape == (1,)


def test_words_become_layers():
    layers = chain(
        "conv edge same stride 2 relu | maxpool 3x2 stride 1 ceil | leaky-relu 0.2 | dense 4 softplus", KINDS
    )
    assert [layer.word for layer in layers] == ["conv", "relu", "maxpool", "leaky-relu", "dense", "softplus"]
    assert layers[0].settings == {"kernel": "edge", "padding": "same", "stride": (2,)}
    assert layers[2].settings == {"window": (3, 2), "stride": (1,), "ceil": True}
    assert layers[3].settings == {"parameter": 0.2}
    assert [layer.text for layer in layers[:2]] == ["conv edge same stride 2", "relu"]


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("conv 6@5x5 | avgpool 2 | conv 16@5x5 | maxpool 2 | flatten | dense 10 | softmax",
         [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (400,), (10,), (10,)]),
        ("conv edge same | maxpool 2 same | globalavgpool | normalize | dropout 0.5",
         [(1, 32, 32), (1, 16, 16), (1, 1, 1), (1, 1, 1), (1, 1, 1)]),
        ("conv (1 0 -1; 2 0 -2; 1 0 -1) | conv 3x3 padding 0:1x1:2 dilation 2 | minpool 2",
         None),
        ("conv 4@3x3 groups 1 | conv edge depthwise | globalmaxpool | dense 3 tanh",
         [(4, 30, 30), (4, 28, 28), (4, 1, 1), (3,), (3,)]),
    ],
    ids=["lenet", "same", "unknown", "depthwise"],
)  # fmt: skip
def test_shapes(text, shapes):
    x = np.random.default_rng(0).normal(size=(1, 32, 32))
    if shapes is None:
        with pytest.raises(NotationError):
            run(text, x)
        return
    network = run(text, x)
    assert [layer.output for layer in network.layers] == shapes
    assert [walk.output.shape for walk in walks(network)] == shapes
    for walk in walks(network):
        np.testing.assert_allclose(replay(walk).astype(float), walk.output.astype(float), rtol=1e-9, atol=1e-12)


def test_layers_draw_different_weights_and_the_seed_repeats_them():
    one, same, other = (run("conv 3x3 same | conv 3x3 same", seed=seed) for seed in (3, 3, 4))
    weights = [one.network.operation(number).bank.weights for number in (1, 2)]
    assert not np.array_equal(*weights)
    assert np.array_equal(weights[0], same.network.operation(1).bank.weights)
    assert not np.array_equal(weights[0], other.network.operation(1).bank.weights)


def test_sound_and_film_go_through_chains():
    signal = np.arange(12)[None]
    assert run("conv (1 0 -1) | relu | maxpool 2", signal).walk(3).output.shape == (1, 5)
    film = np.zeros((1, 4, 6, 6))
    assert run("conv frame-difference | maxpool 1x2x2 stride 1x2x2", film).walk(2).output.shape == (1, 3, 3, 3)


MISTAKES = {
    "unknown layer": ("conv edge | rleu", "'rleu' is no layer", "rleu", "did you mean relu?"),
    "unknown setting": ("conv edge strid 2", "'strid' is not expected here", "strid", "did you mean stride?"),
    "missing layer": ("conv edge | | relu", "a layer is missing", " ", "between |"),
    "empty": ("", "a layer is missing", "", "between |"),
    "missing kernel": ("conv", "conv needs its kernel", "conv", "write conv edge same"),
    "missing units": ("flatten | dense", "dense needs its units", "dense", "write dense 10"),
    "missing value": ("conv edge stride", "stride needs a value", "stride", "write stride 1"),
    "bad value": ("conv edge stride x", "is not a size", "x", "stride 3"),
    "bad padding": ("conv edge padding -1", "must be 0 or more", "-1", "padding"),
    "twice": ("conv edge same padding 1", "padding is set twice", "padding", "leave one"),
    "word too many": ("relu 1 2", "one word too many", "2", "put |"),
    "window": ("maxpool 2 stride 0", "must be 1 or more", "0", "stride"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_pointed_at(name):
    text, message, word, hint = MISTAKES[name]
    with pytest.raises(NotationError) as caught:
        chain(text, KINDS)
    assert message in caught.value.message
    assert hint in caught.value.hint
    whole, start, length = caught.value.pointer
    assert whole == text
    assert text[start : start + length] == word


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("conv edge | maxpool 9", "layer 2 (maxpool 9): a 9×9 window does not fit in a 3×3 input"),
        ("flatten | conv edge", "layer 2 (conv edge): conv needs channels and space"),
        ("conv edge | softmax", "layer 2 (softmax): softmax takes one list of numbers"),
        ("conv nosuch", "layer 1 (conv nosuch): no kernel is called"),
        ("relu 3", "layer 1 (relu 3): relu has no parameter"),
        ("dropout 2", "layer 1 (dropout 2): rate must be"),
    ],
)
def test_a_layer_that_does_not_fit_is_named(text, message):
    with pytest.raises(CnnstepError) as caught:
        run(text)
    assert message in caught.value.message
    assert caught.value.hint


def test_places_of_layers():
    assert address("2[0,3,4]") == ("2", (0, 3, 4), "")
    assert address(" C3[5, 3,4] ") == ("c3", (5, 3, 4), "")
    assert address("c3[*,3,4]", every=True) == ("c3", (None, 3, 4), "")
    assert address("C1.weight[0,0,2,2]", parts=True) == ("c1", (0, 0, 2, 2), "weight")
    assert address("f6[3]", parts=True) == ("f6", (3,), "")
    for wrong in ("2", "2[0,3", "[0,3]", "2[x]", "2[*,1]", "2[]", "2[1,]", "c1.weight[0]"):
        with pytest.raises(NotationError):
            address(wrong)


def test_one_row_of_a_table_for_every_layer():
    assert set(KINDS) == set(WORDING), "a layer needs a row in layer_kinds.py, and one in layer_wording.py"
    for word, kind in KINDS.items():
        example = kind.form.example.split(",")[0] or word
        text = f"maxpool 2 as {example.split()[-1]} | {example}" if kind.form.joins else example
        layers = assemble(chain(text, KINDS), SHAPES.get(word, (1, 6, 6)), read_kernel)
        layer = layers[-1]
        assert kind.letter == "" or layer.name == f"{kind.letter}{len(layers)}"
        assert bool(WORDING[word].learns_in) == bool(layer.learned)
        assert (kind.sees is Sees.WINDOW) == (layer.plan.sizes is not None)


SHAPES = {"softmax": (6,)}


@pytest.mark.parametrize("missing", ["form", "plan", "sees", "keeps_channels", "head", "batch"])
def test_a_rule_that_is_forgotten_is_an_error_and_no_wrong_number(missing):
    row = {"form": Form(), "plan": planners.pooling("min"), "sees": Sees.WINDOW, "keeps_channels": True}
    row |= {"head": Head.STAYS, "batch": None}
    LayerKind(**row)
    del row[missing]
    with pytest.raises(TypeError):
        LayerKind(**row)


@pytest.fixture
def minpool(monkeypatch):
    """An invented layer: its two rows, and nothing else."""
    monkeypatch.setitem(KINDS, "minpool", LayerKind(
        form=Form("", "window", example="minpool 2", also=("erode",)), plan=planners.pooling("min"), sees=Sees.WINDOW,
        keeps_channels=True, head=Head.STAYS, batch=None, letter="m",
    ))  # fmt: skip
    monkeypatch.setitem(WORDING, "minpool", replace(
        WORDING["maxpool"], why=lambda _: "invented", size=lambda _: ["half"], multiply_adds=lambda _: "no products",
        does=lambda *_: "Keeps the smallest.", learns=lambda _: "Learns not a thing.",
    ))  # fmt: skip
    return "conv vertical | minpool 3 | flatten"


def test_an_invented_layer_is_found_everywhere(run, minpool):
    assert "invented" in run("net", minpool, "sample:five").stdout
    shown = run("net", minpool, "--in", "1x5x5").stdout
    assert shown.splitlines()[7].split()[:5] == ["2", "m2", "minpool", "3", "1×1×1"]
    told = json.loads(run("net", minpool, "--in", "1x5x5", "--json").stdout)["layers"][1]
    assert (told["name"], told["output"], told["kernel"]) == ("m2", [1, 1, 1], [3, 3])
    assert told["field"] == [{"size": 5, "jump": 3, "first": 0}] * 2
    ran = json.loads(run("net", minpool, "sample:five", "--layer", "m2", "--json").stdout)
    assert ran["steps"][0]["value"] == -6
    assert "m1  minpool 2" in run("net", "erode 2", "sample:five").stdout


def test_an_invented_layer_has_a_field_and_is_explained(run, minpool):
    shaped = (minpool, "--in", "1x5x5")
    assert "rows 0 to 4, columns 0 to 4" in run("field", *shaped, "m2[*,0,0]").stdout
    why = json.loads(run("why", minpool, "sample:five", "m2[0,0,0]", "--json").stdout)
    assert why["trail"][0]["value"] == -6
    shown = run("explain", shaped[0], "m2", *shaped[1:]).stdout
    assert "half" in shown
    assert "no products" in shown
    assert "Keeps the smallest. Learns not a thing." in " ".join(run("explain", *shaped).stdout.split())


@pytest.mark.parametrize(
    ("word", "ours"), [("BatchNorm2d", "batchnorm"), ("bn", "batchnorm"), ("instancenorm2d", "instancenorm")]
)
def test_normalisation_by_the_words_of_other_tools(word, ours):
    assert chain(f"conv edge | {word}", KINDS)[-1].word == ours


@pytest.mark.parametrize(
    "args",
    [
        ("normalize", "sample:five"),
        ("normalize", "--help"),
        ("--help",),
        ("instancenorm", "sample:five"),
        ("net", "conv edge | instancenorm", "sample:five"),
        ("net", "conv edge | normalize", "sample:five"),
        ("net", "conv edge | normalize", "sample:five", "--at", "2[0,1,1]"),
        ("explain", "conv edge | normalize", "--in", "1x5x5"),
    ],
)
def test_what_uses_the_statistics_of_one_image_is_called_instance_normalisation(run, args):
    shown = " ".join(run(*args, columns=120).stdout.split()).lower()
    assert "instance normalisation" in shown
    assert "batch normalisation of one" not in shown


@pytest.mark.parametrize(("kernel", "cells"), [(11, "11×11 cells"), (10, "10×10 cells"), (1, "1×1 cell")])
def test_the_cells_of_a_field_are_counted_not_read(run, kernel, cells):
    said = run("field", f"conv 2@{kernel}x{kernel}", "c1[*,5,5]", "--in", "1x33x33").stdout
    assert f": {cells} " in f"{' '.join(said.split())} "
    assert "sample:digit (28×28, padded by 2:3) 1×33×33" in " ".join(said.split())


@pytest.mark.parametrize(
    "reading",
    [
        ("--rgb", "--unit"),
        ("--crop", "100,50,64,64", "--axes", "2"),
        (
            "--resize",
            "64x48",
        ),
    ],
    ids=" ".join,
)
def test_a_hint_that_repeats_the_command_reads_the_input_as_it_was_read(run, reading):
    chain = "conv 2@3x3 | maxpool 2"
    shown = " ".join(run("net", chain, "sample:picture", *reading).stdout.split())
    typed = re.search(r"next: (cnnstep why .*?) \(where a number came from\)", shown)[1]
    assert f'cnnstep why "{chain}" sample:picture {" ".join(reading)} "c1[' in typed
    cell = shlex.split(typed)[-1]
    again = run(*shlex.split(typed)[1:], "--json")
    assert again.exit_code == 0, again.stderr
    asked = run("why", chain, "sample:picture", cell, *reading, "--json")
    assert again.stdout == asked.stdout
