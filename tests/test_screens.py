"""Whole screens, as a learner sees them: golden files, and what must hold for every one of them."""

import re
from io import StringIO
from itertools import product

import numpy as np
import pytest

from cnnstep import view
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.page import Page
from cnnstep.render.lines.screenful import screenful
from cnnstep.render.terminal import Terminal
from cnnstep.views.page.roles import Role
from tests.test_branches import NETWORKS

SCREENS = {
    "conv": ("conv",),
    "conv-at": ("conv", "--at", "1,1"),
    "conv-lines": ("conv", "sample:five", "--view", "lines"),
    "conv-padding": ("conv", "--padding", "same", "--at", "0,3", "--pad-mode", "reflect"),
    "conv-stride": ("conv", "sample:five", "--kernel", "1 0; 0 1", "--stride", "2", "--steps", "2"),
    "conv-dilation": ("conv", "--dilation", "2", "--at", "1,1"),
    "conv-divisor": ("conv", "sample:five", "--kernel", "box", "--bias", "0.5", "--at", "2,2"),
    "conv-floats": ("conv", "0.1 0.25; 0.3 0.123456", "--kernel", "0.5 1; -1 2", "--at", "0,0"),
    "conv-5x5": ("conv", "sample:digit", "--kernel", "gaussian5", "--at", "12,12"),
    "conv-11x11": ("conv", "sample:digit", "--kernel", "; ".join(["1 0 1 0 1 0 1 0 1 0 1"] * 11), "--at", "9,9"),
    "conv-rgb": ("conv", "sample:flower", "--rgb", "--kernel", "edge", "--kernel", "sharpen", "--at", "1,8,14"),
    "conv-picture": ("conv", "sample:picture", "--kernel", "edge", "--stride", "2", "--at", "110,44"),
    "conv-map": ("conv", "sample:picture", "--kernel", "sobel-x", "--view", "map"),
    "conv-signal": ("conv", "sample:beep", "--kernel", "tone", "--at", "900"),
    "conv-signal-map": ("conv", "sample:beep", "--kernel", "tone", "--view", "map"),
    "conv-causal": ("conv", "3 1 4 1 5", "--causal", "--at", "1"),
    "conv-film": ("conv", "sample:film", "--at", "3,7,12"),
    "conv-film-map": ("conv", "sample:film", "--view", "map"),
    "conv-matrix": ("conv", "sample:five", "--as-matrix", "--at", "1,1"),
    "conv-depthwise": ("conv", "sample:flower", "--rgb", "--depthwise", "--at", "1,3,3"),
    "conv-separable": ("conv", "sample:flower", "--rgb", "--pointwise", "1 1 1; 1 0 -1"),
    "conv-separable-at": ("conv", "sample:flower", "--rgb", "--pointwise", "1 1 1; 1 0 -1", "--at", "1,2,9"),
    "gradient-kernel": (
        "conv",
        "sample:five",
        "--gradient",
        "kernel",
        "--upstream",
        "1 2 3; 4 5 6; 7 8 9",
        "--at",
        "1,1",
    ),
    "gradient-window": ("conv", "sample:five", "--gradient", "kernel", "--by", "window", "--at", "1,1"),
    "gradient-kernels": ("conv", "sample:flower", "--rgb", "--gradient", "kernel", "--view", "map"),
    "gradient-picture": ("conv", "sample:picture", "--gradient", "kernel", "--at", "1,1"),
    "gradient-input": ("conv", "sample:five", "--padding", "1", "--gradient", "input", "--at", "0,1"),
    "gradient-cell": ("conv", "sample:five", "--stride", "2", "--gradient", "input", "--by", "cell", "--at", "2,2"),
    "gradient-bias": ("conv", "sample:five", "--gradient", "bias"),
    "gradient-dense": ("dense", "1 2 3", "--weights", "1 0 -1; 2 1 0", "--gradient", "weights", "--at", "1,2"),
    "gradient-pad": ("pad", "sample:five", "--pad-mode", "reflect", "--gradient", "input", "--at", "1,1"),
    "gradient-check": ("conv", "sample:five", "--gradient", "kernel", "--check"),
    "pool": ("pool",),
    "pool-padding": ("pool", "1 2 9; 9 2 3; 4 5 6", "--window", "3", "--stride", "2", "--padding", "1", "--at", "0,1"),
    "pool-average": ("pool", "sample:digit", "--kind", "average", "--padding", "1", "--at", "4,0"),
    "pool-included": ("pool", "sample:five", "--kind", "average", "--padding", "1", "--include-padding", "--at", "0,0"),
    "pool-ceil": ("pool", "sample:five", "--ceil", "--at", "2,2"),
    "pool-lp": ("pool", "sample:five", "--kind", "lp", "--view", "lines"),
    "pool-median": ("pool", "sample:five", "--kind", "median", "--window", "3", "--stride", "1", "--at", "0,0"),
    "pool-global": ("pool", "sample:flower", "--rgb", "--global", "--kind", "average", "--view", "map"),
    "pool-signal": ("pool", "sample:beep", "--window", "100", "--at", "9"),
    "pool-film": ("pool", "sample:film", "--window", "1x2x2", "--at", "3,3,6"),
    "unpool": ("unpool",),
    "unpool-digit": ("unpool", "sample:digit", "--at", "4,5"),
    "unpool-film": ("unpool", "sample:film", "--at", "1,3,3"),
    "unpool-shared": ("unpool", "sample:five", "--window", "3", "--stride", "1", "--view", "map"),
    "unpool-signal": ("unpool", "sample:beep", "--window", "100", "--at", "9"),
    "pad": ("pad", "sample:five", "--padding", "2", "--pad-mode", "reflect", "--at", "0,1"),
    "pad-constant": ("pad", "1 2 3; 4 5 6", "--padding", "0:1x1:2", "--pad-value", "9"),
    "pad-rgb": ("pad", "sample:flower", "--rgb", "--pad-mode", "circular", "--at", "1,0,3"),
    "activate": ("activate", "-6 12 12; -6 8 8", "relu", "--at", "0,0"),
    "activate-tanh": ("activate", "sample:five", "tanh", "--view", "lines"),
    "activate-map": ("activate", "sample:digit", "sigmoid", "--view", "map"),
    "activate-curve": ("activate", "--curve", "sigmoid"),
    "activate-depth": ("activate", "0.5 -1", "--curve", "tanh", "--depth", "5"),
    "activate-list": ("activate", "--list"),
    "upsample": ("upsample", "1 2; 3 4"),
    "upsample-bilinear": ("upsample", "sample:five", "--kind", "bilinear", "--at", "3,4"),
    "upsample-edge": ("upsample", "1 2; 3 4", "--kind", "bilinear", "--factor", "3", "--at", "0,2"),
    "upsample-film": ("upsample", "sample:film", "--kind", "trilinear", "--at", "1,3,3"),
    "flatten": ("flatten", "1 2 3; 4 5 6", "--at", "4"),
    "flatten-rgb": ("flatten", "sample:flower", "--rgb", "--at", "1000"),
    "dense": ("dense", "1 2 3", "--weights", "1 0 -1; 2 1 0", "--bias", "1 -1"),
    "dense-digit": ("dense", "sample:digit", "--units", "10", "--at", "3"),
    "learn": ("learn", "--updates", "10"),
    "learn-at": ("learn", "--at", "3"),
    "learn-lines": ("learn", "--view", "lines"),
    "learn-beyond": ("learn", "--rate", "0.04", "--from", "random"),
    "learn-digit": ("learn", "sample:digit", "--like", "sobel-x", "--at", "4"),
    "learn-rgb": ("learn", "sample:flower", "--rgb", "--like", "edge", "--updates", "3"),
    "learn-signal": ("learn", "3 1 4 1 5 9 2 6", "--like", "1 0 -1", "--loss", "mse", "--at", "1"),
    "softmax": ("softmax", "2 1 0.1", "--steps", "all"),
    "loss": ("loss", "2 1 0.1", "--target", "0"),
    "loss-mse": ("loss", "3 5 4", "--target", "1 5 6", "--kind", "mse"),
    "loss-steps": ("loss", "3 5 4", "--target", "1", "--kind", "hinge", "--steps", "all"),
    "loss-curve": ("loss", "--curve", "cross-entropy"),
    "softmax-many": ("softmax", " ".join(str(n * 7 % 30) for n in range(30)), "--at", "4"),
    "softmax-two": ("softmax", "1000 1001", "--view", "lines"),
    "dropout": ("dropout", "sample:five", "--seed", "1", "--at", "1,1"),
    "dropout-map": ("dropout", "sample:five", "--view", "map"),
    "dropout-inference": ("dropout", "sample:five", "--inference", "--at", "1,1"),
    "batchnorm": ("batchnorm", "--at", "2,2"),
    "batchnorm-training": ("batchnorm", "sample:five", "--training", "--steps", "2:3"),
    "layernorm-rgb": ("layernorm", "sample:flower", "--rgb", "--at", "1,9,14"),
    "net-batchnorm": ("net", "conv 4@3x3 nobias | batchnorm | relu", "--in", "1x8x8"),
    "normalize": ("normalize", "sample:five", "--steps", "all"),
    "normalize-rgb": ("normalize", "sample:flower", "--rgb", "--scale", "2 1 0.5", "--at", "1,9,14"),
    "transposed": ("transposed", "1 2; 3 4", "--kernel", "1 1; 1 1", "--stride", "2"),
    "transposed-at": ("transposed", "1 2; 3 4", "--kernel", "1 2 1; 2 4 2; 1 2 1", "--stride", "2", "--at", "1,1"),
    "transposed-cut": (
        "transposed",
        "sample:five",
        "--kernel",
        "box",
        "--stride",
        "2",
        "--padding",
        "1",
        "--at",
        "0,0",
    ),
    "transposed-signal": ("transposed", "1 2 3", "--kernel", "1 2 1", "--stride", "2", "--at", "1"),
    "transposed-matrix": (
        "transposed",
        "1 2; 3 4",
        "--kernel",
        "1 1; 1 1",
        "--stride",
        "2",
        "--as-matrix",
        "--at",
        "0,1",
    ),
    "net": ("net", "conv vertical | relu | maxpool 2 stride 2 | dense 1", "sample:five"),
    "net-photo": ("net", "conv edge same | relu | maxpool 2 same", "sample:picture", "--resize", "300x300", "--unit"),
    "net-answer": ("net", "conv 3@3x3 relu | maxpool 2 | flatten | dense 3 | softmax", "sample:digit", "--unit"),
    "net-at": ("net", "conv vertical | relu", "sample:five", "--at", "2[0,0,1]"),
    "net-lenet5": ("net", "lenet5"),
    "net-table": ("net", "conv 8@3x3 stride 2 relu | maxpool 2 | flatten | dense 10", "--in", "3x32x32"),
    "net-explain": ("explain", "lenet5", "4"),
    "net-list": ("net", "--list"),
    "net-1998": ("net", "lenet5-1998"),
    "net-run": ("net", "lenet5", "sample:digit"),
    "net-untrained": ("net", "lenet5", "sample:digit", "--untrained"),
    "evaluate": ("evaluate", "lenet5", "digits"),
    "net-field": ("field", "lenet5", "c3[*,3,4]"),
    "net-as-conv": ("net", "lenet5", "--as-conv"),
    "net-words": ("explain", "lenet5"),
    "net-branches": ("net", NETWORKS["inception"], "--in", "1x28x28"),
    "net-join": ("net", NETWORKS["U-Net"], "sample:digit", "--at", "7[5,14,14]"),
    "net-why-join": ("why", NETWORKS["residual"], "sample:digit", "add[2,14,14]"),
    "net-deeper-join": ("why", NETWORKS["inception"], "sample:digit", "f8[1]", "--deeper"),
    "net-field-join": ("field", NETWORKS["U-Net"], "c5[*,0,13]", "sample:digit"),
    "net-why": ("why", "lenet5", "sample:digit", "c3[5,3,4]"),
    "net-why-unit": ("why", "lenet5", "sample:digit", "f6[12]"),
    "net-why-softmax": ("why", "lenet5", "sample:digit", "softmax[3]"),
    "net-deeper": ("why", "lenet5", "sample:digit", "softmax[3]", "--deeper"),
    "gradients": ("gradients", "lenet5", "sample:digit", "--target", "3"),
    "gradients-dead": (
        "gradients",
        "conv 2@3x3 relu | dense 2 relu | dense 2",
        "1 -1 1; 2 0 1; 3 1 1",
        "--target",
        "0",
    ),
    "gradients-join": ("gradients", NETWORKS["residual"], "sample:digit", "--target", "1"),
    "inspect-filters": ("inspect", "lenet5", "sample:digit", "--filters"),
    "inspect-saliency": ("inspect", "lenet5", "sample:digit", "--saliency"),
    "inspect-grad-cam": ("inspect", "lenet5", "sample:digit", "--grad-cam", "c3", "--target", "7"),
    "inspect-occlude": ("inspect", "lenet5", "sample:digit", "--occlude", "5"),
    "inspect-occlude-at": ("inspect", "lenet5", "sample:digit", "--occlude", "5", "--at", "17,14"),
    "inspect-ablate": ("inspect", "lenet5", "sample:digit", "--ablate", "c1[2]"),
    "inspect-sparsity": ("inspect", "resnet", "sample:digit", "--sparsity"),
    "inspect-shift-all": ("inspect", "lenet5", "--shift", "all"),
    "inspect-shift": ("inspect", "lenet5", "sample:digit", "--shift", "0,4"),
    "why-weight": ("why", "lenet5", "sample:digit", "c1.weight[0,0,2,2]", "--target", "3", "--rate", "0.1"),
    "why-weight-deeper": ("why", "lenet5", "sample:digit", "c1.weight[0,0,2,2]", "--target", "3", "--deeper"),
    "why-bias": ("why", "lenet5", "sample:digit", "f6.bias[3]", "--target", "3"),
    "net-layer": ("net", "conv vertical | relu", "sample:five", "--layer", "1", "--steps", "1"),
    "size": ("size", "--in", "32", "--k", "5", "--p", "0", "--s", "1"),
    "size-rectangle": ("size", "--in", "3x480x640", "--k", "3", "--s", "2", "--filters", "8"),
    "size-same": ("size", "--in", "32", "--k", "3", "--p", "same", "--s", "2"),
    "size-transposed": ("size", "--in", "7", "--k", "3", "--s", "2", "--transposed", "--output-padding", "1"),
    "size-depthwise": ("size", "--in", "32x112x112", "--k", "3", "--p", "same", "--filters", "64", "--depthwise"),
    "size-pointwise": ("size", "--in", "64x56x56", "--pointwise", "--filters", "128", "--batch", "32", "--no-bias"),
    "size-out": ("size", "--in", "32", "--k", "5", "--out", "14"),
    "show": ("show", "sample:digit"),
    "show-rgb": ("show", "sample:flower", "--rgb"),
    "kernels": ("kernels",),
    "kernels-edge": ("kernels", "edge", "sample:picture"),
    "show-signal": ("show", "sample:beep"),
    "show-film": ("show", "sample:film"),
    "samples": ("samples",),
    "help": ("--help",),
    "help-conv": ("conv", "--help"),
    "help-net": ("net", "--help"),
}
PICTURED = ("conv-5x5", "conv-rgb", "conv-picture", "pool-average")
"""A photo beside its map, as large as the screen allows."""
ONE_SCREEN = (
    "conv-matrix",
    "transposed-matrix",
    "conv-film",
    "conv-causal",
    "pool-padding",
    "pool-average",
    "pool-included",
    "pool-ceil",
    "pool-signal",
    "unpool-digit",
    "unpool-film",
    "unpool-signal",
    "pad",
    "pad-rgb",
    "activate",
    "activate-curve",
    "activate-depth",
    "upsample-bilinear",
    "upsample-film",
    "flatten",
    "dense-digit",
    "dropout",
    "normalize-rgb",
    "transposed-at",
    "transposed-cut",
    "net",
    "net-photo",
    "net-lenet5",
    "net-at",
    "show-signal",
    "show-film",
    "conv-at",
    "conv-stride",
    "conv-5x5",
    "conv-rgb",
    "conv-picture",
    "conv-map",
    "size",
    "size-depthwise",
    "show",
)
ESCAPE = re.compile("\x1b")


