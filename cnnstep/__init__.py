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
    from cnnstep.engine.activation import Activation as Activation
    from cnnstep.engine.activations import RULES as activations  # noqa: N811 - read as a noun: cnnstep.activations["relu"]
    from cnnstep.engine.convolution import Convolution as Convolution
    from cnnstep.engine.dense import Dense as Dense
    from cnnstep.engine.dropout import Dropout as Dropout
    from cnnstep.engine.flatten import Flatten as Flatten
    from cnnstep.engine.kernels import KERNELS as kernels  # noqa: N811 - read as a noun: cnnstep.kernels["edge"]
    from cnnstep.engine.kernels import Kernel as Kernel
    from cnnstep.engine.normalization import Normalization as Normalization
    from cnnstep.engine.pooling import Pooling as Pooling
    from cnnstep.engine.softmax import Softmax as Softmax
    from cnnstep.engine.steps import Step as Step
    from cnnstep.engine.steps import Walk as Walk
    from cnnstep.engine.steps import replay as replay
    from cnnstep.engine.transposed import TransposedConvolution as TransposedConvolution
    from cnnstep.errors import CnnstepError as CnnstepError
    from cnnstep.geometry import Axis as Axis
    from cnnstep.geometry import Sizes as Sizes
    from cnnstep.geometry import TransposedAxis as TransposedAxis
    from cnnstep.geometry import sliding_axes as sliding_axes
    from cnnstep.geometry import transposed_axes as transposed_axes
    from cnnstep.inputs.reading import read as read

_HOMES = {
    "Activation": ("engine.activation", "Activation"),
    "Dense": ("engine.dense", "Dense"),
    "Dropout": ("engine.dropout", "Dropout"),
    "Flatten": ("engine.flatten", "Flatten"),
    "Normalization": ("engine.normalization", "Normalization"),
    "Pooling": ("engine.pooling", "Pooling"),
    "Softmax": ("engine.softmax", "Softmax"),
    "TransposedConvolution": ("engine.transposed", "TransposedConvolution"),
    "activations": ("engine.activations", "RULES"),
    "Convolution": ("engine.convolution", "Convolution"),
    "Walk": ("engine.steps", "Walk"),
    "Step": ("engine.steps", "Step"),
    "replay": ("engine.steps", "replay"),
    "Kernel": ("engine.kernels", "Kernel"),
    "kernels": ("engine.kernels", "KERNELS"),
    "CnnstepError": ("errors", "CnnstepError"),
    "Axis": ("geometry", "Axis"),
    "TransposedAxis": ("geometry", "TransposedAxis"),
    "Sizes": ("geometry", "Sizes"),
    "sliding_axes": ("geometry", "sliding_axes"),
    "transposed_axes": ("geometry", "transposed_axes"),
    "read": ("inputs.reading", "read"),
    "view": ("cli.group", "view"),
}

__all__ = [
    "Activation",
    "Axis",
    "CnnstepError",
    "Convolution",
    "Dense",
    "Dropout",
    "Flatten",
    "Kernel",
    "Normalization",
    "Pooling",
    "Sizes",
    "Softmax",
    "Step",
    "TransposedAxis",
    "TransposedConvolution",
    "Walk",
    "__version__",
    "activations",
    "kernels",
    "read",
    "replay",
    "sliding_axes",
    "transposed_axes",
    "view",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'cnnstep' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    found = getattr(import_module(f"cnnstep.{module}"), attribute)
    if displayed := sys.modules.get("cnnstep.display"):
        displayed.Displayed.display = _display
    return found


def _display(value: Any) -> dict[str, str]:
    """What a notebook shows of a step, a walk or an operation."""
    bundle: dict[str, str] = import_module("cnnstep.notebook").bundle(value)
    return bundle


def __dir__() -> list[str]:
    return sorted(__all__)
