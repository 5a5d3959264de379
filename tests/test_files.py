"""Files are whole or absent, and nobody's work is replaced: with real processes and real signals in the middle."""

import signal
import stat
import subprocess
import sys

import numpy as np
import pytest

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals, modes and locks are POSIX")

HELD = """
import errno, io, os, signal, sys
from pathlib import Path
from cnnstep.cli import main
from cnnstep.render.formats import numbers
write = numbers.npy
def held(job, stream):
    told = write(job, stream)
    stream.flush()
    print("written", flush=True)
    sys.stdin.readline()
    return told
numbers.npy = held
"""
"""A save that waits when all is written, but has no name yet, until it gets a line."""
NO_LINKS = """
def no_link(*_): raise PermissionError(errno.EPERM, "Operation not permitted")
os.link = no_link
"""
TWICE = """
unlink, again = Path.unlink, [signal.SIGHUP]
def late(path, **settings):
    if again: os.kill(os.getpid(), again.pop())
    unlink(path, **settings)
Path.unlink = late
"""
"""A second signal, just when the first one's leavings are taken away."""
OPENED = """
def then_a_signal(opens):
    def opened(name, *args, **settings):
        found = opens(name, *args, **settings)
        if str(name).endswith(".part"): os.kill(os.getpid(), signal.SIGTERM)
        return found
    return opened
io.open, os.open = then_a_signal(io.open), then_a_signal(os.open)
"""


class Save:
    """`cnnstep conv --save` in a process of its own, begun; `before` is code that goes first."""

    def __init__(self, environment, *args, before="", ignoring=""):
        command = [sys.executable, "-c", f"{HELD}{before}\nmain()", "conv", "sample:five", "--view", "map", "--save"]
        shell = ["bash", "-c", f'trap "" {ignoring}; exec "$@"', "-"] if ignoring else []
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        self.process = subprocess.Popen([*shell, *command, *map(str, args)], env=environment, **pipes)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def is_written(self):
        return self.process.stdout.readline() == b"written\n"

    def end(self):
        """Let it go on; its exit code and what it said."""
        _, said = self.process.communicate(b"\n", timeout=60)
        return self.process.returncode, said.decode()

    def signal(self, name):
        self.process.send_signal(getattr(signal, name))
        return self.end()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("before", ["", NO_LINKS], ids=["links", "no-links"])
def test_a_file_that_appears_meanwhile_is_not_replaced(environment, tmp_path, before):
    target = tmp_path / "map.npy"
    with Save(environment, target, before=before) as save:
        assert save.is_written()
        target.write_bytes(b"mine")
        code, said = save.end()
    assert code == 1
    assert "map.npy exists already" in said
    assert "Hint: add --force" in said
    assert target.read_bytes() == b"mine"
    assert names(tmp_path) == ["map.npy"]


@pytest.mark.parametrize("before", ["", NO_LINKS], ids=["links", "no-links"])
def test_of_two_saves_to_one_name_one_succeeds(environment, tmp_path, before):
    target = tmp_path / "map.npy"
    with Save(environment, target, before=before) as first, Save(environment, target, before=before) as second:
        assert first.is_written()
        assert second.is_written()
        assert [second.end()[0], first.end()[0]] == [0, 1]
    assert np.load(target).shape == (1, 3, 3)
    assert names(tmp_path) == ["map.npy"]


def test_with_force_what_appears_meanwhile_is_replaced(environment, tmp_path):
    target = tmp_path / "map.npy"
    with Save(environment, target, "--force") as save:
        assert save.is_written()
        target.write_bytes(b"theirs")
        assert save.end()[0] == 0
    assert np.load(target).shape == (1, 3, 3)


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])
def test_a_signal_leaves_nothing(environment, tmp_path, name):
    with Save(environment, tmp_path / "map.npy") as save:
        assert save.is_written()
        code, said = save.signal(name)
    assert code == 128 + getattr(signal, name)
    assert said.split() == (["Error:", "interrupted"] if name == "SIGINT" else [])
    assert names(tmp_path) == []


