"""What if: settings and numbers change under the keys, are undone, and the line that is printed gives them again."""

import shlex

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstep import view
from cnnstep.classroom.guesses import judged
from cnnstep.cli.state import state
from cnnstep.engine.settings import adjustable, in_words
from cnnstep.errors import again
from cnnstep.player.editing import Editing
from cnnstep.player.frame import PlayerScreen
from cnnstep.player.modes import Adjusting
from cnnstep.player.session import Session
from cnnstep.player.timeline import ACTIONS, KEYS, Timeline
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.page import Page, plain
from cnnstep.views.networks.network import layers_of

LINES = (
    "conv", "conv sample:flower --rgb --kernel sobel-x --groups 3", "conv sample:beep --kernel tone", "pool", "pool sample:five average",
    "activate sample:five leaky-relu", "transposed sample:five --kernel box", "upsample sample:five", "pad sample:five",
    "dropout sample:five", "layernorm 1,2,3", "batchnorm sample:five", "softmax 1,2,3", 'dense "1 2 3" --weights "1 0 -1; 2 1 0"',
    "loss 1,2,3 --target 0", "learn sample:five --like vertical",
)  # fmt: skip


def session(line, step=0):
    shown = view(line)
    return Session((shown,), Timeline((shown.walk,), (step,)), judged)


def pressed(now, *keys):
    for key in keys:
        now = now.press(key)
    return now


def screen(now, rows=24, columns=80):
    return [plain(line) for line in PlayerScreen(Page(columns, Glyphs()), rows).lines(now)]


def test_a_setting_changes_and_the_size_arithmetic_follows():
    now = pressed(session("conv", 5), "x", "right", "up")
    assert now.view.walk.output_shape == (1, 2, 2)
    assert np.array_equal(now.view.walk.output, view("conv --stride 2").walk.output)
    assert now.said.startswith("stride 1 → 2   y[1,1] 30 → 30   output 4×4 → 2×2")
    shown = screen(now)
    assert "2 = ⌊(6−3+2·0)/2⌋+1" in shown[1]
    assert "[stride 2]" in shown[-1]
    assert "stride 1 → 2" in shown[-2]
    closed = pressed(now, "x")
    assert closed.mode is None


def test_the_cell_that_was_shown_stays_or_the_nearest_one():
    now = pressed(session("conv", 15), "x", "right", "up")
    assert now.step.index == (0, 1, 1)
    assert pressed(now, "down").step.index == (0, 1, 1)


def test_what_cannot_be_says_why_and_changes_nothing():
    before = pressed(session("conv"), "x", "right")
    for key in ("down", "up", "up", "up", "up", "up", "up"):
        now = before.press(key)
        before = now
    assert pressed(session("conv"), "x", "right", "down").said == "stride must be 1 or more, not 0"
    refused = pressed(session("conv"), "x", "right", "right", "right", "right", "up")
    assert refused.said == "2 groups do not divide 1 channel"
    assert refused.view.walk.output_shape == (1, 4, 4)


def test_a_number_of_the_input_and_a_weight_are_edited_and_undone():
    start = session("conv")
    now = pressed(start, "e", *"-5", "enter")
    x = np.array(start.view.bound.input)
    x[0, 0, 0] = -5
    assert np.array_equal(now.view.bound.input, x)
    assert now.view.bound.input.dtype.kind == "i"
    assert now.said == "x[0,0] 10 → −5   y[0,0] 0 → −15"
    weighed = pressed(now, "tab", "right", *"3", "enter")
    expected = start.view.bound.bank.weights.copy()
    expected[0, 0, 0, 1] = 3
    assert np.array_equal(weighed.view.bound.bank.weights, expected)
    back = pressed(weighed, "u")
    assert np.array_equal(back.view.bound.bank.weights, start.view.bound.bank.weights)
    assert np.array_equal(pressed(back, "u").view.bound.input, start.view.bound.input)
    assert pressed(back, "u", "u").said == "nothing has been changed"


FRAMED = (
    ("conv --padding 1", 5, ("right", "down"), "[  0] (0)┛"),
    ("conv", 5, ("tab", "right"), "1 [  0 ] −1"),
    ("pool", 0, ("right",), "4   5 [ 6 ]"),
    ('dense "1 2 3" --weights "1 0 -1; 2 1 0"', 0, ("tab", "right"), "w       1 [  0 ] −1"),
)


