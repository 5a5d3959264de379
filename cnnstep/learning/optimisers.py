"""Optimisers: how far each weight moves, from its gradient and from what is remembered of the gradients before.

    sgd        Δ = g
    momentum   m ← 0.9·m + g;  Δ = m
    nesterov   m ← 0.9·m + g;  Δ = g + 0.9·m
    rmsprop    v ← 0.99·v + 0.01·g²;  Δ = g / (√v + ε)
    adam       m ← 0.9·m + 0.1·g, v ← 0.999·v + 0.001·g²;  Δ = m̂ / (√v̂ + ε), m̂ and v̂ divided by 1 − βᵗ
    adamw      as adam; its decay is taken from the weights, not added to the gradient

and w ← w − rate · Δ. Sources: Polyak 1964; Sutskever et al. 2013; Tieleman, Hinton 2012; Kingma, Ba 2014;
Loshchilov, Hutter 2017; the defaults are those of torch.optim.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array

MOMENTUM, SMOOTHING, SQUARES, EPSILON = 0.9, 0.99, 0.999, 1e-8

Memory: TypeAlias = Mapping[str, Array]
"""What is remembered of one weight array, by its names: `m`, `v`."""
Rule: TypeAlias = Callable[[Array, Memory, int], Array]
"""(gradient, memory, which update, from 1) → Δ; the memory is changed in place."""


class Optimiser(NamedTuple):
    """A row: the rule, what it remembers, a rate that works, its formula, whether decay leaves the gradient alone."""

    rule: Rule
    memory: tuple[str, ...]
    rate: float
    formula: str
    is_decoupled: bool = False


def _momentum(g: Array, memory: Memory, _: int) -> Array:
    m = memory["m"]
    m *= MOMENTUM
    m += g
    return m


def _nesterov(g: Array, memory: Memory, update: int) -> Array:
    ahead: Array = g + g.dtype.type(MOMENTUM) * _momentum(g, memory, update)
    return ahead


def _rmsprop(g: Array, memory: Memory, _: int) -> Array:
    v = memory["v"]
    v *= SMOOTHING
    v += (1 - SMOOTHING) * g * g
    moved: Array = g / (np.sqrt(v) + g.dtype.type(EPSILON))
    return moved


def _adam(g: Array, memory: Memory, update: int) -> Array:
    m, v = memory["m"], memory["v"]
    m *= MOMENTUM
    m += (1 - MOMENTUM) * g
    v *= SQUARES
    v += (1 - SQUARES) * g * g
    # both begin at 0, and are too small at first
    root = np.sqrt(v / (1 - SQUARES**update)) + g.dtype.type(EPSILON)
    moved: Array = m / (1 - MOMENTUM**update) / root
    return moved


OPTIMISERS: dict[str, Optimiser] = {
    "sgd": Optimiser(lambda g, *_: g, (), 0.1, "w ← w − rate·g"),
    "momentum": Optimiser(_momentum, ("m",), 0.02, "m ← 0.9·m + g; w ← w − rate·m"),
    "nesterov": Optimiser(_nesterov, ("m",), 0.02, "m ← 0.9·m + g; w ← w − rate·(g + 0.9·m)"),
    "rmsprop": Optimiser(_rmsprop, ("v",), 0.001, "v ← 0.99·v + 0.01·g²; w ← w − rate·g/√v"),
    "adam": Optimiser(_adam, ("m", "v"), 0.002, "m ← 0.9·m + 0.1·g, v ← 0.999·v + 0.001·g²; w ← w − rate·m̂/√v̂"),
    "adamw": Optimiser(
        _adam, ("m", "v"), 0.002, "as adam, and w ← w − rate·decay·w", is_decoupled=True
    ),
}  # fmt: skip


def move(name: str, weights: Array, gradient: Array, memory: Memory, *, rate: float, decay: float, update: int) -> None:
    """One update of an array, in place: `update` counts from 1, `decay` is λ of λ/2·w² in the loss (L2).

    Decoupled decay takes rate·λ·w from the weights themselves.
    """
    row = OPTIMISERS[name]
    if decay and row.is_decoupled:
        weights *= weights.dtype.type(1 - rate * decay)
    elif decay:
        gradient = gradient + weights.dtype.type(decay) * weights
    weights -= weights.dtype.type(rate) * row.rule(gradient, memory, update)
