"""Step through convolutional networks: every window, every product, every sum.

    >>> import cnnstep
    >>> walk = cnnstep.Convolution(cnnstep.kernels["vertical"]).walk([[10, 10, 0]] * 3)
    >>> walk[0].value, walk.output.tolist()
    (30, [[[30]]])

The names below are loaded when they are first used, so that importing cnnstep costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from cnnstep.engine.convolution import Convolution as Convolution
    from cnnstep.engine.kernels import KERNELS as kernels  # noqa: N811 - read as a noun: cnnstep.kernels["edge"]
    from cnnstep.engine.kernels import Kernel as Kernel
    from cnnstep.engine.steps import Step as Step
    from cnnstep.engine.steps import Walk as Walk
    from cnnstep.engine.steps import replay as replay
    from cnnstep.errors import CnnstepError as CnnstepError
    from cnnstep.geometry import Axis as Axis
    from cnnstep.geometry import Sizes as Sizes
    from cnnstep.geometry import TransposedAxis as TransposedAxis
    from cnnstep.geometry import sliding_axes as sliding_axes
    from cnnstep.geometry import transposed_axes as transposed_axes
    from cnnstep.inputs.reading import read as read

_HOMES = {
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
}

__all__ = [
    "Axis",
    "CnnstepError",
    "Convolution",
    "Kernel",
    "Sizes",
    "Step",
    "TransposedAxis",
    "Walk",
    "__version__",
    "kernels",
    "read",
    "replay",
    "sliding_axes",
    "transposed_axes",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'cnnstep' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(f"cnnstep.{module}"), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
