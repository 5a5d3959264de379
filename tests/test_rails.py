"""The branches of a network drawn beside its table."""

import itertools
import re
from collections import Counter

import pytest
from hypothesis import given

from cnnstep.networks.layer_kinds import KINDS
from cnnstep.notation.chain import chain
from cnnstep.render.glyphs import Glyphs
from cnnstep.views.networks.rails import MOST_LANES, branches, lanes, rails
from cnnstep.views.page.rails import GLYPHS, Joint
from tests.strategies import graphs
from tests.test_branches import NETWORKS

PICTURES = {
    "residual": """
        ●
        ●
        ●
        ├─●
        │ ●
        │ ●
        ●─╯
        ●
        ●
        ●
        ●
        ●
        """,
    "U-Net": """
        ●
        ●
        ●
        ├─●
        │ ●
        │ ●
        │ ●
        ●─╯
        ●
        """,
    "inception": """
        ●
        ●
        ●
        ├─●
        │ ●
        ├─│─●
        │ │ ●
        │ │ ●
        │ │ ●
        ● │ │
        ● │ │
        ● │ │
        ●─┴─╯
        ●
        ●
        ●
        """,
}


def inputs_of(text):
    return [each.inputs for each in chain(text, KINDS)]


def drawn(inputs):
    return [row.text.rstrip() for row in rails(inputs)]


@pytest.mark.parametrize("name", PICTURES)
def test_pictures(name):
    assert drawn(inputs_of(NETWORKS[name])) == [line.strip() for line in PICTURES[name].strip().splitlines()]


SMALL = {
    "a branch begins between others": ([(0,), (1,), (1,), (1, 2, 3)], ["●", "●", "├─●", "├─│─●", "●─┴─╯"]),
    "what is added goes on": ([(0,), (1,), (2, 1), (3, 1)], ["●", "●", "├─●", "├─●", "●─╯"]),
    "a node that no one reads": ([(0,), (0,)], ["●", "├─●", "●"]),
    "the same twice": ([(0,), (1, 1)], ["●", "●", "●"]),
    "all lanes go on": ([(0,), (0,), (2, 1), (3, 2, 1)], ["●", "├─●", "● │", "├─┼─●", "●─┴─╯"]),
}


@pytest.mark.parametrize("name", SMALL)
def test_small_pictures(name):
    inputs, picture = SMALL[name]
    assert drawn(inputs) == picture


def test_a_chain_has_no_rails():
    assert rails([(number,) for number in range(5)]) == []


def test_more_lanes_than_fit_are_not_drawn():
    many = [(0,)] * (MOST_LANES + 3)
    inputs = [*many, tuple(range(1, len(many) + 1))]
    assert branches(inputs)
    assert rails(inputs) == []
    assert len(rails([*many[:4], (1, 2, 3, 4)])) == 6


def test_where_rails_are_not_drawn_names_say_what_is_read(run):
    many = " | ".join(f"from input | conv 1@1x1 as b{number}" for number in range(MOST_LANES + 1))
    line = f"{many} | concat {' '.join(f'b{number}' for number in range(MOST_LANES))}"
    shown = run("net", line, "--in", "1x4x4", columns=300).stdout
    assert "reads" in shown
    assert re.search(r" 17  input +c17  conv 1@1x1 as b16 ", shown)
    assert "●" not in shown


def test_plain_signs_draw_the_same():
    shown = [Glyphs("ascii").fit(row.text).rstrip() for row in rails(inputs_of(NETWORKS["inception"]))]
    assert shown[3:7] == ["+-*", "| *", "+-|-*", "| | *"]
    assert shown[12] == "*-+-/"
    assert all(Glyphs("ascii").fit(glyph).isascii() for glyph in GLYPHS.values())
    assert all(len(Glyphs(name).fit(glyph)) == 1 for glyph in GLYPHS.values() for name in ("ascii", "cp1252", "cp437"))


@given(graphs())
def test_every_lane_begins_at_a_node_and_ends_at_its_last_reader(inputs):
    """What the rows say of lanes is what the graph says of nodes."""
    last = {node: number for number, reads in enumerate(inputs, 1) for node in reads}
    rows = lanes(inputs)
    lane_of = {number: row.lane for number, row in enumerate(rows)}
    assert len(rows) == len(inputs) + 1
    for number, row in enumerate(rows):
        waiting = [node for node in range(number) if last.get(node, 0) >= number]
        assert Counter(lane_of[node] for node in waiting) == Counter(row.before)  # each in a lane of its own
        assert row.after == {lane_of[node] for node in range(number + 1) if last.get(node, 0) > number}
        assert set(row.reads) == {lane_of[node] for node in (inputs[number - 1] if number else ())}
        assert row.lane not in row.before or row.lane in row.reads


@given(graphs())
def test_lines_have_no_loose_ends(inputs):
    rows = [row.joints for row in rails(inputs)]
    for above, below in itertools.pairwise(rows):
        assert [Joint.DOWN in a for a in above] == [Joint.UP in b for b in below]
    for row in rows:
        assert sum(Joint.NODE in joint for joint in row) == 1
        assert len(row) == len(rows[0])
        for place, (left, right) in enumerate(itertools.pairwise(row)):
            # a line that passes over a lane is drawn to both sides of it
            if Joint.RIGHT in left and place % 2 == 0:
                assert Joint.LEFT in right
            if Joint.LEFT in right and place % 2:
                assert Joint.RIGHT in left
        assert Joint.UP not in rows[0][0]
        assert all(Joint.DOWN not in joint for joint in rows[-1])
