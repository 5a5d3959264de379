"""The pad, fed with keys and the mouse: no terminal, no network."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstep.player.drawing import LEFT, TOP, Body, heeding, needed, point_of
from cnnstep.player.keys import Mouse, Touch, decode
from cnnstep.player.pad import ACTIONS, KEYS, MOST_UNDONE, RADIUS, Pad, Wish, inked
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.page import Page, Piece, plain
from cnnstep.views.page.scene import Scene, words

EMPTY = Pad.empty(32, 32)
POINTS = st.tuples(*[st.floats(-5, 40)] * 2)


def pressed(pad, *keys):
    for key in keys:
        pad = pad.press(key)
    return pad


def stroke(pad, *points):
    pad = pad.touch(Touch.PRESS, points[0])
    for point in points[1:]:
        pad = pad.touch(Touch.DRAG, point)
    return pad.touch(Touch.RELEASE, points[-1])


@pytest.mark.parametrize(
    ("codes", "events"),
    [
        (b"\x1b[<0;1;1M", [Mouse(Touch.PRESS, 0, 0)]),
        (b"\x1b[<0;80;24m", [Mouse(Touch.RELEASE, 23, 79)]),
        (b"\x1b[<32;300;5M", [Mouse(Touch.DRAG, 4, 299)]),
        (b"\x1b[<4;2;3M", [Mouse(Touch.PRESS, 2, 1)]),
        (b"\x1b[<0;2;3M\x1b[<32;3;3Mu\x1b[<0;3;3m",
         [Mouse(Touch.PRESS, 2, 1), Mouse(Touch.DRAG, 2, 2), "u", Mouse(Touch.RELEASE, 2, 2)]),
        (b"\x1b[<2;5;5M", []), (b"\x1b[<1;5;5M", []), (b"\x1b[<64;5;5M", []), (b"\x1b[<35;5;5M", []),
        (b"\x1b[<0;5M", []), (b"\x1b[<;;M", []), (b"\x1b[<0;1;1;1M", []), (b"\x1b[<0;1;1A", []),
        (b"\x1b[<" + b"9" * 6000 + b";1;1Mq", ["q"]),
        (b"\x1b[M !!", []), (b"\x1b[M q\xf0c", ["c"]),
    ],
    ids=["press", "release", "drag", "with shift", "between keys", "right", "middle", "wheel", "no button", "two numbers",
         "no numbers", "four numbers", "no mouse", "endless", "old code", "old code of a key"],
)  # fmt: skip
def test_codes_are_what_the_mouse_does(codes, events):
    assert decode(codes) == (events, b"")


@pytest.mark.parametrize("codes", [b"\x1b[<0;12;5M", b"\x1b[<32;120;50M", b"\x1b[<0;12;5m", b"\x1b[M !!"])
def test_a_split_code_of_the_mouse_waits_for_its_end(codes):
    for cut in range(1, len(codes)):
        events, rest = decode(codes[:cut])
        assert (events, rest) == ([], codes[:cut])
        assert decode(rest + codes[cut:]) == decode(codes)


@given(st.binary(max_size=60))
def test_no_code_is_a_trouble(codes):
    events, rest = decode(b"\x1b[<" + codes)
    pad = EMPTY
    for event in events:
        pad = heeding(pad, event)
    assert not rest or rest.startswith(b"\x1b")


@given(POINTS, POINTS)
def test_a_line_is_inked_by_its_distance(start, end):
    drawn = inked(np.zeros((32, 32), np.uint8), start, end)
    samples = np.linspace(start, end, 400)  # the distance to a line is that to the nearest of many points on it
    at = np.moveaxis(np.indices((32, 32)), 0, -1)[:, :, None]
    distance = np.sqrt(((at - samples) ** 2).sum(axis=-1)).min(axis=-1)
    assert np.abs(drawn - 255 * np.clip(RADIUS + 0.5 - distance, 0, 1)).max() < 5


def test_a_stroke_is_two_to_three_pixels_wide_with_a_soft_edge():
    line = stroke(EMPTY, (16, 4), (16, 28)).levels[:, 16]
    assert line.tolist()[13:20] == [0, 0, 204, 255, 204, 0, 0]
    smaller = stroke(Pad.empty(16, 16), (8, 2), (8, 13)).levels[:, 8]
    assert 1 <= smaller.sum() / 255 < line.sum() / 255


def test_ink_is_only_added():
    once = stroke(EMPTY, (16, 4), (16, 28))
    twice = stroke(once, (4, 16), (28, 16))
    assert (twice.levels >= once.levels).all()
    assert np.array_equal(stroke(twice, (16, 4), (16, 28)).levels, twice.levels)


def test_the_mouse_draws_from_where_it_is_pressed_to_where_it_is_let_go():
    assert stroke(EMPTY, (-5, 3), (10, 3)).is_empty  # it began outside
    assert EMPTY.touch(Touch.DRAG, (5, 5)).is_empty
    out_and_in = stroke(EMPTY, (10, 10), (10, 60), (20, 10))
    assert out_and_in.levels[10, 31]
    assert out_and_in.levels[20, 10]
    assert out_and_in.pen is None
    assert out_and_in.touch(Touch.DRAG, (1, 1)).levels is out_and_in.levels
    assert EMPTY.touch(Touch.PRESS, (10, 60)).cursor == (16, 16)
    assert stroke(EMPTY, (10, 10), (10, 60)).cursor == (10, 31)


def test_keys_draw_while_the_pen_is_down():
    assert pressed(EMPTY, "up", "left").cursor == (15, 15)
    assert pressed(EMPTY, "up", "left").is_empty
    pad = pressed(EMPTY, "space", *["right"] * 4, "space", "down")
    assert pad.levels[16, 16:21].tolist() == [255] * 5
    assert pad.levels[18].sum() == 0
    assert np.array_equal(pad.levels, stroke(EMPTY, (16, 16), (16, 20)).levels)
    assert pressed(pad, *["right"] * 99, *["down"] * 99).cursor == (31, 31)
    assert pressed(pad, *["left"] * 99, *["up"] * 99).cursor == (0, 0)


def test_strokes_and_a_clearing_are_undone_one_by_one():
    one = stroke(EMPTY, (5, 5), (9, 9))
    two = stroke(one, (20, 5), (20, 9), (25, 9))
    empty = pressed(two, "c")
    assert empty.is_empty
    assert np.array_equal(pressed(empty, "u").levels, two.levels)
    assert np.array_equal(pressed(empty, "u", "u").levels, one.levels)
    assert pressed(empty, "u", "u", "u").is_empty
    assert pressed(empty, "u", "u", "u", "u").said == "nothing to undo"
    assert pressed(EMPTY, "space", "right", "u").pen is None
    assert pressed(EMPTY, "c", "u").said == "nothing to undo"
    many = EMPTY
    for _ in range(MOST_UNDONE + 5):
        many = stroke(many, (5, 5), (9, 9))
    assert len(many.before) == MOST_UNDONE


@pytest.mark.parametrize(
    ("key", "wish"),
    [("s", Wish.SAVE), ("enter", Wish.RUN), ("w", Wish.WHY), ("y", Wish.WHY)],
)
def test_what_needs_a_drawing_is_not_asked_of_an_empty_pad(key, wish):
    assert pressed(stroke(EMPTY, (5, 5)), key).wish is wish
    assert pressed(EMPTY, key).wish is None
    assert pressed(EMPTY, key).said == "draw something first"


@pytest.mark.parametrize("key", ["q", "Q", "ctrl-c"])
def test_leaving_is_always_possible(key):
    assert pressed(EMPTY, key).wish is Wish.LEAVE
    assert pressed(EMPTY, "?", key).wish is Wish.LEAVE


def test_every_key_is_told_once_and_any_other_does_nothing():
    names = [name for key in KEYS for name in key.names]
    assert len(names) == len(set(names)) == len(ACTIONS)
    for key in ("x", "escape", "5", "tab"):
        assert np.array_equal(pressed(stroke(EMPTY, (5, 5)), key).levels, stroke(EMPTY, (5, 5)).levels)
    assert pressed(EMPTY, "?").helps
    assert not pressed(EMPTY, "?", "?").helps


def body(pad, width=80, room=23, ascii_only=True):
    scene = Scene((words("class 7"),))
    page = Page(width, Glyphs("ascii" if ascii_only else "utf-8"), blocks=not ascii_only)
    return Body(pad, [Piece(" draw")], scene).lines(page, room)


@pytest.mark.parametrize(("row", "column"), [(TOP, LEFT), (TOP + 15, LEFT + 31), (TOP + 7, LEFT + 20)])
def test_what_is_drawn_stands_where_the_mouse_is(row, column):
    pad = heeding(EMPTY, Mouse(Touch.PRESS, row, column))
    lines = [plain(line).ljust(80) for line in body(pad)]
    assert lines[row][column] == "*"  # the cursor, with the pen down
    inside = [line[LEFT : LEFT + 32] for line in lines[TOP : TOP + 16]]
    dark = {(y, x) for y, line in enumerate(inside) for x, sign in enumerate(line) if sign in "*#%@"}
    assert (row - TOP, column - LEFT) in dark
    assert all(abs(y - row + TOP) <= 1 and abs(x - column + LEFT) <= 1 for y, x in dark)
    assert point_of(Mouse(Touch.PRESS, row, column)) == (2 * (row - TOP) + 0.5, column - LEFT)


def test_two_rows_of_pixels_are_a_line_of_half_blocks():
    pad = stroke(EMPTY, (4, 4), (5, 4))
    line = body(pad, ascii_only=False)[TOP + 2]
    piece = line[2 + 7]
    assert (piece.text, piece.fore.shade, piece.back.shade) == ("▀", *(pad.levels[4:6, 7] / 255))
    odd = Pad.empty(5, 8)
    assert len(body(odd, ascii_only=False)) == 1 + 2 + 3


def test_it_fits_a_usual_window_and_a_narrow_one():
    assert needed(32, 32) <= (40, 24)
    wide, narrow = body(EMPTY), body(EMPTY, 40)
    assert "class 7" in plain(wide[1])
    assert "class 7" in plain(narrow[-1])
    for lines, width in ((wide, 80), (narrow, 40)):
        assert len(lines) <= 23
        assert max(len(plain(line)) for line in lines) <= width
    told = " ".join(plain(line).strip() for line in body(EMPTY, 30))
    assert told == "the pad takes 37 columns and 21 rows: make the window larger"
    assert len(body(EMPTY, 80, 10)) == 1
    assert "undo the last stroke" in "\n".join(map(plain, body(pressed(EMPTY, "?"))))
