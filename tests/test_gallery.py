"""The pictures in docs/ are what the program draws today: `make gallery` renews them."""

import base64
import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tools.gallery import DOCS, GALLERY, PAGE, README, page

STALE = "run `make gallery` and look at it"
FIGURES = (*README, *GALLERY)


def comparable(svg):
    """Pictures inside as pixels: compressors differ from version to version."""

    def pixels(found):
        image = Image.open(io.BytesIO(base64.b64decode(found[1])))
        return f"{image.size} {hash(image.convert('RGB').tobytes())}"

    return re.sub(r"data:image/png;base64,([^\"]+)", pixels, svg)


def is_same_film(paths):
    films = [Image.open(io.BytesIO(path.read_bytes())) for path in paths]
    assert films[0].n_frames == films[1].n_frames, STALE
    for frame in (0, films[0].n_frames // 2, films[0].n_frames - 1):
        for film in films:
            film.seek(frame)
        one, other = (np.asarray(film.convert("RGB"), dtype=int) for film in films)
        assert np.abs(one - other).mean() < 1, STALE
    return films[0].size[0]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.file)
def test_no_picture_is_stale(figure, tmp_path):
    for fresh in figure.draw(tmp_path):
        kept = DOCS / fresh.name
        if kept.suffix == ".gif":
            assert is_same_film((fresh, kept)) == figure.wide
            continue
        texts = [comparable(path.read_text(encoding="utf-8")) for path in (fresh, kept)]
        assert texts[0] == texts[1], STALE
        assert ET.fromstring(texts[0]).get("width") == str(figure.wide)


def test_pages_show_all_pictures_on_both_papers_at_one_scale():
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"<picture>.*</picture>", readme) == [each.shown("docs/") for each in README]
    assert PAGE.read_text(encoding="utf-8") == page(), STALE
    assert {each.wide / int(re.search(r'width="(\d+)"', each.shown(""))[1]) for each in FIGURES} == {1280 / 832}


def test_the_gallery_is_small_and_has_nothing_else():
    assert sum(path.stat().st_size for path in DOCS.iterdir()) < 2_000_000
    drawn = {path.name for path in DOCS.iterdir() if path.suffix != ".md"}
    assert drawn == {file for each in FIGURES for file in each.papers}
