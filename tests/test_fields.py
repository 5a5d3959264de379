"""Receptive fields and costs, against brute force and PyTorch's own count."""

import json
import re
from fractions import Fraction
from importlib.util import find_spec
from math import prod

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnstep import Axis, CnnstepError, Convolution, Pooling
from cnnstep.geometry import Field
from cnnstep.inputs.kernels import read_kernel
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.layer_kinds import KINDS
from cnnstep.networks.network import Network, assemble
from cnnstep.networks.receptive_field import fields, seen_by
from cnnstep.networks.run import Run
from cnnstep.notation.chain import chain

WINDOW = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 3))


def layers_of(text, shape):
    return assemble(chain(text, KINDS), shape, read_kernel)


@given(st.lists(WINDOW, min_size=1, max_size=3), st.integers(14, 20))
def test_a_field_is_what_a_cell_really_reads(windows, size):
    """Follow one cell back through the windows, position by position."""
    axes, n = [], size
    for kernel, stride, padding, dilation in windows:
        axis = Axis(n, kernel, stride, padding, padding, dilation)
        if axis.output < 1:
            return
        axes.append(axis)
        n = axis.output
    field = Field()
    for axis in axes:
        field = field.through(axis)
    for cell in {0, n // 2, n - 1}:
        reached = {cell}
        for axis in reversed(axes):
            reached = {
                p
                for c in reached
                for p in range(
                    c * axis.stride - axis.before, c * axis.stride - axis.before + axis.extent, axis.dilation
                )
            }
        assert (field.positions(cell).start, field.positions(cell).stop - 1) == (min(reached), max(reached))


def test_a_field_is_where_a_change_is_felt():
    chained = "conv 2@3x3 stride 2 padding 1 | maxpool 2 stride 1 | conv 1@3x3 dilation 2"
    layers = layers_of(chained, (1, 21, 21))
    seen = fields(layers)[-1]
    x = np.zeros((1, 21, 21))

    network = Network(layers)

    def output(values):
        for layer in layers:
            operation = network.operation(layer.number)
            values = (Pooling(2, 1, kind="average") if layer.word == "maxpool" else operation).output(values)
        return values

    cell = (2, 1)
    felt = []
    for place in np.ndindex(21, 21):
        changed = x.copy()
        changed[(0, *place)] = 1
        if output(changed)[(0, *cell)] != output(x)[(0, *cell)]:
            felt.append(place)
    for axis in range(2):
        positions = [p for p in seen[axis].positions(cell[axis]) if 0 <= p < 21]
        assert (min(p[axis] for p in felt), max(p[axis] for p in felt)) == (positions[0], positions[-1])


WINDOWS = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2)).map(
    lambda drawn: "{} stride {} padding {} dilation {}".format(*drawn)
)
PARTS = st.one_of(
    WINDOWS.map("conv 1@{}".format), WINDOWS.map("transposed 1@{}".format), st.just("avgpool 2"), st.just("identity")
)


def felt_by(layers, size):
    """For each cell of the last layer the input cells whose change it feels; all weights are 1, so that none cancels."""
    ones = {
        f"{layer.name}.{part}": np.full(each.shape, 1.0 if part == "weight" else 0.0)
        for layer in layers
        for part, each in layer.plan.parameters.items()
    }
    network, last = Network(layers, given=ones), layers[-1]
    outputs = [Run(network, row[None]).output(last.number)[0] for row in np.eye(size)]
    return [[place for place in range(size) if outputs[place][cell]] for cell in range(last.output[1])]


def branched(parts, after, size):
    """A chain beside a convolution of its input that gives as many cells, stacked; the chain alone where none does."""
    try:
        length = layers_of(" | ".join(parts), (1, size))[-1].output[1]
        other = f"identity as b | from a | conv 1@{max(1, size - length + 1)} | concat b | conv 1@1"
        return layers_of(" | ".join(["identity as a", *parts, other, *after]), (1, size))
    except CnnstepError:
        return layers_of(" | ".join([*parts, *after]), (1, size))