@pytest.mark.parametrize(("line", "step", "keys", "shown"), FRAMED, ids=[line for line, *_ in FRAMED])
def test_the_cell_that_is_edited_is_framed(line, step, keys, shown):
    lines = screen(pressed(session(line, step), "e", *keys))
    assert any(shown in text for text in lines), lines
    assert len(lines[-2]) <= 80


def test_a_divided_kernel_keeps_its_divisor():
    now = pressed(session("conv sample:five --kernel box"), "e", "tab", *"10", "enter")
    assert now.view.bound.bank.divisors == (9,)
    assert now.view.walk.output[0, 0, 0] == pytest.approx((1 * 10 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9) / 9)


def test_a_bias_and_weights_of_a_dense_layer_are_edited():
    start = session('dense "1 2 3" --weights "1 0 -1; 2 1 0"')
    now = pressed(start, "e", "tab", "down", "right", "right", *"7", "enter")
    assert now.view.walk.output.tolist() == [-2, 2 + 2 + 21]
    biased = pressed(now, "tab", *"0.5", "enter")
    assert biased.view.walk.output.tolist() == [-1.5, 25]


def test_a_layer_of_a_network_says_why_it_stays():
    shown = view("net lenet5 sample:digit")
    layers = layers_of(shown.run, shown.about, 1)
    now = Session(tuple(layers.views), Timeline(tuple(v.walk for v in layers.views), (0,) * len(layers.views)))
    for key in "xe":
        assert "play it alone" in now.press(key).said
        assert now.press(key).mode is None


def test_two_views_that_are_compared_keep_their_settings():
    shown = view(["compare", "conv", "conv --stride 2"])
    now = Session((shown,), Timeline((shown.walk,), (0,)), judged)
    for key in "xe":
        assert "play one of them alone" in now.press(key).said
    assert pressed(now, "m", "2", "enter").timeline.step == 1  # what is hidden is two values: the number is a step


@pytest.mark.parametrize(
    "line",
    ["conv sample:five --gradient kernel", "flatten sample:five", "unpool", "net lenet5 digit --layer 2 --at 2[0,1,1]"],
)
def test_where_nothing_can_be_changed_it_is_said(line):
    now = pressed(session(line), "x")
    assert now.said or now.mode
    assert pressed(session(line), "e", "1", "enter").views


@pytest.mark.parametrize("line", LINES)
def test_every_setting_of_every_operation_moves_or_says_why(line):
    start = session(line)
    names = adjustable(start.view.operation, start.view.bound)
    for number, name in enumerate(names):
        for key in ("up", "down"):
            now = pressed(start, "x", *["right"] * number, key)
            if now.views is start.views:
                assert now.said
                continue
            assert in_words(now.view.operation, name, now.view.bound) != in_words(
                start.view.operation, name, start.view.bound
            )
            assert all(len(text) <= 80 or number < 2 for number, text in enumerate(reversed(screen(now))))
            assert pressed(now, "u").views is start.views


STATES = (
    ("conv", ("x", "right", "up"), "conv --stride 2"),
    ("conv sample:digit --stride 2 --padding 2", ("x", "right", "up"), "conv sample:digit --padding 2 --stride 3"),
    ("conv --stride 2 --play", ("x", "right", "up"), "conv --stride 3"),
    ("conv sample:five -s 2 --at 1,1", ("x", "right", "down"), "conv sample:five --stride 1"),
    ("conv --padding same", ("x", "right", "right", "up"), "conv --padding 2"),
    ("conv", ("x", "up"), "conv --kernel horizontal"),
    ("conv", ("x", "left", "up"), "conv --flip"),
    ("conv --flip", ("x", "left", "up"), "conv"),
    ("pool sample:five average", ("x", *["right"] * 4, "up"), "pool sample:five --kind lp"),
    ("activate sample:five tanh", ("x", "up"), "activate sample:five scaled-tanh"),
    ("conv 1,2,3 --kernel 1,1", ("e", *"5", "enter"), None),
    ('conv "1 2; 3 4" --kernel "1 0; 0 1"', ("e", *"5", "enter"), 'conv "1 2; 3 5" --kernel "1 0; 0 1"'),
    ('conv "1 2; 3 4" --kernel "1 0; 0 1 /2"', ("e", "tab", *"9", "enter"), 'conv "1 2; 3 4" --kernel "9 0; 0 1 /2"'),
    ("softmax 2 1 0.1", ("e", *"7", "enter"), None),
)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "keys", "expected"), STATES, ids=[f"{line} {' '.join(keys)}" for line, keys, _ in STATES]
)
def test_the_line_that_is_printed_gives_what_was_left(line, keys, expected):
    typed = shlex.split(line.replace(" --play", ""))
    now = pressed(session(line.replace(" --play", "")), *keys)
    assert now.past
    found = state(now.past[0].view, now.view, shlex.split(line))
    assert found, typed
    if expected:
        assert again(*found) == expected
    assert np.array_equal(view(found).walk.output, now.view.walk.output)


