"""A network is a graph: nodes that name their inputs."""

import numpy as np
import pytest

from cnnstep.errors import GeometryError
from cnnstep.geometry import Field
from cnnstep.inputs.kernels import read_kernel
from cnnstep.networks.attribution import origin, trail
from cnnstep.networks.forward import Forward
from cnnstep.networks.layer_kinds import KINDS
from cnnstep.networks.network import Network, assemble, upstream
from cnnstep.networks.receptive_field import fields, on_maps, seen_by
from cnnstep.networks.run import Run
from cnnstep.notation.chain import chain
from cnnstep.notation.layers import LayerWords


def graph(nodes, shape=(1, 9, 9), seed=0):
    """Layers from pairs of words and inputs."""
    words = [_alone(text)._replace(inputs=inputs) for text, inputs in nodes]
    return assemble(words, shape, read_kernel, seed)


def _alone(text):
    """The words of a layer; those that join nodes name none here."""
    return LayerWords(text, {}, text) if KINDS[text.split()[0]].form.joins else chain(text, KINDS)[0]


def field(size, jump, first):
    """The field of cells that all see so much, so far apart."""
    return Field(((first, first + size - 1),), jump)


RESIDUAL = [
    ("conv 2@3x3 same", (0,)),
    ("conv 2@3x3 same", (1,)),
    ("conv 2@3x5 padding 1x4:0", (1,)),
    ("add", (2, 3)),
    ("relu", (4,)),
]
"""Two convolutions read the same node, and are added; the second looks to the left."""


def run_of(nodes, shape=(1, 9, 9)):
    return Run(Network(graph(nodes, shape)), np.random.default_rng(3).normal(size=shape))


def test_sizes_and_names():
    layers = graph(RESIDUAL)
    assert [layer.output for layer in layers] == [(2, 9, 9)] * 5
    assert layers[3].shapes == ((2, 9, 9), (2, 9, 9))
    assert [layer.name for layer in layers] == ["c1", "c2", "c3", "add", "add"]
    with pytest.raises(GeometryError) as caught:
        graph([("conv 2@3x3", (0,)), ("add", (0, 1))])
    assert caught.value.message.startswith("layer 2 (add): ")


def test_an_activation_belongs_to_the_layer_that_it_reads():
    layers = graph([("conv 2@3x3 same", (0,)), ("conv 2@1x1", (0,)), ("relu", (1,)), ("tanh", (2,)), ("relu", (0,))])
    assert [layer.name for layer in layers] == ["c1", "c2", "c1", "c2", "relu"]


def test_a_run_adds_what_both_convolutions_make_of_the_same_maps():
    run = run_of(RESIDUAL)
    first, second, third = (run.network.operation(number) for number in (1, 2, 3))
    before = first.output(run.x)
    total = second.output(before) + third.output(before)
    np.testing.assert_array_equal(run.walk(4).output, total)
    np.testing.assert_array_equal(run.output(5), np.maximum(total, 0))
    assert run.output(0) is run.x


def test_only_what_a_node_depends_on_is_run():
    run = run_of(RESIDUAL)
    assert [layer.number for layer in upstream(run.layers, 3)] == [1, 3]
    run.walk(3)
    assert set(run._walks) == {1, 3}
    assert list(run.network.weights) == [f"c{n}.{part}" for n in (1, 2, 3) for part in ("weight", "bias")]


def test_a_field_is_the_union_of_the_fields_of_the_inputs():
    seen = fields(graph(RESIDUAL))
    assert seen[1] == (field(5, 1, -2), field(5, 1, -2))
    assert seen[2] == (field(5, 1, -2), field(7, 1, -5))
    assert seen[3] == seen[4] == (field(5, 1, -2), field(8, 1, -5))


