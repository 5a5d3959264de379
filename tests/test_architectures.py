"""Networks with a name, in files, and in words: their published numbers, and what may go wrong."""

import csv
import io
import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from cnnstep import replay
from cnnstep.errors import CnnstepError
from cnnstep.inputs.kernels import read_kernel
from cnnstep.inputs.reading import Fitted, fitted, read
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.connections import CONNECTIONS, connections
from cnnstep.networks.described import describe
from cnnstep.networks.layer import find
from cnnstep.networks.layer_kinds import KINDS, names
from cnnstep.networks.network import Network, assemble
from cnnstep.networks.run import Run
from cnnstep.notation.chain import chain

PUBLISHED = {
    "lenet5": 61_706,
    "lenet5-1998": 60_000 + 85 * 10,
    "alexnet": 60_965_224,
    "vgg16": 138_357_544,
    "tinyvgg": 19_920,
    "resnet18": 11_689_512,
    "mobilenetv2": 3_504_872,
    "googlenet": 6_624_904,
    "googlenet-2014": 6_998_552,
    "resnet": 19_810,
    "unet": 29_321,
}
"""Parameters; lenet5-1998: the paper's 60,000, and a dense layer where it has RBF units; alexnet, googlenet-2014:
Caffe's; resnet18, mobilenetv2, googlenet: torchvision's; resnet and unet are our own, added up by hand below."""


def layers_of(text, shape):
    return assemble(chain(text, KINDS), shape, read_kernel)


def test_published_parameters():
    counted = {
        name: sum(layer.learned for layer in describe(name).layers(known.input))
        for name, known in ARCHITECTURES.items()
    }
    assert counted == PUBLISHED


