"""A live pad: it is drawn as square pixels in a frame, what is thought of it beside or below, until someone leaves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.errors import CnnstepError
from cnnstep.player.frame import keys_lines
from cnnstep.player.keys import Event, Mouse
from cnnstep.player.live import Live
from cnnstep.player.pad import FULL, KEYS, Pad, Point, Wish
from cnnstep.render.lines.fitting import Known, fitted
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Line, Page, Piece, Tone, character, padded
from cnnstep.render.lines.pictures import HALF
from cnnstep.views.page.roles import Palette, Role
from cnnstep.views.page.scene import Scene, words

TOP, LEFT = 2, 3
"""Where the pad's first pixel stands: under the title and its frame, behind the margin and its frame."""
Save: TypeAlias = Callable[[Array], str]
"""Keeps levels and says where, or raises CnnstepError."""
LEAST_BESIDE = 24
BETWEEN = 3
BAR = "q leave  ? keys  Enter run  w why  s save  u undo  c clear  space pen"


@dataclass(slots=True)
class Drawing:
    """A terminal that is ours, what stands over the pad, and what others do with its levels.

    `answer` says what is thought of them.
    """

    live: Live
    title: Line
    answer: Callable[[Array], Scene]
    save: Save

    def play(self, pad: Pad) -> Pad:
        """Until someone leaves; a pad that asks to be saved has not left while that fails."""
        shown, scene = None, Scene(())
        while pad.wish is None:
            if shown is not pad.levels:
                shown, scene = pad.levels, self.answer(pad.levels)
            body = Body(pad, self.title, scene)
            self.live.show(body.lines, "pen down" if pad.pen else "pen up", pad.said or BAR)
            for event in self.live.pressed(None):
                pad = self._granted(heeding(pad, event))
                if pad.wish:
                    break
        return pad

    def _granted(self, pad: Pad) -> Pad:
        if pad.wish in {None, Wish.LEAVE}:
            return pad
        try:
            said = self.save(pad.levels)
        except CnnstepError as error:
            return replace(pad, wish=None, said=error.message)
        return replace(pad, said=said, wish=None if pad.wish is Wish.SAVE else pad.wish)


def heeding(pad: Pad, event: Event) -> Pad:
    """What a key or the mouse makes of it."""
    return pad.touch(event.touch, point_of(event)) if isinstance(event, Mouse) else pad.press(event)


def point_of(mouse: Mouse) -> Point:
    """Where on the pad the mouse is: between the two pixels of its cell."""
    return 2 * (mouse.row - TOP) + 0.5, float(mouse.column - LEFT)


def needed(rows: int, columns: int) -> tuple[int, int]:
    """Columns and rows of a screen on which a pad of this size, a line for its answer and the last line fit."""
    return LEFT + columns + 2, TOP + -(-rows // 2) + 3


@dataclass(frozen=True, slots=True)
class Body:
    """What stands over the last line."""

    pad: Pad
    title: Line
    answer: Scene

    def lines(self, page: Page, room: int) -> list[Line]:
        """The title, the pad in its frame, and the answer beside it or below; or the keys."""
        if self.pad.helps:
            return keys_lines([(key.written, key.meaning) for key in KEYS], page)
        wide, high = needed(*self.pad.levels.shape)
        if page.width < wide or room < high - 1:
            told = words(f"the pad takes {wide} columns and {high} rows: make the window larger", indent=1)
            return list(lines(Scene((told,)), page))
        title = [piece._replace(text=page.glyphs.fit(piece.text)) for piece in self.title]
        framed = list(_framed(self.pad, page))
        beside = page.width - wide - BETWEEN + 1
        if beside < LEAST_BESIDE:
            return [title, *framed, *fitted(self.answer, page, room - 1 - len(framed), Known())]
        answer = fitted(self.answer, page._replace(width=beside), room - 1, Known())
        rows = zip_longest(framed, answer, fillvalue=Line())
        return [title, *([*padded(left, wide - 1 + BETWEEN), *right] for left, right in rows)]


def _framed(pad: Pad, page: Page) -> Iterator[Line]:
    """Two rows of pixels a line, each as wide as it is high."""
    fit, columns = page.glyphs.fit, pad.levels.shape[1]
    margin, rail = Piece(" " * (LEFT - 1)), fit("─") * columns
    side = Piece(fit("│"), Role.LABEL)
    yield [margin, Piece(fit("┌") + rail + fit("┐"), Role.LABEL)]
    for row, line in enumerate(_pixels(pad.levels, page)):
        if row == pad.cursor[0] // 2:
            sign = fit("●" if pad.pen else "┼")
            line[pad.cursor[1]] = Piece(sign, Role.CURRENT, line[pad.cursor[1]].back)
        yield [margin, side, *line, side]
    yield [margin, Piece(fit("└") + rail + fit("┘"), Role.LABEL)]


def _pixels(levels: Array, page: Page) -> Iterator[Line]:
    shades = np.pad(levels, [(0, len(levels) % 2), (0, 0)]) / FULL
    for upper, lower in zip(shades[::2], shades[1::2], strict=True):
        if page.blocks:
            tones = ([Tone(Palette.GREY, shade) for shade in line] for line in (upper.tolist(), lower.tolist()))
            yield [Piece(HALF, back=below, fore=above) for above, below in zip(*tones, strict=True)]
        else:
            yield [Piece(character(Palette.GREY, shade)) for shade in ((upper + lower) / 2).tolist()]
