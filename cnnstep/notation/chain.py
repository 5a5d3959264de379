"""Layers in a row: `conv edge same | relu | maxpool 2 stride 2 | flatten | dense 10 | softmax`.

A layer is a word, what it needs, then settings in any order; a convolution or a dense layer may end
with an activation, which becomes a layer of its own. Matrices stand in round brackets.
"""

import re
from collections import deque
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias

from cnnstep.errors import NotationError, Setting, quoted
from cnnstep.geometry.axes import RULES
from cnnstep.notation import padding, sizes, whole
from cnnstep.notation.matrices import one_number

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
    chain: str

    def mistake(self, message: str, *hint: str | Setting) -> NotationError:
        """An error that points at this word."""
        return NotationError(message, hint, pointer=(self.chain, self.start, len(self.text)))


class Form(NamedTuple):
    """How a layer is written: what must or may follow its word, which settings it takes, what other tools call it."""

    needs: str = ""
    optional: str = ""
    settings: frozenset[str] = frozenset()
    ends_with_activation: bool = False
    example: str = ""
    also: tuple[str, ...] = ()
    is_activation: bool = False


class Kind(Protocol):
    """A row of the table of layers, as far as it is read here."""

    @property
    def form(self) -> Form:
        """How it is written."""


Kinds: TypeAlias = Mapping[str, Kind]

BATCH_NORM = (
    "batch normalisation, with statistics of the training data, is not here yet",
    "write normalize: instance normalisation, with the statistics of each channel of the input itself",
)
MISSING = dict.fromkeys(("batchnorm", "batchnorm2d", "bn"), BATCH_NORM)
"""Layers of other tools that no row stands for: what is missing, and what comes nearest."""

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


def chain(text: str, kinds: Kinds) -> list[LayerWords]:
    """Read a chain of layers of these kinds, by their words.

    Raises NotationError, with a caret under the word that is wrong and what was expected.
    """
    layers: list[LayerWords] = []
    start = 0
    for part in text.split("|"):
        tokens = [_Token(match[0], start + match.start(), text) for match in re.finditer(r"\([^)]*\)?|[^\s(]+", part)]
        if not tokens:
            where = _Token(" ", min(start, max(0, len(text) - 1)), text)
            raise where.mistake("a layer is missing", "write conv edge same, or another layer, between |")
        for token in tokens:
            if re.search(r"[()\[\]{}]", token.text) and not re.fullmatch(r"\(.*[^()\s].*\)", token.text, re.DOTALL):
                raise token.mistake("a matrix stands in round brackets", "write conv (1 0 -1; 1 0 -1)")
        layers += _Parser(tokens, kinds).layers()
        start += len(part) + 1
    return layers


class _Parser:
    """One part between `|`, token by token."""

    def __init__(self, tokens: list[_Token], kinds: Kinds) -> None:
        self._first = tokens[0].text.lower()
        self._rest = deque(tokens)
        self._taken: list[_Token] = []
        self._forms = {word: kind.form for word, kind in kinds.items()}
        self._activations = [word for word, form in self._forms.items() if form.is_activation]
        self._synonyms = {other: word for word, form in self._forms.items() for other in form.also}

    def layers(self) -> list[LayerWords]:
        """The layer, and its activation if it ends with one."""
        token = self._next()
        word = token.text.lower()
        if word in self._activations:
            return [self._activation(word)]
        form = self._forms.get(word)
        if form is None:
            raise self._no_layer(token)
        found: Settings = {}
        if form.needs:
            found[form.needs] = self._read(form.needs, form, token)
        elif form.optional and self._rest and self._rest[0].text[0].isdigit():
            found[form.optional] = self._read(form.optional, form, token)
        while self._rest and not (form.ends_with_activation and self._rest[0].text.lower() in self._activations):
            self._setting(found, form)
        layer = self._layer(word, found)
        return [layer, self._activation(self._next().text.lower())] if self._rest else [layer]

    def _no_layer(self, token: _Token) -> NotationError:
        """A word that other tools have, or one that is nearly right, or neither."""
        word = token.text.lower()
        if word in MISSING:
            return token.mistake(*MISSING[word])
        if word in self._synonyms:
            return token.mistake(f"{quoted(token.text)} is no layer", f"write {self._synonyms[word]}")
        layers = ", ".join(word for word in self._forms if word not in self._activations)
        return self._unknown(token, self._forms, "is no layer", f"a layer is one of {layers}, or an activation")

    def _activation(self, word: str) -> LayerWords:
        found: Settings = {}
        if self._rest:
            token = self._next()
            self._refuse_layer(token)
            found["parameter"] = self._value("parameter", token)
        if self._rest:
            token = self._next()
            raise token.mistake(f"{quoted(token.text)} is one word too many", "put | before the next layer")
        return self._layer(word, found)

    def _refuse_layer(self, token: _Token) -> None:
        """A layer's word where a setting is expected: the bar between them is missing."""
        if token.text.lower() in {*self._forms, *self._synonyms, *MISSING}:
            raise token.mistake(f"a | is missing before {quoted(token.text)}", "write | between layers")

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
            raise token.mistake(f"{name} is set twice", "leave one of them out")
        if word in RULES:
            found[name] = padding(word)
        elif word in FLAGS:
            found[name] = True
        elif not self._rest:
            raise token.mistake(f"{word} needs a value after it", f"write {word} 1")
        else:
            found[name] = self._value(name, self._next())

    def _read(self, need: str, form: Form, after: _Token) -> Any:
        if not self._rest:
            raise after.mistake(f"{after.text} needs its {need}", f"write {form.example}")
        token = self._next()
        try:
            return self._value(need, token)
        except NotationError as error:
            raise token.mistake(error.message, f"write {form.example}") from None

    def _value(self, name: str, token: _Token) -> Any:
        try:
            return READERS[name](token.text)
        except NotationError as error:
            advice = in_words(error.advice, self._first, self._forms.get(self._first, Form()))
            raise token.mistake(error.message, *advice) from None

    def _unknown(self, token: _Token, known: Collection[str], what: str, expected: str) -> NotationError:
        from difflib import get_close_matches  # only a mistake needs it

        close = get_close_matches(token.text.lower(), known, n=1, cutoff=0.6)
        hint = f"did you mean {close[0]}? {expected}" if close else expected
        return token.mistake(f"{quoted(token.text)} {what}", hint)

    def _next(self) -> _Token:
        self._taken.append(self._rest.popleft())
        return self._taken[-1]

    def _layer(self, word: str, found: Settings) -> LayerWords:
        """What was read since the last layer."""
        taken, self._taken = self._taken, []
        argument = taken[:2][-1]
        words = " ".join(token.text for token in taken)
        return LayerWords(word, found, words, (argument.chain, argument.start, len(argument.text)))


def in_words(advice: tuple[str | Setting, ...], word: str, form: Form) -> tuple[str | Setting, ...]:
    """A hint whose settings are words of this layer, `stride 2` or `maxpool 2`; what is not its own stays a setting."""
    spelled = {name: name for name in form.settings} | {name: word for name in (form.needs, form.optional) if name}
    return tuple(
        f"{spelled[part.name]} {part.typed}".rstrip() if isinstance(part, Setting) and part.name in spelled else part
        for part in advice
    )
