"""A gradient beside its numeric one, cell by cell, with the largest difference."""

from math import prod
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.gradients.numeric import epsilon_of, numeric, variable
from cnnstep.engine.steps import Index
from cnnstep.geometry import by
from cnnstep.geometry.numbering import place_of
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import stack, words
from cnnstep.views.page.tables import Column, table
from cnnstep.views.panels.pictures import spread
from cnnstep.views.report import Report, heading
from cnnstep.views.view import View
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import short, signed

MOST_CHECKED = 400
WORK = 40_000_000
"""Cells of outputs and inputs that the forward passes of all differences may make and read together."""
SHOWN = 12
COLUMNS = (
    Column("cell", 0, is_left=True, role=Role.LABEL),
    Column("exact", 1),
    Column("numeric", 2),
    Column("difference", 3, role=Role.LABEL),
)


CORNER = 1e-3
"""A difference of this size is no rounding."""


def checked(view: View) -> Report:
    """The report of a gradient's view: (L(w + ε) − L(w − ε)) / 2ε beside ∂L/∂w. Of very many cells a sample."""
    gradient: Any = view.operation
    forward, of, g = gradient.forward, gradient.of, view.bound.input
    x, analytic = gradient.met.given, view.walk.output
    cells = sample(
        analytic.shape, max(1, WORK // max(1, 2 * (prod(gradient.met.output_shape) + np.size(gradient.met.input))))
    )
    epsilon = epsilon_of(variable(forward, of, x)[0])
    found = numeric(forward, of, x, np.asarray(g), cells, epsilon)
    exact = np.array([float(analytic[cell]) for cell in cells])
    return _report(view, analytic, cells, exact, found, epsilon)


def sample(shape: tuple[int, ...], most: int) -> list[Index]:
    """All cells, or so many of them from the first to the last."""
    total, few = prod(shape), min(most, MOST_CHECKED)
    numbers = range(total) if total <= few else np.linspace(0, total - 1, few).round().astype(int).tolist()
    return [place_of(number, shape) for number in dict.fromkeys(numbers)]


def _report(view: View, analytic: Array, cells: list[Index], exact: Array, found: Array, epsilon: float) -> Report:
    differences = np.abs(exact - found)
    worst = int(differences.argmax()) if len(cells) else 0
    symbol, largest = view.output_noun, float(differences.max(initial=0.0))
    # a single filter, or channel, is not counted
    lead = next((axis for axis, n in enumerate(analytic.shape[:-2]) if n > 1), max(0, analytic.ndim - 2))
    rows = [
        (f"{symbol}[{','.join(map(str, cell[lead:]))}]", *(signed(short(float(n))) for n in numbers))
        for cell, *numbers in zip(cells, exact, found, differences, strict=True)
    ]
    few = sorted({*spread(len(rows), min(SHOWN, len(rows))), worst}) if len(rows) > 1 else [0]
    told = [f"{count(len(cells), 'cell')} of {analytic.size:,}" if len(cells) < analytic.size else "every cell"]
    told += ["it is largest at " + rows[worst][0]] if largest else []
    rest = [f"{len(few)} of {len(rows)} rows are shown; --save check.csv has all"] if len(few) < len(rows) else []
    rule = (
        f"numeric: (L(w + ε) − L(w − ε)) / 2ε in float64, ε = 1/{round(1 / epsilon):,}"
        if epsilon < 1
        else (f"numeric: (L(w + ε) − L(w − ε)) / 2ε in float64, ε = {short(epsilon)}")
    )
    head = [heading(view.vocabulary.title, f"{symbol} {by(analytic.shape)}"), words(Span(rule, Role.LABEL), indent=1)]
    loss = view.vocabulary.loss or f"L = Σ {view.vocabulary.upstream}·y"
    last = words(Span(f"largest difference {short(largest)}", Role.TOTAL), f": {', '.join(told)}; {loss}", indent=1)
    if largest > CORNER and facts_of(view) == "activation":
        rest.append("where the two differ the function has a corner: there is no derivative, and by convention it is 0")
    scene = stack(head, [table(COLUMNS, [rows[n] for n in few])], [words(text, indent=1) for text in rest], [last])
    return Report(scene, _document(view, cells, (exact, found, differences), epsilon), rows=table(COLUMNS, rows))


def facts_of(view: View) -> str:
    """What went forward, as machines call it."""
    noun: str = view.operation.facts()["forward"]["operation"]
    return noun


def _document(view: View, cells: list[Index], numbers: tuple[Array, Array, Array], epsilon: float) -> dict[str, Any]:
    exact, found, differences = (each.tolist() for each in numbers)
    names = ("index", "exact", "numeric", "difference")
    each = zip(map(list, cells), exact, found, differences, strict=True)
    facts: dict[str, Any] = view.operation.facts()
    return {
        "operation": "gradient check",
        "of": facts["of"],
        "forward": facts["forward"],
        "epsilon": epsilon,
        "cells": [dict(zip(names, row, strict=True)) for row in each],
        "largest_difference": max(differences, default=0.0),
    }
