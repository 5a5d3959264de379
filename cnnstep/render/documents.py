"""Documents for machines: one JSON object, its format's version first."""

import json
from collections.abc import Mapping
from typing import Any

FORMAT_VERSION = 1
MOST_CELLS = 10_000


def as_text(document: Mapping[str, Any]) -> str:
    """The document, indented; NaN and infinity are refused, for JSON has none."""
    return _text({"format_version": FORMAT_VERSION, **document}, indent=2)


def as_line(document: Mapping[str, Any]) -> str:
    """A part of a document in one line."""
    return _text(document)


def _text(document: Mapping[str, Any], indent: int | None = None) -> str:
    return json.dumps(document, indent=indent, allow_nan=False, default=_numbers)


def _numbers(array: Any) -> Any:
    """The numbers of an array, null of a large one: here alone, so that it holds for every array of every document."""
    return array.tolist() if array.size <= MOST_CELLS else None
