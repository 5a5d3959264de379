"""Real pixels on a terminal: what is written is decoded again, and where it is drawn; how a terminal is asked."""

import base64
import fcntl
import io
import os
import re
import struct
import sys

import numpy as np
import pytest
from PIL import Image

from cnnstep import view
from cnnstep.render import capabilities
from cnnstep.render.capabilities import Capabilities
from cnnstep.render.lines.page import Placed
from cnnstep.render.protocols import PROTOCOLS
from cnnstep.render.terminal import PIXELS, Terminal
from cnnstep.render.theme import colour
from cnnstep.views.page.roles import Palette

CELL = (10, 20)
DIGIT = ("conv", "sample:digit", "--kernel", "edge", "--at", "20,20")
DRAWN = re.compile(r"\x1b7\x1b\[(\d+)A(?:\x1b\[(\d+)C)?(.*?)\x1b8", re.DOTALL)
CODES = {"kitty": "\x1b_G", "iterm": "\x1b]1337;", "sixel": "\x1bP"}


def from_kitty(code):
    chunks = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", code)
    assert "".join(f"\x1b_G{keys};{data}\x1b\\" for keys, data in chunks) == code
    keys = [dict(pair.split("=") for pair in keys.split(",")) for keys, _ in chunks]
    assert keys[0].items() >= {"a": "T", "f": "100", "C": "1", "q": "2"}.items()
    assert [each["m"] for each in keys] == ["1"] * (len(keys) - 1) + ["0"]
    assert all(len(data) == 4096 for _, data in chunks[:-1])
    assert 0 < len(chunks[-1][1]) <= 4096
    png = base64.b64decode("".join(data for _, data in chunks))
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")), int(keys[0]["c"]), int(keys[0]["r"])


def from_iterm(code):
    found = re.fullmatch(
        r"\x1b]1337;File=inline=1;size=(\d+);width=(\d+);height=(\d+);preserveAspectRatio=0:([^\x07]*)\x07", code
    )
    png = base64.b64decode(found[4])
    assert len(png) == int(found[1])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")), int(found[2]), int(found[3])


def from_sixel(code):
    """A decoder of its own: colours in per cent, six rows a character, !n repeats, $ goes back, - goes down."""
    body = re.fullmatch(r'\x1bP0;1;0q"1;1;(\d+);(\d+)(.*)\x1b\\', code, re.DOTALL)
    wide, high = int(body[1]), int(body[2])
    pixels = np.zeros((high, wide, 4), np.uint8)
    table, number, x, top = {}, None, 0, 0
    for token in re.findall(r"#\d+(?:;2;\d+;\d+;\d+)?|!\d+.|[$-]|[?-~]|.", body[3]):
        if token[0] == "#" and ";" in token:
            key, _, *parts = token[1:].split(";")
            table[key] = [round(int(part) * 255 / 100) for part in parts]
        elif token[0] == "#":
            number = token[1:]
        elif token in "$-":
            x, top = 0, top + 6 * (token == "-")
        else:
            count, sign = (int(token[1:-1]), token[-1]) if token[0] == "!" else (1, token)
            assert "?" <= sign <= "~"
            for row in (row for row in range(6) if (ord(sign) - 63) >> row & 1):
                assert not pixels[top + row, x : x + count, 3].any(), "no pixel is drawn twice"
                pixels[top + row, x : x + count] = (*table[number], 255)
            x += count
            assert x <= wide
    assert len(table) <= 256
    return pixels, wide // CELL[0], high // CELL[1]


DECODERS = {"kitty": from_kitty, "iterm": from_iterm, "sixel": from_sixel}
ROUNDED = {"kitty": 0, "iterm": 0, "sixel": 3}
"""Levels by which a colour may differ: sixels have 256 of them, in per cent."""


def drawn(text, protocol):
    """Each picture with the line and the column where it begins."""
    found, lines, end = [], 0, 0
    for match in DRAWN.finditer(text):
        lines += text[end : match.start()].count("\n")
        end = match.end()
        pixels, columns, rows = DECODERS[protocol](match[3])
        assert rows == int(match[1])
        found.append((lines - rows, int(match[2] or 0), columns, pixels))
    return found


