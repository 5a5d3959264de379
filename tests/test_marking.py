"""Marks: exact, by each student's own numbers; what is damaged is listed and stops nobody."""

import csv
import io
import json

import pytest

from cnnstep import view
from cnnstep.classroom.quiz import Paper, questions
from cnnstep.classroom.sheets import read
from cnnstep.errors import DataError


def asked(paper):
    return list(questions(paper, view))


def sheet(folder, name, paper, answers, **form):
    """A file as a student sends it."""
    delimiter, encoding = form.get("delimiter", ","), form.get("encoding", "utf-8")
    written = io.StringIO()
    head = [("topic", paper.topic), ("level", paper.level), ("count", paper.count), ("seed", paper.seed)]
    rows = [*head, ("question", "answer"), *((q.id, a) for q, a in zip(asked(paper), answers, strict=False))]
    csv.writer(written, delimiter=delimiter).writerows(rows)
    path = folder / f"{name}.csv"
    path.write_bytes(written.getvalue().encode(encoding))
    return path


CONV = Paper("conv", 2, 3, "anna")


def test_a_sheet_is_marked_answer_by_answer(run, tmp_path):
    first, second, third = asked(CONV)
    path = sheet(tmp_path, "anna", CONV, [first.key, str(second.mistakes[0].answer[0]), ""])
    result = run("quiz", "--answers", str(path))
    assert (result.exit_code, result.stderr) == (0, "")
    told = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert f"{first.id} {first.key} 1 right" in told
    assert f"{second.id} {second.mistakes[0].answer[0]} 0 wrong" in told
    assert f"{second.id} {second.mistakes[0].name} cnnstep quiz {second.mistakes[0].topic}" in told
    assert f"{third.id} 0 not answered" in told
    assert "points 1 of 3" in told
    assert third.key not in result.stdout.split()


def test_what_a_session_records_is_what_it_scored(run, tmp_path):
    path = tmp_path / "rec.csv"
    keys = [question.key for question in asked(Paper("softmax", 1, 3, "ben"))]
    lines = f"{keys[0]}\n?\ns\n{keys[2].replace('.', ',')}\n"
    session = run("quiz", "softmax", "--count", "3", "--seed", "ben", "--record", str(path), stdin=lines.encode())
    assert "score   2 of 3" in session.stdout
    assert f"Wrote {path}: 3 of 3 answered" in session.stderr
    marked = json.loads(run("quiz", "--answers", str(path), "--json").stdout)
    assert (marked["points"], marked["of"], marked["not_answered"]) == ("2", "3", 1)
    assert [each["is"] for each in marked["answers"]] == ["right", "not answered", "right"]