def test_what_no_line_can_say_is_not_printed():
    now = pressed(session("conv sample:picture --kernel edge"), "e", *"7", "enter")
    assert state(now.past[0].view, now.view, ("conv", "sample:picture", "--kernel", "edge")) == []


def test_a_hidden_value_is_answered_not_gone_to():
    hidden = pressed(session("conv", 5), "m")
    right = pressed(hidden, *"30", "enter")
    assert right.said == "right: y[1,1] = 30"
    assert not right.timeline.hides
    wrong = pressed(hidden, *"29", "enter")
    assert wrong.said.startswith("y[1,1] is not 29")
    assert wrong.timeline.hides
    assert wrong.timeline.step == 5
    assert "? y[1,1] = 3_" in screen(pressed(hidden, "3"))[-1]
    assert pressed(hidden, "3", "right").timeline.step == 6
    assert pressed(session("conv", 5), "1", "2", "enter").timeline.step == 11


NAMED = (
    ("conv --bias 4", 5, "30", "you forgot the bias"),
    ("conv sample:five --kernel emboss", 0, None, "you turned the kernel"),
    ("pool", 0, "3", "you took the mean"),
    ("pool --kind average", 0, "5", "you took the largest"),
    ("conv sample:five --kernel box", 0, "45", "you did not divide"),
    ("conv sample:halves --kernel edge", 5, "-30", "you lost a minus sign"),
    ("activate -6,2 relu", 0, "-6", "you forgot the activation"),
)


@pytest.mark.parametrize(("line", "step", "typed", "said"), NAMED, ids=[said for *_, said in NAMED])
def test_a_wrong_answer_with_a_name_is_known(line, step, typed, said):
    if typed is None:
        typed = str(int(view(f"{line} --flip").walk[step].value))
    now = pressed(session(line, step), "m", *typed, "enter")
    assert said in now.said
    assert now.timeline.hides


@pytest.mark.parametrize("typed", ["--", "1/0", ".", ",", "-", "9" * 15, "/"])
def test_nonsense_is_answered(typed):
    assert pressed(session("conv", 5), "m", *typed, "enter").said
    assert pressed(session("conv", 5), "e", *typed, "enter").mode


@given(
    st.lists(st.sampled_from([*ACTIONS, *"xeu0123456789.-/,", "escape", "backspace", "tab", "up", "down"]), max_size=30)
)
def test_no_keys_lead_outside(keys):
    now = session("conv sample:five --kernel box --padding 1")
    for key in keys:
        now = now.press(key)
        assert 0 <= now.timeline.step < len(now.timeline.current)
        assert now.view.walk is now.timeline.current
    assert len(screen(now)) == 24


def test_every_new_key_is_told():
    told = {key.written for key in KEYS}
    assert {"x", "e", "u"} <= told
    assert len(screen(session("conv").press("?"))) == 24
    assert any(line.startswith("  q Ctrl-C") for line in screen(session("conv").press("?")))
    for mode, key in ((Adjusting, "x"), (Editing, "e")):
        assert mode.keys.startswith(f"{key} close")
        assert len(mode.keys) < 80


@pytest.mark.parametrize(
    "line", ['compare conv "conv --stride 2"', 'compare "net lenet5 digit" "net lenet5 digit --untrained"']
)
def test_two_commands_are_changed_and_asked_about_alone(line):
    for key in "xe":
        now = session(line).press(key)
        assert now.mode is None
        assert now.said.endswith("play one of them alone")
    assert pressed(session(line), "m", "7", "enter").mode is None


@pytest.mark.parametrize("columns", [20, 23, 24, 40])
def test_the_keys_are_told_in_any_window(columns):
    shown = screen(session("conv").press("?"), rows=200, columns=columns)
    assert all(len(line) <= columns for line in shown)
    assert "q Ctrl-C" in "\n".join(shown)
