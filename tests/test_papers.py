"""Papers of a quiz: questions apart from keys, the same bytes everywhere, and what other programs make of them."""

import csv
import io
import re
import subprocess
import sys
from fractions import Fraction
from html import unescape
from pathlib import Path

import pytest

from cnnstep import view
from cnnstep.classroom.papers import KEYS, PAPERS, Printed
from cnnstep.classroom.quiz import Paper, questions
from cnnstep.classroom.topics import LEVELS, TOPICS

every = pytest.mark.parametrize(("topic", "level"), [(topic, level) for topic in TOPICS for level in LEVELS], ids=str)


def printed(topic="conv", level=1, count=2, seed="1"):
    paper = Paper(topic, level, count, seed)
    return Printed(paper, tuple(questions(paper, view)), view)


@pytest.mark.parametrize("form", [*(suffix for suffix in PAPERS if suffix != ".html"), "key.md"])
def test_the_bytes_are_the_same_on_every_machine(golden, form):
    writer = {**PAPERS, "key.md": KEYS[".md"]}[form]
    quizzes = [printed("conv", 2, 1, "anna"), printed("softmax", 3, 1, "anna"), printed("size", 2, 2, "anna")]
    golden(f"paper_{form.strip('.')}", "\n".join(map(writer, quizzes)))


def test_neither_hash_seed_nor_name_nor_width_changes_a_byte(run, tmp_path, environment):
    code = "import sys; sys.argv[1:] = {!r}\nfrom cnnstep.cli import main\nmain()"
    saves = {}
    for number, columns in (("1", "40"), ("2", "200")):
        folder = tmp_path / number
        folder.mkdir()
        args = ["quiz", "channels", "--level", "2", "--seed", "anna", "--key", str(folder / f"{number}k.html")]
        for suffix in PAPERS:
            args += ["--save", str(folder / f"{number}{suffix}")]
        subprocess.run(
            [sys.executable, "-c", code.format(args)], check=True, capture_output=True,
            env={**environment, "PYTHONHASHSEED": number, "COLUMNS": columns, "TZ": f"UTC+{number}"},
        )  # fmt: skip
        saves[number] = [path.read_bytes() for path in sorted(folder.iterdir())]
    assert saves["1"] == saves["2"]
    assert len(saves["1"]) == 5


@every
def test_the_paper_asks_and_the_key_answers(topic, level):
    quiz = printed(topic, level)
    paper, key = (text.replace("\\", "") for text in (PAPERS[".md"](quiz), KEYS[".md"](quiz)))
    for number, question in enumerate(quiz.questions, 1):
        heading = f"## {number} ({question.id})"
        assert heading in paper
        assert question.ask in paper
        assert "Answer: ____" in paper
        assert question.why not in paper
        assert not any(hint in paper for hint in question.hints)
        solved = key.partition(heading)[2].partition("## 2 (")[0]
        assert f"Answer: **{question.key}**" in solved
        assert question.why in solved
        assert all(mistake.name in solved for mistake in question.mistakes)
    assert quiz.paper.line in key


def test_both_stand_alone_as_pages():
    quiz = printed(level=2)
    for text in (PAPERS[".html"](quiz), KEYS[".html"](quiz)):
        assert text.startswith("<!doctype html>")
        assert not re.search(r"https?://(?!www\.w3\.org)|<script", text)
        assert all(unescape(question.ask) in unescape(text) for question in quiz.questions)
    assert f">{quiz.questions[0].key.replace('-', '−')}<" not in PAPERS[".html"](quiz)


def test_the_sheet_has_the_quiz_first_and_room_for_answers():
    quiz = printed("gradient", 3, 3, 'Lind, "A"'.replace('"', ""))
    rows = list(csv.reader(io.StringIO(PAPERS[".csv"](quiz))))
    assert rows[:4] == [["topic", "gradient"], ["level", "3"], ["count", "3"], ["seed", "Lind, A"]]
    assert rows[4] == ["question", "answer", "asked", "figure"]
    assert [row[:3] for row in rows[5:]] == [[question.id, "", question.ask] for question in quiz.questions]


