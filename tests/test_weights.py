"""Weights from files: names and shapes are checked, and nothing but numbers is read."""

import io
import json
import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest

import cnnstep
from cnnstep.errors import DataError
from cnnstep.inputs.weights import read_arrays
from cnnstep.networks.run import Run

CHAIN = "conv 2@3x3 relu | maxpool 2 | flatten | dense 3 | softmax"


def saved(run, tmp_path, *args):
    path = tmp_path / "weights.npz"
    result = run("net", CHAIN, "sample:five", "--save", str(path), *args)
    assert result.exit_code == 0, result.stderr
    return path


def loaded(path):
    with np.load(path) as archive:
        return dict(archive)


def test_weights_go_out_and_come_back(run, tmp_path):
    path = saved(run, tmp_path, "--seed", "7")
    arrays = loaded(path)
    assert {name: arrays[name].shape for name in arrays} == {
        "c1.weight": (2, 1, 3, 3), "c1.bias": (2,), "f3.weight": (3, 2), "f3.bias": (3,),
    }  # fmt: skip
    drawn = json.loads(run("net", CHAIN, "sample:five", "--seed", "7", "--json").stdout)
    read = json.loads(run("net", CHAIN, "sample:five", "--weights", str(path), "--json").stdout)
    assert drawn == read
    assert "learned nothing" in run("net", CHAIN, "sample:five").stdout
    assert "learned nothing" not in run("net", CHAIN, "sample:five", "--weights", str(path)).stdout


def test_activations_are_what_every_layer_has_made(run, tmp_path):
    path = tmp_path / "my-activations.npz"
    assert "activations, 6 arrays" in run("net", CHAIN, "sample:five", "--save", str(path)).stderr
    arrays = loaded(path)
    assert arrays["2.c1.relu"].shape == (2, 3, 3)
    np.testing.assert_array_equal(arrays["2.c1.relu"], np.maximum(arrays["1.c1.conv"], 0))
    assert arrays["6.softmax.softmax"].sum() == pytest.approx(1)


def safetensors(arrays):
    """The format, written down once more: length, header, numbers."""
    header, body = {"__metadata__": {"format": "np"}}, b""
    for name, values in arrays.items():
        data = values.astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": values.shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    told = json.dumps(header).encode()
    return len(told).to_bytes(8, "little") + told + body


def test_safetensors(run, tmp_path):
    given = loaded(saved(run, tmp_path))
    path = tmp_path / "w.safetensors"
    path.write_bytes(safetensors(given))
    found = read_arrays(str(path))
    assert found.name == str(path)
    for key, values in given.items():
        np.testing.assert_array_equal(found.read(key), values.astype(np.float32))
    assert run("net", CHAIN, "sample:five", "--weights", str(path)).exit_code == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda a: a.pop("c1.bias"), "has no array c1.bias (2)"),
        (lambda a: a.update(extra=np.ones(2)), "has an array extra, which this network does not know"),
        (lambda a: a.update({"f3.weight": np.ones((2, 3))}), "is 2×3, but this network needs 3×2"),
        (lambda a: a.update({"c1.bias": np.array([1, np.nan])}), "holds nan at [1]"),
        (lambda a: a.update({"c1.bias": np.array(["a", "b"])}), "not numbers"),
    ],
)
def test_weights_that_do_not_fit_are_named(run, tmp_path, change, said):
    arrays = loaded(saved(run, tmp_path))
    change(arrays)
    np.savez(tmp_path / "wrong.npz", **arrays)
    result = run("net", CHAIN, "sample:five", "--weights", str(tmp_path / "wrong.npz"))
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Hint: " in result.stderr


