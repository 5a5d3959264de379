"""Documents for machines: one JSON object, its format's version first."""

import json
from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

from cnnstep.views.report import Report

if TYPE_CHECKING:
    from cnnstep.views.view import View

FORMAT_VERSION = 1
MOST_LISTED = 10_000


def document(shown: "View | Report") -> dict[str, Any]:
    """What is shown, for machines: of a walk its facts, the steps asked for or the first ones, and a small map."""
    if isinstance(shown, Report):
        return shown.document
    steps = replace(shown, chosen=shown.chosen._replace(display="full")).steps
    small_map = shown.walk.output if prod(shown.walk.output_shape) <= MOST_LISTED else None
    return {**shown.facts(), "steps": [step.facts() for step in steps], "map": small_map}


def as_text(document: Mapping[str, Any]) -> str:
    """The document, indented; NaN and infinity are refused, for JSON has none."""
    return as_line({"format_version": FORMAT_VERSION, **document}, indent=2)


def as_line(document: Mapping[str, Any], indent: int | None = None) -> str:
    """A part of a document in one line."""
    return json.dumps(document, indent=indent, allow_nan=False, default=_numbers)


def _numbers(array: Any) -> Any:
    """The numbers of an array, null of a large one: here alone, so that it holds for every array of every document."""
    return array.tolist() if array.size <= MOST_LISTED else None