NARROW_AND_WIDE = (
    "conv-padding", "conv-rgb", "conv-picture", "conv-lines", "conv-film", "pool-average", "activate-list", "dense-digit",
    "softmax-many", "normalize", "transposed-at", "net-run", "net-words", "net-deeper", "size-rectangle", "kernels", "help-net",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "columns"), [*((name, 80) for name in SCREENS), *product(NARROW_AND_WIDE, (40, 120))], ids=str
)
def test_golden(run, golden, name, columns):
    result = run(*SCREENS[name], columns=columns)
    assert result.exit_code == 0
    golden(f"{name}-{columns}", result.output)


@pytest.mark.parametrize(
    "name",
    [
        "conv",
        "conv-picture",
        "conv-map",
        "conv-rgb",
        "show-rgb",
        "size-same",
        "conv-signal",
        "pool-padding",
        "activate-curve",
        "activate-list",
        "softmax",
        "normalize",
        "transposed-cut",
        "net-photo",
    ],
)
def test_golden_ascii(run, golden, name):
    result = run(*SCREENS[name], "--ascii")
    assert result.exit_code == 0
    assert result.output.isascii()
    golden(f"{name}-ascii", result.output)


@pytest.mark.parametrize("depth", ["truecolor", "256", "16"])
@pytest.mark.parametrize(
    "name",
    ["conv-at", "conv-picture", "conv-map", "show-rgb", "kernels-edge", "pool-padding"],
)
def test_golden_colour(run, golden, name, depth):
    terminal = {"truecolor": {"COLORTERM": "truecolor"}, "256": {}, "16": {"TERM": "xterm"}}[depth]
    result = run(*SCREENS[name], "--color", "always", **terminal)
    assert result.exit_code == 0
    assert ESCAPE.search(result.output)
    assert ("8;2;" in result.output) == (depth == "truecolor")
    assert ("8;5;" in result.output) == (depth == "256")
    golden(f"{name}-{depth}", result.output.replace("\x1b", "ESC"))


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("name", [name for name in SCREENS if "help" not in name])
def test_nothing_is_wider_than_the_screen(monkeypatch, name, ascii_only):
    scenes = list(view(SCREENS[name]).screens())
    for columns in (40, 41, 47, 60, 79, 81, 100, 132, 200, 300):
        monkeypatch.setenv("COLUMNS", str(columns))
        terminal = Terminal(out := StringIO(), colour="never", ascii_only=ascii_only)
        for scene in scenes:
            terminal.show(scene)
        told = out.getvalue().splitlines()
        assert max(map(len, told)) <= columns
        assert all(line == line.rstrip() for line in told)
        assert out.getvalue().isascii() or not ascii_only
        assert not ESCAPE.search(out.getvalue())


