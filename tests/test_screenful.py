"""On a terminal no screen is longer than its rows; in a pipe, and with --all, everything is told."""

import io
import shlex

import numpy as np
import pytest
from PIL import Image

from cnnstep import network
from cnnstep.cli import deliver
from cnnstep.cli.group import cli, view
from cnnstep.cli.options import Answer
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.filling import is_filling
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Page, plain, width_of
from cnnstep.render.lines.screenful import screenful
from tests.test_docs import examples_in_help

APART = (
    "cnnstep train", "cnnstep learn sample:digit", "cnnstep inspect lenet5 --shift all",  # slow
    "cnnstep draw", "cnnstep help", "cnnstep quiz ", "cnnstep lesson ", "cnnstep grade",  # conversations, with tests of their own
)  # fmt: skip
SHOWN = [
    c for c in examples_in_help()
    if c.startswith("cnnstep ") and "|" not in c.replace('" ', "") and not c.startswith(APART) and "--json" not in c
]  # fmt: skip
PAGE = Page(80, Glyphs())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("screens")
    Image.fromarray(np.arange(10_000, dtype=np.uint16).astype(np.uint8).reshape(100, 100)).save(path / "image.png")
    np.savez(path / "mnist.npz", x=np.zeros((20, 28, 28), np.uint8), y=np.arange(20) % 10)
    np.savez(path / "w.npz", **network("lenet5").weights)
    return path


def drawn(shown, rows, page=PAGE):
    return [plain(line) for line in screenful(shown, page, rows)]


@pytest.mark.parametrize("command", SHOWN)
def test_every_example_fits_its_screen(folder, monkeypatch, command):
    monkeypatch.chdir(folder)
    answer = cli.answer(shlex.split(command)[1:])
    if not isinstance(answer, Answer):
        return  # it has printed itself: a list of commands, a line of completion
    shown = deliver.chosen(answer)
    whole = [line for scene in shown.screens() for line in lines(scene, PAGE)]
    for rows in (23, 42):
        found = screenful(shown, PAGE, rows)
        assert len(found) <= rows
        assert max(map(width_of, found)) <= 80
        texts = "\n".join(map(plain, found))
        assert "next: " in texts or "next: " not in "\n".join(map(plain, whole))
        if len(whole) <= rows and not any(map(is_filling, shown.screens())):
            assert found == whole


class Tty(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def typed(monkeypatch):
    """What a terminal of so many rows gets to see."""

    def call(*words, rows=24):
        out = Tty()
        monkeypatch.setattr("sys.stdout", out)
        monkeypatch.setenv("LINES", str(rows))
        monkeypatch.setenv("COLUMNS", "80")
        cli.main(list(words), standalone_mode=False)
        return out.getvalue().splitlines()

    return call


def test_more_rows_show_more(typed):
    few, more, many = (typed("conv", "--color", "never", rows=rows) for rows in (24, 50, 80))
    assert sum("step 1 of 16" in line for line in few) == 1
    assert not any("step 2 of 16" in line for line in few)
    assert any("step 2 of 16" in line for line in more)
    assert any("step 3 of 16" in line for line in many)
    assert len(few) <= 23 < len(more) <= 49 < len(many) <= 79


def test_a_screen_says_what_comes_of_its_step(typed):
    shown = typed("conv", "--color", "never")
    assert any("0   30   30    0" in line for line in shown)
    assert any(line.startswith(" 16 windows of 9 products") for line in shown)


def test_a_pipe_and_all_have_everything(run, typed):
    whole = run("conv").stdout.splitlines()
    assert typed("conv", "--all", "--color", "never") == whole
    assert sum("of 16" in line for line in whole) == 3


def test_steps_that_are_asked_for_are_all_shown(typed):
    shown = typed("conv", "--steps", "4", "--color", "never")
    assert sum("of 16" in line for line in shown) == 4


def test_a_file_that_is_written_leaves_room_for_its_line(typed, tmp_path):
    assert len(typed("conv", "--color", "never", "--save", str(tmp_path / "x.npy"))) <= 22


def test_what_is_left_out_is_counted(typed):
    shown = typed("explain", "lenet5", "--color", "never")
    whole = typed("explain", "lenet5", "--color", "never", "--all")
    (told,) = (line for line in shown if line.startswith(" … "))
    place = shown.index(told)
    assert shown[-1].endswith("--all")
    without_air = [line for line in whole if line]
    assert shown[:place] == without_air[:place]
    hint = sum("next: " in line or "sample:digit (run it)" in line for line in without_air)
    assert int(told.split()[1]) == len(without_air) - hint - place


def test_a_network_keeps_its_answer(typed):
    shown = typed("net", "lenet5", "sample:digit", "--color", "never")
    assert any("class 7 97.87%, then class 9 2.00%" in line for line in shown)
    assert any(line.startswith(" 13      softmax") for line in shown)
    high = typed("net", "lenet5", "sample:digit", "--color", "never", rows=43)
    assert any("7  0.9787  ██████" in line for line in high)


@pytest.mark.parametrize("rows", [1, 2, 5, 8, 12, 16])
@pytest.mark.parametrize("line", ["conv", "pool sample:beep --window 100", "kernels", "net lenet5 sample:digit"])
def test_a_window_that_is_too_small_still_gets_an_answer(line, rows):
    shown = drawn(view(line), rows)
    assert any(text.strip() for text in shown)
    assert len(shown) <= max(rows, 8)


@pytest.mark.parametrize("width", [20, 40, 60])
def test_narrow_screens_fit_too(width):
    page = Page(width, Glyphs("ascii"))
    for line in ("conv", "softmax 1,2,3", "size --in 32 --k 5", "kernels edge"):
        found = screenful(view(line), page, 23)
        assert len(found) <= 23
        assert max(map(width_of, found)) <= width
