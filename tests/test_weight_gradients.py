"""Where the gradient of a weight came from: contributions add up to it, cells are those of plain loops."""

import json
from fractions import Fraction
from itertools import pairwise
from math import fsum

import numpy as np
import pytest

import cnnstep
from cnnstep.errors import GeometryError
from cnnstep.networks.backpropagation import loss_of, of_loss
from cnnstep.networks.layer import find
from cnnstep.networks.weight_gradients import find_parameter, forward_trail, updated, uses
from tests.test_backpropagation import NETWORKS

CASES = {
    "stride and padding": ("conv 3@3x5 stride 2x1 padding 1x2 relu | dense 3", (2, 9, 11), "c1", (2, 1, 0, 4)),
    "dilation and groups": ("conv 4@3x3 dilation 2 groups 2 | tanh | dense 3", (4, 8, 8), "c1", (3, 1, 2, 0)),
    "a bias": ("conv 3@3x3 tanh | dense 3", (1, 6, 6), "c1", (1,)),
    "dense": ("conv 2@3x3 tanh | dense 3", (1, 6, 6), "f2", (1, 17)),
    "dense behind flatten": ("conv 2@3x3 tanh | flatten | dense 3", (1, 6, 6), "f2", (1, 17)),
    "bias of a unit": ("dense 4 tanh | dense 3", (1, 2, 2), "f1", (3,)),
    "tied": ("subsample 2 tanh | dense 3", (2, 4, 4), "s1", (1,)),
    "a signal": ("conv 2@3 same tanh | dense 3", (1, 16), "c1", (1, 0, 0)),
    "not all connected": ("conv 2@3x3 reads 0+2,1 | dense 3", (3, 6, 6), "c1", (0, 2, 1, 1)),
}


@pytest.fixture(params=CASES.values(), ids=CASES)
def met(request):
    words, shape, name, index = request.param
    network = cnnstep.network(words, input=shape)
    x = np.random.default_rng(3).normal(size=shape)
    found = of_loss(network, x, 1)
    layer = find(network.layers, name).first
    parts = [p for p, each in layer.plan.parameters.items() if len(each.shape) == len(index)]
    part = "bias" if len(index) == 1 and "bias" in parts and layer.word != "subsample" else parts[0]
    return network, x, found, layer, part, index


def test_contributions_add_up(met):
    network, _, found, layer, part, index = met
    each = uses(network, found, layer, part, index)
    gradient = found.parameters[find_parameter(layer, part, index)][index]
    assert fsum(each.products.reshape(-1).tolist()) == pytest.approx(gradient, rel=1e-10)
    listed = each.largest(10_000)
    assert fsum(one.product for one in listed) == pytest.approx(gradient, rel=1e-10)
    assert [abs(one.product) for one in listed] == sorted((abs(one.product) for one in listed), reverse=True)


def test_every_contribution_is_a_cell_times_an_upstream_value(met):
    network, _, found, layer, part, index = met
    read = found.outputs[layer.inputs[0]]
    for one in uses(network, found, layer, part, index).largest(10_000):
        assert one.upstream == found.gradients[layer.number][one.output]
        if one.source is not None:
            assert one.x == read[one.source]
        elif part != "bias":
            assert one.x == 0


def test_the_cells_of_a_window():
    network = cnnstep.network("conv 1@3x3 padding 1 stride 2 | dense 2", input=(1, 5, 5))
    x = np.arange(25.0).reshape(1, 5, 5)
    found = of_loss(network, x, 0)
    met = uses(network, found, network.layers[0], "weight", (0, 0, 0, 2))
    listed = {one.output: one for one in met.largest(99)}
    for row in range(3):
        for column in range(3):
            at = (0, 2 * row - 1, 2 * column + 1)
            if 0 <= at[1] < 5 and at[2] < 5 and x[at]:
                assert listed[0, row, column].source == at


@pytest.mark.parametrize("case", NETWORKS.values(), ids=NETWORKS)
def test_the_way_to_the_loss(case):
    words, shape = case
    network = cnnstep.network(words, input=shape)
    found = of_loss(network, np.random.default_rng(7).normal(size=shape), 1)
    cell = tuple(int(n) for n in np.unravel_index(np.abs(found.gradients[1]).argmax(), found.gradients[1].shape))
    trail = list(forward_trail(network, found, 1, cell))
    assert trail[-1].number == len(found.outputs) - 1
    for one, following in pairwise(trail):
        assert (one.node, one.reached) == (following.number, following.cell)
        assert one.upstream == found.gradients[one.node][one.reached]
        assert one.gradient == found.gradients[one.number][one.cell]
        if one.parts == 1:
            assert one.factor * one.upstream == pytest.approx(one.gradient, rel=1e-6)


