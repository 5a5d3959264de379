"""How films are to look: steps a second, pixels."""

from cnnstep.errors import NotationError, Setting
from cnnstep.notation.matrices import one_number
from cnnstep.notation.settings import sizes, whole
from cnnstep.notation.text import quoted

SLOWEST, FASTEST = 0.1, 50
SMALLEST, LARGEST = 160, 4096
MOST_LOOPS = 65_535


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
