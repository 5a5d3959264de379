"""Numbers in grids: two significant digits of what is not exact, no powers of ten inside, and every = is true."""

import re
from fractions import Fraction
from math import log10

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnstep import Convolution
from cnnstep.render.figures.fonts import font
from cnnstep.render.figures.layout import draw
from cnnstep.render.formats.texts import section
from cnnstep.render.markup import blocks
from cnnstep.render.terminal import plain_text
from cnnstep.render.theme import WHITE
from cnnstep.views.operations import view_of
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.hiding import hide
from cnnstep.views.page.roles import Part
from cnnstep.views.page.scene import Beside, Mark, Scene
from cnnstep.views.wording.arithmetic import reach
from cnnstep.views.wording.cells import LOST, CellFormat

FLOATS = st.one_of(
    st.floats(-1e4, 1e4),
    st.floats(-1e-3, 1e-3),
    st.floats(-1e12, 1e12),
    st.sampled_from([0.1, 1 / 3, 1e-5, 2.5e-9, 1e20, 9.96, 0.996, -0.0, 0.0]),
)
POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def printed(text, factor):
    """What a reader takes a cell for: its number times the factor of the caption."""
    power = int(factor.removeprefix("×10").translate(POWERS)) if factor else 0
    return Fraction(text.replace("−", "-")) * Fraction(10) ** power


@pytest.mark.parametrize(
    ("values", "texts", "factor"),
    [
        ([1, -20, 300], ["1", "−20", "300"], ""),
        ([30.0, -0.0], ["30", "0"], ""),
        ([0.5, 1.25, 0.0], ["0.50", "1.25", "0.00"], ""),
        ([0.0625, 1.0], ["0.0625", "1.0000"], ""),
        ([0.0341, 0.0107], ["0.034", "0.011"], ""),
        ([203.25, 0.5], ["203.25", "0.50"], ""),
        ([203.0625, 0.5], ["203", "0.50"], ""),
        ([1 / 3, -0.004, 0.0], ["0.33", "≈0", "0"], ""),
        ([100 / 3, 14 / 3, 1 / 3], ["33", "4.7", "0.33"], ""),
        ([9.96, 99.6, 0.9999], ["10", "100", "1.0"], ""),
        ([1234.5678, 0.1], ["1235", "0.10"], ""),
        ([1.5e-5 / 7, -3e-7], ["2.1", "−0.30"], "×10⁻⁶"),
        ([2.5e12 + 0.3, 1e11], ["2.5", "0.10"], "×10¹²"),
        ([10**30, -1], [str(10**30), "−1"], ""),
        ([0.7, 1e-17], ["0.70", "0"], ""),
        ([0.0, -0.0, 1 / 3], ["0", "0", "0.33"], ""),
    ],
)
def test_cells_have_two_significant_digits(values, texts, factor):
    show = CellFormat.of(values)
    assert ([show(value) for value in values], show.factor) == (texts, factor)


@given(st.lists(FLOATS, min_size=1, max_size=9))
def test_no_cell_has_a_power_of_ten_or_too_many_digits(values):
    show = CellFormat.of(values)
    for value in values:
        text = show(value)
        assert "e" not in text
        assert "-" not in text
        if text == LOST:
            assert 0 < abs(value) < max(map(abs, values)) / 10
        elif float(printed(text, show.factor)) != value and printed(text, show.factor):
            whole, _, decimals = text.lstrip("−").partition(".")
            assert len((whole + decimals).lstrip("0")) <= 2 or (not decimals and log10(abs(value)) > 1)
        if text != LOST:
            assert show.read(value) == printed(text, show.factor)
            # half of the last of two digits, or half of the last decimal that the largest has
            _, size = f"{max(map(abs, values)):.1e}".split("e")
            allowed = max(Fraction(abs(value)) / 19, Fraction(10) ** (int(size) - 1) / 2)
            assert abs(printed(text, show.factor) - Fraction(value)) <= allowed


