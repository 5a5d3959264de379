"""Pages without steps: receptive fields, dense layers as convolutions, a network in words."""

import json
import re

import numpy as np
import pytest

from cnnstep.errors import CnnstepError
from cnnstep.inputs.kernels import read_kernel
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.classifier_head import Moved, renumbered, rewrite
from cnnstep.networks.layer_kinds import KINDS
from cnnstep.networks.network import Network, assemble
from cnnstep.networks.run import Run
from cnnstep.notation.chain import chain


def field_of(run, *args):
    return json.loads(run("field", *args, "--json").stdout)


def test_a_field_on_the_picture(run):
    told = field_of(run, "lenet5", "c3[*,3,4]")
    assert told["field"] == [[6, 20], [8, 22]]
    shown = run("field", "lenet5", "c3[*,3,4]").stdout
    assert "sees rows 6 to 19, columns 8 to 21: 14×14 cells" in " ".join(shown.split())
    assert "14 = 6 + (5 − 1)·2" in shown
    assert "no receptive field reaches into padding" in shown


def test_effective_padding_and_what_hangs_over(run):
    told = field_of(run, "conv 1@3x3 same | conv 1@3x3 same | maxpool 2", "--in", "1x9x9", "s3[0,0,3]")
    rows, columns = told["axes"]
    assert told["field"] == [[-2, 4], [4, 10]]
    assert (rows["padding_before"], rows["padding_after"], rows["outside"]) == (2, 1, 2)
    assert columns["outside"] == 1
    shown = run("field", "conv 1@3x3 same | conv 1@3x3 same | maxpool 2", "--in", "1x9x9", "s3[0,0,3]").stdout
    outside = 6 * 6 - 4 * 5
    assert f"{outside} of them in the padding" in " ".join(shown.split())
    assert "effective padding, of all layers together: 2 before and 1 after" in " ".join(shown.split())


def test_what_no_cell_sees(run):
    shown = run("field", "conv 1@2x2 stride 3", "--in", "1x7x6", "c1[0,1,1]").stdout
    assert "no cell sees the last 2 of 7 rows and the last 1 of 6 columns" in shown


def test_every_cell_of_an_axis(run):
    assert field_of(run, "lenet5", "c1[*,*,4]")["field"] == [[0, 32], [4, 9]]
    assert field_of(run, "lenet5", "f6[3]")["field"] == [[0, 32], [0, 32]]
    assert "everything that the feature maps before it see" in run("field", "lenet5", "f6[3]").stdout
    assert field_of(run, "tinyvgg", "flatten[3]")["field"] == [[0, 16], [12, 28]]


def test_a_dense_unit_sees_what_the_maps_before_it_see(run):
    told = field_of(run, "conv 1@2x2 stride 3 | flatten | dense 2", "--in", "1x7x7", "f2[0]")
    assert told["field"] == [[0, 5], [0, 5]]
    told = field_of(run, "conv 1@3x3 | normalize", "--in", "1x9x9", "normalize[0,0,0]")
    assert told["field"] == [[0, 9], [0, 9]]


