"""What each source channel adds to a sum, as bars left and right of zero: the largest first."""

from fractions import Fraction
from typing import Any

from cnnstep.engine.gathers import WeightedSum, total_of
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.scene import answer
from cnnstep.views.page.tables import Bar, Column, Table, table
from cnnstep.views.wording.numbers import exact, formatter, short, signed
from cnnstep.views.wording.sums import relation

MOST = 5
LONGEST = 8
COLUMNS = (
    Column("", 0, is_left=True, role=Role.LABEL, name="from"),
    Column("", 0, role=Role.PRODUCT, name="sum"),
    Column("", 1, name="bar", bar=LONGEST, is_signed=True),
)


def contributions(step: WeightedSum, name: str) -> Table | None:
    """A row for each channel that the filter is connected with, one for the bias, and what all of them add up to.

    None of a single channel, and of a sum that is divided.
    """
    connected = [number for number, weights in enumerate(step.weights) if weights.any()]
    if step.divisor != 1 or len(connected) < 2:
        return None
    totals = sorted(((n, total_of(step.products[n])) for n in connected), key=lambda pair: -abs(pair[1]))
    shown = totals[:MOST] if len(totals) > MOST + 1 else totals
    found = [(f"channel {step.channels[number]}", total) for number, total in shown]
    if others := [number for number, _ in totals[len(shown) :]]:
        found.append((f"{len(others)} others", total_of(step.products[others])))
    found += [("bias", step.bias)] * step.is_biased
    show, longest = formatter([value for _, value in found]), max(abs(value) for _, value in found) or 1
    texts, value = [show(value) for _, value in found], short(step.value)
    rows: list[tuple[Any, ...]] = [
        (label, Span(signed(text), Role.PRODUCT, Reveals.PRODUCTS), Bar("", value / longest, reveals=Reveals.PRODUCTS))
        for text, (label, value) in zip(texts, found, strict=True)
    ]
    sign = relation(sum(map(exact, texts), Fraction(0)), value)
    return table(COLUMNS, [*rows, (Span(name, Role.TITLE), answer(f"{sign} {signed(value)}"), "")])
