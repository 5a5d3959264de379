"""The nouns of a view: what the input, the weights and the output are called, and their symbols."""

from collections.abc import Sequence
from typing import NamedTuple


class Vocabulary(NamedTuple):
    """What a command or a network knows and a walk does not.

    `title` is what the operation is called at the head of a screen, `channels` the input's channels where they
    have names, `notes` what else stands in the title.
    """

    title: str = ""
    channels: Sequence[str] = ()
    notes: Sequence[str] = ()
    weights: str = "kernel"
    output: str = ""
    symbols: tuple[str, str, str] = ("x", "w", "y")

    def channel(self, number: int) -> str:
        """`red`, or `channel 3`."""
        return self.channels[number] if number < len(self.channels) else f"channel {number}"

    @property
    def y(self) -> str:
        """The symbol of the output."""
        return self.symbols[2]
