"""Lessons: the file, the conversation, progress, handouts; and every shipped lesson plays and answers itself."""

import io
import json
import os
import re
import shlex
import sys
from pathlib import Path

import pytest

from cnnstep.classroom.course import ORDER, shipped
from cnnstep.classroom.lesson_check import COLUMNS, PAGES, ROWS, faults
from cnnstep.classroom.lesson_file import read_lesson
from cnnstep.classroom.lesson_pages import Board, figure_of
from cnnstep.classroom.progress import NAME, Event, Kind, Progress, Standing, state_folder
from cnnstep.cli.group import view
from cnnstep.errors import DataError
from cnnstep.render.lines.page import plain

DOCS = Path(__file__).parent.parent / "docs" / "lessons.md"
EXAMPLE = re.search(r"^`````markdown\n(.*?)^`````$", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[1]


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    """A file of progress of its own, and a folder to write in."""
    for name, value in {"XDG_STATE_HOME": "state", "HOME": "home", "LOCALAPPDATA": "state"}.items():
        monkeypatch.setenv(name, str(tmp_path / value))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.md").write_text(EXAMPLE, encoding="utf-8")
    return state_folder(os.environ, Path(tmp_path / "home")) / NAME


@pytest.fixture
def play(run):
    """Type lines into a lesson."""

    def call(*typed, name="mine.md", options=()):
        return run("lesson", name, *options, stdin="".join(f"{line}\n" for line in typed).encode())

    return call


# the shipped lessons


def test_every_lesson_plays_and_answers_itself(run):
    result = run("lesson", "--check")
    assert result.exit_code == 0, result.output
    assert result.output.count(": fine, ") == len(ORDER)


@pytest.mark.parametrize("name", ORDER)
def test_a_shipped_lesson_is_one(name):
    lesson = shipped(name)
    assert lesson.id == lesson.source == name
    assert 8 <= len(lesson.screens) <= 16
    assert 3 <= len(lesson.exercises) <= 6
    assert 10 <= lesson.minutes <= 15
    assert all(exercise.mistakes for exercise in lesson.exercises)


def commands_to_try():
    """What lessons invite to type after a colon, but what needs a terminal, a photograph or more than a moment."""
    from importlib.resources import files

    folder = files("cnnstep.classroom") / "lessons"
    texts = [(folder / f"{name}.md").read_text(encoding="utf-8") for name in ORDER]
    found = [line for text in texts for line in re.findall(r"^: (.+)$|(?<!\w)`: ([^`\n]+)`", text, re.MULTILINE)]
    return sorted({a or b for a, b in found if not re.search(r"--play|^draw|photo|^train", a or b)})


@pytest.mark.parametrize("command", commands_to_try())
def test_what_a_lesson_invites_to_type_works(run, command):
    result = run(*shlex.split(command))
    assert result.exit_code == 0, result.output


def test_the_course_is_all_files_there_are():
    from importlib.resources import files

    assert {f"{name}.md" for name in ORDER} == {
        file.name for file in (files("cnnstep.classroom") / "lessons").iterdir()
    }


def test_the_list_fits_a_screen_and_says_how_far_one_is(run, play):
    play("", "", name="edges")
    shown = run("lesson").output
    assert len(shown.splitlines()) <= 23
    assert max(map(len, shown.splitlines())) <= 80
    assert re.search(r"edges .* at 3 of", shown)
    assert [each["id"] for each in json.loads(run("lesson", "--json").output)["lessons"]] == list(ORDER)


# the file


def test_the_example_of_the_guide_is_fine(run):
    result = run("lesson", "mine.md", "--check")
    assert result.exit_code == 0, result.output
    assert "mine.md: fine, 3 screens, 2 questions" in result.output


def changed(old, new):
    assert EXAMPLE.count(old) >= 1
    return EXAMPLE.replace(old, new, 1)


FAULTS = {
    "empty": ("", 1, "there is no front matter"),
    "prose alone": ("Hello.\n", 1, "there is no front matter"),
    "front matter open": ("---\nid: a\n", 1, "the front matter does not end"),
    "no screen": ("---\nid: a\ntitle: b\nminutes: 5\n---\n", 5, "there is no screen"),
    "no title": (changed("title: What a blur does\n", ""), 1, "title is missing"),
    "minutes": (changed("minutes: 5", "minutes: five"), 4, "'five' is no whole number"),
    "id": (changed("id: blur", "id: The Blur"), 2, "'The Blur' is no id"),
    "unknown key": (changed("places: 2", "place: 2"), 26, "there is no 'place' here"),
    "no line": (changed("places: 2", "two places"), 26, "'two places' is no line of name: value"),
    "twice": (changed("places: 2", "places: 2\nplaces: 3"), 27, "places is said twice"),
    "open fence": (EXAMPLE[: EXAMPLE.rindex("```")], 40, "the ```question block does not end"),
    "unknown fence": (changed("```cnnstep", "```sh"), 13, "there are no 'sh' blocks"),
    "two commands": (changed("--at 1,1\n```", "--at 1,1\nconv\n```"), 13, "has one command line, not 2"),
    "no command": (changed("conv sample:five --kernel box --at 1,1", "cnnstep"), 14, "there is no command"),
    "quotation": (changed("box --at 1,1", '"box --at 1,1'), 14, "a quotation mark is open"),
    "two parts": (changed("---\n\n# Predict\n", "# Predict\n"), 19, "a screen has one command or one question"),
    "heading": (changed("# Predict\n", ""), 20, "a screen has no heading"),
    "same ids": (changed("id: which", "id: mean"), 40, "question mean has the id of line 21"),
    "no of": (changed("of: conv sample:five --kernel box --at 0,0\n", ""), 21, "of is missing"),
    "choice": (changed("key: 2", "key: 4"), 40, "the key of choices is the number of one of them"),
    "long choice": (changed("key: 2", f"key: {'2' * 5000}"), 40, "the key of choices is the number of one of them"),
    "long number": (changed("minutes: 5", f"minutes: {'5' * 5000}"), 4, "5…' is no whole number"),
    "hide": (changed("hide: products", "hide: all"), 27, "'all' cannot be hidden"),
    "mistake": (changed(" => you forgot to divide by 9", ""), 28, "a mistake needs a command and a name"),
    "empty value": (changed("ask: What is y[0,0], to two decimals?", "ask:"), 23, "there is nothing after the colon"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_mistake_in_the_file_is_named_by_its_line(run, name):
    text, line, message = FAULTS[name]
    Path("mine.md").write_text(text, encoding="utf-8")
    result = run("lesson", "mine.md")
    assert result.exit_code == 1
    error, hint = result.stderr.splitlines()
    assert error.startswith(f"Error: mine.md, line {line}: ")
    assert message in error
    assert hint.startswith("Hint: ")
    assert not result.stdout


WRONG = {
    "command fails": (changed("box --at 1,1", "box --at 9,9"), 14, "outside the 1×3×3 output"),
    "no such command": (changed("conv sample:five --kernel box --at 1,1", "convolve"), 14, "no command is called 'convolve'"),
    "nothing to view": (changed("conv sample:five --kernel box --at 1,1", "lesson mine.md"), 14, "shows nothing to view"),
    "saves": (changed("box --at 1,1", "box --save a.png"), 14, "neither saved nor played"),
    "path": (changed("key: steps.0.value", "key: steps.0.worth"), 24, "there is no number at steps.0.worth"),
    "key of the mistake": (changed("--at 0,1 => you", "--at 0,0 => you"), 29, "is the key itself"),
    "many decimals": (changed("box --at 0,0\nkey: steps.0.value\nplaces: 2", "box --at 1,2\nkey: steps.0.value"), 21, "has many decimals"),
    "hints": (changed("hint: 45/9.\n", ""), 21, "it has 2 hints, not 3"),
    "no such choice": (changed("mistake: 3", "mistake: 7"), 40, "there is no choice 7"),
    "long number of a choice": (changed("mistake: 3", f"mistake: {'3' * 5000}"), 47, "no command is called '333"),
    "too long": (changed("The kernel `box`", "The kernel. \n\n" * 12), 8, "rows of 22 at 80×24"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_lesson_that_does_not_work_fails_its_check(run, name):
    text, line, message = WRONG[name]
    Path("mine.md").write_text(text, encoding="utf-8")
    result = run("lesson", "mine.md", "--check")
    assert result.exit_code == 1
    assert f" mine.md, line {line}: " in result.stdout
    assert message in result.stdout
    assert re.search(r"^Error: \d+ mistakes? in lessons$", result.stderr, re.MULTILINE)


def test_files_that_are_no_lessons_are_told_in_one_line(run):
    Path("folder.md").mkdir()
    Path("latin.md").write_bytes("---\nid: é".encode("latin-1"))
    Path("long.md").write_bytes(b"x" * 10_000_000)
    for name, message in {
        "missing.md": "no such file", "folder.md": "is a folder", "latin.md": "is not text", "long.md": "is longer than",
    }.items():  # fmt: skip
        result = run("lesson", name)
        assert result.exit_code == 1
        assert len(result.stderr.splitlines()) == 2
        assert message in result.stderr


def test_a_near_miss_is_told_with_the_line_to_type(run):
    result = run("lesson", "edge")
    assert result.exit_code == 2
    assert "did you mean `cnnstep lesson edges`?" in result.stderr
    assert "the lessons are images, edges" in run("lesson", "quantum").stderr
    assert run("lesson", "EDGES", "--from", "99").stderr.startswith("Error: lesson edges has")


# the conversation


def test_wrong_answers_are_named_and_the_why_comes_after(play):
    shown = play("", "45", "3", "?", "5", "").stdout
    assert "Not yet: you forgot to divide by 9." in shown
    assert "Not yet. ? gives a hint, s shows the answer." in shown
    assert "hint 1: Add the nine cells of the window." in shown
    assert shown.index("hint 1") < shown.index("Right, to 2 decimals: 5. The nine cells are 1 to 9")
    assert re.search(r"[=≈] \?$", shown, re.MULTILINE)


def test_marks_are_read_in_everything_that_is_said(play, tmp_path):
    said = {"hint": "They add up", "why": "The nine cells", "mistake": "3 => that one", "choice": "sharpen"}
    marked = EXAMPLE
    for name, text in said.items():
        marked = marked.replace(f"{name}: {text}", f"{name}: {text} **clearly**")
    (tmp_path / "mine.md").write_text(marked, encoding="utf-8")
    told = play("", "?", "?", "5", "", "3", "2", "", options=("--notes", "notes.md")).stdout
    assert all(f"{text.split('=> ')[-1]} clearly" in told for text in said.values())
    assert "*" not in told
    assert "The nine cells clearly" in (tmp_path / "notes.md").read_text(encoding="utf-8")


def test_enter_does_not_pass_a_question_and_skipping_is_not_done(run, play, kept):
    shown = play("", "", "five", "s", "", "2", "").stdout
    assert "Type your answer; ? gives a hint" in shown
    assert "'five' is no number" in shown
    assert "The answer is 5. The nine cells" in shown
    assert "Right: 2 (gaussian5). 25 weights" in shown
    assert "1 of 2 questions open" in shown
    assert "given up: Predict   cnnstep lesson mine.md --from 2" in " ".join(shown.split()).replace(
        "Predict ", "Predict   "
    )
    assert play("", "5", "", "", options=["--from", "1"]).stdout.count("done") == 1


def test_a_lesson_goes_on_where_it_was_left_and_answers_stay(play):
    assert "goes on here" in play("", "5", "").stdout
    shown = play("q").stdout
    assert "Which one blurs?" in shown
    assert "A blur is a mean" not in shown
    assert "Right" not in play("", "", options=["--from", "2"]).stdout


def test_commands_run_in_between_and_their_errors_do_not_end_it(play):
    result = play(": size --in 32 --k 5", "", "cnnstep conv --at 99,99", "", ':"', ":", "what?", "?", "b", "q")
    assert result.exit_code == 0
    assert "32×32 → 28×28" in result.stdout
    assert "Enter back to the lesson" in result.stdout
    assert result.stderr.splitlines()[0].startswith("Error: 99,99 is outside")
    for told in (
        "A quotation mark is open",
        "Type a command after the colon",
        "no question here",
        "This is the first screen",
    ):
        assert told in result.stdout
    assert result.stdout.count("A blur is a mean") == 3


@pytest.mark.parametrize("choice", ["2", "gaussian5", "Gaussian5"])
def test_a_choice_is_answered_by_its_number_or_its_text(play, choice):
    assert "Right: 2 (gaussian5)" in play("", "5", "", choice, "q").stdout


@pytest.mark.parametrize("choice", ["0", "9", "a blur", "2.5"])
def test_what_is_no_choice_is_no_wrong_answer(play, kept, choice):
    shown = play("", "5", "", choice, "q").stdout
    assert re.search(r"Type the number of your choice, 1 to \d\.", shown)
    assert b'"wrong"' not in kept.read_bytes()


def test_marks_are_listed_at_the_end(play):
    shown = play("m", "", "m", "m", "q").stdout
    assert "marked: A blur is a mean" in shown
    assert "cnnstep lesson mine.md --from 1" in shown
    assert "marked: Predict" not in shown


def test_a_key_that_cannot_be_computed_does_not_stop_a_lesson(play):
    Path("mine.md").write_text(changed("key: steps.0.value", "key: nothing"), encoding="utf-8")
    shown = play("", "", "2", "").stdout
    assert "mine.md, line 24: there is no number at nothing" in shown
    assert "Right: 2" in shown


def test_every_screen_fits_and_is_whole_with_any_signs():
    lesson = read_lesson(EXAMPLE, "mine.md")
    for screen in lesson.screens:
        for page in PAGES.values():
            drawn = [plain(line) for line in Board(screen, figure_of(screen, view)).lines(page, ROWS - 2)]
            assert len(drawn) <= ROWS - 2
            assert max(map(len, drawn)) <= COLUMNS
            assert drawn[0].strip() == screen.title
    assert not list(faults(lesson, view))


def test_what_someone_types_or_writes_is_harmless(play):
    Path("mine.md").write_text(changed("# Predict", "# \x1b[2J"), encoding="utf-8")
    shown = play("", "\x1b[31m5", "\x1b]0;x\x07", "q").output
    assert "\x1b" not in shown


# progress


def test_progress_is_lines_and_a_broken_one_is_passed_over_and_mended(play, kept):
    play("", "q")
    with kept.open("ab") as stream:
        stream.write(b'[1]\n{"lesson": 5}\nnull\n\xff\n{"lesson": "blur", "kind": "right", "question": "me')
    play("5", "q")
    lines = kept.read_bytes().split(b"\n")
    assert lines[-2].startswith(b'{"lesson": "blur"')
    assert Standing.of(Progress.read(kept).of("blur")).right == {"mean"}


def test_two_lessons_at_once_lose_nothing(kept):
    both = [Progress.read(kept), Progress.read(kept)]
    for number in range(20):
        both[number % 2].add(Event("blur", Kind.SEEN, number + 1))
    assert [event.screen for event in Progress.read(kept).events] == list(range(1, 21))


def test_a_home_that_refuses_is_said_once_and_the_lesson_goes_on(play, kept):
    kept.parent.parent.mkdir(parents=True)
    kept.parent.write_bytes(b"")
    result = play("", "5", "", "2", "")
    assert result.exit_code == 0
    assert result.stdout.count("progress is not kept") == 1
    assert "lesson blur   done" in result.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk to be had")
def test_a_full_disk_is_said_once_and_the_lesson_goes_on(play, kept):
    kept.parent.mkdir(parents=True)
    kept.symlink_to("/dev/full")
    result = play("", "5", "", "2", "")
    assert "progress is not kept" in result.stdout
    assert "lesson blur   done" in result.stdout


def test_reset_says_what_there_is_and_asks(run, play, kept):
    assert "nothing to forget" in run("lesson", "--reset").output
    play("", "5", "q")
    play("", "q", name="edges")
    assert "Nothing is forgotten" in run("lesson", "--reset", stdin=b"n\n").output
    told = run("lesson", "blur", "--reset", "--force").output
    assert "blur: 1 answered, at screen 2" in told
    assert "edges" not in told
    assert Progress.read(kept).lessons() == ["edges"]
    assert "Forgotten" in run("lesson", "--reset", stdin=b"y\n").output
    assert not Progress.read(kept).lessons()


@pytest.mark.parametrize(
    ("system", "environment", "folder"),
    [
        ("linux", {}, "/home/a/.local/state/cnnstep"),
        ("linux", {"XDG_STATE_HOME": "relative"}, "/home/a/.local/state/cnnstep"),
        ("linux", {"XDG_STATE_HOME": "/state"}, "/state/cnnstep"),
        ("darwin", {"XDG_STATE_HOME": "/state"}, "/home/a/Library/Application Support/cnnstep"),
        ("win32", {}, "/home/a/AppData/Local/cnnstep"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/cnnstep"),
        ("freebsd", {}, "/home/a/.local/state/cnnstep"),
    ],
)
def test_where_progress_is_kept(system, environment, folder):
    assert state_folder(environment, Path("/home/a"), system).as_posix() == folder


# files


def test_notes_hold_answers_and_marks_also_of_former_times(play):
    play("m", "", "45", "?", "5", "q")
    result = play("", "3", "q", options=["--notes", "notes.md"])
    notes = Path("notes.md").read_text(encoding="utf-8")
    assert "1. A blur is a mean **(marked)**" in notes
    assert "   - 45 (not yet)\n   - 5 (right, after 1 hint)" in notes
    assert "mean is the middle" in notes.replace("their ", "")
    assert "To come back to: 1" in notes
    assert "Wrote notes.md" in result.stderr
    assert play(options=["--notes", "notes.md"]).exit_code == 1
    assert play(options=["--notes", "notes.md", "--force"]).exit_code == 0


def test_notes_are_lists_inside_a_list_also_below_the_tenth_screen(play):
    play("", "", "5", "q", name="edges", options=["--from", "10"])
    play("q", name="edges", options=["--notes", "edges.md"])
    items = re.findall(r"^(\d+\. ).*\n( *)- ", Path("edges.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert "10. " in dict(items)
    assert all(len(number) == len(indent) for number, indent in items)


@pytest.mark.parametrize("suffix", ["html", "md", "txt"])
def test_a_handout_has_outputs_and_blanks_and_no_answers(run, suffix):
    result = run("lesson", "mine.md", "--save", f"handout.{suffix}")
    assert result.exit_code == 0, result.output
    text = Path(f"handout.{suffix}").read_text(encoding="utf-8")
    assert text.count("____") >= 2
    assert "What a blur does" in text
    assert "cnnstep conv sample:five --kernel box --at 1,1" in text
    assert "The nine cells are 1 to 9" not in text
    assert run("lesson", "mine.md", "--save", f"handout.{suffix}").exit_code == 1


def test_what_does_not_go_together_is_refused(run, monkeypatch):
    assert "--json has no player" in run("lesson", "edges", "--json").stderr
    monkeypatch.setenv("JPY_PARENT_PID", "1")
    assert "a notebook sends no lines" in run("lesson", "edges").stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal")
def test_on_a_terminal_each_screen_stands_alone_and_ctrl_c_keeps_everything(kept):
    from tests.pseudo import Session  # which needs a POSIX terminal

    with Session("lesson", "mine.md", "--notes", "notes.md") as session:
        session.until("1 of ")
        session.type("\r")
        session.until("2 of ")
        screens = session.sent.decode().split("\x1b[H\x1b[2J")[1:]
        session.type(b"\x03")
        session.until(session.ended)
        assert session.status == 130
        assert len(screens) == 2
        assert all(screen.count("\n") <= 24 for screen in screens)
        assert b"Traceback" not in session.sent
    assert Standing.of(Progress.read(kept).of("blur")).screen == 2
    assert "2. Predict" in Path("notes.md").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal")
def test_in_a_window_that_is_too_small_nothing_is_lost():
    from tests.pseudo import Session

    with Session("lesson", "mine.md", columns=40, rows=8) as session:
        session.until("1 of ")
        session.type("q\r")
        session.until(session.ended)
        assert session.status == 0
        assert b"A blur is a mean" in session.sent
        assert b"scroll up: 80x24 shows it whole" in session.sent
        assert b"Traceback" not in session.sent


def test_errors_of_the_reader_are_errors_of_data():
    with pytest.raises(DataError, match=r"mine\.md, line 1: there is no front matter"):
        read_lesson(io.StringIO("x").read(), "mine.md")


def test_what_a_damaged_file_of_progress_calls_lessons_is_harmless(run, kept):
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps({"lesson": "a\x1b[2J\u202e", "kind": "seen", "screen": 3}), encoding="utf-8")
    assert run("lesson", "--reset", stdin=b"n\n").stdout.startswith(" a\\x1b[2J\\u202e: 0 answered, at screen 3\n")


def test_notes_are_told_by_a_harmless_name_and_are_alone_on_the_standard_output(play):
    assert play("q", options=("--notes", "a\x1b[2J.md")).stderr == "Wrote a\\x1b[2J.md: notes\n"
    assert not play("q", options=("--notes", "-.md")).stderr


def test_a_command_in_between_has_the_signs_of_the_lesson(run):
    result = run(
        "lesson", "edges", "--ascii", stdin=b": conv sample:five --padding 1 --at 0,0\n: help conv\n: nothing\nq\n"
    )
    assert "5x5 * 3x3 -> 5x5" in result.stdout
    assert "Slide" in result.stdout or "Usage" in result.stdout
    assert result.stdout.isascii()
