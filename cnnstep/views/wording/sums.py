"""The sum of a step as a sentence: every product, or partial sums that are true."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from math import fsum
from operator import itemgetter

from cnnstep.engine.gathers import WeightedSum, total_of
from cnnstep.engine.steps import Step
from cnnstep.views.page.roles import Importance, Reveals, Role, Span, sign_role
from cnnstep.views.page.scene import NBSP, Words, answer
from cnnstep.views.wording.numbers import (
    Formatter,
    Number,
    absolute,
    exact,
    formatter,
    is_negative,
    short,
    signed,
    trimmed,
)

LINES = 3
MANY = 10_000
MASK = "?"
MOST_TERMS = 256  # three lines of a screen hold fewer, however wide it is


@dataclass(frozen=True, slots=True)
class _Term:
    """A part of a sum as it is printed without its sign, what it is called, and whether it adds or takes away."""

    text: str
    is_negative: bool = False
    label: str = ""
    role: Role = Role.PLAIN


@dataclass(frozen=True, slots=True)
class _Sum:
    """Printed terms, what they add up to when read back from the screen, and what they are called.

    `tight` leaves out the spaces around the signs; `are_sums` says that terms are sums of products.
    """

    terms: Sequence[_Term]
    total: Fraction
    label: str = ""
    tight: bool = False
    are_sums: bool = False

    def spans(self, role: Role, reveals: Reveals) -> list[Span]:
        """The terms with their signs between them, all in one role, or each in its own where that is plain."""
        plus, minus = ("+", "−") if self.tight else (f" +{NBSP}", f" −{NBSP}")
        first, *others = self.terms
        texts = ["−" * first.is_negative, *(minus if term.is_negative else plus for term in others)]
        each = [(f"{sign}{term.text}{term.label}", term.role) for sign, term in zip(texts, self.terms, strict=True)]
        if role != Role.PLAIN:
            return [Span("".join(text for text, _ in each), role, reveals)]
        return [
            Span("".join(text for text, _ in alike), own, reveals) for own, alike in groupby(each, key=itemgetter(1))
        ]


def sentence(step: WeightedSum, *, lines: int = LINES, name: str = "", known: int | None = None) -> Words:
    """`y[1,1] = 10·1 + 0·(−1) + … = 30`, with ≈ wherever rounding makes the printed sum untrue.

    Where only some products are `known`, the others are pale, and the value is still to come.
    """
    products = step.products.ravel().tolist()
    channels, columns = len(step.channels), step.products.shape[-1]
    several: list[_Sum] = []
    if (channels if channels > 1 else len(products)) <= MOST_TERMS:
        several.append(_partial(step, rows=False) if channels > 1 else _products(step, known))
    if columns < len(products) <= columns * MOST_TERMS:
        several.append(_partial(step, rows=True))
    named = f"{len(products):,}{NBSP}product{'s' * (len(products) > 1)}"
    unseen = _Sum([_Term(f"the{NBSP}sum{NBSP}of{NBSP}{named}")], exactly(products))
    if several and lines == 1:
        # spaces give way before products do
        several.insert(1, replace(several[0], tight=True))
    called = name or place(step)
    wordings = tuple(_wording(step, kind, called, is_known=known is None) for kind in [*several, unseen])
    return stated(wordings, hang=len(called) + 1, lines=lines)


def stated(wordings: tuple[tuple[Span, ...], ...], *, hang: int = 2, lines: int = LINES) -> Words:
    """The sentence that ends in the value of a step: of all words what matters most."""
    return Words(wordings, hang=hang, lines=lines, importance=Importance.ANSWER)


def strongest_first(
    step: WeightedSum, strong: Sequence[Number], rest: Number, others: str, labels: Sequence[str] = (), name: str = ""
) -> tuple[Span, ...]:
    """`y[3] = 0.9 − 0.4 + 0.1 (the other 80) + bias 0 = 0.6`: parts, largest first, and what is left as one number."""
    values = [*strong, *([rest] if others else [])]
    show = formatter([*values, step.bias])
    called = [*labels, *[""] * (len(strong) - len(labels)), *([others] if others else [])]
    terms = [_term(show(value), label) for value, label in zip(values, called, strict=True)]
    bias = trimmed(show(step.bias))
    printed, value = sum((exact(show(v)) for v in values), exact(bias)), short(step.value)
    return (
        Span(f"{name or place(step)}{NBSP}= "),
        *_Sum(terms, printed).spans(Role.PRODUCT, Reveals.PRODUCTS),
        Span(f" +{NBSP}bias{NBSP}{bracketed(bias)}" if step.is_biased else ""),
        Span(f" {relation(printed, value)}{NBSP}"),
        answer(signed(value)),
    )


def _term(text: str, label: str = "") -> _Term:
    """A printed number as a term of a sum."""
    number = exact(text)
    shown = trimmed(text)
    return _Term(absolute(shown), number < 0, f"{NBSP}({NBSP.join(label.split())})" if label else "")


def place(step: Step, symbol: str = "y") -> str:
    """`y[1,1]`, or `y[2,1,1]` for filter 2."""
    index = step.index[1:] if len(step.index) > 1 and not step.index[0] else step.index
    return f"{symbol}[{','.join(map(str, index))}]"


def relation(printed: Fraction, text: str) -> str:
    """= where the printed number is what was printed before it, ≈ where it is rounded."""
    # what is printed, not what was computed: a reader adds up what stands there
    return "=" if printed == exact(text) else "≈"


def exactly(values: Sequence[Number]) -> Fraction:
    """The sum without any rounding; of very many fractions with one."""
    if all(isinstance(value, int) for value in values):
        return Fraction(sum(values))
    return sum(map(Fraction, values), Fraction(0)) if len(values) <= MANY else Fraction(fsum(values))


def _wording(step: WeightedSum, parts: _Sum, name: str, *, is_known: bool = True) -> tuple[Span, ...]:
    """Every expression stands for the whole value: the sum, then (if it is divided) the division, then the result."""
    bias, divisor = short(step.bias), short(step.divisor)
    has_bias = step.is_biased and (bool(step.bias) or len(step.channels) > 1)
    printed, value = parts.total, short(step.value)
    body = parts.spans(*((Role.PRODUCT, Reveals.PRODUCTS) if parts.are_sums else (Role.PLAIN, Reveals.PATCH)))
    label = [Span(parts.label)] if parts.label else []
    named = f" +{NBSP}bias{NBSP}{bracketed(bias)}" if has_bias else ""
    if step.divisor == 1:
        spans = [*label, *body, Span(named)]
        printed += exact(bias)
    else:
        total = short(total_of(step.products))
        added = f" +{NBSP}{bracketed(bias)}" if has_bias else ""
        spans = [*label, Span("("), *body, Span(f"){NBSP}/{NBSP}{divisor}{named}")]
        spans += [Span(f" {relation(printed, total)}{NBSP}"), Span(signed(total), Role.PRODUCT, Reveals.PRODUCTS)]
        spans.append(Span(f"{NBSP}/{NBSP}{divisor}{added}"))
        # the sentence goes on from the total as it is printed, and so does the check of its next sign
        printed = exact(total) / exact(divisor) + exact(bias)
    ending = answer(signed(value)) if is_known else Span(MASK, Role.PENDING)
    return (Span(f"{name}{NBSP}= "), *spans, Span(f" {relation(printed, value)}{NBSP}"), ending)


def _products(step: WeightedSum, known: int | None) -> _Sum:
    patch, weights = step.patch.ravel().tolist(), step.weights.ravel().tolist()
    a, w = _texts(formatter(patch), patch), _texts(formatter(weights), weights)
    roles = [sign_role(product) for product in step.products.ravel().tolist()]
    if known is not None:
        roles[known:] = [Role.PENDING] * (len(roles) - known)
    terms = [_Term(f"{bracketed(x)}·{bracketed(y)}", role=role) for x, y, role in zip(a, w, roles, strict=True)]
    return _Sum(terms, sum((exact(x) * exact(y) for x, y in zip(a, w, strict=True)), Fraction(0)))


def _partial(step: WeightedSum, *, rows: bool) -> _Sum:
    """One printed number for each kernel row, or for each channel."""
    shape = (-1, step.products.shape[-1]) if rows else (len(step.channels), -1)
    totals = [total_of(line) for line in step.products.reshape(shape)]
    texts = _texts(formatter(totals), totals)
    label = f"row{NBSP}sums " if rows else ""
    return _Sum([_term(text) for text in texts], sum(map(exact, texts), Fraction(0)), label, are_sums=True)


def _texts(show: Formatter, values: Sequence[Number]) -> list[str]:
    return [trimmed(show(value)) for value in values]


def bracketed(text: str) -> str:
    """A negative number in brackets, so that it can follow a sign."""
    return f"({signed(text)})" if is_negative(text) else text


def operand(text: str) -> str:
    """A number beside a sign or a power: in brackets unless it is digits alone."""
    return f"({signed(text)})" if "e" in text else bracketed(text)
