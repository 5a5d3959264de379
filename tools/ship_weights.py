"""Make the weights of lenet5 that ship again: `python -m tools.ship_weights`, or from a saved training: `… w.npz`.

Trains as `cnnstep train lenet5 --epochs 400 --augment strong --seed 0` does, and keeps the numbers as float16.
"""

import sys
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import numpy as np

from cnnstep.inputs.datasets import digits
from cnnstep.learning.data import fitted
from cnnstep.learning.training import Plan, Trainer
from cnnstep.networks.described import network

TARGET = Path(__file__).parent.parent / "cnnstep" / "networks" / "weights" / "lenet5.npz"
PLAN = Plan(epochs=400, augment="strong", seed=0)


def main() -> None:
    """Train, or read what was trained, and write float16."""
    net = network("lenet5", weights=sys.argv[1]) if len(sys.argv) > 1 else network("lenet5", seed=0)
    weights = net.weights
    if len(sys.argv) == 1:
        found = digits()
        assert found.test is not None  # noqa: S101 - it has one
        train, validation = (fitted(each, (1, 32, 32), 10) for each in (found.train, found.test))
        trainer = Trainer(net, train, validation, PLAN)
        for epoch in trainer.epochs():
            print(f"{epoch.number} {epoch.validation.accuracy:.4f}", flush=True)
        weights = trainer.weights
    with ZipFile(TARGET, "w") as archive:
        for name, values in weights.items():
            with archive.open(ZipInfo(f"{name}.npy"), "w") as member:
                np.lib.format.write_array(member, values.astype(np.float16), allow_pickle=False)
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
