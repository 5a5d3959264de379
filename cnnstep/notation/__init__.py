"""Text to values: what people type, and nothing that needs NumPy.

`3x32x32` sizes, `0:1x2` padding, `1,60,80` places, `10:20` steps; in the other modules `1 0 -1; 1 0 -1 /2` matrices
with a divisor, and `conv edge same | relu` chains. Whatever does not parse is refused with the word that is wrong
and one that works.
"""

import re
from functools import partial

from cnnstep.errors import NotationError, Setting, printable, quoted
from cnnstep.geometry.axes import RULES, AxisPadding, PaddingRule
from cnnstep.notation.matrices import Matrices, is_literal, matrices, number, numbers, one_number

__all__ = ["Matrices", "is_literal", "matrices", "number", "numbers", "one_number", "printable", "quoted"]
"""Defined elsewhere, and read under this name."""

MOST_PIXELS = 100_000_000
SLOWEST, FASTEST = 0.1, 50  # steps a second
SMALLEST, LARGEST = 160, 4096  # pixels
MOST_LOOPS = 65_535
FROM_0 = {"dilation": "some texts count from 0: their 0 is 1; "}
"""Settings that are counted otherwise elsewhere."""
PADDING = partial(Setting, "padding")
PADDINGS = ("write ", PADDING(1), ", ", PADDING((1, 2)), ", ", PADDING("0:1"), " (before:after), or ", PADDING("same"))
RESIZE = ("write ", Setting("resize", (64, 48)), " (width x height)")


def sizes(text: str, name: str, lowest: int = 1) -> tuple[int, ...]:
    """`5`, `3x5` or `3x32x32` (also with ×), each number at least `lowest`."""
    words = re.split(r"[x×]", text.strip().lower())
    if not all(map(_is_whole, words)):
        raise NotationError(
            f"{name} {quoted(text)} is not a size",
            ("write ", Setting(name, 3), ", or ", Setting(name, (3, 5)), " (rows x columns)"),
        )
    values = tuple(map(int, words))
    if min(values) < lowest:
        wrong = next(value for value in values if value < lowest)
        why = f"{FROM_0.get(name, '')}write " if wrong == 0 else "write "
        raise NotationError(f"{name} must be {lowest} or more, not {wrong}", (why, Setting(name, max(lowest, 1))))
    return values


def _is_whole(word: str) -> bool:
    return re.fullmatch(r"[+-]?\d{1,18}", word.strip()) is not None


def whole(text: str, name: str, lowest: int = 1) -> int:
    """One whole number, at least `lowest`."""
    values = sizes(text, name, lowest) if _is_whole(text) else ()
    if len(values) != 1:
        raise NotationError(f"{name} {quoted(text)} is not one whole number", ("write ", Setting(name, max(lowest, 1))))
    return values[0]


def padding(text: str) -> PaddingRule | tuple[AxisPadding, ...]:
    """`same`, `valid`, `full`; `1`, `1x2`; or `before:after` for an uneven axis: `0:1`, `0:1x1:2`."""
    word = text.strip().lower()
    for rule in RULES:
        if word == rule:
            return rule
    sides: list[AxisPadding] = []
    if re.fullmatch(r"\d*[.,]\d+", word):
        raise NotationError(
            f"padding is whole cells, not {word}",
            ("3×3 with stride 1 keeps the size with ", PADDING(1), ", any kernel with ", PADDING("same")),
        )
    for part in re.split(r"[x×]", word):
        before, colon, after = part.partition(":")
        if not _is_whole(before) or (colon and not _is_whole(after)):
            raise NotationError(f"padding {quoted(text)} is neither a number nor same, valid, full", PADDINGS)
        sides.append((int(before), int(after if colon else before)))
    for cells in (cells for pair in sides for cells in pair):
        if int(cells) < 0:
            raise NotationError(f"padding must be 0 or more, not {cells}", ("write ", PADDING(0), ", or ", PADDING(1)))
    return tuple(sides)


