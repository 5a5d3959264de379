"""A pad to draw on, and what keys and the mouse do to it: pure, an event in, a pad out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.player.keys import Touch

Point: TypeAlias = tuple[float, float]
"""Row and column of the pad; a pixel's middle is a whole number."""

FULL = 255
RADIUS, SIDE = 1.3, 32
"""Half of the pen's width where the shorter side has so many pixels: strokes of 2 to 3 pixels with a soft edge."""
MOST_UNDONE = 100


class Wish(Enum):
    """What a pad asks of whoever holds it."""

    SAVE = "save"
    RUN = "run"
    WHY = "why"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, eq=False)
class Pad:
    """Levels (rows, columns) from 0 to 255, where the cursor stands, and the pen.

    `pen` is where it touches, None where it is lifted; `before` are the levels before each stroke.
    """

    levels: Array
    cursor: tuple[int, int]
    pen: Point | None = None
    before: tuple[Array, ...] = ()
    said: str = ""
    wish: Wish | None = None
    helps: bool = False

    @classmethod
    def empty(cls, rows: int, columns: int) -> "Pad":
        """Nothing drawn, the cursor in the middle."""
        return cls(np.zeros((rows, columns), np.uint8), (rows // 2, columns // 2))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn."""
        return not self.levels.any()

    def press(self, key: str) -> "Pad":
        """What a key makes of it."""
        now = replace(self, said="", wish=None, helps=False)
        action = ACTIONS.get(key)
        return action(now) if action and not (self.helps and key == HELP) else now

    def touch(self, touch: Touch, point: Point) -> "Pad":
        """What the mouse makes of it; a stroke begins on the pad, and may leave it and come back."""
        now = replace(self, said="", wish=None, helps=False)
        if touch is Touch.RELEASE:
            return now.lift()
        if touch is Touch.PRESS:
            is_inside = all(-1 < at < n for at, n in zip(point, self.levels.shape, strict=True))
            return now.begin(point) if is_inside else now
        return now if now.pen is None else now.draw(point)

    def begin(self, point: Point) -> "Pad":
        """Put the pen down, and a dot there."""
        return replace(self, pen=point, before=(*self.before, self.levels)[-MOST_UNDONE:]).draw(point)

    def draw(self, point: Point) -> "Pad":
        """Draw a line from where the pen touches."""
        levels = inked(self.levels, self.pen or point, point)
        row, column = (min(max(round(at), 0), n - 1) for at, n in zip(point, levels.shape, strict=True))
        return replace(self, levels=levels, pen=point, cursor=(row, column))

    def lift(self) -> "Pad":
        """Take the pen up."""
        return replace(self, pen=None)

    def move(self, down: int, along: int) -> "Pad":
        """Move the cursor by pixels, as far as the pad goes; the pen draws where it is down."""
        row, column = (min(max(at + by, 0), n - 1) for at, by, n in
                       zip(self.cursor, (down, along), self.levels.shape, strict=True))  # fmt: skip
        return replace(self, cursor=(row, column)) if self.pen is None else self.draw((row, column))

    def undo(self) -> "Pad":
        """Take the last stroke back, or the clearing."""
        if not self.before:
            return replace(self, said="nothing to undo")
        return replace(self, levels=self.before[-1], before=self.before[:-1], pen=None)

    def clear(self) -> "Pad":
        """Empty it; that can be undone."""
        if self.is_empty:
            return self.lift()
        before = (*self.before, self.levels)[-MOST_UNDONE:]
        return replace(self, levels=np.zeros_like(self.levels), before=before, pen=None)

    def wishing(self, wish: Wish) -> "Pad":
        """Ask for something that an empty pad cannot give."""
        return replace(self, said="draw something first") if self.is_empty else replace(self, wish=wish)


def inked(levels: Array, start: Point, end: Point) -> Array:
    """The levels with a line: as dark as before, or 255 · (radius + ½ − distance to the line), between 0 and 255."""
    at = np.indices(levels.shape, dtype=np.float64)
    a, b = (np.array(point, np.float64).reshape(2, 1, 1) for point in (start, end))
    way = b - a
    along = np.clip(((at - a) * way).sum(axis=0) / max(float((way**2).sum()), np.finfo(np.float64).tiny), 0, 1)
    distance = np.hypot(*(at - a - along * way))
    radius = RADIUS * min(levels.shape) / SIDE
    ink = FULL * np.clip(radius + 0.5 - distance, 0, 1)
    drawn: Array = np.maximum(levels, np.rint(ink).astype(np.uint8))
    return drawn


class Key(NamedTuple):
    """A row of the table: the keys, how they are written, what they do, and how."""

    names: tuple[str, ...]
    written: str
    meaning: str
    action: Callable[[Pad], Pad]


HELP = "?"
KEYS: tuple[Key, ...] = (
    Key((), "mouse", "press and draw", lambda p: p),
    Key(("left",), "←", "a pixel to the left", lambda p: p.move(0, -1)),
    Key(("right",), "→", "a pixel to the right", lambda p: p.move(0, 1)),
    Key(("up",), "↑", "a pixel up", lambda p: p.move(-1, 0)),
    Key(("down",), "↓", "a pixel down", lambda p: p.move(1, 0)),
    Key(("space",), "space", "lower the pen, or lift it",
        lambda p: p.lift() if p.pen else p.begin((float(p.cursor[0]), float(p.cursor[1])))),
    Key(("u", "backspace"), "u", "undo the last stroke", lambda p: p.undo()),
    Key(("c",), "c", "clear", lambda p: p.clear()),
    Key(("s",), "s", "save the drawing", lambda p: p.wishing(Wish.SAVE)),
    Key(("enter",), "Enter", "save it, leave, and show its way through the network", lambda p: p.wishing(Wish.RUN)),
    Key(("w", "y"), "w", "save it, leave, and show why: where the answer came from", lambda p: p.wishing(Wish.WHY)),
    Key((HELP,), HELP, "these keys", lambda p: replace(p, helps=True)),
    Key(("q", "Q", "ctrl-c"), "q Ctrl-C", "leave", lambda p: replace(p, wish=Wish.LEAVE)),
)  # fmt: skip
ACTIONS = {name: key.action for key in KEYS for name in key.names}
