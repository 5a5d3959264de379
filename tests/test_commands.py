"""Every stepping command does what all of them do: JSON, views, steps, places, files; and refuses alike."""

import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from cnnstep.inputs.reading import read

COMMANDS = {
    "conv": ("conv", "sample:five"),
    "conv a signal": ("conv", "3 1 4 1 5 9", "--kernel", "1 0 -1"),
    "conv a film": ("conv", "sample:film", "--crop", "0,0,6,5"),
    "conv depthwise": ("conv", "sample:flower", "--rgb", "--depthwise", "--crop", "0,0,6,5"),
    "conv separable": ("conv", "sample:flower", "--rgb", "--pointwise", "2", "--crop", "0,0,6,5"),
    "conv as matrix": ("conv", "sample:five", "--as-matrix"),
    "gradient of a kernel": ("conv", "sample:five", "--gradient", "kernel"),
    "gradient of an input": ("conv", "sample:flower", "--rgb", "--gradient", "input", "--crop", "0,0,6,5"),
    "gradient of a bias": ("conv", "sample:five", "--gradient", "bias"),
    "gradient of dense weights": ("dense", "sample:five", "--units", "3", "--gradient", "weights"),
    "gradient of padding": ("pad", "sample:five", "--gradient", "input"),
    "pool": ("pool", "sample:five", "--kind", "average"),
    "pool colours": ("pool", "sample:flower", "--rgb", "--global"),
    "pool a film": ("pool", "sample:film", "--crop", "0,0,6,4"),
    "unpool": ("unpool", "sample:five", "--window", "3", "--stride", "2", "--padding", "1"),
    "unpool colours": ("unpool", "sample:flower", "--rgb", "--crop", "0,0,6,5"),
    "unpool a signal": ("unpool", "3 1 4 1 5 9", "--values", "1 2 3"),
    "unpool a film": ("unpool", "sample:film", "--crop", "0,0,6,4"),
    "pad": ("pad", "sample:five", "--pad-mode", "reflect", "--padding", "2:1x0:3"),
    "pad a signal": ("pad", "3 1 4 1 5", "--pad-value", "7"),
    "pad a film": ("pad", "sample:film", "--crop", "0,0,4,3", "--pad-mode", "circular"),
    "activate": ("activate", "sample:five", "tanh"),
    "activate a signal": ("activate", "-1 2 3", "leaky-relu", "--slope", "0.5"),
    "transposed": ("transposed", "sample:five", "--stride", "2"),
    "transposed a signal": ("transposed", "1 2 3", "--kernel", "1 2 1"),
    "upsample": ("upsample", "sample:five", "--factor", "2x3"),
    "upsample bilinear": ("upsample", "sample:flower", "--rgb", "--kind", "bilinear", "--crop", "0,0,6,5"),
    "upsample a signal": ("upsample", "3 1 4 1 5", "--kind", "linear", "--factor", "3"),
    "upsample a film": ("upsample", "sample:film", "--kind", "trilinear", "--crop", "0,0,4,3"),
    "flatten": ("flatten", "sample:five"),
    "dense": ("dense", "sample:five", "--units", "3"),
    "learn": ("learn", "--updates", "10"),
    "learn colours": ("learn", "sample:flower", "--rgb", "--like", "2@3x2", "--crop", "0,0,6,5", "--from", "random"),
    "learn a signal": ("learn", "3 1 4 1 5 9", "--like", "1 0 -1", "--padding", "1"),
    "learn a film": ("learn", "sample:film", "--like", "frame-difference", "--crop", "0,0,6,5"),
    "softmax": ("softmax", "2 1 0.1"),
    "loss": ("loss", "2 1 0.1", "--target", "0"),
    "dropout": ("dropout", "sample:five"),
    "batchnorm": ("batchnorm", "sample:five"),
    "batchnorm in training": ("batchnorm", "sample:flower", "--rgb", "--crop", "0,0,6,5", "--training"),
    "layernorm": ("layernorm", "sample:flower", "--rgb", "--crop", "0,0,6,5"),
    "instancenorm": ("instancenorm", "sample:five"),
    "normalize": ("normalize", "sample:five"),
    "net": ("net", "conv vertical | relu | maxpool 2 | dense 2 | softmax", "sample:five"),
    "layer": ("net", "conv vertical | relu | maxpool 2", "sample:five", "--layer", "2"),
}
every = pytest.mark.parametrize("name", COMMANDS)


