"""Activation: the same function on every cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.activations import RULES, Rule
from cnnstep.engine.arrays import Array, as_numbers, cells, magnitude, one_each
from cnnstep.engine.fast.slabs import blockwise
from cnnstep.engine.gathers import Elementwise, Mapped
from cnnstep.engine.steps import Index, Operation
from cnnstep.errors import GeometryError, NotationError, did_you_mean

FEW_LEVELS = 2
EXACT = 2**53


@dataclass(frozen=True, slots=True, eq=False)
class Activated(Mapped):
    """One cell through an activation: its value, and the slope there."""

    slope: float
    parameter: float

    def found(self) -> dict[str, Any]:
        """The slope, which a gradient on its way back is multiplied by."""
        return Mapped.found(self) | {"slope": self.slope}


@dataclass(frozen=True, slots=True, eq=False)
class Activation(Operation[Elementwise]):
    """Apply a function of the table `RULES` to every cell: y = f(x).

    `parameter` is the slope of leaky-relu and prelu below zero (one, or one a channel), or the alpha
    of elu; None takes the usual one. `x` may have any shape; the output has the same. Integers stay
    integers where the function keeps them whole.

    Raises NotationError for a name that is not in the table, GeometryError for parameters that do not fit.
    """

    name: str
    parameter: ArrayLike | None = None
    parameters: tuple[float, ...] = field(init=False)
    noun: ClassVar[str] = "activation"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {"name": tuple(RULES), "parameter": ()}
    resetting: ClassVar[Mapping[str, Mapping[str, Any]]] = {"name": {"parameter": None}}

    def called(self, setting: str) -> str:
        """The parameter by the name that its function gives it: slope, alpha."""
        return self.rule.parameter.name if setting == "parameter" and self.rule.parameter else setting

    def facts(self) -> dict[str, Any]:
        """Its function, and the parameter where the function has one."""
        known = self.rule.parameter
        return {"operation": self.noun, "function": self.name, **({known.name: list(self.parameters)} if known else {})}

    def __post_init__(self) -> None:
        if self.name not in RULES:
            hint = f"{did_you_mean(self.name, RULES)}an activation is one of {', '.join(RULES)}"
            raise NotationError(f"no activation is called {self.name!r}", hint)
        known = self.rule.parameter
        if self.parameter is not None and known is None:
            raise GeometryError(f"{self.name} has no parameter", "leave it out, or use leaky-relu, prelu or elu")
        usual = known.usual if known else 0
        given = np.array(as_numbers(usual if self.parameter is None else self.parameter, "the parameter"))
        if given.size != 1 and self.name != "prelu":
            raise GeometryError(
                f"{self.name} takes one {known and known.name}, not {given.size}", "prelu takes several"
            )
        object.__setattr__(self, "parameters", tuple(given.reshape(-1).tolist()))

    @property
    def rule(self) -> Rule:
        """The row of the table."""
        return RULES[self.name]

    def bind(self, x: ArrayLike) -> Elementwise:
        """Meet an input, and check that it fits."""
        values = cells(x)
        one_each(self.parameters, "slopes", len(values) if values.ndim else 1, "channel")
        return _Bound(values, self.name, self.parameters)


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Elementwise):
    """An activation that has met its input; one parameter a channel, or one for all."""

    x: Array
    name: str
    parameters: tuple[float, ...]

    @property
    def parameter(self) -> tuple[float, ...] | None:
        """The parameters, where the function has any."""
        return self.parameters if RULES[self.name].parameter else None

    def output(self) -> Array:
        rule = RULES[self.name]
        if len(self.parameters) == 1:
            return _applied(rule, self.x, self.parameters[0])
        return np.stack([_applied(rule, x, a) for x, a in zip(self.x, self.parameters, strict=True)])

    def step(self, number: int, index: Index) -> Activated:
        x = self.cell(index)
        parameter = self.parameters[index[0] if len(self.parameters) > 1 else 0]
        rule = RULES[self.name]
        cell = _workable(self.x[index].reshape(1), rule, parameter)
        value = rule.value(cell, parameter).tolist()[0]
        slope = float(rule.slope(cell.astype(np.float64), parameter)[0])
        return Activated(number, index, value, index, x, slope, parameter)


def _workable(x: Array, rule: Rule, parameter: float) -> Array:
    """Integers wide enough that no function can wrap: 64 bits, or Python's own, or floats where it has e^x."""
    if x.dtype.kind == "f":
        return x
    if magnitude(x) * max(1, abs(parameter)) < EXACT:
        return x.astype(np.int64)
    return x.astype(object if rule.rational else np.float64)


def _applied(rule: Rule, x: Array, parameter: float) -> Array:
    """All cells: in one pass, numbers of 8 or 16 bits by looking them up, others block by block."""
    if rule.one_pass and (rule.rational or x.dtype.kind == "f"):
        return rule.value(x, parameter)
    if x.dtype.itemsize <= FEW_LEVELS and x.dtype.kind in "iu":
        unsigned = np.dtype(f"u{x.dtype.itemsize}")
        levels = np.arange(np.iinfo(unsigned).max + 1).astype(unsigned).view(x.dtype)
        table = rule.value(levels.astype(np.int64), parameter)
        if table.dtype.kind in "iu" and np.array_equal(table.astype(x.dtype), table):
            table = table.astype(x.dtype)  # whole values stay in the input's own type where they fit it
        # every index is inside; clip spares a buffer
        return blockwise(lambda b, out: table.take(b.view(unsigned), out=out, mode="clip"), x, table.dtype)
    if x.dtype.kind == "f":
        return blockwise(lambda b, out: np.copyto(out, rule.value(b, parameter)), x, np.dtype(np.float64))
    values = rule.value(_workable(x, rule, parameter), parameter)
    packed = np.array(values.tolist()) if values.dtype == object else values
    return packed if packed.dtype.kind in "iuf" else values.astype(np.float64)
