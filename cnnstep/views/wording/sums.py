"""The sum of a step as a sentence: every product, or partial sums that are true."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import fsum

from cnnstep.engine.gathers import WeightedSum
from cnnstep.engine.steps import Step
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import NBSP, Words
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import MINUS, Formatter, Number, exact, formatter, short, signed, trimmed

LINES = 3
MANY = 10_000
MOST_TERMS = 256  # three lines of a screen hold fewer, however wide it is


@dataclass(frozen=True, slots=True)
class _Sum:
    """Printed terms, what they add up to when read back from the screen, and what they are called.

    `tight` leaves out the spaces around the signs; `are_sums` says that terms are sums of products.
    """

    terms: list[str]
    total: Fraction
    label: str = ""
    tight: bool = False
    are_sums: bool = False


def sentence(step: WeightedSum, *, lines: int = LINES, indent: int = 2) -> Words:
    """`y[1,1] = 10·1 + 0·(−1) + … = 30`, with ≈ wherever rounding makes the printed sum untrue."""
    products = step.products.ravel().tolist()
    channels, columns = len(step.channels), step.products.shape[-1]
    several: list[_Sum] = []
    if (channels if channels > 1 else len(products)) <= MOST_TERMS:
        several.append(_partial(step, rows=False) if channels > 1 else _products(step))
    if columns < len(products) <= columns * MOST_TERMS:
        several.append(_partial(step, rows=True))
    named = count(len(products), "product").replace(" ", NBSP)
    unseen = _Sum([f"the{NBSP}sum{NBSP}of{NBSP}{named}"], exactly(products))
    if several and lines == 1:
        several.insert(1, replace(several[0], tight=True))
    wordings = tuple(_wording(step, kind) for kind in [*several, unseen])
    return Words(wordings, indent=indent, hang=len(place(step)) + 1, lines=lines)


def strongest_first(
    step: WeightedSum, strong: Sequence[Number], rest: Number, others: str, labels: Sequence[str] = ()
) -> tuple[Span, ...]:
    """`y[3] = 0.9 − 0.4 + 0.1 (the other 80) + bias 0 = 0.6`: parts, largest first, and what is left as one number."""
    values = [*strong, *([rest] if others else []), step.bias]
    show = formatter(values)
    texts = [show(value) for value in values]
    printed = sum(map(exact, texts), Fraction(0))
    named_as = [*(f"{NBSP}({label})".replace(" ", NBSP) for label in labels), *[""] * (len(texts) - len(labels))]
    told = [f"{signed(trimmed(text))}{name}" for text, name in zip(texts, named_as, strict=True)]
    terms = f" +{NBSP}".join(told[:-1]).replace(f"+{NBSP}−", f"−{NBSP}")
    named = f"{NBSP}({others.replace(' ', NBSP)})" if others else ""
    value = short(step.value)
    return (
        Span(f"{place(step)}{NBSP}= "),
        Span(terms, Role.PRODUCT),
        Span(f"{named} +{NBSP}bias{NBSP}{bracketed(trimmed(texts[-1]))} {relation(printed, value)}{NBSP}"),
        Span(signed(value), Role.TOTAL),
    )


def place(step: Step) -> str:
    """`y[1,1]`, or `y[2,1,1]` for filter 2."""
    index = step.index[1:] if len(step.index) > 1 and not step.index[0] else step.index
    return f"y[{','.join(map(str, index))}]"


def relation(printed: Fraction, text: str) -> str:
    """= where the printed number is what was printed before it, ≈ where it is rounded."""
    return "=" if printed == exact(text) else "≈"


def total_of(values: Sequence[Number]) -> Number:
    """Add up: integers exactly, fractions with one rounding."""
    return sum(values) if all(isinstance(v, int) for v in values) else fsum(values)


def exactly(values: Sequence[Number]) -> Fraction:
    """The sum without any rounding; of very many fractions with one."""
    if all(isinstance(value, int) for value in values):
        return Fraction(sum(values))
    return sum(map(Fraction, values), Fraction(0)) if len(values) <= MANY else Fraction(fsum(values))


def _wording(step: WeightedSum, parts: _Sum) -> tuple[Span, ...]:
    """Every expression stands for the whole value: the sum, then (if it is divided) the division, then the result."""
    bias, divisor = short(step.bias), short(step.divisor)
    has_bias = bool(step.bias) or len(step.channels) > 1
    body = f" +{NBSP}".join(parts.terms).replace(f"+{NBSP}−", f"−{NBSP}")
    if parts.tight:
        body = body.replace(f" +{NBSP}", "+").replace(f" −{NBSP}", "−")
    printed, value = parts.total, short(step.value)
    role = Role.PRODUCT if parts.are_sums else Role.PLAIN
    named = f" +{NBSP}bias{NBSP}{bracketed(bias)}" if has_bias else ""
    spans = [Span(f"{place(step)}{NBSP}= ")]
    if step.divisor == 1:
        spans += [Span(f"{parts.label}{body}", role), Span(named)]
        printed += exact(bias)
    else:
        total = short(total_of(step.products.ravel().tolist()))
        added = f" +{NBSP}{bracketed(bias)}" if has_bias else ""
        spans += [Span(f"{parts.label}({body})", role), Span(f"{NBSP}/{NBSP}{divisor}{named}")]
        spans += [Span(f" {relation(printed, total)}{NBSP}"), Span(signed(total), Role.PRODUCT)]
        spans.append(Span(f"{NBSP}/{NBSP}{divisor}{added}"))
        printed = exact(total) / exact(divisor) + exact(bias)
    return (*spans, Span(f" {relation(printed, value)}{NBSP}"), Span(signed(value), Role.TOTAL))


def _products(step: WeightedSum) -> _Sum:
    patch, weights = step.patch.ravel().tolist(), step.weights.ravel().tolist()
    a, w = _texts(formatter(patch), patch), _texts(formatter(weights), weights)
    terms = [f"{bracketed(x)}·{bracketed(y)}" for x, y in zip(a, w, strict=True)]
    return _Sum(terms, sum((exact(x) * exact(y) for x, y in zip(a, w, strict=True)), Fraction(0)))


def _partial(step: WeightedSum, *, rows: bool) -> _Sum:
    """One printed number for each kernel row, or for each channel."""
    lines = (
        step.products.reshape(-1, step.products.shape[-1]) if rows else step.products.reshape(len(step.channels), -1)
    )
    totals = [total_of(line) for line in lines.tolist()]
    texts = _texts(formatter(totals), totals)
    label = f"row{NBSP}sums " if rows else ""
    return _Sum([signed(text) for text in texts], sum(map(exact, texts), Fraction(0)), label, are_sums=True)


def _texts(show: Formatter, values: Sequence[Number]) -> list[str]:
    return [trimmed(show(value)) for value in values]


def bracketed(text: str) -> str:
    """A negative number in brackets, so that it can follow a sign."""
    return f"({signed(text)})" if text.startswith(("-", MINUS)) else text
