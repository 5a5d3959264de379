"""A page without steps: what is seen, the same for machines, and what to type next."""

from typing import Any, NamedTuple

from cnnstep.scenes.scene import Scene


class Sheet(NamedTuple):
    """A scene, its document, and a hint."""

    scene: Scene
    document: dict[str, Any]
    hint: str = ""