class Trap:
    """What a pickle would call."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was opened",))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"PK\x03\x04nonsense", b"\x10\0\0\0\0\0\0\0{}", (1 << 60).to_bytes(8, "little") + b"{}",
        (2).to_bytes(8, "little") + b"[]", pickle.dumps({"a": 1}),
        *(
            len(told).to_bytes(8, "little") + told + b"1234"
            for told in (
                b'{"a": 3}', b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}',
                b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [2, 9]}}',
                b'{"a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}',
                b'{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}',
                b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [-9, 4]}}',
                b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, -4]}}',
                b'{"a": {"dtype": "F32", "shape": [-5, 0], "data_offsets": [0, 0]}}',
                b'{"a": {"dtype": "F32", "shape": ["x"], "data_offsets": [0, 4]}}',
                b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": "ab"}}',
            )
        ),
    ],
)  # fmt: skip
def test_files_that_are_no_weights(tmp_path, data):
    path = tmp_path / "w.bin"
    path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        read_arrays(str(path))
    assert caught.value.hint


def test_no_pickle_is_ever_opened(run, tmp_path):
    np.savez(tmp_path / "trap.npz", trap=np.array([Trap()], dtype=object))
    result = run("net", CHAIN, "sample:five", "--weights", str(tmp_path / "trap.npz"))
    assert result.exit_code == 1
    assert "it holds Python objects" in result.stderr


def test_a_network_that_learns_nothing_takes_no_weights(run, tmp_path):
    result = run("net", "relu | maxpool 2", "sample:five", "--weights", str(saved(run, tmp_path)))
    assert "learns nothing" in result.stderr


def test_the_name_says_which_arrays(run, tmp_path):
    result = run("net", CHAIN, "sample:five", "--save", str(tmp_path / "out.npz"))
    assert "does not say what it is to hold" in result.stderr
    assert "only networks" in run("conv", "--save", str(tmp_path / "weights.npz")).stderr


@pytest.mark.parametrize("compressed", [False, True])
def test_damaged_archives_are_refused_in_one_line(tmp_path, compressed):
    path = tmp_path / "w.npz"
    (np.savez_compressed if compressed else np.savez)(path, **{"c1.weight": np.arange(60.0), "c1.bias": np.zeros(3)})
    whole = path.read_bytes()
    rng = np.random.default_rng(5)
    refused = 0
    for _ in range(300):
        data = bytearray(whole)
        begin = int(rng.integers(4, len(data)))
        for place in range(begin, min(len(data), begin + int(rng.integers(1, 40)))):
            data[place] ^= int(rng.integers(1, 256))
        path.write_bytes(bytes(data))
        try:
            found = read_arrays(str(path))
            assert [found.read(name).shape for name in found.shapes] == [*found.shapes.values()]
        except DataError as error:
            assert error.hint
            refused += 1
    assert refused > 100


def test_an_archive_does_not_say_when_it_was_saved(run, tmp_path):
    members = zipfile.ZipFile(saved(run, tmp_path)).infolist()
    assert {member.date_time for member in members} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    ("shape", "said"),
    [({"c1.bias": (2,)}, "has no array c1.weight"), ({"c1.weight": (1 << 40,)}, "has no array c1.bias"),
     ({"c1.weight": (1 << 40,), "c1.bias": (2,), "f3.weight": (3, 2), "f3.bias": (3,)}, "is 1099511627776, but")],
)  # fmt: skip
def test_names_and_shapes_are_checked_before_anything_is_unpacked(run, tmp_path, shape, said):
    path = tmp_path / "w.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name, told in shape.items():
            header = io.BytesIO()
            announced = {"descr": "<f8", "fortran_order": False, "shape": told}
            np.lib.format.write_array_header_1_0(header, announced)  # and no number after it
            archive.writestr(f"{name}.npy", header.getvalue())
    result = run("net", CHAIN, "sample:five", "--weights", str(path))
    assert result.exit_code == 1
    assert said in result.stderr


def test_an_archive_of_nothing_is_not_written(run, tmp_path):
    path = tmp_path / "weights.npz"
    result = run("net", "maxpool 2", "sample:digit", "--save", str(path))
    assert result.exit_code == 1
    assert "this network learns nothing" in result.stderr
    assert not path.exists()


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
def test_large_weights_stand_in_memory_once(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr("cnnstep.engine.dense.TOGETHER", 1 << 16)
    values = {"f1.weight": np.ones((1000, 4000), np.float32), "f1.bias": np.zeros(1000, np.float32)}
    path = tmp_path / f"w.{suffix}"
    if suffix == "npz":
        np.savez(path, **values)
    else:
        path.write_bytes(safetensors(values))
    tracemalloc.start()
    try:
        network = cnnstep.network("dense 1000", (1, 40, 100), weights=path)
        answer = Run(network, np.ones((1, 40, 100))).walk(1).output
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.tolist() == [4000.0] * 1000
    assert peak < 1.25 * path.stat().st_size


def test_float32_stays_as_it_is_until_it_is_used(tmp_path):
    path = tmp_path / "w.safetensors"
    path.write_bytes(safetensors({"a": np.array([0.1, 3e38])}))
    values = read_arrays(str(path)).read("a")
    assert (values.dtype, values.flags.writeable) == (np.float32, False)
    path.write_bytes(safetensors({"a": np.array([1, -np.inf])}))
    with pytest.raises(DataError, match=r"holds -inf at \[1\]"):
        read_arrays(str(path)).read("a")


def test_weights_from_a_pipe(run, tmp_path):
    path = saved(run, tmp_path)
    piped = run("net", CHAIN, "sample:five", "--weights", "-", "--json", stdin=path.read_bytes())
    assert piped.stdout == run("net", CHAIN, "sample:five", "--weights", str(path), "--json").stdout != ""
