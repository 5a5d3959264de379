"""Documents for machines: one JSON object, its format's version first."""

import json
from collections.abc import Mapping
from typing import Any

FORMAT_VERSION = 1


def as_text(document: Mapping[str, Any]) -> str:
    """The document, indented; NaN and infinity are refused, for JSON has none."""
    return json.dumps({"format_version": FORMAT_VERSION, **document}, indent=2, allow_nan=False)
