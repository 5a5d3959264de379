"""A page without steps: what is seen, the same for machines, and what to type next."""

from typing import Any, NamedTuple

from cnnstep.views.page.scene import Scene
from cnnstep.views.page.tables import Table


class Sheet(NamedTuple):
    """A scene, its document, and a hint; `rows` is the whole table where the scene shows its beginning."""

    scene: Scene
    document: dict[str, Any]
    hint: str = ""
    rows: Table | None = None
