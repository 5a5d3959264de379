"""Every kind of input, read right; every damaged one, refused in words."""

import io
import struct
import wave
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnnstep.errors import CnnstepError, DataError, NotationError
from cnnstep.inputs import Reading
from cnnstep.inputs.kernels import read_kernel
from cnnstep.inputs.reading import read
from cnnstep.inputs.sources import plain_table, table
from cnnstep.inputs.weights import read_arrays

GREY = np.array([[0, 50, 100], [150, 200, 255]], dtype=np.uint8)
RGB = np.arange(18, dtype=np.uint8).reshape(2, 3, 3) * 14


def saved(path, image, **options):
    image.save(path, **options)
    return str(path)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "webp", "ppm", "gif"])
def test_lossless_formats_keep_their_levels(tmp_path, suffix):
    source = saved(tmp_path / f"x.{suffix}", Image.fromarray(GREY), **({"lossless": True} if suffix == "webp" else {}))
    assert read(source).values.tolist() == [GREY.tolist()]


def test_jpeg_is_read_as_pillow_reads_it(tmp_path):
    source = saved(tmp_path / "x.jpg", Image.fromarray(RGB).resize((40, 30)), quality=90)
    with Image.open(source) as image:
        assert read(source).values[0].tolist() == np.asarray(image.convert("L")).tolist()
        assert read(source, Reading(rgb=True)).values.tolist() == np.asarray(image).transpose(2, 0, 1).tolist()


def test_grey_is_luma_of_bt601(tmp_path):
    source = saved(tmp_path / "x.png", Image.fromarray(RGB))
    expected = RGB @ [0.299, 0.587, 0.114]
    assert np.abs(read(source).values[0] - expected).max() <= 0.51


def test_exif_rotation_is_applied(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    source = saved(tmp_path / "x.png", Image.fromarray(GREY), exif=exif)
    assert read(source).values[0].tolist() == np.rot90(GREY, -1).tolist()


def test_palettes_become_colours(tmp_path):
    image = Image.fromarray(RGB).quantize(6)
    source = saved(tmp_path / "x.png", image)
    assert (
        read(source, Reading(rgb=True)).values.tolist() == np.asarray(image.convert("RGB")).transpose(2, 0, 1).tolist()
    )


def test_sixteen_bits_are_scaled(tmp_path):
    deep = (GREY.astype(np.uint16)) * 257
    for suffix in ("png", "tiff"):
        source = saved(tmp_path / f"x.{suffix}", Image.fromarray(deep))
        assert read(source).values.tolist() == [GREY.tolist()]


def test_float_images_keep_their_numbers(tmp_path):
    source = saved(tmp_path / "x.tiff", Image.fromarray(GREY.astype(np.float32) / 4))
    assert read(source).values.tolist() == [(GREY / 4).tolist()]


def test_transparency_lies_over_white(tmp_path):
    rgba = np.dstack([RGB, np.array([[0, 255, 128], [0, 0, 255]], dtype=np.uint8)])
    values = read(saved(tmp_path / "x.png", Image.fromarray(rgba)), Reading(rgb=True)).values
    assert values[:, 0, 0].tolist() == [255, 255, 255]
    assert values[:, 0, 1].tolist() == RGB[0, 1].tolist()
    half = RGB[0, 2] * (128 / 255) + 255 * (127 / 255)
    assert np.abs(values[:, 0, 2] - half).max() <= 1
    keyed = saved(tmp_path / "k.png", Image.fromarray(GREY), transparency=0)
    assert read(keyed).values[0, 0].tolist() == [255, 50, 100]


def test_cmyk_becomes_colours(tmp_path):
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    values = read(saved(tmp_path / "x.jpg", image), Reading(rgb=True)).values
    assert values[0].min() > 240
    assert values[1:].max() < 30


def test_bilevel_is_black_and_white(tmp_path):
    image = Image.fromarray(GREY > 100)
    assert read(saved(tmp_path / "x.png", image)).values.tolist() == [[[0, 0, 0], [255, 255, 255]]]


def test_a_film_has_its_frames_before_rows_and_columns(tmp_path):
    frames = [Image.new("L", (4, 3), level) for level in (10, 200)]
    source = saved(tmp_path / "x.gif", frames[0], save_all=True, append_images=frames[1:])
    film = read(source)
    assert film.axes == 3
    assert film.values.tolist() == [[[[10] * 4] * 3, [[200] * 4] * 3]]
    assert read(source, Reading(axes=2)).values.tolist() == [[[10] * 4] * 3]
    assert read(source, Reading(rgb=True)).values.shape == (3, 2, 3, 4)


def wav(path, samples, width, channels=1):
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, 8000, len(samples) // channels, "NONE", ""))
        file.writeframes(b"".join(int(s).to_bytes(width, "little", signed=width > 1) for s in samples))
    return str(path)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_sounds_of_every_width(tmp_path, width):
    full = 1 << (8 * width - 1)
    numbers = [-full, -1, 0, 1, full - 1]
    stored = [n + 128 for n in numbers] if width == 1 else numbers
    source = wav(tmp_path / "x.wav", stored, width)
    assert read(source).values.tolist() == [numbers]
    assert read(source, Reading(unit=True)).values.tolist() == [[n / full for n in numbers]]


def test_stereo_has_two_channels(tmp_path):
    sound = read(wav(tmp_path / "x.wav", [1, -1, 2, -2, 3, -3], 2, channels=2))
    assert sound.values.tolist() == [[1, 2, 3], [-1, -2, -3]]
    assert sound.channels == ("left", "right")
    assert sound.axes == 1


def test_an_extensible_header_is_plain_integers(tmp_path):
    source = wav(tmp_path / "x.wav", [5, -5], 3)
    plain = (tmp_path / "x.wav").read_bytes()
    at = plain.index(b"fmt ") + 4
    body = b"\xfe\xff" + plain[at + 6 : at + 20]
    fmt = (40).to_bytes(4, "little") + body + (22).to_bytes(2, "little") + (24).to_bytes(2, "little") + bytes(4)
    fmt += bytes.fromhex("0100000000001000800000aa00389b71")
    rest = plain[at + 20 :]
    data = b"RIFF" + (4 + 4 + len(fmt) + len(rest)).to_bytes(4, "little") + b"WAVEfmt " + fmt + rest
    (tmp_path / "x.wav").write_bytes(data)
    assert read(source).values.tolist() == [[5, -5]]


def test_damaged_sounds_are_refused(tmp_path):
    path = tmp_path / "x.wav"
    wav(path, range(100), 2)
    whole = path.read_bytes()
    for length in (12, 20, 40, 44, 100):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError):
            read(str(path))


