"""Every file that `--save` writes is read back by something else."""

import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyte
import pytest
from PIL import Image, ImageSequence

from cnnstep.render.figures.canvas import CANVAS
from cnnstep.render.figures.fonts import data
from cnnstep.render.figures.layout import draw
from cnnstep.render.figures.paint import Painter, picture
from cnnstep.render.figures.shapes import Label
from cnnstep.render.formats import FORMATS
from cnnstep.render.theme import DARK, WHITE
from tests.fonts import truetype
from tests.test_commands import COMMANDS, every

CONV = ("conv", "sample:halves")


def saved(run, path, *args):
    result = run(*args, "--save", str(path), "--force")
    assert result.exit_code == 0, result.stderr
    assert f"Wrote {path}" in result.stderr.replace("\n", "")
    return path


def opened(path):
    return Image.open(io.BytesIO(path.read_bytes()))


def frames(path):
    film = opened(path)
    return [(frame.convert("RGB").copy(), frame.info["duration"]) for frame in ImageSequence.Iterator(film)]


@every
@pytest.mark.parametrize("suffix", [suffix for suffix in FORMATS if suffix not in {".npy", ".npz", ".csv", ".jsonl"}])
def test_every_command_in_every_format(run, tmp_path, name, suffix):
    path = saved(run, tmp_path / f"out{suffix}", *COMMANDS[name], "--steps", "2")
    written = path.read_bytes()
    assert READ_BACK[suffix](written), suffix


READ_BACK = {
    ".png": lambda written: Image.open(io.BytesIO(written)).size[0] > 1,
    ".gif": lambda written: Image.open(io.BytesIO(written)).n_frames >= 1,
    ".webp": lambda written: Image.open(io.BytesIO(written)).n_frames >= 1,
    ".svg": lambda written: ET.fromstring(written).tag.endswith("svg"),
    ".html": lambda written: b'id="steps"' in written and b"http" not in written.replace(b"http-equiv", b""),
    ".cast": lambda written: json.loads(written.splitlines()[0])["version"] == 2,
    ".md": lambda written: "| --: |" in written.decode(),
    ".txt": lambda written: "\x1b" not in written.decode(),
    ".json": lambda written: json.loads(written)["steps"],
}


def test_a_png_of_one_step_is_a_figure_and_one_of_many_is_the_map(run, tmp_path):
    figure = opened(saved(run, tmp_path / "step.png", *CONV, "--at", "1,1")).convert("RGB")
    assert figure.info.get("Description", "step 6 of 16").startswith("step 6 of 16")
    colours = {colour for _, colour in figure.getcolors(1 << 24)}
    assert {WHITE.ground, WHITE.highlight, WHITE.looks[next(iter(WHITE.looks))].ink} <= colours
    whole = saved(run, tmp_path / "whole.png", *CONV)
    assert opened(whole).size == CANVAS
    assert opened(whole).info["Description"] == "the whole"
    photo = opened(saved(run, tmp_path / "map.png", "conv", "sample:picture", "--kernel", "edge"))
    assert photo.size == (638, 478)


def test_dark_paper_and_a_canvas(run, tmp_path):
    figure = opened(saved(run, tmp_path / "step.png", *CONV, "--at", "1,1", "--dark", "--canvas", "800x600"))
    assert figure.size == (800, 600)
    assert figure.getpixel((0, 0)) == DARK.ground


def test_films_have_a_frame_a_step_and_show_the_same(run, tmp_path):
    how = (*CONV, "--fps", "4", "--canvas", "480x270")
    exact = frames(saved(run, tmp_path / "film.webp", *how))
    near = frames(saved(run, tmp_path / "film.gif", *how))
    assert len(exact) == len(near) == 16
    assert [duration for _, duration in exact] == [duration for _, duration in near] == [250] * 15 + [2000]
    for (one, _), (other, _) in zip(exact, near, strict=True):
        assert np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int)).mean() < 0.5
    assert exact[0][0].getpixel((0, 0)) == near[0][0].getpixel((0, 0)) == WHITE.ground
    first, last = (np.asarray(exact[at][0]) for at in (0, -1))
    where = np.argwhere((last == WHITE.highlight).all(axis=-1))
    before = np.argwhere((first == WHITE.highlight).all(axis=-1))
    assert (where[:, 0].mean(), where[:, 1].mean()) > (before[:, 0].mean(), before[:, 1].mean())


def test_each_frame_is_the_scene_of_its_step(run, tmp_path):
    """One step alone fills the film's stage as the figure of that step fills the same canvas."""
    film = frames(saved(run, tmp_path / "film.webp", *CONV, "--at", "2,1", "--canvas", "640x480"))
    figure = opened(saved(run, tmp_path / "step.png", *CONV, "--at", "2,1", "--canvas", "640x480"))
    assert len(film) == 1
    assert np.abs(np.asarray(film[0][0], dtype=int) - np.asarray(figure, dtype=int)).mean() < 12


