"""Which channels the filters of a convolution read, where that is not all of them: the tables of LeNet's paper."""

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.errors import GeometryError, NotationError
from cnnstep.notation import quoted

CONNECTIONS = {
    "lenet": "0+1+2,1+2+3,2+3+4,3+4+5,0+4+5,0+1+5,0+1+2+3,1+2+3+4,2+3+4+5,0+3+4+5,0+1+4+5,0+1+2+5,"
    "0+1+3+4,1+2+4+5,0+2+3+5,0+1+2+3+4+5",
}
"""Name → the channels of each filter. lenet: LeCun, Bottou, Bengio, Haffner 1998, Table I."""


def connections(text: str, filters: int, channels: int) -> Array:
    """Read a table's name, or `0+1,1+2`: filter 0 reads channels 0 and 1, filter 1 reads 1 and 2.

    Returns which channel is read by which filter, (filters, channels). Raises NotationError for words,
    GeometryError for a table that does not fit.
    """
    rows = CONNECTIONS.get(text.lower(), text).split(",")
    if len(rows) != filters:
        raise GeometryError(
            f"{len(rows)} lists of channels do not fit {filters} filters", "give a list for each filter: reads 0+1,1+2"
        )
    mask = np.zeros((len(rows), channels), dtype=bool)
    for row, told in enumerate(rows):
        for word in told.split("+"):
            # isdecimal alone takes the digits of every script, isdigit also ², which int() refuses
            if not word.isascii() or not word.isdecimal():
                raise NotationError(
                    f"{quoted(word)} is no channel",
                    f"write reads 0+1,1+2 (a list for each filter), or {', '.join(CONNECTIONS)}",
                )
            if int(word) >= channels:
                raise GeometryError(
                    f"filter {row} reads channel {word}, but {channels} arrive, counted from 0",
                    f"name channels up to {channels - 1}",
                )
            mask[row, int(word)] = True
    return mask
