"""`cnnstep draw` in a real pseudo-terminal: it reads what is drawn, keeps it, and leaves the terminal as it was."""

import json
import os
import re
import shlex
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnstep.cli.draw import Keeper
from cnnstep.cli.drawing import Reader
from cnnstep.cli.networks import NetworkInput
from cnnstep.cli.options import Source
from cnnstep.errors import OutputError

SEVEN = "\x1b[A" * 9 + "\x1b[D" * 5 + " " + "\x1b[C" * 11 + "\x1b[B\x1b[B\x1b[D" * 9
MOUSE_ON, MOUSE_OFF = [b"\x1b[?1002h", b"\x1b[?1006h"], [b"\x1b[?1002l", b"\x1b[?1006l"]


def reader(*size, chain="lenet5", **settings):
    return Reader.of(NetworkInput(chain, Source(), **settings), size or None)


def drawn(*size):
    levels = np.zeros(size, np.uint8)
    levels[size[0] // 5 : -size[0] // 5, size[1] // 2 : size[1] // 2 + 2] = [255, 140]
    levels[size[0] // 2] = 90
    return levels


def saved(path):
    with Image.open(path) as image:
        assert image.mode == "L"
        return np.asarray(image)


@pytest.mark.parametrize(
    ("size", "settings"),
    [
        ((32, 32), {}), ((28, 28), {}), ((64, 48), {}), ((20, 40), {}),
        ((32, 32), {"untrained": True}),
        ((12, 10), {"chain": "conv edge | relu | maxpool 2 | flatten | dense 5"}),
    ],
    ids=["its size", "padded", "resized", "both", "untrained", "a chain"],
)  # fmt: skip
def test_it_answers_what_net_answers_to_the_saved_file(run, tmp_path, size, settings):
    made, levels = reader(*size, **settings), drawn(*size)
    keeper = Keeper(tmp_path / "digit.png", False)
    keeper(levels)
    assert np.array_equal(saved(keeper.kept), levels)
    found = json.loads(run("net", made.given.chain, str(keeper.kept), *made.options, "--json").stdout)
    assert made.answers(levels).reshape(-1) == pytest.approx(np.ravel(found["map"]), rel=1e-3, abs=1e-3)


def test_nothing_is_replaced_unless_it_may_be(tmp_path):
    keeper, levels = Keeper(tmp_path / "digit.png", False), drawn(8, 8)
    assert keeper(levels).endswith("digit.png")
    assert keeper(levels).endswith("digit.png")  # it stands there already
    assert keeper(levels.copy()).endswith("digit-2.png")
    assert Keeper(tmp_path / "digit.png", False)(levels).endswith("digit-3.png")
    assert Keeper(tmp_path / "digit.png", True)(drawn(9, 9)).endswith("digit.png")
    assert saved(tmp_path / "digit.png").shape == (9, 9)
    assert len(list(tmp_path.iterdir())) == 3
    with pytest.raises(OutputError, match="no folder"):
        Keeper(tmp_path / "gone" / "digit.png", False)(levels)


MISTAKES = {
    "a pipe": ((), 1, "the output is not a terminal", "type cnnstep net lenet5 sample:digit"),
    "untrained in a pipe": (("lenet5", "--untrained"), 1, "not a terminal", "net lenet5 sample:digit --untrained"),
    "a chain in a pipe": (("dense 3", "--size", "9x7"), 1, "not a terminal", '"dense 3" sample:digit --resize 7x9'),
    "colours": (("alexnet",), 1, "alexnet takes 3×227×227, and a drawing is 1×rows×columns", "cnnstep draw"),
    "a signal": (("net.cnn",), 1, "takes 1×8, and a drawing", "cnnstep draw"),
    "maps": (("conv edge",), 1, "net gives 1×30×30", 'cnnstep draw "conv edge | flatten | dense 10"'),
    "three sizes": (("--size", "3x4x5"), 2, "not 3×4×5", "--size 32x32"),
    "no size": (("--size", "0"), 2, "must be 1 or more", "--size 1"),
    "another suffix": (("--save", "x.jpg"), 2, "saved as .png, not as x.jpg", "--save digit.png"),
    "stdout": (("--save", "-.png"), 2, "not as -.png", "--save digit.png"),
    "no folder": (("--save", "gone/x.png"), 1, "there is no folder gone", "make it first"),
    "there already": (("--save", "net.png"), 1, "net.png exists already", "--force"),
    "no weights": (("--weights", "gone.npz"), 1, "no such file: gone.npz", "--save weights.npz"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_and_a_hint(run, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.cnn").write_text("input 1x8\ndense 3\n", encoding="utf-8")
    (tmp_path / "net.png").write_bytes(b"")
    args, code, message, hint = MISTAKES[name]
    result = run("draw", *args)
    error, told = result.stderr.splitlines()
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in error
    assert hint in told


def test_the_hint_of_a_pipe_works(run):
    for args in ((), ("lenet5", "--untrained"), ("dense 3", "--size", "9x7")):
        hint = run("draw", *args).stderr.splitlines()[1].removeprefix("Hint: type cnnstep ")
        assert run(*shlex.split(hint)).exit_code == 0


if sys.platform == "win32":
    pytest.skip("a pseudo-terminal needs a POSIX system", allow_module_level=True)

from tests.pseudo import Session  # noqa: E402 - it needs one too

ROOT = Path(__file__).parent.parent


def session(folder, *args, **settings):
    """In a folder, with what it shows as signs."""
    words = " ".join(map(shlex.quote, ("draw", *args)))
    shell = f'cd {shlex.quote(str(folder))}; PYTHONPATH={shlex.quote(str(ROOT))} exec "$0" -m cnnstep {words}'
    return Session(shell=shell, environment={"NO_COLOR": "1"}, **settings)


def has_mouse(on):
    """Whether the terminal would tell of its mouse at the end."""
    return all(on.sent.rfind(a) > on.sent.rfind(b) for a, b in zip(MOUSE_ON, MOUSE_OFF, strict=True))


def is_given_back(on):
    return on.is_given_back() and not has_mouse(on) and MOUSE_ON[0] in on.sent


def test_a_digit_drawn_by_keys_is_read_saved_and_run(run, tmp_path):
    with session(tmp_path) as on:
        on.until("answers all the same")
        assert has_mouse(on)
        on.type(SEVEN)
        text = on.until("the largest is class 7")
        shown = [float(p) for p in re.findall(r"^.*│    \d  (0\.\d{4})", text, re.MULTILINE)]
        on.type("s")
        on.until("saved as digit.png")
        on.type("\r")
        on.until(on.ended)
        assert (on.status, is_given_back(on)) == (0, True)
        assert "next: cnnstep net lenet5 digit.png (the same again)" in on.until("next: ")
    found = json.loads(run("net", "lenet5", str(tmp_path / "digit.png"), "--json").stdout)
    assert shown == pytest.approx(np.ravel(found["map"]), abs=1e-4)
    assert found["answer"] == 7


def test_the_mouse_draws_and_one_key_says_why(tmp_path):
    with session(tmp_path, "--save", "mine.png") as on:
        on.until("answers all the same")
        line = [f"\x1b[<{32 * bool(n)};{14 + n};6M" for n in range(12)]
        line += [f"\x1b[<32;{25 - n};{6 + n}M" for n in range(1, 11)]
        on.type("".join(line) + "\x1b[<0;15;16m")
        assert "pen up" in on.until("@@@")
        on.type("w")
        on.until(on.ended)
        assert is_given_back(on)
        assert "of 84 products" in on.text
        assert re.search(r'next: cnnstep why lenet5 mine.png "softmax\[\d\]" --deeper', on.text)
    assert [each.name for each in tmp_path.iterdir()] == ["mine.png"]


def test_who_leaves_is_told_how_to_see_it_again(tmp_path):
    with session(tmp_path) as on:
        on.until("answers all the same")
        on.type(" \x1b[Bsq")
        on.until(on.ended)
        assert "next: cnnstep net lenet5 digit.png" in on.text
    with session(tmp_path) as on:
        on.until("answers all the same")
        on.type("s")
        on.until("draw something first")
        on.type(" q")
        on.until(on.ended)
        assert "nothing was saved" in on.text
        assert is_given_back(on)


@pytest.mark.parametrize("how", ["\x03", "SIGTERM", "SIGHUP", "SIGINT"])
def test_however_it_ends_the_terminal_is_given_back(tmp_path, how):
    with session(tmp_path) as on:
        on.until("answers all the same")
        on.type(" \x1b[B\x1b[B")
        on.until("pen down")
        assert has_mouse(on)
        if how.startswith("SIG"):
            os.kill(on.pid, getattr(signal, how))
        else:
            on.type(how)
        on.until(on.ended)
        assert on.status == (128 + getattr(signal, how) if how in {"SIGTERM", "SIGHUP"} else 0)
        assert is_given_back(on)
        assert "Traceback" not in on.text


def test_an_error_in_the_middle_gives_the_terminal_back():
    code = (
        "import sys; from cnnstep.player import pad\n"
        "def fails(*_): raise MemoryError\n"
        "pad.inked = fails\n"
        "from cnnstep.cli import main\n"
        "sys.argv = ['cnnstep', 'draw']; sys.exit(main())"
    )
    with Session(code=code) as on:
        on.until("pen up")
        on.type(" ")
        on.until(on.ended)
        assert on.status == 1
        assert is_given_back(on)
        assert "not enough memory" in on.text


def test_while_it_is_stopped_the_mouse_is_the_terminals_own():
    with Session(shell='"$0" -m cnnstep draw; echo stopped; read line; fg') as on:
        on.until("pen up")
        on.type(b"\x1a")
        on.until("stopped")
        assert not has_mouse(on)
        assert not on.screen.is_other
        on.type("go on\n")
        on.until("pen up")
        assert has_mouse(on)
        on.type("q")
        on.until(on.ended)
        assert is_given_back(on)


def test_what_cannot_be_saved_is_said_and_nothing_is_lost(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    with session(tmp_path, "--save", "folder/digit.png") as on:
        on.until("answers all the same")
        folder.rmdir()
        on.type(" \x1b[B\r")
        on.until("there is no folder folder")
        folder.mkdir()
        on.type("\r")
        on.until(on.ended)
        assert on.status == 0
    assert [each.name for each in folder.iterdir()] == ["digit.png"]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"environment": {"TERM": "dumb"}}, "TERM=dumb has no cursor"),
        ({"environment": {"JPY_PARENT_PID": "1"}}, "a notebook sends no keys"),
        ({"columns": 36}, "takes 37 columns and 21 rows"),
        ({"rows": 20}, "the window has 80 and 20"),
    ],
    ids=["dumb", "notebook", "narrow", "low"],
)  # fmt: skip
def test_where_nothing_can_be_drawn_one_line_says_why(settings, reason):
    with Session("draw", **settings) as on:
        on.until(on.ended)
        assert on.status == 1
        on.until("Hint:")
        assert reason.encode() in on.sent
        assert b"type cnnstep net lenet5 sample:digit" in on.sent
        assert MOUSE_ON[0] not in on.sent


def test_a_window_that_becomes_too_small_is_told_and_keeps_the_drawing():
    with Session("draw", "--ascii") as on:
        on.until("pen up")
        on.type(" \x1b[B\x1b[B ")
        on.until("%@%")
        on.resize(30, 10)
        on.until("make the window")
        on.resize(80, 24)
        assert "pen up" in on.until("%@%")
