"""What newcomers type: understood as our words are, or answered with the whole line that works."""

import json
import re
import shlex

import numpy as np
import pytest

import cnnstep
from cnnstep.cli.group import COMMANDS as GROUP
from cnnstep.cli.mending import OPTIONS, WORDS
from cnnstep.cli.topics import ALSO as HELP_WORDS
from cnnstep.cli.topics import TOPICS
from cnnstep.engine.activations import RULES
from cnnstep.engine.kernels import RECIPES
from cnnstep.engine.losses import LOSSES as KINDS_OF_LOSS
from cnnstep.errors import NotationError, again
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.layer_kinds import KINDS
from cnnstep.notation.chain import chain
from cnnstep.notation.matrices import is_literal, matrices, unbracketed
from cnnstep.notation.pytorch import translated
from cnnstep.notation.synonyms import ACTIVATIONS, KERNELS, LOSSES, NETWORKS, POOLINGS, meant
from tests import test_commands, test_errors

UNDERSTOOD = {
    "short options": ("conv five -k edge -s 2 -p 1 -d 1", "conv sample:five --kernel edge --stride 2 --padding 1"),
    "short options of a size": ("size 32 -k 5 -s 2 -p 1 -d 1", "size --in 32 --kernel 5 --stride 2 --padding 1"),
    "short options of a pool": ("pool five -k 3 -s 1 -p 1", "pool sample:five --window 3 --stride 1 --padding 1"),
    "short options of a transposed": ("transposed five -k box -s 2", "transposed sample:five --kernel box --stride 2"),
    "a nested list": ('conv --kernel "[[1,0],[0,1]]"', 'conv --kernel "1 0; 0 1"'),
    "a list": ('softmax "[2, 1, 0.1]"', 'softmax "2 1 0.1"'),
    "several words": ("softmax 2 1 0.1", 'softmax "2 1 0.1"'),
    "several words, the first negative": ("softmax -2 1 0.1", 'softmax "-2 1 0.1"'),
    "a list that the shell took apart": ("softmax [2, 1, 0.1]", 'softmax "2 1 0.1"'),
    "words beside an option": ("loss 2 1 0.1 --target 0", 'loss "2 1 0.1" --target 0'),
    "words before a name": ("activate -1 2 3 relu", 'activate "-1 2 3" relu'),
    "two sizes": ("size 32 5", "size --in 32 --kernel 5"),
    "two sizes and an option": ("size 32 5 --stride 2", "size --in 32 --kernel 5 --stride 2"),
    "a sample": ("conv digit --view map", "conv sample:digit --view map"),
    "another sample": ("conv five", "conv sample:five"),
    "a kind": ("pool max", "pool --kind max"),
    "a kind behind the input": ("pool five avg", "pool sample:five --kind average"),
    "a kind before the input": ("pool average five", "pool sample:five --kind average"),
    "a kind of another library": ("pool five --kind AvgPool", "pool sample:five --kind average"),
    "capitals": ("activate five ReLU", "activate sample:five relu"),
    "an activation alone": ("activate ReLU", "activate relu"),
    "an activation before the input": ("activate tanh five", "activate sample:five tanh"),
    "swish": ("activate five swish", "activate sample:five silu"),
    "a curve": ("activate --curve LeakyReLU", "activate --curve leaky-relu"),
    "a loss": ('loss "2 1" --target 0 --kind CrossEntropyLoss', 'loss "2 1" --target 0'),
    "laplace": ("conv --kernel Laplacian", "conv --kernel laplace"),
    "sobel": ("kernels sobel", "kernels sobel-x"),
    "a network": ("net lenet", "net lenet5"),
    "a network in capitals": ("net LeNet-5", "net lenet5"),
    "words of other libraries": (
        'net "Conv2d edge swish | AvgPool 2 | Linear 3 ReLU" digit',
        'net "conv edge silu | avgpool 2 | dense 3 relu" sample:digit'),
    "a layer of PyTorch": ('net "Conv2d(1, 6, 5)"', 'net "conv 6@5x5 inputs 1"'),
    "its module and names": ('net "nn.Conv2d(1, 6, kernel_size=5)"', 'net "conv 6@5x5 inputs 1"'),
    "a list in a chain": ('net "conv [[1, 0], [0, 1]]" five', 'net "conv (1 0; 0 1)" sample:five'),
}  # fmt: skip


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_it_is_understood_as_our_words_are(run, name):
    typed, ours = (shlex.split(line) for line in UNDERSTOOD[name])
    result, wanted = run(*typed, "--json"), run(*ours, "--json")
    assert result.exit_code == wanted.exit_code == 0, result.output + wanted.output
    plain = re.sub(r'"text": "[^"]*"', "", result.stdout.replace("[[1, 0], [0, 1]]", "(1 0; 0 1)"))
    assert plain == re.sub(r'"text": "[^"]*"', "", wanted.stdout)