@pytest.mark.parametrize(("fps", "total"), [("3", 5000), ("7", 2140), ("50", 300), ("0.5", 30000)])
def test_durations_add_up_although_gif_counts_hundredths_and_the_last_frame_stays(run, tmp_path, fps, total):
    durations = [d for _, d in frames(saved(run, tmp_path / "film.gif", *CONV, "--fps", fps, "--canvas", "160x160"))]
    assert len(durations) == 16
    assert abs(sum(durations[:-1]) - total) <= 10
    assert durations[-1] == 2000


@pytest.mark.parametrize(("loop", "again"), [("0", 0), ("1", None), ("3", 2)])
def test_how_often_a_film_plays(run, tmp_path, loop, again):
    path = saved(run, tmp_path / "film.gif", *CONV, "--steps", "3", "--loop", loop)
    assert opened(path).info.get("loop") == again


def test_a_film_of_a_network_grows_layer_by_layer(run, tmp_path):
    net = ("net", "conv vertical | relu | maxpool 2 stride 2 | dense 1", "sample:five")
    grown = frames(saved(run, tmp_path / "film.gif", *net))
    assert [stays for _, stays in grown] == [500, 500, 500, 2000]  # the input and three columns
    assert len(frames(saved(run, tmp_path / "film.webp", *net, "--layer", "2"))) == 9
    assert "a page of 4 layers" in run(*net, "--save", str(tmp_path / "net.html")).stderr


def test_equal_frames_stay_frames(run, tmp_path):
    assert len(frames(saved(run, tmp_path / "film.gif", "conv", "1 1 1 1; 1 1 1 1", "--kernel", "0"))) == 8


def test_long_walks_ask_which_part(run, tmp_path):
    for suffix, most in ((".gif", 300), (".webp", 300), (".cast", 300), (".html", 2000), (".jsonl", 100_000)):
        result = run("conv", "sample:picture", "--save", str(tmp_path / f"a{suffix}"))
        assert result.exit_code == 2
        assert f"more than {most:,} must be asked for" in result.stderr
        hint = re.search(r"--steps (\d+:\d+)", result.stderr)[1]
        assert run("conv", "sample:picture", "--steps", hint, "--view", "map").exit_code == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel tells the most memory in /proc")
def test_a_long_film_needs_little_memory(tmp_path):
    code = (
        "import sys; from cnnstep.cli import main\n"
        "sys.argv[1:] = ['conv', 'sample:picture', '--kernel', 'edge', '--steps', '600', '--view', 'map',"
        f" '--canvas', '960x540', '--save', {str(tmp_path / 'film.gif')!r}]\n"
        "try: main()\n"
        "finally: print([line for line in open('/proc/self/status') if 'VmHWM' in line][0], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert opened(tmp_path / "film.gif").n_frames == 600
    kibibytes = int(re.search(r"VmHWM:\s+(\d+) kB", done.stderr)[1])
    assert kibibytes < 150 * 1024


def test_svg_is_text_without_outside_references(run, tmp_path):
    root = ET.parse(saved(run, tmp_path / "step.svg", *CONV, "--at", "1,1")).getroot()
    texts = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"30", "×1", "×0", "×−1", "feature map 4×4"} <= set(texts)
    assert "y[1,1] = 10·1 + 10·0 + 0·(−1) + 10·1 + 10·0" in " ".join(" ".join(texts).split())
    assert root.find("{http://www.w3.org/2000/svg}title").text.startswith("conv 6×6 ∗ 3×3 → 4×4")
    written = (tmp_path / "step.svg").read_text(encoding="utf-8")
    assert not re.findall(r"(?:href=\"|url\()(?!data:)", written)


@pytest.mark.skipif(find_spec("resvg_py") is None, reason="resvg-py draws it")
def test_svg_is_drawn_as_the_png_is(run, tmp_path):
    """With the shipped fonts alone: resvg does not read those inside a file, and the system's are no one's business."""
    import resvg_py

    for bold in (False, True):
        (tmp_path / f"{bold}.ttf").write_bytes(truetype(data(bold=bold)))
    path = saved(run, tmp_path / "step.svg", *CONV, "--at", "1,1", "--save", str(tmp_path / "step.png"))
    found = resvg_py.svg_to_bytes(svg_path=str(path), skip_system_fonts=True, font_dirs=[str(tmp_path)])
    drawn = Image.open(io.BytesIO(bytes(found))).convert("RGB")
    painted = opened(tmp_path / "step.png").resize(drawn.size)
    assert (np.asarray(drawn) == WHITE.highlight).all(axis=-1).sum() > 500
    assert np.abs(np.asarray(drawn, dtype=int) - np.asarray(painted, dtype=int)).mean() < 3