def test_a_field_is_where_a_change_is_felt():
    run = run_of(RESIDUAL)
    cell, felt = (0, 4, 5), []
    for place in np.ndindex(9, 9):
        changed = run.x.copy()
        changed[(0, *place)] += 1
        if Run(run.network, changed).output(4)[cell] != run.output(4)[cell]:
            felt.append(place)
    for axis, field in enumerate(fields(run.layers)[3]):
        positions = [p for p in field.positions(cell[axis + 1]) if 0 <= p < 9]
        assert (min(p[axis] for p in felt), max(p[axis] for p in felt)) == (positions[0], positions[-1])


def test_where_one_input_sees_everything_so_does_the_sum():
    seen = fields(graph([("normalize", (0,)), ("conv 1@3x3 same", (0,)), ("add", (1, 2))]))
    assert seen == [None, (field(3, 1, -1),) * 2, None]


def test_where_neighbours_look_differently_far_apart_each_cell_has_its_field():
    layers = graph(
        [("conv 1@2x2 stride 2", (0,)), ("conv 1@6x6", (0,)), ("add", (1, 2)), ("conv 1@3x3 same", (3,))], (1, 10, 10)
    )
    joined, after = (seen[0] for seen in fields(layers)[2:])
    assert [joined.positions(cell) for cell in range(-1, 6)] == [
        range(0), range(6), range(1, 7), range(2, 8), range(3, 9), range(4, 10), range(0),
    ]  # fmt: skip
    assert (joined.size, joined.jump) == (6, 2)
    assert [after.positions(cell) for cell in (0, 2, 4)] == [range(7), range(1, 9), range(3, 10)]
    assert seen_by(layers, 3, (0, 4, 1)) == (range(4, 10), range(1, 7))


def test_a_row_of_two_inputs_is_not_traced_to_one_of_them():
    layers = graph([("flatten", (0,)), ("flatten", (0,)), ("add", (1, 2)), ("relu", (3,))])
    assert on_maps(layers, 2, (12,)) == (0, (0, 1, 3))
    assert on_maps(layers, 4, (12,)) == (3, (12,))


def test_a_trail_follows_the_larger_of_two_inputs():
    run = run_of(RESIDUAL)
    taken = set()
    for cell in [(c, i, j) for c in range(2) for i in range(9) for j in range(9)]:
        path = list(trail(run, 5, cell))
        branch = max((2, 3), key=lambda number: abs(run.output(number)[cell]))
        assert [each.layer.number for each in path] == [5, 4, branch, 1]
        assert [each.node for each in path] == [4, branch, 1, 0]
        assert path[1].value == pytest.approx(run.output(2)[cell] + run.output(3)[cell])
        assert path[2].value == pytest.approx(run.output(branch)[cell])
        taken.add(branch)
    assert taken == {2, 3}


def test_a_cell_outside_a_layer_is_named():
    with pytest.raises(GeometryError) as caught:
        origin(run_of(RESIDUAL), 4, (0, 9, 9))
    assert caught.value.message == "0,9,9 is outside the 2×9×9 output of add, which counts from 0"
    assert caught.value.hint == "the last cell is add[1,8,8]"


IN_PLACE = [("conv 2@3x3 same", (0,)), ("relu", (1,)), ("tanh", (1,)), ("add", (2, 3)), ("tanh", (0,)), ("add", (4, 1))]


@pytest.mark.parametrize("nodes", [RESIDUAL, IN_PLACE], ids=["residual", "in place"])
def test_batches_are_images_one_by_one(nodes):
    """Also where a layer writes into what another one still has to read."""
    network = Network(graph(nodes))
    batch = np.random.default_rng(0).normal(size=(3, 1, 9, 9)).astype(np.float32)
    kept = batch.copy()
    for image, answer in zip(batch, Forward(network)(batch), strict=True):
        np.testing.assert_allclose(answer, Run(network, image.astype(float)).output(len(nodes)), rtol=2e-5, atol=2e-5)
    np.testing.assert_array_equal(batch, kept)
