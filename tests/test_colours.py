"""One highlight that everybody sees: measured in saved figures, through simulations of three kinds of colour blindness."""

from collections import Counter

import numpy as np
import pytest
from PIL import Image

from cnnstep.render.theme import DARK, WHITE, colour
from cnnstep.views.page.roles import Palette, Role

SIMULATED = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
    ],
}  # fmt: skip
"""On linear red, green and blue: Machado, Oliveira and Fernandes 2009, table 1, at full strength."""
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
D65 = np.array([0.95047, 1, 1.08883])
PAPERS = pytest.mark.parametrize("paper", [WHITE, DARK], ids=["white", "dark"])
STEP = ("conv", "sample:halves", "--kernel", "vertical", "--padding", "1", "--at", "1,2")
"""10·1 and 10·(−1) are among its products, so that both ends of the palette are there."""


def linear(seen):
    part = np.array(seen) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def lab(bright):
    ratios = XYZ @ bright / D65
    x, y, z = np.where(ratios > 216 / 24389, np.cbrt(ratios), (24389 / 27 * ratios + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def counted(image):
    """Each colour of an image, and how many pixels have it."""
    return Counter({found: times for times, found in image.convert("RGB").getcolors(1 << 24)})


def difference(one, other, kind):
    """CIE76 between two colours as that kind of eye sees them."""
    seen = (np.clip(SIMULATED[kind] @ linear(each), 0, 1) for each in (one, other))
    return np.linalg.norm(np.subtract(*map(lab, seen)))


def contrast(one, other):
    """WCAG 2: of relative luminances."""
    darker, brighter = sorted(XYZ[1] @ linear(each) for each in (one, other))
    return (brighter + 0.05) / (darker + 0.05)


def test_the_measures_are_the_published_ones():
    assert difference((255, 255, 255), (0, 0, 0), "normal") == pytest.approx(100, abs=0.01)
    assert difference((255, 0, 0), (0, 255, 0), "normal") == pytest.approx(170.6, abs=0.1)
    assert contrast((255, 255, 255), (0, 0, 0)) == pytest.approx(21)
    for matrix in SIMULATED.values():
        assert np.sum(matrix, axis=1) == pytest.approx(np.ones(3), abs=1e-5)  # grey stays grey


@pytest.fixture
def figures(tmp_path_factory, run):
    """The colours of a saved step, with how many pixels have each."""
    folder = tmp_path_factory.mktemp("colours")
    found = {}
    for name, more in (("white", ()), ("dark", ("--dark",))):
        assert run(*STEP, *more, "--save", str(folder / f"{name}.png")).exit_code == 0
        with Image.open(folder / f"{name}.png") as image:
            found[name] = counted(image)
    return {WHITE.ground: found["white"], DARK.ground: found["dark"]}


@PAPERS
def test_the_window_is_told_from_everything_beside_it_by_every_eye(paper, figures):
    seen = figures[paper.ground]
    window = paper.looks[Role.WINDOW].fill
    low, high = (colour(Palette.DIVERGING, end, paper.stops) for end in (-1, 1))
    others = {"paper": paper.ground, "padding": paper.looks[Role.PADDING].fill, "negative": low, "positive": high}
    assert seen.most_common(1)[0][0] == paper.ground
    for fill in (window, *others.values()):
        assert seen[fill] > 1000, fill
    for name, fill in others.items():
        for kind in SIMULATED:
            assert difference(window, fill, kind) >= 15, (name, kind)


@PAPERS
def test_the_frame_stands_out_on_every_fill(paper, figures):
    """Its ink, or the halo around it: where the fill of the window cannot be told, the frame does it."""
    assert figures[paper.ground][paper.highlight] > 1000
    fills = [*paper.named.values()]
    for palette in (Palette.GREY, Palette.SEQUENTIAL, Palette.MAGMA, Palette.DIVERGING):
        low = paper.stops[palette][0][0]
        fills += [colour(palette, shade, paper.stops) for shade in np.linspace(low, 1, 64)]
    for fill in fills:
        assert max(contrast(paper.highlight, fill), contrast(paper.ground, fill)) >= 3, fill


@PAPERS
def test_numbers_are_read_on_what_stands_behind_them(paper):
    for role, look in paper.looks.items():
        assert contrast(look.ink, look.fill or paper.ground) >= 4.5, role
    assert contrast(paper.looks[Role.PADDING].ink, paper.looks[Role.WINDOW].fill) >= 3


def test_dark_paper_is_the_middle_of_its_palette():
    assert colour(Palette.DIVERGING, 0, DARK.stops) == DARK.ground


def test_the_highlight_keeps_its_colour_in_a_film(run, tmp_path):
    """Merged with other colours it would be another tint."""
    photo = ("conv", "sample:picture", "--kernel", "edge", "--steps", "2")
    for name, more, paper in (("white.gif", (), WHITE), ("dark.gif", ("--dark",), DARK)):
        assert run(*photo, *more, "--save", str(tmp_path / name)).exit_code == 0
        with Image.open(tmp_path / name) as film:
            seen = counted(film)
        assert seen[paper.looks[Role.WINDOW].fill] > 1000
        assert seen[paper.highlight] > 200
