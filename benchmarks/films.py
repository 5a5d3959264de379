"""Frames of a film a second, against matplotlib's animation writer on the same numbers; the memory of a long film."""

import contextlib
import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.timing import best, ratio, row
from cnnstep import Convolution, kernels
from cnnstep.render.formats.films import gif, webp
from cnnstep.render.formats.saving import Job
from cnnstep.render.theme import FigureOptions
from cnnstep.views.operations import view_of
from cnnstep.views.vocabulary import Vocabulary

SIZE = (960, 540)
DPI = 100
LONG = 5000
PROGRAM = """
import contextlib, io, sys
from cnnstep.cli import main
sys.argv[1:] = ['conv', 'sample:picture', '--kernel', 'edge', '--view', 'map', *sys.argv[1:]]
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main()
print([line for line in open('/proc/self/status') if 'VmHWM' in line][0], file=sys.stderr)
"""


def main() -> None:
    """Print frames a second, and how much memory a film of 5,000 steps needs."""
    x = np.random.default_rng(0).integers(0, 256, (10, 10), dtype=np.uint8)
    walk = Convolution(kernels["edge"]).walk(x)
    job = Job(view_of(walk, Vocabulary("conv")), FigureOptions(canvas=SIZE))
    row(f"film of {len(walk)} steps, 960×540", "ours", "matplotlib", "ratio")
    theirs = best(lambda: matplotlib_film(walk), 1)
    for name, write in (("gif", gif), ("webp", webp)):
        ours = best(lambda write=write: write(job, io.BytesIO()))  # type: ignore[misc]
        row(name, *(f"{len(walk) / took:.0f} a second" for took in (ours, theirs)), ratio(theirs, ours))
    row("memory of a film", "10 steps", f"{LONG:,} steps", "")
    row("gif, a picture of 480×640", *(f"{memory(steps)} MiB" for steps in (10, LONG)), "")


def memory(steps: int) -> int:
    """The most memory of a whole process that makes a film, in MiB (Linux)."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["--steps", str(steps), "--save", str(Path(folder) / "film.gif")]
        done = subprocess.run([sys.executable, "-c", PROGRAM, *words], check=True, capture_output=True, text=True)
        found = re.search(r"VmHWM:\s+(\d+)", done.stderr)
        return int(found[1]) // 1024 if found else 0


def matplotlib_film(walk: Any) -> None:
    """The same grids, window, products and sum; each text is made once, and changed from frame to frame."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.animation import FuncAnimation, PillowWriter
    from matplotlib.patches import Rectangle

    figure, axes = plt.subplots(2, 3, figsize=(SIZE[0] / DPI, SIZE[1] / DPI), dpi=DPI)
    x, output = walk.bound.x[0], walk.output[0]
    grids = {"input": x, "map": output, "patch": x[:3, :3], "kernel": x[:3, :3], "products": x[:3, :3]}
    places = dict(zip(grids, (axes[0, 0], axes[0, 1], axes[1, 0], axes[1, 1], axes[1, 2]), strict=True))
    texts = {name: grid(places[name], values) for name, values in grids.items()}
    for text, value in zip(texts["input"], x.ravel(), strict=True):
        text.set_text(str(value))
    axes[0, 2].axis("off")
    total = figure.text(0.02, 0.02, "")
    window, here = Rectangle((0, 0), 3, 3, fill=False, lw=3), Rectangle((0, 0), 1, 1, fill=False, lw=3)
    places["input"].add_patch(window)
    places["map"].add_patch(here)

    def draw(number: int) -> None:
        step = walk[number]
        _, i, j = step.index
        window.set_xy((j, i))
        here.set_xy((j, i))
        texts["map"][number].set_text(str(step.value))
        for name, values in (("patch", step.patch), ("kernel", step.weights), ("products", step.products)):
            for text, value in zip(texts[name], values.ravel(), strict=True):
                text.set_text(str(value))
        total.set_text(f"y[{i},{j}] = {step.value}")

    film = FuncAnimation(figure, draw, frames=len(walk), init_func=list)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        film.save(Path(folder) / "film.gif", writer=PillowWriter(fps=2))
    plt.close(figure)


def grid(axes: Any, values: Any) -> list[Any]:
    """Cells with lines between them, and a text in each."""
    rows, columns = values.shape
    axes.set(xlim=(0, columns), ylim=(rows, 0), xticks=range(columns + 1), yticks=range(rows + 1), aspect="equal")
    axes.grid(visible=True)
    axes.tick_params(labelbottom=False, labelleft=False, length=0)
    return [
        axes.text(j + 0.5, i + 0.5, "", ha="center", va="center", size=8) for i in range(rows) for j in range(columns)
    ]


if __name__ == "__main__":
    main()