def document(result):
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@every
def test_json_says_what_it_is_and_what_comes_out(run, name):
    found = document(run(*COMMANDS[name], "--json"))
    assert found["format_version"] == 1
    assert found["operation"]
    output = np.array(found["map"], dtype=float)
    assert output.size
    for step in found["steps"]:
        assert "number" in step
        if "stage" not in step and "before" not in step:
            assert output[tuple(step.get("target", step["index"]))] == pytest.approx(step["value"], rel=1e-9, abs=1e-12)


@every
def test_files_hold_the_whole_output(run, tmp_path, name):
    expected = np.array(document(run(*COMMANDS[name], "--json"))["map"], dtype=float)
    files = [tmp_path / f"out.{suffix}" for suffix in ("npy", "csv", "png", "jsonl")]
    saves = [word for file in files for word in ("--save", str(file))]
    result = run(*COMMANDS[name], *saves)
    assert result.exit_code == 0, result.stderr
    assert result.stderr.count("Wrote") == 4
    np.testing.assert_allclose(np.load(files[0]).astype(float), expected)
    listed = [
        [float(cell) for cell in line.split(",")] for line in files[1].read_text(encoding="utf-8").splitlines() if line
    ]
    np.testing.assert_allclose(np.array(listed).ravel(), expected.ravel())
    assert Image.open(io.BytesIO(files[2].read_bytes())).size[0] >= 1
    steps = [json.loads(line) for line in files[3].read_text(encoding="utf-8").splitlines()]
    assert [step["number"] for step in steps] == list(range(len(steps)))


@every
@pytest.mark.parametrize("view", ["full", "lines", "map"])
def test_views(run, name, view):
    for size in ("all", "1", "0:2"):
        result = run(*COMMANDS[name], "--view", view, "--steps", size)
        assert result.exit_code == 0, result.stderr
        assert "next: " in result.output
        assert max(map(len, result.output.splitlines())) <= 80


@every
def test_every_next_thing_to_type_works(run, name):
    for extra in ((), ("--view", "map")):
        text = " ".join(run(*COMMANDS[name], *extra).output.partition("next: ")[2].split())
        offers = re.findall(r"(--(?:at|steps|layer|view)) ([^ ,]+(?:,[^ ,]+)*)", text)
        assert offers, text
        for option, value in offers:
            result = run(*COMMANDS[name], option, value.strip('"'))
            assert result.exit_code == 0, (option, value, result.stderr)


@every
def test_a_place_outside_is_refused(run, name):
    place = "2[0,99,99]" if name in {"net", "layer"} else ",".join(["999"] * 3)
    result = run(*COMMANDS[name], "--at", place)
    assert result.exit_code == 1
    assert "outside the" in result.stderr
    assert "Hint: the last cell is" in result.stderr
    assert not result.stdout


