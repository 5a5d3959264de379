"""Steps, walks and operations in a notebook: a real kernel runs a cell and sends what it shows."""

import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import cnnstep
from cnnstep.engine.pooling import Pooling
from tests.test_operations import MAKE

PATIENCE = 60
HAVE_AXES = {"convolution", "pooling", "average", "median", "transposed", "pad", "nearest", "linear"}
HALVES = "[[10, 10, 10, 0, 0, 0]] * 6"


def plain(html):
    """The text of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)))


def well_formed(html):
    closed = re.sub(r"<(img[^>]*)>", r"<\1/>", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))
    ET.fromstring(f"<body>{closed}</body>")


@pytest.fixture(scope="module")
def kernel(loopback, tmp_path_factory):
    """With an empty HOME: no kernel and no start-up file of whoever runs the tests."""
    manager = pytest.importorskip("jupyter_client.manager", reason="ipykernel runs the cell")
    pytest.importorskip("ipykernel", reason="ipykernel runs the cell")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        started, client = manager.start_new_kernel(kernel_name="python3")
    yield client
    client.stop_channels()
    started.shutdown_kernel(now=True)


def shown(client, code):
    """What a cell shows, by kind."""
    found = []
    reply = client.execute_interactive(
        code,
        timeout=PATIENCE,
        output_hook=lambda m: found.append(m["content"]) if m["msg_type"] == "execute_result" else None,
    )
    assert reply["content"]["status"] == "ok", reply["content"]
    return found[0]["data"]


@pytest.mark.filterwarnings("ignore")
def test_a_cell_shows_text_and_html(kernel):
    setup = f"import cnnstep; walk = cnnstep.Convolution(cnnstep.kernels['vertical']).walk({HALVES})"
    whole = shown(kernel, f"{setup}\nwalk")
    assert "6×6 ∗ 3×3 → 4×4" in whole["text/plain"]
    assert "feature map 4×4" in plain(whole["text/html"])
    step = shown(kernel, "walk[5]")
    assert "= 30" in step["text/plain"].replace("\xa0", " ")
    assert "<td" in step["text/html"]
    operation = shown(kernel, "walk.operation")
    assert "Slide one or more filters" in operation["text/plain"]
    assert all("<script" not in data["text/html"] for data in (whole, step, operation))


@pytest.mark.parametrize("shape", [(6,), (2, 7), (2, 5, 6), (1, 2, 4, 4)], ids=str)
@pytest.mark.parametrize("name", [*MAKE, "softmax"])
def test_everything_shows_itself(name, shape):
    x = np.arange(math.prod(shape)).reshape(shape) - 3
    if name == "softmax":
        x = x.ravel()
    elif len(shape) == 1 and name in HAVE_AXES:
        x = x[None]
    operation = MAKE[name](x) if name in MAKE else cnnstep.Softmax()
    walk = operation.walk(x)
    for value in (operation, walk, walk[0], walk[len(walk) // 2], walk[:1]):
        bundle = value._repr_mimebundle_()
        assert set(bundle) == {"text/plain", "text/html"}
        assert "object at 0x" not in bundle["text/plain"]
        assert "<script" not in bundle["text/html"]
        well_formed(bundle["text/html"])


def test_a_value_that_is_put_back_is_told_with_the_cell_that_it_is_put_to():
    walk = cnnstep.Unpooling(Pooling(2)).walk(([[5]], [[1, 2], [4, 3]]))
    assert "y[1,0] = 5" in walk[0]._repr_mimebundle_()["text/plain"].replace("\xa0", " ")
    for value in (walk.operation, walk):
        well_formed(value._repr_mimebundle_()["text/html"])


def shown_as_text(value):
    return value._repr_mimebundle_()["text/plain"].replace("\xa0", " ")


def test_a_convolution_shows_its_kernels():
    edge, gaussian = (cnnstep.kernels[name] for name in ("edge", "gaussian"))
    told = shown_as_text(cnnstep.Convolution([edge, gaussian], stride=2))
    assert "kernel 0 edge 3×3\n     −1   −1   −1\n     −1    8   −1" in told
    assert "kernel 1 gaussian3 3×3 / 16\n     1   2   1" in told
    assert "stride = 2" in told
    assert "Kernel(" not in told
    html = cnnstep.Convolution(edge)._repr_mimebundle_()["text/html"]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", html) == ["−1"] * 4 + ["8"] + ["−1"] * 4
    deep = shown_as_text(cnnstep.Convolution(np.ones((9, 2, 3, 3))))
    assert deep.count("channel 1") == 6
    assert "the first 6 of 9 filters" in deep
    assert "kernel = (2, 9, 9, 9) array" in shown_as_text(cnnstep.Convolution(np.ones((2, 9, 9, 9))))


def test_a_dense_layer_shows_its_weights():
    told = re.sub(" +", " ", shown_as_text(cnnstep.Dense([[1, 0, -1], [2, 1, 0]], [1, 0.5])))
    assert told.split("weights 2×3\n")[1].startswith(" 1 0 −1\n 2 1 0\n")
    assert told.split("bias 2\n")[1].startswith(" 1.0 0.5")


@pytest.mark.parametrize(("kernel", "sign"), [([[1, -1]], "="), ([[1 / 3, -1]], "≈")], ids=["exact", "rounded"])
def test_a_step_is_written_as_a_product(kernel, sign):
    step = cnnstep.Convolution(kernel).walk([[3, 2]])[0]
    (row,) = (line for line in shown_as_text(step).splitlines() if "×" in line)
    assert row.index("×") < row.index(sign)


def test_a_stage_leads_from_before_to_after():
    assert "→" in shown_as_text(cnnstep.Softmax().walk([1, 2, 3.0])[1])


def test_the_engine_alone_draws_nothing(monkeypatch):
    from cnnstep.engine.steps import Displayed

    monkeypatch.setattr(Displayed, "display", None)
    assert Pooling(2).walk(np.eye(2))._repr_mimebundle_() is None
