"""An answer to the value of any step: right, wrong, or wrong with a name."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnstep.classroom.answers import Numbers, is_near, readings
from cnnstep.classroom.slips import SLIPS
from cnnstep.errors import CnnstepError
from cnnstep.views.wording.numbers import short, signed

if TYPE_CHECKING:
    from cnnstep.engine.steps import Step
    from cnnstep.views.view import View

DECIMALS = 2
"""Of a value that is no whole number."""


class Instead(NamedTuple):
    """What is done instead: a setting as it is when it is forgotten, or another word of it."""

    slip: str
    setting: str
    value: Any


FORGOTTEN = (
    Instead("bias", "bias", 0), Instead("flip", "flip", True), Instead("flip", "flip", False),
    Instead("stride", "stride", 1), Instead("dilation", "dilation", 1), Instead("padding", "padding", 0),
    Instead("mean", "kind", "average"), Instead("max", "kind", "max"), Instead("least", "kind", "min"),
    Instead("counted padding", "include_padding", True), Instead("no relu", "name", "identity"),
    Instead("other function", "name", "relu"), Instead("magnitude", "name", "abs"),
)  # fmt: skip


def judged(view: "View", step: "Step", typed: str) -> tuple[bool, str]:
    """Whether the answer is the value of the step, to two decimals where it is no whole number; and what to say."""
    try:
        given = readings(typed)
    except CnnstepError as error:
        return False, error.message
    right = (Fraction(step.value),)
    places = None if right[0].denominator == 1 else DECIMALS
    name = view.cell(step)
    if any(is_near(each, right, places) for each in given):
        return True, f"right: {name} = {signed(short(step.value))}"
    for answer, told in _mistakes(view, step):
        if answer != right and any(is_near(each, answer, places) for each in given):
            return False, f"not {typed}: {told}"
    hint = f", to {DECIMALS} decimals" if places else ""
    return False, f"{name} is not {typed}{hint}; type another, or m to see it"


def _mistakes(view: "View", step: "Step") -> Iterator[tuple[Numbers, str]]:
    """What the value would be, had something been forgotten."""
    for slip, setting, value in FORGOTTEN:
        if setting not in view.operation.settings:
            continue
        try:
            other = replace(view.operation, **{setting: value}).walk(view.bound.given)  # type: ignore[type-var]
            found = other[step.index] if other.shape != () else None
        except (CnnstepError, ValueError, KeyError):
            continue
        if found is not None:
            yield (Fraction(found.value),), SLIPS[slip].told
    divisor, products = getattr(step, "divisor", 1), getattr(step, "products", None)
    if divisor != 1 and products is not None:
        yield (Fraction(float(products.sum())),), SLIPS["sum"].told
    yield (Fraction(-step.value),), SLIPS["minus"].told
