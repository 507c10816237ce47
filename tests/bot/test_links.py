"""Addresses that open an article at a quote, and never at another place."""

from urllib.parse import unquote

import pytest
from hypothesis import example, given

from bot.links import link_to_quote
from index.split import sentences, split
from tests.bot.examples import article_texts, passages_of
from tests.conftest import VOA_ARTICLES
from tests.sources import read

URL = "https://a.example/story"


def fragment(text: str, quote: str, url: str = URL) -> str:
    """What the address of a quote has after the article's own address."""
    start = text.rindex(quote)
    link = link_to_quote(url, text, start, start + len(quote))
    assert link.startswith(url)
    return link.removeprefix(url)


@pytest.mark.parametrize(
    ("quote", "encoded"),
    [
        ("He came.", "He%20came."),
        ("it's 5* (or more), he said!", "it's%205*%20%28or%20more%29%2C%20he%20said!"),
        ("well-known", "well%2Dknown"),
        ("AT&T", "AT%26T"),
        ("50% of #1?", "50%25%20of%20%231%3F"),
        ("“Zoë”", "%E2%80%9CZo%C3%AB%E2%80%9D"),
    ],
)
def test_a_short_quote_stands_whole(quote: str, encoded: str) -> None:
    """Up to twelve words stand whole; what means something in a fragment is percent-encoded."""
    assert fragment(f"Before that. {quote} After that.", quote) == f"#:~:text={encoded}"


def test_twelve_words_are_short_and_thirteen_long() -> None:
    """A quote of thirteen words is named by its first and its last three."""
    words = ["one", "two", "three", *"defghi", "ten", "eleven", "twelve", "thirteen"]
    whole = "#:~:text=" + "%20".join(words[:12])
    assert fragment(f"Zero {' '.join(words)} end", " ".join(words[:12])) == whole
    ends = "#:~:text=one%20two%20three,eleven%20twelve%20thirteen"
    assert fragment(f"Zero {' '.join(words)} end", " ".join(words)) == ends


def test_the_ends_grow_until_they_are_unique() -> None:
    """More words stand at each end where three occur earlier in the article."""
    quote = "He said that the red house by the sea was his own at last"
    text = f"He said that nothing was. {quote}."
    assert fragment(text, quote) == "#:~:text=He%20said%20that%20the,his%20own%20at%20last"


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("He came. Then HE CAME.", "HE CAME."),
        ("He came. Then he came.", "he came."),
        (f"{'a ' * 40}. {'a ' * 40}", "a " * 39 + "a"),
        ("line one\nline two", "line one\nline two"),
        ("a b\nc d e f g h i j k l m n o p", "a b\nc d e f g h i j k l m n o p"),
        ("中" * 200, "中" * 200),
    ],
)
def test_no_fragment_where_it_would_mislead(text: str, quote: str) -> None:
    """Where the words occur before, span two blocks or are endless, the address is plain."""
    assert fragment(text, quote) == ""


def test_a_line_end_inside_of_a_long_quote_does_no_harm() -> None:
    """A quote over a line end is named by ends that keep to their lines."""
    text = "One two three four five\nsix seven eight nine ten"
    assert fragment(text, text) == "#:~:text=One%20two%20three,eight%20nine%20ten"


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/b#part", "https://a.example/b#part:~:text=He%20came."),
        ("https://a.example/b#:~:text=old", "https://a.example/b#:~:text=He%20came."),
        ("https://a.example/b#part:~:text=x", "https://a.example/b#part:~:text=He%20came."),
        ("https://a.example/b?c=d", "https://a.example/b?c=d#:~:text=He%20came."),
    ],
)
def test_an_address_that_has_a_fragment_keeps_it(url: str, link: str) -> None:
    """The place in a page stays in its address; an older quote in it is replaced."""
    assert link_to_quote(url, "So. He came.", 4, 12) == link


def opened_at(link: str, text: str) -> tuple[int, int] | None:
    """(start, end) of what a browser would mark: the first match, in any case."""
    if "text=" not in link:
        return None
    lowered = text.lower()
    parts = [unquote(part).lower() for part in link.partition("text=")[2].split(",")]
    start = lowered.index(parts[0])
    if len(parts) == 1:
        return start, start + len(parts[0])
    return start, lowered.index(parts[1], start + len(parts[0])) + len(parts[1])


def test_every_sentence_of_real_articles_opens_at_itself() -> None:
    """Decoded, the address of each sentence of thirty articles marks just that sentence."""
    plain = total = 0
    for article in read([str(VOA_ARTICLES)]):
        assert article.url is not None
        for passage in split(article):
            whole = (passage.start, passage.end)
            for start, end in [whole, *sentences(article.text, *whole)]:
                link = link_to_quote(article.url, article.text, start, end)
                total += 1
                if link == article.url:
                    plain += 1
                else:
                    assert opened_at(link, article.text) == (start, end)
    assert total > 600
    assert plain / total < 0.01


@given(article_texts)
@example("İ came. i̇ came. He came home.")
def test_any_text_is_opened_at_its_quote(text: str) -> None:
    """Whatever the article is, the address is plain or begins at the quote, and has no space."""
    for passage in passages_of(text)[:3]:
        for start, end in sentences(text, passage.start, passage.end)[:3]:
            link = link_to_quote(URL, text, start, end)
            assert not set(" ()<>\n") & set(link)
            assert len(link) < 700
            if link != URL:
                first = unquote(link.partition("text=")[2].split(",")[0])
                assert text[start:].startswith(first)
