"""Whole processes, from the shell's view, against bare imports."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.timing import best, ratio, row

TRIES = 15


def process(*args: str) -> float:
    """Seconds of a whole Python process."""
    return best(lambda: subprocess.run([sys.executable, *args], check=True, stdout=subprocess.DEVNULL), TRIES)


def main() -> None:
    """Print how many times as long as a bare import each command takes."""
    row("whole process", "takes", "compared with", "ratio")
    click, numpy = process("-c", "import click"), process("-c", "import click, numpy")
    pillow = process("-c", "import click, numpy, PIL.Image")
    show("size --in 32 --k 5", "import click", click)
    show("size --in 32 --k 5 --json", "import click", click)
    show("--help", "import click", click)
    show("conv", "+ numpy", numpy)
    show("conv sample:picture --at 100,100", "+ numpy, Pillow", pillow)
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.jpg"
        Image.fromarray(np.random.default_rng(0).integers(0, 256, (3000, 4000, 3), dtype=np.uint8)).save(photo)
        decode = f"import click, numpy as n; from PIL import Image; n.asarray(Image.open({str(photo)!r}).convert('L'))"
        show(f"conv {photo} --at 100,100", "+ decoding 12 MP", process("-c", decode))


def show(command: str, name: str, base: float) -> None:
    """One row."""
    took = process("-m", "cnnstep", *command.split())
    label = " ".join("12-megapixel.jpg" if word.endswith(".jpg") else word for word in command.split())
    row(label, f"{took * 1000:.0f} ms", name, ratio(took, base))


if __name__ == "__main__":
    main()