def test_an_update_moves_every_weight_against_its_gradient():
    network = cnnstep.network("lenet5")
    x = np.random.default_rng(2).random((1, 32, 32))
    found = of_loss(network, x, 3)
    after = updated(network.weights, found, 0.01)
    for name, weights in network.weights.items():
        np.testing.assert_array_equal(after[name], weights - 0.01 * found.parameters[name])
    assert loss_of(network, x, 3, after) < found.value


@pytest.mark.parametrize(
    ("part", "index", "said"),
    [
        ("weight", (6, 0, 0, 0), "outside of c1.weight, 6×1×5×5"),
        ("weight", (0, 0), "outside of c1.weight"),
        ("gain", (0,), "learns no gain"),
    ],
)
def test_parameters_that_are_not_there(part, index, said):
    network = cnnstep.network("lenet5")
    with pytest.raises(GeometryError, match=said):
        find_parameter(network.layers[0], part, index)


def test_weights_that_are_not_connected():
    network = cnnstep.network("conv 2@3x3 reads 0+2,1 | dense 3", input=(3, 6, 6))
    with pytest.raises(GeometryError, match="not connected"):
        find_parameter(network.layers[0], "weight", (0, 1, 0, 0))


ASKED = ("why", "lenet5", "sample:digit", "c1.weight[0,0,2,2]")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (ASKED, "--target 3"),
        ((*ASKED, "--target", "10"), "no class of 10"),
        ((*ASKED, "--target", "3", "--rate", "0"), "rate must be above 0"),
        ((*ASKED, "--target", "3", "--play"), "have no steps"),
        (("why", "lenet5", "sample:digit", "s2.weight[0]", "--target", "3"), "s2 learns no weight"),
        (("why", "lenet5", "sample:digit", "c1.weight[0,0,5,2]", "--target", "3"), "outside of c1.weight"),
        (("why", "lenet5", "sample:digit", "c1[0,0,0]", "--target", "3"), "about weights"),
        (("field", "lenet5", "c1.weight[0,0]"), "not a cell of a layer"),
        ((*ASKED, "--target", "3", "--rate", "1e300"), "at most 1,000,000"),
        (("gradients", "lenet5", "sample:digit"), "--target 3"),
        (("gradients",), "name a network"),
        (("gradients", "dense 1", "sample:five", "--target", "0"), "one class"),
    ],
)
def test_what_cannot_be_asked_says_so_in_a_line(run, args, said):
    result = run(*args)
    assert result.exit_code != 0
    assert "Traceback" not in result.stderr
    assert said in " ".join(result.stderr.split())


def test_printed_contributions_add_up(run):
    told = json.loads(run(*ASKED, "--target", "3", "--rate", "0.1", "--json").stdout)
    for each in told["contributions"]:
        assert each["product"] == pytest.approx(each["x"] * each["upstream"])
    update = told["update"]
    assert update["new"] == update["old"] - 0.1 * update["gradient"]
    assert update["loss_all"] < update["loss_alone"] <= update["loss"]
    rows = run(*ASKED, "--target", "3").stdout.splitlines()
    printed = [Fraction(row.split()[-1].replace("−", "-")) for row in rows if row.startswith((" c1[", " the other"))]
    total = next(row for row in rows if row.startswith(" all 784")).split()
    assert (sum(printed) == Fraction(total[-1].replace("−", "-"))) == (total[-2] == "=")
    # each of the rows is printed to four decimals
    assert float(sum(printed)) == pytest.approx(told["gradient"], abs=len(printed) * 5e-5)


@pytest.mark.parametrize("suffix", ["png", "html", "svg", "md", "txt", "csv", "json"])
def test_gradients_can_be_saved(run, tmp_path, suffix):
    for words in (ASKED, ("gradients", "lenet5", "sample:digit")):
        target = tmp_path / f"{words[0]}.{suffix}"
        result = run(*words, "--target", "3", "--save", str(target))
        assert result.exit_code == 0, result.stderr
        assert target.stat().st_size
