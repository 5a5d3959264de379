"""Branches as they are written: names, blocks, what is refused, and that nothing else than our errors comes of it."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnnstep
from cnnstep.errors import CnnstepError, NotationError, spelled
from cnnstep.inputs.kernels import read_kernel
from cnnstep.networks.attribution import trail
from cnnstep.networks.layer_kinds import KINDS
from cnnstep.networks.network import Network, assemble
from cnnstep.networks.receptive_field import fields, seen_by
from cnnstep.networks.run import Run
from cnnstep.notation.chain import DEEPEST, MOST_PARTS, chain
from cnnstep.notation.networks import network as written
from cnnstep.views.networks.explanation import in_arithmetic, in_words
from cnnstep.views.networks.table import report
from tests.test_networks import FIVE

CONV = "conv 4@3x3 same"
MISTAKES = {
    "an unknown name": (f"{CONV} as abc | add abd", "nothing is named 'abd'", "abd", "did you mean abc?"),
    "no names yet": ("add a", "nothing is named 'a'", "a", "write as a where it stands"),
    "a name that is taken": (f"{CONV} as a | {CONV} as a", "is the name of something else already", "a", "as a_1"),
    "a layer's word": (f"{CONV} as add", "means something else already", "add", "as add_1"),
    "the input's name": (f"{CONV} as input", "means something else already", "input", "as input_1"),
    "as alone": (f"{CONV} as a | {CONV} as", "as needs a name", "as", "write as a_1"),
    "no name": (f"{CONV} as 3x", "'3x' is no name", "3x", "as a"),
    "a long name": (f"{CONV} as {'a' * 41}", "is no name", "a" * 41, "40 at most"),
    "two names at once": (f"{CONV} as a b", "'b' is one word too many", "b", "put | after the name"),
    "from without a name": (f"{CONV} as a | from", "from needs the name", "from", "write from input"),
    "from without a bar": (
        f"{CONV} as a | {CONV} from a",
        "a | is missing before 'from'",
        "from",
        "write | before from",
    ),
    "a layer behind from": (f"{CONV} as a | from a {CONV}", "'conv' is one word too many", "conv", "put | before"),
    "add alone": (f"{CONV} as a | add", "add needs the name of what it joins", "add", "write add a"),
    "a block in a line": ("block b | relu | end", "block is for the lines of a file", "block", "my.cnn"),
    "only a name": ("as a", "there are no layers", "as a", "write conv"),
    "only from": ("from input", "there are no layers", "from input", "write conv"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_pointed_at(name):
    text, message, word, hint = MISTAKES[name]
    with pytest.raises(NotationError) as caught:
        chain(text, KINDS)
    assert message in caught.value.message
    assert hint in caught.value.hint
    whole, start, length = caught.value.pointer
    assert whole[start : start + length] == word


UNFIT = {
    "sizes": (f"{CONV} as a | conv 4@3x3 | add a", "4×6×6 and 4×8×8 cannot be added", "with padding same"),
    "a stride": (f"{CONV} as a | {CONV} stride 2 | add a", "4×4×4 and 4×8×8 cannot be added", "of 8×8 a convolution with stride 2"),
    "channels": (f"{CONV} as a | conv 8@3x3 same | add a", "8×8×8 and 4×8×8 cannot be added", "conv 4@1x1"),
    "space": (f"{CONV} as a | maxpool 2 | concat a", "4×4×4 and 4×8×8 cannot be concatenated", "with stride 2"),
    "axes": (f"{CONV} as a | flatten | add a", "256 and 4×8×8 cannot be added", "flatten both, or neither"),
    "halved and doubled": (
        "conv 4@2x2 as a | maxpool 2 | transposed 4@2x2 stride 2 | concat a", "4×6×6 and 4×7×7", "output-padding 1"),
    "a name of its own": (f"{CONV} as c2 | {CONV}", "c2 is what layer 2 is called anyway", "as c2_1"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNFIT)
def test_shapes_that_do_not_fit_are_told_with_the_setting_to_change(name):
    text, message, hint = UNFIT[name]
    with pytest.raises(CnnstepError) as caught:
        assemble(chain(text, KINDS), (1, 8, 8), read_kernel)
    assert message in caught.value.message
    assert hint in spelled(caught.value.advice, lambda setting: f"{setting.name} {setting.typed}")


FIXED = {
    "stride": f"{CONV} as a | {CONV} stride 2 as b | from a | {CONV} stride 2 | add b",
    "filters": f"{CONV} as a | conv 8@3x3 same | conv 4@1x1 | add a",
    "output-padding": "conv 4@2x2 as a | maxpool 2 | transposed 4@2x2 stride 2 output-padding 1 | concat a",
    "name": f"{CONV} as add_1 | {CONV} as add_2 | add add_1",
}


@pytest.mark.parametrize("name", FIXED)
def test_the_hints_work_when_typed(name):
    assert assemble(chain(FIXED[name], KINDS), (1, 8, 8), read_kernel)


def test_the_input_has_a_name_and_may_get_another():
    assert [each.inputs for each in chain("conv 1@1x1 | add input", KINDS)] == [(0,), (1, 0)]
    assert [each.inputs for each in chain("as x | conv 1@1x1 | add x", KINDS)] == [(0,), (1, 0)]
    assert [each.inputs for each in written("input as x\nconv 1@1x1\nadd x", "f", KINDS).layers] == [(0,), (1, 0)]


BASIC = "block basic(F, S)\n as x\n conv F@3x3 padding 1 stride S relu\n conv F@3x3 padding 1\n add x\n relu\nend\n"


def test_names_inside_a_block_are_its_own():
    layers = written(f"conv 4@1x1\n{BASIC}basic 4 1\nbasic 4 1 as b\nadd b", "my.cnn", KINDS).layers
    assert [each.inputs for each in layers[1:6]] == [(1,), (2,), (3,), (4, 1), (5,)]
    assert [each.inputs for each in layers[6:]] == [(6,), (7,), (8,), (9, 6), (10,), (11, 11)]
    assert [each.names for each in layers if each.names] == [("b",)]
    assert layers[1].text == "conv 4@3x3 padding 1 stride 1"


FILES = {
    "no end": ("block b(F)\nrelu\n", "the block b in my.cnn has no end", "end it with a line: end"),
    "too few values": (f"{BASIC}basic 4\n", "line 8: basic takes 2 values, not 1", "write basic F S"),
    "too many values": ("block b\nrelu\nend\nb 1\n", "line 4: b takes 0 values, not 1", "write b alone"),
    "one value": ("block b(F)\nrelu\nend\nb\n", "line 4: b takes 1 value, not 0", "with a value for F"),
    "itself": ("block b\nrelu\nb\nend\nb\n", "b stands inside itself", "write its layers in its place"),
    "an end alone": ("relu\nend\n", "line 2: end without a block before it", "begin one with"),
    "nothing inside": ("block b\nend\n", "the block b is empty", "write its layers"),
    "no name": ("block\n", "a block needs a name", "write block basic(F, S)"),
    "a bracket": ("block b(F\n", "a block needs a name", "write block basic(F, S)"),
    "a layer's word": ("block conv\nrelu\nend\n", "conv means something else already", "block conv_1"),
    "a parameter twice": ("block b(F, F)\n", "F means something else already", "F_1"),
    "a parameter that is a word": ("block b(relu)\n", "relu means something else already", "relu_1"),
    "a block in a block": ("block b\nblock c\n", "the block b has no end yet", "write end before"),
    "a name of a block": ("block b\nrelu\nend\nrelu as b\n", "'b' means something else already", "as b_1"),
    "a name from inside": ("block b\nrelu as q\nend\nb\nfrom q\n", "nothing is named 'q'", "write as q"),
    "a name from outside": ("relu as q\nblock b\nadd q\nend\nb\n", "in b: nothing is named 'q'", "a block are its own"),
    "a mistake inside": ("block b\nrleu\nend\nb\n", "line 4: in b: 'rleu' is no layer", "did you mean relu?"),
    "only names": ("as a\n", "my.cnn holds no layers", "write a layer a line"),
}


@pytest.mark.parametrize("name", FILES)
def test_mistakes_in_files(name):
    text, message, hint = FILES[name]
    with pytest.raises(NotationError) as caught:
        written(text, "my.cnn", KINDS)
    assert message in caught.value.message
    assert hint in caught.value.hint


def nested(depth, times):
    """Blocks in blocks, each so many times."""
    lines = ["block b0", "relu", "end"]
    for number in range(1, depth):
        lines += [f"block b{number}", *[f"b{number - 1}"] * times, "end"]
    return "\n".join([*lines, f"b{depth - 1}"])


def test_blocks_in_blocks_are_bounded():
    assert len(written(nested(DEEPEST, 1), "my.cnn", KINDS).layers) == 1
    with pytest.raises(NotationError, match=f"more than {DEEPEST} blocks stand inside each other"):
        written(nested(2000, 1), "my.cnn", KINDS)
    with pytest.raises(NotationError, match=f"more than {MOST_PARTS:,} parts"):
        written(nested(DEEPEST, 9), "my.cnn", KINDS)


PARTS = st.sampled_from([
    "conv 2@3x3 same", "conv 2@3x3", "conv 4@1x1 relu", "conv 2@3x3 stride 2 padding 1", "maxpool 2", "avgpool 3 stride 1",
    "transposed 2@2x2 stride 2", "transposed 2@2x2 stride 3", "globalavgpool", "flatten", "dense 3", "softmax", "relu",
    "normalize", "add {}", "add {} {}", "concat {}", "concat {} {} {}", "from {}", "input", "dropout 0.5", "as {}",
])  # fmt: skip
NAMES = st.sampled_from(["a", "b", "c", "input", "c1", "add", "1", "é", ""])
PIECES = st.tuples(PARTS, NAMES, NAMES, NAMES, st.one_of(st.none(), NAMES)).map(
    lambda drawn: f"{drawn[0].format(*drawn[1:4])}{'' if drawn[4] is None else f' as {drawn[4]}'}"
)


@settings(max_examples=300)
@given(st.lists(PIECES, min_size=1, max_size=9), st.sampled_from([(1, 6, 6), (2, 7, 5), (3, 12), (9,)]))
def test_random_graphs_give_nothing_but_our_errors(pieces, shape):
    try:
        layers = assemble(chain(" | ".join(pieces), KINDS), shape, read_kernel)
        report("net", layers)
        in_words("net", layers)
        for layer in layers:
            in_arithmetic("net", layers, layer)
    except CnnstepError as error:
        assert error.hint
        return
    run = Run(Network(layers), np.random.default_rng(1).normal(size=shape))
    for layer, seen in zip(layers, fields(layers), strict=True):
        output = run.output(layer.number)
        assert output.shape == layer.output
        cell = tuple(n // 2 for n in layer.output)
        path = list(trail(run, layer.number, cell))
        assert path[0].value == pytest.approx(output[cell])
        assert path[-1].node == 0
        if seen is not None and len(layer.output) > 1:
            assert len(seen_by(layers, layer.number, cell)) == len(shape) - 1


HOSTILE = [
    "\x1b[31m",
    "a\u202eb",
    "a" * 5000,
    "../../x",
    "%s",
    "{0}",
    "[a]",
    "[/]",
    "'",
    '"',
    "a\x00",
    "\ud800",
    "🙂",
    "|",
    "",
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("text", ["{0}", f"{CONV} as {{0}}", f"{CONV} as a | add {{0}}", f"{CONV} | from {{0}}"])
def test_hostile_names(name, text):
    with pytest.raises(CnnstepError) as caught:
        cnnstep.view(["net", text.replace("{0}", name), "--in", "1x8x8"])
    assert caught.value.message.isprintable()


def test_the_line_of_an_error_is_one_line(run):
    result = run("net", f"{CONV} as abc | add abd", "--in", "1x8x8")
    assert result.exit_code == 2
    assert re.fullmatch(r"Error: .*\n  .*\n +\^\^\^\nHint: .*\n", result.stderr)


def test_a_graph_in_python_is_the_graph_of_the_command():
    text = f"{CONV} relu as a | {CONV} | add a | relu"
    network = cnnstep.network(text, input=(1, 5, 5))
    batch = np.stack([FIVE, FIVE * 2]).astype(float)
    for image, answer in zip(batch, network.output(batch), strict=True):
        np.testing.assert_allclose(answer, Run(network, image).output(5), rtol=1e-4, atol=1e-4)
