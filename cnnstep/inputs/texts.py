"""Text files of any kind, whole, for those who know what should stand in them."""

from pathlib import Path

from cnnstep.errors import DataError
from cnnstep.inputs.sources import access, text
from cnnstep.notation import printable

LONGEST = 1 << 20
"""Bytes: what someone writes by hand is shorter, what is longer is another file."""


def read_text(source: str, what: str, otherwise: str) -> str:
    """A UTF-8 file; `otherwise` is what to do where there is none.

    Raises DataError for what is missing, a folder, too long to be written by hand, or no text.
    """
    name, path = printable(source), Path(source)
    with access(name, otherwise, f"name a file in it that is {what}"), path.open("rb") as stream:
        data = stream.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise DataError(f"{name} is longer than {LONGEST:,} bytes", f"is it {what}? shorten it, or name another file")
    return text(data, name, f"save {what} as UTF-8")