def test_the_small_networks_by_hand():
    def conv(channels, filters, size=3, bias=True):
        return filters * (channels * size * size + bias)

    def unit(channels, filters, size=3):
        return conv(channels, filters, size, bias=False) + 2 * filters

    basic = 2 * unit(8, 8)
    halving = [unit(n, 2 * n) + unit(2 * n, 2 * n) + unit(n, 2 * n, 1) for n in (8, 16)]
    assert PUBLISHED["resnet"] == unit(1, 8) + basic + sum(halving) + 10 * (32 + 1)
    down = [conv(n, m) + conv(m, m) for n, m in ((1, 8), (8, 16), (16, 32))]
    up = [2 * n * m * 4 // 2 + m + conv(n, m) + conv(m, m) for n, m in ((32, 16), (16, 8))]
    assert PUBLISHED["unet"] == sum(down) + sum(up) + conv(8, 1, 1)


@pytest.mark.parametrize(
    ("name", "word", "sizes"),
    [
        ("resnet18", "add", [56, 56, 28, 28, 14, 14, 7, 7]),
        ("googlenet", "concat", [28, 28, 14, 14, 14, 14, 14, 7, 7]),
        ("googlenet-2014", "concat", [28, 28, 14, 14, 14, 14, 14, 7, 7]),
        ("mobilenetv2", "add", [56, 28, 28, 14, 14, 14, 14, 14, 7, 7]),
        ("unet", "concat", [16, 32]),
    ],
)
def test_published_sizes_of_maps(name, word, sizes):
    layers = describe(name).layers(ARCHITECTURES[name].input)
    assert [layer.output[1] for layer in layers if layer.word == word] == sizes


def test_each_googlenet_states_the_others_count():
    for name, other in (("googlenet", "googlenet-2014"), ("googlenet-2014", "googlenet")):
        assert f"{PUBLISHED[other]:,} parameters" in " ".join(ARCHITECTURES[name].notes)


def test_published_sizes_and_costs():
    alexnet, vgg = (layers_of(ARCHITECTURES[n].chain, ARCHITECTURES[n].input) for n in ("alexnet", "vgg16"))
    assert [layer.output[1] for layer in alexnet if layer.word == "maxpool"] == [27, 13, 6]
    assert sum(layer.plan.multiply_adds for layer in vgg) == 15_470_264_320  # 15.5 billion, as published
    learned = [layer.learned for layer in layers_of(ARCHITECTURES["lenet5-1998"].chain, (1, 32, 32)) if layer.learned]
    assert learned == [156, 12, 1516, 32, 48_120, 10_164, 850]  # LeCun et al. 1998, pages 7 and 8


def test_the_table_of_connections_is_the_papers():
    mask = connections("lenet", 16, 6)
    assert mask.sum(axis=1).tolist() == [3] * 6 + [4] * 9 + [6]
    assert mask.sum() == 60
    assert mask.sum(axis=0).tolist() == [10] * 6
    assert [np.flatnonzero(row).tolist() for row in mask[[0, 5, 12]]] == [[0, 1, 2], [0, 1, 5], [0, 1, 3, 4]]
    assert list(CONNECTIONS) == ["lenet"]


def test_a_filter_sums_only_the_channels_it_reads():
    x = np.random.default_rng(0).normal(size=(3, 5, 5))
    network = Network(layers_of("conv 2@3x3 reads 0+2,1", (3, 5, 5)))
    assert network.layers[0].learned == 3 * 9 + 2
    assert network.layers[0].plan.multiply_adds == 3 * 9 * 9
    walk = Run(network, x).walk(1)
    weights = network.weights_of(1)["weight"]
    for f, channels in ((0, (0, 2)), (1, (1,))):
        expected = sum((weights[f, c] * x[c, 1:4, 1:4]).sum() for c in channels)
        assert walk[f, 1, 1].value == pytest.approx(expected)


def test_subsampling_is_one_coefficient_and_one_bias():
    x = np.random.default_rng(0).normal(size=(2, 4, 6))
    given = {"s1.weight": np.array([0.5, -2.0]), "s1.bias": np.array([1.0, 3.0])}
    layers = layers_of("subsample 2", x.shape)
    walk = Run(Network(layers, given=given), x).walk(1)
    for c in range(2):
        for i in range(2):
            for j in range(3):
                total = x[c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].sum()
                assert walk[c, i, j].value == pytest.approx(given["s1.weight"][c] * total + given["s1.bias"][c])
    np.testing.assert_allclose(replay(walk).astype(float), walk.output)


CHAINED = [(number,) for number in range(13)]


def test_names_are_those_of_the_paper():
    words = [layer.word for layer in chain(ARCHITECTURES["lenet5"].chain, KINDS)]
    assert names(words, CHAINED) == [
        "c1",
        "c1",
        "s2",
        "c3",
        "c3",
        "s4",
        "c5",
        "c5",
        "flatten",
        "f6",
        "f6",
        "f7",
        "softmax",
    ]
    assert names(["relu", "dropout", "conv", "dropout", "tanh"], CHAINED[:5]) == [
        "relu",
        "dropout",
        "c1",
        "dropout-2",
        "dropout-2",
    ]
    layers = layers_of(ARCHITECTURES["lenet5"].chain, (1, 32, 32))
    assert [layer.number for layer in find(layers, "c3")] == [4, 5]
    assert [layer.number for layer in find(layers, "4")] == [4, 4]


FILE = """
# a network of three lines
input 1x12x12

conv 3@3x3 relu   # three filters
maxpool 2 |
flatten | dense 2
"""


def test_a_network_from_a_file(run, tmp_path):
    path = tmp_path / "my.cnn"
    path.write_text(FILE, encoding="utf-8")
    shown = run("net", str(path)).stdout
    assert "1×12×12 → 2" in shown
    assert "conv 3@3x3" in shown
    ran = run("net", str(path), "sample:digit")
    assert ran.exit_code == 0
    assert "1×12×12" in ran.stdout
    assert run("net", str(path), "--in", "1x20x20").exit_code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("conv 3@3x3\nrleu", "line 2: 'rleu' is no layer"),
        ("# nothing", "holds no layers"),
        ("input 5\nrelu", "line 1: input 5 has no channels"),
        ("input 1x4x4\nmaxpool 2\nconv 3@5x5", "layer 2 (conv 3@5x5): a 5×5 kernel does not fit in a 2×2 input"),
    ],
)
def test_mistakes_in_a_file_are_told_with_their_line(run, tmp_path, text, said):
    path = tmp_path / "my.cnn"
    path.write_text(text, encoding="utf-8")
    result = run("net", str(path))
    assert result.exit_code in {1, 2}
    assert said in result.stderr
    assert "Hint: " in result.stderr


