"""How wide the output is."""

import os
from typing import TextIO

FALLBACK = 80
MOST_DIGITS = 5


def terminal_width(out: TextIO) -> int:
    """COLUMNS if it is set, else the terminal's own width, else 80 (a pipe, a file)."""
    wished = os.environ.get("COLUMNS", "")
    if wished.isdecimal() and len(wished) <= MOST_DIGITS and int(wished):
        return int(wished)
    try:
        return os.get_terminal_size(out.fileno()).columns or FALLBACK
    except (OSError, ValueError, AttributeError):
        return FALLBACK