def bank_shape(text: str) -> tuple[int, tuple[int, ...]] | None:
    """`8@3x3` or `3x3`: how many filters, and their size; None for anything else."""
    match = re.fullmatch(r"(?:(\d{1,6})@)?(\d{1,4}(?:[x×]\d{1,4})*)", text.strip())
    if not match or ("@" not in text and text.strip().isdecimal()):
        return None
    count, window = int(match[1] or 1), tuple(map(int, re.split(r"[x×]", match[2])))
    if not count or not all(window):
        raise NotationError(f"{quoted(text)} has no filters or no cells", "write 8@3x3 (8 filters of 3×3)")
    return count, window


def place(text: str) -> tuple[int, ...]:
    """`2,3` (row, column) or `1,2,3` (filter, row, column), counted from 0."""
    words = [word.strip() for word in text.split(",")]
    if not all(re.fullmatch(r"\d{1,18}", word) for word in words):
        raise NotationError(
            f"at {quoted(text)} is not a place", ("write ", Setting("at", "2,3"), " (row,column, counted from 0)")
        )
    return tuple(map(int, words))


def crop(text: str) -> tuple[int, ...]:
    """`X,Y,W,H`: a corner, and a width and height of at least 1."""
    try:
        corner = place(text)
    except NotationError:
        corner = ()
    if len(corner) != 4 or min(corner[2:]) < 1:
        raise NotationError(
            f"crop {quoted(text)} is not X,Y,W,H",
            ("write ", Setting("crop", (100, 50, 64, 64)), " (a corner, width, height)"),
        )
    return corner


def resize(text: str) -> tuple[int, ...]:
    """`WxH`: columns, then rows, as image programs write it."""
    try:
        size = sizes(text, "resize")
    except NotationError:
        size = ()
    if len(size) == 2 and size[0] * size[1] > MOST_PIXELS:
        raise NotationError(
            f"resize {size[0]}x{size[1]} makes {size[0] * size[1]:,} cells; the most is {MOST_PIXELS:,}", RESIZE
        )
    if len(size) != 2:
        raise NotationError(f"resize {quoted(text)} is not WxH", RESIZE)
    return size


def steps(text: str) -> slice:
    """`5` (the first five), `10:20` (as in Python: from 10, before 20, counted from 0) or `all`."""
    word = text.strip().lower()
    if word == "all":
        return slice(None)
    if re.fullmatch(r"\d{1,18}", word):
        return slice(0, int(word))
    if match := re.fullmatch(r"(\d{0,18}):(\d{0,18})", word):
        first, last = (int(side) if side else None for side in match.groups())
        return slice(first, last)
    raise NotationError(
        f"steps {quoted(text)} is neither a number nor a range",
        ("write ", Setting("steps", 5), ", ", Setting("steps", "10:20"), ", or ", Setting("steps", "all")),
    )


def fps(text: str) -> float:
    """Steps a second: `2`, `0.5`."""
    number = float(one_number(text, "fps"))
    if not SLOWEST <= number <= FASTEST:
        raise NotationError(
            f"fps {quoted(text)} is not between {SLOWEST:g} and {FASTEST}", ("write ", Setting("fps", 2))
        )
    return number


def canvas(text: str) -> tuple[int, ...]:
    """`WxH`: pixels, columns first."""
    try:
        size = sizes(text, "canvas")
    except NotationError:
        size = ()
    if len(size) != 2 or not all(SMALLEST <= side <= LARGEST for side in size):
        raise NotationError(
            f"canvas {quoted(text)} is not WxH with sides from {SMALLEST} to {LARGEST} pixels",
            ("write ", Setting("canvas", (960, 540))),
        )
    return size


def loop(text: str) -> int:
    """How often a film plays; 0 is for ever."""
    number = whole(text, "loop", 0)
    if number > MOST_LOOPS:
        raise NotationError(
            f"loop {number} is more than {MOST_LOOPS:,}",
            ("write ", Setting("loop", 3), ", or ", Setting("loop", 0), " for ever"),
        )
    return number
