"""Photos and their maps: what they are scaled by, how large they are drawn, how a map fills."""

import numpy as np
import pytest

from cnnstep import view
from cnnstep.player.frame import PlayerScreen
from cnnstep.player.session import Session
from cnnstep.player.timeline import Timeline
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.fitting import fitted
from cnnstep.render.lines.page import Page, plain
from cnnstep.render.lines.screenful import screenful
from cnnstep.render.theme import colour
from cnnstep.views.page.hiding import hide
from cnnstep.views.page.roles import Palette, Role
from cnnstep.views.page.scene import Beside, Picture
from cnnstep.views.panels.pictures import map_picture

PHOTO = "conv sample:picture --kernel edge"


def spread(*values, most=904):
    """A map of 40×40 with these values again and again, and one that is far from all others."""
    found = np.resize(np.array(values), (40, 40))
    found[3, 5] = most
    return found


@pytest.mark.parametrize(
    ("values", "low", "high", "note"),
    [
        (spread(-7, 0, 30), "−30", "30", "99 % of values within ±30"),
        (spread(2, 30), "2", "30", "99 % of values within 2–30"),
        (spread(-0.5, 0.25, most=80.0), "−0.5", "0.5", "99 % of values within ±0.5"),
        (spread(-500, 30), "−904", "904", ""),
        (spread(0), "0", "904", ""),
        (spread(-7, 0, 30)[:10, :10], "−904", "904", ""),
    ],
    ids=["signs", "magnitudes", "fractions", "not washed out", "nothing else", "too few to tell"],
)
def test_the_largest_value_washes_out_no_others(values, low, high, note):
    picture = map_picture(values, "map")
    assert (picture.legend.low, picture.legend.high, picture.legend.note) == (low, high, note)
    assert np.abs(picture.pixels).max() == 1


def test_a_share_of_a_photos_map_lies_where_the_legend_says():
    values = view(PHOTO).walk.output[0]
    legend = map_picture(values, "map").legend
    within = int(legend.high)
    assert legend.note == f"99 % of values within ±{within}"
    assert np.mean(abs(values) <= within) >= 0.99 > np.mean(abs(values) < within)


def test_a_scale_that_is_shared_stays_as_it_is():
    legend = map_picture(spread(-7, 30), "map", scale=(-904, 904)).legend
    assert (legend.low, legend.high, legend.note) == ("−904", "904", "")


def pictures(scene):
    return [p for block in scene.blocks if isinstance(block, Beside) for p in block.panels if isinstance(p, Picture)]


@pytest.mark.parametrize(
    "line", ["conv sample:digit --kernel edge", "pool max sample:digit --stride 1", "activate sample:digit relu", PHOTO]
)
def test_a_map_fills_row_by_row(line):
    shown = view(line)
    down, along = (-(-n // 192) for n in shown.walk.shape[1:])
    rows, columns = shown.walk.shape[1:]
    for number in (0, 1, columns, 3 * columns + 5, rows * columns - 1):
        _, found = pictures(shown.scene(shown.walk[number]))
        for row, column in np.ndindex(found.pixels.shape):
            block = [
                y * columns + x
                for y in range(row * down, (row + 1) * down)
                for x in range(column * along, (column + 1) * along)
            ]
            assert np.isnan(found.pixels[row, column]) == (max(block) >= number)
    if down == 1:
        scale = int(found.legend.high)
        values = [shown.walk[number].value for number in range(columns)]
        assert (found.pixels[0] * scale).round().tolist() == np.clip(values, -scale, scale).tolist()


@pytest.mark.parametrize(
    ("width", "height", "columns"), [(80, 23, 35), (80, 60, 37), (120, 40, 48), (200, 59, 97), (40, 59, 16)]
)
def test_photo_and_map_are_as_large_as_the_screen_allows(width, height, columns):
    page = Page(width, Glyphs(), blocks=True)
    drawn = fitted(view(PHOTO).scene(view(PHOTO).walk[210_880]), page, height)
    assert len(drawn) <= height
    assert "= −8" in plain(drawn[-1])
    above, *body = drawn[next(i for i, line in enumerate(drawn) if "feature map" in plain(line)) :]
    first, second = plain(above).index("input"), plain(above).index("feature")
    blocks = [
        line for line in body if plain(line)[first : first + columns].strip("▀◆") == "" and len(plain(line)) > columns
    ]
    for line in blocks:
        text = plain(line)
        assert len(text) == second + columns
        assert set(text[second:]) <= set("▀◆∙")
        assert not text[first + columns : second].strip()
    # the window's place on both, in the same row and column of cells
    (marked,) = (plain(line) for line in blocks if "◆" in plain(line))
    assert marked.index("◆", second) - second == marked.index("◆") - first
    # two pixels a character, and a character is twice as high as it is wide
    assert len(blocks) == round(columns * 480 / 640 / 2)


def test_half_blocks_have_the_colours_of_the_shades():
    shown = view("conv sample:digit --kernel edge")
    before, _ = pictures(shown.scene(shown.walk[0]))
    drawn = fitted(shown.scene(shown.walk[0]), Page(80, Glyphs(), blocks=True), 60)
    body = [[piece for piece in line if piece.text == "▀"] for line in drawn]
    body = [cells for cells in body if len(cells) == 37]
    assert len(body) == 18 - 2  # two lines have the corners of the window in them
    for row, cells in enumerate(body, 2):
        for column, cell in enumerate(cells):
            for tone, y in ((cell.fore, 2 * row), (cell.back, 2 * row + 1)):
                assert colour(*tone) == colour(Palette.GREY, before.pixels[y * 28 // 36, column * 28 // 37])


def test_a_hidden_value_does_not_show_in_the_map():
    """The cell of the step is still to come: only steps before it are seen."""
    shown = view("conv sample:digit --kernel edge")
    _, found = pictures(hide(shown.scene(shown.walk[40]), 1))
    assert np.isfinite(found.pixels).sum() == 40


def test_nothing_jumps_while_a_photo_is_played():
    shown = view(PHOTO)
    screen = PlayerScreen(Page(80, Glyphs(), blocks=True), 24)
    session = Session((shown,), Timeline((shown.walk,), (0,), 0, ("",)))
    heights = set()
    for number in (0, 1, 700, 210_880, 300_000, 5):
        timeline = session.timeline.__class__((shown.walk,), (number,), 0, ("",))
        lines = [plain(line) for line in screen.lines(Session((shown,), timeline))]
        heights.add(next(i for i, line in enumerate(lines) if "patch" in line))
        assert len(lines) == 24
    assert len(heights) == 1


def test_a_screen_of_a_photo_shows_the_whole_map_beside_it():
    drawn = [plain(line) for line in screenful(view(PHOTO), Page(80, Glyphs()), 23)]
    assert len(drawn) <= 23
    assert any("input 480×640" in line and "feature map 478×638" in line for line in drawn)
    assert not any("∙" in line for line in drawn)
    assert any("y[0,0] = " in line for line in drawn)
    whole = screenful(view(f"{PHOTO} --view map"), Page(80, Glyphs(), blocks=True), 23)
    marks = [piece for line in whole for piece in line if piece.role in {Role.PENDING, Role.CURRENT}]
    assert not marks
