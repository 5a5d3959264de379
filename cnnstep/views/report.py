"""A report: what has no steps, and the line that it begins with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from cnnstep.display import Displayed
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Scene, Words, hint, words
from cnnstep.views.page.tables import Table


@dataclass(frozen=True, slots=True, eq=False)
class Report(Displayed):
    """A scene, the same for machines, and what to type next.

    `rows` is the whole table where the scene shows its beginning; `is_plain` says that its screen has no colours.
    `arrays` are what it can save as .npz, `film` the scenes of a film of how it came about.
    """

    scene: Scene
    document: dict[str, Any]
    hint: str = ""
    rows: Table | None = None
    is_plain: bool = False
    arrays: Mapping[str, Any] | None = None
    film: tuple[Scene, ...] = ()
    brief: Scene | None = None
    """What a screen shows that the scene is too long for."""
    has_steps: ClassVar[bool] = False

    def scenes(self) -> list[Scene]:
        """The scene."""
        return [self.scene]

    def screens(self) -> list[Scene]:
        """The scene, and what to type next."""
        return [self.scene, *([Scene((hint(self.hint),))] if self.hint else [])]

    def briefer(self) -> Iterator["Report"]:
        """Itself, then its short form if it has one."""
        yield self
        if self.brief:
            yield replace(self, scene=self.brief)

    def hinting(self, text: str) -> "Report":
        """The same report with another hint."""
        return replace(self, hint=text)


def heading(name: str, told: str) -> Words:
    """What it is about, and what there is to say of it at once."""
    return words(Span(f"{name}   ", Role.TITLE), told, indent=1)
