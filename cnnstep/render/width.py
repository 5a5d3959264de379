"""How wide and how high the output is."""

import os
from typing import TextIO

FALLBACK = (80, 24)
MOST_DIGITS = 5


def terminal_width(out: TextIO) -> int:
    """COLUMNS if it is set, else the terminal's own width, else 80 (a pipe, a file)."""
    wished = os.environ.get("COLUMNS", "")
    if wished.isdecimal() and len(wished) <= MOST_DIGITS and int(wished):
        return int(wished)
    return terminal_size(out)[0]


def terminal_size(out: TextIO) -> tuple[int, int]:
    """Columns and rows of the terminal itself."""
    try:
        columns, rows = os.get_terminal_size(out.fileno())
    except (OSError, ValueError, AttributeError):
        return FALLBACK
    return columns or FALLBACK[0], rows or FALLBACK[1]
