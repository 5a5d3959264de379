"""Names of classes: a text file with one a line."""

from cnnstep.errors import DataError
from cnnstep.inputs.sources import content, exists, text
from cnnstep.notation import printable


def read_labels(source: str, classes: int) -> tuple[str, ...]:
    """The printable names of so many classes, in their order; raises DataError for more or fewer of them."""
    if not source or (source != "-" and not exists(source)):
        raise DataError(f"no such file: {printable(source) or 'an empty name'}", "write one with a name a line")
    name, data = content(source, "the labels")
    if not isinstance(data, bytes):
        raise DataError(f"{printable(source)} is not a file of labels", "write one with a name a line")
    # not splitlines: names may hold signs that Unicode counts as the end of a line
    lines = text(data, name).replace("\r\n", "\n").rstrip("\n").split("\n")
    labels = tuple(printable(line.strip()) for line in lines)
    if not any(labels):
        raise DataError(f"{name} holds no names", "write one a line")
    if len(labels) != classes:
        raise DataError(
            f"{name} has {len(labels):,} line{'s' * (len(labels) > 1)}, but the network has {classes:,} outputs",
            "give a name for each, one a line",
        )
    return labels
