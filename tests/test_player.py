"""The player in a real pseudo-terminal, seen through a terminal emulator."""

import os
import re
import select
import shlex
import signal
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal needs a POSIX system", allow_module_level=True)

from tests.pseudo import PATIENCE, Session

CONV = ("conv", "sample:halves", "--play")


def step_of(session):
    """What the timeline in the last line says."""
    found = re.findall(r"([\d,]+) of [\d,]+  ", session.screen.display[-1])
    return int(found[-1].replace(",", "")) if found else None


@pytest.mark.parametrize(
    ("keys", "step"),
    [
        ([b"\x1b[C"], 2),
        ([b"\x1bOC"], 2),
        ([b"\x1b[C\x1b[C"], 3),
        ([b"\x1b", b"[C"], 2),
        ([b"\x1b[", b"1;5C"], 2),
        ([b"l", b"n", b" ", b"h"], 3),
        ([b"\x1b[B", b"\x1b[6~"], 15),
        ([b"\x1b[F"], 16),
        ([b"1", b"2", b"\r"], 12),
        ([b"g", b"2,1", b"\r"], 10),
    ],
    ids=["csi", "ss3", "doubled", "split", "split-modified", "letters", "row-and-page", "end", "digits", "cell"],
)
def test_keys_step(keys, step):
    with Session(*CONV) as session:
        session.until("paused  1 of 16")
        for key in keys:
            session.type(key)
        text = session.until(lambda: step_of(session) == step)
        row, column = divmod(step - 1, 4)
        assert f"y[{row},{column}] = " in text
        session.type("q")
        session.until(session.ended)
        assert session.status == 0
        assert session.is_given_back()
        assert f"left at step {step} of 16" in session.text
        assert f"--at {row},{column}" in session.text


def test_a_lone_escape_is_not_an_arrow():
    with Session(*CONV) as session:
        session.until("paused  1 of 16")
        session.type("5")
        session.until("go to step 5_")
        session.type(b"\x1b")
        assert "go to" not in session.until("? keys")
        session.type("l")
        session.until(lambda: step_of(session) == 2)


def test_playing_reaches_the_end_by_itself():
    with Session(*CONV, "--fps", "50") as session:
        session.until("paused  1 of 16")
        session.type("\r")
        assert "y[3,3] = " in session.until("paused  16 of 16")


def test_help_lies_over_the_screen_and_goes_away():
    with Session(*CONV) as session:
        session.until("paused")
        session.type("?")
        assert "one row down" in session.until("go to step 12, counted from 1")
        session.type("x")
        assert "one row down" not in session.until("y[0,0] = ")


def test_answers_are_hidden_until_asked_for():
    matrix = "10.5 20.25 3.125; 7.75 8.5 9.0625; 1 2 4"
    with Session("conv", matrix, "--kernel", "0.3 1.7; 2.9 -1.1", "--play") as session:
        shown = session.until("= 50.7")
        value = re.search(r"[=≈] (\S+)$", shown.replace("\n\n", "\n"), re.MULTILINE)[1]
        assert shown.count(value) >= 1
        session.type("m")
        hidden = session.until("value hidden")
        assert value not in hidden
        assert re.search(r"\b34$", hidden, re.MULTILINE)  # a product
        session.type("M")
        hidden = session.until("value and products hidden")
        assert value not in hidden
        assert not re.search(r"\b34$", hidden, re.MULTILINE)
        session.type("m")
        assert session.until(lambda: "hidden" not in session.text) == shown


def test_layers_of_a_network():
    with Session("net", "conv vertical | relu | maxpool 2", "sample:five", "--play") as session:
        session.until("layer 1 of 3")
        opened = step_of(session)  # on the strongest window
        session.type("l\t")
        assert "relu(" in session.until("layer 2 of 3")
        session.type("\t")
        session.until("layer 3 of 3")
        session.type("\t")
        session.until("layer 1 of 3")
        assert step_of(session) == opened + 1


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 10), (60, 5), (200, 60), (20, 4)])
def test_after_a_resize_all_is_laid_out_anew(columns, rows):
    with Session("conv", "sample:picture", "--kernel", "edge", "--play") as session:
        session.until("1 of 304,964")
        session.resize(columns, rows)
        session.type("l")
        session.until(lambda: columns == 20 or step_of(session) == 2)
        session.until(lambda: re.search(r"[=≈]\s*−?\d+\s*$", session.text, re.MULTILINE))
        assert len(session.screen.display) == rows


@pytest.mark.parametrize("kind", ["SIGTERM", "SIGHUP", "SIGQUIT"])
def test_a_signal_gives_the_terminal_back(kind):
    with Session(*CONV) as session:
        session.until("paused")
        os.kill(session.pid, getattr(signal, kind))
        session.until(session.ended)
        assert session.status == 128 + getattr(signal, kind)
        assert session.is_given_back()
        assert "Traceback" not in session.text


