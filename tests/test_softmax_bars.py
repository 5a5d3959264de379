"""Softmax as bars: as long as the numbers, in the terminal, in figures and on pages; hidden while the value is."""

import math

import numpy as np
import pytest

from cnnstep import Softmax
from cnnstep.render.figures.layout import draw
from cnnstep.render.figures.shapes import Label
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Page, plain
from cnnstep.render.theme import DARK, WHITE
from cnnstep.views.operations import view_of
from cnnstep.views.page.hiding import hide
from cnnstep.views.page.scene import Scene
from cnnstep.views.page.tables import Bar, Table

LOGITS = {
    "three": [2, 1, 0.1], "with signs": [2.5, -1, 0, -3], "two": [0, 1000], "equal": [0, 0, 0],
    "many": [2, 1, 0.1, -3, 0, 4, 1, 2, 1, 0], "very many": np.linspace(-4, 3, 40).tolist(),
}  # fmt: skip
DIVIDE, CHECK = 4, 5


def bars_of(values, number=CHECK, level=0):
    view = view_of(Softmax().walk(np.array(values)))
    (found,) = (each for each in hide(view.scene(view.walk[number]), level).blocks if isinstance(each, Table))
    return found


def probabilities(values):
    """By hand, in exact order."""
    powers = [math.exp(value - max(values)) for value in values]
    return powers, [power / math.fsum(powers) for power in powers]


@pytest.mark.parametrize("name", LOGITS)
def test_bars_are_as_long_as_their_numbers(name):
    values = LOGITS[name]
    powers, shares = probabilities(values)
    rows = bars_of(values).rows[:-1]
    assert len(rows) == min(12, len(values))
    assert {int(row[0].text) for row in rows} >= {int(np.argmax(values))}
    for row in rows:
        number = int(row[0].text)
        z, power, share = (entry.share for entry in row if isinstance(entry, Bar))
        assert z == pytest.approx(values[number] / (max(map(abs, values)) or 1))
        assert (power, share) == pytest.approx((powers[number], shares[number]))


@pytest.mark.parametrize(
    "page", [Page(80, Glyphs()), Page(40, Glyphs()), Page(80, Glyphs("ascii"))], ids=["80", "40", "ascii"]
)
def test_bars_on_a_terminal(page):
    table = bars_of(LOGITS["with signs"])
    rows = [plain(line) for line in lines(Scene((table,)), page)]
    block, zero = page.glyphs.fit("█"), page.glyphs.fit("│")
    _, shares = probabilities(LOGITS["with signs"])
    powers = [share / shares[0] for share in shares]
    assert max(map(len, rows)) <= page.width
    for row, z, power, share in zip(rows[1:5], LOGITS["with signs"], powers, shares, strict=True):
        left, _, right = row.partition(zero)
        assert (left.count(block), len(right) - len(right.lstrip(block))) == (
            round(max(0, -4 * z / 3)),
            round(max(0, 4 * z / 3)),
        )
        assert right.lstrip(block).count(block) == round(8 * power) + round(10 * share)


@pytest.mark.parametrize("paper", [WHITE, DARK], ids=["white", "dark"])
def test_bars_in_figures(paper):
    _, shares = probabilities(LOGITS["three"])
    part = draw(Scene((bars_of(LOGITS["three"]),)), paper)
    boxes = [each for each in part.shapes if isinstance(each, Label) and each.fill == paper.named["bar"]]
    last = max(round(box.x, 3) for box in boxes)
    found = [box.width for box in boxes if box.x == pytest.approx(last, abs=0.01)]
    assert [width / found[0] for width in found] == pytest.approx([share / shares[0] for share in shares], abs=0.02)


def test_sums_stand_below_once_they_are_known():
    texts = [[entry.text for entry in bars_of([2, 1, 0.1], number).rows[-1] if entry.text] for number in range(6)]
    assert [each[1:] for each in texts] == [[], [], [], ["≈ 1.517"], ["≈ 1.517"], ["≈ 1.517", "= 1"]]


@pytest.mark.parametrize("name", ["three", "many"])
def test_hidden_probabilities_have_no_length(name):
    rows = bars_of(LOGITS[name], DIVIDE, level=1).rows[:-1]
    assert {row[-1].share for row in rows} == {0}
    assert {row[-1].text for row in rows} == {""}
    assert {entry.share for row in rows for entry in row if isinstance(entry, Bar)} > {0}