@pytest.mark.parametrize("columns", [40, 60, 81, 200])
@pytest.mark.parametrize("name", [name for name in SCREENS if "help" in name])
def test_help_is_not_wider_than_the_screen(run, name, columns):
    assert max(map(len, run(*SCREENS[name], columns=columns).output.splitlines())) <= columns


@pytest.mark.parametrize("columns", [40, 50, 80])
def test_odd_inputs_fit_too(run, tmp_path, columns):
    rng = np.random.default_rng(4)
    arrays = {
        "huge": np.full((5, 5), 1e99),
        "wide": rng.integers(0, 9, (1, 1000)),
        "tall": rng.integers(0, 9, (1000, 1)),
        "tiny": rng.normal(size=(20, 30)) * 1e-6,
        "long": np.full((20, 20), 2**63 - 1),
        "deep": rng.integers(0, 9, (64, 8, 8)),
        "name" * 16: np.ones((3, 3), dtype=int),
    }
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
        for args in (("conv", "--kernel", "1 1"), ("conv", "--kernel", "1; 1"), ("conv", "--padding", "3"), ("show",)):
            result = run(args[0], str(tmp_path / f"{name}.npy"), *args[1:], columns=columns)
            if result.exit_code == 0:
                assert max(map(len, result.output.splitlines())) <= columns, (name, args)
    named = run("conv", "--kernel", str(tmp_path / f"{'name' * 16}.npy"), columns=columns)
    assert max(map(len, named.output.splitlines())) <= columns