@pytest.mark.parametrize("place", [*range(12, 44)])
def test_a_sound_with_a_broken_chunk_is_refused(tmp_path, place):
    path = tmp_path / "x.wav"
    wav(path, range(100), 2)
    for value in (0, 0x7F, 0xFF):
        data = bytearray(path.read_bytes())
        data[place] = value
        (tmp_path / "broken.wav").write_bytes(data)
        try:
            read(str(tmp_path / "broken.wav"))
        except DataError as error:
            assert error.hint


@pytest.mark.parametrize("damage", [RuntimeError("chunk"), struct.error("?"), AttributeError("x"), AssertionError()])
@pytest.mark.parametrize("suffix", ["png", "wav", "npy", "npz"])
def test_whatever_a_decoder_raises_is_one_line(monkeypatch, tmp_path, suffix, damage):
    def broken(*_, **__):
        raise damage

    path = tmp_path / f"x.{suffix}"
    wav(path, [1, 2], 2) if suffix == "wav" else Image.fromarray(GREY).save(tmp_path / "x.png")
    np.save(tmp_path / "x.npy", GREY)
    np.savez(tmp_path / "x.npz", a=GREY)
    for name in ("PIL.Image.open", "wave.open", "numpy.load", "zipfile.ZipFile"):
        monkeypatch.setattr(name, broken)
    with pytest.raises(DataError, match="damaged or cut short") as caught:
        read_arrays(str(path)) if suffix == "npz" else read(str(path))
    assert caught.value.hint


def test_a_film_has_at_most_so_many_frames(monkeypatch, tmp_path):
    monkeypatch.setattr("cnnstep.inputs.images.MOST_FRAMES", 3)
    frames = [Image.new("L", (4, 3), level) for level in (10, 60, 110, 160)]
    source = saved(tmp_path / "x.gif", frames[0], save_all=True, append_images=frames[1:])
    with pytest.raises(DataError, match="more than 3 frames of 4×3") as caught:
        read(source)
    assert "axes=2" in caught.value.hint
    assert read(source, Reading(axes=2)).axes == 2


