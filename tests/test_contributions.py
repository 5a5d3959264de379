"""What each channel adds to a sum, as bars: as long as their shares, left or right of zero, in every ink."""

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstep import Convolution
from cnnstep.render.figures.shapes import Label
from cnnstep.render.figures.tables import draw_table
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.page import Page, plain
from cnnstep.render.lines.tables import lay_table
from cnnstep.render.markup import blocks
from cnnstep.render.theme import WHITE
from cnnstep.views.operations.contributions import LONGEST, MOST, contributions
from cnnstep.views.page.hiding import hide
from cnnstep.views.page.scene import Scene

SUMS = st.lists(st.floats(-50, 50).map(lambda value: round(value, 3)), min_size=2, max_size=12)
BAR = WHITE.named["bar"]


def made_of(values, bias=0.5):
    """A sum of one product a channel: the channel's own number."""
    walk = Convolution(np.ones((1, len(values), 1, 1)), bias=bias).walk(np.array(values).reshape(-1, 1, 1))
    return contributions(walk[0], "sum")


def shares(table):
    """Label → the share of its bar."""
    return {row[0].text: row[2].share for row in table.rows[:-1]}


@given(SUMS)
def test_the_largest_stand_first_and_the_rows_add_up(values):
    table = made_of(values)
    *rows, total = ([entry.text for entry in row] for row in table.rows)
    printed = sum(Fraction(number.replace("−", "-")) for _, number, _ in rows)
    sign, value = total[1].split()
    assert (printed == Fraction(value.replace("−", "-"))) == (sign == "=")
    channels = [(int(label.split()[1]), label) for label, _, _ in rows if label.startswith("channel")]
    sizes = [abs(values[number]) for number, _ in channels]
    assert sizes == sorted(map(abs, values), reverse=True)[: len(channels)]
    assert len(rows) <= MOST + 2
    found, largest = shares(table), max(map(abs, [*values, 0.5]))
    if len(channels) == len(values):
        assert all(found[label] == pytest.approx(values[number] / largest) for number, label in channels)


@given(SUMS)
def test_bars_are_as_long_as_their_shares(values):
    table = made_of(values)
    found = shares(table)
    lines = [plain(line) for line in lay_table(table, Page(80, Glyphs()))]
    for share, line in zip(found.values(), lines, strict=False):
        left, right = line.split("│")
        full = (left if share < 0 else right).count("█")
        assert abs(full - abs(share) * LONGEST) <= 0.5
        assert (right if share < 0 else left).count("█") == 0
    drawn = [s for s in draw_table(table, WHITE).shapes if isinstance(s, Label) and s.fill == BAR]
    zero = max((s.x for s in drawn), default=0)
    longest = max((s.width for s in drawn), default=1)
    for share, label in zip(filter(None, found.values()), drawn, strict=True):
        assert label.width == pytest.approx(max(1, abs(share) * longest), abs=1)
        assert (label.x < zero) == (share < 0) or label.width <= 1 or len({s > 0 for s in found.values()}) == 1
    wide = [float(each) for each in re.findall(r'<i style="width:([\d.]+)em"', "".join(blocks(Scene((table,)))))]
    ems = max(wide) or 1
    assert wide[: len(found)] == [pytest.approx(abs(share) * ems, abs=0.011) for share in found.values()]


def test_what_is_hidden_has_no_bars():
    (table,) = hide(Scene((made_of([3, -2, 1]),)), 2).blocks
    assert {row[1].text for row in table.rows} == {"?"}
    assert {row[2].share for row in table.rows[:-1]} == {0}
    assert {row[2].text for row in table.rows} == {""}


@pytest.mark.parametrize("weights", [np.ones((1, 1, 1, 1)), [[[[1]], [[0]]]]], ids=["one channel", "one connected"])
def test_a_single_channel_needs_no_bars(weights):
    walk = Convolution(np.array(weights)).walk(np.ones((np.shape(weights)[1], 2, 2)))
    assert contributions(walk[0], "sum") is None
