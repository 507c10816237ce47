"""Slips of the finger: what is mended, and what is left as it was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.spelling import mended

ARTICLES = frozenset(
    {"the", "senate", "debates", "trump", "rohingya", "memorial", "palmer", "sent"}
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("who spoke in the senat", "who spoke in the senate"),
        ("the memroial", "the memorial"),
        ("the memoriall", "the memorial"),
        ("the rohinga", "the rohingya"),
        ("wich side won", "which side won"),
        ("how meny poeple came", "how many people came"),
        ("when was it anounced by the goverment", "when was it announced by the government"),
        ("who delieverd the letter", "who delivered the letter"),
        ("who is Palmre", "who is palmer"),
    ],
)
def test_a_slip_is_mended(typed: str, meant: str) -> None:
    """A letter left out, swapped, doubled or misheard is put right, in names and in other words."""
    assert mended(typed, ARTICLES) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "what did trumps lawyer say",
        "who is Hancock",
        "where is Pompey now",
        "whats it cost",
        "is it 2018 or 19?",
        "hvem er stortingets president nå",
        "",
    ],
)
def test_what_may_be_meant_is_left(typed: str) -> None:
    """A possessive, an unknown name, a number and another language are no slips."""
    assert mended(typed, ARTICLES) == typed


def test_a_word_of_the_articles_comes_first() -> None:
    """What the articles have goes before what English has, though that is far commoner."""
    assert mended("the pamler", frozenset()) == "the palmer"
    assert mended("about the teh flod", frozenset({"flood"})) == "about the teh flood"
    assert mended("the houze", frozenset({"houzen"})) == "the houzen"


@given(st.text(max_size=60))
def test_whatever_is_typed_keeps_its_marks(typed: str) -> None:
    """Only words are replaced, each by one word, and never with an error."""
    made = mended(typed, ARTICLES)
    assert len(made.split()) == len(typed.split())
    assert [c for c in made if c.isdigit()] == [c for c in typed if c.isdigit()]
