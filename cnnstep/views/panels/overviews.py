"""A whole input at a glance: a curve, a picture, or some frames of a film."""

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.views.page.scene import Box, Panel
from cnnstep.views.panels.curves import signal_curve
from cnnstep.views.panels.pictures import input_picture

FRAMES = 3


def overview(
    values: Array, caption: str, columns: int, box: Box | None = None, frame: int | None = None
) -> list[Panel]:
    """Panels for an input (C, *spatial); `box` is a window in fractions of rows and columns, on `frame` of a film."""
    if values.ndim == 2:
        window = (box.left, box.right) if box else None
        return [signal_curve(channel, caption, window)._replace(columns=columns) for channel in values]
    if values.ndim == 3:
        return [input_picture(values, box, columns=columns, caption=caption)]
    spread = np.linspace(0, values.shape[1] - 1, FRAMES).round().astype(int).tolist()
    chosen = sorted({*(spread if frame is None else (spread[0], frame, spread[-1]))})
    captions = [f"{caption}, frame {chosen[0]}", *(f"frame {number}" for number in chosen[1:])]
    return [
        input_picture(values[:, number], box if frame in {None, number} else None, columns=columns, caption=text)
        for number, text in zip(chosen, captions, strict=True)
    ]
