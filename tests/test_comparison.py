"""Two commands in one frame: stepped together, saved, played and told as one."""

import json
import re

import numpy as np
import pytest

from cnnstep.cli.group import view
from cnnstep.errors import CnnstepError
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.fitting import fitted
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Page, plain, width_of
from cnnstep.views.page.hiding import hide

STRIDES = ["compare", "conv --stride 1", "conv --stride 2"]
FLIPPED = ["compare", "conv --kernel emboss", "conv --kernel emboss --flip"]


def drawn(scene, width):
    return [plain(line) for line in lines(scene, Page(width, Glyphs()))]


def test_steps_are_those_of_each_walk_by_number():
    shown, first, second = view(STRIDES), view("conv --stride 1"), view("conv --stride 2")
    assert len(shown.walk) == len(first.walk) == 16
    for number, pair in enumerate(shown.walk):
        a, b = first.walk[number], second.walk[min(number, 3)]
        assert [step.value for step in pair.steps] == [a.value, b.value]


def test_the_output_is_the_second_less_the_first():
    shown, first, second = view(FLIPPED), view(FLIPPED[1]), view(FLIPPED[2])
    assert np.array_equal(shown.walk.output, second.walk.output - first.walk.output)
    assert shown.walk.output.any()


def test_outputs_of_two_sizes_have_no_difference(tmp_path, run):
    found = run(*STRIDES, "--save", str(tmp_path / "x.npy"))
    assert found.exit_code == 1
    assert "outputs of 1×4×4 and 1×2×2 have no difference" in found.stderr
    assert not list(tmp_path.iterdir())


def test_what_differs_is_told_and_nothing_else():
    facts = view(["compare", "conv --stride 1", "conv --stride 2 --padding 1"]).facts()
    assert {each["name"]: (each["first"], each["second"]) for each in facts["differences"]} == {
        "stride": ("1", "2"), "padding": ("0", "1"), "output": ("4×4", "3×3"),
        "multiply-adds": ("144", "81"),
    }  # fmt: skip
    assert view(["compare", "conv", "conv"]).facts()["differences"] == []


def test_networks_with_inputs_are_compared(run):
    shown = run(
        "compare", 'net "conv (2) | conv (3)" "1 -1"', 'net "conv (2) | relu | conv (3)" "1 -1"', "--view", "map"
    )
    assert shown.exit_code == 0, shown.output
    assert "6" in shown.stdout
    assert "layers 2 │ 3" in shown.stdout


def test_wide_pages_stand_side_by_side_and_narrow_ones_under_each_other():
    scene = view(STRIDES).scene(view(STRIDES).walk[0])
    wide, narrow = drawn(scene, 80), drawn(scene, 60)
    assert any(line.count("input 6×6") == 2 and "│" in line for line in wide)
    assert not any(line.count("input 6×6") == 2 for line in narrow)
    assert sum("input 6×6" in line for line in narrow) == 2


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("line", [STRIDES, FLIPPED, ["compare", "pool sample:five", "pool sample:five --kind average"]])
def test_every_pair_fits_a_screen(line, width):
    shown = view(line)
    for pair in shown.walk:
        found = fitted(shown.scene(pair), Page(width, Glyphs()), 24)
        assert len(found) <= 24
        assert max(map(width_of, found)) <= width
        text = "\n".join(map(plain, found))
        assert "compare" in text
        assert text.count("y[") >= 2


def test_a_hidden_value_is_hidden_in_both():
    shown = view(FLIPPED)
    pair = shown.walk[5]
    open_, hidden = ("\n".join(drawn(hide(shown.scene(pair), level), 200)) for level in (0, 1))
    values = [f"= {step.value}".replace("-", "−") for step in pair.steps]
    assert all(value in open_ for value in values)
    assert not any(value in hidden for value in values)


def test_reports_are_compared_as_they_stand(run):
    found = run("compare", "size --in 32 --k 5", "size --in 32 --k 3", "--json")
    document = json.loads(found.stdout)
    assert [each["output"] for each in document["compared"]] == [[28, 28], [30, 30]]


@pytest.mark.parametrize("suffix", ["png", "svg", "html", "gif", "md", "txt", "json", "cast"])
def test_a_pair_is_saved_like_one(tmp_path, run, suffix):
    target = tmp_path / f"both.{suffix}"
    found = run(*FLIPPED, "--steps", "2", "--save", str(target), "--fps", "2")
    assert found.exit_code == 0, found.stderr
    assert target.stat().st_size > 100


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["compare"], "two commands are compared, not 0"),
        (["compare", "conv"], "two commands are compared, not 1"),
        (["compare", "conv", "nothing"], "the second command: no command is called"),
        (["compare", "conv --stride 0", "conv"], "the first command: "),
        (["compare", "conv", "conv --stride 2", "--gradient", "input"], "two commands have no gradient together"),
        (
            ["compare", "net lenet5 digit", "net lenet5 digit", "--gradient", "kernel"],
            "two commands have no gradient together",
        ),
        (["compare", "conv --save x.png", "conv"], "the first command: a view is neither saved nor played"),
    ],
)
def test_what_cannot_be_compared_is_said_with_its_side(run, line, said):
    found = run(*line)
    assert found.exit_code in {1, 2}
    assert said in found.stderr
    assert "Traceback" not in found.stderr


def test_two_settings_of_a_name_cannot_be_changed_at_once():
    with pytest.raises(CnnstepError, match="each of the two"):
        view(STRIDES).with_setting("stride", 1)


def test_help_offers_nothing_that_is_refused(run):
    told = run("compare", "--help").stdout
    assert "--view" in told
    assert not re.search("--code|--gradient|--upstream|--check|Gradients", told)
