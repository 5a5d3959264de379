"""A value that a notebook can show: the package as a whole knows how, the room that makes the value does not draw."""

from collections.abc import Callable
from typing import Any, ClassVar


class Displayed:
    """Shown by `display`, which the package sets when one of its names is first used."""

    __slots__ = ()
    display: ClassVar[Callable[[Any], dict[str, str]] | None] = None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str] | None:  # noqa: ARG002
        """Text and HTML, as Jupyter asks for them."""
        return Displayed.display(self) if Displayed.display else None