@given(st.lists(PARTS, min_size=1, max_size=3), st.lists(PARTS, max_size=2), st.integers(4, 12))
@example(["transposed 1@2 stride 3"], ["conv 1@3 same"], 5)
def test_with_branches_a_field_is_where_a_change_is_felt_by_each_cell(parts, after, size):
    """At the borders too, and where upsampling leaves gaps."""
    try:
        layers = branched(parts, after, size)
    except CnnstepError:
        return
    (told,) = fields(layers)[-1]
    for cell, felt in enumerate(felt_by(layers, size)):
        (seen,) = seen_by(layers, len(layers), (None, cell))
        assert set(felt) <= set(seen)
        # an end inside of the input is felt; where dilation reaches over the border a gap may follow
        assert {end for end in (seen[0], seen[-1]) if 0 <= end < size} <= set(felt) if seen else not felt
        assert not felt or felt[-1] - felt[0] < told.size


@pytest.mark.parametrize(
    ("parts", "after"),
    [
        (["conv 1@3 same", "avgpool 2", "conv 1@3 same", "transposed 1@2 stride 2"], ["conv 1@3 same"]),
        (["conv 1@3 same", "avgpool 2", "transposed 1@4 stride 2 padding 1"], ["conv 1@3 same", "conv 1@3 same"]),
        (["transposed 1@3"], ["conv 1@3"]),
        (["conv 1@3 padding 1", "conv 1@3 padding 1"], []),
        (["avgpool 2 stride 2", "transposed 1@2 stride 2", "avgpool 4", "transposed 1@4 stride 4"], ["conv 1@3 same"]),
    ],
    ids=["U-Net", "bilinear", "full", "residual", "two levels"],
)
def test_at_the_border_a_cell_sees_what_is_there(parts, after):
    layers = branched(parts, after, 16)
    for cell, felt in enumerate(felt_by(layers, 16)):
        (seen,) = seen_by(layers, len(layers), (None, cell))
        assert felt == [place for place in seen if 0 <= place < 16]


def test_what_is_upsampled_has_no_padding():
    (layer,) = layers = layers_of("transposed 1@3x3 stride 1", (1, 4, 4))
    assert [seen_by(layers, 1, (0, cell, 5)) for cell in (0, 1, 5)] == [
        (range(1), range(3, 4)), (range(2), range(3, 4)), (range(3, 4), range(3, 4)),
    ]  # fmt: skip
    ((rows, _),) = fields(layers)
    assert (rows.size, rows.first, rows.jump) == (3, 0, 1)
    assert layer.output == (1, 6, 6)


def test_very_many_neighbours_are_told_by_a_pattern():
    layers = layers_of("transposed 1@3 stride 2", (1, 20_000))
    ((cells,),) = fields(layers)
    assert (cells.size, cells.jump, len(cells.seen)) == (2, Fraction(1, 2), 2)
    assert [cells.positions(cell) for cell in (2, 3, 4)] == [range(2), range(1, 2), range(1, 3)]


def test_lenet_has_61706_parameters():
    known = ARCHITECTURES["lenet5"]
    layers = layers_of(known.chain, known.input)
    assert [layer.learned for layer in layers if layer.learned] == [156, 2416, 48120, 10164, 850]
    assert sum(layer.learned for layer in layers) == 61_706
    assert [layer.output for layer in layers][::2][:4] == [(6, 28, 28), (6, 14, 14), (16, 10, 10), (120, 1, 1)]
    assert [f and f[0].size for f in fields(layers)] == [5, 5, 6, 14, 14, 16, 32, 32, 32, None, None, None, None]


@pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed; `make reference` installs it")
def test_pytorch_counts_the_same():
    from torch import nn

    net = nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    )  # fmt: skip
    known = ARCHITECTURES["lenet5"]
    ours = [layer.learned for layer in layers_of(known.chain, known.input) if layer.learned]
    theirs = [sum(p.numel() for p in module.parameters()) for module in net if list(module.parameters())]
    assert ours == theirs


