"""LeNet-5 forward and backward against PyTorch on the CPU, in float32, both with one thread: two are not stable."""

import os
from collections.abc import Callable
from time import process_time
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.timing import best, ratio, row
from cnnstep.engine.fast.threads import single_blas
from cnnstep.inputs.kernels import read_kernel
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.backward import Backward
from cnnstep.networks.forward import Forward
from cnnstep.networks.layer_kinds import KINDS
from cnnstep.networks.network import Network, assemble
from cnnstep.notation.chain import chain

Array: TypeAlias = NDArray[Any]

BATCHES = (1, 32, 128)
TOGETHER = 5
"""Calls that are timed as one, so that the clock's own steps do not count."""
TRIES = 8
TURNS = 4
TOLERANCE = 1e-5


def main() -> None:
    """Print one row a batch: our milliseconds, and how many times longer PyTorch takes."""
    torch.set_num_threads(1)
    os.environ["OMP_NUM_THREADS"] = "1"
    known = ARCHITECTURES["lenet5"]
    network = Network(assemble(chain(known.chain, KINDS), known.input, read_kernel))
    row("LeNet-5, float32, one thread", "cnnstep", "PyTorch")
    with single_blas():
        for images in BATCHES:
            x = np.random.default_rng(0).normal(size=(images, *known.input)).astype(np.float32)
            labels = np.random.default_rng(1).integers(0, network.layers[-1].output[0], images)
            forward(network, x)
            gradients(network, x, labels)


def forward(network: Network, x: Array) -> None:
    """Answers alone."""
    ours, peer, given = Forward(network), _peer(network), torch.from_numpy(x)
    with torch.inference_mode():
        assert np.abs(ours(x) - peer(given).softmax(1).numpy()).max() < TOLERANCE  # noqa: S101 - the same answers
        compare("forward", len(x), lambda: ours(x), lambda: peer(given).softmax(1))


def gradients(network: Network, x: Array, labels: Array) -> None:
    """The loss of a batch, and all gradients."""
    ours, peer, given, right = Backward(network), _peer(network), torch.from_numpy(x), torch.from_numpy(labels)

    def theirs() -> None:
        peer.zero_grad()
        torch.nn.functional.cross_entropy(peer(given), right).backward()

    theirs()
    for found, parameter in zip(ours.gradients(x, labels)[1].values(), peer.parameters(), strict=True):
        assert np.abs(found - parameter.grad.numpy()).max() < TOLERANCE  # noqa: S101
    compare("gradients", len(x), lambda: ours.gradients(x, labels), theirs)


def compare(what: str, images: int, ours: Callable[[], Any], theirs: Callable[[], Any]) -> None:
    """In turn, and by the processor's time, which is that of one thread: a busy machine is as busy for both."""
    took: list[float] = []
    taken: list[float] = []
    for _ in range(TURNS):
        for call, times in ((ours, took), (theirs, taken)):
            times.append(best(lambda call=call: [call() for _ in range(TOGETHER)], TRIES, process_time) / TOGETHER)  # type: ignore[misc]
    row(f"{what}, {images} image{'s' * (images > 1)}", f"{min(took) * 1000:.3f} ms", ratio(min(taken), min(took)))


def _peer(network: Network) -> torch.nn.Module:
    """The same layers with the same weights."""
    nn = torch.nn
    made = nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    ).eval()  # fmt: skip
    learned = network.weights.values()
    with torch.no_grad():
        for parameter, values in zip(made.parameters(), learned, strict=True):
            parameter.copy_(torch.from_numpy(np.asarray(values, dtype=np.float32)))
    return made


if __name__ == "__main__":
    main()
