"""Write docs/json.md, the reference of `--json`, from the documents themselves: `make docs`.

The fields and where they stand come from documents that are made here; `tools/json_fields.py` says what each of them
means and of what type it is. A field without a row, or a row without a field, fails.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cnnstep import view
from cnnstep.render.documents import FORMAT_VERSION, MOST_LISTED, as_text
from cnnstep.render.documents import document as document_of
from tools.json_fields import FIELDS, Field

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
            "unpool sample:five",
            "pad sample:five --pad-mode reflect",
            "pad '1 2; 3 4' --pad-value 7 --steps 1",
            "activate sample:five relu",
            "activate sample:five leaky-relu --slope 0.5 --steps 1",
            "transposed sample:five --stride 2",
            "upsample sample:five",
            "upsample sample:five --kind bilinear --at 3,4",
            "flatten sample:five",
            "dense sample:five --units 3",
            "learn --steps 1",
            "softmax '2 1 0.1' --steps all",
            "loss '2 1 0.1' --target 0",
            "loss '3 5 4' --target '1 5 6' --kind huber --steps 2",
            "dropout sample:five",
            "batchnorm",
            "layernorm '1 2 3' --steps all",
            "instancenorm sample:five --steps all",
            "net 'conv edge same as a | relu | add a' sample:five --layer 3",
            "net 'conv edge same as a | relu | concat a' sample:five --layer 3",
        ),
    ),
    Section(
        "Gradients",
        "`--gradient`: the same for the backward pass. `--check` compares with the numeric gradient.",
        (
            "conv sample:five --gradient kernel --steps 1",
            "conv sample:five --gradient kernel --by window --steps 1",
            "conv sample:five --gradient input --by cell --steps 1",
            "conv sample:five --gradient bias",
            "pad sample:five --pad-mode reflect --gradient input --steps 1",
            "upsample sample:five --gradient input --steps 1",
            "pool sample:five --gradient input --steps 1",
            "activate sample:five relu --gradient input --steps 1",
            "flatten sample:five --gradient input --steps 1",
            "softmax '2 1 0.1' --gradient input",
            "instancenorm sample:five --gradient input",
            "instancenorm sample:five --gradient scale",
            "dense '1 2 3' --units 2 --gradient weights --steps 1",
            "dense '1 2 3' --units 2 --gradient weights --check",
        ),
    ),
    Section(
        "Networks",
        "A network's layers; with an input also the steps of the last one. `explain NET LAYER` gives one of `layers`.",
        ("net lenet5", "net 'conv 2@3x3 | maxpool 2' sample:five", "explain lenet5", "explain lenet5 4"),
    ),
    Section(
        "Training",
        "How a network learned, epoch by epoch.",
        ("train 'conv 2@9x9 stride 4 relu | flatten | dense 10' --samples 40 --epochs 2",),
    ),
    Section("Evaluation", "How well a network knows images.", ("evaluate lenet5 digits",)),
    Section("Weights", "What a network's weights are called, as files of them have it.", ("net vgg16 --names",)),
    Section(
        "Where a number came from",
        "The cells that it came from, the last layer first, and the step of the first of them.",
        (
            "why lenet5 sample:digit 'softmax[3]' --deeper",
            "why 'conv vertical | relu' sample:five '2[0,0,1]'",
            "why 'conv edge same as a | relu | add a' sample:five 'add[0,1,1]'",
        ),
    ),
    Section(
        "Gradients",
        "The gradient of the loss by every map and parameter of a network, and where that of one parameter came from.",
        (
            "gradients 'conv 2@3x3 relu | dense 3' sample:five --target 1",
            "why 'conv 2@3x3 relu | dense 3' sample:five 'c1.weight[0,0,1,1]' --target 1 --rate 0.1",
        ),
    ),
    Section(
        "What a network has learned",
        "Maps and probabilities; beside them those of the untrained network.",
        (
            "inspect 'conv 2@3x3 relu | dense 3' sample:five --filters",
            "inspect 'conv 2@3x3 relu | dense 3' sample:five --saliency",
            "inspect 'conv 2@3x3 relu | dense 3' sample:five --grad-cam c1",
            "inspect 'conv 2@3x3 relu | dense 3' sample:five --occlude 3 --at 1,1",
            "inspect 'conv 2@3x3 relu | dense 3' sample:five --ablate 'c1[0]'",
            "inspect 'conv 2@3x3 relu | dense 3' sample:five --sparsity",
            "inspect 'conv 2@3x3 relu | dense 3' sample:five --shift 0,1",
            "inspect lenet5 --shift all",
        ),
    ),
    Section("What a cell sees", "The receptive field of a cell.", ("field lenet5 'c3[*,3,4]'",)),
    Section("Dense layers as convolutions", "The layers before and after.", ("net lenet5 --as-conv",)),
    Section(
        "Sizes",
        "The arithmetic without numbers, and with `--out` the settings that lead there.",
        (
            "size --in 3x32x32 --k 5 --filters 6",
            "size --in 8x12x12 --k 3 --depthwise --batch 2",
            "size --in 14 --k 3 --s 2 --p 1 --transposed --out 28",
            "size --in 32 --k 5 --out 14",
        ),
    ),
    Section("Images", "The numbers of an input.", ("show sample:digit",)),
    Section(
        "Activations",
        "The table of functions, or one of them and what becomes of numbers that go through it again and again.",
        ("activate --list", "activate 0.5 --curve leaky-relu --depth 2", "loss --curve mse"),
    ),
    Section("Lists", "What there is to choose from.", ("kernels edge", "samples", "net --list", "quiz")),
    Section("Worksheets", "A step without its answer.", ("conv sample:five --at 1,2 --blank value",)),
)


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
        f"Places count from 0. An array of more than {MOST_LISTED:,} cells is `null`: `--save output.npy` has it.",
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
