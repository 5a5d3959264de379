"""Write docs/json.md, the reference of `--json`, from the documents themselves: `make docs`.

The fields and where they stand come from documents that are made here; the table below says what each of them means
and of what type it is. A field without a row, or a row without a field, fails.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cnnstep import view
from cnnstep.render.documents import FORMAT_VERSION, MOST_CELLS, as_text
from cnnstep.render.documents import document as document_of

TARGET = Path(__file__).parent.parent / "docs" / "json.md"


class Section(NamedTuple):
    """Documents of one kind: what they are, and the command lines that make them."""

    title: str
    about: str
    lines: tuple[str, ...]


SECTIONS = (
    Section(
        "Operations",
        "One operation and its steps: the same document from its own command and from `net … --layer N`. `--at` and"
        " `--steps` choose the steps.",
        (
            "conv sample:five",
            "conv sample:five --as-matrix --steps 1",
            "pool sample:five",
            "pool sample:five --kind lp --steps 1",
            "activate sample:five relu",
            "activate sample:five leaky-relu --slope 0.5 --steps 1",
            "transposed sample:five --stride 2",
            "flatten sample:five",
            "dense sample:five --units 3",
            "softmax '2 1 0.1' --steps all",
            "dropout sample:five",
            "normalize sample:five --steps all",
        ),
    ),
    Section(
        "Networks",
        "A network's layers; with an input also the steps of the last one. `explain NET LAYER` gives one of `layers`.",
        ("net lenet5", "net 'conv 2@3x3 | maxpool 2' sample:five", "explain lenet5", "explain lenet5 4"),
    ),
    Section(
        "Where a number came from",
        "The cells that it came from, the last layer first, and the step of the first of them.",
        ("why lenet5 sample:digit 'softmax[3]' --deeper", "why 'conv vertical | relu' sample:five '2[0,0,1]'"),
    ),
    Section("What a cell sees", "The receptive field of a cell.", ("field lenet5 'c3[*,3,4]'",)),
    Section("Dense layers as convolutions", "The layers before and after.", ("net lenet5 --as-conv",)),
    Section(
        "Sizes",
        "The arithmetic without numbers, and with `--out` the settings that lead there.",
        (
            "size --in 3x32x32 --k 5 --filters 6",
            "size --in 14 --k 3 --s 2 --p 1 --transposed --out 28",
            "size --in 32 --k 5 --out 14",
        ),
    ),
    Section("Images", "The numbers of an input.", ("show sample:digit",)),
    Section(
        "Activations",
        "The table of functions, or one of them and what becomes of numbers that go through it again and again.",
        ("activate --list", "activate 0.5 --curve leaky-relu --depth 2"),
    ),
    Section("Lists", "What there is to choose from.", ("kernels edge", "samples", "net --list")),
)


class Field(NamedTuple):
    """A row: of what type the values are, and what they mean."""

    type: str
    meaning: str


FIELDS = {
    "format_version": Field("integer", "the version of this format; it grows when a field changes or goes"),
    "operation": Field("text", "what the document is about"),
    # settings of operations
    "pad_mode": Field("text", "what stands in the padding"),
    "flip": Field("boolean", "whether the kernel is turned by 180°: convolution as mathematics defines it"),
    "kind": Field("text", "max, min, average, lp or median"),
    "include_padding": Field("boolean", "whether padding counts in the average"),
    "power": Field("number", "the p of lp pooling"),
    "function": Field("text", "the name of the activation"),
    "slope": Field("numbers", "the setting of the activation, or the slope at x"),
    "alpha": Field("number", "the setting of the activation"),
    "rate": Field("number", "the share of cells that is dropped"),
    "seed": Field("integer", "what the random numbers are drawn from"),
    "inference": Field("boolean", "whether the network is in use, not in training"),
    "epsilon": Field("number", "what is added to the variance, so that nothing is divided by 0"),
    "units": Field("integer", "how many outputs the layer has"),
    "matrix": Field("numbers", "the matrix whose product with the flattened input is the output"),
    "constant": Field("numbers", "what is added to that product"),
    # sizes
    "input": Field("integers", "the shape of the input: channels where there are several, rows, columns"),
    "output": Field("integers", "the shape of the output"),
    "channels": Field("integer or null", "how many channels the input has"),
    "filters": Field("integer or null", "how many filters, which is how many channels the output has"),
    "groups": Field("integer", "how many groups the channels are divided into"),
    "kernel": Field("integers", "the size of the kernel or of the window, an axis each"),
    "stride": Field("integers", "how far the window moves, an axis each"),
    "padding": Field("pairs", "cells before and after the input, an axis each"),
    "dilation": Field("integers", "the distance between neighbours in the window, an axis each"),
    "ceil": Field("boolean", "whether an incomplete last window counts"),
    "output_padding": Field("integers", "what a transposed convolution adds at the end, an axis each"),
    "windows": Field("integer", "how many windows there are, of all filters"),
    "products": Field("integer", "how many products a window has, of one channel"),
    "parameters": Field("integer or null", "weights and biases that are learned"),
    "multiply_adds": Field("integer or null", "products that are computed and added"),
    "unread": Field("integers", "cells at the end of each axis that no window reads"),
    "solutions": Field("object", "each setting alone: which values of it lead to the output, an axis each"),
    "solutions.stride": Field("objects", "the strides"),
    "solutions.padding": Field("objects", "the paddings"),
    "solutions.dilation": Field("objects", "the dilations"),
    "solutions.output_padding": Field("objects", "the output paddings"),
    "first": Field("integer or null", "the smallest value, or null"),
    "last": Field("integer or null", "the largest value, or null"),
    "nearest": Field("pairs", "where none leads there: the nearest values, each with the output that it gives"),
    "answer": Field("object or null", "the settings that people would use, as in a document without `--out`"),
    # steps
    "steps": Field("objects", "the steps that were asked for, or the first ones"),
    "map": Field("numbers", "the whole output"),
    "steps.number": Field("integer", "the number of the step, from 0"),
    "index": Field("integers", "the place of the step's result: filter or channel, row, column"),
    "value": Field("number", "the result"),
    "steps.channels": Field("integers", "the first channel that is read, and one beyond the last"),
    "steps.window": Field(
        "numbers", "the rows and columns of the window, of the padded axis; negative ones are padding"
    ),
    "patch": Field("numbers", "what the window holds, channel by channel"),
    "is_padding": Field("booleans", "which cells of the window are padding"),
    "steps.weights": Field("numbers", "the weights, channel by channel"),
    "steps.products": Field("numbers", "patch times weights"),
    "divisor": Field("number", "what the sum is divided by"),
    "bias": Field("number", "what is added at the end"),
    "steps.kind": Field("text", "as above"),
    "counted": Field("booleans", "which cells count"),
    "chosen": Field("places", "the cells that the value was taken from"),
    "ties": Field("integer", "how many cells share that value"),
    "x": Field("number", "the cell that is read"),
    "steps.source": Field("integers", "the place of the cell in the input"),
    "draw": Field("number", "the random number of the cell, from 0 to 1"),
    "is_kept": Field("boolean", "whether the cell is kept"),
    "factor": Field("number", "what a kept cell is multiplied by"),
    "steps.filters": Field("integers", "the first filter that is added, and one beyond the last"),
    "inside": Field("booleans", "which cells of the window lie in the output"),
    "before": Field("numbers", "what stood there before the step; of a stage, what it reads"),
    "after": Field("numbers", "what stands there after the step; of a stage, what it makes"),
    "stage": Field("text", "the name of the stage"),
    "channel": Field("integer or null", "the channel that the stage works on"),
    "steps.cell": Field("integers", "the cell of the stage that is explained"),
    "maximum": Field("number", "the largest logit"),
    "sum": Field("number", "the sum of the exponentials"),
    "mean": Field("number", "the mean of the channel"),
    "variance": Field("number", "the variance of the channel"),
    "scale": Field("number", "γ"),
    "shift": Field("number", "β"),
    # networks
    "name": Field("text", "the name"),
    "layers": Field("objects", "the layers in their order"),
    "number": Field("integer", "the number of the layer, from 1"),
    "layer": Field("text", "the layer as it is typed"),
    "field": Field("objects or null", "the receptive field of a cell, an axis each; null where it is the whole input"),
    "jump": Field("integer or null", "how many cells of the input lie between neighbours"),
    "size": Field("integer or null", "how many cells of the input a cell sees"),
    "field.first": Field("integer or null", "where the field of the first cell begins"),
    "low": Field("number", "the smallest value"),
    "high": Field("number", "the largest value"),
    "sizes": Field("object or null", "the arithmetic of the sizes, as in a document of `size`"),
    "network": Field("text", "the network"),
    "why": Field("text", "the cell that was asked for"),
    "trail": Field("objects", "the cells that it came from, the last layer first"),
    "cell": Field("integers", "the cell"),
    "trail.source": Field("integers", "the cell of the layer before that counted most"),
    "field.field": Field("pairs", "rows and columns of the input that it sees: the first, and one beyond the last"),
    "address": Field("text", "the cell that was asked for"),
    "region": Field("pairs", "rows and columns: the first, and one beyond the last"),
    "axes": Field("objects", "the same, an axis each, with the padding of all layers together"),
    "axes.first": Field("integer", "where the field of the first cell begins"),
    "padding_before": Field("integer", "how many cells of the field are padding before the input"),
    "padding_after": Field("integer", "how many are padding after it"),
    "unseen_after": Field("integer", "how many cells at the end of the input no cell sees"),
    "outside": Field("integer", "how many cells of the field lie outside of the input"),
    "as": Field("text or null", "the layer that does the same as a convolution"),
    "as-conv.parameters": Field("integers", "the parameters before and after"),
    "difference": Field("number or null", "the largest difference between the two outputs"),
    "larger": Field("object or null", "the same network on a larger picture"),
    "answers": Field("numbers", "the class with the largest output, place by place"),
    # reports
    "samples.size": Field("integers", "rows, columns"),
    "image.size": Field("integers", "rows, columns"),
    "type": Field("text", "the type of the numbers, as NumPy names it"),
    "values": Field("numbers", "the numbers of that region"),
    "activations": Field("objects", "the functions"),
    "formula": Field("text", "the function"),
    "derivative": Field("text", "its derivative"),
    "range": Field("texts", "below and above which values it never goes"),
    "use": Field("text", "what it is used for"),
    "parameter": Field("object or null", "its setting, with the usual value"),
    "saturates": Field("object", "where the function is flat: its slope is below 0.01"),
    "below": Field("number or null", "below this x"),
    "above": Field("number or null", "above this x"),
    "points": Field("objects", "the numbers that were given"),
    "gradient": Field("number", "the product of the slopes so far"),
    "kernels": Field("objects", "the kernels"),
    "weights": Field("numbers", "the weights, before they are divided"),
    "finds": Field("text", "what the kernel is for"),
    "samples": Field("objects", "the samples"),
    "meaning": Field("text", "what the sample is good for"),
    "networks": Field("objects", "the networks that have a name"),
    "chain": Field("text", "the layers as they are typed"),
    "source": Field("text", "where the network is published"),
    "notes": Field("texts", "what differs from the paper, or is easily misread"),
}
"""Name, or the name under its parent where it means something else there → what it is."""


def found(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every field of a document: where it stands, the name of its row in the table, and the value."""
    yield from _found(json.loads(as_text(document)), "", document.get("operation", ""))