@pytest.mark.parametrize(
    ("shape", "axes", "expected"),
    [((3,), None, (1, 3)), ((1, 3), None, (1, 3)), ((2, 3), None, (1, 2, 3)), ((2, 3, 4), None, (2, 3, 4)),
     ((2, 3, 4, 5), None, (2, 3, 4, 5)), ((1, 3), 2, (1, 1, 3)), ((2, 3), 1, (2, 3)), ((2, 3, 4), 3, (1, 2, 3, 4))],
)  # fmt: skip
def test_how_many_axes_an_array_has(tmp_path, shape, axes, expected):
    np.save(tmp_path / "x.npy", np.zeros(shape))
    assert read(str(tmp_path / "x.npy"), Reading(axes=axes)).values.shape == expected


def test_a_signal_is_cut_and_resized_as_one_row():
    assert read("1 2 3 4 5", Reading(crop=(1, 0, 3, 1))).values.tolist() == [[2, 3, 4]]
    assert read("1 2 3 4", Reading(resize=(8, 1))).values.shape == (1, 8)
    with pytest.raises(DataError, match="cannot become 2 rows"):
        read("1 2 3 4", Reading(resize=(8, 2)))


@pytest.mark.parametrize(
    ("name", "text"),
    [("x.csv", "1,2,3\n4,5,6\n"), ("x.tsv", "1\t2\t3\n4\t5\t6"), ("x.txt", "1 2 3\n4 5 6\n"), ("plain", "1 2 3; 4 5 6"),
     ("bom.csv", "\ufeff1,2,3\n4,5,6\n"), ("windows.csv", "1,2,3\r\n4,5,6\r\n")],
)  # fmt: skip
def test_tables(tmp_path, name, text):
    (tmp_path / name).write_bytes(text.encode())
    values = read(str(tmp_path / name)).values
    assert values.tolist() == [[[1, 2, 3], [4, 5, 6]]]
    assert values.dtype == np.int64


CELLS = ["0", "7", "-3", "250", "1.5", "1e3", "-0.25", "9007199254740993", "9223372036854775808", "1_0", "nan", "x", ""]


@given(st.lists(st.lists(st.sampled_from(CELLS), min_size=1, max_size=3), min_size=1, max_size=5), st.data())
def test_a_large_table_is_what_a_small_one_is(rows, data):
    separator, end = (
        data.draw(st.sampled_from(",;\t ")),
        data.draw(st.sampled_from(["\n", "\r\n", "\n\n", ";\n", "\n# \n"])),
    )
    told = (end.join(separator.join(row) for row in rows) + data.draw(st.sampled_from(["", end, "/2", " "]))).encode()
    fast = plain_table(told)
    if fast is not None:
        values, divisor = table(told, "x.csv")
        assert divisor == 1
        assert values.dtype == fast.dtype
        assert values.tolist() == fast.tolist()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("head", ["", "\ufeff", "# of a spreadsheet\n"])
def test_a_plain_table_is_read_by_numpy(head, end):
    told = f"{head}1,2{end}3,4{end}{end}5,6{end}7,8{end}".encode()
    assert plain_table(told).tolist() == table(told, "x")[0].tolist() == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]


def test_a_large_table_that_is_not_plain_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr("cnnstep.inputs.sources.LARGE", 8)
    monkeypatch.setattr("cnnstep.inputs.sources.LARGEST", 16)
    path = tmp_path / "x.csv"
    path.write_bytes(b"1,2\n" * 9)
    assert read(str(path)).values.shape == (1, 9, 2)
    path.write_bytes(b"1,2\n" * 9 + b"1,x")
    with pytest.raises(DataError, match="no plain table in its 39 bytes") as caught:
        read(str(path))
    assert f"head -n 1000 {path}" in caught.value.hint
    path.write_bytes(b"1,2\n1,x\n")
    with pytest.raises(DataError, match="row 2, cell 2"):
        read(str(path))


