"""What the commands answer: numbers, documents, files, exit codes."""

import csv
import io
import json
import os
import re
import shlex
import stat
import sys

import numpy as np
import pytest
from PIL import Image

from cnnstep import Convolution, kernels, read
from cnnstep.cli.base import HEADINGS
from cnnstep.cli.group import COMMANDS
from cnnstep.render.figures.canvas import CANVAS
from cnnstep.render.theme import colour
from cnnstep.views.page.roles import Palette
from tests.reference import convolve

VERTICAL = [[[-6, 12, 12], [-6, 8, 8], [-6, 6, 6]]]


def document(result):
    assert result.exit_code == 0, result.output
    parsed = json.loads(result.stdout)
    assert parsed["format_version"] == 1
    return parsed


@pytest.mark.parametrize("name", ["box", "sharpen", "emboss", "motion"])
def test_a_picture_stays_a_picture_through_a_kernel(run, name):
    """A crop, on one scale before and after; whatever does not fit the scale is clipped, and told."""
    output = run("kernels", name, "sample:picture").output
    assert "a crop of 28×36 at row 280, column 540 of 480×640" in output
    assert output.count("0  .::-=+*##%@ 255") == 2
    values = Convolution(kernels[name], padding="same", pad_mode="replicate").output(read("sample:picture").values)
    beyond = values.min() < 0 or values.max() > 255
    told = f"reaches {round(values.min())} to {round(values.max())}; it is clipped to 0–255"
    assert (told.replace("-", "−") in output) == beyond


def test_channels_go_through_a_kernel_one_by_one(run):
    each = [Convolution(kernels["sharpen"], padding="same", pad_mode="replicate").output(x) for x in read_rgb()]
    output = run("kernels", "sharpen", "sample:flower", "--rgb").output
    assert f"reaches −{-np.min(each)} to {np.max(each)};" in output
    assert "a crop" not in output, "it is small enough to be seen whole"


@pytest.mark.parametrize("args", [("edge", "sample:picture"), ("box", "sample:picture"), ("0 1; 1 0",), ("smooth",)])
def test_kernels_do_not_suggest_themselves(run, args):
    hint = " ".join(run("kernels", *args).output.partition("next: ")[2].split())
    for command in re.findall(r"cnnstep ([^,(]+)", hint):
        assert shlex.split(command) != ["kernels", *args]
        assert run(*shlex.split(command)).exit_code == 0


def test_one_window_is_one(run):
    output = run("size", "--in", "3x3x3", "--k", "3", "--filters", "1").output
    assert "multiply-adds = 1 window·27·1 filter = 27" in output


@pytest.mark.parametrize(("padding", "told"), [("0", "reflect changes nothing"), ("1", "reflect padding")])
def test_a_padding_mode_without_padding(run, padding, told):
    assert told in run("conv", "--pad-mode", "reflect", "--padding", padding, "--at", "0,0").output


def test_size_as_a_document(run):
    found = document(
        run("size", "--in", "3x480x640", "--k", "3x5", "--s", "2", "--p", "0:1x1:2", "--filters", "8", "--json")
    )
    assert found == {
        "format_version": 1,
        "operation": "convolution",
        "input": [480, 640],
        "channels": 3,
        "filters": 8,
        "groups": 1,
        "kernel": [3, 5],
        "stride": [2, 2],
        "padding": [[0, 1], [1, 2]],
        "dilation": [1, 1],
        "output": [240, 320],
        "windows": 76_800,
        "products": 45,
        "parameters": 368,
        "multiply_adds": 27_648_000,
        "flops": 55_296_000,
        "parameter_bytes": 1_472,
        "activation_bytes": 2_457_600,
        "batch": 1,
        "bias": True,
        "full": None,
        "separable": None,
        "unread": [0, 0],
        "ceil": False,
        "output_padding": [0, 0],
    }


