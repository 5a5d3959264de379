"""From the words of a layer to its operation, once it is known what arrives."""

from collections.abc import Callable
from math import prod
from typing import Any, NamedTuple, TypeAlias

from cnnstep.engine.activation import Activation
from cnnstep.engine.activations import RULES
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.dense import Dense
from cnnstep.engine.dropout import Dropout
from cnnstep.engine.flatten import Flatten
from cnnstep.engine.kernels import Kernel, random_weights
from cnnstep.engine.normalization import Normalization
from cnnstep.engine.pooling import Pooling
from cnnstep.engine.softmax import Softmax
from cnnstep.engine.steps import Operation
from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.notation.chain import LayerWords, Settings

KernelReader: TypeAlias = Callable[[str, int, int, int], Kernel]
"""(text, seed, axes, channels of a group) → kernel."""

SPATIAL = {"conv", "maxpool", "avgpool", "globalavgpool", "globalmaxpool"}


class Arrival(NamedTuple):
    """What a layer is built for: the shape that arrives, how kernels are read, and the layer's own seed."""

    shape: tuple[int, ...]
    read_kernel: KernelReader
    seed: int

    @property
    def axes(self) -> int:
        """How many axes are spatial."""
        return len(self.shape) - 1


def build(words: LayerWords, arrival: Arrival) -> Operation[Any]:
    """Make the operation of a layer for what arrives."""
    if words.word in RULES:
        return Activation(words.word, words.settings.get("parameter"))
    operation: Operation[Any] = BUILDERS[words.word](words.settings, arrival)
    return operation


def check_place(words: LayerWords, arrival: Arrival) -> None:
    """Refuse a window where there is no space left for it to slide."""
    if words.word in SPATIAL and arrival.axes < 1:
        raise GeometryError(
            f"{words.word} needs channels and space, but {by(arrival.shape)} numbers in one row arrive",
            "put it before flatten and dense",
        )


def _convolution(settings: Settings, arrival: Arrival) -> Operation[Any]:
    channels = arrival.shape[0]
    groups = channels if settings.get("depthwise") else settings.get("groups", 1)
    depth = 1 if settings.get("depthwise") else max(1, channels // groups)
    text = settings["kernel"].strip("()")
    return Convolution(
        arrival.read_kernel(text, arrival.seed, arrival.axes, depth),
        settings.get("stride", 1),
        settings.get("padding", 0),
        settings.get("dilation", 1),
        groups,
        axes=arrival.axes,
    )


def _pooling(kind: str, *, whole: bool = False) -> Callable[[Settings, Arrival], Operation[Any]]:
    def build_pooling(settings: Settings, arrival: Arrival) -> Operation[Any]:
        return Pooling(
            settings.get("window", 2),
            settings.get("stride"),
            settings.get("padding", 0),
            settings.get("dilation", 1),
            kind,
            axes=arrival.axes,
            ceil=settings.get("ceil", False),
            whole=whole,
        )

    return build_pooling


def _dense(settings: Settings, arrival: Arrival) -> Operation[Any]:
    return Dense(random_weights((settings["units"], prod(arrival.shape)), arrival.seed))


BUILDERS: dict[str, Callable[[Settings, Arrival], Any]] = {
    "conv": _convolution,
    "maxpool": _pooling("max"),
    "avgpool": _pooling("average"),
    "globalavgpool": _pooling("average", whole=True),
    "globalmaxpool": _pooling("max", whole=True),
    "flatten": lambda _, __: Flatten(),
    "dense": _dense,
    "softmax": lambda _, __: Softmax(),
    "dropout": lambda settings, arrival: Dropout(settings["rate"], arrival.seed),
    "normalize": lambda _, __: Normalization(),
}
"""Word → what builds its operation."""