def test_a_file_that_is_not_there(run):
    assert "no such file: nowhere.cnn" in run("net", "nowhere.cnn").stderr


def test_a_size_that_does_not_fit_names_what_it_needs(run):
    error = run("net", "lenet5", "--in", "1x28x28").stderr
    assert "layer 7 (conv 120@5x5): a 5×5 kernel does not fit in a 4×4 input" in error
    assert "1×28×28 arrived at layer 1" in error
    assert "lenet5 is made for 1×32×32" in error


@pytest.mark.parametrize(
    ("chained", "said"),
    [
        ("conv 2@3x3 reads 0,1,2", "3 lists of channels do not fit 2 filters"),
        ("conv 2@3x3 reads 0,7", "filter 1 reads channel 7, but 1 arrive"),
        ("conv 2@3x3 reads x,0", "'x' is no channel"),
        ("conv 2@3x3 groups 2 reads 0,0", "exclude each other"),
    ],
)
def test_connections_that_do_not_fit(chained, said):
    with pytest.raises(CnnstepError) as caught:
        layers_of(chained, (2 if "groups" in chained else 1, 6, 6))
    assert said in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_table_fits_every_screen(run, name):
    for columns in (40, 80, 120):
        lines = run("net", name, columns=columns).stdout.splitlines()
        assert max(map(len, lines)) <= columns


def test_the_table_is_saved_in_every_form(run, tmp_path):
    for suffix in ("csv", "md", "html", "svg", "png", "txt", "json"):
        assert run("net", "lenet5", "--save", str(tmp_path / f"t.{suffix}")).exit_code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "t.csv").read_text(encoding="utf-8"))))
    assert sum(int(row["parameters"] or 0) for row in rows[:-1]) == int(rows[-1]["parameters"]) == 61_706
    assert sum(int(row["multiply-adds"] or 0) for row in rows[:-1]) == int(rows[-1]["multiply-adds"]) == 416_520
    assert rows[1]["k/s/p"] == "5×5/1/0"
    assert "| 4 | c3 | conv 16@5x5 | 16×10×10 | 5×5/1/0 | 2,416 |" in (tmp_path / "t.md").read_text(encoding="utf-8")
    assert '<td class="output" style="text-align:right">48,120</td>' in (tmp_path / "t.html").read_text(
        encoding="utf-8"
    )
    assert ET.fromstring((tmp_path / "t.svg").read_text(encoding="utf-8")).tag.endswith("svg")
    assert json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))["parameters"] == 61_706


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("input 1x4x4\ninput 1x5x5\nrelu", "line 2: the input is told twice"),
        ("input 0x3x3\nrelu", "must be 1 or more"),
        ("relu\n" * 1001, "1,001 layers are too many"),
        ("conv (" + "1 " * 3000 + ")", "layer 1"),
    ],
)
def test_files_beyond_reason(run, tmp_path, text, said):
    path = tmp_path / "my.cnn"
    path.write_text(text, encoding="utf-8")
    result = run("net", str(path), "sample:five")
    assert result.exit_code in {1, 2}
    assert said in result.stderr
    assert max(map(len, result.stderr.splitlines())) < 400


