"""A command line as words: which of them are options and their values, and the same line with others."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """Each word with the option that it spells or is the value of; with nothing where it stands alone."""

    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, words: Sequence[str], valued: Collection[str], flags: Collection[str] = ()) -> "Line":
        """The words of a line, by the options that a value follows, and those that none does."""
        return cls(tuple(_paired(words, valued, flags)))

    @property
    def words(self) -> list[str]:
        """The words alone."""
        return [word for _, word in self.pairs]

    def values(self, names: Collection[str]) -> list[str]:
        """What is given for an option, by all of its names."""
        return [word for option, word in self.pairs if option in names and word != option]

    def without(self, names: Collection[str]) -> "Line":
        """Without an option and its values."""
        return Line(tuple(pair for pair in self.pairs if pair[0] not in names))

    def replacing(self, names: Collection[str], value: str) -> "Line":
        """With another value for an option, where it stands."""
        return Line(tuple((o, value if o in names and word != o else word) for o, word in self.pairs))

    def ending(self, *words: str) -> "Line":
        """With more words at its end."""
        return Line((*self.pairs, *(("", word) for word in words)))


def _paired(words: Sequence[str], valued: Collection[str], flags: Collection[str]) -> Iterator[tuple[str, str]]:
    taking = ""
    for word in words:
        name, equals, value = word.partition("=")
        if taking:
            yield taking, word
            taking = ""
        elif equals and name in valued:
            yield from ((name, name), (name, value))
        else:
            taking = word if word in valued else ""
            yield (word if taking or word in flags else ""), word
