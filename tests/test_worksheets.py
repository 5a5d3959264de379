"""Worksheets: a step with lines to write on, in every form, and nothing that gives the answer away."""

import json

import pytest

from cnnstep import view
from cnnstep.classroom.worksheets import worksheet
from cnnstep.render.terminal import plain_text
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.hiding import BLANKS, LINE
from cnnstep.views.page.scene import Beside
from cnnstep.views.vocabulary import Chosen
from tests.test_commands import COMMANDS, every

CONV = ("conv", "sample:five", "--at", "1,2")


@every
@pytest.mark.parametrize("blank", BLANKS)
def test_every_command_with_steps_has_worksheets(name, blank):
    shown = view(COMMANDS[name]).stepping()
    sheet = worksheet(shown.choosing(Chosen(steps=slice(1))), blank)
    open_, blank_ = plain_text([shown.scene(shown.walk[0])]), plain_text([sheet.scene])
    assert blank_.startswith(" Name: ____")
    assert LINE not in open_
    assert LINE in blank_.partition("\n")[2]
    assert "value" not in sheet.document


def grids(blank, line=CONV):
    blocks = worksheet(view(line), blank).scene.blocks
    panels = [
        panel for block in blocks if isinstance(block, Beside) for panel in block.panels if isinstance(panel, Grid)
    ]
    return {panel.caption.split()[0]: {cell.text for row in panel.cells for cell in row} for panel in panels}


def test_each_blank_leaves_out_more():
    value, products, patch = (grids(blank) for blank in ("value", "products", "patch"))
    assert LINE in value["feature"]
    assert value["products"] == {"6", "0", "−2", "9", "−3", "3", "−5"}
    assert products["products"] == patch["products"] == patch["patch"] == {LINE}
    assert products["patch"] == value["patch"] == {"6", "1", "2", "9", "3", "4", "5"}
    assert LINE not in patch["input"] | patch["kernel"]
    assert "6·1" not in plain_text([worksheet(view(CONV), "patch").scene])


def test_several_steps_do_not_give_each_other_away():
    line = ("conv", "sample:five", "--steps", "0:3")
    told = plain_text([worksheet(view(line), "value").scene])
    assert told.count("step ") == 3
    # y[0,0] = -6 is found by the first step, and stands in the map of the others
    assert "-6" not in told.replace("−", "-").partition("step 3 of 9")[2].partition("patch")[0]
    assert "−6" in plain_text([view(line).scene(view(line).walk[2])])


@pytest.mark.parametrize("suffix", ["md", "html", "txt", "svg"])
def test_a_worksheet_is_saved_in_every_form_for_paper(run, tmp_path, suffix):
    path = tmp_path / f"worksheet.{suffix}"
    result = run(*CONV, "--blank", "products", "--save", str(path))
    assert result.exit_code == 0, result.stderr
    text = path.read_text(encoding="utf-8")
    assert "____" in text
    assert "script" not in text
    again = run(*CONV, "--blank", "products", "--save", str(path))
    assert "exists already" in again.stderr


def test_markdown_has_lines_that_it_does_not_take_for_its_own(run):
    text = run(*CONV, "--blank", "patch", "--save", "-.md").stdout
    assert "| ____ | ____ | ____ |" in text
    assert "\\_" not in text


def test_machines_are_not_told_either(run):
    told = json.loads(run(*CONV, "--blank", "value", "--json").stdout)
    assert "value" not in view((*CONV, "--blank", "value")).document
    assert told == {"format_version": 1, "operation": "worksheet", "blank": "value", "steps": [5]}


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (("conv", "--blank", "value", "--play"), "--blank is for paper", "m and M hide in --play"),
        (("conv", "sample:digit", "--steps", "all", "--blank", "value"), "676 steps are too many", "--steps 50"),
        (("conv", "--blank", "all"), "'all' is not one of", "--help"),
        (("activate", "--curve", "relu", "--blank", "value"), "have no steps", "--blank"),
        ((*CONV, "--blank", "value", "--save", "a.npy"), "does not end in a format", ".md"),
    ],
    ids=["play", "many", "unknown", "report", "numbers"],
)
def test_what_cannot_be_left_blank_is_one_line_and_a_hint(run, tmp_path, monkeypatch, args, message, hint):
    monkeypatch.chdir(tmp_path)
    result = run(*args)
    assert result.exit_code in {1, 2}
    assert message in result.stderr
    assert hint in result.stderr
    assert not list(tmp_path.iterdir())
