"""The picture of a network, from the run to the bytes of its file."""

from functools import partial
from io import BytesIO

import cnnstep
from benchmarks.timing import best, row
from cnnstep.render.formats import pictures
from cnnstep.render.formats.saving import Job
from cnnstep.views.report import Report
from cnnstep.views.view import View

MOST = 0.3
TRIES = 5
NETWORKS = {
    "lenet5": "net lenet5 sample:digit",
    "resnet18, 32×32": "net resnet18 sample:picture --resize 32x32 --rgb",
}


def main() -> None:
    """Print the milliseconds of each; that of LeNet-5 may take 300."""
    row("a network as one picture", "ms", "at most")
    for name, line in NETWORKS.items():
        view = cnnstep.view(line)
        took = best(partial(_drawn, view), TRIES)
        row(name, f"{took * 1000:.0f}", f"{MOST * 1000:.0f}")


def _drawn(shown: View | Report) -> None:
    pictures.png(Job(shown), BytesIO())


if __name__ == "__main__":
    main()