ANSWERED = {
    "half a cell": ("conv five --padding 0.5", "conv five --padding 1"),
    "dilation from 0": ("conv five --dilation 0 -k edge", "conv five --dilation 1 -k edge"),
    "convolution": ("convolution five --stride 2", "conv five --stride 2"),
    "an activation": ('relu "1 -2"', 'activate "1 -2" relu'),
    "an activation of another library": ("Swish five --at 0,0", "activate five --at 0,0 silu"),
    "a network": ("lenet5", "net lenet5"),
    "a network and an input": ("LeNet digit", "net lenet5 digit"),
    "a pooling": ("AvgPool five", "pool five --kind average"),
    "a kernel": ("sobel-x five", "conv five --kernel sobel-x"),
    "a sample": ("digit", "show sample:digit"),
    "a loss": ('mse "3 5 4" --target "1 5 6"', 'loss "3 5 4" --target "1 5 6" --kind mse'),
    "a slip": ("cnov five --at 0,0", "conv five --at 0,0"),
    "filters": ("conv five --filters 4", "conv five --kernel 4@3x3"),
    "filters and their size": ("conv --filters=4 -k 5 five", "conv five --kernel 4@5x5"),
    "softmax of cells": ('activate "1 2 3" softmax', 'softmax "1 2 3"'),
    "training nothing": ("train --epochs 1 --samples 20", "train lenet5 --epochs 1 --samples 20"),
    "a size without the input": ("size -k 5", "size --in 32 -k 5"),
    "an option's slip": ("conv five --strid 2", "conv five --stride 2"),
    "another library's option": ("conv five --weights=edge", "conv five --kernel=edge"),
    "an input as an option": ("conv --image five --at 0,0", "conv five --at 0,0"),
    "a size as an option": ("conv five --kernel-size 3", "conv five --kernel 1@3x3"),
    "a size and filters as Keras has them": (
        "conv five --filters 8 --kernel_size 3x2", "conv five --kernel 8@3x2"),
    "a size as a kernel": ("conv five -k 3 -s 2", "conv five -k 3x3 -s 2"),
    "a kernel without its option": ("conv five edge --at 0,0", "conv five --kernel edge --at 0,0"),
    "units without their option": ("dense digit 10 --at 3", "dense digit --units 10 --at 3"),
    "a rate without its option": ("dropout five 0.5", "dropout five --rate 0.5"),
    "a topic's slip": ("help savin", "help saving"),
    "an underscore": ("conv --pad_mode zeros", "conv --pad-mode zeros"),
    "a corner in words": ("show picture --crop left", "show picture --crop 100,50,64,64"),
    "one side": ("conv five --resize 3 --view map", "conv five --resize 64x48 --view map"),
    "a square in one row": (
        'conv five -k "1 0 -1 1 0 -1 1 0 -1"', 'conv five -k "1 0 -1; 1 0 -1; 1 0 -1"'),
    "a square in one row, divided": (
        'conv five -k "1 1 1 1 1 1 1 1 1 /9"', 'conv five -k "1 1 1; 1 1 1; 1 1 1 /9"'),
}  # fmt: skip


