"""`--gradient`, `--upstream`, `--by` and `--check`: what is shown, saved, refused, on every command that is an operation."""

import json

import numpy as np
import pytest

from cnnstep import Convolution, Dense, Pad, view
from cnnstep.errors import CnnstepError
from cnnstep.views.gradients import gradient_view
from cnnstep.views.operations import view_of
from cnnstep.views.report import Report

FIVE = ("conv", "sample:five", "--gradient", "kernel")


def test_a_line_gives_the_view_of_the_gradient():
    shown = view("conv sample:five --gradient kernel --upstream '1 2 3; 4 5 6; 7 8 9'")
    x = view("conv sample:five").bound.x[0].astype(int)
    g = np.arange(1, 10).reshape(3, 3)
    expected = [[int((x[i : i + 3, j : j + 3] * g).sum()) for j in range(3)] for i in range(3)]
    assert shown.walk.output.tolist() == [[expected]]
    assert shown.vocabulary.loss == ""
    assert view(" ".join(FIVE)).vocabulary.loss == "L is the sum of the outputs"


def test_the_screen_says_what_l_is(run):
    assert "L is the sum of the outputs" in run(*FIVE).stdout
    assert "L is the sum of the outputs" not in run(*FIVE, "--upstream", "1 2 3; 4 5 6; 7 8 9").stdout
    assert "dL/dw 3x3" in run(*FIVE, "--ascii").stdout


def test_an_upstream_gradient_may_be_a_file(run, tmp_path):
    np.save(tmp_path / "g.npy", np.arange(9).reshape(3, 3))
    (tmp_path / "g.csv").write_text("0,1,2\n3,4,5\n6,7,8\n", encoding="utf-8")
    made = [
        run(*FIVE, "--upstream", str(tmp_path / name), "--json", "--steps", "1").stdout for name in ("g.npy", "g.csv")
    ]
    assert made[0] == made[1]
    assert json.loads(made[0])["steps"][0]["weights"] == [[[0, 1, 2], [3, 4, 5], [6, 7, 8]]]