def test_a_blank_line_begins_a_channel(tmp_path):
    (tmp_path / "x.csv").write_text("1,2\n3,4\n\n5,6\n7,8\n", encoding="utf-8")
    assert read(str(tmp_path / "x.csv")).values.tolist() == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]


@pytest.mark.parametrize("array", [np.arange(6).reshape(2, 3), np.arange(12.0).reshape(2, 2, 3), np.arange(3)])
def test_npy(tmp_path, array):
    np.save(tmp_path / "x.npy", array)
    rows = array if array.ndim > 2 else array[None]
    assert read(str(tmp_path / "x.npy")).values.tolist() == rows.tolist()


def test_literals():
    assert read("1 2; 3 4").values.tolist() == [[[1, 2], [3, 4]]]
    assert read(" -1 0 1; 2 3 4").values.tolist() == [[[-1, 0, 1], [2, 3, 4]]]
    assert read("1 2 /4").values.tolist() == [[0.25, 0.5]]


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tiff", "webp", "ppm"])
def test_stdin_takes_images(monkeypatch, suffix):
    buffer = io.BytesIO()
    Image.fromarray(np.repeat(np.repeat(GREY, 8, 0), 8, 1)).save(
        buffer, format={"jpg": "JPEG"}.get(suffix, suffix.upper())
    )
    buffer.seek(0)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(buffer, encoding="utf-8"))
    assert read("-").values.shape == (1, 16, 24)


def test_stdin_takes_text_and_npy(monkeypatch):
    buffer = io.BytesIO()
    np.save(buffer, GREY)
    for data in (b"0 50 100\n150 200 255\n", buffer.getvalue()):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        assert read("-").values.tolist() == [GREY.tolist()]


def test_unit_crop_and_resize():
    whole = read("sample:picture").values
    assert whole.shape == (1, 480, 640)
    piece = read("sample:picture", Reading(crop=(100, 50, 30, 20))).values
    assert piece.tolist() == whole[:, 50:70, 100:130].tolist()
    assert read("sample:picture", Reading(unit=True)).values.max() <= 1
    small = read("sample:picture", Reading(resize=(32, 24))).values
    assert small.shape == (1, 24, 32)
    assert abs(small.mean() - whole.mean()) < 1
    table = read("sample:five", Reading(resize=(10, 10))).values
    assert table.dtype == np.float64
    assert table.shape == (1, 10, 10)


def test_samples():
    assert read("sample:halves").values.tolist() == [[[10, 10, 10, 0, 0, 0]] * 6]
    assert read("sample:five").values[0, :2].tolist() == [[1, 2, 3, 0, 1], [4, 5, 6, 1, 2]]
    assert read("sample:digit").values.shape == (1, 28, 28)
    assert read("sample:digits").values.shape == (1, 128, 320)
    assert read("sample:flower", Reading(rgb=True)).values.shape == (3, 24, 32)


def test_samples_are_what_their_script_draws():
    from samples import draw

    for name in ("digit", "digits", "flower"):
        with Image.open(draw.HERE / f"{name}.png") as image:
            assert np.array_equal(np.asarray(image), np.asarray(getattr(draw, name)()))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


HUGE_PNG = (
    b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 40000, 25000, 8, 0, 0, 0, 0)) + chunk(b"IEND", b"")
)


def broken(tmp_path):
    """Name, content and the words that must be said."""
    png = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8)).save(png, format="PNG")
    objects, cut = io.BytesIO(), io.BytesIO()
    np.save(objects, np.array([{}], dtype=object), allow_pickle=True)
    np.save(cut, GREY)
    return {
        "text.png": (b"hello", "not an image"),
        "empty.png": (b"", "not an image"),
        "cut.png": (png.getvalue()[:900], "damaged or cut short"),
        "huge.png": (HUGE_PNG, "40000×25000 = 1,000,000,000 pixels; the most is 100,000,000"),
        "ragged.csv": (b"1,2\n3\n", "row 2 has 1 number, but the rows above have 2"),
        "words.csv": (b"1,two\n", "row 1, cell 2: 'two' is not a number"),
        "nan.csv": (b"1,nan\n", "'nan' is not finite"),
        "inf.csv": (b"-inf,1\n", "'-inf' is not finite"),
        "empty.csv": (b"\n", "has no numbers"),
        "latin.csv": (b"1,2\n\xff,3\n", "is not text: byte 4 is 0xff"),
        "big.csv": (b"1,99999999999999999999\n", "more than 64 bits"),
        "objects.npy": (objects.getvalue(), "it holds Python objects"),
        "cut.npy": (cut.getvalue()[:-3], "damaged or cut short"),
    }