MISTAKES = {
    "pool kind": (("pool", "--kind", "lowest"), 2, "is not one of"),
    "pool padding": (("pool", "--padding", "2"), 1, "without a single cell of the input"),
    "pool window": (("pool", "--window", "9"), 1, "a 9×9 window does not fit in a 5×5 input"),
    "pool include": (("pool", "--include-padding"), 1, "max pooling never counts padding"),
    "unpool values": (("unpool", "--values", "1 2"), 1, "values of 1×1×2 do not fit: 1×5×5 pools to 1×2×2"),
    "unpool kind": (("unpool", "--kind", "average"), 2, "has no option"),
    "unpool window": (("unpool", "--window", "9"), 1, "a 9×9 window does not fit in a 5×5 input"),
    "pad rule": (("pad", "--padding", "same"), 1, "padding same is a rule for windows"),
    "pad axes": (("pad", "--padding", "1x2x3"), 1, "padding has 3 numbers, but there are 2 spatial axes"),
    "pad mirror": (("pad", "--padding", "5", "--pad-mode", "reflect"), 1, "reflect padding 5 is too wide for 5 cells"),
    "pad value": (
        ("pad", "--pad-mode", "reflect", "--pad-value", "3"),
        1,
        "a padding value of 3 needs the mode constant",
    ),
    "pad mode": (("pad", "--pad-mode", "mirror"), 1, "no padding mode 'mirror'"),
    "factor": (("upsample", "--factor", "1.5"), 2, "factor '1.5' is not a size"),
    "no factor": (("upsample", "--factor", "0"), 2, "factor must be 1 or more, not 0"),
    "bilinear sound": (("upsample", "1 2 3", "--kind", "bilinear"), 1, "linear along 2 axes, but there are 1"),
    "power alone": (("pool", "--power", "3"), 2, "--power is for --kind lp"),
    "global window": (("pool", "--global", "--window", "2"), 2, "--global is one window over all"),
    "gap": (
        ("pool", "1 2 3", "--window", "2", "--dilation", "4", "--padding", "4", "--stride", "1"),
        1,
        "without a single cell",
    ),
    "two kernels": (
        ("conv", "sample:flower", "--rgb", "--depthwise", "--kernel", "edge", "--kernel", "box"),
        1,
        "one by one",
    ),
    "far too deep": (("activate", "--curve", "relu", "--depth", "21"), 2, "is more than 20"),
    "curve and place": (("activate", "--curve", "relu", "--at", "0"), 2, "have no steps"),
    "runaway slope": (
        ("activate", "-1", "--curve", "leaky-relu", "--slope", "1e50", "--depth", "9"),
        1,
        "beyond 1e+100",
    ),
    "layer and place": (("net", "relu | tanh", "--layer", "1", "--at", "2[0,0,0]"), 2, "name different layers"),
    "kernel in a chain": (("net", "conv edg same | relu"), 2, "no kernel is called 'edg'"),
    "rate in a chain": (("net", "relu | dropout 2"), 1, "rate must be from 0 to below 1"),
    "missing bar": (("net", "conv edge relu maxpool 2"), 2, "a | is missing before 'maxpool'"),
    "open bracket": (("net", "conv (1 2"), 2, "round brackets"),
    "square brackets": (("net", "conv [1 2; 3 4]"), 2, "round brackets"),
    "beyond 64 bits": (("net", "conv (1 1) | relu", "9223372036854775807 9223372036854775807"), 1, "more than 64 bits"),
    "too many weights": (("dense", "1 2", "--units", "99999999"), 1, "weights are too many to draw"),
    "pool power": (("pool", "--kind", "lp", "--power", "0"), 1, "power must be 1 or more, not 0"),
    "activation name": (("activate", "1 2", "rleu"), 2, "no activation is called 'rleu'"),
    "activation option": (("activate", "1 2", "relu", "--slope", "2"), 2, "relu takes no --slope"),
    "depth alone": (("activate", "1 2", "relu", "--depth", "2"), 2, "--depth goes with --curve"),
    "curve name": (("activate", "--curve", "sigmoyd"), 2, "no activation is called 'sigmoyd'"),
    "dense weights": (("dense", "1 2 3", "--weights", "1 2"), 1, "2 weights a unit do not fit an input of 3"),
    "dense units": (("dense", "1 2", "--weights", "1 2", "--units", "3"), 2, "1 rows of weights are not 3 units"),
    "dense bias": (("dense", "1 2", "--units", "2", "--bias", "1 2 3"), 1, "3 biases do not fit 2 units"),
    "softmax matrix": (("softmax", "1 2; 3 4"), 1, "softmax takes one list of numbers, not 1×2×2"),
    "dropout rate": (("dropout", "--rate", "1"), 1, "rate must be from 0 to below 1, not 1"),
    "batchnorm mean in training": (
        ("batchnorm", "--training", "--mean", "3"),
        2,
        "in training the mean is that of the",
    ),
    "batchnorm variance": (("batchnorm", "--variance", "-1"), 1, "a mean of squares, 0 or more, not -1"),
    "batchnorm NaN": (("batchnorm", "--variance", "nan"), 2, "'nan' is not finite"),
    "batchnorm means": (("batchnorm", "--mean", "1 2 3"), 1, "3 means do not fit 1 channel"),
    "batchnorm of one number": (("batchnorm", "5", "--training"), 1, "has one number, whose variance is 0"),
    "batchnorm of a film": (("batchnorm", "sample:film", "--training"), 1, "is a film, not a batch"),
    "layernorm scale": (("layernorm", "1 2 3", "--scale", "1 2"), 1, "scales of 2 do not fit an input of 1×3"),
    "no batchnorm": (("net", "lenet5", "--training"), 2, "--training is about batchnorm layers, and lenet5 has none"),
    "training table": (("net", "batchnorm", "--in", "1x5x5", "--training"), 2, "the table takes no --training"),
    "normalize scale": (("normalize", "--scale", "1 2"), 1, "2 scales do not fit 1 channel"),
    "transposed padding": (("transposed", "1", "--padding", "3"), 1, "cuts away all"),
    "transposed mode": (("transposed", "--pad-mode", "reflect"), 2, "has no option"),
    "output padding": (("transposed", "--output-padding", "1"), 1, "must be smaller than the stride"),
    "causal picture": (("conv", "--causal"), 1, "causal padding is for a signal"),
    "causal and padding": (("conv", "1 2 3", "--causal", "--padding", "1"), 1, "--causal sets the padding itself"),
    "depthwise and groups": (("conv", "sample:flower", "--rgb", "--depthwise", "--groups", "2"), 1, "makes 3 groups"),
    "pointwise": (("conv", "sample:flower", "--rgb", "--pointwise", "1 2"), 1, "do not fit 3 channels"),
    "kernel of too many axes": (("conv", "sample:beep", "--kernel", "edge", "--axes", "1"), 1, "has 2 axes"),
    "film kernel on a picture": (("conv", "--kernel", "frame-difference"), 1, "has 3 axes, but the input has 2"),
    "large matrix": (("conv", "sample:digit", "--as-matrix"), 1, "it is shown up to"),
    "axes": (("conv", "--axes", "4"), 2, "4 is not in the range"),
    "no target": (("learn", "sample:five"), 2, "a kernel learns from a target"),
    "two targets": (("learn", "--like", "edge", "--target", "1"), 2, "--like makes the target, --target gives it"),
    "target size": (
        ("learn", "--target", "1 2", "--from", "0 0"),
        1,
        "the target is 1×1×2, but the prediction of a 1×2 kernel is 1×6×7",
    ),
    "start size": (("learn", "--from", "1 1 1"), 1, "the prediction of a 1×3 kernel is 1×6×6"),
    "large start": (("learn", "--from", "7@7x1"), 1, "does not fit"),
    "start without a size": (("learn", "--target", "1 2; 3 4"), 1, "does not say how large the kernel is"),
    "learning rate": (("learn", "--rate", "0"), 1, "the rate must be above 0, and at most 1,000,000, not 0"),
    "rate NaN": (("learn", "--rate", "nan"), 2, "'nan' is not finite"),
    "updates": (("learn", "--updates", "-1"), 2, "updates must be 1 or more, not -1"),
    "many updates": (("learn", "--updates", "99999"), 1, "updates must be a whole number from 1 to 10,000"),
    "loss of a kernel": (("learn", "--loss", "mae"), 2, "'mae' is not one of"),
    "kernel to be found": (("learn", "--like", "sobell"), 2, "no kernel is called 'sobell'"),
    "no filters": (("conv", "--kernel", "0@3x3"), 2, "no filters or no cells"),
    "layer": (("net", "relu", "--layer", "2"), 1, "there is no layer 2: the network has 1"),
    "place in a net": (("net", "relu", "--at", "1,1"), 2, "is not a cell of a layer"),
    "chain": (("net", "conv edge | rleu"), 2, "'rleu' is no layer"),
}


