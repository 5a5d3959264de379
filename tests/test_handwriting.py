"""Photographs of digits as a network meets them: drawn here, with light from the side, shadows and noise."""

import numpy as np
import pytest
from PIL import Image

import cnnstep
from cnnstep.cli.described import Described
from cnnstep.cli.networks import NetworkInput
from cnnstep.cli.options import Source
from cnnstep.inputs.datasets import digits
from cnnstep.inputs.handwriting import connected, cut_out, otsu
from cnnstep.inputs.images import resample
from cnnstep.networks.described import describe

SIZE = (32, 32)
INK, PAPER = 40, 200
SMALL, LARGE = (600, 800), (3000, 4000)


def photograph(bits, shape, side, place, light=60, paper=PAPER, ink=INK):
    """Dark ink on paper at a place, the light rising by `light` from corner to corner, and noise."""
    cover = np.zeros(shape)
    grey = resample(np.pad(bits, 1)[None].astype(float), side, side)[0]
    cover[place[0] : place[0] + side, place[1] : place[1] + side] = np.clip(grey, 0, 1)
    rows, columns = (np.linspace(-0.5, 0.5, n) for n in shape)
    lit = (paper + light * (rows[:, None] + columns) / 2) * (1 - cover * (1 - ink / paper))
    return np.clip(lit + np.random.default_rng(7).normal(0, 6, shape), 0, 255).astype(np.uint8)


def read(tmp_path, picture, chain="lenet5", **reading):
    path = tmp_path / "photo.png"
    Image.fromarray(picture).save(path)
    return Described(**vars(describe(chain))).read(Source.of(str(path), **reading))


@pytest.mark.parametrize(
    ("side", "look"),
    [(200, {}), (90, {}), (560, {}), (240, {"light": 170}), (200, {"paper": 110, "ink": 50})],
    ids=["usual", "little", "filling", "slanted light", "dim"],
)
def test_photographed_digits_are_read_right(side, look):
    known = digits().test
    places = np.random.default_rng(3).integers(5, [SMALL[0] - side - 5, SMALL[1] - side - 5], (30, 2))
    found = [
        cut_out(photograph(x, SMALL, side, place, **look), SIZE) for x, place in zip(known.x[:30], places, strict=True)
    ]
    answers = cnnstep.network("lenet5").output(np.stack([each.values for each in found])[:, None]).argmax(axis=1)
    assert (answers == known.labels[:30]).mean() >= 0.9
    for each, (top, left) in zip(found, places, strict=True):
        assert top - 4 <= each.rows[0] <= each.rows[1] <= top + side + 4
        assert left - 4 <= each.columns[0] <= each.columns[1] <= left + side + 4


def test_a_photograph_of_12_megapixels(tmp_path):
    known = digits().test
    photo = photograph(known.x[3], LARGE, 900, (400, 2500))
    found = cut_out(photo, SIZE)
    assert found.values.shape == SIZE
    assert found.values.min() == 0
    assert found.values.max() <= 1
    assert cnnstep.network("lenet5").output(found.values[None, None]).argmax() == known.labels[3]
    inked = np.argwhere(found.values > 0)
    assert np.abs(inked.min(axis=0) + inked.max(axis=0) - 31).max() <= 2
    Image.fromarray(photo).save(path := tmp_path / "photo.png")
    _, about = NetworkInput("lenet5", Source.of(str(path))).run()
    (top, bottom), (left, right) = found.rows, found.columns
    assert any(
        f"cut out at rows {top}–{bottom}, columns {left}–{right}, centred; --raw" in note for note in about.notes
    )
    assert "inverted, cut out" in about.name
    _, about = NetworkInput("lenet5", Source.of(str(path), raw=True)).run()
    assert not any("cut out" in note for note in about.notes)
    assert about.typed.endswith(" --raw")


def test_specks_shadows_and_other_words_stay_out():
    photo = photograph(digits().test.x[0], SMALL, 240, (200, 300))
    alone = cut_out(photo, SIZE)
    photo[:, :30] //= 3
    photo[300:304, 560:564] = INK
    photo[20:60, 700:790] = INK
    found = cut_out(photo, SIZE)
    assert found[1:] == alone[1:]
    assert np.abs(found.values - alone.values).max() < 0.1


def test_the_switch_and_what_is_no_photograph_leave_a_picture_unchanged(tmp_path):
    photo = photograph(digits().test.x[0], SMALL, 240, (200, 300))
    resized = read(tmp_path, photo, raw=True)
    assert resized.name.endswith("(600×800, resized)")
    assert np.array_equal(resized.values, resample(photo[None], 32, 32) / 255)
    assert read(tmp_path, photo, resize=SIZE).notes == ()
    assert read(tmp_path, 255 - photo).notes == ()
    assert read(tmp_path, photo, "resnet").notes == ()
    assert np.array_equal(read(tmp_path, photo, unit=True).notes, read(tmp_path, photo).notes)
    np.save(tmp_path / "photo.npy", photo)
    assert Described(**vars(describe("lenet5"))).read(Source.of(str(tmp_path / "photo.npy"))).notes == ()


def test_pictures_of_the_size_of_handwriting_stay(tmp_path):
    for side in (28, 32):
        bright = (digits().test.x[0][:side, :side] * 255).astype(np.uint8)
        assert np.array_equal(read(tmp_path, bright).values[0], np.pad(bright, (32 - side) // 2) / 255)
        assert read(tmp_path, 255 - bright).notes == ()
    assert Described(**vars(describe("lenet5"))).read(Source.of("sample:digit")).notes == ()


@pytest.mark.parametrize(
    "picture",
    [
        np.full((300, 300), 200), np.zeros((300, 300)), np.ones((1, 1)), np.full((1, 500), 9), np.full((2, 500), 200),
        np.full((500, 2), 200), np.random.default_rng(0).integers(0, 256, (300, 300)),
    ],
    ids=["empty page", "black", "1x1", "a row", "two rows", "two columns", "noise"],
)  # fmt: skip
def test_what_shows_no_digit_is_no_photograph(picture, tmp_path):
    assert cut_out(picture.astype(np.uint8), SIZE) is None
    assert read(tmp_path, picture.astype(np.uint8)).values.shape == (1, *SIZE)


def test_otsu_splits_two_classes_and_pieces_touch_by_corners():
    assert 0.1 <= otsu(np.array([0.1] * 9 + [0.8])) < 0.8
    labels = connected(np.array([[1, 0, 0, 1], [0, 1, 0, 1]], bool))
    assert labels[0, 0] == labels[1, 1] != labels[0, 3] == labels[1, 3] != 0
    assert labels[0, 1] == 0