@pytest.mark.parametrize("protocol", DECODERS)
def test_what_is_written_is_the_picture_in_its_place(run, protocol):
    text = run(*DIGIT, "--pixels", protocol, "--color", "always", COLORTERM="truecolor").output
    plain = re.sub(r"\x1b\[[0-9;]*m", "", DRAWN.sub("", text)).split("\n")
    above = next(number for number, line in enumerate(plain) if "feature map" in line)
    before, after = drawn(text, protocol)
    for (line, column, columns, pixels), caption in ((before, "input 28×28"), (after, "feature map 26×26")):
        assert (line, column) == (above + 1, plain[above].index(caption))
        assert pixels.shape[:2] == (15 * CELL[1], columns * CELL[0])
        # the room of the picture is blank
        assert not any(plain[line + row][column : column + columns].strip() for row in range(15))
    assert before[2] == after[2]
    walk = view(list(DIGIT)).walk
    x = walk.bound.x[0]
    for row, column in ((0, 0), (5, 14), (8, 20), (27, 27), (26, 3)):
        middle = [round((place + 0.5) * size / 28) for place, size in zip((row, column), before[3].shape, strict=False)]
        assert before[3][*middle].tolist() == pytest.approx([*[x[row, column]] * 3, 255], abs=ROUNDED[protocol])
    legend = np.abs(walk.output).max()
    for row, column in ((0, 0), (4, 8), (5, 14), (19, 25), (20, 19), (20, 21), (25, 25)):
        found = after[3][
            *[round((n + 0.5) * size / 26) for n, size in zip((row, column), after[3].shape, strict=False)]
        ]
        if (row, column) < (20, 20):
            expected = colour(Palette.DIVERGING, walk.output[0, row, column] / legend)
            assert found.tolist() == pytest.approx([*expected, 255], abs=ROUNDED[protocol] + 1)
        else:
            assert found[3] == 0


@pytest.mark.parametrize("protocol", DECODERS)
@pytest.mark.parametrize("size", [(1, 1), (6, 7), (37, 61), (120, 200)])
def test_pixels_are_decoded_as_they_were(protocol, size):
    rng = np.random.default_rng(sum(size))
    # few colours, so that sixels have them all, and some pixels that are not there
    pixels = rng.choice(np.array([0, 51, 102, 255], np.uint8), (*size, 4))
    pixels[..., 3] = np.where(rng.random(size) < 0.3, 0, 255)
    found, *_ = DECODERS[protocol](PROTOCOLS[protocol](Placed(pixels, 4, 2)))
    is_seen = pixels[..., 3] > 0
    assert np.array_equal(found[..., 3] > 0, is_seen)
    assert np.abs(found[is_seen].astype(int) - pixels[is_seen]).max(initial=0) <= ROUNDED[protocol]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), None),
        (("--color", "always"), None),
        (("--pixels", "kitty"), None),
        (("--pixels", "auto", "--color", "always"), None),
        (("--pixels", "blocks", "--color", "always"), "▀"),
        (("--pixels", "ascii", "--color", "always"), "@"),
        (("--pixels", "sixel", "--color", "always"), "\x1bP0;1;0q"),
        (("--pixels", "kitty", "--color", "always", "--ascii"), "\x1b_Ga=T"),
        (("--pixels", "kitty", "--color", "never"), None),
    ],
    ids=lambda words: "-".join(words or ("nothing",)) if isinstance(words, tuple) else "",
)
def test_a_pipe_has_pixels_only_where_they_are_asked_for(run, words, code):
    text = run(*DIGIT, *words, COLORTERM="truecolor").output
    assert [name for name, start in CODES.items() if start in text] == [
        n for n, s in CODES.items() if code and s in code
    ]
    assert (code or "") in text
    assert "▀" not in text or code == "▀" or "always" in words


