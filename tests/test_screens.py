"""Whole screens, as a learner sees them: golden files, and what must hold for every one of them."""

import re

import numpy as np
import pytest

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
    "size": ("size", "--in", "32", "--k", "5", "--p", "0", "--s", "1"),
    "size-rectangle": ("size", "--in", "3x480x640", "--k", "3", "--s", "2", "--filters", "8"),
    "size-same": ("size", "--in", "32", "--k", "3", "--p", "same", "--s", "2"),
    "size-transposed": ("size", "--in", "7", "--k", "3", "--s", "2", "--transposed", "--output-padding", "1"),
    "size-out": ("size", "--in", "32", "--k", "5", "--out", "14"),
    "show": ("show", "sample:digit"),
    "show-rgb": ("show", "sample:flower", "--rgb"),
    "kernels": ("kernels",),
    "kernels-edge": ("kernels", "edge", "sample:picture"),
    "samples": ("samples",),
    "help": ("--help",),
    "help-conv": ("conv", "--help"),
}
ONE_SCREEN = ("conv-at", "conv-stride", "conv-5x5", "conv-rgb", "conv-picture", "conv-map", "size", "show")
ESCAPE = re.compile("\x1b")


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("name", SCREENS)
def test_golden(run, golden, name, columns):
    result = run(*SCREENS[name], columns=columns)
    assert result.exit_code == 0
    golden(f"{name}-{columns}", result.output)


@pytest.mark.parametrize("name", ["conv", "conv-picture", "conv-map", "conv-rgb", "show-rgb", "size-same"])
def test_golden_ascii(run, golden, name):
    result = run(*SCREENS[name], "--ascii")
    assert result.exit_code == 0
    assert result.output.isascii()
    golden(f"{name}-ascii", result.output)


@pytest.mark.parametrize("depth", ["truecolor", "256", "16"])
@pytest.mark.parametrize("name", ["conv-at", "conv-picture", "conv-map", "show-rgb", "kernels-edge"])
def test_golden_colour(run, golden, name, depth):
    terminal = {"truecolor": {"COLORTERM": "truecolor"}, "256": {}, "16": {"TERM": "xterm"}}[depth]
    result = run(*SCREENS[name], "--color", "always", **terminal)
    assert result.exit_code == 0
    assert ESCAPE.search(result.output)
    assert ("8;2;" in result.output) == (depth == "truecolor")
    assert ("8;5;" in result.output) == (depth == "256")
    golden(f"{name}-{depth}", result.output.replace("\x1b", "ESC"))


@pytest.mark.parametrize("columns", [40, 41, 47, 60, 79, 81, 100, 132, 200, 300])
@pytest.mark.parametrize("name", SCREENS)
def test_nothing_is_wider_than_the_screen(run, name, columns):
    for style in ((), ("--ascii",)) if "help" not in name else ((),):
        result = run(*SCREENS[name], *style, columns=columns)
        assert result.exit_code == 0
        assert max(map(len, result.output.splitlines())) <= columns
        assert not ESCAPE.search(result.output)
        assert all(line == line.rstrip() for line in result.output.splitlines())


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


@pytest.mark.parametrize("name", ONE_SCREEN)
def test_a_step_fits_80_by_24(run, name):
    lines = run(*SCREENS[name]).output.splitlines()
    once = lines[: lines.index("", len(lines) // 2)] if name == "conv-stride" else lines
    assert len(once) <= 23


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
