"""Widths are predicted, not tried: what a panel will take is what it takes."""

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnstep
from cnnstep.cli.group import view
from cnnstep.render.glyphs import POWERS, STAND_INS, Glyphs
from cnnstep.render.lines.grids import grid_width, lay_grid, narrower
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Page, character, plain, width_of
from cnnstep.render.lines.pictures import lay_picture, picture_width
from cnnstep.views.page.grid import Box, Cell, Cut, Grid, Legend
from cnnstep.views.page.roles import Palette, Role, Span
from cnnstep.views.page.scene import Picture, Scene, Words, beside

CUTS = st.builds(Cut, *[st.booleans()] * 4)


@st.composite
def grids(draw):
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 9))
    text = st.integers(-999, 999).map(str)
    cells = tuple(tuple(Cell(draw(text), Role.INPUT) for _ in range(columns)) for _ in range(rows))
    left = draw(st.integers(0, columns - 1))
    right = draw(st.integers(left + 1, columns))
    box = Box(0, left, draw(st.integers(1, rows)), right)
    unread = frozenset(draw(st.sets(st.integers(0, columns - 1), max_size=2)))
    legend = draw(st.sampled_from([None, Legend("-9", "9", Palette.DIVERGING)]))
    return Grid(draw(st.sampled_from(["", "input 6×6"])), cells, (box,), draw(CUTS), box, unread, legend=legend)


@given(grids(), st.sampled_from([1, 2, 3]), st.booleans())
def test_a_grid_is_as_wide_as_predicted(grid, gap, blocks):
    page = Page(80, Glyphs(), blocks)
    laid = lay_grid(grid, page, gap)
    assert laid.width == grid_width(grid, page, gap)
    assert {width_of(line) for line in [laid.caption, *laid.body, *laid.below]} == {laid.width}


@given(grids())
def test_a_narrower_grid_keeps_its_focus_and_says_what_it_shows(grid):
    grid = grid._replace(origin=(7, 100))
    whole = grid
    while (fewer := narrower(grid)) != grid:
        assert len(fewer.cells[0]) == len(grid.cells[0]) - 1
        focus, before = fewer.focus, grid.focus
        shown = [row[int(focus.left) : int(focus.right)] for row in fewer.cells]
        assert shown == [row[int(before.left) : int(before.right)] for row in grid.cells]
        grid = fewer
    left = grid.origin[1] - 100
    assert grid.cells == tuple(row[left : left + len(grid.cells[0])] for row in whole.cells)
    assert int(grid.focus.left) <= 1
    assert len(grid.cells[0]) - int(grid.focus.right) <= 1


@given(st.integers(1, 99), st.integers(1, 99), st.integers(1, 60), st.booleans())
def test_a_picture_is_as_wide_as_predicted(rows, columns, wanted, blocks):
    pixels = np.linspace(-1, 1, rows * columns).reshape(rows, columns)
    picture = Picture(
        "map", pixels, (rows, columns), Palette.DIVERGING, wanted, legend=Legend("-1", "1", Palette.DIVERGING)
    )
    page = Page(80, Glyphs(), blocks)
    assert lay_picture(picture, page, 76).width == picture_width(picture, page, 76)


@given(st.lists(grids(), min_size=1, max_size=4), st.integers(30, 120))
def test_panels_never_reach_beyond_the_page(listed, width):
    page = Page(width, Glyphs())
    assert all(width_of(line) <= width for line in lines(Scene((beside(*listed),)), page))


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zs", "Zl", "Zp"]), max_size=200),
    st.integers(10, 60),
)
def test_words_are_all_there_and_fit(text, width):
    laid = list(lines(Scene((Words(((Span(text),),)),)), Page(width, Glyphs())))
    assert all(width_of(line) <= width for line in laid)
    assert "".join(piece.text for line in laid for piece in line).replace(" ", "") == Glyphs().fit(text).replace(
        " ", ""
    )


SOURCES = Path(cnnstep.__file__).parent
SAID = [*SOURCES.glob("classroom/lessons/*.md"), *SOURCES.glob("views/**/*.py"), *SOURCES.glob("learning/*.py")]


def phrases(path):
    """What a lesson or a module says; in a module its strings, without docstrings."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return [text]
    nodes = list(ast.walk(ast.parse(text)))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    found = [node for node in nodes if isinstance(node, ast.Constant) and id(node) not in docstrings]
    return [node.value for node in found if isinstance(node.value, str)]


def test_every_sign_that_is_said_has_a_stand_in():
    said = {sign for path in SAID for phrase in phrases(path) for sign in phrase if sign.isprintable()}
    assert {"×", "δ", "₀"} <= said
    assert not [sign for sign in said - set(STAND_INS) - set(map(chr, POWERS)) if not sign.isascii()]


def test_every_sign_has_a_stand_in_that_any_output_can_show():
    for sign, others in STAND_INS.items():
        assert others[-1].replace("\xa0", " ").isascii(), sign
    assert Glyphs("ascii").fit("⌊3 × 4⌋ ≈ −1 · Σ\x1b é") == "floor(3 x 4) ~= -1 * sum\\x1b \\xe9"
    assert Glyphs("cp1252").fit("3×4 − 1 → é") == "3×4 - 1 -> é"
    assert Glyphs("ascii").fit("x² ×10⁻¹²") == "x^2 x10^-12"
    assert Glyphs("cp1252").fit("x² ×10⁻¹²") == "x² ×10^-12"


def test_a_grey_pixel_has_one_character():
    """In colour as in grey, on every level between two of 8 bits: the three weights add up to exactly 1."""
    for shade in (level / 510 for level in range(511)):
        assert character(Palette.COLOUR, (shade,) * 3) == character(Palette.GREY, shade), shade


@pytest.mark.parametrize("width", [36, 40, 60, 80])
@pytest.mark.parametrize("blocks", [True, False])
def test_a_picture_is_narrower_before_a_number_beside_it_is_left_out(width, blocks):
    drawn = [plain(line) for line in lines(view("show sample:five").scene, Page(width, Glyphs(), blocks))]
    assert any(line.split()[-5:] == ["1", "2", "3", "4", "5"] for line in drawn), drawn
