"""Addresses that open an article at a quote, and never at another place."""

import re

import pytest
from hypothesis import example, given

from bot.links import link_to_page, link_to_quote
from index.corpus import Article
from index.split import sentences, split
from tests.bot.examples import article_texts, passages_of
from tests.conftest import VOA_ARTICLES
from tests.fragments.matcher import Blocks
from tests.sources import read

URL = "https://a.example/story"


def link(text: str, start: int, end: int, url: str = URL, title: str = "Title") -> str:
    """The address of a quote in an article with this text."""
    return link_to_quote(Article("a", title, text, url), start, end)


def fragment(text: str, quote: str, title: str = "Title") -> str:
    """What the address of the last place of a quote has after the article's own address."""
    start = text.rindex(quote)
    address = link(text, start, start + len(quote), title=title)
    assert address.startswith(URL)
    return address.removeprefix(URL)


@pytest.mark.parametrize(
    ("quote", "encoded"),
    [
        (
            "He came to see it, and soon he left.",
            "He%20came%20to%20see%20it%2C%20and%20soon%20he%20left.",
        ),
        (
            "it's 5* (or more), he said to her!",
            "it's%205*%20%28or%20more%29%2C%20he%20said%20to%20her!",
        ),
        (
            "a very well-known man who was in there",
            "a%20very%20well%2Dknown%20man%20who%20was%20in%20there",
        ),
        (
            "AT&T is 50% of #1, or so says she?",
            "AT%26T%20is%2050%25%20of%20%231%2C%20or%20so%20says%20she%3F",
        ),
        ("“Zoë”, “Zoë”, “Zoë”", "%2C%20".join(["%E2%80%9CZo%C3%AB%E2%80%9D"] * 3)),
    ],
)
def test_a_quote_of_some_words_stands_whole(quote: str, encoded: str) -> None:
    """Up to twelve words stand whole; what means something in a fragment is percent-encoded."""
    assert fragment(f"Before that. {quote} And that.", quote) == f"#:~:text={encoded}"


@pytest.mark.parametrize(
    ("text", "quote", "encoded"),
    [
        (
            "Masood, 52, was shot dead by armed police at the scene.",
            "armed police",
            "shot%20dead%20by-,armed%20police,-at%20the",
        ),
        ("Masood's car hit the railings.", "Masood", "Masood,-'s%20car%20hit"),
        (
            "C'est l'homme de la rue, dit-il.",
            "homme",
            "C'est%20l'-,homme,-de%20la%20rue%2C%20dit%2Dil.",
        ),
        (
            "Hours\nOpen daily.\n\nSand\n\nGravel and stone",
            "Sand",
            "Open%20daily.-,Sand,-Gravel%20and%20stone",
        ),
        ("Year | Level of water\n\n1998 | 4 m\n\n1999 | 5 m", "4 m", "1998-,4%20m,-1999"),
        (
            "中国人民银行宣布降息。",
            "民银",
            "%E4%B8%AD%E5%9B%BD%E4%BA%BA-,%E6%B0%91%E9%93%B6,-%E8%A1%8C%E5%AE%A3%E5%B8%83%E9%99%8D%E6%81%AF%E3%80%82",
        ),
    ],
)
def test_a_short_quote_stands_in_its_context(text: str, quote: str, encoded: str) -> None:
    """What is around it in its block or, where it is a block, in the next ones, goes with it."""
    assert fragment(text, quote) == f"#:~:text={encoded}"


def test_a_long_quote_is_named_by_its_ends() -> None:
    """Of thirteen words as many stand at each end as are long enough at the start."""
    words = ["one", "two", "three", *"defghi", "ten", "eleven", "twelve", "thirteen"]
    whole = "#:~:text=" + "%20".join(words[:12])
    assert fragment(f"Zero {' '.join(words)} end", " ".join(words[:12])) == whole
    ends = "#:~:text=one%20two%20three%20d%20e%20f%20g%20h%20i%20ten%20eleven%20twelve%20thirteen"
    assert fragment(f"Zero {' '.join(words)} end", " ".join(words)) == ends


def test_the_ends_grow_until_they_are_unique() -> None:
    """More words stand at each end where fewer occur earlier in the article."""
    quote = "He said loudly that the red house by the big sea was his very own at last"
    text = f"He said loudly that the rest was nothing. {quote}."
    ends = "He%20said%20loudly%20that%20the%20red%20house,sea%20was%20his%20very%20own%20at%20last"
    assert fragment(text, quote) == f"#:~:text={ends}"


def test_what_was_said_before_is_told_apart() -> None:
    """A sentence that is repeated, in any case and with any accents, has words before it."""
    assert fragment("Ça va. He came home to ÇA VA. Yes.", "ÇA VA.") == (
        "#:~:text=va.%20He%20came%20home%20to-,%C3%87A%20VA.,-Yes."
    )
    again = "He came to see it, and soon he left."
    assert fragment(f"{again} Then {again} Yes.", again) == (
        "#:~:text=Then-,He%20came%20to%20see%20it%2C%20and%20soon%20he%20left."
    )


