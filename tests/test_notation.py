"""Text to values, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstep import notation
from cnnstep.errors import DataError, NotationError


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (lambda t: notation.sizes(t, "in"), "32", (32,)),
        (lambda t: notation.sizes(t, "in"), "3x32X48", (3, 32, 48)),
        (lambda t: notation.sizes(t, "in"), "3×5", (3, 5)),
        (notation.padding, "same", "same"),
        (notation.padding, "VALID", "valid"),
        (notation.padding, "2", ((2, 2),)),
        (notation.padding, "1x2", ((1, 1), (2, 2))),
        (notation.padding, "0:1", ((0, 1),)),
        (notation.padding, "0:1x1:2", ((0, 1), (1, 2))),
        (notation.place, "1, 60,80", (1, 60, 80)),
        (notation.steps, "5", slice(0, 5)),
        (notation.steps, "10:20", slice(10, 20)),
        (notation.steps, "10:", slice(10, None)),
        (notation.steps, "all", slice(None)),
        (lambda t: notation.numbers(t, "bias"), "-0.1,0.05,2", (-0.1, 0.05, 2)),
        (notation.crop, "1,2,3,4", (1, 2, 3, 4)),
        (notation.resize, "64x48", (64, 48)),
        (notation.is_literal, "-1 0 1; 2 3 4", True),
        (notation.is_literal, "1e3,.5 /9", True),
        (notation.is_literal, "edge", False),
        (notation.is_literal, ";", False),
    ],
)
def test_values(parse, text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    ("text", "channels", "divisor"),
    [
        ("1 0 -1; 1 0 -1", [[[1, 0, -1], [1, 0, -1]]], 1),
        ("1,2\n3,4\n", [[[1, 2], [3, 4]]], 1),
        ("1\t2.5", [[[1, 2.5]]], 1),
        ("1;2;3\n4;5;6", [[[1, 2, 3], [4, 5, 6]]], 1),
        ("1 2;\n3 4;", [[[1, 2], [3, 4]]], 1),
        ("# seen\n1 2\n\n3 4\n", [[[1, 2]], [[3, 4]]], 1),
        ("1 1; 1 1 /4", [[[1, 1], [1, 1]]], 4),
        ("1e2 -.5", [[[100.0, -0.5]]], 1),
        ("7", [[[7]]], 1),
        ("# from a/b\n1 2 3\n4 5 6", [[[1, 2, 3], [4, 5, 6]]], 1),
    ],
)
def test_matrices(text, channels, divisor):
    assert notation.matrices(text, "it") == (channels, divisor)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 2; 3", "it: row 2 has 1 number, but the rows above have 2"),
        ("1 2\n3 x", "it, row 2, cell 2: 'x' is not a number"),
        ("1,,2", "it, row 1, cell 2: is empty"),
        ("1 nan", "it, row 1, cell 2: 'nan' is not finite"),
        ("1 -inf", "it, row 1, cell 2: '-inf' is not finite"),
        ("1e999", "is not finite"),
        ("", "it has no numbers"),
        ("1 2\n\n3 4\n5 6", "its channels have 1, 2 rows"),
        ("1 /0", "the divisor must be greater than 0, not 0"),
        ("1 /x", "it, divisor: 'x' is not a number"),
        ("1 \x1b[31m", r"'\x1b[31m' is not a number"),
    ],
)
def test_matrices_that_are_none(text, message):
    with pytest.raises(DataError) as caught:
        notation.matrices(text, "it")
    assert message in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (lambda t: notation.sizes(t, "stride"), "two"),
        (lambda t: notation.sizes(t, "stride"), "0"),
        (lambda t: notation.sizes(t, "stride"), "-1"),
        (lambda t: notation.sizes(t, "stride"), "3x"),
        (lambda t: notation.sizes(t, "stride"), "9" * 40),
        (lambda t: notation.whole(t, "groups"), "2x2"),
        (notation.padding, "1:"),
        (notation.padding, "-1"),
        (notation.padding, "some"),
        (notation.place, "1,b"),
        (notation.place, "-1,2"),
        (notation.steps, "1:2:3"),
        (notation.steps, "some"),
        (notation.crop, "1,2,3"),
        (notation.crop, "1,2,0,3"),
        (notation.resize, "64"),
        (lambda t: notation.numbers(t, "bias"), "1,b"),
    ],
)
def test_words_that_do_not_parse(parse, text):
    with pytest.raises(NotationError) as caught:
        parse(text)
    assert caught.value.exit_code == 2
    assert "write" in caught.value.hint or "must be a number" in caught.value.hint


@given(st.text())
def test_any_text_becomes_printable(text):
    assert notation.printable(text).isprintable()


def test_printable_names_what_it_replaces():
    assert notation.printable("a\x1b[2J\n\u202e\udc80é") == r"a\x1b[2J\n\u202e\udc80é"
