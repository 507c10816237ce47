"""The names in an article, by hand."""

import pytest

from bot.names import names
from index.corpus import Article


def named(text: str, most: int = 12) -> list[tuple[str, int]]:
    """Each name with its ¶."""
    found = names(Article("a", "Title", text), most)
    assert all(one.article.text[one.start : one.end] == one.quote for one in found)
    return [(one.quote, one.paragraph) for one in found]


def test_names_are_counted_and_cited_where_they_stand_in_full() -> None:
    """A surname counts for the full name, cited at its first place; the most frequent is first."""
    text = (
        "Palmer was there. Lyon is far.\n\n"
        "Officers met Keith Palmer and Theresa May in Lyon.\n\nPalmer left Paris."
    )
    assert named(text) == [
        ("Keith Palmer", 2),
        ("Lyon", 1),
        ("Theresa May", 2),
        ("Paris", 3),
    ]
    assert named(text, most=1) == [("Keith Palmer", 2)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He met Culture Secretary Matt Hancock.", ["Matt Hancock"]),
        ("He met U.S. Secretary of State Mike Pompeo.", ["Mike Pompeo"]),
        ("He left the Justice Department.", ["Justice Department"]),
        ("He met Chairman Rep. Ed Royce.", ["Ed Royce"]),
        ("He likes the House of Commons.", ["House of Commons"]),
        ("He saw Trump's September order on Monday.", ["Trump"]),
        ("He met Rose Hudson-Wilkin and Kent-born Khalid Masood.", None),
        ("In memory of them. Fourteen came. While Anna slept, it rained.", ["Anna"]),
        ("We saw #LondonUnited by @AmberRudd.", []),
        ("they came, and nobody was named.", []),
    ],
)
def test_what_is_a_name(text: str, found: list[str] | None) -> None:
    """Titles, days, openers of sentences and hashtags are no part of a name."""
    expected = ["Rose Hudson-Wilkin", "Kent", "Khalid Masood"] if found is None else found
    assert [quote for quote, _ in named(text)] == expected
