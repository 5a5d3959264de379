"""Unpooling against a plain loop: every step, the whole map, what stands before a step, shared switches."""

import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnstep import CnnstepError, Pooling, Unpooling, replay, view
from cnnstep.views.operations import view_of
from cnnstep.views.page.hiding import hide
from cnnstep.views.page.roles import Role
from tests.operations import unpool, windows


@st.composite
def cases(draw):
    axes = draw(st.integers(1, 3))
    spatial, window, stride, padding, dilation = [], [], [], [], []
    for _ in range(axes):
        n, d = draw(st.integers(1, {1: 12, 2: 6, 3: 4}[axes])), draw(st.integers(1, 2))
        sides = (draw(st.integers(0, 2)), draw(st.integers(0, 2)))
        spatial.append(n), window.append(draw(st.integers(1, max(1, min(3, (n + sum(sides) - 1) // d + 1)))))
        stride.append(draw(st.integers(1, 3))), padding.append(sides), dilation.append(d)
    ceil = draw(st.booleans())
    read = windows(spatial, window, stride, padding, dilation, ceil)
    assume(all(read))
    for n, axis in zip(spatial, read, strict=True):
        assume(all(any(0 <= p < n for p in positions) for positions in axis))
    dtype = draw(st.sampled_from([np.uint8, np.int8, np.int64]))
    # small numbers tie often; the lowest ones must not be taken for padding
    low = np.iinfo(dtype).min
    x = draw(hnp.arrays(dtype, (draw(st.integers(1, 2)), *spatial), elements=st.integers(low, low + 3)))
    values = draw(hnp.arrays(np.int32, (len(x), *map(len, read)), elements=st.integers(-99, 99)))
    return x, values, (tuple(window), tuple(stride), tuple(padding), tuple(dilation)), ceil


@settings(max_examples=300)
@given(cases())
def test_steps_map_and_loop_agree(case):
    x, values, sliding, ceil = case
    operation = Unpooling(Pooling(*sliding, axes=x.ndim - 1, ceil=ceil))
    walk = operation.walk((values, x))
    expected, switches = unpool(values, x, *sliding, ceil)
    assert operation.output_shape(x.shape) == expected.shape == walk.output_shape == walk.output.shape
    assert walk.output.dtype == values.dtype
    assert walk.output.tolist() == expected.tolist()
    assert replay(walk).tolist() == expected.tolist()
    for step in walk:
        assert step.target == switches[step.index]
        assert (step.value, step.pooled.value) == (values[step.index], x[step.target])


@settings(max_examples=100)
@given(cases(), st.data())
def test_what_stands_before_a_step_is_what_the_steps_before_it_have_put(case, data):
    x, values, sliding, ceil = case
    walk = Unpooling(Pooling(*sliding, axes=x.ndim - 1, ceil=ceil)).walk((values, x))
    before = data.draw(st.integers(0, len(walk)))
    y = walk.bound.blank()
    for step in walk[:before]:
        step.write(y)
    for channel in range(len(x)):
        ends = [sorted((data.draw(st.integers(0, n)), data.draw(st.integers(0, n)))) for n in x.shape[1:]]
        region = [
            range(first, last) if last > first else range(n) for (first, last), n in zip(ends, x.shape[1:], strict=True)
        ]
        assert walk.bound.standing(before, channel, region).tolist() == y[channel][np.ix_(*region)].tolist()


@pytest.mark.parametrize("settings_", [{}, {"stride": 1}, {"window": 3, "stride": 2, "padding": 1}])
def test_large_maps_are_the_same(settings_):
    x = np.random.default_rng(3).integers(0, 200, (2, 300, 400)).astype(np.uint8)
    pooling = Pooling(**settings_)
    walk = Unpooling(pooling).walk((pooling.output(x), x))
    for index in ((0, 0, 0), (1, 99, 3), (1, 149, 199), (0, 70, 100)):
        step = walk[index]
        assert walk.output[step.target] == step.value == x[step.target]
    assert set(np.unique((walk.output - x)[walk.output > 0])) == {0}


def test_of_a_whole_window_one_cell_comes_back():
    x = np.arange(12).reshape(1, 3, 4)
    output = Unpooling(Pooling(whole=True)).output(([[[7]]], x))
    assert output.tolist() == [[[0] * 4, [0] * 4, [0, 0, 0, 7]]]


def test_where_switches_coincide_the_last_value_stays():
    x = [[0, 9, 0]]
    pooling = Pooling((1, 2), 1)
    walk = Unpooling(pooling).walk(([[[3, 4]]], x))
    assert walk.output.tolist() == replay(walk).tolist() == [[[0, 4, 0]]]
    shown = view_of(walk)
    assert "2 values go to 1 cell" in shown.remarks()[1]
    told = "".join(span.text for block in shown.scene(walk[1]).blocks[-1:] for span in block.wordings[0])
    assert told == "another value was put there before: the later one stays"


def test_the_value_comes_from_the_first_input():
    walk = Unpooling(Pooling(2)).walk(([[[5]]], [[1, 2], [4, 3]]))
    assert walk[0].main_source((1, 1, 1)) == ((0, 0, 0), 0)
    assert walk[0].facts()["target"] == [0, 1, 0]
    assert walk.bound.facts() == {
        "input": [1, 1, 1], "kernel": [2, 2], "stride": [2, 2], "padding": [[0, 0], [0, 0]], "dilation": [1, 1],
        "output": [1, 2, 2],
    }  # fmt: skip


def test_the_inputs_stay_as_they_are():
    x, values = np.arange(16).reshape(1, 4, 4), np.arange(4).reshape(1, 2, 2)
    walk = Unpooling(Pooling(2)).walk((values, x))
    assert not walk.output.flags.writeable
    Unpooling(Pooling(2)).output((values, x))[...] = 9
    assert (x.ravel() == np.arange(16)).all()
    assert values.ravel().tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Unpooling(Pooling(kind="average")), "average pooling has no places to go back to"),
        (lambda: Unpooling(Pooling()).walk(np.ones((2, 4, 4))), "unpooling takes two inputs together"),
        (lambda: Unpooling(Pooling()).walk((np.ones((2, 2)),)), "takes two inputs"),
        (
            lambda: Unpooling(Pooling()).walk(([[1, 2]], np.ones((4, 4)))),
            "values of 1×1×2 do not fit: 1×4×4 pools to 1×2×2",
        ),
        (lambda: Unpooling(Pooling()).walk((np.ones((2, 2, 2)), np.ones((4, 4)))), "values of 2×2×2 do not fit"),
        (lambda: Unpooling(Pooling(5)).walk(([[1]], np.ones((4, 4)))), "does not fit in a 4×4 input"),
        (lambda: Unpooling(Pooling(4)).walk(([[float("nan")]], np.ones((4, 4)))), "the input holds nan"),
        (lambda: Unpooling(Pooling(4)).walk(([[1]], [1, 2])), "does not have 2 spatial axes"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(CnnstepError) as caught:
        make()
    assert message in caught.value.message
    assert caught.value.hint


def test_it_has_no_setting_of_its_own():
    with pytest.raises(CnnstepError, match="unpooling has no setting window to change"):
        view("unpool sample:five").with_setting("window", 1)


def test_what_is_said(run, tmp_path):
    shown = run("unpool", "--at", "1,1").output
    assert "the largest of window [1,1], 9, stands at x[2,2]: y[2,2] = v[1,1] = 9" in shown
    assert "0   8 [ 9 ] 0   0" in shown
    assert "4 cells tie, the first in reading order" in run("unpool", "3 3; 3 3", "--at", "0,0").output
    whole = run("unpool", "--view", "map").output
    assert "4 of 25 cells get a value back, 21 are 0; values 0 to 9" in whole
    np.save(tmp_path / "v.npy", np.array([[[5, 6], [7, 0.5]]]))
    typed, read = (
        run("unpool", "--values", v, "--view", "map").output for v in ("5 6; 7 0.5", str(tmp_path / "v.npy"))
    )
    assert typed == read
    assert "values of your own" in typed
    assert "0.5" in typed


def test_the_place_is_hidden_with_the_value():
    walk = Unpooling(Pooling(2)).walk(([[[1.25, 2.5], [3.75, 5.5]]], np.arange(16).reshape(4, 4) / 8))
    shown = view_of(walk)
    step = walk[2]
    scene = shown.scene(step)
    output, hidden = scene.blocks[3].panels[-1], hide(scene, 1).blocks[3].panels[-1]
    assert [(box.top, box.left) for box in output.boxes] == [(3, 1)]
    assert [cell.role for row in output.cells for cell in row].count(Role.CURRENT) == 1
    assert hidden.boxes == ()
    # all of its window, not the cell alone
    assert [(i, j) for i, row in enumerate(hidden.cells) for j, cell in enumerate(row) if cell.text == "?"] == [
        (2, 0), (2, 1), (3, 0), (3, 1)
    ]  # fmt: skip
    sentence = "".join(span.text for span in hide(shown.line(step), 1).blocks[0].wordings[0]).replace("\xa0", " ")
    assert sentence == "the largest of window [1,0], ?, stands at ?: ? = v[1,0] = ?"


@pytest.mark.parametrize("window", [(), ("--window", "3", "--stride", "1")])
def test_its_gradient_is_that_of_the_values(run, window):
    told = json.loads(run("unpool", *window, "--gradient", "input", "--json").stdout)
    met = Unpooling(Pooling(3, stride=1) if window else Pooling(2))
    x = np.array(view("unpool").bound.x)
    values = met.pooling.output(x)
    # the last of the windows with the same largest cell got it
    last = {met.walk((values, x))[n].target: n for n in range(values.size)}
    expected = [float(n in last.values()) for n in range(values.size)]
    assert np.array(told["map"]).reshape(-1).tolist() == expected
    checked = json.loads(run("unpool", *window, "--gradient", "input", "--check", "--json").stdout)
    assert checked["largest_difference"] == 0
    assert len(checked["cells"]) == values.size


def test_a_cell_is_made_of_the_last_value_that_was_put_there():
    x = np.array([[[1, 9, 2], [0, 3, 4], [5, 6, 7]]])
    walk = Unpooling(Pooling(2, 1)).walk((np.array([[[10, 20], [30, 40]]]), x))
    for cell in np.ndindex(walk.output_shape):
        if walk.output[cell]:
            step = walk.made_of(cell)
            assert (step.target, step.value) == (cell, walk.output[cell])
        else:
            with pytest.raises(CnnstepError, match="no value was put to"):
                walk.made_of(cell)


def test_why_a_value_stands_where_it_stands(run):
    """A cell of the output has another number than the value that it holds."""
    line = ("why", "maxpool 2 as p | conv 1@3x3 same | unpool p", "sample:digit")
    cells = np.argwhere(view(f'net "{line[1]}" sample:digit').walk.output)
    address = f"u3[{','.join(map(str, cells[-1]))}]"
    result = run(*line, address)
    assert (result.exit_code, result.stdout.split()[0]) == (0, address)
    nothing = run(*line, "u3[0,0,27]")
    assert (nothing.exit_code, nothing.stderr.splitlines()[0]) == (
        1,
        "Error: no value was put to 0,0,27 of the output: it is 0",
    )
