"""Kernels by their names, as data with one line that says what each finds; and banks of filters, made of kernels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod, sqrt
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, as_number, as_numbers
from cnnstep.errors import DataError, GeometryError, NotationError, Setting, did_you_mean
from cnnstep.geometry import by, check_groups
from cnnstep.notation.synonyms import KERNELS as SYNONYMS
from cnnstep.notation.synonyms import meant


class Recipe(NamedTuple):
    """A row of the table: rows of integers, what they are divided by, what the kernel finds.

    A single row is for signals; frames stand between `|`, for films.
    """

    rows: str
    divisor: int
    meaning: str


RECIPES: dict[str, Recipe] = {
    "identity":   Recipe("0 0 0; 0 1 0; 0 0 0", 1, "nothing: it gives back the picture as it is"),
    "edge":       Recipe("-1 -1 -1; -1 8 -1; -1 -1 -1", 1, "edges in every direction; 0 where all nine are equal"),
    "edge4":      Recipe("0 -1 0; -1 4 -1; 0 -1 0", 1, "edges by the four direct neighbours (Laplacian, negated)"),
    "laplace":    Recipe("0 1 0; 1 -4 1; 0 1 0", 1, "edges by the four direct neighbours, as textbooks write the Laplacian"),
    "sharpen":    Recipe("0 -1 0; -1 5 -1; 0 -1 0", 1, "the picture plus its edges: details stand out"),
    "box":        Recipe("1 1 1; 1 1 1; 1 1 1", 9, "the mean of nine cells: a plain blur"),
    "gaussian3":  Recipe("1 2 1; 2 4 2; 1 2 1", 16, "a 3×3 binomial (Gaussian) blur"),
    "gaussian5":  Recipe("1 4 6 4 1; 4 16 24 16 4; 6 24 36 24 6; 4 16 24 16 4; 1 4 6 4 1", 256,
                         "a 5×5 binomial (Gaussian) blur: wider and rounder"),
    "sobel-x":    Recipe("-1 0 1; -2 0 2; -1 0 1", 1, "vertical edges: how much brighter to the right"),
    "sobel-y":    Recipe("-1 -2 -1; 0 0 0; 1 2 1", 1, "horizontal edges: how much brighter downward"),
    "prewitt-x":  Recipe("-1 0 1; -1 0 1; -1 0 1", 1, "vertical edges, every row counted the same"),
    "prewitt-y":  Recipe("-1 -1 -1; 0 0 0; 1 1 1", 1, "horizontal edges, every column counted the same"),
    "scharr-x":   Recipe("-3 0 3; -10 0 10; -3 0 3", 1, "vertical edges, nearly the same from every angle"),
    "scharr-y":   Recipe("-3 -10 -3; 0 0 0; 3 10 3", 1, "horizontal edges, nearly the same from every angle"),
    "vertical":   Recipe("1 0 -1; 1 0 -1; 1 0 -1", 1, "vertical edges, bright on the left, dark on the right"),
    "horizontal": Recipe("1 1 1; 0 0 0; -1 -1 -1", 1, "horizontal edges, bright above and dark below"),
    "emboss":     Recipe("-2 -1 0; -1 1 1; 0 1 2", 1, "relief: the picture as if lit from the upper left"),
    "log":        Recipe("0 0 -1 0 0; 0 -1 -2 -1 0; -1 -2 16 -2 -1; 0 -1 -2 -1 0; 0 0 -1 0 0", 1,
                         "spots and edges after a blur (Laplacian of Gaussian, negated)"),
    "motion":     Recipe("1 0 0 0 0; 0 1 0 0 0; 0 0 1 0 0; 0 0 0 1 0; 0 0 0 0 1", 5,
                         "nothing: it smears along the diagonal, like a moving camera"),
    "smooth":     Recipe("1 2 1", 4, "in a signal: a binomial blur of three samples"),
    "difference": Recipe("-1 0 1", 1, "in a signal: how fast it rises"),
    "tone":       Recipe("0 1 0 -1 0 1 0 -1 0 1 0 -1 0 1 0 -1", 8,
                         "in a signal: a tone that swings once in four samples"),
    "frame-difference": Recipe("-1 | 1", 1, "in a film: what has changed since the frame before"),
}  # fmt: skip

RANDOM = "random"
MOST_WEIGHTS = 50_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """Weights and what their sum is divided by.

    `weights` is (kh, kw), the same for every channel, or (F, C/groups, kh, kw); other numbers of
    spatial axes likewise. Integers stay integers, everything else becomes float64.
    """

    weights: Array
    divisor: float = 1
    name: str = ""
    meaning: str = ""

    def __post_init__(self) -> None:
        weights = as_numbers(self.weights, "the kernel")
        if weights.dtype.kind == "u" and weights.size and weights.max() > np.iinfo(np.int64).max:
            raise DataError(f"the kernel holds {weights.max()}, which needs more than 63 bits", "use smaller weights")
        weights = np.array(weights, dtype=np.float64 if weights.dtype.kind == "f" else np.int64)
        weights.flags.writeable = False
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "divisor", as_number(self.divisor, "the divisor"))
        if not self.divisor:
            raise DataError("the divisor must not be 0", "use divisor=1 for a kernel without one")


def named(name: str) -> Kernel:
    """A kernel of the table by its name, or one of its other names; raises NotationError for any other name."""
    if (word := meant(name, RECIPES, SYNONYMS)) in KERNELS:
        return KERNELS[word]
    raise NotationError(
        f"no kernel is called {name!r}", f"{did_you_mean(name, names())}`cnnstep kernels` lists them all"
    )


def random_kernel(seed: int = 0, shape: tuple[int, ...] = (3, 3)) -> Kernel:
    """Whole numbers from −3 to 3, the same for the same seed."""
    weights = np.random.default_rng(seed).integers(-3, 4, size=shape)
    return Kernel(weights, 1, RANDOM, "what an untrained filter finds: whole numbers from -3 to 3, drawn from a seed")


def random_weights(shape: Sequence[int], seed: int = 0, inputs: int = 0) -> Array:
    """Fractions of four decimals from −1/√n to 1/√n, n the inputs of one output: how PyTorch's layers begin.

    Without `inputs`, an output has an input for every weight of `shape` behind its first axis.
    """
    if prod(shape) > MOST_WEIGHTS:
        raise GeometryError(
            f"{by(shape)} = {prod(shape):,} weights are too many to draw; the most is {MOST_WEIGHTS:,}",
            ("use fewer units or filters, or a smaller input: ", Setting("resize", (64, 48))),
        )
    bound = 1 / sqrt(inputs or prod(shape[1:]))
    return np.random.default_rng(seed).uniform(-bound, bound, tuple(shape)).round(4)


def names() -> list[str]:
    """Every name of a kernel, in the order of the table."""
    return [*RECIPES, RANDOM]


class _Named(Mapping[str, Kernel]):
    """The table as a mapping: `kernels["edge"]`, made when asked for."""

    def __getitem__(self, name: str) -> Kernel:
        recipe = RECIPES[key := meant(name, RECIPES, SYNONYMS)]
        frames = [[[int(cell) for cell in row.split()] for row in frame.split(";")] for frame in recipe.rows.split("|")]
        weights = np.array(frames)
        weights = weights if "|" in recipe.rows else weights[0] if ";" in recipe.rows else weights[0, 0]
        return Kernel(weights, recipe.divisor, key, recipe.meaning)

    def __iter__(self) -> Iterator[str]:
        return iter(RECIPES)

    def __len__(self) -> int:
        return len(RECIPES)


KERNELS: Mapping[str, Kernel] = _Named()
Kernels: TypeAlias = Kernel | Sequence[Kernel] | ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """Weights (F, C/groups, *window) with a divisor and a name for each filter.

    A `shared` bank has one slice, the same for every channel, until it is laid out for its channels.
    """

    weights: Array
    divisors: tuple[float, ...]
    names: tuple[str, ...]
    shared: bool

    @property
    def window(self) -> tuple[int, ...]:
        """The kernel's size on each spatial axis."""
        return self.weights.shape[2:]

    def for_channels(self, channels: int, groups: int) -> "Bank":
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
    several = isinstance(kernels, list | tuple) and kernels and isinstance(kernels[0], Kernel)
    given: Any = kernels if several else [kernels]
    listed = [each if isinstance(each, Kernel) else Kernel(each) for each in given]
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


def _layered(weights: Array, axes: int) -> Array:
    """Give a plain (*window) kernel its filter and channel axes."""
    if weights.ndim not in {axes, axes + 2} or not weights.size:
        raise GeometryError(
            f"a kernel of shape {by(weights.shape) or 'nothing'} has {weights.ndim} axes",
            f"give {axes} (the window) or {axes + 2} (filters, channels, window)",
        )
    return weights[None, None] if weights.ndim == axes else weights
