"""Layers in a row: `conv edge same | relu | maxpool 2 stride 2 | flatten | dense 10 | softmax`.

A layer is a word, what it needs, then settings in any order; a convolution or a dense layer may end
with an activation, which becomes a layer of its own. Matrices stand in round brackets.
"""

import re
from collections.abc import Callable, Collection
from typing import Any, NamedTuple, TypeAlias

from cnnstep.errors import NotationError, Setting
from cnnstep.geometry.axes import RULES
from cnnstep.notation.matrices import one_number
from cnnstep.notation.settings import padding, sizes, whole
from cnnstep.notation.text import quoted

Settings: TypeAlias = dict[str, Any]


class LayerWords(NamedTuple):
    """One layer as it was written: its word, what was set, and the words themselves.

    `pointer` is the chain, and where in it the layer's argument stands (its word, if it has none).
    """

    word: str
    settings: Settings
    text: str
    pointer: tuple[str, int, int] | None = None


class _Token(NamedTuple):
    text: str
    start: int


class Form(NamedTuple):
    """A row of the table: what must or may follow the word, and which settings it takes."""

    needs: str = ""
    optional: str = ""
    settings: frozenset[str] = frozenset()
    ends_with_activation: bool = False
    example: str = ""


POOL = frozenset({"stride", "padding", "dilation", "ceil"})
FORMS: dict[str, Form] = {
    "conv": Form("kernel", "", frozenset({"stride", "padding", "dilation", "groups", "depthwise", "reads"}), True,
                 "conv edge same, or conv 6@5x5 stride 2 relu"),
    "maxpool": Form("", "window", POOL, example="maxpool 2 stride 2"),
    "avgpool": Form("", "window", POOL, example="avgpool 2"),
    "subsample": Form("", "window", frozenset({"stride"}), True, "subsample 2"),
    "globalavgpool": Form(example="globalavgpool"),
    "globalmaxpool": Form(example="globalmaxpool"),
    "flatten": Form(example="flatten"),
    "dense": Form("units", ends_with_activation=True, example="dense 10"),
    "softmax": Form(example="softmax"),
    "dropout": Form("rate", example="dropout 0.5"),
    "normalize": Form(example="normalize"),
}  # fmt: skip
"""Word → what it takes. Activations are words too, and take at most their parameter."""

SYNONYMS = {
    "max": "maxpool", "pool": "maxpool", "maxpooling": "maxpool", "avg": "avgpool", "average": "avgpool",
    "mean": "avgpool", "averagepool": "avgpool", "gap": "globalavgpool", "batchnorm": "normalize", "bn": "normalize",
    "fc": "dense", "linear": "dense", "conv2d": "conv", "convolution": "conv", "swish": "silu", "lrelu": "leaky-relu",
}  # fmt: skip
"""What other tools call them."""

FLAGS = ("ceil", "depthwise")
READERS: dict[str, Callable[[str], Any]] = {
    "kernel": str,
    "window": lambda text: sizes(text, "window"),
    "units": lambda text: whole(text, "units"),
    "rate": lambda text: one_number(text, "rate"),
    "parameter": lambda text: one_number(text, "parameter"),
    "stride": lambda text: sizes(text, "stride"),
    "padding": padding,
    "dilation": lambda text: sizes(text, "dilation"),
    "groups": lambda text: whole(text, "groups"),
    "reads": str,
}
"""What a word is read by."""


def chain(text: str, activations: Collection[str]) -> list[LayerWords]:
    """Read a chain of layers; a mistake is shown with a caret under the word and what was expected."""
    layers: list[LayerWords] = []
    start = 0
    for part in text.split("|"):
        tokens = [_Token(match[0], start + match.start()) for match in re.finditer(r"\([^)]*\)?|[^\s(]+", part)]
        if not tokens:
            where = _Token(" ", min(start, max(0, len(text) - 1)))
            raise _mistake(text, where, "a layer is missing", f"write {FORMS['conv'].example}, between |")
        for token in tokens:
            if re.search(r"[()\[\]{}]", token.text) and not re.fullmatch(r"\(.*[^()\s].*\)", token.text, re.DOTALL):
                raise _mistake(text, token, "a matrix stands in round brackets", "write conv (1 0 -1; 1 0 -1)")
        layers += _Parser(text, tokens, activations).layers()
        start += len(part) + 1
    return layers


