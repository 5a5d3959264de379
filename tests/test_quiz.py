"""A quiz at a prompt: what is asked, what is said to an answer, how it ends."""

import re
import shlex
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from cnnstep import view
from cnnstep.classroom.conversation import Conversation, asked, duration, further, summary, told
from cnnstep.classroom.figures import figure, worked
from cnnstep.classroom.quiz import Attempt, Paper, Score, questions
from cnnstep.classroom.topics import LEVELS, TOPICS
from cnnstep.errors import CnnstepError
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.fitting import fitted
from cnnstep.render.lines.page import Page, plain
from cnnstep.render.terminal import plain_text
from cnnstep.views.page.scene import Scene

every = pytest.mark.parametrize(("topic", "level"), [(topic, level) for topic in TOPICS for level in LEVELS], ids=str)


def begun(topic="conv", level=1, count=2, seed="1"):
    paper = Paper(topic, level, count, seed)
    return Attempt(paper, tuple(questions(paper, view)))


def held(session, *typed, is_timed=False):
    """A session after these lines, and everything that was shown; the clock moves a second at each look."""
    lines, shown, prompts, seconds = list(typed), [], [], iter(range(1000))

    def read(prompt):
        prompts.append(prompt)
        if not lines:
            raise EOFError
        return lines.pop(0)

    talk = Conversation(view, lambda scene: shown.append(plain_text([scene])), read, lambda: next(seconds), is_timed)
    return talk.hold(session), "\n".join(shown), prompts


def test_every_topic_is_listed_on_one_screen(run):
    lines = run("quiz").stdout.splitlines()
    assert len(lines) <= 23
    assert max(map(len, lines)) <= 80
    assert all(any(line.split()[:1] == [topic] for line in lines) for topic in TOPICS)
    assert "next: cnnstep quiz" in lines[-1]


def test_right_wrong_named_and_skipped():
    session = begun(count=4)
    named = session.questions[2].mistakes[0]
    after, shown, prompts = held(session, session.questions[0].key, "99999", str(named.answer[0]), "s")
    assert f"right: {session.questions[0].key}" in shown
    assert f"wrong. It is {session.questions[1].key}" in shown
    assert f"wrong: {named.name}. It is {session.questions[2].key}" in " ".join(shown.split())
    assert f"skipped: it is {session.questions[3].key}" in shown
    assert prompts == [f"{number} of 4  answer: " for number in range(1, 5)]
    score = Score.of_answers(after.answers, after.questions)
    assert (score.points, score.of, score.skipped, score.hints) == (1, 4, 1, 0)
    assert score.mistakes == ((named.name, named.topic),)
    end = " ".join(plain_text([summary(after)]).split())
    assert "score 1 of 4 1 not answered" in end
    assert f"{named.name} cnnstep quiz {named.topic}" in end
    assert "next: cnnstep quiz conv --count 4 --seed 2" in end


def test_hints_come_one_after_the_other_and_are_counted():
    session = begun()
    after, shown, prompts = held(session, "?", "?", "?", "?", session.questions[0].key, "q")
    told = " ".join(shown.split())
    for number, hint in enumerate(session.questions[0].hints, 1):
        assert f"hint {number} of 3: {hint}" in told
    assert "there are no more hints" in shown
    assert after.answers[0].hints == 3
    assert len(prompts) == 6
    assert "1 not answered, 3 hints" in plain_text([summary(after)])


@pytest.mark.parametrize("typed", ["five", "", "\x1b[A", "1/0", "--", "٣"])
def test_what_is_no_number_is_asked_again(typed):
    session = begun(count=1)
    after, shown, prompts = held(session, typed, session.questions[0].key)
    assert "is no number" in shown
    assert "\x1b" not in shown
    assert len(prompts) == 2
    assert after.answers[0].verdict.is_right


def test_an_end_keeps_the_score_so_far():
    session = begun(count=3)
    for lines in ((session.questions[0].key,), (session.questions[0].key, "q"), (session.questions[0].key, "?", "Q")):
        after, *_ = held(session, *lines)
        assert "score   1 of 3   2 not answered" in plain_text([summary(after)])


def test_time_is_told_and_changes_no_question():
    session = begun()
    after, shown, _ = held(session, "0", "s", is_timed=True)
    assert re.search(r"wrong.*   1 s$", shown, re.MULTILINE)
    assert "2 s" in plain_text([summary(after, is_timed=True)])
    assert re.sub(r"   \d s\n", "\n", shown) == held(session, "0", "s")[1]
    assert [duration(seconds) for seconds in (0.4, 59.7, 3600)] == ["0 s", "1 min 0 s", "60 min 0 s"]


@every
def test_everything_fits_a_screen_and_nothing_is_lost(topic, level):
    session = begun(topic, level)
    while question := session.current:
        answered = session.answered(question.key)
        before, after = asked(session, question, view), told(answered, view, is_timed=True)
        scenes = [Scene(tuple(before)), Scene(tuple(after))]
        for width, height in ((80, 22), (40, 22), (80, 10)):
            drawn = [[plain(line) for line in fitted(scene, Page(width, Glyphs()), height)] for scene in scenes]
            assert all(len(lines) <= height for lines in drawn)
            assert all(len(line) <= width for lines in drawn for line in lines)
            assert "".join(question.ask.split()) in "".join("".join(drawn[0]).split())
            assert f" right: {question.key}" in "\n".join(drawn[1])
        session = answered


