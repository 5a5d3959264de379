"""What becomes of a picture before a network, and what its classes are called."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from cnnstep.errors import NotationError
from cnnstep.inputs.reading import Input
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.described import describe
from cnnstep.notation.preprocessing import Preprocessing, preprocessing

IMAGENET = Preprocessing((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
USUAL = "mean 0.485 0.456 0.406 std 0.229 0.224 0.225 order rgb"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (USUAL, IMAGENET),
        ("MEAN=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]", IMAGENET),
        ("std 0.25", Preprocessing(std=(0.25,))),
        ("order bgr", Preprocessing(order="bgr")),
        ("mean 1 2 3 std 4", Preprocessing((1, 2, 3), (4,))),
    ],
)
def test_parts_may_be_left_out(text, read):
    assert preprocessing(text) == read


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("preprocess", "line 2: preprocess needs a value"),
        ("preprocess mean", "line 2: mean needs a value"),
        ("preprocess 0.5", "line 2: '0.5' is not expected here"),
        ("preprocess mean 1 mean 2", "line 2: mean is told twice"),
        ("preprocess mean x", "line 2: mean: 'x' is not a number"),
        ("preprocess std nan", "line 2: std: 'nan' is not finite"),
        ("preprocess std 0.5 0", "line 2: std 0 is not between 0.001 and 1,000"),
        ("preprocess mean 1e9", "line 2: mean 1e+09 is not between"),
        ("preprocess mean 1 2 std 1 2 3", "line 2: mean has 2 numbers, and std 3"),
        ("preprocess order gbr", "line 2: order 'gbr' is neither rgb nor bgr"),
        ("preprocess mean 1 2", "line 2: preprocess is for 2 channels, and the input has 3 channels"),
        ("preprocess std 2\npreprocess mean 2", "line 3: preprocess is told twice"),
    ],
)
def test_mistakes_are_told_with_their_line(line, said):
    with pytest.raises(NotationError) as caught:
        describe(f"input 3x4x4\n{line}\nrelu")
    assert said in caught.value.message
    assert caught.value.hint


def test_the_input_may_stand_after_it():
    with pytest.raises(NotationError, match="line 2: preprocess is for 3 channels, and the input has 1 channel"):
        describe(f"preprocess {USUAL}\ninput 1x4x4\nrelu")
    assert describe(f"preprocess {USUAL}\nrelu").preprocessing == IMAGENET


LEVELS = np.arange(48, dtype=np.uint8).reshape(3, 4, 4) * 5


@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_levels_become_numbers_by_the_formula(order):
    shown = Input("x", LEVELS, channels=("red", "green", "blue"))
    made = shown.prepared(IMAGENET._replace(order=order))
    channels = [2, 1, 0] if order == "bgr" else [0, 1, 2]
    for number, channel in enumerate(channels):
        expected = [
            [(level / 255 - IMAGENET.mean[number]) / IMAGENET.std[number] for level in row]
            for row in LEVELS[channel].tolist()
        ]
        np.testing.assert_allclose(made.values[number], expected, rtol=1e-12)
    assert made.channels == tuple(("red", "green", "blue")[channel] for channel in channels)
    assert made.is_prepared


def saved(tmp_path):
    """A network that shows what arrives, and a picture for it."""
    network = tmp_path / "my.cnn"
    network.write_text(f"input 3x4x4\npreprocess {USUAL}\nidentity", encoding="utf-8")
    Image.fromarray(np.moveaxis(LEVELS, 0, -1)).save(tmp_path / "x.png")
    np.save(tmp_path / "levels.npy", LEVELS)
    np.save(tmp_path / "floats.npy", LEVELS / 255)
    return str(network)


def arrived(run, network, *args):
    return np.array(json.loads(run("net", network, *args, "--layer", "1", "--json").stdout)["map"])


def test_pictures_are_prepared_and_arrays_of_floats_are_taken_as_they_are(run, tmp_path):
    network = saved(tmp_path)
    expected = (LEVELS / 255 - np.reshape(IMAGENET.mean, (3, 1, 1))) / np.reshape(IMAGENET.std, (3, 1, 1))
    for args in (["x.png"], ["x.png", "--unit"], ["levels.npy"]):
        np.testing.assert_allclose(arrived(run, network, str(tmp_path / args[0]), *args[1:]), expected, rtol=1e-12)
    np.testing.assert_array_equal(arrived(run, network, str(tmp_path / "floats.npy")), LEVELS / 255)


def test_screens_say_what_becomes_of_levels(run, tmp_path):
    network = saved(tmp_path)
    formula = "(x − mean)/std per channel; mean 0.485 0.456 0.406, std 0.229 0.224 0.225"

    def told(*args):
        return " ".join(run("net", *args).stdout.split())

    assert f"a picture's levels become 0–1, then {formula}" in told(network, str(tmp_path / "x.png"))
    assert f"its numbers are taken as they are, not as {formula}" in told(network, str(tmp_path / "floats.npy"))
    assert f"a picture's levels become 0–1, then {formula}" in told("vgg16")
    assert "levels" not in told("lenet5", "sample:digit")


def test_imagenets_networks_state_it():
    stated = {name for name, known in ARCHITECTURES.items() if known.preprocessing == IMAGENET}
    assert stated == {"alexnet", "vgg16", "resnet18", "mobilenetv2", "googlenet-2014"}
    # torchvision's weights of it are those of TensorFlow, learned from levels of −1 to 1
    assert ARCHITECTURES["googlenet"].preprocessing == Preprocessing((0.5,), (0.5,))


CLASSES = "flatten | dense 3 | softmax"
NAMES = "tabby\na name that is longer than a screen has room for\nbad\x1b[31m"


@pytest.fixture
def labels(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text(f"{NAMES}\n\n", encoding="utf-8")
    return str(path)


def test_classes_have_names(run, labels):
    shown = run("net", CLASSES, "sample:digit", "--unit", "--labels", labels)
    assert shown.exit_code == 0, shown.stderr
    assert "0  tabby " in shown.stdout
    assert "1  a name that is longer t…  " in shown.stdout
    assert "\x1b[31m" not in shown.stdout
    plain = json.loads(run("net", CLASSES, "sample:digit", "--unit", "--json").stdout)
    named = json.loads(run("net", CLASSES, "sample:digit", "--unit", "--labels", labels, "--json").stdout)
    assert plain.pop("label") is None
    assert named.pop("label") in {"tabby", "a name that is longer than a screen has room for", r"bad\x1b[31m"}
    assert named == plain


def test_the_largest_is_told_by_its_name(run, tmp_path, labels):
    np.savez(tmp_path / "w.npz", **{"f1.weight": np.zeros((3, 784)), "f1.bias": np.array([2.0, 0, 1])})
    args = ("net", CLASSES, "sample:digit", "--weights", str(tmp_path / "w.npz"), "--labels", labels)
    assert "the largest is class 0: tabby, with 66.52%" in run(*args).stdout
    assert json.loads(run(*args, "--json").stdout)["label"] == "tabby"


def test_predictions_of_a_batch_have_names(run, tmp_path, labels):
    network = tmp_path / "my.cnn"
    network.write_text(f"input 1x2x2\n{CLASSES}", encoding="utf-8")
    np.save(tmp_path / "x.npy", np.zeros((4, 1, 2, 2)))
    np.savez(tmp_path / "w.npz", **{"f1.weight": np.zeros((3, 4)), "f1.bias": np.array([2.0, 0, 1])})
    args = ("net", str(network), str(tmp_path / "x.npy"), "--weights", str(tmp_path / "w.npz"), "--labels", labels)
    assert "4 images predicted as class 0: tabby" in run(*args).stdout
    assert json.loads(run(*args, "--json").stdout)["label"] == ["tabby"] * 4
    assert run(*args, "--save", str(tmp_path / "a.csv")).exit_code == 0
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        assert [row["label"] for row in csv.DictReader(file)] == ["tabby"] * 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"one\ntwo", "has 2 lines, but the network has 3 outputs"),
        (b"1\n2\n3\n4", "has 4 lines, but the network has 3 outputs"),
        (b"\n\n", "holds no names"),
        (b"\xff\xfe", "is not text"),
    ],
)
def test_labels_that_do_not_fit(run, tmp_path, text, said):
    (tmp_path / "l.txt").write_bytes(text)
    result = run("net", CLASSES, "sample:digit", "--labels", str(tmp_path / "l.txt"))
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Hint: " in result.stderr


@pytest.mark.parametrize("name", ["vgg16", "lenet5", "conv 2@3x3 | flatten | dense 3"])
def test_names_of_weights(run, name):
    size = () if name in ARCHITECTURES else ("--in", "1x8x8")
    told = json.loads(run("net", name, *size, "--names", "--json").stdout)
    found = describe(name)
    layers = found.layers(found.input or (1, 8, 8))
    theirs = found.foreign.names(layers)
    assert [(each["name"], each["in_pytorch"]) for each in told["arrays"]] == [
        (f"{layer.name}.{part}", theirs.get(f"{layer.name}.{part}"))
        for layer in layers
        for part in layer.plan.parameters
    ]
    assert ("in PyTorch" in run("net", name, *size, "--names").stdout) == bool(theirs)


def test_labels_that_are_not_there_and_names_of_nothing(run):
    for name in ("nowhere.txt", ""):
        result = run("net", CLASSES, "sample:digit", "--labels", name)
        assert (result.exit_code, "no such file" in result.stderr) == (1, True)
    assert "this network learns nothing" in run("net", "relu", "--in", "1x3x3", "--names").stdout
    error = run("net", "vgg16", "--in", "1x224x224", "--as-conv").stderr
    assert "preprocess is for 3 channels, and the input has 1 channel" in error
