"""Size rules against arrays that are really slid, counted and stamped."""

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnnstep.cli.size import Settings
from cnnstep.cli.solving import _usual
from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry import Axis, Sizes, TransposedAxis, channels_first, padding_text, sliding_axes, transposed_axes
from cnnstep.geometry.solving import solve


def starts(n, k, s, before, after, d):
    """Every place where a window begins, found by trying."""
    return [at for at in range(-before, n + after, s) if at + d * (k - 1) < n + after]


GRID = list(product(range(1, 9), range(1, 5), range(1, 4), range(3), range(3), range(1, 4)))


def test_output_counts_the_windows_that_fit():
    for n, k, s, before, after, d in GRID:
        assert Axis(n, k, s, before, after, d).output == len(starts(n, k, s, before, after, d))


def test_unread_cells_are_those_no_window_reaches():
    for n, k, s, before, after, d in GRID:
        axis = Axis(n, k, s, before, after, d)
        begins = starts(n, k, s, before, after, d)
        if not begins:
            continue
        read = {at + tap * d for at in begins for tap in range(k)}
        assert [axis.is_read(i) for i in range(n)] == [i in read for i in range(n)]
        assert axis.unread == n - 1 - max(min(max(read), n - 1), -1)


def test_holes_lie_between_what_the_windows_read():
    for n, k, s, d in product([60], range(1, 6), range(1, 7), range(1, 5)):
        axis = Axis(n, k, s, 0, 0, d)
        middle = range(axis.extent + s, axis.extent + 2 * s)
        assert axis.holes == sum(not axis.is_read(i) for i in middle)


def test_ceil_is_the_rule_of_pytorchs_pooling():
    for n, k, s, p in product(range(1, 12), range(1, 5), range(1, 5), range(3)):
        if n + 2 * p < k or p > k // 2:
            continue
        size = -(-(n + 2 * p - k) // s) + 1
        if (size - 1) * s >= n + p:
            size -= 1
        assert sliding_axes([n], k, s, p, ceil=True)[0].output == size


@given(n=st.integers(1, 300), k=st.integers(1, 12), s=st.integers(1, 9), d=st.integers(1, 4))
def test_same_follows_tensorflow(n, k, s, d):
    (axis,) = sliding_axes([n], k, s, "same", d)
    assert axis.output == -(-n // s)
    assert axis.after - axis.before in {0, 1}
    if axis.before + axis.after:
        smaller = Axis(n, k, s, 0, axis.before + axis.after - 1, d)
        assert smaller.output < axis.output


@given(n=st.integers(1, 50), k=st.integers(1, 9), d=st.integers(1, 4))
def test_full_reads_every_window_that_touches(n, k, d):
    (axis,) = sliding_axes([n], k, 1, "full", d)
    assert axis.output == n + d * (k - 1)


@given(n=st.integers(1, 30), k=st.integers(1, 6), s=st.integers(1, 5), p=st.integers(0, 3), d=st.integers(1, 3))
def test_transposed_is_the_way_back(n, k, s, p, d):
    forward = Axis(n, k, s, p, p, d)
    if forward.output < 1:
        return
    lost = forward.leftover
    back = TransposedAxis(forward.output, k, s, p, p, d, lost)
    assert back.output == n
    stamped = {i * s + tap * d for i in range(forward.output) for tap in range(k)}
    assert back.uncut == max(stamped) + 1 + lost


@pytest.mark.parametrize(("n", "k", "s"), list(product(range(1, 9), range(1, 6), range(1, 6))))
def test_transposed_same_multiplies_by_the_stride(n, k, s):
    assert transposed_axes([n], k, s, "same")[0].output == n * s


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "output"),
    [
        ((32, 32), 5, 1, 0, (28, 28)),
        ((5, 5), 3, 1, 0, (3, 3)),
        ((7, 7), 3, 1, 0, (5, 5)),
        ((5, 5), 3, 2, 0, (2, 2)),
        ((32, 32), 3, 1, "same", (32, 32)),
        ((32, 32), 2, 2, 0, (16, 16)),
        ((480, 640), 3, 2, 0, (239, 319)),
        ((10, 10), 3, 1, ((0, 1), (1, 2)), (9, 11)),
        ((227, 227), 11, 4, 0, (55, 55)),
        ((224, 224), 7, 2, 3, (112, 112)),
    ],
    ids=["LeNet", "5,3", "7,3", "5,3,s2", "same", "pooling", "photo", "uneven", "AlexNet", "ResNet"],
)
def test_known_sizes(size, kernel, stride, padding, output):
    assert Sizes(sliding_axes(size, kernel, stride, padding)).output == output


