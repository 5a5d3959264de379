"""A bank of filters: kernels of one size, laid out for the channels they meet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array
from cnnstep.engine.kernels import Kernel
from cnnstep.errors import GeometryError
from cnnstep.geometry import by, check_groups

Kernels: TypeAlias = Kernel | Sequence[Kernel] | ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """Weights (F, C/groups, *window) with a divisor and a name for each filter.

    A `shared` bank has one slice, the same for every channel, until it meets its channels.
    """

    weights: Array
    divisors: tuple[float, ...]
    names: tuple[str, ...]
    shared: bool

    @property
    def window(self) -> tuple[int, ...]:
        """The kernel's size on each spatial axis."""
        return self.weights.shape[2:]

    def meet(self, channels: int, groups: int) -> "Bank":
        """Lay the filters out for an input's channels; a single shared kernel serves every group."""
        weights, repeats = self.weights, 1
        if self.shared:
            repeats = groups if len(weights) == 1 else 1
            depth = max(1, channels // groups)
            weights = np.broadcast_to(weights, (len(weights), depth, *self.window)).repeat(repeats, axis=0)
        check_groups(groups, channels, len(weights))
        depth = weights.shape[1]
        if depth * groups != channels:
            raise GeometryError(
                f"filters of {depth} channels in {groups} groups do not fit {channels} input channels",
                f"give the input {depth * groups} channels",
            )
        return Bank(weights, self.divisors * repeats, self.names * repeats, shared=False)


def bank(kernels: Kernels, axes: int, *, flip: bool) -> Bank:
    """Collect one kernel, or several of one size, into filters; `flip` turns each by 180°."""
    listed = _listed(kernels)
    slices = [_layered(kernel.weights, axes) for kernel in listed]
    for number, weights in enumerate(slices, 1):
        if weights.shape[2:] != slices[0].shape[2:]:
            raise GeometryError(
                f"filter {number} is {by(weights.shape[2:])}, but filter 1 is {by(slices[0].shape[2:])}",
                "all filters of one convolution have the same size",
            )
    depth = max(weights.shape[1] for weights in slices)
    if any(weights.shape[1] not in {1, depth} for weights in slices):
        depths = ", ".join(str(weights.shape[1]) for weights in slices)
        raise GeometryError(f"the filters have {depths} channels", "give every filter the same number of channels")
    weights = np.concatenate([np.broadcast_to(w, (len(w), depth, *w.shape[2:])) for w in slices])
    if flip:
        weights = np.flip(weights, axis=tuple(range(2, weights.ndim)))
    weights.flags.writeable = False
    each = [kernel for kernel, w in zip(listed, slices, strict=True) for _ in range(len(w))]
    divisors, names = tuple(kernel.divisor for kernel in each), tuple(kernel.name for kernel in each)
    return Bank(weights, divisors, names, shared=all(kernel.weights.ndim == axes for kernel in listed))


def _listed(kernels: Kernels) -> list[Kernel]:
    if isinstance(kernels, Kernel):
        return [kernels]
    if isinstance(kernels, list | tuple) and kernels and isinstance(kernels[0], Kernel):
        return [kernel for kernel in kernels if isinstance(kernel, Kernel)]
    return [Kernel(kernels)]  # type: ignore[arg-type]  # Kernel itself turns what is array-like into an array


def _layered(weights: Array, axes: int) -> Array:
    """Give a plain (*window) kernel its filter and channel axes."""
    if weights.ndim not in {axes, axes + 2} or not weights.size:
        raise GeometryError(
            f"a kernel of shape {by(weights.shape) or 'nothing'} has {weights.ndim} axes",
            f"give {axes} (the window) or {axes + 2} (filters, channels, window)",
        )
    return weights[None, None] if weights.ndim == axes else weights
