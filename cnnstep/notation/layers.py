"""One layer in words: `conv edge same`, `maxpool 2 stride 2`, `add a`, `dense 10 relu`.

A layer is a word, what it needs, then settings in any order; a convolution, a dense layer or a sum may end
with an activation, which becomes a layer of its own. Matrices stand in round brackets.
"""

import re
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from cnnstep.errors import NotationError, Setting, did_you_mean, quoted
from cnnstep.notation.settings import FLAGS, READERS, VALUES
from cnnstep.notation.synonyms import NONE, meant

Settings: TypeAlias = dict[str, Any]


class Token(NamedTuple):
    """A word, and where it stands in what was written."""

    text: str
    start: int
    chain: str

    @property
    def quoted(self) -> str:
        """As an error shows it."""
        return quoted(self.text)

    def mistake(self, message: str, *hint: str | Setting) -> NotationError:
        """An error that points at this word."""
        return NotationError(message, hint, pointer=(self.chain, self.start, len(self.text)))


class LayerWords(NamedTuple):
    """One layer as it was written: its word, what was set, and the words themselves.

    `pointer` is the chain, and where in it the layer's argument stands (its word, if it has none). `joined` are the
    names of what it reads beside what stands before it. In a chain `inputs` are all the nodes that it reads, layers
    counted from 1 and the input 0 (none: the one before it), and `names` those that it was given.
    """

    word: str
    settings: Settings
    text: str
    pointer: tuple[str, int, int] | None = None
    joined: tuple[Token, ...] = ()
    inputs: tuple[int, ...] = ()
    names: tuple[str, ...] = ()


class Form(NamedTuple):
    """How a layer is written: what must or may follow its word, which settings it takes, what other tools call it.

    `joins` is how many nodes it may read by their names, beside what stands before it.
    """

    needs: str = ""
    optional: str = ""
    settings: frozenset[str] = frozenset()
    ends_with_activation: bool = False
    example: str = ""
    also: tuple[str, ...] = ()
    is_activation: bool = False
    joins: int = 0


class Kind(Protocol):
    """A row of the table of layers, as far as it is read here."""

    @property
    def form(self) -> Form:
        """How it is written."""


Kinds: TypeAlias = Mapping[str, Kind]

WORD = r"\([^)]*\)?|\[\[.*?\]\s*\]|[^\s(]+"
BRACKETED = r"\(.*[^()\s].*\)|\[\[.*\]\s*\]"


def tokens_of(part: str, start: int, text: str) -> list[Token]:
    """The words of a part of `text` that begins at `start`; raises NotationError for brackets out of place."""
    tokens = [Token(match[0], start + match.start(), text) for match in re.finditer(WORD, part)]
    for token in tokens:
        if re.search(r"[()\[\]{}]", token.text) and not re.fullmatch(BRACKETED, token.text, re.DOTALL):
            raise token.mistake("a matrix stands in round brackets", "write conv (1 0 -1; 1 0 -1)")
    return tokens


def layers_of(tokens: Sequence[Token], kinds: Kinds, others: Collection[str] = ()) -> list[LayerWords]:
    """The layer of one part, and its activation if it ends with one; `others` are words that may begin a part too.

    Raises NotationError, with a caret under the word that is wrong and what was expected.
    """
    return _Parser(tokens, kinds, others).layers()