def test_costs_of_a_known_layer():
    sizes = Sizes.checked(sliding_axes((32, 32), 3, 1, "same"), channels=3, filters=12)
    assert (sizes.windows, sizes.products, sizes.parameters, sizes.multiply_adds) == (1024, 27, 336, 331_776)
    depthwise = Sizes.checked(sliding_axes((32, 32), 3, 1, "same"), channels=12, filters=12, groups=12)
    assert (depthwise.products, depthwise.parameters) == (9, 120)
    unknown = Sizes(sliding_axes((32, 32), 5))
    assert (unknown.products, unknown.parameters, unknown.multiply_adds) == (25, None, None)


@pytest.mark.parametrize(
    ("call", "message", "hint"),
    [
        (lambda: sliding_axes((3, 3), 5), "a 5×5 kernel does not fit in a 3×3 input with padding 0",
         "use padding=1, or a kernel of 3×3 or smaller"),
        (lambda: sliding_axes((6, 6), 3, dilation=4), "a 3×3 kernel with dilation 4, which covers 9×9 cells, does not fit",
         "use padding=2, or a kernel of 2×2 or smaller"),
        (lambda: sliding_axes((3, 8), 5, padding=((0, 0), (1, 2))), "3×8 input with padding 0x1:2", "padding=1"),
        (lambda: transposed_axes((2, 2), 2, 2, output_padding=2), "output-padding 2 must be smaller", "output_padding=1"),
        (lambda: transposed_axes((2, 2), 1, 1, 3), "cuts away all of the 2 cells", "padding=0"),
        (lambda: Sizes.checked((), 4, 6, 4), "4 groups do not divide 6 filters", "groups=1 or 2 or 3 or 6"),
    ],
)  # fmt: skip
def test_errors_name_the_numbers_and_what_works(call, message, hint):
    with pytest.raises(GeometryError) as caught:
        call()
    assert message in caught.value.message
    assert hint in caught.value.hint


@given(n=st.integers(1, 20), k=st.integers(1, 30), p=st.integers(0, 2), d=st.integers(1, 4))
def test_the_hint_of_a_kernel_that_does_not_fit_works(n, k, p, d):
    try:
        sliding_axes((n, n), k, 1, p, d)
    except GeometryError as error:
        (padding,) = (part.value for part in error.advice if isinstance(part, Setting))
        smaller = int(error.hint.split("kernel of ")[1].split("×")[0])
        assert sliding_axes((n, n), k, 1, padding, d)[0].output >= 1
        assert sliding_axes((n, n), smaller, 1, p, d)[0].output >= 1


@given(n=st.integers(1, 40), wanted=st.integers(1, 40), k=st.integers(1, 6), p=st.integers(0, 3), s=st.integers(1, 4))
def test_solutions_are_all_that_there_are(n, wanted, k, p, s):
    rules = {
        "kernel": lambda value: Axis(n, value, s, p, p).output,
        "padding": lambda value: Axis(n, k, s, value, value).output,
        "stride": lambda value: Axis(n, k, value, p, p).output,
        "dilation": lambda value: Axis(n, k, s, p, p, value).output,
    }
    for name, rule in rules.items():
        lowest = 0 if name == "padding" else 1
        solution = solve(rule, wanted, lowest, 5000)
        found = [value for value in range(lowest, 400) if rule(value) == wanted]
        if solution.first is None:
            assert not found
            assert all(rule(value) == size != wanted for value, size in solution.nearest)
        else:
            last = 399 if solution.last is None else solution.last
            assert found == list(range(solution.first, last + 1))


