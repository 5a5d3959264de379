"""Whatever a chain can, a graph can: three networks with branches on every screen and in every file."""

import io
import json
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from cnnstep import view
from cnnstep.player.frame import PlayerScreen
from cnnstep.player.session import Session
from cnnstep.player.timeline import Timeline
from cnnstep.render.formats import FORMATS, REPORTS
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.page import Page, plain

NETWORKS = {
    "residual": "conv 4@3x3 padding 1 relu as a | conv 4@3x3 padding 1 relu | conv 4@3x3 padding 1 | add a | relu"
    " | globalavgpool | flatten | dense 3 | softmax",
    "U-Net": "conv 4@3x3 same relu as a | maxpool 2 | conv 8@3x3 same relu | transposed 4@2x2 stride 2 | concat a"
    " | conv 2@3x3 same",
    "inception": "conv 4@3x3 same relu as x | conv 2@1x1 relu as one | from x | conv 2@1x1 relu"
    " | conv 3@3x3 same relu as three | from x | maxpool 3 stride 1 padding 1 | conv 1@1x1 relu as pooled"
    " | from one | concat three pooled | globalavgpool | flatten | dense 2",
}
JOINS = {"residual": 6, "U-Net": 7, "inception": 12}
"""Which layer joins the branches."""
INPUTS = {"residual": [5, 2], "U-Net": [6, 2], "inception": [4, 8, 11]}
"""What it reads."""
READS = {"residual": ("c3", "a"), "U-Net": ("c4", "a"), "inception": ("one", "three", "pooled")}
RAIL = {"residual": "●─╯", "U-Net": "●─╯", "inception": "●─┴─╯"}
SMALL = "3 1 4 1; 5 9 2 6; 5 3 5 8; 9 7 9 3"
each = pytest.mark.parametrize("name", NETWORKS)


def shown(run, *args):
    result = run(*args)
    assert result.exit_code == 0, result.stderr
    assert max(map(len, result.stdout.splitlines())) <= 80
    return result.stdout


