"""Answers as rows: what a paper leaves to fill in, what a session writes, and what is marked."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from cnnstep.classroom.quiz import Paper
from cnnstep.errors import CnnstepError, DataError, NotationError, printable, quoted
from cnnstep.notation import whole
from cnnstep.render.formats.numbers import protected

QUESTION, ANSWER = "question", "answer"
HEAD = ("topic", "level", "count", "seed")
LARGEST = 1_000_000
"""Bytes."""
ENCODINGS = (("utf-16", (b"\xff\xfe", b"\xfe\xff")), ("utf-8-sig", (b"",)))
"""As spreadsheets write text, by what it begins with."""
DELIMITERS = ",;\t"


class Sheet(NamedTuple):
    """Who answered, which quiz, and what, by the id of the question."""

    student: str
    paper: Paper
    answers: Mapping[str, str]


def rows_of(paper: Paper, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A sheet: the quiz in its first lines, then the columns; no cell is taken for a formula."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\n")
    head = zip(HEAD, (paper.topic, str(paper.level), str(paper.count), paper.seed), strict=True)
    for row in (*head, columns, *rows):
        writer.writerow(map(protected, row))
    return written.getvalue()


def read(path: Path) -> Sheet:
    """The answers in a file; raises DataError, with the reason, where they cannot be read."""
    name = printable(path.name)
    try:
        rows = _rows(path)
        heads = [row[:1] for row in rows]
        begin = heads.index([QUESTION]) if [QUESTION] in heads else len(rows)
        known = {row[0].lower(): row[1] for row in rows[:begin] if len(row) > 1}
        paper = _paper(known)
        return Sheet(path.stem, paper, _answers(rows[begin:], paper))
    except OSError as trouble:
        raise DataError(f"{name} cannot be read: {trouble.strerror or trouble}", "check the file") from None
    except (CnnstepError, csv.Error) as trouble:
        reason = trouble.message if isinstance(trouble, CnnstepError) else str(trouble)
        raise DataError(f"{name}: {reason}", "`cnnstep quiz conv --save answers.csv` writes a sheet") from None


def _rows(path: Path) -> list[list[str]]:
    """Its cells without what protects them, and without empty rows."""
    with path.open("rb") as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise DataError("that is no sheet of answers: it is too large")
    encoding = next(encoding for encoding, begins in ENCODINGS if data.startswith(begins))
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise DataError(f"that is no {encoding.removesuffix('-sig')} text") from None
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    cells = ([_bare(cell) for cell in row] for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    return [row for row in cells if any(row)]


def _bare(cell: str) -> str:
    """A cell without the apostrophe that protects it."""
    bare = cell.strip()
    return bare[1:] if bare[:1] == "'" and protected(bare[1:]) != bare[1:] else bare


def _paper(known: Mapping[str, str]) -> Paper:
    missing = [name for name in HEAD if not known.get(name)]
    if missing:
        raise NotationError(f"no line says the {missing[0]}")
    level, count = (whole(known[name], name) for name in ("level", "count"))
    return Paper(known["topic"], level, count, known["seed"]).checked()


def _answers(rows: Sequence[Sequence[str]], paper: Paper) -> dict[str, str]:
    """Id → what was typed; of a sheet of two columns a comma that nobody has quoted belongs to the answer."""
    if not rows:
        raise NotationError(f"no line begins with {QUESTION}")
    columns, found = rows[0], dict[str, str]()
    if ANSWER not in columns:
        raise NotationError(f"no column is called {ANSWER}")
    at = columns.index(ANSWER)
    known = {f"{paper.topic}-{paper.level}-{number}" for number in range(1, paper.count + 1)}
    for row in rows[1:]:
        if row[0] not in known:
            raise NotationError(f"{quoted(row[0])} is no question of this quiz")
        if row[0] in found:
            raise NotationError(f"{row[0]} is answered twice")
        found[row[0]] = ",".join(row[1:]).strip(",") if len(columns) == 2 else "".join(row[at : at + 1])
    return found
