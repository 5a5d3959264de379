"""What a walk can be saved as: one writer a file, and the table that finds it by its suffix."""

from collections.abc import Mapping
from importlib.resources import files
from typing import NamedTuple, TypeAlias


class Format(NamedTuple):
    """A row: what it is called in the help, the module and function that write it, and what must hold before."""

    kind: str
    writer: str
    check: str = ""
    is_binary: bool = False


Formats: TypeAlias = Mapping[str, Format]

FORMATS: Formats = {
    ".npy": Format("numbers", "numbers.npy", "fits .npy", is_binary=True),
    ".npz": Format("numbers", "numbers.npz", "has an archive", is_binary=True),
    ".csv": Format("numbers", "numbers.csv", "fits"),
    ".json": Format("numbers", "numbers.json_document"),
    ".jsonl": Format("numbers", "numbers.json_lines", "fits lines"),
    ".png": Format("a figure", "pictures.png", "fits a picture", is_binary=True),
    ".svg": Format("a figure", "pictures.svg"),
    ".gif": Format("a film", "films.gif", "fits a film", is_binary=True),
    ".webp": Format("a film", "films.webp", "fits a film", is_binary=True),
    ".html": Format("a page", "pages.html", "fits a page"),
    ".cast": Format("a recording", "films.cast", "fits a film"),
    ".md": Format("text", "texts.markdown"),
    ".txt": Format("text", "texts.text"),
}

REPORTS: Formats = {
    ".csv": Format("numbers", "numbers.tables"),
    ".md": Format("text", "texts.markdown"),
    ".html": Format("a page", "pages.sheet"),
    ".svg": Format("a figure", "pictures.svg"),
    ".png": Format("a figure", "pictures.report", is_binary=True),
    ".txt": Format("text", "texts.text"),
    ".json": Format("numbers", "numbers.json_document"),
}
"""What a report can be saved as: words and a table, without steps."""

TRAININGS: Formats = {
    **REPORTS,
    ".npz": Format("numbers", "numbers.weights", is_binary=True),
    ".gif": Format("a film", "films.gif", is_binary=True),
}
"""What a report with weights can be saved as, too: them, and how they came about."""


def resource(name: str) -> str:
    """A template or a script that stands beside the writers."""
    return (files(__name__) / name).read_text(encoding="utf-8")


def listed() -> str:
    """The formats for the help: `numbers (.npy .csv), a figure (.png .svg) or text (.md .txt)`."""
    kinds = dict.fromkeys(row.kind for row in FORMATS.values())
    told = [f"{kind} ({' '.join(s for s, row in FORMATS.items() if row.kind == kind)})" for kind in kinds]
    return f"{', '.join(told[:-1])} or {told[-1]}"
