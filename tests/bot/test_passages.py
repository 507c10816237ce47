"""Context and More: the words of the article around, in every limit of Discord."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import passages
from bot.render import Message
from bot.under import Further, Place
from index.corpus import Article
from tests.bot.discord_markdown import read
from tests.bot.examples import HOSTILE, article_texts, passages_of
from tests.loopback.rules import message_faults

TEXT = "First one.\n\nHe came to Rome. He saw *all* of it and won! He left.\n\nThe end."
BUILD = "3f9c2a71d0be"
ROME = {"title": "Caesar_in_Rome", "url": "https://a.example/rome"}
LINK = "https://a.example/rome#:~:text=Rome.%20He-,saw%20*all*%20of%20it,-and%20won!"


def context(text: str, quote: str, embeds: bool, **known: object) -> Message:
    """The context of the first place of a quote in an article with this text."""
    start = text.index(quote)
    article = Article("a-1", text=text, **{"title": "Title", **known})
    return passages.context(article, Place(BUILD, 0, start, start + len(quote)), embeds)


def shown(message: Message) -> tuple[str | None, str | None]:
    """The title and the description of the one embed of a message without content."""
    assert message.content is None
    (embed,) = message.embeds
    return embed.title, embed.description


def test_context_by_hand() -> None:
    """The cited paragraph stands quoted between its neighbours, its words bold, its ¶ linked."""
    quote = "saw *all* of it"
    marked = "> He came to Rome. He **saw \\*all\\* of it** and won! He left."
    assert shown(context(TEXT, quote, embeds=True, **ROME)) == (
        "Caesar\\_in\\_Rome",
        f"¶ 1\nFirst one.\n\n[¶ 2]({LINK})\n{marked}\n\n¶ 3\nThe end.",
    )
    assert context(TEXT, quote, embeds=False, **ROME).content == (
        f"**Caesar\\_in\\_Rome**\n¶ 1\nFirst one.\n\n¶ 2\n{marked}\n\n¶ 3\nThe end."
    )


@pytest.mark.parametrize(
    ("quote", "numbers"), [("First", ["¶ 1", "¶ 2"]), ("The end.", ["¶ 2", "¶ 3"])]
)
def test_context_at_an_end_of_the_article(quote: str, numbers: list[str]) -> None:
    """The first paragraph has no neighbour before it, and the last none after it."""
    _, body = shown(context(TEXT, quote, embeds=True))
    assert [block.split("\n")[0] for block in str(body).split("\n\n")] == numbers


def test_a_long_paragraph_is_cut_around_the_words() -> None:
    """Of a paragraph that is too long the words around the quote are kept, cut at words."""
    text = "before " * 900 + "needle" + " after" * 900
    body = str(context(text, "needle", embeds=False).content).split("\n¶ 1\n")[1]
    assert body.startswith("> …before before ")
    assert " before **needle** after " in body
    assert body.endswith(" after…")
    assert 400 < len(body) <= 900


def test_a_long_neighbour_is_cut_away_from_the_words() -> None:
    """Of a neighbour before, the end is kept; of one after, the start."""
    text = "word " * 900 + "last.\n\nNeedle.\n\nFirst" + " word" * 900
    _, body = shown(context(text, "Needle", embeds=True))
    before, cited, after = str(body).split("\n\n")
    assert before.startswith("¶ 1\n…word word ")
    assert before.endswith(" word last.")
    assert cited == "¶ 2\n> **Needle**."
    assert after.startswith("¶ 3\nFirst word ")
    assert after.endswith(" word…")


def test_a_page_by_hand() -> None:
    """A page quotes its passages with ¶ and, if asked to, the title; it says what it is."""
    ours = passages_of(TEXT, **ROME)
    (other,) = passages_of("Elsewhere.", title="Other")
    message = passages.page([ours[2], other], Further(BUILD, (2, 3)), titled=True, embeds=True)
    assert shown(message) == (
        "The passages that come next, not an answer:",
        "> The end.\n[¶ 3](https://a.example/rome#:~:text="
        "of%20it%20and%20won!%20He%20left.-,The%20end.) · Caesar\\_in\\_Rome\n\n"
        "> Elsewhere.\n¶ 1 · Other",
    )
    assert message.buttons == Further(BUILD, (2, 3))
    second = Further(BUILD, (0, 1, 2, 3), 1)
    assert passages.page([other], second, titled=False, embeds=False).content == (
        "**The passages that come next, not an answer: page 2 of 2**\n> Elsewhere.\n¶ 1"
    )


@pytest.mark.slow
@settings(max_examples=40)
@given(
    text=article_texts,
    title=st.sampled_from(["T", "*" * 900]),
    url=st.none() | st.integers(1, 1500).map(lambda n: "https://a.example/" + "(" * n),
    where=st.floats(0, 1),
    length=st.floats(0, 1),
)
@example("*" * 9000, "_" * 900, "https://a.example/" + "b" * 700, 0.5, 0.1)
@example(HOSTILE[4], "T", "https://a.example/" + "b" * 900, 0.5, 0.1)
@example("\n".join("ab" * 3000), "T", None, 0.5, 0.0)
@example("\n".join("ab" * 3000), "T", None, 0.0, 1.0)
@example("#", "T", None, 0.0, 0.0)
def test_no_message_is_ever_over_a_limit(
    text: str, title: str, url: str | None, where: float, length: float
) -> None:
    """Whatever the article is, Discord takes Context and More, and no word of it means anything."""
    whole = f"{text}\n\n{text}\n\n{text}"
    article = Article("a-1", title, whole, url, headings=((0, len(whole.partition("\n")[0])),))
    start, end = article.paragraphs[len(article.paragraphs) // 2]
    first = start + int((end - start - 1) * where)
    place = Place(BUILD, 0, first, first + 1 + int((end - first - 1) * length))
    found = passages_of(whole, title=title, url=url, headings=article.headings)[:3]
    for embeds in (True, False):
        check(passages.context(article, place, embeds))
        check(passages.page(found, Further(BUILD, (1, 2, 3, 4)), titled=True, embeds=embeds))


def check(message: Message) -> None:
    """Asserts that Discord takes a message, and interprets nothing but what is ours in it."""
    body = {
        "content": message.content,
        "embeds": [embed.to_dict() for embed in message.embeds],
        "allowed_mentions": {"parse": []},
    }
    assert message_faults(body) == []
    for embed in message.embeds:
        assert len(str(embed.description)) <= 4096
        _, applied = read(str(embed.description))
        assert {name for name, _ in applied} <= {"blockQuote", "strong", "link"}
