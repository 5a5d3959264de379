"""The player: from the command to the first frame against bare imports, and how long a redraw takes."""

import os
import pty
import statistics
import subprocess
import sys
import time

import numpy as np

from benchmarks.timing import best, ratio, row
from cnnstep import Convolution, kernels
from cnnstep.player.frame import PlayerScreen
from cnnstep.player.session import Session
from cnnstep.player.timeline import Timeline
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.page import Page
from cnnstep.render.screen import Screen, Styles
from cnnstep.views.operations import view_of
from cnnstep.views.vocabulary import Vocabulary

REDRAWS = 60
TRIES = 7


def main() -> None:
    """Print both."""
    row("start to first frame", "takes", "import all four", "ratio")
    imports = best(
        lambda: subprocess.run([sys.executable, "-c", "import click, numpy, rich.console, PIL.Image"], check=True),
        TRIES,
    )
    for command in ("conv --play", "conv sample:picture --kernel edge --play"):
        took = min(first_frame(*command.split()) for _ in range(TRIES))
        row(command, f"{took * 1000:.0f} ms", f"{imports * 1000:.0f} ms", ratio(took, imports))
    rng = np.random.default_rng(0)
    row("a redraw of the player", "80×24", "200×60", "of 16 ms")
    for name, shape in (("6×6", (6, 6)), ("12 megapixels", (3000, 4000))):
        x = rng.integers(0, 256, shape, dtype=np.uint8)
        x.flags.writeable = False
        times = [redraw(x, columns, rows) for columns, rows in ((80, 24), (200, 60))]
        row(name, *(f"{took * 1000:.1f} ms" for took in times), f"{max(times) / 0.016:.2f}×")


def first_frame(*args: str) -> float:
    """Seconds until the timeline stands on the screen of a pseudo-terminal."""
    start = time.perf_counter()
    pid, handle = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, "-m", "cnnstep", *args])
    seen = b""
    while b"paused" not in seen:
        seen += os.read(handle, 65536)
    took = time.perf_counter() - start
    os.write(handle, b"q")
    while True:
        try:
            if not os.read(handle, 65536):
                break
        except OSError:
            break
    os.waitpid(pid, 0)
    os.close(handle)
    return took


def redraw(x: np.ndarray, columns: int, rows: int) -> float:
    """The usual seconds from a key to the codes that are sent."""
    walk = Convolution(kernels["edge"]).walk(x)
    view = view_of(walk, Vocabulary("conv"))
    frames, screen = (
        PlayerScreen(Page(columns, Glyphs(), blocks=True), rows),
        Screen(columns, rows, Styles("truecolor")),
    )
    session = Session((view,), Timeline((walk,), (0,)))
    screen.draw(frames.lines(session))
    times = []
    for _ in range(REDRAWS):
        session = session.press("home" if session.timeline.is_at_end else "l")
        start = time.perf_counter()
        screen.draw(frames.lines(session))
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