@pytest.mark.parametrize(
    ("args", "output"),
    [
        ("--in 32 --k 5 --p 0 --s 1", [28, 28]),
        ("--in 5 --k 3 --p 0 --s 1", [3, 3]),
        ("--in 7 --k 3 --s 1", [5, 5]),
        ("--in 5 --k 3 --s 2", [2, 2]),
        ("--in 3x32x32 --kernel 3 --filters 12 --padding same", [32, 32]),
        ("--in 12x32x32 --kernel 2 --stride 2", [16, 16]),
        ("--in 32x48 --kernel 3x5 --padding full", [34, 52]),
        ("--in 7 --kernel 2 --stride 2 --ceil", [4, 4]),
        ("--in 7 --kernel 3 --stride 2 --transposed --output-padding 1", [16, 16]),
        ("--in 32 --kernel 3 --dilation 2 --padding valid", [28, 28]),
    ],
)
def test_sizes(run, args, output):
    assert document(run("size", *args.split(), "--json"))["output"] == output
    shown = run("size", *args.split())
    assert f"→ {'12×' if '12' in args else ''}{output[0]}×{output[1]} " in shown.output


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ("--in 32 --p 0 --s 1 --out 28", ["kernel 5 gives 28"]),
        ("--in 32 --k 5 --s 1 --out 32", ["padding 2 gives 32\n\n  output ="]),
        ("--in 32 --k 4 --s 1 --d 1 --out 32", ["no single padding gives 32, but --padding 1:2 does (before:after)"]),
        ("--in 4 --k 9 --s 1 --out 40", ["padding 22 gives 40", "the outermost see only padding"]),
        (
            "--in 32 --k 5 --out 33",
            ["no single padding gives 33", "none: no stride gives 33; nearest is 28 (stride 1)"],
        ),
        ("--in 32 --k 5 --p 0 --d 1 --out 14", ["stride 2 gives 14", "next: --stride 2 instead of --out 14"]),
        (
            "--in 32 --k 5 --p 0 --d 1 --out 20",
            ["none: no stride gives 20; nearest are 28 (stride 1) and 14 (stride 2)"],
        ),
        ("--in 32 --k 5 --p 0 --s 1 --out 24", ["dilation 2 gives 24"]),
        ("--in 32 --k 32 --p 0 --d 1 --out 1", ["stride 1, and every larger one gives 1"]),
        ("--in 32x48 --p 0 --s 1 --out 28x44", ["kernel 5 gives 28"]),
        ("--in 32x48 --p 0 --s 1 --out 28", ["rows: kernel 5 gives 28", "columns: kernel 21 gives 28"]),
        ("--in 100 --k 3 --p 0 --d 1 --out 2", ["stride 49 to 97 gives 2"]),
    ],
)
def test_solving(run, args, words):
    output = run("size", *args.split()).output
    for text in words:
        assert text in output


@pytest.mark.parametrize(
    ("args", "first", "last"),
    [
        ("--in 5 --k 3 --d 1 --padding 1000 --out 2", 1002, 2002),
        ("--in 5 --s 1 --d 1 --padding 1000 --out 5", 2001, 2001),
        ("--in 1 --padding 4 --out 2 --s 1 --d 1", 8, 8),
        ("--transposed --padding full --output-padding 2 --in 6 --k 3 --s 2 --out 3", 5, 5),
    ],
)
def test_solving_looks_far_enough(run, args, first, last):
    ((found, _),) = document(run("size", *args.split(), "--json"))["solutions"].values()
    assert (found["first"], found["last"]) == (first, last)