def lines_in(text):
    """The whole lines of a hint."""
    return re.findall(r"`cnnstep ([^`]*)`", text)


@pytest.mark.parametrize("name", ANSWERED)
def test_it_is_answered_with_the_line_that_works(run, name):
    typed, ours = ANSWERED[name]
    result = run(*shlex.split(typed))
    assert result.exit_code == 2
    assert result.stdout == ""
    error, hint = result.stderr.splitlines()
    assert error.startswith("Error: ")
    assert lines_in(hint) == [ours]
    assert run(*shlex.split(ours)).exit_code == 0


@pytest.mark.parametrize("word", ["$(touch x)", "`x`", 'say "x"', "x!", "back\\", "two  words", "it's", "$'"])
def test_a_line_can_be_typed_whatever_stands_in_it(word):
    typed = again("cnnstep", "show", word)
    assert shlex.split(typed) == ["cnnstep", "show", word]
    if set("$`!") & set(word):
        assert "'" in typed


GUESSED = {
    "an option that has its value": 'loss "1 2" "3 4" --target "1 3"',
    "its short name": "conv five edge -k box",
    "several words": "dropout five 4 0.5",
    "an option without the value of what is near": "conv five --reset",
    "an option before the next": "conv five --strid --padding 1",
}


@pytest.mark.parametrize("name", GUESSED)
def test_no_line_is_offered_that_would_not_work(run, name):
    words = shlex.split(GUESSED[name])
    result = run(*words)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[1] == f"Hint: `cnnstep {words[0]} --help` shows what it takes"


WRONG = {
    f"{module.__name__} {name}": case[0]
    for module in (test_errors, test_commands)
    for name, case in module.MISTAKES.items()
} | {f"mended {name}": tuple(shlex.split(line)) for name, (line, _) in test_errors.MENDED.items()}


@pytest.mark.parametrize("name", WRONG)
def test_every_hint_works_when_typed(run, tmp_path, monkeypatch, name):
    """Whole lines of it end well; so does the line that was typed with an option that is to be added."""
    monkeypatch.chdir(tmp_path)
    args = WRONG[name]
    (*_, hint) = run(*args).stderr.splitlines()
    lines = [shlex.split(line) for line in lines_in(hint) + re.findall(r"type cnnstep (.*)", hint)]
    (error, *_) = run(*args).stderr.splitlines()
    for right in re.findall(r"did you mean ([\w:-]+)\?", hint)[:1]:
        wrong = re.search(r"'([^']*)'", error)[1]
        assert wrong
        mended = [arg.replace(wrong, right) for arg in args]
        assert wrong not in run(*mended).stderr
    lines += [[*args, *shlex.split(added)] for added in re.findall(r"\badd (--[a-z-]+(?: [\w:.]+| \"[^\"]+\")?)", hint)]
    for line in lines:
        assert run(*line).exit_code == 0, (hint, line)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_table_leads_to_a_command_there_is(word):
    first = WORDS[word].split()[0]
    assert first in GROUP or first.startswith("-")


def test_other_words_lead_to_ours():
    tables = [(ACTIVATIONS, RULES), (KERNELS, RECIPES), (LOSSES, KINDS_OF_LOSS), (NETWORKS, ARCHITECTURES)]
    for also, known in [*tables, (POOLINGS, ["max", "average", "min", "lp", "median"])]:
        for other, ours in also.items():
            assert ours in known
            assert meant(other.upper(), known, also) == ours
    assert all(word == word.lower() and "-" not in word for word in OPTIONS)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("[[1,0],[0,1]]", [[[1, 0], [0, 1]]]),
        ("[2, 1, 0.1]", [[[2, 1, 0.1]]]),
        ("[[1 0]\n [0 1]]", [[[1, 0], [0, 1]]]),
        ("np.array([[1, 0],\n [0, 1]], dtype=int64)", [[[1, 0], [0, 1]]]),
        ("tensor([[1.,2.]])", [[[1.0, 2.0]]]),
        ("((1,0),(0,1))", [[[1, 0], [0, 1]]]),
        ("[[[1,0],[0,1]],[[2,2],[3,3]]]", [[[1, 0], [0, 1]], [[2, 2], [3, 3]]]),
        ("1 0; 0 1;; 2 2; 3 3", [[[1, 0], [0, 1]], [[2, 2], [3, 3]]]),
        ("(1 0; 0 1)", [[[1, 0], [0, 1]]]),
    ],
)
def test_lists_are_matrices(text, rows):
    assert matrices(text, "it") == (rows, 1)
    assert is_literal(text)


