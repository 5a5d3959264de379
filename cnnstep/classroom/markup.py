"""The two marks inside a line of a lesson: `code` and **strong** words."""

import re

from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import NBSP

MARKUP = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")


def spans(text: str, role: Role = Role.PLAIN) -> tuple[Span, ...]:
    """Text with its `code` and **strong** words marked; the others have a role. Code stays on one line where it can."""
    found: list[Span] = []
    end = 0
    for match in MARKUP.finditer(text):
        code, strong = match.groups()
        found += [
            Span(text[end : match.start()], role),
            Span(strong, Role.TITLE) if strong else Span(f"`{code.replace(' ', NBSP)}`", Role.KERNEL),
        ]
        end = match.end()
    return tuple(span for span in (*found, Span(text[end:], role)) if span.text)