@pytest.mark.parametrize(
    ("args", "typed"),
    [
        ("--in 32 --k 3 --out 16", "--stride 2 --padding 1"),
        ("--in 14 --k 3 --s 2 --p 1 --transposed --out 28", "--output-padding 1"),
        ("--in 7 --k 3 --transposed --out 14", "--stride 2 --padding 1 --output-padding 1"),
        ("--in 7 --k 4 --transposed --out 14", "--stride 2 --padding 1"),
        ("--in 32 --k 4 --out 32", "--padding 1:2"),
        ("--in 32 --k 3x4 --out 32", "--padding 1x1:2"),
        ("--in 32 --k 3x5 --out 16", "--stride 2 --padding 1x2"),
        ("--in 32 --k 3 --p 2 --s 1 --out 32", "--dilation 2"),
        ("--in 224 --k 7 --out 112", "--stride 2 --padding 3"),
        ("--in 224 --k 16 --out 14", "--stride 16"),
        ("--in 3x32x32 --k 3 --out 30 --filters 2", "--stride 1"),
        ("--in 32 --out 28", "--kernel 5"),
        ("--in 100 --k 3 --p 0 --d 1 --out 2", "--stride 49"),
    ],
)
def test_what_is_to_be_typed_instead_of_out(run, args, typed):
    """What people use comes first, on the screen and in the document, and works when typed."""
    before, wanted = re.fullmatch(r"(.*) --out (\d+)(?: --filters 2)?", args).groups()
    output = " ".join(run("size", *args.split()).output.split())
    assert output.endswith(f"next: {typed} instead of --out {wanted}")
    first = output.partition(" gives ")[0]
    assert all(word in first or ":" in typed for word in typed.replace("--", "").split())
    instead = document(run("size", *before.split(), *typed.split(), "--json"))
    assert instead["output"] == [int(wanted)] * 2
    solved = document(run("size", *args.split(), "--json"))["answer"]
    assert {name: solved[name] for name in ("stride", "padding", "dilation", "output_padding", "output")} == {
        name: instead[name] for name in ("stride", "padding", "dilation", "output_padding", "output")
    }


def test_what_has_no_answer_says_so(run):
    assert (
        document(run("size", *["--in", "32", "--k", "5", "--p", "0", "--d", "1", "--out", "20", "--json"]))["answer"]
        is None
    )


def test_channels_that_stand_last_are_computed_and_told(run):
    told = "34×34×3 is read as 34 channels of 34×3; channels first is --in 3x34x34"
    output = run("size", "--in", "34x34x3", "--k", "3", "--filters", "12").output
    assert told in output
    assert "34×34×3 → 12×32×1" in output
    assert told in run("size", "--in", "34x34x3", "--k", "5").stderr
    assert told in run("net", "conv 2@3x3", "--in", "34x34x3").output
    assert told in run("net", "lenet5", "--in", "34x34x3").stderr
    assert "channels first is" not in run("size", "--in", "3x34x34", "--k", "3").output


def test_solving_as_a_document(run):
    found = document(run("size", "--in", "32", "--k", "5", "--s", "1", "--d", "1", "--out", "32", "--json"))
    assert found["solutions"] == {"padding": [{"first": 2, "last": 2, "nearest": []}] * 2}


def test_conv_as_a_document(run):
    found = document(run("conv", "sample:five", "--kernel", "vertical", "--bias", "1", "--steps", "4:6", "--json"))
    assert (found["operation"], found["input"], found["output"]) == ("convolution", [5, 5], [3, 3])
    assert (found["windows"], found["products"], found["multiply_adds"]) == (9, 9, 81)
    assert found["map"] == (np.array(VERTICAL) + 1).tolist()
    first = found["steps"][0]
    assert [step["index"] for step in found["steps"]] == [[0, 1, 1], [0, 1, 2]]
    assert first["window"] == [[1, 4], [1, 4]]
    assert first["patch"] == [[[5, 6, 1], [8, 9, 2], [2, 3, 4]]]
    assert first["weights"] == [[[1, 0, -1]] * 3]
    assert first["products"] == [[[5, 0, -1], [8, 0, -2], [2, 0, -4]]]
    assert (first["bias"], first["divisor"], first["value"]) == (1, 1, 9)


def test_a_large_map_is_left_out_of_the_document(run):
    found = document(run("conv", "sample:picture", "--json"))
    assert found["map"] is None
    assert len(found["steps"]) == 3


def test_the_other_documents(run):
    shown = document(run("show", "sample:digit", "--at", "0,0", "--json"))
    assert (shown["name"], shown["channels"], shown["size"]) == ("sample:digit", 1, [28, 28])
    (top, bottom), (left, right) = shown["region"]
    assert shown["values"] == read("sample:digit").values[:, top:bottom, left:right].tolist()
    listed = {kernel["name"]: kernel for kernel in document(run("kernels", "--json"))["kernels"]}
    assert listed["box"]["weights"] == [[1] * 3] * 3
    assert listed["box"]["divisor"] == 9
    assert len(listed) == 24
    assert [s["name"] for s in document(run("samples", "--json"))["samples"]][:2] == ["sample:halves", "sample:five"]