def imported(text):
    """What Moodle reads: blank lines part questions, a backslash takes a sign its meaning."""
    for piece in re.split(r"\n\s*\n", text.strip()):
        if piece.startswith("$CATEGORY: "):
            continue
        kept = re.sub(r"\\([\\~=#{}:n])", lambda m: chr(0xE000 + "\\~=#{}:n".index(m[1])), piece)

        def plain(part):
            return re.sub("[\ue000-\ue007]", lambda m: "\\~=#{}:\n"[ord(m[0]) - 0xE000], part)

        name, asked, answers = re.fullmatch(r"::(.*?)::\[html\](.*?)\{(.*)\}", kept, re.DOTALL).groups()
        is_number = answers.startswith("#")
        found = re.findall(r"=(?:%(\d+)%)?([^#]*)#([^=]*)", answers.removeprefix("#"))
        yield (
            plain(name),
            unescape(plain(asked)),
            is_number,
            [(w or "100", plain(a), plain(f).strip()) for w, a, f in found],
        )


@every
def test_moodle_reads_every_question_with_its_key(topic, level):
    quiz = printed(topic, level)
    found = list(imported(PAPERS[".gift"](quiz)))
    assert [name for name, *_ in found] == [question.id for question in quiz.questions]
    for question, (_, asked, is_number, answers) in zip(quiz.questions, found, strict=True):
        assert question.ask in asked
        assert is_number == (len(question.answer) == 1)
        right = [answer for weight, answer, _ in answers if weight == "100"]
        told = {unescape(feedback) for weight, _, feedback in answers if weight == "0"}
        assert told == {mistake.name for mistake in question.mistakes if len(mistake.answer) == len(question.answer)}
        if is_number:
            value, _, within = right[0].partition(":")
            assert abs(Fraction(value) - question.answer[0]) <= Fraction(1, 10**6)
            assert question.judge(value).is_right
            assert Fraction(within) == (Fraction(1, 2 * 10**question.places) if question.places else 0)
        else:
            assert all(question.judge(each).is_right for each in right)


SPOILED = {
    "suffix": (("--save", "quiz.pdf"), "does not end in a format", ".md, .html, .csv, .gift"),
    "key suffix": (("--key", "key.gift"), "does not end in a format", ".md, .html"),
    "the same": (("--save", "a.md", "--key", "./a.md"), "cannot be two files", "a name of its own"),
    "twice": (("--save", "a.md", "--save", "a.md"), "cannot be two files", ""),
    "exists": (("--save", "new.md", "--key", "old.md"), "old.md exists already", "--force"),
    "folder": (("--save", "no/quiz.md"), "there is no folder no", ""),
    "json": (("--save", "a.md", "--json"), "papers are no JSON", ""),
    "record": (("--save", "a.md", "--record", "a.csv"), "--record writes what is answered", ""),
    "answers": (("--answers", "a.csv", "--key", "a.md"), "--answers marks what was answered", ""),
}


@pytest.mark.parametrize("name", SPOILED)
def test_nothing_is_written_unless_all_can_be(run, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.md").write_text("mine", encoding="utf-8")
    args, message, hint = SPOILED[name]
    result = run("quiz", "conv", *args)
    assert result.exit_code in {1, 2}
    assert message in result.stderr
    assert hint in result.stderr
    assert result.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["old.md"]
    assert (tmp_path / "old.md").read_text(encoding="utf-8") == "mine"


def test_force_is_for_both(run, tmp_path):
    paper, key = tmp_path / "quiz.md", tmp_path / "key.html"
    for path in (paper, key):
        path.write_text("old", encoding="utf-8")
    result = run("quiz", "pool", "--save", str(paper), "--key", str(key), "--force")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines() == [f"Wrote {paper}: 5 questions", f"Wrote {key}: 5 questions, worked"]
    assert paper.read_text(encoding="utf-8").startswith("# Quiz: pool")
    assert "Worked solutions" in key.read_text(encoding="utf-8")


def test_a_topic_is_needed_to_save(run):
    result = run("quiz", "--save", "quiz.md")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "needs a topic" in result.stderr


def test_a_paper_can_go_down_a_pipe(run):
    assert run("quiz", "size", "--save", "-.md").stdout.startswith("# Quiz: size, level 1, seed 1\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk")
@pytest.mark.parametrize("option", ["--save", "--key", "--record"])
def test_a_full_disk_is_one_line(run, tmp_path, option):
    target = tmp_path / f"full.{'csv' if option == '--record' else 'md'}"
    target.symlink_to("/dev/full")
    result = run("quiz", "conv", "--count", "1", option, str(target), stdin=b"1\n")
    assert result.exit_code == 1
    assert "cannot be written: No space left" in result.stderr
    assert len(result.stderr.splitlines()) == 2
