"""Pixels on a terminal: the codes of three protocols, each of which fills the cells that a picture was given."""

import re
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image

from cnnstep.engine.arrays import Array
from cnnstep.render.lines.page import Placed

CHUNK = 4096
BAND = 6
"""Rows of pixels that a sixel stands for."""
COLOURS, NOTHING = 256, -1
OFFSET = 63
RUN = re.compile(r"(.)\1{3,}")


def placed_at(protocol: str, placed: Placed, indent: int) -> str:
    """Codes that draw a picture when the line below its last one has begun; the cursor comes back to there."""
    # the room is there already: a picture that scrolls the terminal would push away what stands beside it
    across = f"\x1b[{indent}C" if indent else ""
    return f"\x1b7\x1b[{placed.lines}A{across}{PROTOCOLS[protocol](placed)}\x1b8"


def kitty(placed: Placed) -> str:
    """A PNG in chunks of 4,096 characters; the terminal scales it to the cells, and answers nothing (q=2).

    https://sw.kovidgoyal.net/kitty/graphics-protocol/
    """
    data = b64encode(_png(placed)).decode()
    chunks = [data[begin : begin + CHUNK] for begin in range(0, len(data), CHUNK)]
    keys = [f"a=T,f=100,C=1,c={placed.columns},r={placed.lines},", *[""] * (len(chunks) - 1)]
    more = [*[1] * (len(chunks) - 1), 0]
    return "".join(f"\x1b_G{k}q=2,m={m};{chunk}\x1b\\" for k, m, chunk in zip(keys, more, chunks, strict=True))


def iterm(placed: Placed) -> str:
    """A PNG in one piece, scaled to the cells: https://iterm2.com/documentation-images.html."""
    png = _png(placed)
    cells = f"width={placed.columns};height={placed.lines};preserveAspectRatio=0"
    return f"\x1b]1337;File=inline=1;size={len(png)};{cells}:{b64encode(png).decode()}\x07"


def sixel(placed: Placed) -> str:
    """Bands of six rows, in each band one line for every colour; what is transparent is left as it is (P2 = 1).

    https://vt100.net/docs/vt3xx-gp/chapter14.html
    """
    red_green_blue, is_seen = placed.pixels[..., :3], placed.pixels[..., 3] > 0
    image = Image.fromarray(np.ascontiguousarray(red_green_blue)).quantize(COLOURS, dither=Image.Dither.NONE)
    numbers = np.where(is_seen, np.asarray(image).astype(np.int64), NOTHING)
    palette = np.asarray(image.getpalette()).reshape(-1, 3) * 100 / 255
    used = (number for number in np.unique(numbers).tolist() if number != NOTHING)
    table = "".join(f"#{n};2;{';'.join(map(str, np.rint(palette[n]).astype(int).tolist()))}" for n in used)
    bands = "-".join(_band(numbers[top : top + BAND]) for top in range(0, len(numbers), BAND))
    high, wide = is_seen.shape
    return f'\x1bP0;1;0q"1;1;{wide};{high}{table}{bands}\x1b\\'


def _band(numbers: Array) -> str:
    """Up to six rows: for each colour a character a column, whose bits say in which of the rows it stands."""
    columns = np.arange(numbers.shape[1])
    bits = np.zeros((COLOURS + 1, len(columns)), dtype=np.uint8)
    for row, line in enumerate(numbers):  # NOTHING is the last of the colours: it is not written
        bits[line, columns] |= 1 << row
    lines = ((n, (bits[n] + OFFSET).tobytes().decode()) for n in np.unique(numbers).tolist() if n != NOTHING)
    return "$".join(f"#{n}{RUN.sub(lambda run: f'!{len(run[0])}{run[1]}', signs)}" for n, signs in lines)


def _png(placed: Placed) -> bytes:
    written = BytesIO()
    Image.fromarray(placed.pixels).save(written, "PNG")
    return written.getvalue()


PROTOCOLS: dict[str, Callable[[Placed], str]] = {"kitty": kitty, "iterm": iterm, "sixel": sixel}
