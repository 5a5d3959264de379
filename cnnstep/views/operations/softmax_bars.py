"""Softmax as bars: logits left and right of zero, their exponentials, and the probabilities from 0 to 1."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cnnstep.engine.stages import Stage
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.tables import Bar, Column, Table, table
from cnnstep.views.panels.maps import Listed
from cnnstep.views.wording.numbers import formatter, short, signed
from cnnstep.views.wording.sums import relation

CLASS = Column("", 0, is_left=True, role=Role.LABEL, name="class")
NUMBERS = {0: Column("z", 2), 1: Column("z − m", 7), 2: Column("e^(z − m)", 5), 3: Column("p", 1)}
BARS = {
    0: Column("", 4, name="z as a bar", bar=7, is_signed=True),
    2: Column("", 6, name="e^(z − m) as a bar", bar=10),
    3: Column("0 to 1", 3, name="p as a bar", bar=16),
}
"""Row of the stages → its column. The largest exponential is 1, and no probability is more."""
ALONE = {
    0: Column("z", 2, bar=4, is_signed=True),
    2: Column("e^(z − m)", 3, bar=8),
    3: Column("p, 0 to 1", 1, bar=10),
}
"""The same below their numbers."""
EXPONENTIALS, PROBABILITIES = 2, 3


def softmax_bars(lines: Sequence[Listed], chosen: Sequence[int], step: Stage, *, has_numbers: bool) -> Table:
    """A row for each of the chosen classes, as far as the stages have come; below them the sums of all classes."""
    columns: list[Column] = [CLASS]
    cells: list[list[Any]] = [[_class(number, step) for number in chosen]]
    sums = [Span("Σ", Role.TOTAL)]
    for n, (_, values, role, reveals) in enumerate(lines):
        shown = values.ravel()[list(chosen)].tolist()
        if has_numbers:
            columns.append(NUMBERS[n])
            cells.append([Span(signed(text), role, reveals) for text in map(formatter(shown), shown)])
            sums.append(_sum(n, step))
        if n in BARS:
            longest = 1 if n else float(abs(values).max()) or 1
            columns.append((BARS if has_numbers else ALONE)[n])
            cells.append([Bar("", float(value) / longest, role, reveals) for value in shown])
            sums.append(Span("") if has_numbers else _sum(n, step))
    rows: list[tuple[Any, ...]] = [*zip(*cells, strict=True)]
    ranks = sorted(column.rank for column in columns)  # without gaps: as many columns as there are so far
    ranked = tuple(column._replace(rank=ranks.index(column.rank)) for column in columns)
    return table(ranked, [*rows, *([tuple(sums)] if any(each.text for each in sums[1:]) else [])])


def _class(number: int, step: Stage) -> Span:
    is_asked = step.focus is not None and number == step.focus[-1]
    return Span(str(number), Role.CURRENT if is_asked else Role.LABEL)


def _sum(row: int, step: Stage) -> Span:
    """What the exponentials and the probabilities of all classes add up to, once that is known."""
    if row == PROBABILITIES and step.name == "check":
        return Span("= 1" if step.value == 1 else "≈ 1", Role.TOTAL, Reveals.VALUE)
    if row != EXPONENTIALS or step.name not in {"sum", "divide", "check"}:
        return Span("")
    total = step.settings["sum"]
    reveals = Reveals.VALUE if step.name == "sum" else Reveals.NOTHING
    return Span(f"{relation(Fraction(total), short(total))} {short(total)}", Role.TOTAL, reveals)
