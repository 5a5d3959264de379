"""A sign of life: after a while, on a terminal, and gone again."""

import io

import pytest

from cnnstep.networks.network import Network
from cnnstep.render.formats.progress import Waiting, awaited, watched


class Screen(io.StringIO):
    def isatty(self):
        return True


class Clock:
    """A timer that rings when it is told to."""

    def __init__(self, seconds, ring):
        self.seconds, self.ring, self.is_cancelled = seconds, ring, False
        Clock.last = self

    def start(self):
        assert self.daemon

    def cancel(self):
        self.is_cancelled = True


class AtOnce(Clock):
    def start(self):
        self.ring()


def terminal(monkeypatch):
    """A terminal as stderr; not by a fixture, for tests have another stderr than what is set up before them."""
    found = Screen()
    monkeypatch.setattr("sys.stderr", found)
    return found


def shown(text):
    """What stands in the line in the end."""
    return text.rpartition("\r")[2]


def test_a_line_stands_while_something_takes_long(monkeypatch):
    screen = terminal(monkeypatch)
    with Waiting("reading x.npy", Clock) as line:
        assert screen.getvalue() == ""
        Clock.last.ring()
        assert shown(screen.getvalue()) == " reading x.npy ..."
        line.say("layer 2")
        assert screen.getvalue().endswith("\r layer 2 ...      \r layer 2 ...")
    assert screen.getvalue().endswith("\r            \r")
    assert Clock.last.is_cancelled


def test_what_is_fast_says_nothing(monkeypatch):
    screen = terminal(monkeypatch)
    with Waiting("x", Clock) as line:
        line.say("y")
    Clock.last.ring()
    assert screen.getvalue() == ""


def test_nobody_sees_a_pipe(monkeypatch):
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    with Waiting("x", AtOnce):
        pass
    assert list(watched([1, 2])) == [1, 2]
    assert pipe.getvalue() == ""


def test_the_line_is_no_wider_than_the_terminal(monkeypatch):
    screen = terminal(monkeypatch)
    monkeypatch.setenv("COLUMNS", "20")
    with Waiting("x" * 99, AtOnce):
        assert len(shown(screen.getvalue())) == 19


def test_steps_are_counted_and_parts_are_handed_on_without_a_line(monkeypatch):
    screen = terminal(monkeypatch)
    monkeypatch.setattr("cnnstep.render.formats.progress.Waiting.__init__.__defaults__", (AtOnce,))
    seen = [(step, shown(screen.getvalue())) for step in watched(range(4))]
    assert seen == [(n, f" saving: {25 * n} % of 4 ...") for n in range(4)]
    assert [(part, shown(screen.getvalue())) for part in awaited(iter("ab"), "computing")] == [("a", ""), ("b", "")]
    assert "computing ..." in screen.getvalue()


def test_a_network_that_takes_too_long_is_refused_with_its_last_layer(run, monkeypatch):
    monkeypatch.setattr(Network, "operation", lambda *_: pytest.fail("it was begun"))
    for more in ((), ("--layer", "2"), ("--json",)):
        result = run("net", "conv 1000@3x3 | conv 1000@3x3", "sample:picture", *more)
        assert result.exit_code == 1
        assert "2,727,368,676,000" in result.stderr
        assert "the most is 40,000,000,000" in result.stderr