def test_kinds_of_pixels_are_named(run):
    text = run("conv", "--help").output
    assert all(kind in text[text.index("--pixels") :] for kind in PIXELS)
    refused = run("conv", "--pixels", "regis")
    assert refused.exit_code == 2
    assert all(kind in refused.stderr for kind in PIXELS)


if sys.platform != "win32":
    import pty
    import select
    import termios
    import threading
    import tty

    from tests.pseudo import Session

    ALL = b"\x1b[?62;22c"
    SIXEL = b"\x1b[?62;4;22c"
    SIZE = b"\x1b[6;20;10t"
    FINE = b"\x1b_Gi=31;OK\x1b\\" + ALL
    ITERM = b"\x1bP>|iTerm2 3.5.0\x1b\\"


@pytest.fixture
def terminal():
    """Both ends of a terminal: who shows, and who runs in it; 80×24 cells of 8×16 pixels."""
    shows, runs = pty.openpty()
    fcntl.ioctl(runs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 640, 384))
    yield shows, runs
    os.close(shows)
    os.close(runs)


def answering(shows, answers):
    """Someone who answers each question that ends in DA1, in turn; and what was asked."""
    asked = bytearray()

    def listen():
        for number, answer in enumerate(answers, 1):
            while asked.count(b"\x1b[c") < number:
                asked.extend(os.read(shows, 1))
            os.write(shows, answer)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    return thread, asked


def left(runs):
    """What can still be read, by who takes every key at once."""
    mode = termios.tcgetattr(runs)
    tty.setraw(runs, termios.TCSANOW)
    found = os.read(runs, 999) if select.select([runs], [], [], 0)[0] else b""
    termios.tcsetattr(runs, termios.TCSANOW, mode)
    return found


needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs a POSIX system")
LONG, SHORT = 20.0, 0.01