@pytest.mark.parametrize(
    "chained",
    ["conv 2@3x3 stride 2 padding 1 | avgpool 2 | conv 1@2x2 dilation 2", "conv 1@3x3 | avgpool 3 | conv 1@3x3 same"],
)
def test_a_field_is_where_a_change_is_felt(run, chained):
    shape = (1, 25, 23)
    layers = assemble(chain(chained, KINDS), shape, read_kernel)
    network = Network(layers)
    x = np.random.default_rng(0).normal(size=shape)
    cell = (0, *(n // 2 for n in layers[-1].output[1:]))
    before = Run(network, x).walk(len(layers)).output[cell]
    told = field_of(run, chained, "--in", "1x25x23", f"c3[{','.join(map(str, cell))}]")["field"]
    reached = []
    for place in np.ndindex(*shape):
        changed = x.copy()
        changed[place] += 1
        felt = Run(network, changed).walk(len(layers)).output[cell] != before
        reached.extend([place[1:]] * bool(felt))
    for axis, (begin, end) in enumerate(told):
        felt_on = [place[axis] for place in reached]
        assert (min(felt_on), max(felt_on) + 1) == (max(0, begin), min(shape[axis + 1], end))


CHAINED = "conv 4@3x3 relu | maxpool 2 | flatten | dense 6 tanh | dense 3 | softmax"


@pytest.mark.parametrize(
    ("chained", "shape"),
    [
        (ARCHITECTURES["lenet5"].chain, (1, 32, 32)),
        (CHAINED, (2, 9, 12)),
        ("conv 2@3x3 | dense 4", (1, 6, 5)),
        ("maxpool 2 | flatten | dense 3", (2, 12)),
        ("flatten | dense 5 | flatten | dense 3", (1, 4, 4)),
        ("conv 2@3x3 | normalize | dense 3", (1, 5, 5)),
        ("conv 2@3x3 nobias | batchnorm | flatten | dense 3 nobias | batchnorm | dense 2", (1, 5, 5)),
    ],
)
def test_rewritten_layers_give_the_same_numbers(chained, shape):
    words = chain(chained, KINDS)
    layers = assemble(words, shape, read_kernel)
    network = Network(layers, 3)
    rewritten = rewrite(layers, words)
    after = Moved(network, rewritten, assemble(renumbered(rewritten), shape, read_kernel))
    x = np.random.default_rng(0).normal(size=shape)
    expected = Run(network, x).walk(len(layers)).output
    found = Run(after, x).walk(len(after.layers)).output
    np.testing.assert_allclose(found.ravel(), expected.ravel(), rtol=1e-12, atol=1e-14)
    assert sum(layer.learned for layer in layers) == sum(layer.learned for layer in after.layers)


def test_every_answer_on_a_larger_picture_is_that_of_the_window_under_it():
    words = chain(CHAINED.removesuffix(" | softmax"), KINDS)
    small, large = (2, 8, 8), (2, 12, 14)
    layers = assemble(words, small, read_kernel)
    network = Network(layers)
    rewritten = rewrite(layers, words)
    slid = Moved(network, rewritten, assemble(renumbered(rewritten), large, read_kernel))
    x = np.random.default_rng(0).normal(size=large)
    answers = Run(slid, x).walk(len(slid.layers)).output
    assert answers.shape == (3, 3, 4)
    for i in range(3):
        for j in range(4):
            window = x[:, 2 * i : 2 * i + 8, 2 * j : 2 * j + 8]
            np.testing.assert_allclose(answers[:, i, j], Run(network, window).walk(len(layers)).output, rtol=1e-10)


def test_as_conv_says_so(run):
    shown = " ".join(run("net", "lenet5", "--as-conv").stdout.split())
    assert "dense 84 conv 84@1x1 84×1×1 10,164 10,164" in shown
    assert "61,706 parameters before, 61,706 after" in shown
    assert "it gives 10×5×5: 25 answers" in shown
    assert re.search(r"the 10 outputs of both (are the same numbers|differ by at most \d\.\de-1\d)", shown)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("vgg16",), "f19 has 102,760,448 weights, and at most 50,000,000 are drawn"),
        (("flatten | dense 4096 | dense 1000", "--in", "386x7x7"), "f1 has 77,471,744 weights"),
        (("flatten | dense 2", "--in", "1x64x64"), ""),
    ],
    ids=["vgg16", "its classifier head", "small"],
)
def test_as_conv_needs_no_weights_for_its_table(run, args, said):
    result = run("net", *args, "--as-conv")
    assert result.exit_code == 0
    shown = " ".join(result.stdout.split())
    assert ("not run, because of the size" in shown) == bool(said)
    assert said in shown
    told = json.loads(run("net", *args, "--as-conv", "--json").stdout)
    assert (told["difference"] is None) == (told["larger"] is None) == bool(said)
    assert told["parameters"][0] == told["parameters"][1] > 8_000


def test_moved_weights_are_those_that_were_given():
    words = chain("flatten | dense 2", KINDS)
    layers = assemble(words, (1, 4, 4), read_kernel)
    weights = {"f1.weight": np.arange(32).reshape(2, 16), "f1.bias": np.array([1, 2])}
    rewritten = rewrite(layers, words)
    given = Moved(
        Network(layers, given=weights),
        rewritten,
        assemble(renumbered(rewritten), (1, 4, 4), read_kernel),
    )
    assert not given.is_drawn
    assert given.weights_of(1)["weight"].tolist() == weights["f1.weight"].reshape(2, 1, 4, 4).tolist()