@pytest.mark.parametrize(
    "text", ["[[1, 0] 5 [0, 1]]", "[1, [2, 3]]", "[[[[1]]]]", "[a.png]", "[bold]x[/].png", "c1[0]"]
)
def test_what_is_no_list_is_no_matrix(text):
    assert not is_literal(text)


def test_the_divisor_of_a_list():
    assert matrices("[[1,1],[1,1]]/4", "it") == ([[[1, 1], [1, 1]]], 4)
    assert unbracketed("[1, 2]") == "1, 2 "


PYTORCH = {
    "a chain": (
        "Conv2d(1, 6, 5) ReLU MaxPool2d(2) Flatten Linear(…, 10)",
        "conv 6@5x5 inputs 1 | relu | maxpool 2 | flatten | dense 10"),
    "arrows": ("Conv2d(1,6,5) -> relu -> MaxPool2d(2)", "conv 6@5x5 inputs 1 | relu | maxpool 2"),
    "lines": ("nn.Conv2d(_, 6, 3)\nnn.ReLU()\n", "conv 6@3x3 | relu"),
    "our words between": (
        "conv (1 0; 0 1) relu | MaxPool2d(2) as p | unpool p", "conv (1 0; 0 1) relu | maxpool 2 | as p | unpool p"),
    "a Sequential": (
        ("nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, stride=2, bias=False), nn.BatchNorm2d(8), nn.LeakyReLU(0.2),"
        " nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10), nn.Softmax(dim=1))"),
        ("conv 8@3x3 nobias padding 1 stride 2 inputs 3 | batchnorm | leaky-relu 0.2 | globalavgpool | flatten"
        " | dense 10 inputs 8 | softmax")),
    "as it is printed": (
        ("Sequential(\n  (0): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))\n"
        "  (1): ReLU(inplace=True)\n  (pool): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1,"
        " ceil_mode=False)\n  (3): Sequential(\n    (0): Flatten(start_dim=1, end_dim=-1)\n"
        "    (1): Linear(in_features=1176, out_features=10, bias=True)\n  )\n)"),
        "conv 6@5x5 padding 2x2 inputs 1 | relu | maxpool 2 | flatten | dense 10 inputs 1176"),
    "a padding mode": ("Conv2d(?, 6, 5, padding_mode='reflect', padding=2)", "pad 2 reflect | conv 6@5x5"),
    "words without quotes, as they are printed": (
        "Conv2d(2, 6, kernel_size=(3, 3), stride=(1, 1), padding=same) Hardtanh(min_val=-1.0, max_val=1.0)",
        "conv 6@3x3 padding same inputs 2 | hard-tanh"),
    "the way up": (
        "ConvTranspose2d(1, 4, 2, stride=2) Upsample(scale_factor=2.0, mode='bilinear') ZeroPad2d((1, 2, 3, 4))",
        "transposed 4@2x2 inputs 1 stride 2 | upsample 2 bilinear | pad 3:4x1:2"),
    "none of it": ("conv edge ReLU | Flatten", "conv edge ReLU | Flatten"),
}  # fmt: skip


