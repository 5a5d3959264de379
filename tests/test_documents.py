"""Every document of `--json` is as docs/json.md says, field by field and type by type."""

import json
import shlex

import pytest

from cnnstep import view
from cnnstep.views.report import Report
from tests.test_commands import COMMANDS
from tests.test_screens import SCREENS
from tools.json_fields import FIELDS
from tools.json_reference import SECTIONS, TARGET, document, found, reference

LINES = [
    *(line for section in SECTIONS for line in section.lines),
    *map(shlex.join, {**COMMANDS, **SCREENS}.values()),
    "net 'dense 2 | softmax' '1 2' --layer 2",
    "conv '3 1 4' --causal",
    "size --in 32 --k 4 --p same",
    "field 'conv 2@3x3 same | normalize | conv 2@3x3' '3[0,1,1]' --in 1x9x9",
]
SINGLE = {
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) in {int, float},
    "boolean": lambda value: type(value) is bool,
    "text": lambda value: type(value) is str,
    "object": lambda value: type(value) is dict,
    "place": lambda value: type(value) is list and all(map(SINGLE["integer"], value)),
    "pair": lambda value: type(value) is list and len(value) == 2 and all(map(SINGLE["integer"], value)),
}
NESTED = {"numbers": "number", "booleans": "boolean"}
"""Arrays of any number of axes, and null where they are large."""


def is_of(type_, value):
    if type_.endswith(" or null"):
        return value is None or is_of(type_.removesuffix(" or null"), value)
    if type_ in NESTED:
        return value is None or (
            all(is_of(type_, each) for each in value) if isinstance(value, list) else SINGLE[NESTED[type_]](value)
        )
    if type_ in SINGLE:
        return SINGLE[type_](value)
    return type(value) is list and all(SINGLE[type_.removesuffix("s")](each) for each in value)


@pytest.mark.parametrize("line", [line for line in dict.fromkeys(LINES) if "help" not in line])
def test_a_document_is_what_the_reference_says(line):
    told = list(found(document(line)))
    assert told[0][::2] == ("format_version", 1)
    for path, row, value in told:
        assert is_of(FIELDS[row].type, value), (path, FIELDS[row].type, value)


def test_the_reference_is_made_from_the_documents():
    assert reference() == TARGET.read_text(encoding="utf-8"), "run `make docs` and look at it"


def test_every_row_of_the_reference_is_used():
    used = {row for section in SECTIONS for line in section.lines for _, row, _ in found(document(line))}
    assert set(FIELDS) - used == set()


SAME = {
    "conv": ("conv sample:five --kernel edge --padding 1", "net 'conv edge padding 1' sample:five --layer 1"),
    "pool": ("pool sample:five --kind average", "net 'avgpool 2' sample:five --layer 1"),
    "maxpool": ("pool sample:five", "net 'maxpool 2' sample:five --layer 1"),
    "relu": ("activate sample:five relu", "net 'relu' sample:five --layer 1"),
    "leaky": ("activate sample:five leaky-relu --slope 0.5", "net 'leaky-relu 0.5' sample:five --layer 1"),
    "softmax": ("softmax '2 1 0.1'", "net softmax '2 1 0.1' --layer 1"),
    "flatten": ("flatten sample:five", "net flatten sample:five --layer 1"),
    "batchnorm": ("batchnorm sample:five", "net batchnorm sample:five --layer 1"),
    "training": ("batchnorm sample:five --training", "net batchnorm sample:five --training --layer 1"),
    "instancenorm": ("instancenorm sample:five", "net instancenorm sample:five --layer 1"),
    "normalize": ("normalize sample:five", "net normalize sample:five --layer 1"),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_operation_gives_the_same_document_alone_and_in_a_network(run, name):
    alone, inside = (json.loads(run(*shlex.split(line), "--steps", "2", "--json").stdout) for line in SAME[name])
    assert inside == alone


def test_views_and_reports_have_documents():
    assert isinstance(view("net lenet5"), Report)
    assert view("conv sample:five").facts()["operation"] == "convolution"
