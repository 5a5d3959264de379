"""Layers one after the other, and the branches between them: `conv 4@3x3 same as a | conv 4@3x3 same | add a | relu`.

`|` or the end of a line ends a layer, which reads the one before. `as NAME` names what stands there, `from NAME` goes
back to it, and a layer that joins, such as `add NAME`, reads it as well. In a file `block basic(F, S)` … `end` names
some lines, which `basic 64 1` then stands for; names inside a block are its own.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple, TypeAlias

from cnnstep.errors import NotationError, did_you_mean
from cnnstep.notation.layers import Kinds, LayerWords, Token, layers_of, tokens_of

Part: TypeAlias = Sequence[Token]
"""What stands between two bars."""

INPUT, AS, FROM, BLOCK, END, PREPROCESS = "input", "as", "from", "block", "end", "preprocess"
RESERVED = frozenset({INPUT, AS, FROM, BLOCK, END, PREPROCESS})
MOST_PARTS = 10_000
DEEPEST = 20
"""So many blocks stand inside each other."""
FEW = 9
NAME = r"[A-Za-z_]\w{0,39}"


class Block(NamedTuple):
    """Lines with a name, and what they leave open."""

    name: str
    parameters: tuple[str, ...]
    parts: tuple[Part, ...]

    def filled(self, values: Sequence[str]) -> Iterator[Part]:
        """Its parts, with these values for its parameters."""
        known = dict(zip(self.parameters, values, strict=True))
        for part in self.parts:
            yield [
                token._replace(text=re.sub(r"[A-Za-z_]\w*", lambda m: known.get(m[0], m[0]), token.text))
                for token in part
            ]


Names: TypeAlias = dict[str, int]
"""Name → the node that it stands for: a layer, counted from 1, or the input, 0."""


@dataclass
class Wiring:
    """Layers as they are read, each with the nodes that it reads."""

    kinds: Kinds
    layers: list[LayerWords] = field(default_factory=list)
    blocks: dict[str, Block] = field(default_factory=dict)
    names: Names = field(default_factory=lambda: {INPUT: 0})
    current: int = 0
    parts: int = 0
    within: tuple[str, ...] = ()
    """The blocks whose parts are being read, the innermost last: what is named inside one is not known outside."""

    def take(self, part: Part) -> None:
        """Read one part: a layer, a block, or the name of a node to go back to."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise part[0].mistake(f"more than {MOST_PARTS:,} parts", "let blocks stand for fewer")
        if part[-1].text.lower() == AS:
            raise part[-1].mistake("as needs a name", f"write as {self._free('a')}")
        is_named = len(part) > 1 and part[-2].text.lower() == AS
        self._layers(part[:-2] if is_named else part)
        if is_named:
            self._name(part[-1])

    def _layers(self, part: Part) -> None:
        if not part:
            return
        words = [token.text.lower() for token in part]
        word = words[0]
        if AS in words[:-2]:
            token = part[words.index(AS) + 2]
            raise token.mistake(f"{token.quoted} is one word too many", "put | after the name")
        if FROM in words[1:]:
            token = part[words.index(FROM, 1)]
            raise token.mistake(f"a | is missing before {token.quoted}", "write | before from")
        if word in {BLOCK, END}:
            raise part[0].mistake(f"{word} is for the lines of a file", "write the layers here, or a file: my.cnn")
        if word == INPUT and len(part) == 1:
            self.current = 0
        elif word == FROM:
            self.current = self._named(part)
        elif word in self.blocks:
            self._block(self.blocks[word], part)
        else:
            for layer in layers_of(part, self.kinds, self.blocks):
                others = tuple(self._node(token) for token in layer.joined)
                self.layers.append(layer._replace(inputs=(self.current, *others)))
                self.current = len(self.layers)

    def _named(self, part: Part) -> int:
        """The node of `from NAME`."""
        if len(part) == 1:
            first = next(iter(self.names), "a")
            raise part[0].mistake("from needs the name of what to go back to", f"write from {first}")
        if len(part) > 2:
            raise part[2].mistake(f"{part[2].quoted} is one word too many", "put | before the next layer")
        return self._node(part[1])

    def _node(self, token: Token) -> int:
        """What a name stands for."""
        if (name := token.text.lower()) not in self.names:
            few = [*self.names] if len(self.names) <= FEW else [*list(self.names)[: FEW - 1], "…"]
            listed = f"the names so far are {', '.join(few)}; " if few else "names inside a block are its own: "
            listed += f"write as {name if re.fullmatch(NAME, name) else 'a'} where it stands"
            raise token.mistake(f"nothing is named {token.quoted}", f"{did_you_mean(name, self.names)}{listed}")
        return self.names[name]

    def _name(self, token: Token) -> None:
        """Name what stands there."""
        name = token.text.lower()
        if not re.fullmatch(NAME, name):
            told = f"a name is a letter, then letters and digits, 40 at most: as {self._free('a')}"
            raise token.mistake(f"{token.quoted} is no name", told)
        if name in RESERVED or name in self.blocks or name in self.kinds:
            told = f"take another name: as {self._free(name)}"
            raise token.mistake(f"{token.quoted} means something else already", told)
        if name in self.names:
            told = f"take another name: as {self._free(name)}"
            raise token.mistake(f"{token.quoted} is the name of something else already", told)
        self.names[name] = self.current
        if self.current and not self.within:
            layer = self.layers[self.current - 1]
            self.layers[self.current - 1] = layer._replace(names=(*layer.names, name))

    def _free(self, name: str) -> str:
        """A name that is not taken: this one, or one like it."""
        taken = {*self.names, *self.blocks, *self.kinds, *RESERVED}
        others = (f"{name[:30]}_{number}" for number in count(1))
        return name if name not in taken else next(each for each in others if each not in taken)

    def _block(self, block: Block, part: Part) -> None:
        """The layers of a block; the names inside it are its own."""
        values = [token.text for token in part[1:]]
        if len(values) != (takes := len(block.parameters)):
            what = f"{block.name} takes {takes} value{'s' * (takes != 1)}, not {len(values)}"
            alone = f"write {' '.join((block.name, *block.parameters))}"
            given = f", with a value for {' and for '.join(block.parameters)}" if takes else " alone"
            raise part[0].mistake(what, alone + given)
        if block.name in self.within:
            raise part[0].mistake(f"{block.name} stands inside itself", "write its layers in its place")
        if len(self.within) >= DEEPEST:
            raise part[0].mistake(f"more than {DEEPEST} blocks stand inside each other", "let them stand for more")
        outer = self.names, self.within
        self.names, self.within = {}, (*self.within, block.name)
        try:
            for each in block.filled(values):
                self.take(each)
        except NotationError as error:
            if outer[1]:
                raise
            raise NotationError(f"in {self.within[-1]}: {error.message}", error.advice, error.pointer) from None
        self.names, self.within = outer


