"""The same numbers in other frameworks: a complete script for an operation, a loss, a gradient or a network."""

from collections.abc import Mapping

from cnnstep.errors import NotationError, did_you_mean, quoted
from cnnstep.notation.synonyms import meant

FRAMEWORKS: Mapping[str, str] = {
    "numpy": "in_numpy.NUMPY",
    "torch": "in_torch.TORCH",
    "keras": "in_keras.KERAS",
    "jax": "in_jax.JAX",
}
"""What a framework is called → where it stands; its file is loaded when it is used."""
ALSO = {
    "np": "numpy", "pytorch": "torch", "tensorflow": "keras", "tf": "keras", "keras3": "keras", "flax": "jax",
}  # fmt: skip
"""Other words for a framework."""


def framework(word: str) -> str:
    """The framework that a word means; raises NotationError for another word."""
    found = meant(word, FRAMEWORKS, ALSO)
    if found not in FRAMEWORKS:
        close = did_you_mean(word.lower(), [*FRAMEWORKS, *ALSO])
        raise NotationError(f"no code is written for {quoted(word)}", f"{close}use one of {', '.join(FRAMEWORKS)}")
    return found
