"""Scripts of `--code` are run in PyTorch, Keras and JAX (`make reference` installs them), each of all in one process."""

import os
from importlib import import_module

import numpy as np
import pytest

from cnnstep.errors import OutputError
from cnnstep.frameworks.writing import script
from cnnstep.views.operations import view_of
from tests.scripts import LOSSES, NETWORKS, OPERATIONS, code, gradients, ran
from tests.test_code import changed, random_operations

os.environ.setdefault("KERAS_BACKEND", "torch")
NEEDED = {"torch": ("torch",), "keras": ("torch", "keras"), "jax": ("jax",)}
EVERY_GRADIENT = gradients((*OPERATIONS, *LOSSES))
FEWER = {"jax": 3}
"""Every so many gradients, where each is compiled."""


def is_there(name):
    """Whether a framework can be imported: here, since fixtures change what some of them look at while they begin."""
    try:
        import_module(name)
    except ImportError:
        return False
    return True


def needs(framework):
    missing = [name for name in NEEDED[framework] if not is_there(name)]
    reason = f"{' and '.join(missing)} is not installed; `make reference` installs it"
    return pytest.param(framework, marks=pytest.mark.skipif(bool(missing), reason=reason))


every = pytest.mark.parametrize("framework", [needs(name) for name in NEEDED])
quiet = pytest.mark.filterwarnings("ignore")
"""What frameworks warn of among themselves is not about the scripts."""


def failures(scripts):
    """Those whose numbers differ, by what they are of; how many are run."""
    failed, count = {}, 0
    for name, make in scripts:
        try:
            text = make()
        except OutputError:  # a refusal, which test_code.py looks at
            continue
        count += 1
        try:
            ran(text)
        except Exception as error:  # noqa: BLE001 - whatever a framework raises
            failed[name] = f"{type(error).__name__}: {error}"
    return failed, count


@every
@quiet
def test_operations_losses_and_networks(framework):
    lines = (*OPERATIONS, *LOSSES, *NETWORKS)
    failed, count = failures((line, lambda line=line: code(line, framework)) for line in lines)
    assert not failed
    assert count > 0.85 * len(lines)


@every
@quiet
def test_gradients(framework):
    chosen = EVERY_GRADIENT[:: FEWER.get(framework, 1)]
    failed, count = failures((pair, lambda pair=pair: code(pair[0], framework, pair[1])) for pair in chosen)
    assert not failed
    assert count > 0.85 * len(chosen)


def shown(walk, rng):
    """The views of an operation, and of its gradients."""
    yield view_of(walk)
    for of in (*walk.operation.learnable, "input"):
        gradient = walk.operation.gradient(of, walk.bound.given)
        yield view_of(gradient.walk(rng.integers(-4, 5, walk.output_shape)))


@every
@quiet
def test_many_settings(framework):
    rng = np.random.default_rng(15)
    views = [view for walk in random_operations(rng, 40 // FEWER.get(framework, 1) ** 2) for view in shown(walk, rng)]
    failed, count = failures((number, lambda view=view: script(view, framework)) for number, view in enumerate(views))
    assert not failed
    assert count


@every
@quiet
@pytest.mark.parametrize("line", ["conv sample:five --padding same", LOSSES[0]])
def test_a_changed_number_is_found(framework, line):
    for text in changed(code(line, framework)):
        with pytest.raises(AssertionError, match="Not equal to tolerance"):
            ran(text)