@pytest.mark.parametrize("name", PYTORCH)
def test_layers_of_pytorch_are_read_as_ours(name):
    text, ours = PYTORCH[name]
    assert translated(text) == ours
    assert translated(ours) == ours
    assert chain(ours, KINDS)


REFUSED = {
    "too few arguments": ("Conv2d(1, 6)", "it is Conv2d(in_channels, out_channels, kernel_size, stride=1"),
    "an unknown one": ("Conv2d(1, 6, 5, foo=1)", "it is Conv2d("),
    "no number": ("Conv2d(1, 6, x)", "it is Conv2d("),
    "open": ("ReLU() Conv2d(1,6,5", "it is Conv2d("),
    "stars": ("Conv2d(**{'a': 1})", "it is Conv2d("),
    "two sides": ("ZeroPad2d((1, 2))", "it is ZeroPad2d(padding)"),
    "another layer": ("ReLU() LSTM(3)", "`cnnstep help python`"),
    "counted padding": ("AvgPool2d(3, padding=1)", "count_include_pad=False"),
    "a fraction": ("Upsample(scale_factor=1.5)", "Upsample(scale_factor=2)"),
    "a size of maps": ("AdaptiveAvgPool2d(7)", "write 1"),
    "other bounds": ("Hardtanh(-2, 2)", "write Hardtanh()"),
    "another beta": ("Softplus(2)", "write Softplus()"),
    "from another axis": ("Flatten(0)", "write Flatten()"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_we_do_not_have_of_pytorch_is_refused(name):
    text, hint = REFUSED[name]
    with pytest.raises(NotationError) as caught:
        translated(text)
    assert hint in caught.value.hint
    whole, start, length = caught.value.pointer
    assert whole[start : start + length] in text


def test_as_many_inputs_as_arrive(run):
    assert run("net", "Conv2d(1, 6, 5)", "five").exit_code == 0
    refused = run("net", "Conv2d(3, 6, 5)", "five")
    assert refused.exit_code == 1
    assert "the layer reads 3 channels, but 1 arrives" in refused.stderr
    assert "Hint: write inputs 1" in refused.stderr
    assert "the layer reads 5 numbers, but 25 arrive" in run("net", "flatten | Linear(5, 2)", "five").stderr


@pytest.mark.parametrize("topic", ["", *TOPICS])
@pytest.mark.parametrize("columns", [40, 80])
def test_help_about_a_topic_fits_the_screen(run, topic, columns):
    result = run("help", *topic.split(), columns=columns)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert columns < 80 or (len(lines) <= 22 and max(map(len, lines)) <= 80)
    typed = {what for each in TOPICS.values() for what, _ in each.rows}
    assert all(len(line) <= columns or line.strip() in typed for line in lines)
    assert result.stdout.isascii()


@pytest.mark.parametrize("topic", TOPICS)
def test_what_help_says_can_be_typed(run, tmp_path, monkeypatch, topic):
    monkeypatch.chdir(tmp_path)
    said = [text for row in TOPICS[topic].rows for text in (row[0], *(f"cnnstep {each}" for each in lines_in(row[1])))]
    lines = [shlex.split(line)[1:] for line in said if line.startswith("cnnstep ")]
    assert lines
    for line in lines:
        more = ("--samples", "20", "--augment", "none") if line[0] == "train" else ()
        assert run(*line, *more).exit_code == 0, line


def test_the_python_of_its_help_works():
    names = {"cnnstep": cnnstep, "kernel": [[1, 0], [0, 1]], "x": np.eye(4), "images": np.zeros((2, 1, 32, 32))}
    lines = [what for what, _ in TOPICS["python"].rows if what.startswith("cnnstep.")]
    assert len(lines) == 4
    assert all(eval(line, names) is not None for line in lines)


@pytest.mark.parametrize("word", HELP_WORDS)
def test_other_words_for_topics(run, word):
    assert run("help", word).stdout == run("help", HELP_WORDS[word]).stdout


def test_help_about_commands_is_their_own(run):
    assert run("help", "conv").stdout == run("conv", "--help").stdout
    assert run("help", "Max-Unpool").exit_code == 2
    missed = run("help", "saveing")
    assert missed.exit_code == 2
    assert "did you mean `cnnstep help saving`?" in missed.stderr
    assert all(topic in run("help").stdout for topic in TOPICS)


@pytest.mark.parametrize("command", ["learn", "loss"])
def test_a_bare_command_lists_what_there_is(run, command):
    lines = run(command).stdout.splitlines()
    assert len(lines) <= 23
    assert all(len(line) <= 80 for line in lines)
    assert run(command, "--ascii").stdout.isascii()
    assert run(command, "--json").exit_code == 0


def test_what_can_be_learned_can_be_typed(run):
    for example in json.loads(run("learn", "--json").stdout)["examples"]:
        result = run(*shlex.split(example["command"])[1:])
        assert result.exit_code == 0, example
        assert " learn " in result.stdout


@pytest.mark.parametrize("kind", KINDS_OF_LOSS)
def test_every_kind_of_loss_has_an_example(run, kind):
    assert kind in run("loss").stdout
    assert run("loss", "--kind", kind).exit_code == 0


BLOCK = "conv 4@3x3 same relu as a | conv 4@3x3 same relu | conv 4@3x3 same | add a | relu"


@pytest.mark.parametrize("columns", [50, 60, 80])
def test_a_network_of_several_lines_can_be_pasted(run, columns):
    shown = run("net", BLOCK, "--in", "1x28x28", columns=columns).stdout
    quotes = re.findall(r'cnnstep\s+(?:net|explain)\s+"([^"]*)"', shown)
    assert any("\n" in quote for quote in quotes)
    for pasted in quotes:
        found, wanted = (run("net", line, "--in", "1x28x28", "--json").stdout for line in (pasted, BLOCK))
        assert found == wanted


def test_a_network_that_is_nearly_right_is_named(run):
    assert "did you mean lenet5?" in run("net", "lenett").stderr
    assert run("conv", "five", "--kernel", "3;", "--view", "map").exit_code == 0


def test_a_matrix_is_not_broken(run):
    shown = run("net", "conv (1 0; 0 1) | relu", "five", columns=50).stdout
    assert '"conv (1 0; 0 1) | relu"' in shown or '"conv (1 0; 0 1) |\n' in shown


def test_one_kernel_for_all_channels_is_told(run):
    told = "the same kernel in all 3 channels: ;; between kernels gives each its own"
    flower = ("conv", "flower", "--rgb", "--view", "map")
    assert told in run(*flower).stdout
    assert "the same kernel" not in run(*flower, "--kernel", "1 0;; 0 1;; 1 1").stdout
    assert "the same kernel" not in run(*flower, "--kernel", "2@3x3").stdout
    assert "the same kernel" not in run(*flower, "--depthwise").stdout
    assert "the same kernel" not in run("conv", "five", "--view", "map").stdout
    assert all(";;" in " ".join(run(*line).stdout.split()) for line in [("conv", "--help"), ("help", "notation")])


@pytest.mark.parametrize("more", [("--in", "1x8x8"), ("five",)])
def test_branches_that_nothing_reads_are_told(run, more):
    dead = "conv 4@3x3 same as a | conv 2@3x3 relu | from a | relu"
    shown = " ".join(run("net", dead, *more).stdout.split())
    assert "layers 2 (conv 2@3x3), 3 (relu) change no answer" in shown
    assert "no answer" not in run("net", BLOCK, *more).stdout


def test_a_rate_that_is_far_too_large_is_answered_with_one_that_works(run):
    refused = run("learn", "--rate", "1e9")
    assert refused.exit_code == 1
    assert lines_in(refused.stderr) == ["learn --rate 0.03"]
    shown = run("train", "lenet5", "--rate", "1e9", "--epochs", "1", "--samples", "20", "--augment", "none").stdout
    assert "try --rate 0.002" in " ".join(shown.split())
