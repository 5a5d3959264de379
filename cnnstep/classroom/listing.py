"""What a quiz can ask about, as a list to choose from."""

from cnnstep.classroom.topics import TOPICS
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Gap, Scene
from cnnstep.views.page.tables import Column, table
from cnnstep.views.report import Report, heading

COLUMNS = (
    Column("", 0, is_left=True, role=Role.TITLE, name="topic"),
    Column("", 0, is_left=True, name="about"),
)


def topics() -> Report:
    """Every topic, and what it is about."""
    scene = Scene(
        (
            heading("quiz", "TOPIC, at --level 1, 2 or 3"),
            Gap(),
            table(COLUMNS, [(name, topic.title) for name, topic in TOPICS.items()]),
        )
    )
    rows = [{"topic": name, "about": topic.title} for name, topic in TOPICS.items()]
    return Report(
        scene, {"operation": "quiz", "topics": rows}, "cnnstep quiz conv, cnnstep quiz size --level 2 --seed anna"
    )