@needs_pty
@pytest.mark.parametrize(
    ("answers", "seconds", "found"),
    [
        (["SIZE+ALL", "FINE"], LONG, ("kitty", (10, 20))),
        (["SIZE+SIXEL", "FINE"], LONG, ("kitty", (10, 20))),
        (["SIZE+SIXEL", "ALL"], LONG, ("sixel", (10, 20))),
        (["SIXEL", "ALL"], LONG, ("sixel", (8, 16))),
        (["ITERM+SIZE+SIXEL", "ALL"], LONG, ("iterm", (10, 20))),
        (["SIZE+ALL", "ALL"], LONG, (None, (10, 20))),
        (["SIZE+ALL", "REFUSED+ALL"], LONG, (None, (10, 20))),
        (["FORTY"], LONG, None),
        (["GARBAGE"], SHORT, None),
        ([], SHORT, None),
        (["SIZE+SIXEL"], SHORT, ("sixel", (10, 20))),
        (["TINY+SIXEL", "ALL"], LONG, ("sixel", (8, 16))),
    ],
    ids=[
        "kitty", "kitty before sixel", "sixel", "sixel, its cells unsaid", "iterm", "no", "kitty that refuses",
        "no attribute 4 but 40", "garbage", "nothing", "silent when asked again", "cells of no size",
    ],
)  # fmt: skip
def test_a_terminal_is_asked(terminal, answers, seconds, found):
    shows, runs = terminal
    table = {
        "SIZE": SIZE, "ALL": ALL, "SIXEL": SIXEL, "FINE": FINE, "ITERM": ITERM, "GARBAGE": b"\x1b[?62;4hello\x07\xff",
        "REFUSED": b"\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\", "FORTY": b"\x1b[?40;44c", "TINY": b"\x1b[6;0;0t",
    }  # fmt: skip
    told = [b"".join(table[name] for name in answer.split("+")) for answer in answers]
    if answers == ["FORTY"]:
        told.append(ALL)
        found = (None, (8, 16))
    before = termios.tcgetattr(runs)
    thread, asked = answering(shows, told)
    assert capabilities.ask(runs, seconds) == Capabilities(*(found or ()))
    if told and seconds == LONG:
        thread.join()
    assert termios.tcgetattr(runs) == before
    assert left(runs) == b""
    # what the kitty protocol asks is never shown to who does not answer
    assert (b"\x1b_G" in asked) <= (len(told) > 0)


@needs_pty
def test_what_is_typed_ahead_is_left_to_who_reads_next(terminal):
    shows, runs = terminal
    os.write(shows, b"ls")
    assert capabilities.ask(runs, LONG) == Capabilities()
    assert left(runs) == b"ls"


@needs_pty
def test_an_answer_that_comes_too_late_is_forgotten(terminal, monkeypatch):
    shows, runs = terminal
    ends = []
    monkeypatch.setattr("atexit.register", ends.append)
    assert capabilities.ask(runs, 0) == Capabilities()
    os.write(shows, SIZE + SIXEL)
    (forget,) = ends
    forget()
    assert left(runs) == b""


@needs_pty
def test_an_interruption_gives_the_terminal_back(terminal, monkeypatch):
    _, runs = terminal
    before = termios.tcgetattr(runs)
    answers = iter([([], [], [])])
    monkeypatch.setattr("select.select", lambda *_: next(answers, None) or interrupted())

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        capabilities.ask(runs, LONG)
    assert termios.tcgetattr(runs) == before


@needs_pty
@pytest.mark.parametrize(
    "environment",
    [
        {"TERM": "dumb"}, {"TERM": "linux"}, {"TERM": "screen-256color"}, {"TERM": "tmux-256color"}, {"TERM": ""},
        {"TMUX": "/tmp/tmux"}, {"STY": "1.pts"}, {"CI": "true"}, {"JPY_PARENT_PID": "7"},
        {"TERM_PROGRAM": "Apple_Terminal"}, {"INSIDE_EMACS": "29"},
    ],
    ids=lambda each: "=".join(*each.items()),
)  # fmt: skip
def test_who_cannot_answer_is_not_asked(terminal, environment):
    shows, runs = terminal
    with os.fdopen(os.dup(runs), "w", encoding="utf-8") as out:
        assert capabilities.capabilities(out, {"TERM": "xterm", **environment}) == Capabilities()
    assert not select.select([shows], [], [], 0)[0]


@needs_pty
@pytest.mark.parametrize(
    "words", [{"pixels": "blocks"}, {"pixels": "ascii"}, {"colour": "never"}, {"ascii_only": True}]
)
def test_where_pixels_are_not_wanted_no_one_is_asked(terminal, words):
    shows, runs = terminal
    with os.fdopen(os.dup(runs), "w", encoding="utf-8") as out:
        assert Terminal(out, **words).page.cell() is None
    assert not select.select([shows], [], [], 0)[0]


class Asked(Session):
    """A terminal that answers questions."""

    answers: tuple[bytes, ...] = ()
    answered = 0

    def _pump(self, seconds):
        found = super()._pump(seconds)
        while self.answered < min(self.sent.count(b"\x1b[c"), len(self.answers)):
            self.type(self.answers[self.answered])
            self.answered += 1
        return found


@needs_pty
def test_a_terminal_with_pixels_gets_them_and_nothing_is_left_at_the_prompt():
    shell = (
        '"$0" -m cnnstep conv sample:digit --kernel edge --at 20,20; stty -icanon; read -t 0 && echo LEFT || echo CLEAN'
    )
    with Asked(shell=shell, environment={"CI": "", "TMUX": "", "STY": ""}) as session:
        session.answers = (SIZE + ALL, FINE)
        session.until(lambda: b"CLEAN" in session.sent or b"LEFT" in session.sent)
        assert b"LEFT" not in session.sent
        assert session.sent.count(b"\x1b_Ga=T") == 2
        assert "▀".encode() not in session.sent


@needs_pty
def test_the_player_has_blocks():
    with Asked(*DIGIT, "--play", "--pixels", "kitty", environment={"CI": "", "COLORTERM": "truecolor"}) as session:
        session.answers = (SIZE + ALL, FINE)
        assert "▀▀▀" in session.until("paused")
        assert b"\x1b_G" not in session.sent