@pytest.mark.parametrize("name", PICTURED)
def test_a_step_of_a_photo_fits_80_by_24(name):
    drawn = screenful(view(SCREENS[name]), Page(80, Glyphs()), 23)
    assert len(drawn) <= 23
    assert any(piece.role == Role.TOTAL for line in drawn for piece in line)
    assert {"patch", "◆"} <= {piece.text.strip() for line in drawn for piece in line}


@pytest.mark.parametrize("name", [name for name in ONE_SCREEN if name not in PICTURED])
def test_a_step_fits_80_by_24(run, name):
    lines = run(*SCREENS[name]).output.splitlines()
    once = lines[: lines.index("", len(lines) // 2)] if name == "conv-stride" else lines
    assert len(once) <= 23


def test_what_a_matrix_marks_stands_in_one_line(run):
    """A patch and its result, also where rows are cut off above them."""
    for place in ("0,0", "1,1", "3,3"):
        patches = run("conv", "--as-matrix", "--at", place).output.partition("the whole operation")[0].splitlines()
        assert [line.count("[") for line in patches if "[" in line] == [2]


def test_colour_says_nothing_that_plain_text_does_not(run):
    plain = run(*SCREENS["conv-at"]).output
    coloured = run(*SCREENS["conv-at"], "--color", "always").output
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in bare.splitlines()] == plain.splitlines()


@pytest.mark.parametrize(
    ("env", "args", "coloured"),
    [
        ({}, (), False),
        ({"FORCE_COLOR": "1"}, (), True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": "1"}, ("--color", "always"), True),
        ({"FORCE_COLOR": "1"}, ("--color", "never"), False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, (), True),
    ],
)
def test_who_decides_about_colour(run, env, args, coloured):
    assert bool(ESCAPE.search(run("conv", "--at", "0,0", *args, **env).output)) is coloured