class _Parser:
    """One part between `|`, token by token."""

    def __init__(self, text: str, tokens: list[_Token], activations: Collection[str]) -> None:
        self._text = text
        self._tokens = tokens
        self._activations = activations
        self._at = 0

    def layers(self) -> list[LayerWords]:
        """The layer, and its activation if it ends with one."""
        token = self._next()
        word = token.text.lower()
        if word in self._activations:
            return [self._activation(word)]
        form = FORMS.get(word)
        if form is None:
            layers = [*FORMS, *self._activations]
            expected = f"a layer is one of {', '.join(FORMS)}, or an activation"
            if word in SYNONYMS:
                raise _mistake(self._text, token, f"{quoted(token.text)} is no layer", f"write {SYNONYMS[word]}")
            raise self._unknown(token, layers, "is no layer", expected)
        found: Settings = {}
        begin = self._at - 1
        if form.needs:
            found[form.needs] = self._read(form.needs, form, token)
        elif form.optional and self._more() and self._peek().text[0].isdigit():
            found[form.optional] = self._read(form.optional, form, token)
        while self._more() and not (form.ends_with_activation and self._peek().text.lower() in self._activations):
            self._setting(found, form)
        layer = LayerWords(word, found, self._words(begin), self._pointer(begin))
        return [layer, self._activation(self._next().text.lower())] if self._more() else [layer]

    def _activation(self, word: str) -> LayerWords:
        begin = self._at - 1
        found: Settings = {}
        if self._more():
            token = self._next()
            self._refuse_layer(token)
            found["parameter"] = self._value("parameter", token)
        if self._more():
            raise self._stray(self._next())
        return LayerWords(word, found, self._words(begin), self._pointer(begin))

    def _refuse_layer(self, token: _Token) -> None:
        """A layer's word where a setting is expected: the bar between them is missing."""
        if token.text.lower() in {*FORMS, *SYNONYMS, *self._activations}:
            raise _mistake(self._text, token, f"a | is missing before {quoted(token.text)}", "write | between layers")

    def _setting(self, found: Settings, form: Form) -> None:
        token = self._next()
        word = token.text.lower()
        self._refuse_layer(token)
        name = "padding" if word in RULES else word
        if name not in form.settings:
            takes = sorted(form.settings) + sorted(RULES) * ("padding" in form.settings)
            takes += ["an activation"] * form.ends_with_activation
            expected = f"expected {', '.join(takes)}" if takes else "expected | and the next layer"
            raise self._unknown(token, [*takes, *self._activations], "is not expected here", expected)
        if name in found:
            raise _mistake(self._text, token, f"{name} is set twice", "leave one of them out")
        if word in RULES:
            found[name] = padding(word)
        elif word in FLAGS:
            found[name] = True
        elif not self._more():
            raise _mistake(self._text, token, f"{word} needs a value after it", f"write {word} 1")
        else:
            found[name] = self._value(name, self._next())

    def _read(self, need: str, form: Form, after: _Token) -> Any:
        if not self._more():
            raise _mistake(self._text, after, f"{after.text} needs its {need}", f"write {form.example}")
        token = self._next()
        try:
            return self._value(need, token)
        except NotationError as error:
            raise _mistake(self._text, token, error.message, f"write {form.example}") from None

    def _value(self, name: str, token: _Token) -> Any:
        try:
            return READERS[name](token.text)
        except NotationError as error:
            raise _mistake(self._text, token, error.message, *in_words(error.advice, self._tokens[0].text)) from None

    def _unknown(self, token: _Token, known: Collection[str], what: str, expected: str) -> NotationError:
        from difflib import get_close_matches  # only a mistake needs it

        close = get_close_matches(token.text.lower(), known, n=1, cutoff=0.6)
        hint = f"did you mean {close[0]}? {expected}" if close else expected
        return _mistake(self._text, token, f"{quoted(token.text)} {what}", hint)

    def _stray(self, token: _Token) -> NotationError:
        return _mistake(self._text, token, f"{quoted(token.text)} is one word too many", "put | before the next layer")

    def _more(self) -> bool:
        return self._at < len(self._tokens)

    def _peek(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _pointer(self, begin: int) -> tuple[str, int, int]:
        token = self._tokens[min(begin + 1, self._at - 1)]
        return self._text, token.start, len(token.text)

    def _words(self, begin: int) -> str:
        return " ".join(token.text for token in self._tokens[begin : self._at])


def in_words(advice: tuple[str | Setting, ...], word: str) -> tuple[str | Setting, ...]:
    """A hint whose settings are words of this layer, `stride 2` or `maxpool 2`; what is not its own stays a setting."""
    form = FORMS.get(word.lower(), Form())
    spelled = {name: name for name in form.settings} | {name: word for name in (form.needs, form.optional) if name}
    return tuple(
        f"{spelled[part.name]} {part.typed}".rstrip() if isinstance(part, Setting) and part.name in spelled else part
        for part in advice
    )


def _mistake(text: str, token: _Token, message: str, *hint: str | Setting) -> NotationError:
    """An error that points at a word."""
    return NotationError(message, hint, pointer=(text, token.start, len(token.text)))