@pytest.mark.parametrize("name", sorted(["text.png", "empty.png", "cut.png", "huge.png", "ragged.csv", "words.csv",
                                         "nan.csv", "inf.csv", "empty.csv", "latin.csv", "big.csv", "objects.npy",
                                         "cut.npy"]))  # fmt: skip
def test_damage_is_said_in_words(tmp_path, name):
    data, message = broken(tmp_path)[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError) as caught:
        read(str(tmp_path / name))
    assert message in caught.value.message
    assert caught.value.hint


def test_every_truncation_of_an_image_is_an_error_of_ours(tmp_path):
    for suffix in ("png", "jpeg", "gif", "bmp", "tiff", "webp", "ppm"):
        buffer = io.BytesIO()
        Image.fromarray(np.repeat(RGB, 9, axis=0)).save(buffer, format=suffix)
        data = buffer.getvalue()
        path = tmp_path / f"x.{suffix}"
        for length in range(0, len(data), max(1, len(data) // 40)):
            path.write_bytes(data[:length])
            try:
                read(str(path))
            except CnnstepError as error:
                assert error.hint


@pytest.mark.parametrize(
    ("array", "message"),
    [(np.zeros((2,) * 5), "has the shape 2×2×2×2×2"), (np.zeros((0, 3)), "has the shape 0×3"),
     (np.array([["a"]]), "not numbers"), (np.array([[1j]]), "not numbers"), (np.array([[np.nan]]), "nan at [0, 0]")],
)  # fmt: skip
def test_arrays_that_are_no_input(tmp_path, array, message):
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(DataError) as caught:
        read(str(tmp_path / "x.npy"))
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("source", "reading", "message"),
    [
        ("missing.png", Reading(), "no such file: missing.png"),
        ("mis\x1b[31m\nsing.png", Reading(), r"no such file: mis\x1b[31m\nsing.png"),
        ("x" * 5000, Reading(), "cannot be read"),
        ("sample:dgit", Reading(), "no sample is called 'dgit'"),
        ("sample:five", Reading(rgb=True), "has no colours"),
        ("sample:five", Reading(crop=(3, 3, 4, 1)), "crop 3,3,4,1 reaches column 7 and row 4"),
        ("-1 300", Reading(unit=True), "holds -1 to 300"),
    ],
)
def test_what_cannot_be_read(source, reading, message):
    with pytest.raises(DataError) as caught:
        read(source, reading)
    assert message in caught.value.message
    assert caught.value.hint


def test_only_the_formats_that_are_named_are_opened(tmp_path):
    Image.fromarray(RGB).save(tmp_path / "x.tga")
    with pytest.raises(DataError, match="is not an image that cnnstep can read"):
        read(str(tmp_path / "x.tga"))


def test_a_folder_is_not_a_file(tmp_path):
    with pytest.raises(DataError, match="is a folder, not a file"):
        read(str(tmp_path))


def test_kernels_by_name_literal_and_file(tmp_path):
    assert read_kernel("edge").weights.tolist() == [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]
    assert read_kernel("blur").divisor == 9
    assert read_kernel("1 2; 3 4 /10").divisor == 10
    assert read_kernel("random", 5).weights.tolist() == read_kernel("random", 5).weights.tolist()
    (tmp_path / "k.csv").write_text("1,2\n3,4\n\n5,6\n7,8\n", encoding="utf-8")
    assert read_kernel(str(tmp_path / "k.csv")).weights.shape == (1, 2, 2, 2)
    np.save(tmp_path / "k.npy", np.ones((4, 3, 2, 2)))
    assert read_kernel(str(tmp_path / "k.npy")).weights.shape == (4, 3, 2, 2)
    (tmp_path / "mykernel").write_text("1 2", encoding="utf-8")
    with pytest.raises(NotationError, match="no kernel is called 'edgy'") as caught:
        read_kernel("edgy")
    assert "did you mean edge?" in caught.value.hint
    with pytest.raises(NotationError, match="row 2 has 1 number"):
        read_kernel("1 2; 3")