@every
def test_the_figure_is_the_same_whatever_the_answer_is(topic, level):
    for question in begun(topic, level, 3).questions:
        shown = plain_text([figure(question, view)])
        if question.figure:
            assert "?" in shown
            assert shown != plain_text([worked(question, view)])
        assert not re.search(rf"[=≈]\s{re.escape(question.key.replace('-', '−'))}$", shown, re.MULTILINE)


@pytest.mark.parametrize(
    ("paper", "is_done", "line"),
    [
        (Paper("conv"), True, "cnnstep quiz conv --level 2"),
        (Paper("conv", 1, 7), True, "cnnstep quiz conv --level 2 --count 7"),
        (Paper("conv", 3), True, "cnnstep quiz channels"),
        (Paper("update", 3, 5, "anna"), True, "cnnstep quiz size --seed anna"),
        (Paper("conv", 2, 5, "anna"), False, "cnnstep quiz conv --level 2 --seed anna-2"),
        (Paper("conv", 2, 5, "anna-2"), False, "cnnstep quiz conv --level 2 --seed anna-3"),
        (Paper("conv", 1, 5, "Anna Lind"), False, 'cnnstep quiz conv --seed "Anna Lind-2"'),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_to_type_next(paper, is_done, line):
    assert further(paper, is_done=is_done) == line


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (("cnov",), "there is no quiz about 'cnov'", "did you mean conv?"),
        (("conv", "--level", "4"), "there is no level 4", "--level 1 to 3"),
        (("conv", "--count", "31"), "1 to 30 questions, not 31", "--count 5"),
        (("conv", "--count", "0"), "count must be 1 or more", ""),
        (("conv", "--seed", " "), "is no name for a seed", "--seed anna"),
        (("conv", "--seed", "a\x1b"), "is no name for a seed", "--seed anna"),
        (("conv", "--seed", "9" * 5000), "9…' is no name for a seed", "--seed anna"),
        (("conv", "--json"), "--json asks no one", "leave out --json"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_one_line_and_a_hint(run, args, message, hint):
    result = run("quiz", *args)
    assert result.exit_code in {1, 2}
    assert message in result.stderr
    assert hint in result.stderr
    assert len(result.stderr.splitlines()) == 2


def test_answers_can_be_piped(run):
    session = begun(count=5)
    typed = "\n".join(question.key for question in session.questions)
    result = run("quiz", "conv", stdin=typed.encode())
    assert result.exit_code == 0
    assert result.stdout.count("right: ") == 5
    assert "score   5 of 5" in result.stdout
    assert "next: cnnstep quiz conv --level 2" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize(
    "stdin", [b"", b"\xff\xfe\n", b"\x00\n", "٣\n".encode()], ids=["nothing", "bytes", "zero", "digits"]
)
def test_odd_bytes_are_no_answer(run, stdin):
    result = run("quiz", "conv", "--count", "1", stdin=stdin)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "score   0 of 1   1 not answered" in result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_ctrl_c_is_130_and_keeps_what_was_answered(environment, tmp_path):
    path = tmp_path / "kept.csv"
    with subprocess.Popen(
        [sys.executable, "-m", "cnnstep", "quiz", "conv", "--record", str(path)], env=environment, encoding="utf-8",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        running.stdin.write("1\n")
        running.stdin.flush()
        seen = ""
        while "2 of 5  answer: " not in seen:
            seen += running.stdout.read(1)
        running.send_signal(signal.SIGINT)
        stderr = running.stderr.read()
    assert running.returncode == 130
    assert "Traceback" not in stderr
    assert "Error: interrupted" in stderr
    assert path.read_text(encoding="utf-8").splitlines()[-1] == "conv-1-1,1"


def test_a_closed_input_ends_it(environment):
    code = "import sys; sys.stdin = None; sys.argv[1:] = ['quiz', 'size']\nfrom cnnstep.cli import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False, env=environment
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "score   0 of 5" in done.stdout


def test_plain_ascii(run):
    result = run("quiz", "conv", "--ascii", "--count", "1", stdin=b"?\ns\n")
    assert result.stdout.isascii()


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_what_is_piped_is_shown_in_signs_that_the_output_has(environment, encoding):
    command = [sys.executable, "-m", "cnnstep", "quiz", "conv", "--count", "1"]
    settings = {**environment, "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, input=b"\x81\xe9\n", capture_output=True, env=settings, check=True)
    assert done.stderr == b""
    assert b"answer: \\ufffd" in done.stdout


def test_the_line_of_a_seed_can_be_typed():
    assert shlex.split(Paper("conv", seed="$(x) `y`").line)[-1] == "$(x) `y`"
    assert "'$(x) `y`'" in Paper("conv", seed="$(x) `y`").line


def test_the_same_seed_asks_the_same_and_another_asks_something_else():
    assert begun(seed="anna").questions == begun(seed="anna").questions
    assert begun(seed="anna").questions != begun(seed="ben").questions


def test_a_paper_knows_what_there_is():
    assert Paper("conv").checked() == Paper("conv")
    for wrong in (Paper("x"), Paper("conv", 0), Paper("conv", 1, 99), replace(Paper("conv"), seed="")):
        with pytest.raises(CnnstepError):
            wrong.checked()


def test_a_view_never_asks_and_never_writes(tmp_path):
    assert "topics" in view("quiz").document
    for line in ("quiz conv", f"quiz conv --save {tmp_path / 'quiz.md'}", f"grade {tmp_path}"):
        with pytest.raises(CnnstepError, match="nothing to view"):
            view(line)
    assert not list(tmp_path.iterdir())