@pytest.mark.parametrize(
    "chained",
    [
        "conv 2@3x3 | relu",
        "dense 3 | dense 2",
        "conv 4@3x3 | flatten | normalize | dense 3",
        "conv 1@3x3 | flatten | softmax | dense 3",
        "conv 1@3x3 | flatten | dense 3 | normalize",
        "conv 4@3x3 | flatten | batchnorm | dense 3",
        "conv 4@3x3 | layernorm | flatten | dense 3",
    ],
)
def test_what_cannot_be_rewritten(chained):
    words = chain(chained, KINDS)
    shape = (1, 5, 5) if "conv" in chained else (9,)
    with pytest.raises(CnnstepError) as caught:
        rewrite(assemble(words, shape, read_kernel), words)
    assert caught.value.hint


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_network_in_words(run, name):
    shown = " ".join(run("explain", name).stdout.split())
    told = json.loads(run("net", name, "--json").stdout)
    assert f"{told['parameters']:,} learnable parameters" in shown
    for layer in told["layers"]:
        assert f"{layer['layer'][:29]}" in shown
        if layer["parameters"]:
            assert f"{layer['parameters']:,}" in shown
    assert "Why weights are shared" in shown
    assert "Why each output depends on a small part" in shown
    sums = re.findall(r"\(([\d,]+) \+ (1)\)·([\d,]+) = ([\d,]+)", shown)
    assert len(sums) == sum(layer["layer"].startswith("dense") for layer in told["layers"])
    for inner, biased, units, total in sums:
        a, b, c, d = (int(text.replace(",", "")) for text in (inner, biased, units, total))
        assert (a + b) * c == d


def test_the_words_can_be_taken_away(run, tmp_path):
    for suffix in ("md", "html", "txt", "svg"):
        assert run("explain", "lenet5", "--save", str(tmp_path / f"page.{suffix}")).exit_code == 0
    assert "shared" in (tmp_path / "page.md").read_text(encoding="utf-8")
    result = run("explain", "lenet5", "--save", str(tmp_path / "page.csv"))
    assert result.exit_code == 1
    assert "no table" in result.stderr
    assert not (tmp_path / "page.csv").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("field", "lenet5", "c3[*,3,40]"), "*,3,40 is outside the 16×10×10 output of c3"),
        (("field", "lenet5", "c3[1,2,3,4]"), "is outside the 16×10×10"),
        (("field", "lenet5", "c3"), "'c3' is no cell of a layer"),
        (("field", "lenet5", "x9[1]"), "there is no layer 'x9'"),
        (("field", "lenet5", "c3[0,0,0]", "--as-conv"), "has no option"),
        (("net", "lenet5", "--as-conv", "--layer", "2"), "--as-conv takes no --layer"),
    ],
)
def test_mistakes(run, args, said):
    result = run(*args)
    assert result.exit_code in {1, 2}
    assert said in result.stderr
    assert "Hint: " in result.stderr


@pytest.mark.parametrize(
    ("chained", "shape", "is_exact"),
    [
        ("conv 2@3x3 | maxpool 2 | flatten | dense 3", "1x8x8", True),
        ("conv 2@3x3 same | flatten | dense 3", "1x5x5", False),
        ("conv 2@3x3 | normalize | flatten | dense 3", "1x9x9", False),
        ("conv 2@3x3 | maxpool 3 stride 2 ceil | flatten | dense 3", "1x9x8", False),
    ],
)
def test_windows_are_promised_only_where_they_are_answered(run, chained, shape, is_exact):
    shown = " ".join(run("net", chained, "--in", shape, "--as-conv").stdout.split())
    assert ("one for each" in shown) == is_exact
    assert ("but not the same" in shown) != is_exact


def test_a_flattened_pixel_sees_itself(run):
    assert field_of(run, "flatten", "--in", "1x4x4", "1[5]")["field"] == [[1, 2], [1, 2]]
    assert run("field", "globalavgpool", "sample:five", "s1[0]").exit_code == 1
