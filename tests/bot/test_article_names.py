"""Titles completed and found, in spite of how people type."""

from dataclasses import replace

import pytest

from bot.article_names import MOST_CHOICES, choices, find, value_of
from index.corpus import Article
from index.errors import UnknownArticle

TITLES = (
    "US Supreme Court Upholds Trump's Travel Ban",
    "US Top Court Sides With Baker in Gay Wedding Cake Case",
    "North Korea Willing to Talk to US 'At Any Time'",
    "A year to the day after the Westminster attack, memorials have taken place",
)
ARTICLES = [Article(f"id-{place}", title, "x") for place, title in enumerate(TITLES)]
COURT, CAKE, KOREA, WESTMINSTER = ARTICLES


def offered(typed: str, articles: list[Article] = ARTICLES) -> list[str]:
    """The titles that are offered, in order."""
    return [title for title, _ in choices(typed, articles)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("westminster", WESTMINSTER),
        ("Westminstr", WESTMINSTER),
        ("attack in westminster", WESTMINSTER),
        ("wedding cake", CAKE),
        ("cake weding", CAKE),
        ("nort korea", KOREA),
        ("SUPREME COURT", COURT),
        (CAKE.title, CAKE),
        ("id-2", KOREA),
    ],
)
def test_what_is_meant_comes_first_and_is_found(typed: str, meant: Article) -> None:
    """Parts of a title, in any order and with typing errors, offer it first and mean it."""
    if typed != "id-2":
        assert offered(typed)[0] == meant.title
    assert find(typed, ARTICLES) == meant


@pytest.mark.parametrize("typed", ["us court", "bitcoin", "", "?", "\N{PILE OF POO}" * 3])
def test_what_could_mean_any_article_or_none_is_not_guessed(typed: str) -> None:
    """What two titles have, or none, gets a sentence that says what was typed."""
    with pytest.raises(UnknownArticle) as caught:
        find(typed, ARTICLES)
    assert str(caught.value) == (
        f"No article here is clearly “{typed}”: choose one of those that are shown while you type."
    )


def test_where_there_are_no_articles_none_is_meant() -> None:
    """Without articles nothing is offered and nothing is found."""
    assert choices("a", []) == []
    with pytest.raises(UnknownArticle):
        find("a", [])


def test_a_title_that_is_typed_whole_is_found_beside_one_that_has_it() -> None:
    """ "The lamp" means the article of that title, though another title begins with it."""
    lamp, longer = Article("1", "The lamp", "x"), Article("2", "The lamp of Skerryvore", "x")
    assert find("the lamp", [longer, lamp]) == lamp
    assert offered("the lamp", [longer, lamp]) == ["The lamp", "The lamp of Skerryvore"]
    with pytest.raises(UnknownArticle):
        find("The lamp", [lamp, replace(lamp, id="3")])


def test_a_choice_of_two_of_one_title_is_found() -> None:
    """Of two articles of one title the value of a choice says which one is meant."""
    same = [Article(one, "The lamp", "x") for one in ("1", "2")]
    assert [find(value, same) for _, value in choices("lamp", same)] == same


def test_nothing_typed_offers_what_the_channel_asks_first() -> None:
    """Before anything is typed the articles come in order, those of the channel before others."""
    assert offered("") == list(TITLES)
    first = [title for title, _ in choices("", ARTICLES, {"id-2"})]
    assert first == [KOREA.title, COURT.title, CAKE.title, WESTMINSTER.title]


def test_discords_limits_are_kept() -> None:
    """25 choices at most, and 100 characters for a title and for a value."""
    many = [Article("i" * n, "A title of many words " * n, "x") for n in range(90, 130)]
    found = choices("words", many)
    assert len(found) == MOST_CHOICES
    assert all(0 < len(title) <= 100 and 0 < len(value) <= 100 for title, value in found)
    values = [value_of(article.id) for article in many]
    assert len(set(values)) == len(many)
    assert all(find(value_of(article.id), many) == article for article in many)


@pytest.mark.parametrize("odd", [" a", "a ", "a\nb", "x" * 101, ""])
def test_an_id_that_discord_would_change_is_not_sent(odd: str) -> None:
    """For an id that would not come back as it is a digest stands in."""
    value = value_of(odd)
    assert len(value) == 64
    assert value.isalnum()
    assert find(value, [Article("b", "B", "x"), Article(odd, "Odd", "x")]).id == odd
