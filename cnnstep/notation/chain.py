"""Layers one after the other, and the branches between them: `conv 4@3x3 same as a | conv 4@3x3 same | add a | relu`.

`|` or the end of a line ends a layer, which reads the one before. `as NAME` names what stands there, `from NAME` goes
back to it, and a layer that joins, such as `add NAME`, reads it as well. In a file `block basic(F, S)` … `end` names
some lines, which `basic 64 1` then stands for; names inside a block are its own.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from cnnstep.errors import NotationError, did_you_mean
from cnnstep.notation.layers import Kinds, LayerWords, Token, layers_of, tokens_of

Part: TypeAlias = Sequence[Token]
"""What stands between two bars."""

INPUT, AS, FROM, BLOCK, END, PREPROCESS = "input", "as", "from", "block", "end", "preprocess"
RESERVED = frozenset({INPUT, AS, FROM, BLOCK, END, PREPROCESS})
MOST_PARTS = 10_000
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
    depth: int = 0
    """How many blocks deep: what is named inside one is not known outside."""

    def take(self, part: Part) -> None:
        """Read one part: a layer, a block, or the name of a node to go back to."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise part[0].mistake(f"more than {MOST_PARTS:,} parts", "let blocks stand for fewer")
        if part[-1].text.lower() == AS:
            raise part[-1].mistake("as needs a name", "write as a")
        is_named = len(part) > 1 and part[-2].text.lower() == AS
        self._layers(part[:-2] if is_named else part)
        if is_named:
            self._name(part[-1])

    def _layers(self, part: Part) -> None:
        if not part:
            return
        word = part[0].text.lower()
        if word == FROM:
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
            raise part[0].mistake("from needs the name of what to go back to", f"write from {next(iter(self.names))}")
        if len(part) > 2:
            raise part[2].mistake(f"{part[2].quoted} is one word too many", "put | before the next layer")
        return self._node(part[1])

    def _node(self, token: Token) -> int:
        """What a name stands for."""
        if (name := token.text.lower()) not in self.names:
            listed = f"the names so far are {', '.join(self.names)}" if self.names else "write as a where it stands"
            raise token.mistake(f"nothing is named {token.quoted}", f"{did_you_mean(name, self.names)}{listed}")
        return self.names[name]

    def _name(self, token: Token) -> None:
        """Name what stands there."""
        name = token.text.lower()
        if not re.fullmatch(NAME, name):
            raise token.mistake(f"{token.quoted} is no name", "a name is a letter, then letters and digits: as a")
        if name in RESERVED or name in self.blocks or name in self.kinds:
            raise token.mistake(f"{token.quoted} means something else already", f"take another name: as {name[0]}1")
        if name in self.names:
            raise token.mistake(f"{token.quoted} is the name of something else already", "take another name")
        self.names[name] = self.current
        if self.current and not self.depth:
            layer = self.layers[self.current - 1]
            self.layers[self.current - 1] = layer._replace(names=(*layer.names, name))

    def _block(self, block: Block, part: Part) -> None:
        """The layers of a block; the names inside it are its own."""
        values = [token.text for token in part[1:]]
        if len(values) != len(block.parameters):
            told = " ".join((block.name, *block.parameters))
            raise part[0].mistake(f"{block.name} takes {len(block.parameters)} values, not {len(values)}", told)
        outer, self.names = self.names, {}
        self.depth += 1
        try:
            for each in block.filled(values):
                self.take(each)
        except NotationError as error:
            raise NotationError(f"in {block.name}: {error.message}", error.advice, error.pointer) from None
        self.names = outer
        self.depth -= 1


def chain(text: str, kinds: Kinds) -> list[LayerWords]:
    """Read layers of these kinds, by their words.

    Raises NotationError, with a caret under the word that is wrong and what was expected.
    """
    wiring = Wiring(kinds)
    for part in parts(text):
        wiring.take(part)
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
        raise NotationError(f"{name} means something else already", "give the block another name")
    return Block(name, parameters, ())
