"""What a descent says: its rates as decimals, its losses, and whether it holds."""

from decimal import ROUND_DOWN, Decimal
from math import isfinite
from typing import Any

from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import exact, short, signed
from cnnstep.views.wording.sums import relation

DIGITS = 4
SMALLEST = -12


def decimal(rate: float) -> str:
    """A rate as people type it, `0.03333`: four digits, rounded down, so that what is printed is no larger than it."""
    known = Decimal(repr(rate))
    if known.adjusted() < SMALLEST:
        return f"{rate:.{DIGITS - 1}e}"
    places = max(0, DIGITS - 1 - known.adjusted())
    # a large rate keeps all of its digits before the point
    rounded = known.quantize(Decimal(1).scaleb(-places), ROUND_DOWN) if known.adjusted() < DIGITS * DIGITS else known
    text = f"{rounded:f}"
    return f"{rounded.normalize():f}" if places else text


def losses(before: float, after: float) -> str:
    """`12 → 4.915`."""
    return f"{signed(short(before))} → {signed(short(after))}"


def stability(bound: Any) -> list[str]:
    """The largest stable rate and where it comes from; whether this one holds, and what it does where it does not."""
    limit = bound.stable_rate
    if not isfinite(limit):
        return ["largest stable rate: none, for no weight changes the prediction"]
    told, curvature = decimal(limit), short(bound.curvature)
    sign = relation(2 / exact(curvature), told)
    first = f"largest stable rate {sign} {told}, 2 / {curvature}, the largest curvature of the loss"
    if bound.rate <= limit:
        return [first]
    return [first, f"rate {decimal(bound.rate)} is beyond it: {_growth(bound)}; a rate below {told} would have held"]


def _growth(bound: Any) -> str:
    """From which update on the loss grows, and where it ended."""
    number, done = bound.grows_from, len(bound.descent.losses) - 1
    if number is None:
        return f"from here the loss did not grow in {count(done, 'update')}, from most starts it would"
    ended = f", and beyond 1e100 in update {done + 1}" if done < bound.updates else ""
    return f"the loss grows from update {number} on{ended}"