@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 3), st.integers(5, 9))
def test_costs_are_counted_products(channels, filters, kernel, size):
    (layer,) = layers_of(f"conv {filters}@{kernel}x{kernel}", (channels, size, size))
    operation = Network([layer]).operation(1)
    walk = operation.walk(np.ones((channels, size, size)))
    assert layer.plan.multiply_adds == sum(step.products.size for step in walk)
    assert layer.learned == filters * (channels * kernel * kernel + 1)
    assert isinstance(operation, Convolution)


def test_the_table(run):
    shown = run("net", "lenet5").stdout
    assert "61,706 parameters   416,520 multiply-adds" in shown
    assert "total" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())
    heads = next(line for line in shown.splitlines() if "jump" in line and "output" in line)
    assert heads.split() == ["layer", "output", "parameters", "field", "multiply-adds", "jump"]
    assert ["layer", "output"] in [line.split() for line in run("net", "lenet5", columns=40).stdout.splitlines()]
    told = json.loads(run("net", "lenet5", "--json").stdout)
    assert (told["parameters"], told["multiply_adds"]) == (61_706, 416_520)
    assert told["layers"][2]["field"] == [{"size": 6, "jump": 2, "first": 0}] * 2


def test_a_chain_without_an_input_needs_only_its_shape(run):
    shown = run("net", "conv 8@3x3 relu | maxpool 2", "--in", "3x32x32").stdout
    assert f"{8 * (27 + 1):,} parameters" in shown
    assert f"{prod((8, 30, 30)) * 27:,}" in shown


def test_a_named_network_takes_a_picture_of_its_size(run):
    result = run("net", "lenet5", "sample:digit", "--untrained")
    assert result.exit_code == 0
    assert "1×32×32" in result.stdout
    assert "this network has learned nothing yet" in result.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("lenet5", "--explain", "c3"), "this question is a command of its own"),
        (("conv 3x3", "sample:five", "--in", "1x5x5"), "the table takes no INPUT"),
        (("lenet5", "--in", "1x8x8"), "layer 4"),
        (("lenet6",), "lenet6"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_mistakes(run, args, said):
    result = run("net", *args)
    assert result.exit_code in {1, 2}
    assert said in result.stderr
    assert "Hint: " in result.stderr


def test_the_list(run):
    assert "lenet5" in run("net", "--list").stdout
    told = json.loads(run("net", "--list", "--json").stdout)["networks"]
    assert {each["name"] for each in told} == set(ARCHITECTURES)


@pytest.mark.parametrize("number", range(1, 14))
def test_every_explanation_adds_up(run, number):
    """Each expression is read back from the screen and worked out."""
    shown = " ".join(run("explain", "lenet5", str(number), columns=200).stdout.split())
    layer = json.loads(run("net", "lenet5", "--json").stdout)["layers"][number - 1]
    for left, right in re.findall(r"(\([\d·,]+ \+ 1\)·\d+) = ([\d,]+)", shown):
        assert eval(left.replace("·", "*").replace(",", "")) == int(right.replace(",", "")) == layer["parameters"]
    for left, right in re.findall(r"multiply-adds (\d[\d·, a-z]*?) = ([\d,]+)", shown):
        assert (
            eval(re.sub(r"[a-z, ]", "", left).replace("·", "*"))
            == int(right.replace(",", ""))
            == layer["multiply_adds"]
        )
    for size, before, extent, jump in re.findall(r"(\d+) = (\d+) \+ \((\d+) − 1\)·(\d+)", shown):
        assert int(size) == int(before) + (int(extent) - 1) * int(jump) == layer["field"][0]["size"]
    assert ("(" in shown.partition("parameters")[2].partition("multiply")[0]) == bool(layer["parameters"])


def test_a_layer_that_is_not_there(run):
    result = run("explain", "lenet5", "99")
    assert result.exit_code == 1
    assert "there is no layer 99: the network has 13, counted from 1" in result.stderr
    assert "what arrives at the first layer is not known" in run("explain", "relu", "1").stderr
