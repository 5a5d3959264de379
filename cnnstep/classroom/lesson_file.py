"""A lesson from its file: Markdown with front matter, blocks of commands and questions, `---` between screens."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from cnnstep.classroom.lesson_fields import HEAD, Fields, Line, command, question
from cnnstep.classroom.lessons import Command, Lesson, Part, Place, Prose, Screen
from cnnstep.classroom.markup import spans
from cnnstep.errors import printable, quoted
from cnnstep.views.page.scene import NBSP, Gap, Words, words

SCREEN, FENCE, POINT = "---", "```", "- "


class Fence(NamedTuple):
    """A fenced block: what it is, and its lines."""

    kind: str
    lines: list[Line]
    place: Place


def read_lesson(text: str, file: str, source: str | None = None) -> Lesson:
    """The lesson in a file; `source` is what names it on the command line. Raises DataError with the line."""
    name = printable(file)
    lines = [Line(line.rstrip(), Place(name, n)) for n, line in enumerate(text.split("\n"), 1)]
    begin = next((n for n, line in enumerate(lines) if line.text), len(lines) - 1)
    if lines[begin].text != SCREEN:
        raise lines[begin].place.fault("there is no front matter", "begin with ---, id: …, title: …, minutes: …, ---")
    end = next((n for n in range(begin + 1, len(lines)) if lines[n].text == SCREEN), None)
    if end is None:
        raise lines[begin].place.fault("the front matter does not end", "close it with a line ---")
    front = Fields.read(lines[begin + 1 : end], HEAD, lines[begin].place)
    screens = [_screen(group) for group in _groups(_blocks(lines[end + 1 :])) if group]
    if not screens:
        raise lines[end].place.fault("there is no screen", "write prose, a ```cnnstep block or a ```question block")
    _check_ids(screens)
    return Lesson(**front.values, screens=tuple(screens), source=source or name)


def _check_ids(screens: Sequence[Screen]) -> None:
    first: dict[str, Place] = {}
    for exercise in filter(None, (screen.exercise for screen in screens)):
        if exercise.id in first:
            line = first[exercise.id].line
            raise exercise.place.fault(f"question {exercise.id} has the id of line {line}", "give each its own id")
        first[exercise.id] = exercise.place


Block = Line | Fence


def _blocks(lines: Sequence[Line]) -> Iterator[Block]:
    """The lines outside of fences one by one, and each fenced block as one."""
    fence: Fence | None = None
    for line in lines:
        if fence is None and line.text.startswith(FENCE):
            fence = Fence(line.text.removeprefix(FENCE).strip(), [], line.place)
        elif fence is None:
            yield line
        elif line.text == FENCE:
            yield fence
            fence = None
        else:
            fence.lines.append(line)
    if fence:
        raise fence.place.fault(f"the {FENCE}{printable(fence.kind)} block does not end", f"close it with {FENCE}")


def _groups(blocks: Iterator[Block]) -> Iterator[list[Block]]:
    """The blocks of each screen, without empty lines at its ends."""
    group: list[Block] = []
    for block in blocks:
        if isinstance(block, Line) and block.text == SCREEN:
            yield group
            group = []
        elif group or isinstance(block, Fence) or block.text:
            group.append(block)
    yield group


def _screen(blocks: Sequence[Block]) -> Screen:
    """The blocks of one screen: a heading, prose, at most one command or question, prose."""
    first, *rest = blocks
    if not (isinstance(first, Line) and first.text.startswith("# ")):
        raise first.place.fault("a screen has no heading", "begin it with # and its title")
    parts = [block for block in rest if isinstance(block, Fence) and block.kind != "text"]
    if len(parts) > 1:
        raise parts[1].place.fault("a screen has one command or one question", f"put {SCREEN} between them")
    middle = rest.index(parts[0]) if parts else len(rest)
    above, below = _prose(rest[:middle]), _prose(rest[middle + 1 :])
    return Screen(first.text.removeprefix("# ").strip(), above, _part(parts[0]) if parts else None, below, first.place)


def _part(fence: Fence) -> Part:
    if fence.kind == "question":
        return question(fence.lines, fence.place)
    if fence.kind == "cnnstep":
        return _command_block(fence)
    raise fence.place.fault(f"there are no {quoted(fence.kind)} blocks", "write ```cnnstep, ```question or ```text")


def _prose(blocks: Sequence[Block]) -> tuple[Prose, ...]:
    """Paragraphs and points, with a gap where there are empty lines; a block of text line by line."""
    told: list[Prose] = []
    for is_empty, group in groupby(blocks, key=lambda block: isinstance(block, Line) and not block.text):
        told += [Gap()] if is_empty else [block for lines in _paragraphs(group) for block in lines]
    begin, end = (isinstance(told[n], Gap) if told else False for n in (0, -1))
    return tuple(told[begin : len(told) - end])


def _paragraphs(blocks: Iterable[Block]) -> Iterator[list[Words]]:
    paragraph: list[str] = []
    for block in blocks:
        if isinstance(block, Line) and not block.text.startswith(POINT):
            paragraph.append(block.text.strip())
            continue
        yield _paragraph(paragraph)
        paragraph = [block.text] if isinstance(block, Line) else []
        if isinstance(block, Fence):
            yield [words(line.text.replace(" ", NBSP), indent=3) for line in block.lines]
    yield _paragraph(paragraph)


def _paragraph(lines: Sequence[str]) -> list[Words]:
    is_point = bool(lines) and lines[0].startswith(POINT)
    return [Words((spans(" ".join(lines)),), indent=1 + is_point, hang=2 * is_point)] if lines else []


def _command_block(fence: Fence) -> Command:
    lines = [line for line in fence.lines if line.text]
    if len(lines) != 1:
        raise fence.place.fault(f"a {FENCE}cnnstep block has one command line, not {len(lines)}", "write conv --at 0,0")
    return command(lines[0].text, lines[0].place)
