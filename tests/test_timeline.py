"""The player's timeline, fed with keys: no terminal, no clock."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstep import Activation
from cnnstep.player.keys import decode
from cnnstep.player.timeline import ACTIONS, KEYS, SPEEDS, Timeline
from cnnstep.views.layers import Origin


def walk(*shape):
    return Activation("relu").walk(np.zeros(shape))


ONE = Timeline((walk(1, 3, 4),), (5,))
TWO = Timeline((walk(2, 3, 4), walk(1, 2, 3)), (5, 1), names=("layer 1", "layer 2"))
PART = Timeline((walk(1, 3, 4)[4:10],), (0,))


def pressed(timeline, *keys):
    for key in keys:
        timeline = timeline.press(key)
    return timeline


@pytest.mark.parametrize(
    ("keys", "step"),
    [
        (["right"], 6), (["l"], 6), (["n"], 6), (["space"], 6),
        (["left"], 4), (["h"], 4), (["p"], 4),
        (["down"], 9), (["j"], 9), (["up"], 1), (["k"], 1),
        (["pagedown"], 11), (["pageup"], 0), (["home"], 0), (["end"], 11),
        (["1", "enter"], 0), (["1", "2", "enter"], 11), (["1", "2", "backspace", "enter"], 0),
        (["7", "escape"], 5), (["7", "right"], 6),
        (["g", "2", ",", "3", "enter"], 11), (["g", "0", "space", "1", "enter"], 1), (["g", "0", ",", "1", ",", "1", "enter"], 5),
        (["g", "1", "space", ",", "space", "2", "enter"], 6), (["g", "1", ",", "enter"], 5),
        (["home", "left"], 0), (["end", "right"], 11), (["end", "down"], 11), (["home", "up"], 0),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else str(value),
)  # fmt: skip
def test_keys_move(keys, step):
    assert pressed(ONE, *keys).step == step


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["home", "left"], "first step"),
        (["end", "right"], "last step"),
        (["end", "down"], "no next row"),
        (["home", "up"], "no previous row"),
        (["9", "9", "enter"], "no step 99: they count from 1 to 12"),
        (["0", "enter"], "no step 0"),
        (["g", "9", ",", "9", "enter"], "no cell 9,9: the last is 2,3"),
        (["g", "enter"], "no cell"),
        (["f"], "only one filter"),
        (["tab"], "only one layer"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_said_and_changes_nothing(keys, said):
    before, after = pressed(ONE, *keys[:-1]), pressed(ONE, *keys)
    assert said in after.said
    assert after.step == before.step
    assert pressed(after, "m").said == ""


def test_filters_and_layers():
    assert pressed(TWO, "f").step == 17
    assert pressed(TWO, "f", "F").step == 5
    assert "no next filter" in pressed(TWO, "f", "f").said
    second = pressed(TWO, "tab")
    assert (second.track, second.step) == (1, 1)
    assert pressed(second, "right", "tab").step == 5
    assert pressed(second, "right", "tab", "tab").step == 2
    assert pressed(TWO, "backtab").track == 1
    assert pressed(TWO, "f", "g", "2", ",", "3", "enter").step == 23  # in the filter that is shown


def test_a_part_of_a_walk_knows_its_cells():
    assert pressed(PART, "g", "1", ",", "1", "enter").step == 1
    assert "cell 0,0 is not among the steps 5 to 10" in pressed(PART, "g", "0", ",", "0", "enter").said
    assert "no cell 9,9" in pressed(PART, "g", "9", ",", "9", "enter").said
    assert pressed(PART, "7", "enter").step == 2  # as the screen counts them
    assert "step 2 is not among" in pressed(PART, "2", "enter").said
    assert "no step 13: they count from 1 to 12" in pressed(PART, "1", "3", "enter").said


def test_playing_goes_on_to_the_end_and_stops():
    playing = pressed(ONE, "enter")
    assert playing.is_playing
    for step in range(6, 12):
        playing = playing.tick()
        assert playing.step == step
    assert not playing.is_playing
    assert playing.tick() == playing
    again = pressed(playing, "enter")
    assert (again.step, again.is_playing) == (0, True)
    assert not pressed(again, "enter").is_playing


def test_speed_has_two_ends():
    fastest = pressed(ONE, *["+"] * 20)
    assert fastest.speed == SPEEDS[-1]
    assert "faster" in fastest.said
    assert pressed(ONE, *["-"] * 20).speed == SPEEDS[0]
    assert pressed(ONE, "+", "-").speed == ONE.speed


def test_hiding_and_help_and_leaving():
    assert [pressed(ONE, *keys).hides for keys in ("", "m", "mm", "M", "MM", "Mm", "mM", "mMm")] == [
        0,
        1,
        0,
        2,
        0,
        0,
        2,
        0,
    ]
    helped = pressed(ONE, "?")
    assert helped.helps
    assert pressed(helped, "right") == ONE
    assert pressed(ONE, "q").has_left
    assert all(pressed(helped, key).has_left for key in ("q", "Q", "ctrl-c"))
    assert pressed(ONE, "g", "1", "q").has_left


@given(st.lists(st.sampled_from([*ACTIONS, *"0123456789", ",", "escape", "backspace", "x"]), max_size=40))
def test_no_keys_lead_outside(keys):
    timeline = TWO
    for key in keys:
        timeline = timeline.press(key).tick()
        assert 0 <= timeline.step < len(timeline.current)
        assert len(timeline.steps) == len(timeline.walks)


def test_every_key_is_told_once():
    names = [name for key in KEYS for name in key.names]
    assert len(names) == len(set(names))
    assert all(key.meaning and key.written for key in KEYS)


@pytest.mark.parametrize(
    ("codes", "keys"),
    [
        (b"\x1b[C", ["right"]), (b"\x1bOC", ["right"]), (b"\x1b[C\x1b[C", ["right", "right"]),
        (b"\x1b[1;5D", ["left"]), (b"\x1b[A\x1bOB", ["up", "down"]), (b"\x1b[5~\x1b[6~", ["pageup", "pagedown"]),
        (b"\x1b[H\x1b[F\x1b[1~\x1b[4~\x1bOH", ["home", "end", "home", "end", "home"]), (b"\x1b[Z\t", ["backtab", "tab"]),
        (b"\r\n", ["enter", "enter"]), (b" q?+", ["space", "q", "?", "+"]), (b"\x7f\x03", ["backspace", "ctrl-c"]),
        (b"\x1b[200~\x1b[15~", []), (b"\x1b]11;rgb:0000/0000/0000\x07l", ["l"]), (b"\x1b]8;;\x1b\\n", ["n"]), ("é€".encode(), []), (b"\x00\x01", []), (b"\x1bx", ["escape", "x"]),
        (b"\x1b\x1b[C", ["escape", "right"]),
    ],
    ids=repr,
)  # fmt: skip
def test_codes_are_keys(codes, keys):
    assert decode(codes) == (keys, b"")


@pytest.mark.parametrize("codes", [b"\x1b[C", b"\x1bOC", b"\x1b[1;5C", b"\x1b[6~"])
def test_a_split_code_waits_for_its_end(codes):
    for cut in range(1, len(codes)):
        keys, rest = decode(codes[:cut])
        assert (keys, rest) == ([], codes[:cut])
        assert len(decode(rest + codes[cut:])[0]) == 1


def owes(track, step):
    return Origin("c1[0,1,2]", track - 1, 7) if track else Origin(f"input[0,0,{step}]")


def test_why_goes_back_and_backspace_returns():
    two = TWO.switch(1).to(4)
    assert pressed(two, "w").said == "only numbers of a network come from a layer before"
    asked = replace(two, origin=owes)
    gone = pressed(asked, "w")
    assert (gone.track, gone.step, gone.said) == (0, 7, "at c1[0,1,2]")
    assert pressed(gone, "w").said == "input[0,0,7]"
    back = pressed(gone, "w", "right", "backspace")
    assert (back.track, back.step, back.trail) == (1, 4, ())
    assert pressed(back, "backspace").said == "nowhere to go back to"
