"""How films and figures look: what a command hands over, without loading what draws."""

from typing import NamedTuple


class Look(NamedTuple):
    """Steps a second, pixels (columns, rows; None: as usual), how often a film plays (0: for ever), and the paper."""

    fps: float = 2.0
    canvas: tuple[int, int] | None = None
    loop: int = 0
    dark: bool = False