def test_ctrl_c_leaves():
    with Session(*CONV) as session:
        session.until("paused")
        session.type(b"\x03")
        session.until(session.ended)
        assert session.status == 0
        assert session.is_given_back()


def test_ctrl_z_and_back():
    with Session(shell='"$0" -m cnnstep conv --play; echo stopped; read line; fg') as session:
        session.until("paused")
        session.type("l")
        session.until(lambda: step_of(session) == 2)
        session.type(b"\x1a")
        session.until("stopped")
        assert not session.screen.is_other
        assert not session.screen.cursor.hidden
        session.type("go on\n")
        assert "y[0,1] = " in session.until("paused  2 of 16")
        assert session.screen.is_other
        session.type("q")
        session.until(session.ended)
        assert session.is_given_back()


def test_ctrl_z_where_no_shell_can_continue_us_stops_nothing():
    with Session(*CONV) as session:
        session.until("paused")
        session.type(b"\x1al")
        session.until(lambda: step_of(session) == 2)
        assert session.screen.is_other


def test_after_a_stop_that_nobody_can_note_the_terminal_is_taken_again():
    with Session(shell='"$0" -m cnnstep conv --play; echo stopped; read line; fg') as session:
        session.until("paused")
        os.kill(os.tcgetpgrp(session.handle), signal.SIGSTOP)
        session.until("stopped")
        session.calm()
        session.type("go on\n")
        session.until("paused  1 of 16")
        assert "stopped" not in session.text
        session.type("l")
        session.until(lambda: step_of(session) == 2)
        session.type("q")
        session.until(session.ended)
        assert session.is_given_back()


@pytest.mark.parametrize("stop", ["SIGTSTP", "SIGSTOP"])
@pytest.mark.parametrize("kind", ["SIGTERM", "SIGHUP"])
def test_a_player_that_is_stopped_ends_when_it_is_killed(stop, kind):
    kill = f"kill -{kind} %1; wait -f %1; echo ended $?"
    with Session(shell=f'"$0" -m cnnstep conv --play; echo stopped; read line; {kill}') as session:
        session.until("paused")
        os.kill(os.tcgetpgrp(session.handle), getattr(signal, stop))
        session.until("stopped")
        session.calm()
        session.type("go on\n")
        assert "Traceback" not in session.until(f"ended {128 + getattr(signal, kind)}")
        assert session.is_given_back()


def test_a_player_that_is_continued_behind_another_program_waits_for_its_turn():
    behind = "read line; bg; wait %1; echo behind $?; read line; fg"
    with Session(shell=f'"$0" -m cnnstep conv --play; echo stopped; {behind}') as session:
        session.until("paused")
        session.type(b"\x1a")
        session.until("stopped")
        session.type("go on\n")
        session.until(f"behind {128 + signal.SIGTTOU}")
        session.type("go on\n")
        session.until("paused  1 of 16")
        session.type("lq")
        session.until(session.ended)
        assert "left at step 2 of 16" in session.text
        assert session.is_given_back()


@pytest.mark.parametrize("stops", [True, False], ids=["stopped", "playing"])
def test_a_window_that_is_closed_ends_the_player_without_a_word(tmp_path, stops):
    os.mkfifo(tmp_path / "said")
    said = os.open(tmp_path / "said", os.O_RDONLY | os.O_NONBLOCK)
    with Session(shell=f'"$0" -m cnnstep conv --play 2> {shlex.quote(str(tmp_path))}/said; read line') as session:
        session.until("paused")
        if stops:
            session.type(b"\x1a")
            session.until(lambda: not session.screen.is_other)
        session.hang_up()
        assert select.select([said], [], [], PATIENCE)[0], "it is still there"
        assert os.read(said, 65536) == b""
    os.close(said)


def test_keys_that_are_typed_while_the_program_starts_are_not_lost():
    with Session(*CONV) as session:
        session.type("ll")
        session.until(lambda: step_of(session) == 3)


def test_an_error_in_the_middle_gives_the_terminal_back():
    code = (
        "import sys; from cnnstep.player import frame; draw = frame.PlayerScreen.lines\n"
        "def fails(self, session):\n"
        "    if session.timeline.step == 1: raise MemoryError\n"
        "    return draw(self, session)\n"
        "frame.PlayerScreen.lines = fails\n"
        "from cnnstep.cli import main\n"
        "sys.argv = ['cnnstep', 'conv', '--play']; sys.exit(main())"
    )
    with Session(code=code) as session:
        session.until("paused")
        session.type("l")
        session.until(session.ended)
        assert session.status == 1
        assert session.is_given_back()
        assert "not enough memory" in session.text