def test_options_reach_the_engine(run):
    args = (
        "--stride",
        "2x1",
        "--padding",
        "1:2x0:1",
        "--dilation",
        "1x2",
        "--pad-mode",
        "replicate",
        "--bias",
        "-0.5,2",
    )
    found = document(run("conv", "sample:five", "--kernel", "1 2; 3 4", "--kernel", "0 1; 1 0", *args, "--json"))
    x = read("sample:five").values
    weights = np.array([[[[1, 2], [3, 4]]], [[[0, 1], [1, 0]]]])
    expected = convolve(x, weights, (2, 1), [(1, 2), (0, 1)], (1, 2), 1, (-0.5, 2), "replicate")
    assert found["map"] == expected.tolist()
    assert found["padding"] == [[1, 2], [0, 1]]


def test_pad_value_alone_means_constant(run):
    found = document(run("conv", "5", "--kernel", "1 1; 1 1", "--padding", "0:1", "--pad-value", "-7", "--json"))
    assert found["map"] == [[[5 - 21]]]


def test_flip_and_groups(run):
    found = document(run("conv", "1 2 3", "--kernel", "1 10 100", "--flip", "--json"))
    assert found["map"] == [[100 + 20 + 3]]
    depthwise = document(run("conv", "sample:flower", "--rgb", "--groups", "3", "--kernel", "edge", "--json"))
    assert depthwise["filters"] == 3
    assert depthwise["map"][2] == Convolution(kernels["edge"]).output(read_rgb()[2])[0].tolist()


def read_rgb():
    from cnnstep.inputs import Reading

    return read("sample:flower", Reading(rgb=True)).values


@pytest.mark.parametrize("source", ["-1 0 1; 2 3 4", "-.5 1", "-1"])
def test_a_matrix_may_begin_with_a_minus(run, source):
    found = document(run("conv", source, "--kernel", "1", "--json"))["map"]
    assert np.ravel(found)[0] in {-1, -0.5}
    assert np.ndim(found) == (2 if source == "-.5 1" else 3)  # one row of several numbers is a signal
    assert document(run("conv", "--kernel", "-1 0", "--json", "1 2; 3 4"))["map"] == [[[-1], [-3]]]


