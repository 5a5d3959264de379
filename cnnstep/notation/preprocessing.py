"""What becomes of a picture before a network reads it: `preprocess mean 0.5 std 0.25 order bgr`."""

import re
from typing import NamedTuple

from cnnstep.errors import NotationError, quoted
from cnnstep.notation.matrices import one_number

MEAN, STD, ORDER = "mean", "std", "order"
RGB, BGR = "rgb", "bgr"
EXAMPLE = "write preprocess mean 0.485 0.456 0.406 std 0.229 0.224 0.225 order rgb"
MOST = 1_000


class Preprocessing(NamedTuple):
    """Levels from 0 to 1 become (x − mean) / std: one number of each for all channels, or one a channel.

    The numbers stand in the `order` in which the network reads red, green and blue.
    """

    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    order: str = RGB

    @property
    def is_reversed(self) -> bool:
        """Whether blue is the first channel."""
        return self.order == BGR

    def check(self, channels: int) -> None:
        """Raise NotationError where the numbers, or the order, do not fit so many channels."""
        wanted = max(len(self.mean), len(self.std), len(RGB) if self.is_reversed else 1)
        if wanted not in {1, channels}:
            arrive = f"{channels} channel{'s' * (channels > 1)}"
            raise NotationError(
                f"preprocess is for {wanted} channels, and the input has {arrive}",
                f"give it {wanted} channels, or say one mean and one std for all of them",
            )


def preprocessing(text: str) -> Preprocessing:
    """Read `mean 0.485 0.456 0.406 std 0.229 0.224 0.225 order rgb`; each part may be left out, not all of them.

    Source of the usual numbers: the levels of ImageNet, as torchvision's models take them.
    """
    parts: dict[str, list[str]] = {}
    words: list[str] | None = None
    for word in re.sub(r"[\[\](),=]", " ", text).lower().split():
        if word in {MEAN, STD, ORDER}:
            if word in parts:
                raise NotationError(f"{word} is told twice", "leave one of them out")
            words = parts[word] = []
        elif words is None:
            raise NotationError(f"{quoted(word)} is not expected here", EXAMPLE)
        else:
            words.append(word)
    if not parts or not all(parts.values()):
        missing = next((part for part, told in parts.items() if not told), "preprocess")
        raise NotationError(f"{missing} needs a value after it", EXAMPLE)
    made = Preprocessing(
        _numbers(parts.get(MEAN, ["0"]), MEAN), _numbers(parts.get(STD, ["1"]), STD), _order(parts.get(ORDER, [RGB]))
    )
    several = {n for n in (len(made.mean), len(made.std)) if n > 1}
    if len(several) > 1:
        raise NotationError(
            f"mean has {len(made.mean)} numbers, and std {len(made.std)}", "give one, or one for each channel"
        )
    return made


def _numbers(words: list[str], name: str) -> tuple[float, ...]:
    numbers = tuple(float(one_number(word, name)) for word in words)
    for number in numbers:
        if abs(number) > MOST or (name == STD and number < 1 / MOST):
            lowest = 1 / MOST if name == STD else -MOST
            raise NotationError(f"{name} {number:g} is not between {lowest:g} and {MOST:,}", EXAMPLE)
    return numbers


def _order(words: list[str]) -> str:
    if words not in ([RGB], [BGR]):
        raise NotationError(f"order {quoted(' '.join(words))} is neither {RGB} nor {BGR}", EXAMPLE)
    return words[0]