def test_text_is_what_the_screen_shows(run, tmp_path):
    shown = run("conv").stdout
    written = saved(run, tmp_path / "out.txt", "conv").read_text(encoding="utf-8")
    assert shown.startswith(written)
    assert shown[len(written) :].lstrip().startswith("next: ")


def test_markdown_has_tables_and_the_sum(run, tmp_path):
    written = saved(run, tmp_path / "out.md", *CONV, "--at", "1,1").read_text(encoding="utf-8")
    assert written.startswith("### conv")
    assert "| 10 | **10** | **10** | **0** | 0 | 0 |" in written
    assert "| 1 | 0 | −1 |" in written
    assert re.search(r"^y\\\[1,1\\\] = 10·1 .* = \*\*30\*\*$", written, re.MULTILINE)


def test_markdown_takes_no_markup_from_outside(run, tmp_path):
    (tmp_path / "a|b_*c.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    written = saved(run, tmp_path / "out.md", "net", "relu", str(tmp_path / "a|b_*c.csv")).read_text(encoding="utf-8")
    assert "a\\|b\\_\\*c" in written


def test_stdout_takes_one_file_and_no_screen(run):
    assert run(*CONV, "--save", "-.json").stdout == run(*CONV, "--json").stdout
    assert run(*CONV, "--save", "-.csv").stdout == "0,30,30,0\n" * 4
    assert np.load(io.BytesIO(run(*CONV, "--save", "-.npy").stdout_bytes)).shape == (1, 4, 4)
    lines = run(*CONV, "--save", "-.jsonl", "--steps", "2").stdout.splitlines()
    assert [json.loads(line)["value"] for line in lines] == [0, 30]


@pytest.mark.parametrize(
    "args",
    [("normalize", "sample:picture", "--view", "map"), ("conv", "sample:picture", "--kernel", "1@101x101", "--at", "0,0"),
     ("pool", "sample:picture", "--window", "101", "--at", "0,0"), ("activate", "sample:picture"),
     ("transposed", "sample:digit", "--kernel", "1@101x101", "--at", "0,0"), ("kernels", "1@101x101")],
    ids=lambda args: args[0],
)  # fmt: skip
def test_no_array_of_a_document_has_more_than_so_many_cells(run, args):
    result = run(*args, "--json")
    assert result.exit_code == 0, result.stderr
    assert len(result.stdout) < 300_000
    assert "null" in result.stdout


def test_a_recording_shows_what_the_terminal_shows(run, tmp_path):
    path = saved(run, tmp_path / "out.cast", "conv", "sample:five", "--fps", "4")
    header, *events = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert (header["version"], header["width"], header["height"]) == (2, 80, 24)
    assert [time for time, *_ in events] == sorted(time for time, *_ in events)
    assert [label for _, kind, label in events if kind == "m"] == ["y[0,0]", "y[1,0]", "y[2,0]"]
    screen = pyte.Screen(80, 24)
    stream = pyte.Stream(screen)
    steps = [text for _, kind, text in events if kind == "o"][1:-1]
    for number, codes in enumerate(steps):
        stream.feed(codes)
        shown = [line.split() for line in screen.display if line.strip()]
        lines = run("conv", "sample:five", "--steps", f"{number}:{number + 1}", "--color", "never").stdout.splitlines()
        assert shown == [line.split() for line in lines if line.strip() and "next: " not in line][: len(shown)]
    assert len(steps) == 9


@pytest.mark.skipif(find_spec("asciinema") is None, reason="asciinema plays it")
def test_asciinema_plays_the_recording(run, tmp_path):
    path = saved(run, tmp_path / "out.cast", *CONV)
    done = subprocess.run([sys.executable, "-m", "asciinema", "cat", str(path)], capture_output=True, check=True)
    events = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    assert done.stdout.decode() == "".join(text for _, kind, text in events if kind == "o")


@every
@pytest.mark.parametrize("paper", [WHITE, DARK], ids=["white", "dark"])
def test_text_stays_in_its_box_and_on_the_page(name, paper, screens_of):
    for scene in screens_of(name):
        part = draw(scene, paper)
        for shape in part.shapes:
            assert 0 <= shape.x <= part.width
            assert 0 <= shape.y <= part.height + 1
            if isinstance(shape, Label):
                assert shape.x + shape.width <= part.width
                assert picture(part._replace(shapes=[shape]), paper.ground, 1).shape[2] == 3


def test_a_painter_centres_and_never_enlarges_beyond_its_scale():
    part = draw(__import__("cnnstep.views.page.scene", fromlist=["Scene"]).Scene(()), WHITE)
    painted = Painter((40, 30), WHITE.ground, 1).paint(part)
    assert painted.shape == (30, 40, 3)
    assert (painted == WHITE.ground).all()
