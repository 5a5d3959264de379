"""The pictures in docs/ are what the program draws today: `make gallery` renews them."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tools.gallery import DOCS, GALLERY, draw

README = Path(__file__).parent.parent / "README.md"


def comparable(svg):
    """Pictures inside as pixels: compressors differ from version to version."""

    def pixels(found):
        image = Image.open(io.BytesIO(base64.b64decode(found[1])))
        return f"{image.size} {hash(image.convert('RGB').tobytes())}"

    return re.sub(r"data:image/png;base64,([^\"]+)", pixels, svg)


@pytest.mark.parametrize("name", GALLERY)
def test_no_picture_is_stale(name, tmp_path):
    fresh, kept = draw(name, tmp_path), DOCS / name
    if kept.suffix == ".svg":
        assert comparable(fresh.read_text(encoding="utf-8")) == comparable(kept.read_text(encoding="utf-8")), (
            "run `make gallery` and look at it"
        )
        return
    films = [Image.open(io.BytesIO(path.read_bytes())) for path in (fresh, kept)]
    assert films[0].n_frames == films[1].n_frames
    for frame in (0, films[0].n_frames - 1):
        for film in films:
            film.seek(frame)
        one, other = (np.asarray(film.convert("RGB"), dtype=int) for film in films)
        assert np.abs(one - other).mean() < 1, "run `make gallery` and look at it"


def test_the_gallery_is_small_and_shown():
    assert sum(path.stat().st_size for path in DOCS.iterdir()) < 2_000_000
    shown = set(re.findall(r"docs/(\S+?\.(?:svg|gif))", README.read_text(encoding="utf-8")))
    assert shown == {path.name for path in DOCS.iterdir() if path.suffix != ".md"} == set(GALLERY)