@pytest.mark.parametrize("more", [(), ("--view", "map"), ("--at", "1,0,1,1"), ("--by", "window", "--at", "1,1")])
def test_what_is_saved_is_always_the_whole_gradient(run, tmp_path, more):
    target = tmp_path / "g.npy"
    assert run(*FIVE, "--kernel", "2@3x3", *more, "--save", str(target)).exit_code == 0
    assert np.load(target).shape == (2, 1, 3, 3)


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        (("pad", "sample:five", "--gradient", "kernel"), "pad has no gradient of 'kernel': it learns nothing",
         "use --gradient input"),
        (("conv", "--gradient", "kernels"), "convolution has no gradient of 'kernels': it learns kernel and bias",
         "use --gradient kernel or --gradient bias or --gradient input"),
        ((*FIVE, "--upstream", "1 2; 3 4"), "1×2×2 does not fit an output of 1×3×3", "give 1×3×3"),
        (("conv", "--upstream", "1 2"), "--upstream is about a gradient", "add --gradient input"),
        (("conv", "--by", "window"), "--by is about a gradient", "add --gradient input"),
        (("conv", "--check"), "--check is about a gradient", "add --gradient input"),
        ((*FIVE, "--by", "cell"), "go by weight or window, not by cell", "use --by weight"),
        ((*FIVE, "--as-matrix"), "--gradient and --as-matrix exclude each other", "leave out --as-matrix"),
        ((*FIVE, "--pointwise", "2"), "--gradient and --pointwise exclude each other", "leave out --pointwise"),
        (("activate", "--list", "--gradient", "input"), "a report has no gradient", "leave out --gradient"),
        ((*FIVE, "--check", "--at", "1,1"), "have no steps", "leave out --at"),
        ((*FIVE, "--upstream", "1 nan 2"), "is not finite", "replace NaN"),
        ((*FIVE, "--at", "5,5"), "5,5 is outside the 1×1×3×3 output", "the last cell is --at 2,2"),
        (("net", "lenet5", "--gradient", "kernel"), "--gradient", "cnnstep net --help"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_one_line(run, line, message, hint):
    result = run(*line)
    assert result.exit_code in {1, 2}
    assert message in result.stderr
    assert hint in result.stderr
    assert len(result.stderr.strip().splitlines()) == 2


CHECKS = (
    "conv sample:five --kernel box --padding 1 --pad-mode reflect --bias 0.5 --gradient kernel",
    "conv sample:five --kernel box --padding 1 --pad-mode reflect --gradient input",
    "conv sample:five --kernel 2@3x3 --flip --gradient kernel",
    "conv sample:flower --rgb --crop 0,0,6,5 --depthwise --gradient kernel",
    "conv sample:flower --rgb --crop 0,0,6,5 --gradient bias",
    "conv '3 1 4 1 5' --causal --gradient kernel",
    "transposed sample:five --kernel box --stride 2 --gradient kernel",
    "transposed sample:five --stride 2 --padding 1 --gradient input",
    "transposed sample:five --gradient bias",
    "dense sample:five --units 3 --gradient weights",
    "dense sample:five --units 3 --gradient input",
    "dense sample:five --units 3 --gradient bias",
    "pad sample:five --pad-mode circular --gradient input",
    "upsample sample:five --kind bilinear --gradient input",
)


@pytest.mark.parametrize("line", CHECKS)
def test_the_numeric_gradient_agrees(line):
    report = view(f"{line} --check")
    assert isinstance(report, Report)
    assert report.document["largest_difference"] < 1e-7
    exact = view(line).walk.output
    assert len(report.document["cells"]) == exact.size
    for cell in report.document["cells"]:
        assert cell["exact"] == exact[tuple(cell["index"])]


def test_of_a_large_gradient_a_sample_is_checked(run):
    document = view("conv sample:digit --gradient input --check").document
    assert len(document["cells"]) == 400
    told = run("conv", "sample:digit", "--gradient", "input", "--check").stdout
    assert "400 cells of 784" in told
    assert "12 of 400 rows are shown" in told


def test_in_python():
    x, g = [[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[1, 2], [3, 4]]
    operation = Convolution([[1, 0], [0, 1]])
    assert operation.learnable == ("kernel", "bias")
    gradient = operation.gradient("kernel", x)
    assert gradient.output(g).tolist() == [[[[37, 47], [67, 77]]]]
    assert [step.value for step in gradient.walk(g)] == [37, 47, 67, 77]
    shown = gradient_view(view_of(operation.walk(x)), "input", g, "cell")
    assert shown.walk.output.tolist() == [[[1, 2, 0], [3, 5, 2], [0, 3, 4]]]
    assert gradient.facts()["forward"]["operation"] == "convolution"
    with pytest.raises(CnnstepError, match="does not fit"):
        gradient.output([1, 2, 3])


@pytest.mark.parametrize(
    ("operation", "of", "g", "told"),
    [
        (Convolution([[1, 0], [0, 1]]), "input", [[1]], "∂L/∂y[0,0] = 1 times the kernel, added to 4 cells"),
        (Convolution([[1, 0], [0, 1]]), "kernel", [[1]], "∂L/∂w[0,0] = 1·1 = 1"),
        (Dense([[1, 2, 3, 4]]), "weights", [3], "∂L/∂w[0,0] = ∂L/∂y[0] · x[0,0] = 3·1 = 3"),
        (Pad(((1, 0), (0, 0))), "input", [[1, 2], [3, 4], [5, 6]], "∂L/∂x[0,0] = ∂L/∂y[1,0] = 3"),
    ],
)
def test_a_gradient_shows_itself_in_a_notebook(operation, of, g, told):
    walk = operation.gradient(of, [[1, 2], [3, 4]]).walk(g)
    assert told in walk._repr_mimebundle_()["text/plain"].replace("\N{NO-BREAK SPACE}", " ")
    assert walk[0]._repr_mimebundle_()["text/plain"]
    assert f"of = {of}" in walk.operation._repr_mimebundle_()["text/plain"]