def test_a_record_is_refused_before_the_first_question(run, tmp_path):
    path = tmp_path / "rec.csv"
    path.write_text("mine", encoding="utf-8")
    result = run("quiz", "conv", "--record", str(path), stdin=b"1\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert path.read_text(encoding="utf-8") == "mine"


FORMS = {
    "plain": {},
    "semicolons": {"delimiter": ";"},
    "tabs": {"delimiter": "\t"},
    "with a mark": {"encoding": "utf-8-sig"},
    "unicode text": {"encoding": "utf-16", "delimiter": "\t"},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_spreadsheet_s_form_is_read(tmp_path, form):
    paper = Paper("softmax", 2, 2, "Öz, Ali")
    path = sheet(tmp_path, "a", paper, ["0,25", "=1"], **FORMS[form])
    found = read(path)
    assert found.paper == paper
    assert dict(found.answers) == {"softmax-2-1": "0,25", "softmax-2-2": "=1"}


def test_an_unquoted_comma_belongs_to_the_answer(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("topic,softmax\nlevel,1\ncount,1\nseed,1\nquestion,answer\nsoftmax-1-1,0,73\n", encoding="utf-8")
    assert read(path).answers == {"softmax-1-1": "0,73"}


HEAD = "topic,conv\nlevel,1\ncount,2\nseed,1\n"
DAMAGED = {
    "empty": ("", "no line says the topic"),
    "no seed": ("topic,conv\nlevel,1\ncount,2\nquestion,answer\n", "no line says the seed"),
    "no such topic": (HEAD.replace("conv", "cnov"), "there is no quiz about 'cnov'"),
    "no such level": (HEAD.replace("level,1", "level,7"), "there is no level 7"),
    "a word for a number": (HEAD.replace("level,1", "level,one"), "level"),
    "no questions": (HEAD, "no line begins with question"),
    "no answers": (HEAD + "question,asked\n", "no column is called answer"),
    "another question": (HEAD + "question,answer\nconv-1-9,1\n", "'conv-1-9' is no question of this quiz"),
    "twice": (HEAD + "question,answer\nconv-1-1,1\nconv-1-1,2\n", "conv-1-1 is answered twice"),
    "no text": (b"\xff\xd8\xff\xe0", "that is no utf-8 text"),
    "too large": (b"a" * 1_000_001, "too large"),
    "half a quotation": ('"' + "x" * 140_000, "field larger than field limit"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_damaged_is_said_in_one_line(tmp_path, name):
    content, message = DAMAGED[name]
    path = tmp_path / "eve.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError, match=message) as caught:
        read(path)
    assert caught.value.message.startswith("eve.csv: ")
    assert caught.value.message.isprintable()


def test_a_folder_is_marked_and_damage_stops_nobody(run, tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    names = ["Öz, Ali", "=cmd", "+1", "-x", "@home", 'Quote "Q"', " space"]
    for number, name in enumerate(names):
        paper = Paper("size", 1, 2, f"s{number}")
        sheet(folder, name, paper, [question.key for question in asked(paper)][: number % 3])
    (folder / "eve.csv").write_text("nonsense", encoding="utf-8")
    (folder / "notes.txt").write_text("not a sheet", encoding="utf-8")
    (folder / "more.csv").mkdir()
    sheet(folder, "gus", Paper("pool", 1, 1, "g"), ["1"])
    marks = folder / "marks.csv"
    result = run("grade", str(folder), "--topic", "size", "--save", str(marks))
    assert result.exit_code == 1
    assert "eve.csv: no line says the topic" in result.stdout
    assert "gus.csv has answers for topic pool, not size" in result.stdout
    rows = list(csv.DictReader(io.StringIO(marks.read_text(encoding="utf-8"))))
    protected = {"'=cmd": "=cmd", "'+1": "+1", "'-x": "-x", "'@home": "@home"}
    found = {protected.get(row["student"], row["student"]): row for row in rows}
    assert sorted(found) == sorted(names)
    for number, name in enumerate(names):
        assert (found[name]["points"], found[name]["of"]) == (str(number % 3), "2")
    assert all(
        cell[:1] not in set("=+-@\t\r") or cell.lstrip("+-").isdecimal() for row in rows for cell in row.values()
    )
    again = run("grade", str(folder), "--topic", "size", "--save", str(marks), "--force")
    assert again.stdout == result.stdout


def test_a_clean_folder_ends_well(run, tmp_path):
    sheet(tmp_path, "anna", CONV, [question.key for question in asked(CONV)])
    result = run("grade", str(tmp_path), "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["not_marked"] == []
    assert [(each["student"], each["points"]) for each in told["students"]] == [("anna", "3")]


@pytest.mark.parametrize(
    ("name", "message"), [("nowhere", "nowhere cannot be read"), (".", "there is no .csv in")], ids=["missing", "empty"]
)
def test_a_folder_without_sheets_is_refused(run, tmp_path, monkeypatch, name, message):
    monkeypatch.chdir(tmp_path)
    result = run("grade", name)
    assert result.exit_code == 1
    assert message in result.stderr


@pytest.mark.parametrize(("option", "value"), [("--seed", "ben"), ("--level", "1"), ("--count", "4")])
def test_answers_for_another_quiz_are_refused(run, tmp_path, option, value):
    path = sheet(tmp_path, "anna", CONV, [])
    result = run("quiz", "conv", "--answers", str(path), option, value)
    assert result.exit_code == 1
    assert f"anna.csv has answers for {option[2:]}" in result.stderr
    assert f", not {value}" in result.stderr


def test_an_answer_that_is_no_number_is_wrong(run, tmp_path):
    path = sheet(tmp_path, "anna", CONV, ["=HYPERLINK(1)", "five"])
    told = json.loads(run("quiz", "--answers", str(path), "--json").stdout)
    assert [each["is"] for each in told["answers"]] == ["wrong", "wrong", "not answered"]
