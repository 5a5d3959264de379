"""Everything a user can get wrong: one line that names the numbers, a hint, the exit code, nothing else."""

import ast
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

import cnnstep
from cnnstep import CnnstepError, Convolution

MISTAKES = {
    "no such file": (("conv", "missing.png"), 1, "no such file: missing.png"),
    "a folder": (("conv", "."), 1, ". is a folder"),
    "kernel too large": (("conv", "1 2; 3 4"), 1, "a 3×3 kernel does not fit in a 2×2 input with padding 0"),
    "size too large": (("size", "--in", "3", "--k", "5"), 1, "a 5×5 kernel does not fit in a 3×3 input with padding 0"),
    "ragged kernel": (("conv", "--kernel", "1 2; 3"), 2, "the kernel: row 2 has 1 number, but the rows above have 2"),
    "ragged input": (("conv", "1 2; 3"), 1, "the input: row 2 has 1 number, but the rows above have 2"),
    "unknown kernel": (("conv", "--kernel", "egde"), 2, "no kernel is called 'egde'"),
    "kernel file": (("conv", "--kernel", "missing.csv"), 1, "no such file: missing.csv"),
    "stride 0": (("conv", "--stride", "0"), 2, "stride must be 1 or more, not 0"),
    "stride text": (("conv", "--stride", "two"), 2, "stride 'two' is not a size"),
    "three strides": (("conv", "--stride", "1x2x3"), 1, "stride 1×2×3 has 3 numbers"),
    "negative padding": (("conv", "--padding", "-1"), 2, "padding must be 0 or more, not -1"),
    "dilation 0": (("conv", "--dilation", "0"), 2, "dilation must be 1 or more, not 0"),
    "groups and channels": (("conv", "--groups", "2"), 1, "2 groups do not divide 1 channel"),
    "groups and filters": (
        ("conv", "sample:flower", "--rgb", "--groups", "3", "--kernel", "edge", "--kernel", "box"),
        1,
        "3 groups do not divide 2 filters",
    ),
    "sizes of filters": (("conv", "--kernel", "edge", "--kernel", "log"), 1, "filter 2 is 5×5, but filter 1 is 3×3"),
    "at outside": (("conv", "--at", "4,0"), 1, "4,0 is outside the 1×4×4 output"),
    "at text": (("conv", "--at", "a"), 2, "at 'a' is not a place"),
    "show at outside": (("show", "--at", "28,0"), 1, "28,0 is outside the 28×28 input"),
    "show at filter": (("show", "--at", "1,2,3"), 2, "at 1,2,3 is not a row and a column"),
    "steps beyond": (("conv", "--steps", "90:95"), 1, "the walk has 16"),
    "steps and at": (("conv", "--steps", "3", "--at", "0,0"), 2, "--at and --steps exclude each other"),
    "reflect": (("conv", "--padding", "6", "--pad-mode", "reflect"), 1, "reflect padding 6 is too wide for 6 cells"),
    "pad mode": (("conv", "--pad-mode", "mirror"), 1, "no padding mode 'mirror'"),
    "biases": (("conv", "--bias", "1,2"), 1, "2 biases do not fit 1 filter"),
    "bias text": (("conv", "--bias", "a"), 2, "bias, number 1: 'a' is not a number"),
    "nan": (("conv", "1 nan"), 1, "the input, row 1, cell 2: 'nan' is not finite"),
    "a mistyped matrix": (("conv", "1 a; 2 3"), 1, "the input, row 1, cell 2: 'a' is not a number"),
    "one coordinate": (("conv", "--at", "1"), 1, "1 is outside the 1×4×4 output"),
    "no shell": (("completion",), 2, "bash|zsh|fish|powershell"),
    "rgb of numbers": (("conv", "sample:five", "--rgb"), 1, "has no colours"),
    "crop": (("conv", "sample:five", "--crop", "0,0,9,9"), 1, "crop 0,0,9,9 reaches column 9"),
    "an option as a value": (("conv", "--kernel", "--bias", "3"), 2, "--kernel needs a value, but --bias follows"),
    "an option as a value of two words": (
        ("conv", "--pad-value", "--bias", "3"),
        2,
        "--pad-value needs a value, but --b",
    ),
    "an end of options as a value": (("conv", "--kernel", "--", "3"), 2, "--kernel needs a value, but -- follows"),
    "a file after the end of options": (("show", "--", "--at.png"), 1, "no such file: --at.png"),
    "unknown option": (("conv", "--strid", "2"), 2, "--strid"),
    "unknown command": (("cnov",), 2, "no command is called 'cnov'"),
    "too many arguments": (("conv", "five", "digit"), 2, "has no place for 'digit'"),
    "view": (("conv", "--view", "movie"), 2, "movie"),
    "no kernel": (("size", "--in", "5"), 2, "the kernel's size is missing"),
    "no input": (("size", "--k", "5"), 2, "--in"),
    "nothing to solve": (
        ("size", "--in", "5", "--k", "3", "--s", "1", "--p", "0", "--d", "1", "--out", "3"),
        2,
        "nothing is",
    ),
    "too many sizes": (("size", "--in", "1x2x3x4", "--k", "1"), 2, "in 1×2×3×4 has more than 3 numbers"),
    "ceil transposed": (
        ("size", "--in", "5", "--k", "3", "--ceil", "--transposed"),
        2,
        "--ceil is for sliding windows",
    ),
    "output padding": (
        ("size", "--in", "5", "--k", "3", "--s", "2", "--output-padding", "1"),
        2,
        "goes with --transposed",
    ),
    "output padding too large": (
        ("size", "--in", "5", "--k", "3", "--transposed", "--output-padding", "1"),
        1,
        "output-padding 1 must be smaller than the stride 1",
    ),
    "save suffix": (("conv", "--save", "map.xyz"), 2, "map.xyz does not end in a format"),
    "save folder": (("conv", "--save", "nowhere/map.npy"), 1, "there is no folder nowhere"),
    "too many cells": (("conv", "--padding", "100000"), 1, "map has 40,001,600,016 cells; the most is 500,000,000"),
    "cells beyond counting": (("conv", "--padding", "999999999999999999"), 1, "has too many cells to count"),
    "resize too large": (("show", "sample:five", "--resize", "100000x100000"), 2, "makes 10,000,000,000 cells"),
    "resize of huge numbers": (("show", "1e99 2; 1 1", "--resize", "5x5"), 1, "numbers beyond 1e+30 cannot be resized"),
    "huge padding value": (("conv", "--pad-value", "1e308", "--padding", "1"), 1, "the padding value holds 1e+308"),
    "mixed 64 bits": (("conv", "18446744073709551615 -1", "--kernel", "1"), 1, "more than 64 bits"),
    "same and output padding": (
        ("size", "--in", "7", "--k", "3", "--s", "2", "--transposed", "--p", "same", "--output-padding", "1"),
        1,
        "padding same sets the output padding itself",
    ),
    "solving with groups": (
        ("size", "--in", "2", "--k", "1", "--out", "2", "--filters", "1", "--groups", "3"),
        1,
        "3 groups",
    ),
    "escape codes": (("conv", "\x1b[31mred.png"), 1, r"no such file: \x1b[31mred.png"),
    "newlines": (("conv", "a\nb.png"), 1, r"no such file: a\nb.png"),
    "undecodable": (("conv", "\udc80.png"), 1, r"no such file: \udc80.png"),
    "markup": (("conv", "[bold]x[/].png"), 1, "no such file: [bold]x[/].png"),
    "escape in an option": (("conv", "--stride", "\x1b[2J"), 2, r"stride '\x1b[2J' is not a size"),
    "escape in a command": (("\x1b[2J",), 2, r"no command is called '\x1b[2J'"),
    "escape in an unknown option": (("conv", "--\x1b[2J"), 2, r"\x1b[2J"),
    "escape in a kernel": (("conv", "--kernel", "\x1b[2J"), 2, r"\x1b[2J"),
    "escape in a sample": (("conv", "sample:\x1b"), 1, r"\x1b"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_and_a_hint(run, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    args, code, message = MISTAKES[name]
    result = run(*args)
    assert result.exit_code == code
    assert result.stdout == ""
    error, hint = result.stderr.splitlines()
    assert error.startswith("Error: ")
    assert message in error
    assert hint.startswith("Hint: ")
    assert (error + hint).isprintable()
    assert list(tmp_path.iterdir()) == []


MENDED = {
    "kernel": ("conv '1 2; 3 4'", "use --padding 1, or a kernel of 2×2 or smaller"),
    "size": ("size --in 3 --k 5", "use --padding 1, or a kernel of 3×3 or smaller"),
    "window": ("pool '1 2; 3 4' --window 5 --stride 1", "use --padding 2, or a window of 2×2 or smaller"),
    "place": ("conv --at 4,0", "the last cell is --at 3,3"),
    "reflect": ("conv --padding 6 --pad-mode reflect", "use --padding 5 or less, or --pad-mode replicate"),
    "pad value": ("conv --padding 1 --pad-mode reflect --pad-value 3", "use --pad-mode constant"),
    "groups": ("conv --groups 2", "use --groups 1"),
    "stride": ("conv --stride two", "write --stride 3, or --stride 3x5 (rows x columns)"),
    "padding": ("conv --padding x", "write --padding 1, --padding 1x2, --padding 0:1 (before:after), or --padding same"),
    "crop": ("show sample:five --crop 0,0,9,9", "use --crop 0,0,5,5"),
    "steps": ("conv --steps x", "write --steps 5, --steps 10:20, or --steps all"),
    "rate": ("dropout sample:five --rate 2", "use --rate 0.5"),
    "epsilon": ("normalize sample:five --epsilon 0", "use --epsilon 1e-05"),
    "batch epsilon": ("batchnorm --epsilon 0", "use --epsilon 1e-05"),
    "variance": ("batchnorm --variance -2", "use --variance 1"),
    "statistics": ("batchnorm --training --variance 2", "leave out --variance, or --training"),
    "power": ("pool sample:five --kind lp --power 0", "use --power 2"),
    "blind": ("pool sample:five --window 2 --padding 2 --stride 2", "use --padding 0"),
    "output padding": (
        "size --in 5 --k 3 --s 2 --transposed --output-padding 2", "use --output-padding 1 or less"),
    "cut away": ("transposed '1 2; 3 4' --kernel '1 1; 1 1' --padding 9", "use --padding 1 or less"),
    "matrix": ("conv sample:picture --as-matrix", "use a smaller input: --crop 0,0,8,8"),
    "address": ("net lenet5 --at x", 'write --at "1[0,3,4]" (layer, channel,row,column)'),
    "axes": ("conv sample:five --axes 1 --kernel edge", 'use --kernel "1 0 -1", --kernel smooth or --axes 2'),
}  # fmt: skip


@pytest.mark.parametrize("name", MENDED)
def test_a_hint_of_the_command_line_works_when_typed(run, name):
    line, hint = MENDED[name]
    args = shlex.split(line)
    told = run(*args).stderr
    assert f"Hint: {hint}" in told
    for whole in re.findall(r"`cnnstep (.*?)`", told):
        assert run(*shlex.split(whole)).exit_code == 0, whole
    for option, value in re.findall(r"--([a-z-]+) (\"[^\"]+\"|[\w:,.-]*[\w])", hint):
        others = shlex.split(re.sub(rf"--{option} \S+", "", line))
        assert run(*others, f"--{option}", *shlex.split(value)).exit_code == 0, (option, value)


WORDED = {
    "kernel": ("conv 5@5x5", "use padding 2, or a kernel of 1×1 or smaller", "conv 5@5x5 padding 2"),
    "window": ("maxpool 5 stride 1", "use padding 2, or a window of 1×1 or smaller", "maxpool 5 stride 1 padding 2"),
    "groups": ("conv edge same groups 2", "use groups 1", "conv edge same groups 1"),
    "stride": ("maxpool 1 stride 0", "write stride 1", "maxpool 1 stride 1"),
    "size": ("maxpool 1 stride two", "write stride 3, or stride 3x5 (rows x columns)", "maxpool 1 stride 3x5"),
    "padding": ("conv edge padding -1", "write padding 0, or padding 1", "conv edge padding 1"),
    "rate": ("dropout 2", "use dropout 0.5", "dropout 0.5"),
    "blind": ("maxpool 1 padding 1", "use padding 0", "maxpool 1 padding 0"),
    "axes": ("conv frame-difference", "use --axes 3, with a film or a volume", ""),
}


@pytest.mark.parametrize("name", WORDED)
def test_a_hint_about_a_layer_is_in_the_words_of_the_notation(run, name):
    """What is not the layer's to set, such as how the input is read, stays an option."""
    chain, hint, mended = WORDED[name]
    refused = run("net", f"flatten | dense 1 | relu | {chain}" if name == "rate" else chain, "1")
    assert f"Hint: {hint}\n" in refused.stderr
    assert not mended or run("net", mended, "1").exit_code == 0


def test_a_hint_in_python_is_in_its_words():
    with pytest.raises(CnnstepError) as caught:
        Convolution(np.ones((3, 3)), padding=6, pad_mode="reflect").walk(np.ones((6, 6)))
    assert caught.value.hint == "use padding=5 or less, or pad_mode='replicate'"


@pytest.mark.parametrize("room", ["engine", "geometry", "networks", "notation"])
def test_no_room_below_the_command_line_spells_options(room):
    for path in (Path(cnnstep.__file__).parent / room).rglob("*.py"):
        texts = [node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)]
        assert not [text for text in texts if isinstance(text, str) and "--" in text], path.name


@pytest.mark.parametrize(
    ("args", "said"),
    [(("conv", "--at", "1"), "row,column"), (("conv", "sample:film", "--at", "1,2"), "frame,row,column")],
)
def test_too_few_numbers_of_a_place(run, args, said):
    assert f"which counts {said} from 0" in run(*args).stderr


def test_a_near_miss_of_a_command(run):
    assert "Hint: did you mean `cnnstep conv`?" in run("cnov").stderr


def test_cells_with_escape_codes_are_shown_harmlessly(run, tmp_path):
    (tmp_path / "x.csv").write_text("1,\x1b[31m2\n", encoding="utf-8")
    result = run("conv", str(tmp_path / "x.csv"))
    assert result.exit_code == 1
    assert r"row 1, cell 2: '\x1b[31m2' is not a number" in result.stderr


def test_names_with_escape_codes_are_shown_harmlessly(run, tmp_path):
    path = tmp_path / "\x1b[31m[b]é.npy"
    np.save(path, np.eye(5, dtype=int))
    result = run("show", str(path))
    assert result.exit_code == 0
    assert r"\x1b[31m[b]é.npy" in result.output.replace("\n", "").replace(" ", "")
    assert "\x1b" not in result.output


def test_an_error_in_ascii_stays_ascii(monkeypatch, capsys):
    import io
    import sys

    from cnnstep.cli.group import cli

    err = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stderr", err)
    with pytest.raises(SystemExit):
        cli.main(["conv", "1 2; 3 4"])
    err.flush()
    assert b"a 3x3 kernel does not fit in a 2x2 input" in err.buffer.getvalue()


def test_an_empty_input_is_none_also_where_no_sample_has_so_many_channels(run):
    assert run("field", "conv 2@3x3", "c1[0,0,0]", "", "--in", "34x34x3").exit_code == 0