POINTED = {"chain", "kernel in a chain", "rate in a chain", "missing bar", "open bracket", "square brackets"}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_and_a_hint(run, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    args, code, message = MISTAKES[name]
    result = run(*args, "--save", "x.npy") if "--curve" not in args else run(*args)
    assert result.exit_code == code, result.output
    assert message in result.stderr
    lines = result.stderr.splitlines()
    assert [line.partition(":")[0] for line in (lines[0], lines[-1])] == ["Error", "Hint"]
    assert len(lines) == (4 if name in POINTED else 2)
    assert not result.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_in_a_chain_has_carets_under_the_word(run):
    error, text, carets, hint = run("net", "conv edge same | rleu").stderr.splitlines()
    assert text[carets.index("^") : carets.rindex("^") + 1] == "rleu"
    assert "did you mean relu?" in hint
    assert error.startswith("Error: ")
    _, text, carets, hint = run("net", "conv edg same | relu").stderr.splitlines()
    assert text[carets.index("^") : carets.rindex("^") + 1] == "edg"
    assert "did you mean edge?" in hint
    long = "conv edge same | " * 20 + "\x1b[31mred"
    assert "\x1b" not in run("net", long).stderr


def test_the_matrix_in_json_is_the_convolution(run):
    found = document(run("conv", "sample:five", "--as-matrix", "--json"))
    x = read("sample:five").values.ravel()
    assert (np.array(found["matrix"]) @ x).tolist() == np.ravel(found["map"]).tolist()


def test_a_cell_of_a_stage_is_the_cell_that_was_asked_for(run):
    whole = document(run("softmax", "1 2 3", "--json"))["map"]
    (step,) = document(run("softmax", "1 2 3", "--at", "1", "--json"))["steps"]
    assert (step["cell"], step["value"]) == ([1], whole[1])
    whole = np.array(document(run("normalize", "sample:five", "--json"))["map"])
    (step,) = document(run("normalize", "sample:five", "--at", "2,3", "--json"))["steps"]
    assert (step["cell"], step["value"]) == ([0, 2, 3], whole[0, 2, 3])
    result = run("net", "conv vertical | normalize", "sample:five", "--at", "2[0,1,1]", "--json")
    (step,) = document(result)["steps"]
    assert step["value"] == np.array(document(result)["map"])[0, 1, 1]


def test_equal_numbers_have_no_variance(run):
    for numbers in ("0.1 0.1 0.1", "1e99 1e99 1e99", "7 7 7"):
        assert document(run("normalize", numbers, "--json"))["map"] == [[0, 0, 0]]


@pytest.mark.filterwarnings("error")
def test_odd_numbers_say_nothing_odd(run, tmp_path):
    np.save(tmp_path / "m.npy", np.array([[100, 120], [127, 126]], dtype=np.int8))
    for args in (
        ("pool", str(tmp_path / "m.npy"), "--kind", "median"),
        ("pool", "1e-200 1e-200", "--kind", "lp"),
        ("pool", "sample:digit", "--kind", "lp", "--power", "150"),
        ("conv", "1 2 3; 4 5 6", "--kernel", "9223372036854775807 1", "--bias", "-0.5", "--as-matrix"),
        ("show", "5"),
        ("show", "5", "--at", "0,0"),
        ("activate", "18446744073709551615 18446744073709551614", "sigmoid"),
        ("activate", "3100000000 4", "gelu", "--at", "0"),
        ("normalize", "4611686018427387904 4611686018427387904 1", "--steps", "all"),
    ):
        result = run(*args)
        assert result.exit_code == 0, (args, result.stderr)
        assert not result.stderr


def test_curves_in_json(run):
    found = document(run("activate", "2", "--curve", "sigmoid", "--depth", "5", "--json"))
    assert len(found["layers"]) == 5
    assert found["layers"][0]["slope"] == pytest.approx(0.10499, abs=1e-5)
    assert document(run("activate", "--list", "--json"))["activations"][0]["name"] == "relu"


def test_panels_are_three_maps_side_by_side_in_magma(run, tmp_path):
    chain = "conv edge same | relu | maxpool 2 same"
    target = tmp_path / "panels.png"
    args = ("net", chain, "sample:picture", "--resize", "300x300", "--unit", "--panels")
    assert run(*args, "--save", str(target), "--save", str(tmp_path / "out.npy")).exit_code == 0
    pixels = np.asarray(Image.open(target))
    assert pixels.shape[1] > 900
    colours = {tuple(pixel) for pixel in pixels.reshape(-1, 3)[::7].tolist()}
    assert (0, 0, 4) in colours
    assert np.load(tmp_path / "out.npy").shape == (1, 150, 150)


def test_what_a_stepping_command_loads(environment):
    import subprocess
    import sys

    code = "import sys\nfrom cnnstep.cli import main\nsys.argv[1:] = ['pool', '--at', '0,0']\n"
    code += "try:\n    main()\nexcept SystemExit:\n    pass\nassert not {'PIL', 'rich'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=environment)