@pytest.mark.parametrize("name", ["-dash.csv", "--dash.csv", "-1"])
def test_after_two_dashes_come_no_more_options(run, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("1 2\n3 4\n", encoding="utf-8")
    assert document(run("show", "--json", "--", name))["size"] == [2, 2]
    assert document(run("conv", "--kernel", "1", "--json", "--", name))["map"] == [[[1, 2], [3, 4]]]
    assert "has no place for 'x'" in run("show", "--", name, "x").stderr


def test_stdin(run):
    assert document(run("conv", "-", "--json", stdin=b"1 2 3\n4 5 6\n7 8 9\n"))["map"] == [[[-6]]]
    buffer = io.BytesIO()
    Image.fromarray(np.full((5, 5), 9, np.uint8)).save(buffer, format="PNG")
    assert document(run("conv", "-", "--json", "--kernel", "box", stdin=buffer.getvalue()))["map"] == [[[9.0] * 3] * 3]


def test_views_and_steps(run):
    assert run("conv", "--view", "lines", "--steps", "all").output.count("y[") == 16
    assert run("conv", "--steps", "5").output.count("step ") == 5
    assert "step 11 of 16" in run("conv", "--steps", "10:12").output
    assert "step 12 of 16" in run("conv", "--steps", "10:12").output
    assert "y[" not in run("conv", "--view", "map").output
    assert "  0   30   30    0" in run("conv", "--view", "map").output


@pytest.mark.parametrize("name", ["map.npy", "map.csv", "map.png", "steps.jsonl"])
def test_files(run, tmp_path, name):
    target = tmp_path / name
    result = run("conv", "sample:five", "--save", str(target))
    assert result.exit_code == 0
    assert f"Wrote {target}" in result.stderr
    if name == "map.npy":
        saved = np.load(target)
        assert saved.shape == (1, 3, 3)
        assert saved.tolist() == VERTICAL
    elif name == "map.csv":
        assert [
            [int(cell) for cell in row] for row in csv.reader(target.read_text(encoding="utf-8").splitlines())
        ] == VERTICAL[0]
        assert read(str(target)).values.tolist() == VERTICAL
    elif name == "map.png":
        with Image.open(target) as image:
            colours = {pixel for _, pixel in image.convert("RGB").getcolors(1 << 20)}
            assert image.size == CANVAS
        assert {colour(Palette.DIVERGING, value / 12) for row in VERTICAL[0] for value in row} <= colours
    else:
        lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
        assert [line["value"] for line in lines] == np.ravel(VERTICAL).tolist()


def test_a_large_map_is_saved_pixel_for_pixel(run, tmp_path):
    run("conv", "sample:picture", "--kernel", "box", "--stride", "2", "--save", str(tmp_path / "map.png"))
    with Image.open(tmp_path / "map.png") as image:
        assert image.size == (319, 239)
        pixels = np.asarray(image)
    output = Convolution(kernels["box"], 2).output(read("sample:picture").values)[0]
    stretched = (output - output.min()) / (output.max() - output.min()) * 255
    assert np.abs(pixels - stretched).max() <= 0.5


def test_several_filters_become_blocks_of_a_table(run, tmp_path):
    target = tmp_path / "map.csv"
    run("conv", "sample:five", "--kernel", "vertical", "--kernel", "box", "--save", str(target))
    assert (
        read(str(target)).values.tolist()
        == Convolution([kernels["vertical"], kernels["box"]]).output(read("sample:five").values).tolist()
    )


def test_an_existing_file_needs_force(run, tmp_path):
    target = tmp_path / "map.npy"
    target.write_bytes(b"mine")
    refused = run("conv", "--save", str(tmp_path / "new.csv"), "--save", str(target))
    assert refused.exit_code == 1
    assert "exists already" in refused.stderr
    assert "--force" in refused.stderr
    assert target.read_bytes() == b"mine"
    assert not (tmp_path / "new.csv").exists()
    assert run("conv", "--save", str(target), "--force").exit_code == 0
    assert np.load(target).shape == (1, 4, 4)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.npy"]


@pytest.mark.skipif(sys.platform == "win32", reason="links and modes are POSIX")
def test_links_are_followed_and_modes_kept(run, tmp_path):
    real, link = tmp_path / "real.npy", tmp_path / "link.npy"
    real.write_bytes(b"")
    real.chmod(0o640)
    link.symlink_to(real)
    assert run("conv", "--save", str(link), "--force").exit_code == 0
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    old = os.umask(0o027)
    try:
        run("conv", "--save", str(tmp_path / "fresh.npy"))
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "fresh.npy").stat().st_mode) == 0o640


def test_half_a_file_is_no_file(run, tmp_path, monkeypatch):
    from cnnstep.render.formats import numbers

    def fails(job, stream):
        stream.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(numbers, "npy", fails)
    result = run("conv", "--save", str(tmp_path / "map.npy"))
    assert result.exit_code == 130
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_begun_unless_all_can_be(run, tmp_path):
    both = ("--save", str(tmp_path / "a.csv"), "--save")
    assert "is to be saved twice" in run("conv", *both, str(tmp_path / "a.csv")).stderr
    assert "more than 100,000" in run("conv", "sample:picture", *both, str(tmp_path / "a.jsonl")).stderr
    huge = ("conv", "9223372036854775807", "--kernel", "9;")
    assert "more than 64 bits" in run(*huge, *both, str(tmp_path / "a.npy")).stderr
    assert list(tmp_path.iterdir()) == []
    assert run(*huge, "--save", str(tmp_path / "a.csv")).exit_code == 0
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "83010348331692982263\n"