def _found(part: Any, path: str, above: str) -> Iterator[tuple[str, str, Any]]:
    for name, value in part.items() if isinstance(part, dict) else ():
        here, nested = (f"{path}.{name}" if path else name), f"{above}.{name}".lstrip(".")
        yield here, _row(nested), value
        for each in value if isinstance(value, list) else [value]:
            yield from _found(each, f"{here}[]" if isinstance(value, list) else here, nested)


def _row(nested: str) -> str:
    """The most particular row of the table for a field."""
    names = nested.split(".")
    return next(row for begin in range(len(names)) if (row := ".".join(names[begin:])) in FIELDS)


def document(line: str) -> Mapping[str, Any]:
    """The document of a command line."""
    return document_of(view(line))


def reference() -> str:
    """The text of docs/json.md."""
    parts = [
        "# The documents of `--json`\n",
        "Made by `make docs` from the documents themselves; a test checks every document against these tables.\n",
        f"A document is one JSON object, `format_version` {FORMAT_VERSION}. Integers are exact, whatever their size.",
        f"Places count from 0. An array of more than {MOST_CELLS:,} cells is `null`: `--save output.npy` has it.",
        "In the tables `steps[].value` is the field `value` of each of the `steps`.\n",
    ]
    for section in SECTIONS:
        parts.append(f"\n## {section.title}\n\n{section.about}\n")
        rows: dict[str, tuple[Field, list[str]]] = {}
        for line in section.lines:
            for path, row, _ in found(document(line)):
                lines = rows.setdefault(path, (FIELDS[row], []))[1]
                lines.extend([line] * (line not in lines))
        parts.append("| field | type | meaning | in |\n|---|---|---|---|")
        for path, (field, lines) in rows.items():
            parts.append(f"| `{path}` | {field.type} | {field.meaning} | {_where(lines, section.lines)} |")
        parts.append("\n" + "\n".join(f"    cnnstep {line} --json" for line in section.lines))
    return "\n".join(parts) + "\n"


def _where(lines: Sequence[str], every: Sequence[str]) -> str:
    """In which of the documents: by the command, where all documents of that command have it."""
    if len(lines) == len(every):
        return "all"
    commands = {line.split()[0]: [each for each in every if each.split()[0] == line.split()[0]] for line in lines}
    told = [[name] if set(lines) >= set(all_) else sorted(set(lines) & set(all_)) for name, all_ in commands.items()]
    return ", ".join(f"`{each}`" for names in told for each in names)


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8", newline="\n")
