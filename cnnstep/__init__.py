"""Step through convolutional networks: every window, every product, every sum.

    >>> import cnnstep
    >>> walk = cnnstep.Convolution(cnnstep.kernels["vertical"]).walk([[10, 10, 0]] * 3)
    >>> walk[0].value, walk.output.tolist()
    (30, [[[30]]])

The names below are loaded when they are first used, so that importing cnnstep costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module

TYPE_CHECKING = False  # typing is slow to import, and a Ctrl-C meanwhile would be a traceback

__version__ = "0.1.0.dev0"

if TYPE_CHECKING:
    from typing import Any

    from cnnstep.cli.group import view as view
    from cnnstep.engine.activation import Activation
    from cnnstep.engine.activations import RULES as activations  # noqa: N811 - read as a noun: cnnstep.activations["relu"]
    from cnnstep.engine.batch_normalization import BatchNormalization
    from cnnstep.engine.convolution import Convolution
    from cnnstep.engine.dense import Dense
    from cnnstep.engine.dropout import Dropout
    from cnnstep.engine.flatten import Flatten
    from cnnstep.engine.kernels import KERNELS as kernels  # noqa: N811 - read as a noun: cnnstep.kernels["edge"]
    from cnnstep.engine.kernels import Kernel
    from cnnstep.engine.loss import LossFunction
    from cnnstep.engine.normalization import Normalization
    from cnnstep.engine.padding import Pad
    from cnnstep.engine.pooling import Pooling
    from cnnstep.engine.softmax import Softmax
    from cnnstep.engine.steps import Step
    from cnnstep.engine.transposed import TransposedConvolution
    from cnnstep.engine.unpooling import Unpooling
    from cnnstep.engine.upsampling import Upsampling
    from cnnstep.engine.walks import Walk, replay
    from cnnstep.errors import CnnstepError
    from cnnstep.geometry import Axis, Sizes, TransposedAxis, sliding_axes, transposed_axes
    from cnnstep.inputs.reading import read
    from cnnstep.learning.fitting import Fitting
    from cnnstep.networks.described import network as network

_NAMES = {
    "cli.group": ("view",),
    "engine.activation": ("Activation",),
    "engine.activations": ("activations",),
    "engine.batch_normalization": ("BatchNormalization",),
    "engine.convolution": ("Convolution",),
    "engine.dense": ("Dense",),
    "engine.dropout": ("Dropout",),
    "engine.flatten": ("Flatten",),
    "engine.kernels": ("Kernel", "kernels"),
    "engine.loss": ("LossFunction",),
    "engine.normalization": ("Normalization",),
    "engine.padding": ("Pad",),
    "engine.pooling": ("Pooling",),
    "engine.softmax": ("Softmax",),
    "engine.steps": ("Step",),
    "engine.transposed": ("TransposedConvolution",),
    "engine.unpooling": ("Unpooling",),
    "engine.upsampling": ("Upsampling",),
    "engine.walks": ("Walk", "replay"),
    "errors": ("CnnstepError",),
    "geometry": ("Axis", "Sizes", "TransposedAxis", "sliding_axes", "transposed_axes"),
    "inputs.reading": ("read",),
    "learning.fitting": ("Fitting",),
    "networks.described": ("network",),
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names}
_TABLES = {"activations": "RULES", "kernels": "KERNELS"}

__all__ = [
    "Activation",
    "Axis",
    "BatchNormalization",
    "CnnstepError",
    "Convolution",
    "Dense",
    "Dropout",
    "Fitting",
    "Flatten",
    "Kernel",
    "LossFunction",
    "Normalization",
    "Pad",
    "Pooling",
    "Sizes",
    "Softmax",
    "Step",
    "TransposedAxis",
    "TransposedConvolution",
    "Unpooling",
    "Upsampling",
    "Walk",
    "__version__",
    "activations",
    "kernels",
    "network",
    "read",
    "replay",
    "sliding_axes",
    "transposed_axes",
    "view",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'cnnstep' has no attribute {name!r}")
    found = getattr(import_module(f"cnnstep.{_HOMES[name]}"), _TABLES.get(name, name))
    if displayed := sys.modules.get("cnnstep.display"):
        displayed.Displayed.display = _display
    return found


def _display(value: Any) -> dict[str, str]:
    """What a notebook shows of a step, a walk or an operation."""
    bundle: dict[str, str] = import_module("cnnstep.notebook").bundle(value)
    return bundle


def __dir__() -> list[str]:
    return sorted(__all__)