@given(
    hnp.arrays(np.float64, (2, 3, 3), elements=st.one_of(st.integers(-9, 9).map(float), FLOATS)),
    hnp.arrays(np.float64, (2, 3, 3), elements=st.sampled_from([0.0, 1.0, -1.0, 0.5, 0.1, 1 / 3, 1e-5])),
)
def test_equals_stands_only_where_every_printed_product_is_true(x, weights):
    walk = Convolution(weights[None]).walk(x)
    rows = [
        panels
        for block in view_of(walk).scene(walk[0]).blocks
        if isinstance(block, Beside)
        for panels in [block.panels]
        if any(isinstance(p, Grid) and p.part is Part.PATCH for p in panels)
    ]
    assert rows
    factors = [re.search(r"×10[⁻⁰-⁹¹²³]+$", p.caption) for p in rows[0] if isinstance(p, Grid)]
    for panels in rows:
        grids = [p for p in panels if isinstance(p, Grid)]
        (sign,) = (p.text for p in panels if isinstance(p, Mark) and p.text in {"=", "≈"})
        texts = zip(*([c.text for row in grid.cells for c in row] for grid in grids), strict=True)
        numbers = [
            [None if t == LOST else printed(t, f[0] if f else "") for t, f in zip(each, factors, strict=True)]
            for each in texts
        ]
        is_true = all(None not in each and each[0] * each[1] == each[2] for each in numbers)
        assert sign == "≈" or is_true


@pytest.mark.parametrize(
    ("inside", "padding", "told"),
    [
        (range(5), 1, "columns 0–4 and 1 of padding"),
        (range(3, 8), 0, "columns 3–7"),
        ((), 3, "3 columns of padding"),
    ],
)
def test_padding_is_counted_and_never_numbered(inside, padding, told):
    assert reach("columns", inside, padding) == told


@pytest.mark.parametrize("bold", [False, True])
def test_a_minus_is_as_thick_as_the_bar_of_a_plus(bold):
    minus, plus = (np.array(font(200, bold=bold).getmask(sign)) for sign in "−+")
    width, height = font(200, bold=bold).getmask("+").size
    bar = (plus.reshape(height, width)[:, width // 5] > 127).sum()
    width, height = font(200, bold=bold).getmask("−").size
    assert abs((minus.reshape(height, width)[:, width // 2] > 127).sum() - bar) <= 1


def step_grids(scene):
    """The grids of patch, weights and products, row by row."""
    rows = [block.panels for block in scene.blocks if isinstance(block, Beside)]
    parts = {Part.PATCH, Part.WEIGHTS, Part.PRODUCTS}
    return [grids for row in rows if (grids := [p for p in row if isinstance(p, Grid) and p.part in parts])]


@pytest.mark.parametrize(
    ("shape", "digits"),
    [((1, 3, 3), [True]), ((2, 3, 3), [True] * 2), ((3, 1, 1), [True] * 3), ((3, 3, 3), [False, True, False]),
     ((2, 5, 5), [False, True]), ((1, 7, 7), [True]), ((1, 8, 8), [False])],
    ids=str,
)  # fmt: skip
def test_colours_stand_for_the_numbers_of_all_channels_but_the_strongest(shape, digits):
    x = np.ones(shape)
    x[min(1, shape[0] - 1)] = -2
    walk = Convolution(np.ones((1, *shape))).walk(x)
    scene = view_of(walk).scene(walk[0])
    rows = step_grids(scene)
    assert [not grid.is_heat for row in rows for grid in row] == [has for has in digits for _ in range(3)]
    hidden = step_grids(hide(scene, 2))
    assert not any(grid.is_heat for row in hidden for grid in row)  # who is to answer needs the numbers


def test_colours_of_a_step_are_on_one_scale_and_every_ink_has_them():
    weights = np.zeros((1, 3, 2, 4))
    weights[0, :, 0, 0] = 1, -2, 4
    walk = Convolution(weights).walk(np.ones((3, 2, 4)))
    scene = view_of(walk).scene(walk[0])
    first, second, third = (row[1] for row in step_grids(scene))
    assert [grid.cells[0][0].shade for grid in (first, second, third)] == [0.25, -0.5, 1]
    assert (first.is_heat, second.is_heat, third.is_heat) == (True, True, False)
    text = plain_text([scene])
    assert "++" in text
    assert "~~" in text or "--" in text
    assert "−2" not in "".join(
        label.text for label in draw(Scene((Beside((second,)),)), WHITE).shapes if hasattr(label, "text")
    )
    html = "".join(blocks(scene))
    assert '<span class="unseen">−2</span>' in html
    assert "| −2 |" in "\n".join(section(scene))


def test_all_shows_digits_of_every_channel(run):
    line = ("conv", "sample:flower", "--rgb", "--kernel", "edge", "--at", "13,14")
    usual, whole = (run(*line, *more).stdout for more in ((), ("--all",)))
    assert (usual.count("−1    8   −1"), whole.count("−1    8   −1")) == (1, 3)
    assert "##" in usual.partition("patch")[2]
    assert "##" not in whole.partition("patch")[2]
