"""What layers learn: shapes before there are any numbers, how they are drawn, and all weights by their names."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.kernels import random_weights
from cnnstep.errors import DataError, Setting
from cnnstep.geometry import by
from cnnstep.networks.foreign import OURS, Foreign
from cnnstep.notation import printable

if TYPE_CHECKING:
    from cnnstep.networks.layer import Layer

Weights: TypeAlias = Mapping[str, Array]
"""Name → numbers of one layer: `weight`, `bias`."""

WEIGHT, BIAS = "weight", "bias"
RUNNING_MEAN, RUNNING_VARIANCE = "running_mean", "running_var"
IGNORED = "num_batches_tracked"
"""What PyTorch counts beside its running averages, and a network that is used does not need."""
TRAINING = "training."
"""How the names of what a training remembers begin, beside the weights in its file."""
DECIMALS = 4
FEW = 6


class Parameter(NamedTuple):
    """The shape of some numbers that are learned, or kept.

    `fan_in` is how many inputs one output adds up where all are connected, which random numbers are
    drawn for; 0 begins at zeros. `mask` marks those that exist where some connections are missing;
    `given` are numbers that were written in the chain, or begin otherwise than at zeros. `is_buffer`
    marks numbers that training keeps but no gradient changes: running averages.
    """

    shape: tuple[int, ...]
    fan_in: int = 0
    mask: Array | None = None
    given: Array | None = None
    is_buffer: bool = False

    @property
    def learned(self) -> int:
        """How many numbers are learned."""
        return 0 if self.is_buffer else prod(self.shape) if self.mask is None else int(self.mask.sum())

    @property
    def kept(self) -> int:
        """How many numbers are kept without being learned."""
        return prod(self.shape) if self.is_buffer else 0

    def draw(self, seed: int) -> Array:
        """What the layer begins with: numbers that were given, random ones from the seed, or zeros."""
        if self.given is not None:
            return self.given
        if not self.fan_in:
            return np.zeros(self.shape, dtype=np.int64)
        values = random_weights(self.shape, seed, self.fan_in)
        if self.mask is None:
            return values
        connected = self.mask.reshape(len(values), -1).sum(axis=1).reshape(-1, *(1,) * (values.ndim - 1))
        return np.where(self.mask, values * np.sqrt(self.fan_in / connected), 0).round(DECIMALS)


Parameters: TypeAlias = Mapping[str, Parameter]


def full_names(layers: Sequence["Layer"]) -> dict[str, Parameter]:
    """All that is learned by its full name, `c1.weight`, in the order of the layers."""
    return {f"{layer.name}.{part}": each for layer in layers for part, each in layer.plan.parameters.items()}


def fitting(
    layers: Sequence["Layer"],
    shapes: Mapping[str, tuple[int, ...]],
    read: Callable[[str], Array],
    source: str,
    foreign: Foreign = OURS,
) -> dict[str, Array]:
    """The arrays of a file that fit these layers, by our names; raises DataError for a name or a shape that does not.

    They may be called as in PyTorch's network of the same name. `read` gives the array of a name: none is unpacked
    before all names and shapes are right.
    """
    wanted = full_names(layers)
    if not wanted:
        raise DataError(
            f"this network learns nothing, so that {source} has no place in it", ("leave out ", Setting("weights"))
        )
    called = _called(wanted, foreign.names(layers), shapes, source)
    counters = {name.removesuffix(RUNNING_MEAN) + IGNORED for name in called.values() if name.endswith(RUNNING_MEAN)}
    shapes = {
        name: shape
        for name, shape in shapes.items()
        if name not in counters and not name.startswith((TRAINING, *foreign.training))
    }
    here = called[next(iter(wanted))] in wanted
    told = (Setting("save", "weights.npz"), " writes such a file") if here else (Setting("names", True), " lists them")
    _check({called[name]: parameter for name, parameter in wanted.items()}, shapes, source, told)
    return {name: _unpacked(called[name], each, read(called[name]), source) for name, each in wanted.items()}


def _called(
    wanted: Mapping[str, Any], theirs: Mapping[str, str], shapes: Mapping[str, Any], source: str
) -> Mapping[str, str]:
    """Our names, each with the one that it has in a file; raises DataError for a file that has names of both kinds."""
    ours = [name for name in wanted if name in shapes]
    strange = [name for name in theirs.values() if name in shapes and name not in wanted]
    if ours and strange:
        raise DataError(
            f"{source} has names of two kinds, {ours[0]} and {strange[0]}", "name all arrays in one of the two ways"
        )
    return theirs if strange else {name: name for name in wanted}


def _check(
    wanted: Mapping[str, Parameter], shapes: Mapping[str, tuple[int, ...]], source: str, told: tuple[str | Setting, ...]
) -> None:
    """Raise DataError for a name that is missing or strange, or a shape that is another; `told` says where all are."""
    if missing := [name for name in wanted if name not in shapes]:
        there = _listed(shapes) or "nothing"
        raise DataError(
            f"{source} has no array {missing[0]} ({by(wanted[missing[0]].shape)}); it has {there}",
            (f"name the arrays {_listed(wanted)}: ", *told),
        )
    if strange := [name for name in shapes if name not in wanted]:
        raise DataError(
            f"{source} has an array {printable(strange[0])}, which this network does not know",
            f"name the arrays {_listed(wanted)}",
        )
    for name, parameter in wanted.items():
        if shapes[name] != parameter.shape:
            raise DataError(
                f"{name} in {source} is {by(shapes[name]) or 'one number'}, but this network needs"
                f" {by(parameter.shape)}",
                f"save it as {by(parameter.shape)}: {_axes(parameter)}",
            )


def _unpacked(name: str, parameter: Parameter, values: Array, source: str) -> Array:
    """The array, if it has no weights where nothing is connected."""
    if parameter.mask is not None and np.any(values[~parameter.mask]):
        raise DataError(
            f"{name} in {source} has weights where nothing is connected", "set those to 0, or leave out reads"
        )
    return values


def _axes(parameter: Parameter) -> str:
    """What its axes are."""
    names = {1: "one for each filter or unit", 2: "units, inputs"}
    return names.get(len(parameter.shape), "filters, channels, then the kernel")


def _listed(names: Mapping[str, Any]) -> str:
    few = [printable(name) for name in names][:FEW]
    return ", ".join(few) + (f" … ({len(names)})" if len(names) > FEW else "")