@posix
def test_a_second_signal_does_not_disturb_the_undoing_of_the_first(environment, tmp_path):
    with Save(environment, tmp_path / "map.npy", before=TWICE) as save:
        assert save.is_written()
        code, said = save.signal("SIGTERM")
    assert code - 128 in {signal.SIGTERM, signal.SIGHUP}
    assert said == ""
    assert names(tmp_path) == []


@posix
def test_a_signal_while_the_file_is_opened_leaves_nothing(environment, tmp_path):
    with Save(environment, tmp_path / "map.npy", before=OPENED) as save:
        assert not save.is_written()
        assert save.end() == (128 + signal.SIGTERM, "")
    assert names(tmp_path) == []


@posix
@pytest.mark.parametrize("name", ["SIGHUP", "SIGQUIT", "SIGINT", "SIGTERM"])
def test_a_signal_that_is_ignored_stays_ignored(environment, tmp_path, name):
    with Save(environment, tmp_path / "map.npy", ignoring=name.removeprefix("SIG")) as save:
        assert save.is_written()
        assert save.signal(name)[0] == 0
    assert names(tmp_path) == ["map.npy"]


@posix
def test_what_a_killed_process_left_goes_with_the_next_save(run, environment, tmp_path):
    with Save(environment, tmp_path / "alive.npy") as alive, Save(environment, tmp_path / "killed.npy") as killed:
        assert alive.is_written()
        assert killed.is_written()
        killed.process.kill()
        killed.process.wait()
        assert len(names(tmp_path)) == 2
        assert run("conv", "--save", str(tmp_path / "next.csv")).exit_code == 0
        assert len(names(tmp_path)) == 2
        assert alive.end()[0] == 0
    assert names(tmp_path) == ["alive.npy", "next.csv"]


@posix
def test_a_part_that_is_swept_before_it_is_locked_is_made_again(run, tmp_path, monkeypatch):
    from cnnstep.render import files

    lock, swept = files.flock, []

    def late(stream, how):
        if not swept:
            (part,) = tmp_path.iterdir()
            swept.append(part.unlink())
        lock(stream, how)

    monkeypatch.setattr(files, "flock", late)
    assert run("conv", "--save", str(tmp_path / "map.npy")).exit_code == 0
    assert swept
    assert np.load(tmp_path / "map.npy").shape == (1, 4, 4)


@posix
def test_a_file_that_replaces_another_is_not_setuid(run, tmp_path):
    target = tmp_path / "map.npy"
    target.touch()
    target.chmod(0o6750)
    assert run("conv", "--save", str(target), "--force").exit_code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o750


@posix
@pytest.mark.parametrize("name", ["a" * 251, "😀" * 62], ids=["ascii", "four bytes a character"])
def test_a_name_may_be_as_long_as_the_disk_allows(run, tmp_path, name):
    assert run("conv", "--save", str(tmp_path / f"{name}.npy")).exit_code == 0
    refused = run("conv", "--save", str(tmp_path / f"{name}aaaa.npy"))
    assert refused.exit_code == 1
    assert "cannot be written: File name too long" in refused.stderr
    assert names(tmp_path) == [f"{name}.npy"]


@pytest.mark.parametrize("kind", ["SIGINT", "SIGTERM"])
def test_a_signal_is_not_lost_where_python_drops_exceptions(tmp_path, kind):
    """In a `__del__` what is raised is dropped: the save ends all the same, and leaves nothing."""
    code = (
        "import os, signal, sys; from pathlib import Path; from cnnstep.render.files import whole_file\n"
        f"class Lost:\n    def __del__(self): os.kill(os.getpid(), signal.{kind})\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "with whole_file(Path(sys.argv[1])) as stream:\n"
        "    Lost()\n"
        "    while True: stream.write(b'1')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "out.bin"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == (128 + 15 if kind == "SIGTERM" else -2)
    assert "ignored" not in done.stderr
    assert not [*tmp_path.iterdir()]
