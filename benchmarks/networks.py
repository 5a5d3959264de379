"""LeNet-5 forward, on one image and on a batch of 128, against PyTorch on the CPU; both in float32 with two threads."""

import numpy as np
import torch

from benchmarks.timing import best, ratio, row
from cnnstep.inputs.kernels import read_kernel
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.forward import Forward
from cnnstep.networks.layer_kinds import KINDS
from cnnstep.networks.network import Network, assemble
from cnnstep.notation.chain import chain

THREADS = 2
BATCH = 128
TOGETHER = 20
"""Calls that are timed as one, so that the clock's own steps do not count."""
TRIES = 40
TOLERANCE = 1e-5


def main() -> None:
    """Print one row a batch: our milliseconds, and how many times longer PyTorch takes."""
    torch.set_num_threads(THREADS)
    known = ARCHITECTURES["lenet5"]
    network = Network(assemble(chain(known.chain, KINDS), known.input, read_kernel))
    forward, peer = Forward(network), _peer(network)
    row("LeNet-5 forward, float32", "cnnstep", "PyTorch")
    for images in (1, BATCH):
        x = np.random.default_rng(0).normal(size=(images, *known.input)).astype(np.float32)
        given = torch.from_numpy(x)
        with torch.inference_mode():
            assert np.abs(forward(x) - peer(given).numpy()).max() < TOLERANCE  # noqa: S101 - the same answers
            ours = best(lambda: [forward(x) for _ in range(TOGETHER)], TRIES) / TOGETHER  # noqa: B023 - called at once
            theirs = best(lambda: [peer(given) for _ in range(TOGETHER)], TRIES) / TOGETHER  # noqa: B023
        row(f"{images} image{'s' * (images > 1)}", f"{ours * 1000:.3f} ms", ratio(theirs, ours))


def _peer(network: Network) -> torch.nn.Module:
    """The same layers with the same weights."""
    nn = torch.nn
    made = nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10), nn.Softmax(1),
    ).eval()  # fmt: skip
    learned = network.weights.values()
    with torch.no_grad():
        for parameter, values in zip(made.parameters(), learned, strict=True):
            parameter.copy_(torch.from_numpy(np.asarray(values, dtype=np.float32)))
    return made


if __name__ == "__main__":
    main()
