"""Stamps against a plain loop, and against the matrix of the convolution that they transpose."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnstep import Convolution, Kernel, TransposedConvolution, kernels, replay
from cnnstep.engine import transposed
from cnnstep.engine.matrices import operator
from cnnstep.engine.scatters import Scatter
from cnnstep.errors import GeometryError
from tests.operations import transpose


@st.composite
def cases(draw):
    axes = draw(st.integers(1, 3))
    largest = {1: 9, 2: 4, 3: 3}[axes]
    groups = draw(st.integers(1, 2))
    channels, filters = groups * draw(st.integers(1, 2)), draw(st.integers(1, 2))
    spatial, kernel, stride, padding, dilation, extra = [], [], [], [], [], []
    for _ in range(axes):
        n, k, s, d = (draw(st.integers(1, high)) for high in (largest, 3, 3, 2))
        sides = (draw(st.integers(0, 2)), draw(st.integers(0, 2)))
        more = draw(st.integers(0, max(s, d) - 1))
        assume((n - 1) * s + d * (k - 1) + 1 + more - sum(sides) >= 1)
        spatial.append(n), kernel.append(k), stride.append(s), padding.append(sides)
        dilation.append(d), extra.append(more)
    numbers = st.integers(-9, 9)
    x = draw(hnp.arrays(np.int32, (channels, *spatial), elements=numbers))
    w = draw(hnp.arrays(np.int64, (channels, filters, *kernel), elements=numbers))
    bias = [draw(numbers) for _ in range(filters * groups)]
    return x, w, tuple(stride), tuple(padding), tuple(dilation), tuple(extra), groups, bias


@settings(max_examples=200)
@given(cases())
def test_stamps_map_and_loop_agree(case):
    x, w, stride, padding, dilation, extra, groups, bias = case
    operation = TransposedConvolution(w, stride, padding, dilation, groups, bias, extra, axes=x.ndim - 1)
    walk = operation.walk(x)
    expected = transpose(x, w, stride, padding, dilation, extra, groups, bias)
    assert operation.output_shape(x.shape) == expected.shape == walk.output.shape
    assert walk.output.tolist() == expected.tolist()
    assert replay(walk).tolist() == expected.tolist()


@settings(max_examples=100)
@given(cases())
def test_a_cell_of_the_output_is_the_sum_of_what_was_added_to_it(case):
    x, w, stride, padding, dilation, extra, groups, bias = case
    walk = TransposedConvolution(w, stride, padding, dilation, groups, bias, extra, axes=x.ndim - 1).walk(x)
    for cell in np.ndindex(walk.output_shape):
        step = walk.made_of(cell)
        assert step.value == walk.output[cell] == step.products.sum() + step.bias
        rows = np.ix_(range(len(x)), *step.window)
        np.testing.assert_array_equal(step.patch, x[rows][step.channels.start : step.channels.stop])
        source = step.main_source(x.shape).cell
        assert abs(step.products).max() == abs(step.products[step.strongest()])
        assert x[source] == step.patch[step.strongest()]


@settings(max_examples=80)
@given(cases())
def test_before_is_what_the_stamps_before_have_left(case):
    x, w, stride, padding, dilation, extra, groups, bias = case
    walk = TransposedConvolution(w, stride, padding, dilation, groups, bias, extra, axes=x.ndim - 1).walk(x)
    y = walk.bound.blank()
    for step in walk:
        for place in map(tuple, np.argwhere(step.inside).tolist()):
            target = tuple(positions[i] for positions, i in zip(step.window, place, strict=True))
            for number, f in enumerate(step.filters):
                assert step.before[(number, *place)] == y[(f, *target)]
        step.write(y)


@settings(max_examples=60)
@given(cases(), st.data())
def test_what_stands_before_a_step_is_what_all_steps_before_it_have_added(case, data):
    x, w, stride, padding, dilation, extra, groups, bias = case
    bound = TransposedConvolution(w, stride, padding, dilation, groups, bias, extra, axes=x.ndim - 1).bind(x)
    number = data.draw(st.integers(0, x.size - 1))
    step = bound.step(number, tuple(map(int, np.unravel_index(number, x.shape))))
    outside = tuple(range(positions.start - 2, positions.stop + 2) for positions in step.window)
    for count, window in ((number, step.window), (number + 1, step.window), (number + 1, outside)):
        fast, plain = bound.partial(count, step.filters, window), Scatter.partial(bound, count, step.filters, window)
        assert fast.tolist() == plain.tolist()


@pytest.mark.parametrize("settings_", [{}, {"stride": 2}, {"padding": 1}, {"dilation": 2}, {"stride": 2, "padding": 1}])
def test_its_matrix_is_that_of_the_convolution_mirrored(settings_):
    kernel = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    convolution, back = Convolution(kernel, **settings_), TransposedConvolution(kernel, **settings_)
    small = convolution.output_shape((1, 7, 7))
    there, _ = operator(convolution, (1, 7, 7))
    again, _ = operator(back, small)
    assert again.tolist() == there.T.tolist()


def test_the_matrix_does_what_the_operation_does():
    x = np.arange(36).reshape(1, 6, 6)
    for settings_ in (
        {"padding": 1},
        {"padding": 2, "pad_mode": "reflect"},
        {"padding": 1, "pad_value": 7, "pad_mode": "constant"},
    ):
        convolution = Convolution(kernels["emboss"], bias=3, **settings_)
        matrix, constant = operator(convolution, x.shape)
        assert (matrix @ x.ravel() + constant).tolist() == convolution.output(x).ravel().tolist()
    with pytest.raises(GeometryError, match="is shown up to"):
        operator(Convolution(kernels["edge"]), (1, 60, 60))


def test_named_kernels_are_filters_and_divisors_divide():
    x = np.array([[1, 2], [3, 4]])
    assert TransposedConvolution([kernels["edge"], kernels["sharpen"]]).output_shape((1, 2, 2)) == (2, 4, 4)
    assert TransposedConvolution(Kernel([[4]], 2)).output(x).tolist() == [[[2, 4], [6, 8]]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TransposedConvolution(np.ones((2, 1, 2, 2))).walk(np.ones((3, 4, 4))), "do not fit 3 input channels"),
        (lambda: TransposedConvolution([[1]], output_padding=1).walk([[1]]), "must be smaller than the stride"),
        (lambda: TransposedConvolution([[1]], padding=1).walk([[1]]), "cuts away all"),
        (lambda: TransposedConvolution([[1]], bias=[1, 2]).walk([[1]]), "2 biases do not fit 1 filter"),
        (lambda: TransposedConvolution([[1]], groups=2).walk([[1]]), "2 groups do not divide 1 channel"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(GeometryError) as caught:
        make()
    assert message in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(("largest", "kind"), [(255, np.int64), (2**62, object)])
def test_a_stamp_reads_only_what_came_before_in_the_smallest_exact_type(monkeypatch, largest, kind):
    seen, scatter = [], transposed.scatter

    def watched(x, *others):
        seen.append((x.shape, x.dtype))
        return scatter(x, *others)

    monkeypatch.setattr(transposed, "scatter", watched)
    walk = TransposedConvolution(np.full((5, 5), 3)).walk(np.full((9, 9), largest))
    step = walk[0, 2, 4]
    assert seen == [((1, 3, 9), kind)]
    assert step.before[0, 0, 0] == 3 * largest * (3 * 5 - 1)