def reached(n, k, s, before, after, d, extra, *, transposed):
    """The size of an output, counted: windows one after another, or the cells that all stamps cover."""
    if not transposed:
        return len(starts(n, k, s, before, after, d))
    covered = [i * s + tap * d for i in range(n) for tap in range(k)]
    return max(covered) + 1 + extra - before - after


def everything(kernel, typed, *, transposed):
    """Every combination that people use, by how far it is from plain: dilation, an odd cell, output padding, stride."""
    dilations, strides = (range(1, 2 if name in typed else most) for name, most in (("dilation", 5), ("stride", 33)))
    for d, odd, extra, s in product(dilations, (0, 1), range(4 if transposed else 1), strides):
        reach = d * (kernel - 1)
        most = reach + 1 - odd
        for p in range(min(most, 1 - odd) if "padding" in typed else most):
            if extra < max(s, d):
                yield (d, odd, extra, s), (p, p + odd)


@example(n=17, wanted=1, kernel=5, transposed=True, typed={"stride"})
@example(n=16, wanted=1, kernel=5, transposed=True, typed={"stride"})
@settings(max_examples=60)
@given(
    n=st.integers(1, 20), wanted=st.integers(1, 24), kernel=st.integers(1, 5), transposed=st.booleans(),
    typed=st.sets(st.sampled_from(["stride", "padding", "dilation"])),
)  # fmt: skip
def test_the_answer_is_the_plainest_of_all_that_there_are(n, wanted, kernel, transposed, typed):
    plain = {"stride": (1,), "padding": ((0, 0),), "dilation": (1,)}
    asked = {name: value if name in typed else None for name, value in plain.items()}
    rest = {"filters": None, "groups": 1, "output_padding": None, "ceil": False, "out": (wanted,)}
    answer = _usual(Settings(size=(n,), kernel=(kernel,), transposed=transposed, **asked, **rest), (wanted, wanted))
    all_of_them = [
        (rank, sides)
        for rank, sides in everything(kernel, typed, transposed=transposed)
        if reached(n, kernel, rank[3], *sides, rank[0], rank[2], transposed=transposed) == wanted
    ]
    assert bool(answer) == bool(all_of_them) or len(typed) == len(plain)
    if answer:
        found = {**plain, "output_padding": (0,)} | answer
        (d,), (s,), (extra,), ((before, after), *_) = (
            found[name] for name in ("dilation", "stride", "output_padding", "padding")
        )
        assert ((d, after - before, extra, s), (before, after)) in all_of_them
        ratio = max(n, wanted) // min(n, wanted)
        plainest = min((d, odd, extra, s != ratio, s) for (d, odd, extra, s), _ in all_of_them)
        assert (d, after - before, extra, s != ratio, s) == plainest


@pytest.mark.parametrize(
    ("shape", "meant"),
    [((34, 34, 3), (3, 34, 34)), ((28, 28, 1), (1, 28, 28)), ((480, 640, 4), (4, 480, 640)), ((3, 34, 34), None),
     ((3, 3, 3), None), ((512, 7, 3), None), ((34, 34), None), ((34, 34, 5), None), ((3,), None)],
)  # fmt: skip
def test_shapes_whose_channels_stand_last(shape, meant):
    assert channels_first(shape) == meant


def test_enormous_numbers_are_answered_at_once():
    assert Axis(10**9, 3 * 10**7, 10**8).holes == 10**8 - 3 * 10**7
    with pytest.raises(GeometryError, match="7 groups do not divide"):
        Sizes.checked((), 10**12 + 1, 7, 7)


def test_padding_as_it_is_typed():
    assert padding_text(sliding_axes((5, 5), 3, padding=1)) == "1"
    assert padding_text(sliding_axes((5, 5), 3, padding=(1, 2))) == "1x2"
    assert padding_text(sliding_axes((5, 5), 3, padding=((0, 1), (1, 2)))) == "0:1x1:2"
