"""Answers are values: every spelling of the right number is right, and wrong ones are known by name."""

from fractions import Fraction

import numpy as np
import pytest

from cnnstep.classroom.answers import readings, written
from cnnstep.classroom.questions import Mistake, Question, Verdict, numbers_at
from cnnstep.errors import NotationError

SPELLINGS = {
    "28": Fraction(28), " +28 ": Fraction(28), "28.0": Fraction(28), "3/4": Fraction(3, 4), ".75": Fraction(3, 4), "0,75": Fraction(3, 4), "75%": Fraction(3, 4),
    "\N{MINUS SIGN}1.5": Fraction(-3, 2), "-1,5": Fraction(-3, 2), "1e-3": Fraction(1, 1000), "61,706": Fraction(61706), "61706": Fraction(61706),
    "61'706": Fraction(61706), "1,234,567": Fraction(1234567), "1.5/3": Fraction(1, 2), "-3/4": Fraction(-3, 4), "(7)": Fraction(7), "5.": Fraction(5),
    "28*28": Fraction(784), "28·28": Fraction(784), "785 * 5,408": Fraction(4245280), "2*-0,5": Fraction(-1),
}  # fmt: skip
SIZES = {"16x16": (16, 16), "16*8": (16, 8), "16×8": (16, 8), "3, 5": (3, 5), "6 14 14": (6, 14, 14), "[2;3]": (2, 3)}


@pytest.mark.parametrize(("text", "value"), SPELLINGS.items(), ids=list(SPELLINGS))
def test_every_spelling_of_a_number_is_that_number(text, value):
    assert (value,) in readings(text)


@pytest.mark.parametrize(("text", "values"), SIZES.items(), ids=list(SIZES))
def test_a_size_is_several_numbers(text, values):
    assert values in readings(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "x", "five", "1/0", "--1", "1e9999", "nan", "inf", "1//2", "%", ".", "-", "9" * 300, "٣", "\x1b[2J"],
)
def test_what_is_no_number_is_said_in_one_line(text):
    with pytest.raises(NotationError, match="is no number") as caught:
        readings(text)
    assert caught.value.message.isprintable()


ASKED = Question(
    "size-1", "how wide?", ("size", "32", "5"), (Fraction(28),), mistakes=(Mistake((Fraction(27),), "you forgot + 1"),)
)


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [("28", Verdict(True)), ("27.0", Verdict(False, "you forgot + 1")), ("26", Verdict(False))],
)
def test_an_answer_is_right_wrong_or_wrong_with_a_name(typed, verdict):
    assert ASKED.judge(typed) == verdict


@pytest.mark.parametrize(("typed", "is_right"), [("0.67", True), ("2/3", True), ("0.66", False), ("0.675", False)])
def test_decimals_are_right_when_they_round_to_the_answer(typed, is_right):
    assert Question("q", "?", (), (Fraction(2, 3),), places=2).judge(typed).is_right is is_right


@pytest.mark.parametrize(("typed", "is_right"), [("1/3", True), ("0.3333333333333333", True), ("0.333", False)])
def test_a_third_that_a_machine_computed_is_a_third(typed, is_right):
    assert Question("q", "?", (), (Fraction(repr(1 / 3)),)).judge(typed).is_right is is_right


def test_a_product_of_a_hundred_factors_is_read_at_once():
    with pytest.raises(NotationError, match="is no number"):
        readings("1,234*" * 30 + "five")


def test_one_number_is_no_size():
    assert not Question("q", "?", (), (Fraction(16), Fraction(16))).judge("16").is_right
    assert Question("q", "?", (), (Fraction(16), Fraction(16))).judge("16 16").is_right


def test_numbers_are_found_in_documents():
    document = {"steps": [{"value": 0.5}], "output": [6, 14], "name": "conv", "ragged": [[1, 2], [3]]}
    assert numbers_at(document, "steps.0.value") == (Fraction(1, 2),)
    assert numbers_at(document, "output") == (6, 14)
    assert numbers_at({"map": np.array([[[1, 2], [3, 4]]], dtype=np.int16)}, "map.0.1") == (3, 4)
    for path in ("name", "steps.1.value", "steps.x", "missing", "steps", "ragged"):
        with pytest.raises(KeyError):
            numbers_at(document, path)


def test_answers_are_written_as_they_may_be_typed():
    assert written((Fraction(16), Fraction(8))) == "16x8"
    assert written((Fraction(3, 4),)) == "3/4"
    assert written((Fraction(2, 3),), 2) == "0.67"