class _Parser:
    """One part between `|`, token by token."""

    def __init__(self, tokens: Sequence[Token], kinds: Kinds, others: Collection[str]) -> None:
        self._first = tokens[0].text.lower()
        self._rest = deque(tokens)
        self._taken: list[Token] = []
        self._others = others
        self._forms = {word: kind.form for word, kind in kinds.items()}
        self._activations = [word for word, form in self._forms.items() if form.is_activation]
        self._synonyms = {other: word for word, form in self._forms.items() for other in form.also}
        self._tails = {other: word for other, word in self._synonyms.items() if self._forms[word].is_activation}

    def layers(self) -> list[LayerWords]:
        """The layer, and its activation if it ends with one."""
        token = self._next(self._forms, self._synonyms)
        word = token.text.lower()
        if word in self._activations:
            return [self._activation(word)]
        form = self._forms.get(word)
        if form is None:
            raise self._no_layer(token)
        found: Settings = {}
        joined = self._joined(form, token) if form.joins else ()
        if form.needs:
            found[form.needs] = self._read(form.needs, form, token)
        elif form.optional and self._rest and self._rest[0].text[0].isdigit():
            found[form.optional] = self._read(form.optional, form, token)
        while self._rest and not (form.ends_with_activation and self._is_activation(self._rest[0])):
            self._setting(found, form)
        layer = self._layer(word, found)._replace(joined=joined)
        if not self._rest:
            return [layer]
        return [layer, self._activation(self._next(self._activations, self._tails).text.lower())]

    def _is_activation(self, token: Token) -> bool:
        return meant(token.text, self._activations, self._tails) in self._activations

    def _joined(self, form: Form, after: Token) -> tuple[Token, ...]:
        """The names of what is read beside what stands before."""
        names: list[Token] = []
        while self._rest and len(names) < form.joins and self._rest[0].text.lower() not in self._forms:
            names.append(self._next())
        if not names:
            raise after.mistake(f"{after.text} needs the name of what it joins", f"write {form.example}")
        return tuple(names)

    def _no_layer(self, token: Token) -> NotationError:
        """A word that is nearly right, or no word of ours."""
        layers = ", ".join(word for word in self._forms if word not in self._activations)
        known = [*self._forms, *self._others]
        return self._unknown(token, known, "is no layer", f"a layer is one of {layers}, or an activation")

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

    def _refuse_layer(self, token: Token) -> None:
        """A layer's word where a setting is expected: the bar between them is missing."""
        if token.text.lower() in {*self._forms, *self._synonyms}:
            raise token.mistake(f"a | is missing before {quoted(token.text)}", "write | between layers")

    def _setting(self, found: Settings, form: Form) -> None:
        token = self._next()
        word = token.text.lower()
        name = VALUES.get(word, word)
        if name not in form.settings:
            self._refuse_layer(token)
            takes = [*sorted(form.settings), *(value for value, name in VALUES.items() if name in form.settings)]
            takes += ["an activation"] * form.ends_with_activation
            expected = f"expected {', '.join(takes)}" if takes else "expected | and the next layer"
            raise self._unknown(token, [*takes, *self._activations], "is not expected here", expected)
        if name in found:
            raise token.mistake(f"{name} is set twice", "leave one of them out")
        if word in VALUES:
            found[name] = READERS[name](word)
        elif word in FLAGS:
            found[name] = True
        elif not self._rest:
            raise token.mistake(f"{word} needs a value after it", f"write {word} 1")
        else:
            found[name] = self._value(name, self._next())

    def _read(self, need: str, form: Form, after: Token) -> Any:
        if not self._rest:
            raise after.mistake(f"{after.text} needs its {need}", f"write {form.example}")
        token = self._next()
        try:
            return self._value(need, token)
        except NotationError as error:
            raise token.mistake(error.message, f"write {form.example}") from None

    def _value(self, name: str, token: Token) -> Any:
        try:
            return READERS[name](token.text)
        except NotationError as error:
            advice = in_words(error.advice, self._first, self._forms.get(self._first, Form()))
            raise token.mistake(error.message, *advice) from None

    def _unknown(self, token: Token, known: Collection[str], what: str, expected: str) -> NotationError:
        return token.mistake(f"{quoted(token.text)} {what}", f"{did_you_mean(token.text.lower(), known)}{expected}")

    def _next(self, known: Collection[str] = (), also: Mapping[str, str] = NONE) -> Token:
        """The next word; where it is to be one of those that are known, in ours for it."""
        token = self._rest.popleft()
        word = meant(token.text, known, also)
        self._taken.append(token._replace(text=word) if word in known else token)
        return self._taken[-1]

    def _layer(self, word: str, found: Settings) -> LayerWords:
        """What was read since the last layer."""
        taken, self._taken = self._taken, []
        argument = taken[:2][-1]
        words = " ".join(token.text for token in taken)
        return LayerWords(word, found, words, (argument.chain, argument.start, len(argument.text)))


def in_words(advice: tuple[str | Setting, ...], word: str, form: Form) -> tuple[str | Setting, ...]:
    """A hint whose settings are words of this layer, `stride 2` or `maxpool 2`; what is not its own stays a setting."""
    # what is joined was made by other layers, whose settings they are
    own = READERS if form.joins else form.settings
    spelled = {name: name for name in own} | {name: word for name in (form.needs, form.optional) if name}
    return tuple(
        f"{spelled[part.name]} {_worded(part)}".rstrip() if isinstance(part, Setting) and part.name in spelled else part
        for part in advice
    )


def _worded(setting: Setting) -> str:
    """A value as a chain has it: a matrix stands in round brackets."""
    is_matrix = setting.name == "kernel" and " " in str(setting.value)
    return f"({setting.value})" if is_matrix else setting.typed