def document(run, *args):
    result = run(*args, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def rows_of(text):
    """The rows of the table of layers, by their numbers."""
    table = text.split("\n\n")[1]
    return {int(found[1]): found[0] for found in re.finditer(r"^ {1,2}(\d+)  .*$", table, re.MULTILINE)}


def outputs(name):
    """What every node gives, by its number, of the small input."""
    found = view(["net", NETWORKS[name], SMALL])
    return [np.array(found.run.output(number), dtype=float) for number in range(len(found.run.layers) + 1)]


@each
@pytest.mark.parametrize("args", [("--in", "1x28x28"), ("sample:digit",)], ids=["table", "run"])
def test_the_tables_draw_the_branches_and_the_names(run, name, args):
    rows = rows_of(shown(run, "net", NETWORKS[name], *args))
    assert RAIL[name] in rows[JOINS[name]]
    assert sum("├" in row for row in rows.values()) == len(INPUTS[name]) - 1
    named = [word for word in NETWORKS[name].split(" | ") if " as " in word]
    assert sum(" as " in row for row in rows.values()) == len(named)
    assert all(any(f"relu as {word.split()[-1]} " in row for row in rows.values()) for word in named)
    assert len({row.index("×") for row in rows.values() if "×28×28" in row}) == 1


@each
def test_documents_say_what_each_layer_reads(run, name):
    for args in (("--in", "1x4x4"), (SMALL,)):
        at = ("net", NETWORKS[name], *args)
        layers = document(run, *at)["layers"]
        assert layers[JOINS[name] - 1]["inputs"] == INPUTS[name]
        assert all(number < layer["number"] for layer in layers for number in layer["inputs"])
        assert [each for layer in layers for each in layer["names"]] == re.findall(r" as (\w+)", NETWORKS[name])
    totals = document(run, "net", NETWORKS[name], "--in", "1x4x4")
    assert type(totals["parameters"]) is type(totals["multiply_adds"]) is int
    assert totals["multiply_adds"] == sum(layer["multiply_adds"] for layer in totals["layers"])


@each
def test_a_run_is_what_its_nodes_make_of_each_other(run, name):
    nodes = outputs(name)
    joined = [nodes[number] for number in INPUTS[name]]
    expected = sum(joined) if name == "residual" else np.concatenate(joined)
    np.testing.assert_array_equal(nodes[JOINS[name]], expected)
    told = document(run, "net", NETWORKS[name], SMALL)
    np.testing.assert_array_equal(np.array(told["map"]), nodes[-1])
    assert [layer["high"] for layer in told["layers"]] == [float(node.max()) for node in nodes[1:]]


@each
def test_why_names_both_arms_or_the_branch(run, name):
    nodes, number = outputs(name), JOINS[name]
    for channel in range(len(nodes[number])):
        cell = f"{number}[{channel},1,2]"
        told = document(run, "why", NETWORKS[name], SMALL, cell)
        first = told["trail"][0]
        if name == "residual":
            terms = [nodes[each][channel, 1, 2] for each in INPUTS[name]]
            assert first["terms"] == pytest.approx(terms)
            follows = INPUTS[name][int(np.argmax(np.abs(terms)))]
            screen = " ".join(shown(run, "why", NETWORKS[name], SMALL, cell).split())
            assert "sum = c3 + a" in screen or "] = c3 + a" in screen
            shares = [round(abs(term) / sum(map(abs, terms)) * 100) for term in terms]
            assert f"c3 {shares[0]}%, a {shares[1]}%" in screen
        else:
            sizes = np.cumsum([0, *(len(nodes[each]) for each in INPUTS[name])])
            branch = int(np.searchsorted(sizes, channel, side="right")) - 1
            follows, word = INPUTS[name][branch], READS[name][branch]
            assert first["source"] == [channel - sizes[branch], 1, 2]
            assert f"it is copied from {word}[{channel - sizes[branch]},1,2]" in " ".join(
                shown(run, "why", NETWORKS[name], SMALL, cell).split()
            )
        assert first["node"] == follows
        # each cell is read by the one before it, down to a pixel
        for one, before in pairwise(told["trail"]):
            assert (one["node"], one["source"]) == (before["number"], before["cell"])
            assert before["value"] == pytest.approx(nodes[before["number"]][tuple(before["cell"])])
        assert told["trail"][-1]["node"] == 0


@each
def test_deeper_says_which_arm_was_followed(run, name):
    last = {"residual": "softmax[1]", "U-Net": "c5[1,1,1]", "inception": "f8[1]"}[name]
    text = shown(run, "why", NETWORKS[name], SMALL, last, "--deeper")
    assert len(text.splitlines()) <= 24
    if name == "residual":
        assert re.search(r"its sum .*  follows (a|c3) \d+%, not (a|c3) \d+%", text)
    else:
        assert re.search(rf"concat\[\d,\d,\d\] .*  copied from ({'|'.join(READS[name])}), input \d of \d", text)
    assert "a pixel" in text


@each
def test_the_field_behind_a_join_is_the_union(run, name):
    number = JOINS[name]
    sizes = [axis["size"] for layer in document(run, "net", NETWORKS[name], "--in", "1x28x28")["layers"]
             if layer["number"] in INPUTS[name] for axis in layer["field"][:1]]  # fmt: skip
    told = document(run, "field", NETWORKS[name], f"{number}[*,13,13]", "--in", "1x28x28")
    assert [stop - start for start, stop in told["field"]] == [max(sizes)] * 2
    assert told["axes"][0]["outside"] == 0
    screen = shown(run, "field", NETWORKS[name], f"{number}[*,0,0]", "--in", "1x28x28")
    word, first = ("add a", "c3") if name == "residual" else (f"concat {' '.join(READS[name][1:])}", READS[name][0])
    assert re.search(rf"{word} +{max(sizes)}: {first} sees \d", screen)


@each
def test_explanations_say_what_is_read(run, name):
    words = " ".join(shown(run, "explain", NETWORKS[name], "--in", "1x28x28").split())
    assert f", reads {', '.join(READS[name])}. " in words
    assert f"{len(READS[name])} branches" in words
    if name == "inception":
        assert words.count(", reads x. ") == 2
    text = " ".join(shown(run, "explain", NETWORKS[name], str(JOINS[name]), "--in", "1x28x28").split())
    assert re.search(", ".join(rf"{word} \d×28×28" for word in READS[name]) + r" → \d×28×28", text)
    assert re.search(r"field +\d×\d: what its inputs see together", text)


def test_the_arithmetic_of_what_is_upsampled_adds_up(run):
    text = " ".join(shown(run, "explain", NETWORKS["U-Net"], "c4", "--in", "1x28x28").split())
    assert "14·14 windows · 32 products · 4 filters = 25,088" in text
    assert 14 * 14 * 32 * 4 == 25_088
    assert "8 = 8 + (⌈2/2⌉ − 1)·2, and neighbours look 1 = 2/2 apart" in text


def played(line, keys, rows=24):
    """The player's screen after some keys, and its timeline."""
    layers = view(line).layers()
    steps = (0,) * len(layers.views)
    walks = tuple(each.walk for each in layers.views)
    timeline = Timeline(
        walks, steps, layers.chosen, tuple(layers.names), reads=tuple(layers.reads), origin=layers.origin
    )
    for key in keys:
        timeline = timeline.press(key)
    lines = [
        plain(line) for line in PlayerScreen(Page(80, Glyphs()), rows).lines(Session(tuple(layers.views), timeline))
    ]
    assert len(lines) == rows
    assert max(map(len, lines)) <= 80
    return "\n".join(lines), timeline


@each
def test_the_player_walks_along_the_branches(name):
    line = ["net", NETWORKS[name], "sample:digit"]
    first, _ = played(line, [])
    assert "reads input" in first.splitlines()[-1]
    screen, timeline = played(line, [*["tab"] * (JOINS[name] - 1), "g", *"1,14,14", "enter"])
    assert f"reads {', '.join(READS[name])}" in screen.splitlines()[-1]
    assert timeline.track == JOINS[name] - 1
    framed = re.findall(r"\[ *[-\d.]+\]", screen)
    assert len(framed) == (3 if name == "residual" else 2)
    if name == "residual":
        assert {"c3 4×28×28", "a 4×28×28"} <= set(re.findall(r"\w+ 4×28×28", screen))
    _, back = played(line, [*["tab"] * (JOINS[name] - 1), "backtab"])
    assert back.track == JOINS[name] - 2


@each
def test_w_goes_through_a_join_and_backspace_returns(name):
    line, number = ["net", NETWORKS[name], SMALL], JOINS[name]
    nodes = outputs(name)
    # a channel of the last branch
    channel, cell = (1, (1, 1, 2)) if name == "residual" else (0, (len(nodes[number]) - 1, 1, 2))
    there = [*["tab"] * (number - 1), "g", *",".join(map(str, cell)), "enter"]
    screen, timeline = played(line, [*there, "w"])
    if name == "residual":
        node = max(INPUTS[name], key=lambda each: abs(nodes[each][cell]))
        assert ", its largest term (" in screen
    else:
        node = INPUTS[name][-1]
        channel = len(nodes[node]) - 1
        assert "which is copied" in screen
    assert timeline.track == node - 1
    assert timeline.current[timeline.step].index == (channel, 1, 2)
    assert timeline.current[timeline.step].value == pytest.approx(nodes[node][channel, 1, 2])
    _, returned = played(line, [*there, "w", "backspace"])
    assert (returned.track, returned.current[returned.step].index) == (number - 1, cell)
    # on and on, down to a pixel
    for _ in range(len(nodes)):
        timeline = timeline.press("w")
    assert "a pixel" in timeline.said or "nothing contributes" in timeline.said


def test_w_goes_into_what_is_upsampled_to_the_cell_that_adds_most():
    nodes = outputs("U-Net")
    screen, timeline = played(["net", NETWORKS["U-Net"], SMALL], [*["tab"] * 6, "g", *"1,1,2", "enter", "w"])
    step = timeline.current[timeline.step]
    run = view(["net", NETWORKS["U-Net"], SMALL]).run
    weights = run.network.weights_of(6)["weight"][:, 1, 1, 0]  # row 1 and column 2 of the output are of row 0, column 1
    assert step.index == (int(np.argmax(np.abs(nodes[5][:, 0, 1] * weights))), 0, 1)
    assert "at c4[1,1,2]" in screen


READ_BACK = {
    ".npy": lambda data, output: np.load(io.BytesIO(data)).shape == output.shape,
    ".npz": lambda data, output: any(np.array_equal(a, output) for a in np.load(io.BytesIO(data)).values()),
    ".csv": lambda data, output: np.isclose(float(re.split(rb"[,\n]", data)[0]), output.flat[0]),
    ".json": lambda data, output: np.allclose(np.array(json.loads(data)["map"], dtype=float), output),
    ".jsonl": lambda data, output: [json.loads(line)["value"] for line in data.splitlines()] == output.ravel().tolist(),
    ".png": lambda data, _: Image.open(io.BytesIO(data)).size > (1, 1),
    ".svg": lambda data, _: ET.fromstring(data).tag.endswith("svg"),
    ".gif": lambda data, _: Image.open(io.BytesIO(data)).n_frames > 1,
    ".webp": lambda data, _: Image.open(io.BytesIO(data)).n_frames > 1,
    ".html": lambda data, _: b'id="steps"' in data,
    ".cast": lambda data, _: json.loads(data.splitlines()[0])["version"] == 2,
    ".md": lambda data, _: data.startswith(b"### layer"),
    ".txt": lambda data, _: b"layer" in data,
}
TABLES = {
    ".csv": lambda data, name: f",{RAIL[name]}," in data.decode(),
    ".md": lambda data, name: f"| `{RAIL[name]}` |" in data.decode(),
    ".txt": lambda data, name: f"  {RAIL[name]}  " in data.decode(),
    ".json": lambda data, name: json.loads(data)["layers"][JOINS[name] - 1]["inputs"] == INPUTS[name],
    ".html": lambda data, name: f'rail">{RAIL[name]}</td>' in data.decode(),
    ".svg": lambda data, _: len(ET.fromstring(data).findall(".//{*}polygon")) + data.count(b"<path") > 8,
    ".png": lambda data, _: Image.open(io.BytesIO(data)).size > (1, 1),
}


@each
@pytest.mark.parametrize("suffix", FORMATS)
def test_the_join_is_saved_in_every_format(run, tmp_path, name, suffix):
    output = outputs(name)[JOINS[name]]
    path = tmp_path / f"activations{suffix}"
    result = run("net", NETWORKS[name], SMALL, "--layer", str(JOINS[name]), "--save", str(path))
    assert result.exit_code == 0, result.stderr
    assert READ_BACK[suffix](path.read_bytes(), output)


@each
@pytest.mark.parametrize("suffix", REPORTS)
def test_the_table_is_saved_in_every_format(run, tmp_path, name, suffix):
    path = tmp_path / f"table{suffix}"
    result = run("net", NETWORKS[name], "--in", "1x4x4", "--save", str(path))
    assert result.exit_code == 0, result.stderr
    assert TABLES[suffix](path.read_bytes(), name)


@each
def test_the_whole_network_is_saved_with_its_table(run, tmp_path, name):
    paths = [tmp_path / f"net{suffix}" for suffix in (".md", ".txt", ".json", ".npy", ".csv", ".png", ".svg")]
    saves = [word for path in paths for word in ("--save", str(path))]
    result = run("net", NETWORKS[name], SMALL, *saves)
    assert result.exit_code == 0, result.stderr
    assert RAIL[name] in paths[0].read_text(encoding="utf-8")
    assert RAIL[name] in paths[1].read_text(encoding="utf-8")
    np.testing.assert_allclose(np.load(paths[3]), outputs(name)[-1])