def test_words_of_the_title_are_told_apart() -> None:
    """The title stands before the text on the page, so words of it have their context."""
    quote = "Old bridge reopens to all traffic"
    text = f"Today the {quote}, they say."
    assert fragment(text, quote) == "#:~:text=Old%20bridge%20reopens%20to%20all%20traffic"
    assert fragment(text, quote, title=quote) == (
        "#:~:text=the-,Old%20bridge%20reopens%20to%20all%20traffic"
    )


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        (
            "\n\n".join(["One two three."] * 5),
            "two",
        ),
        ("中" * 200, "中" * 199),
    ],
)
def test_no_fragment_where_it_would_mislead(text: str, quote: str) -> None:
    """Where no context is unique, or the words are endless, the address is plain."""
    assert fragment(text, quote) == ""


def test_a_quote_over_blocks_is_named_by_words_of_each() -> None:
    """A quote over a line end, or over cells, is named by ends that keep to their blocks."""
    text = "One two three four five six\nsix seven | eight nine ten"
    assert (
        fragment(text, text) == "#:~:text=One%20two%20three%20four%20five%20six,eight%20nine%20ten"
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/b#part", "https://a.example/b#part:~:text=So%20it%20is.-,He%20came."),
        (
            "https://a.example/b#:~:text=old",
            "https://a.example/b#:~:text=So%20it%20is.-,He%20came.",
        ),
        (
            "https://a.example/b#part:~:text=x",
            "https://a.example/b#part:~:text=So%20it%20is.-,He%20came.",
        ),
        ("https://a.example/b?c=d", "https://a.example/b?c=d#:~:text=So%20it%20is.-,He%20came."),
        ("https://a.example/b?c=d#", "https://a.example/b?c=d#:~:text=So%20it%20is.-,He%20came."),
    ],
)
def test_an_address_that_has_a_fragment_keeps_it(url: str, expected: str) -> None:
    """The place in a page stays in its address; an older quote in it is replaced."""
    assert link("So it is. He came.", 10, 18, url) == expected
    assert link("\n\n".join(["So."] * 5), 10, 12, url) == url.partition(":~:")[0].removesuffix("#")


@pytest.mark.parametrize(
    "url",
    ["https://a.example/b?c=d", "https://a.example/b?c=d#page=2", "https://a.example/b?c=d#x"],
)
def test_a_page_is_the_only_place_that_its_address_names(url: str) -> None:
    """The address of a page of a PDF has its number alone behind the mark."""
    assert link_to_page(url, 4) == "https://a.example/b?c=d#page=4"


def opened_at(address: str, text: str) -> tuple[int, int] | None:
    """(start, end) of what is marked by the specification, where the address has a fragment."""
    marked = Blocks(f"Title\n{text.replace(' | ', chr(10) * 3)}").marked(
        address.partition("text=")[2]
    )
    assert marked is not None, address
    return marked[0] - len("Title\n"), marked[1] - len("Title\n")


@pytest.mark.slow
def test_every_quote_of_real_articles_opens_at_itself() -> None:
    """The address of each sentence, and of the third word of each, marks just that."""
    plain = total = 0
    for article in read([str(VOA_ARTICLES)]):
        blocks = Blocks(f"{article.title}\n{article.text}")
        before = len(article.title) + 1
        for passage in split(article):
            whole = (passage.start, passage.end)
            for start, end in [whole, *sentences(article.text, *whole)]:
                words = [*re.finditer(r"\w+", article.text[start:end])]
                inner = [(start + word.start(), start + word.end()) for word in words[2:3]]
                for first, last in [(start, end), *inner]:
                    address = link_to_quote(article, first, last)
                    total += 1
                    if "text=" not in address:
                        plain += 1
                        continue
                    marked = blocks.marked(address.partition("text=")[2])
                    assert marked == (before + first, before + last)
    assert total > 1200
    assert plain / total < 0.01


@given(article_texts)
@example("İ came. i̇ came. He came home.")
@example("********||\n\n\U0001182f")
@example("\u102d")
@example("@everyone\n\n\U000116b00")
@example("À.\U00016100")
@example("\U00016100.A")
@example("\u200c*")
@example("1. 🏻")
def test_any_text_is_opened_at_its_quote(text: str) -> None:
    """Whatever the article is, the address is plain or marks the quote, and has no space."""
    for passage in passages_of(text)[:3]:
        for start, end in sentences(text, passage.start, passage.end)[:3]:
            address = link(text, start, end)
            assert not set(" ()<>\n") & set(address)
            assert len(address) < 700
            if address != URL:
                assert opened_at(address, text) == (start, end)