def chain(text: str, kinds: Kinds) -> list[LayerWords]:
    """Read layers of these kinds, by their words.

    Raises NotationError, with a caret under the word that is wrong and what was expected.
    """
    wiring = Wiring(kinds)
    for part in parts(text):
        wiring.take(part)
    if not wiring.layers:
        raise Token(text, 0, text).mistake("there are no layers", "write conv 4@3x3 same as a | relu, or other layers")
    return wiring.layers


def parts(text: str) -> Iterator[Part]:
    """The words between bars; raises NotationError where there are none."""
    start = 0
    for each in text.split("|"):
        tokens = tokens_of(each, start, text)
        if not tokens:
            where = Token(" ", min(start, max(0, len(text) - 1)), text)
            raise where.mistake("a layer is missing", "write conv edge same, or another layer, between |")
        yield tokens
        start += len(each) + 1


def block_of(text: str, taken: Collection[str]) -> Block:
    """The head of a block, `block basic(F, S)`, still without its lines; raises NotationError for anything else."""
    match = re.fullmatch(rf"{BLOCK}\s+({NAME})\s*(?:\(([^()]*)\))?", text, re.IGNORECASE)
    parameters = tuple(word.strip() for word in (match[2] or "").split(",") if word.strip()) if match else ()
    if not match or not all(re.fullmatch(NAME, word) for word in parameters):
        raise NotationError("a block needs a name, and its parameters", f"write {BLOCK} basic(F, S)")
    if (name := match[1].lower()) in taken or name in RESERVED:
        raise NotationError(f"{name} means something else already", f"give the block another name: {BLOCK} {name}_1")
    for number, word in enumerate(parameters):
        if word.lower() in taken or word.lower() in RESERVED or word in parameters[:number]:
            told = f"give the parameter another name: {word}_1"
            raise NotationError(f"{word} means something else already", told)
    return Block(name, parameters, ())