def test_numbers_beyond_64_bits_are_shown_exactly(run):
    output = run("conv", "9223372036854775807 1 2; 3 4 5; 6 7 8", "--kernel", "9 9; 9 9", "--color", "always").output
    assert "83010348331692982335" in output


def test_every_filter_has_its_own_name(run, tmp_path):
    np.save(tmp_path / "bank.npy", np.ones((2, 1, 3, 3), dtype=int))
    args = ("conv", "--kernel", str(tmp_path / "bank.npy"), "--kernel", "edge", "--at")
    assert "kernel edge" not in run(*args, "1,0,0").output
    assert "kernel edge" in run(*args, "2,0,0").output


def test_too_many_steps_to_save_asks_which(run, tmp_path):
    result = run("conv", "sample:picture", "--save", str(tmp_path / "steps.jsonl"))
    assert result.exit_code == 2
    assert "304,964 steps is long: more than 100,000 must be asked for" in result.stderr
    assert list(tmp_path.iterdir()) == []
    assert run("conv", "sample:picture", "--steps", "100:110", "--save", str(tmp_path / "steps.jsonl")).exit_code == 0
    assert len((tmp_path / "steps.jsonl").read_text(encoding="utf-8").splitlines()) == 10


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion(run, shell):
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_CNNSTEP_COMPLETE" in result.output


def test_what_is_completed(run):
    def complete(line, breaks=":="):
        typed = {"COMP_LINE": line, "COMP_WORD": line.split(" ")[-1], "COMP_WORDBREAKS": breaks}
        return run(_CNNSTEP_COMPLETE="bash_complete", **typed).output.split()

    assert complete("cnnstep s") == ["plain,softmax", "plain,size", "plain,show", "plain,samples"]
    assert "plain,sobel-x" in complete("cnnstep conv --kernel so")
    assert "plain,--stride" in complete("cnnstep conv --st")
    assert complete("cnnstep conv sample:ha") == ["plain,halves"]
    assert complete("cnnstep conv sample:ha", breaks="") == ["plain,sample:halves"]
    assert complete("cnnstep conv --kernel=sha") == ["plain,sharpen"]
    assert complete("cnnstep conv --kernel=sha", breaks=":") == ["plain,--kernel=sharpen"]
    assert complete("cnnstep conv ma") == ["file,ma"]
    assert complete("cnnstep cnov s") == []
    shell = run(_CNNSTEP_COMPLETE="powershell_complete", COMP_LINE="cnnstep conv --kernel ed", COMP_WORD="ed")
    assert [line.split("\t")[0] for line in shell.output.splitlines()] == ["edge", "edge4"]


@pytest.mark.parametrize(
    "asked", ["bash_complete", "zsh_complete", "fish_complete", "powershell_complete", "csh_complete", "bash_what", "x"]
)
def test_a_shell_that_asks_for_nothing_gets_no_traceback(run, asked):
    result = run(_CNNSTEP_COMPLETE=asked)
    assert result.exit_code == (0 if asked in {"bash_complete", "powershell_complete"} else 1)
    assert result.stderr == ""


def test_the_script_also_comes_as_click_asks_for_it(run):
    assert run(_CNNSTEP_COMPLETE="zsh_source").output == run("completion", "zsh").output


def test_version_and_help(run):
    from cnnstep import __version__

    assert run("--version").output == f"cnnstep {__version__}\n"
    assert run("--help").output == run("-h").output
    for name in COMMANDS:
        output = run(name, "-h").output
        assert output == run(name, "--help").output
        assert output.index("Examples:") < output.index("Usage:")
        headings = [line.rstrip(":") for line in output.splitlines() if line.rstrip(":") in HEADINGS]
        assert headings or name in {"completion", "help"}  # they have no options
        assert headings == sorted(headings, key=HEADINGS.index)


def test_the_start_screen_fits_a_screen_and_names_every_command(run):
    start = run().output
    assert len(start.splitlines()) <= 23
    assert max(map(len, start.splitlines())) <= 80
    assert set(COMMANDS) <= set(re.findall(r"\w+", start))
    assert len(start.splitlines()) + 2 <= 23, "room for a line of commands of learning, and one of the classroom"
