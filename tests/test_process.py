"""cnnstep as a process: pipes, full disks, signals, encodings, a real terminal."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "cnnstep"]
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
    head = f"{' '.join(COMMAND)} conv --steps all | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", head], capture_output=True, env=environment, check=False)
    assert done.stdout.decode().startswith(" conv   6×6")
    assert done.stderr == b""
    assert done.returncode == 0


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
    limited = f"ulimit -f 1; trap '' XFSZ; {' '.join(COMMAND)} conv sample:picture --view map --save {tmp_path}/map.npy"
    done = subprocess.run(
        ["bash", "-c", limited], capture_output=True, env={**environment, "PYTHONDONTWRITEBYTECODE": "1"}, check=False
    )
    assert done.returncode == 1
    assert b"map.npy cannot be written: " in done.stderr
    assert list(tmp_path.iterdir()) == []


@posix
@pytest.mark.parametrize("command", ["conv", "size --in 5 --k 3", "completion bash", "conv --json"])
def test_a_closed_stdout_is_no_traceback(environment, command):
    done = subprocess.run(
        ["bash", "-c", f"{' '.join(COMMAND)} {command} >&-"], capture_output=True, env=environment, check=False
    )
    assert done.returncode == 0
    assert done.stderr == b""


@posix
def test_a_closed_stdin_is_one_line(environment):
    done = subprocess.run(
        ["bash", "-c", f"{' '.join(COMMAND)} conv - <&-"], capture_output=True, env=environment, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith(b"Error: stdin is closed\nHint: ")


def test_any_width_that_is_wished_for_works(environment):
    for columns in ("9" * 5000, "0", "-5", "x", "1"):
        assert call({**environment, "COLUMNS": columns}, "size", "--in", "5", "--k", "3").returncode == 0


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


def wait_until_reading(pid):
    """Until the process sleeps in a read of its stdin (a pipe)."""
    while True:
        number, *arguments = Path(f"/proc/{pid}/syscall").read_text().split()
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