def test_noise_stands_in_where_no_sample_fits(run, tmp_path):
    path = tmp_path / "signal.cnn"
    path.write_text("input 1x40\nconv 2@5 relu\nmaxpool 2\ndense 2", encoding="utf-8")
    told = json.loads(run("net", str(path), "--layer", "1", "--json").stdout)
    assert told["input"] == [40]
    error = run("net", str(path), "sample:digit").stderr
    assert "takes 1×40" in error


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("lenett",), "did you mean lenet5?"),
        (("conv 6@5x5 | maxpool 2",), "without INPUT it is sample:five"),
        (("conv 6@5x5", "--in", "28x28"), "a picture is --in 1x28x28"),
        (("relu", "--in", "1x999999999999x5", "--as-conv"), "the most is 100,000,000"),
        (("dense 3", "--in", "1x3000x3000", "--as-conv"), "kernels of 3000×3000"),
        (("lenet5", "--json", "--save", "-.json"), "are two documents"),
        (("lenet5", "--field", "c1[*,0,0]"), 'cnnstep field lenet5 "c1[*,0,0]"'),
        (("lenet5", "sample:digit", "--why", "c1[0,0,0]"), 'cnnstep why lenet5 sample:digit "c1[0,0,0]"'),
        (("lenet5", "sample:digit", "--weights", ""), "no such file: an empty name"),
        (("vgg16", "sample:picture"), "layer 33 (dense 4096): 4096×25088"),
        (
            ("conv 400@1x1 | conv 400@1x1 | conv 400@1x1", "sample:digit", "--resize", "1000x1000"),
            "320,400,000,000 multiply-adds here; the most is",
        ),
    ],
)
def test_what_would_take_too_long_or_mean_nothing(run, args, said):
    result = run("net", *args)
    assert result.exit_code in {1, 2}
    assert said in result.stderr.replace("layer 33 (dense 4096): layer 33", "twice")
    assert "Hint: " in result.stderr


def test_a_hint_of_a_chain_can_be_typed(run):
    shown = " ".join(run("net", "conv 4@3x3 | flatten | dense 3", "--in", "1x8x8", "--as-conv").stdout.split())
    assert 'cnnstep explain "conv 4@3x3 | flatten | dense 3" --in 1x8x8' in shown
    assert run("explain", "conv 4@3x3 | flatten | dense 3", "--in", "1x8x8").exit_code == 0
    assert "--resize 64x64 (run it)" in " ".join(run("net", "vgg16").stdout.split())


def test_a_smaller_digit_is_padded_as_in_the_paper_and_the_screen_says_so(run):
    digit = read("sample:digit").values
    x, how = read("sample:digit").fitted((32, 32))
    assert how == Fitted((28, 28), (32, 32), ((2, 2), (2, 2)))
    np.testing.assert_array_equal(x.values[:, 2:-2, 2:-2], digit)
    assert x.values.sum() == digit.sum()
    shown = " ".join(run("net", "lenet5", "sample:digit").stdout.split())
    assert "sample:digit (28×28, padded by 2) 1×32×32" in shown


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("tinyvgg", "sample:picture"), "sample:picture (480×640, resized) 3×64×64"),
        (("lenet5", "sample:five"), "sample:five (5×5, padded by 13:14) 1×32×32"),
        (("lenet5", "sample:flower"), "sample:flower (24×32, padded by 4×0) 1×32×32"),
        (("lenet5", "sample:digit", "--resize", "32x32"), "sample:digit 1×32×32"),
    ],
)
def test_how_an_input_gets_its_size(run, args, said):
    assert said in " ".join(run("net", *args, columns=120).stdout.split())


def test_the_background_is_the_commonest_level_of_each_edge():
    images = np.stack([np.full((2, 3), 7.0), np.array([[1.0, 1, 5], [5, 1, 5]])])
    made, how = fitted(images, (3, 3))
    assert how.padding == ((0, 1), (0, 0))
    assert made.tolist() == [[[7] * 3] * 3, [[1, 1, 5], [5, 1, 5], [1, 1, 1]]]
    assert fitted(images, (1, 9))[1].padding is None


def test_many_small_images_are_padded_too(run, tmp_path):
    np.save(tmp_path / "small.npy", np.ones((3, 1, 28, 28)))
    np.save(tmp_path / "padded.npy", np.ones((3, 1, 32, 32)))
    small, padded = (
        json.loads(run("net", "lenet5", str(tmp_path / f"{n}.npy"), "--json").stdout) for n in ("small", "padded")
    )
    assert small["answers"] == padded["answers"]


@pytest.mark.parametrize(
    ("chained", "is_size"), [("conv 6@5x5 | maxpool 2", True), ("relu 3", False), ("conv 2@3x3 groups 2", False)]
)
def test_the_sample_is_named_only_where_its_size_is_to_blame(run, chained, is_size):
    error = run("net", chained).stderr
    assert "Hint: " in error
    assert ("without INPUT it is sample:five, 1×5×5" in error) == is_size
