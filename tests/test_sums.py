"""The numbers never lie: every printed sentence is read back and recomputed with fractions."""

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnstep import Convolution, Kernel
from cnnstep.render.figures.layout import draw
from cnnstep.render.theme import WHITE
from cnnstep.views.operations import view_of
from cnnstep.views.page.grid import Cut, Grid
from cnnstep.views.page.scene import Beside
from cnnstep.views.panels.extracts import MOST_SHOWN
from cnnstep.views.wording.numbers import exact, formatter, short
from cnnstep.views.wording.sums import sentence

NUMBERS = st.one_of(
    st.integers(-300, 300).map(float),
    st.floats(-1e4, 1e4),
    st.sampled_from([0.1, 1 / 3, 1e-5, 2.5e-9, 1e12, 1e20, 0.004, 99999.5]),
)
KINDS = {"whole": (np.int64, st.integers(-255, 255)), "fractions": (np.float64, NUMBERS)}


def value_of(text):
    """What an expression of the screen is worth: products, brackets, a division, sums."""
    text = text.replace("\xa0", " ").replace("−", "-").replace("row sums ", "").replace("bias ", "")
    text = re.sub(r"[\d.]+(e[+-]\d+)?", lambda match: f"Fraction('{match[0]}')", text.replace("·", "*"))
    return eval(text, {"Fraction": Fraction})


def claims(wording):
    """Each relation of a sentence: what stands left of it, the sign, what stands right of it."""
    text = "".join(span.text for span in wording).replace("\xa0", " ")
    parts = re.split(r" ([=≈]) ", text)
    return [(parts[i], parts[i + 1], parts[i + 2]) for i in range(2, len(parts) - 2, 2)]


@st.composite
def steps(draw):
    kind, numbers = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    channels, rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    x = draw(hnp.arrays(kind, (channels, rows, columns), elements=numbers))
    w = draw(hnp.arrays(kind, (rows, columns), elements=numbers))
    divisor, bias = draw(st.sampled_from([1, 2, 9, 256, 0.3])), draw(st.sampled_from([0, 1, -5, 0.5, -0.1, 1 / 3]))
    return Convolution(Kernel(w, divisor), bias=bias).walk(x)[0]


@given(steps())
def test_equals_is_said_only_of_what_is_equal(step):
    wordings = sentence(step).wordings + sentence(step, lines=1).wordings
    for wording in wordings:
        if "the\xa0sum" in "".join(span.text for span in wording):
            continue
        for left, relation, right in claims(wording):
            assert (value_of(left) == value_of(right)) == (relation == "="), (left, relation, right)


@given(steps())
def test_the_last_number_is_the_value(step):
    printed = exact("".join(span.text for span in sentence(step).wordings[0]).split()[-1])
    assert abs(printed - Fraction(step.value)) <= abs(Fraction(step.value)) / 1000 + Fraction(1, 10**12)


def test_a_sum_that_is_not_shown_is_not_called_equal():
    step = Convolution([[1 / 3] * 12] * 12).walk(np.full((12, 12), 1 / 7))[0]
    last = "".join(span.text for span in sentence(step).wordings[-1])
    assert "the\xa0sum\xa0of\xa0144\xa0products" in last
    assert "≈" in last


@pytest.mark.parametrize(
    ("values", "printed"),
    [
        ([1, -20, 300], ["1", "-20", "300"]),
        ([30.0, 0.0], ["30", "0"]),
        ([0.5, 1.25], ["0.50", "1.25"]),
        ([1 / 3], ["0.3333"]),
        ([100 / 3], ["33.33"]),
        ([-0.00001, 12.0], ["-1.0e-05", "12.00"]),
        ([1.23456e-7], ["1.235e-07"]),
        ([0.00010251], ["0.0001025"]),
        ([2.5e12 + 0.3], ["2.500e+12"]),
        ([10**30], ["1000000000000000000000000000000"]),
        ([-0.0], ["0"]),
        ([255 / 255, 3 / 255], ["1.000", "0.012"]),
    ],
)
def test_numbers_that_stand_together_share_a_format(values, printed):
    show = formatter(values)
    assert [show(value) for value in values] == printed


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "0.5"), (3.0, "3"), (1 / 3, "0.3333"), (12345.678, "12345.678"), (-2, "-2")]
)
def test_a_number_on_its_own(value, text):
    assert short(value) == text


@pytest.mark.parametrize("kernel", [(99, 99), (1, 999), (3, 299, 299)], ids=["square", "row", "deep"])
def test_a_wide_window_is_told_as_far_as_a_screen_reaches(kernel):
    x = np.ones((*kernel[:-2], kernel[-2] + 4, kernel[-1] + 4), np.uint8)
    walk = Convolution(np.ones((1, *kernel) if len(kernel) > 2 else kernel, np.int64)).walk(x)
    scene = view_of(walk).scene(walk[6])
    panels = [panel for block in scene.blocks if isinstance(block, Beside) for panel in block.panels]
    grids = [panel for panel in panels if isinstance(panel, Grid)]
    assert all(len(grid.cells) <= MOST_SHOWN and len(grid.cells[0]) <= MOST_SHOWN for grid in grids)
    assert grids[-1].cut == Cut(bottom=kernel[-2] > MOST_SHOWN, right=True)
    assert sum(len(span.text) for wording in scene.blocks[-1].wordings for span in wording) < 10_000
    figure = draw(scene, WHITE)
    assert figure.width * figure.height < 10_000_000