def test_keys_come_from_the_terminal_where_stdin_is_data():
    with Session("conv", "-", "--kernel", "1 1", "--play", stdin=b"1 2 3\n4 5 6\n") as session:
        session.until("paused  1 of 4")
        session.type("l")
        assert "y[0,1] = 2·1 + 3·1 = 5" in session.until(lambda: step_of(session) == 2)
        session.type("q")
        session.until(session.ended)
        assert session.is_given_back()


def test_animate_plays_once_without_keys():
    with Session("conv", "sample:halves", "--animate", "--fps", "50") as session:
        session.until(session.ended)
        assert session.status == 0
        assert session.is_given_back()
        assert "left at step 16 of 16" in session.text


def test_keys_that_are_typed_meanwhile_are_neither_shown_nor_kept():
    with Session("conv", "sample:five", "--animate", "--fps", "4") as session:
        session.until("playing")
        session.type("abc\rqq")
        session.until(session.ended)
        assert "abc" not in session.text
        assert "left at step 9 of 9" in session.text


def test_one_cell_is_animated_alone(run):
    with Session("conv", "sample:picture", "--animate", "--at", "100,100", "--fps", "50") as session:
        session.until(session.ended)
        assert "left at step 63,901 of 304,964" in session.text


def test_a_part_of_a_walk_is_counted_as_the_screen_counts():
    with Session("conv", "sample:halves", "--play", "--steps", "10:14") as session:
        assert "step 11 of 16" in session.until("paused  11 of 16")
        session.type("13\r")
        assert "step 13 of 16" in session.until("paused  13 of 16")
        session.type("2\r")
        session.until("step 2 is not among the steps 11 to 14")


def test_nothing_is_written_when_nothing_can_be_played(run, tmp_path):
    assert run("conv", "--play", "--json", "--save", str(tmp_path / "a.gif")).exit_code == 2
    assert not list(tmp_path.iterdir())


def test_only_what_changed_is_sent():
    with Session("conv", "sample:picture", "--kernel", "edge", "--play") as session:
        session.until("1 of 304,964")
        session.type("100\r")
        session.until(lambda: step_of(session) == 100)
        before = len(session.sent)
        session.type("l")
        session.until(lambda: step_of(session) == 101)
        assert len(session.sent) - before < 4096
        before = len(session.sent)
        session.type("m\x1b[Dz")
        session.until(lambda: step_of(session) == 100)
        assert len(session.sent) - before < 6000


@pytest.mark.parametrize(
    ("environment", "reason"),
    [({"TERM": "dumb"}, "TERM=dumb"), ({"JPY_PARENT_PID": "1"}, "a notebook"), ({"TTY_INTERACTIVE": "0"}, "TTY_INTERACTIVE")],
)  # fmt: skip
def test_where_nothing_can_be_played_the_ordinary_output_comes(environment, reason):
    with Session("conv", "--play", environment=environment, rows=100) as session:
        session.until(session.ended)
        assert session.status == 0
        assert reason in session.text
        assert "feature map 4×4" in session.until("next: ")
        assert not session.screen.is_other


@pytest.mark.parametrize("how", ["--play", "--animate"])
def test_a_pipe_gets_the_ordinary_output(run, how):
    result = run("conv", how)
    assert result.exit_code == 0
    assert "the output is not a terminal" in result.stderr
    assert result.stdout == run("conv").stdout
    assert "\x1b" not in result.output


def test_what_excludes_each_other(run):
    assert "--play waits for keys" in run("conv", "--play", "--animate").stderr
    assert "--json has no player" in run("conv", "--play", "--json").stderr
    assert "--animate of 304,964 steps is long" in run("conv", "sample:picture", "--animate").stderr


@pytest.mark.parametrize("kind", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_while_saving_leaves_nothing(kind, tmp_path):
    words = ("conv", "sample:picture", "--view", "map", "--steps", "20000", "--save", str(tmp_path / "film.gif"))
    with Session(*words, rows=50) as session:
        session.until(lambda: list(tmp_path.iterdir()))
        os.kill(session.pid, getattr(signal, kind))
        session.until(session.ended)
        assert session.status == 128 + getattr(signal, kind)
        assert not list(tmp_path.iterdir())
        assert session.is_given_back()


def test_a_long_job_shows_how_far_it_is_and_takes_it_away(tmp_path):
    words = ("conv", "sample:picture", "--view", "map", "--steps", "900", "--save", str(tmp_path / "film.gif"))
    with Session(*words, rows=50) as session:
        session.until("saving")
        session.until(session.ended)
        assert "saving" not in session.until("Wrote")
        assert session.is_given_back()


def test_what_was_tried_out_is_printed_as_a_command_line():
    with Session("conv", "--play") as session:
        session.until("paused  1 of 16")
        session.type("x")
        session.until("[kernel vertical]")
        session.type("\x1b[C\x1b[A")
        session.until("[stride 2]")
        session.type("xq")
        session.until(session.ended)
        assert "next: cnnstep conv --stride 2 --at 0,0" in session.text
        assert session.is_given_back()
