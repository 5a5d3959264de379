"""cnnstep as a process: pipes, full disks, signals, encodings, a real terminal."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "cnnstep"]
TYPED = shlex.join(COMMAND)
linux = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes, signals and /dev/full are POSIX")


def call(environment, *args, **options):
    return subprocess.run([*COMMAND, *args], capture_output=True, env=environment, check=False, timeout=60, **options)


def test_a_pipe_gets_plain_text(environment):
    done = call(environment, "conv")
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert "┏" in done.stdout.decode()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "cp437", "utf-8"])
def test_any_encoding_works(environment, encoding):
    for args in (("conv",), ("conv", "sample:picture", "--stride", "2"), ("size", "--in", "9", "--k", "2", "--s", "2"),
                 ("kernels",), ("show",), ("samples",)):  # fmt: skip
        done = call({**environment, "PYTHONIOENCODING": encoding}, *args)
        assert done.returncode == 0, done.stderr
        assert not done.stderr
        text = done.stdout.decode(encoding)
        assert "size" not in args or ("→" in text) == (encoding == "utf-8")
        assert "\\u" not in text


@posix
def test_a_closed_pipe_is_quiet(environment):
    head = f"{TYPED} conv --steps all | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", head], capture_output=True, env=environment, check=False)
    assert done.stdout.decode().startswith(" conv   6×6")
    assert done.stderr == b""
    assert done.returncode == 0


@posix
@pytest.mark.parametrize(
    "args",
    [("--help",), ("--version",), ("conv", "--help"), ("conv",), ("conv", "--save", "-.npy"), ("completion", "zsh")],
)
def test_a_pipe_that_nobody_reads_is_quiet(environment, args):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*COMMAND, *args], stdout=writing, stderr=subprocess.PIPE, env=environment, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@posix
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", ["conv --json", "conv --help", "conv --steps all", "conv --save -.json"])
def test_a_short_write_is_no_success(environment, tmp_path, command, unbuffered):
    """Of a write that passes a limit the system takes the first part, as it takes 2 GB of a longer one."""
    limited = f"ulimit -f 1; trap '' XFSZ; {TYPED} {command} > {shlex.quote(str(tmp_path))}/cut"
    lone = {**environment, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(["bash", "-c", limited], capture_output=True, env=lone, check=False)
    assert done.returncode == 1
    assert b" cannot be written: File too large" in done.stderr


@posix
@pytest.mark.parametrize("args", [("conv",), ("size", "--in", "5", "--k", "3"), ("--help",), ("conv", "--json")])
def test_a_full_disk_is_one_line(environment, args):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*COMMAND, *args], stdout=full, stderr=subprocess.PIPE, env=environment, check=False)
    assert done.returncode == 1
    error, hint = done.stderr.decode().splitlines()
    assert error.startswith("Error: the output cannot be written: No space left")
    assert hint.startswith("Hint: ")


@posix
def test_a_full_disk_leaves_no_half_file(environment, tmp_path):
    limited = f"ulimit -f 1; trap '' XFSZ; {TYPED} conv sample:picture --view map --save {shlex.quote(str(tmp_path / 'map.npy'))}"
    done = subprocess.run(
        ["bash", "-c", limited], capture_output=True, env={**environment, "PYTHONDONTWRITEBYTECODE": "1"}, check=False
    )
    assert done.returncode == 1
    assert b"map.npy cannot be written: File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []


@posix
@pytest.mark.parametrize("command", ["conv", "size --in 5 --k 3", "completion bash", "conv --json"])
def test_a_closed_stdout_is_no_traceback(environment, command):
    done = subprocess.run(["bash", "-c", f"{TYPED} {command} >&-"], capture_output=True, env=environment, check=False)
    assert done.returncode == 0
    assert done.stderr == b""


@posix
def test_a_closed_stdin_is_one_line(environment):
    done = subprocess.run(["bash", "-c", f"{TYPED} conv - <&-"], capture_output=True, env=environment, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(b"Error: stdin is closed\nHint: ")


@posix
def test_a_stdin_that_cannot_be_read_is_one_line(environment):
    done = subprocess.run(
        ["bash", "-c", f"{TYPED} conv - 0>/dev/null"], capture_output=True, env=environment, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith(b"Error: stdin cannot be read: Bad file descriptor\nHint: pipe something into it")


@pytest.mark.parametrize("colour", ["never", "always"])
def test_any_width_that_is_wished_for_works(environment, colour):
    for columns in ("9" * 5000, "0", "-5", "x", "1", "²"):
        wished = {**environment, "COLUMNS": columns, "LINES": columns}
        done = call(wished, "size", "--in", "5", "--k", "3", "--color", colour)
        assert (done.returncode, done.stderr) == (0, b"")


@posix
def test_saving_to_a_device_writes_to_it(environment, tmp_path):
    (tmp_path / "out.csv").symlink_to("/dev/stdout")
    done = call(environment, "conv", "sample:five", "--json", "--save", str(tmp_path / "out.csv"))
    assert done.stdout.startswith(b"-6,12,12\n")
    assert done.returncode == 0


@linux
def test_ctrl_c_is_130_and_one_line(environment):
    process = subprocess.Popen(
        [*COMMAND, "conv", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    wait_until_reading(process.pid)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.decode().split() == ["Error:", "interrupted"]


@posix
def test_ctrl_c_where_an_exception_would_be_lost_is_one_line(environment):
    code = (
        "import os, signal, sys, click; from cnnstep.cli import main\n"
        "class Lost:\n"
        "    def __del__(self): os.kill(os.getpid(), signal.SIGINT)\n"
        "invoke = click.Context.invoke\n"
        "click.Context.invoke = lambda *args, **values: (Lost(), invoke(*args, **values))\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler); main()"
    )
    done = subprocess.run([sys.executable, "-c", code, "conv"], capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"Error: interrupted\n")


def wait_until_reading(pid):
    """Until the process sleeps in a read of its stdin (a pipe)."""
    while True:
        number, *arguments = Path(f"/proc/{pid}/syscall").read_text(encoding="utf-8").split()
        if number == "0" and arguments[0] == "0x0":
            return
        os.sched_yield()


@posix
def test_undecodable_names_are_shown_harmlessly(environment):
    done = call(environment, "conv", b"\xff\x1b[31m.png")
    assert done.returncode == 1
    assert rb"no such file: \udcff\x1b[31m.png" in done.stderr
    assert b"\x1b" not in done.stderr


@posix
def test_a_terminal_gets_colour_and_its_own_width(environment):
    import pty

    import pyte

    screen = pyte.Screen(60, 40)
    stream = pyte.ByteStream(screen)
    parent, child = pty.openpty()
    import fcntl
    import struct
    import termios

    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 60, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, "conv", "--at", "1,1"], stdout=child, stderr=child, env={**environment, "TERM": "xterm-256color"}
    )
    os.close(child)
    written = b""
    while True:
        try:
            data = os.read(parent, 65536)
        except OSError:
            break
        if not data:
            break
        written += data
    assert process.wait(timeout=30) == 0
    os.close(parent)
    assert b"\x1b[" in written
    stream.feed(written)
    assert screen.display[0].startswith(" conv   6×6 ∗ 3×3 → 4×4")
    assert max(len(line.rstrip()) for line in screen.display) <= 60
    assert any(screen.buffer[y][x].bold for y in range(5) for x in range(60))


@posix
def test_bash_completes_what_it_takes_apart(tmp_path):
    from tests.pseudo import Session

    script = tmp_path / "cnnstep"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m cnnstep "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    found = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(Path.cwd())}
    with Session(shell="exec bash --norc --noprofile -i", environment=found) as session:
        session.type('PS1=; eval "$(cnnstep completion bash)"; clear; echo rea""dy\n')
        session.until("ready")
        session.type("cnnstep conv sample:ha\t--kernel=sha\t")
        session.until("cnnstep conv sample:halves --kernel=sharpen")
