"""From one frame of a film to the next: where they differ, and how long each stays."""

from collections.abc import Iterator

import numpy as np

from cnnstep.engine.arrays import Array


def changed(before: Array | None, frame: Array) -> tuple[int, int, int, int]:
    """Rows and columns of the smallest box with all that differs; one pixel where nothing does."""
    if before is None:
        return 0, frame.shape[0], 0, frame.shape[1]
    differs = before != frame
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not rows.size:
        return 0, 1, 0, 1
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def durations(fps: float, ticks: int) -> Iterator[int]:
    """How long each frame stays, in ticks of which a second has so many; what is rounded off, the next one gets."""
    number = spent = 0
    while True:
        number += 1
        until = round(number * ticks / fps)
        yield until - spent
        spent = until
