"""`cnnstep.view`: the road of the command line in Python; and views of the same operation with one setting changed."""

import shlex

import numpy as np
import pytest

from cnnstep import CnnstepError, read, replay, view
from cnnstep.player.frame import PlayerScreen
from cnnstep.player.session import Session
from cnnstep.player.timeline import Timeline
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.page import Page, plain
from cnnstep.views.report import Report
from tests.reference import convolve
from tests.test_commands import COMMANDS

FIVE = read("sample:five").values


@pytest.mark.parametrize("name", COMMANDS)
def test_a_view_in_a_notebook_is_the_screen_of_the_command(run, name):
    listed, typed = view(COMMANDS[name]), view(shlex.join(("cnnstep", *COMMANDS[name])))
    told = listed._repr_mimebundle_()
    assert told["text/plain"] == typed._repr_mimebundle_()["text/plain"] == run(*COMMANDS[name]).stdout.rstrip("\n")
    assert "<table" in told["text/html"] or "<p" in told["text/html"]


@pytest.mark.parametrize(
    "line", ["net lenet5", "size --in 32 --k 5", "show sample:digit", "kernels edge", "explain lenet5"]
)
def test_what_has_no_steps_is_a_report(run, line):
    report = view(line)
    assert isinstance(report, Report)
    assert report._repr_mimebundle_()["text/plain"] == run(*shlex.split(line)).stdout.rstrip("\n")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("conv missing.png", "missing.png"),
        ("conv sample:five --stride 0", "stride must be 1 or more, not 0"),
        ("convolve", "convolve"),
        ("conv --nothing", "--nothing"),
        ("conv 'open", "quotation mark"),
        ("--help", "there is nothing to view"),
    ],
)
def test_what_cannot_be_shown_says_why(line, reason, capsys):
    with pytest.raises(CnnstepError, match=reason):
        view(line)
    assert capsys.readouterr() == ("", "")


def test_the_steps_that_were_asked_for_are_those_of_the_view():
    shown = view("conv sample:five --at 1,2")
    assert [step.index for step in shown.steps] == [(0, 1, 2)]
    assert [step.number for step in view("conv sample:five --steps 4:6").steps] == [4, 5]


CHANGES = {
    "stride": ("conv sample:five --kernel edge", "stride", 1, (2, 0, 1)),
    "padding": ("conv sample:five --kernel edge", "padding", 1, (1, 1, 1)),
    "rule": ("conv sample:five --kernel edge --padding same", "padding", 1, (1, 2, 1)),
    "dilation": ("conv sample:five --kernel edge", "dilation", 1, (1, 0, 2)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_setting_is_a_view_of_the_changed_operation(name):
    line, setting, by, (stride, padding, dilation) = CHANGES[name]
    before = view(line)
    after = before.with_setting(setting, by)
    kernel = np.array([[[[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]]])
    expected = np.array(convolve(FIVE, kernel, [stride] * 2, [(padding, padding)] * 2, [dilation] * 2), dtype=float)
    np.testing.assert_array_equal(after.walk.output, expected)
    np.testing.assert_array_equal(replay(after.walk), expected)
    assert type(after) is type(before)
    assert after.scene(after.walk[0]).blocks
    assert before.facts() == view(line).facts()


def test_words_and_kernels_go_through_their_tables_and_switches_turn():
    assert view("pool sample:five").with_setting("kind", 1).facts()["kind"] == "min"
    assert view("conv sample:five").with_setting("flip", 1).facts()["flip"] is True
    vertical = view("conv sample:five")
    names = [vertical.with_setting("kernel", by).bound.bank.names for by in (0, 1, -1)]
    assert names[0] == ("vertical",)
    assert len(set(names)) == 3


@pytest.mark.parametrize(
    ("line", "setting", "by", "reason"),
    [
        ("conv sample:five", "stride", -1, "stride must be 1 or more, not 0"),
        ("conv sample:five", "padding", -1, "padding must be 0 or more, not -1"),
        ("conv sample:five", "dilation", 2, "does not fit"),
        ("conv sample:five", "colour", 1, "convolution has no setting colour to change"),
        ("conv sample:five --kernel '1 2; 3 4'", "kernel", 1, "only a built-in kernel has a next one"),
        ("pool sample:five", "window", 4, "does not fit"),
        ("flatten sample:five", "stride", 1, "flatten has no setting stride to change"),
    ],
)
def test_a_setting_that_cannot_be_changed_says_why(line, setting, by, reason):
    with pytest.raises(CnnstepError, match=reason) as found:
        view(line).with_setting(setting, by)
    assert found.value.hint


def player_at(line, columns=80, rows=24):
    """What the player opens with: the layer that is shown, its strongest step, and the screen."""
    layers = view(line).layers()
    first = layers.views[layers.chosen].strongest()
    steps = tuple(first if number == layers.chosen else 0 for number in range(len(layers.views)))
    timeline = Timeline(tuple(each.walk for each in layers.views), steps, layers.chosen, tuple(layers.names))
    lines = PlayerScreen(Page(columns, Glyphs()), rows).lines(Session(tuple(layers.views), timeline))
    return layers.views[layers.chosen].walk[first], "\n".join(plain(line) for line in lines)


@pytest.mark.parametrize("layer", ["1", "c3", "c5"])
def test_a_network_opens_on_its_strongest_window_with_patch_kernel_and_products(layer):
    step, screen = player_at(f"net lenet5 sample:digit --layer {layer}")
    output = view(f"net lenet5 sample:digit --layer {layer}").walk.output
    assert step.value == pytest.approx(output.flat[np.abs(output).argmax()])
    assert {"patch", "kernel", "products"} <= set(screen.split())
    assert len(screen.splitlines()) == 24
    sums = step.products.reshape(len(step.products), -1).sum(axis=1)
    assert len(sums) == 1 or f"channel {np.abs(sums).argmax()} " in screen


def test_where_all_is_zero_nothing_counted_most():
    origin = view(["net", "conv 2@3x3 | relu", "0 0 0 0; 0 0 0 0; 0 0 0 0; 0 0 0 1"]).layers().origin
    assert origin(0, 0).place == "all 9 products are 0: nothing contributes"
    assert origin(0, 3).place == "input[0,3,3] is its largest contribution: a pixel"
