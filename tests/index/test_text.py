"""Tests of index.text: Unicode made regular."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.text import count, normalise, one_line

BIDI_MARKS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

any_text = st.text(st.characters(exclude_categories=[]))
odd_text = st.text(
    "ae\u0301\u0308 \t\n\r\u2028\u2029\u00a0\u200b\u200d\u202e\ud800\u0000\u2126\u2000."
)


def test_letters_are_composed() -> None:
    """A letter and its combining accent become one character."""
    assert normalise("cafe\u0301") == "caf\u00e9"
    assert normalise("\u212bngstr\u00f6m") == "\u00c5ngstr\u00f6m"


def test_compatibility_characters_stay() -> None:
    """What only looks like other characters (ligatures, ½, full width) is left as it is."""
    assert normalise("ﬁ ½ Ａ ™ … “x”") == "ﬁ ½ Ａ ™ … “x”"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028"])
def test_line_ends_are_one(line_end: str) -> None:
    """Every way to end a line becomes a line feed."""
    assert normalise(f"one{line_end}two") == "one\ntwo"


def test_paragraph_separator_is_a_blank_line() -> None:
    """The paragraph separator of Unicode becomes a blank line."""
    assert normalise("one\u2029two") == "one\n\ntwo"


@pytest.mark.parametrize("space", ["\t", "\u00a0", "\u2009", "\u202f", "\u3000", " \t\u00a0 "])
def test_spaces_are_one(space: str) -> None:
    """White space of any width and length becomes one space."""
    assert normalise(f"5{space}km") == "5 km"


def test_spaces_at_line_ends_go() -> None:
    """A line neither begins nor ends with a space, and the text not with a blank line."""
    assert normalise("\n\n one \u00a0\n\t two \n \n three\n\n") == "one\ntwo\n\nthree"


@pytest.mark.parametrize("mark", BIDI_MARKS)
def test_direction_marks_go(mark: str) -> None:
    """Marks that change the direction of writing are dropped."""
    assert normalise(f"pay{mark}pal") == "paypal"


@pytest.mark.parametrize("invisible", ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u2063", "\u206f"])
def test_invisible_characters_go(invisible: str) -> None:
    """Zero-width spaces, soft hyphens and invisible operators are dropped."""
    assert normalise(f"mas{invisible}ood") == "masood"


@pytest.mark.parametrize("dropped", ["\0", "\x07", "\x1b", "\x7f", "\x9b", "\ud83d"])
def test_control_characters_and_lone_surrogates_go(dropped: str) -> None:
    """Control characters and halves of surrogate pairs are dropped."""
    assert normalise(f"a{dropped}b") == "ab"


def test_joiners_stay() -> None:
    """Zero-width joiners are part of Persian words and of emoji, and stay."""
    persian, family = "می\u200cخواهم", "👩\u200d👩\u200d👧"
    assert normalise(persian) == persian
    assert normalise(family) == family


def test_emoji_beyond_the_first_plane_stay() -> None:
    """A character outside of the basic plane is one character and no pair of surrogates."""
    assert normalise("🔥 yes") == "🔥 yes"


@given(any_text | odd_text)
@example(" \u0301a\n\u0301")
@example("a\u200b\u0301")
def test_twice_is_once(text: str) -> None:
    """A regular text stays as it is, can be written in UTF-8, and is in NFC."""
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once.encode().decode() == once
    assert "  " not in once
    assert once == once.strip()


@given(odd_text)
def test_one_line_has_one_line(text: str) -> None:
    """A text put on one line has no line end and no two spaces in a row."""
    line = one_line(text)
    assert line.split() == normalise(text).split()
    assert line == " ".join(line.split())


def test_count_reads_aloud() -> None:
    """A number and its noun agree, and thousands are parted by a comma."""
    assert count(1, "article") == "1 article"
    assert count(0, "article") == "0 articles"
    assert count(1200, "passage") == "1,200 passages"
