"""Messages for Discord: every fact, every limit, nothing interpreted."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import discord
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import render
from bot.answers import (
    Abstention,
    Answer,
    Citation,
    FromMetadata,
    Names,
    Outcome,
    Question,
    Reason,
    Remark,
    Summary,
    Topic,
)
from bot.privacy import Privacy
from tests.bot.discord_markdown import read
from tests.bot.examples import (
    HOSTILE,
    article_texts,
    cite,
    index_of,
    passages_of,
    words_and_marks,
)
from tests.loopback.rules import message_faults

CAESAR = {
    "title": "Caesar_in_Rome",
    "url": "https://a.example/rome",
    "publisher": "Acta Diurna",
    "published": date(2018, 3, 22),
}
TEXT = "First one.\n\nHe came to Rome. He saw *all* of it and won! He left."
ASKED = Question("what did he see")
LINK = "https://a.example/rome#:~:text=Rome.%20He-,saw%20*all*%20of%20it,-and%20won!"


def answered(text: str = TEXT, quote: str = "saw *all* of it", **known: object) -> Answer:
    """An answer of one citation."""
    return Answer((cite(text, quote, **{**CAESAR, **known}),), 0.9)


def abstained(**known: object) -> Abstention:
    """An abstention whose closest passage is the second ¶."""
    near = cite(TEXT, TEXT.partition("\n\n")[2], **{**CAESAR, **known})
    return Abstention(Reason.NOT_SAID, (near,), 0.1)


def embed_of(outcome: Outcome, articles: int = 1) -> discord.Embed:
    """The one embed of a message without content."""
    message = render.message(ASKED, outcome, articles, embeds=True)
    assert message.content is None
    (embed,) = message.embeds
    return embed


def content_of(outcome: Outcome, articles: int = 1) -> str:
    """The content of a message without embeds."""
    message = render.message(ASKED, outcome, articles, embeds=False)
    assert message.embeds == ()
    assert message.content is not None
    return message.content


def test_an_answer_as_an_embed() -> None:
    """Question, title, quote in bold in its sentence, linked ¶, publisher and date are there."""
    embed = embed_of(answered())
    assert embed.author.name == "what did he see"
    assert embed.title == r"Caesar\_in\_Rome"
    assert embed.url == "https://a.example/rome"
    assert embed.description == (f"> He **saw \\*all\\* of it** and won!\n[¶ 2]({LINK})")
    assert embed.footer.text == "Acta Diurna · 22 March 2018"


def test_an_answer_as_text() -> None:
    """The plain message has the same facts, and the address without a preview."""
    assert content_of(answered()) == (
        "-# what did he see\n"
        "> He **saw \\*all\\* of it** and won!\n¶ 2\n"
        f"**Caesar\\_in\\_Rome** · Acta Diurna · 22 March 2018\n<{LINK}>"
    )


def test_an_abstention_as_an_embed() -> None:
    """That the article does not say comes first; the closest passage is marked as no answer."""
    embed = embed_of(abstained())
    lines = str(embed.description).split("\n")
    assert lines[:2] == ["**The article does not say.**", "The closest passage, not an answer:"]
    assert lines[2] == "> He came to Rome. He saw \\*all\\* of it and won! He left."
    assert lines[3].startswith("[¶ 2](https://a.example/rome#:~:text=")
    assert (embed.title, embed.footer.text) == (r"Caesar\_in\_Rome", "Acta Diurna · 22 March 2018")


def test_an_abstention_as_text() -> None:
    """The plain abstention has the same facts."""
    lines = content_of(abstained(url=None), articles=3).split("\n")
    assert lines == [
        "-# what did he see",
        "**What I have read does not say.**",
        "The closest passage, not an answer:",
        "> He came to Rome. He saw \\*all\\* of it and won! He left.",
        "¶ 2",
        "**Caesar\\_in\\_Rome** · Acta Diurna · 22 March 2018",
    ]


def test_an_abstention_without_a_passage() -> None:
    """Where nothing comes close, the sentence stands alone."""
    nothing = Abstention(Reason.NOTHING_RELEVANT, (), 0.0)
    assert embed_of(nothing).description == "**The article does not say.**"
    assert content_of(nothing) == "-# what did he see\n**The article does not say.**"


def test_what_is_not_known_is_left_out() -> None:
    """Without address, publisher and date there is no link and no footer."""
    embed = embed_of(answered(url=None, publisher=None, published=None))
    assert (embed.url, embed.footer.text) == (None, None)
    assert str(embed.description).endswith("\n¶ 2")
    assert content_of(answered(url=None, publisher=None, published=None)).endswith(
        "\n**Caesar\\_in\\_Rome**"
    )


def test_page_and_section_stand_beside_the_paragraph() -> None:
    """Where there are pages and headings, what is cited says its page and its section."""
    text = "First one.\n\nTo *Rome*\nHe came."
    known = {"headings": ((12, 21),), "pages": (0, 12)}
    outcome = answered(text, "He came", **known)
    link = "https://a.example/rome#page=2"
    assert embed_of(outcome).description == (f"> **He came**.\n[¶ 2, p. 2]({link}) · To \\*Rome\\*")
    assert content_of(outcome).split("\n")[1:] == [
        "> **He came**.",
        "¶ 2, p. 2 · To \\*Rome\\*",
        "**Caesar\\_in\\_Rome** · Acta Diurna · 22 March 2018",
        f"<{link}>",
    ]
    closest = Abstention(Reason.NOT_SAID, outcome.citations, 0.1)
    assert str(embed_of(closest).description).endswith(f"[¶ 2, p. 2]({link}) · To \\*Rome\\*")
    named = embed_of(Names(outcome.citations)).description
    assert named == "**Named in the article, most often first:**\n**He came** ¶ 2, p. 2"


def test_several_citations_are_numbered_and_say_which_article() -> None:
    """Two citations have numbers; where they are of two articles, each has its title, too."""
    other = cite("She stayed.", "She stayed.", title="Cleopatra", id="b")
    both = Answer((*answered(url=None).citations, other), 0.9)
    quote = "> He **saw \\*all\\* of it** and won!"
    assert embed_of(both).description == (
        f"{quote}\n**1** ¶ 2 · Caesar\\_in\\_Rome\n> **She stayed.**\n**2** ¶ 1 · Cleopatra"
    )
    twice = Answer((*answered(url=None).citations,) * 2, 0.9)
    assert embed_of(twice).description == f"{quote}\n**1** ¶ 2\n{quote}\n**2** ¶ 2"


def test_a_summary_and_a_topic() -> None:
    """A heading says what is shown; whole sentences stand as quotations with number and ¶."""
    sentences = (cite(TEXT, "First one.", **CAESAR), cite(TEXT, "He left.", **CAESAR))
    first, second = (
        f"https://a.example/rome#:~:text={words}"
        for words in (
            "First%20one.,-He%20came%20to%20Rome.%20He%20saw",
            "saw%20*all*%20of%20it%20and%20won!-,He%20left.",
        )
    )
    embed = embed_of(Summary(sentences))
    assert embed.description == (
        "**In the article's own sentences:**\n"
        f"> First one.\n**1** [¶ 1]({first})\n> He left.\n**2** [¶ 2]({second})"
    )
    assert embed.title == r"Caesar\_in\_Rome"
    assert content_of(Topic(sentences[:1])) == (
        "-# what did he see\n**What I have read on that:**\n> First one.\n¶ 1\n"
        f"**Caesar\\_in\\_Rome** · Acta Diurna · 22 March 2018\n<{first}>"
    )


def test_names_metadata_and_a_remark() -> None:
    """Names stand in one line with their ¶, metadata is told as such, a remark is a bare line."""
    names = Names((cite(TEXT, "Rome", **CAESAR), cite(TEXT, "First", **CAESAR)))
    assert embed_of(names).description == (
        "**Named in the article, most often first:**\n**Rome** ¶ 2 · **First** ¶ 1"
    )
    told = embed_of(FromMetadata("It was published by *Acta*."))
    assert told.description == (
        "-# From the article's data, not from its text:\nIt was published by \\*Acta\\*."
    )
    assert told.title is None
    for embeds in (True, False):
        assert render.message(ASKED, Remark("Hello!"), 1, embeds) == render.Message("Hello!")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/b", "https://a.example/b"),
        ("http://127.0.0.1:8000/b?c#d", "http://127.0.0.1:8000/b?c#d"),
        ("http://localhost/b", None),
        ("https://[bad", None),
        ("https://a.example:port/b", None),
        (f"https://a.example/{'b' * 1000}", None),
    ],
)
def test_the_title_links_only_where_discord_takes_the_address(url: str, shown: str | None) -> None:
    """An address that Discord would refuse the message for is not the title's."""
    assert embed_of(answered(url=url)).url == shown


def test_a_link_too_long_falls_back_to_the_article() -> None:
    """Where the address of the quote has no room, that of the article stands there."""
    url = f"https://a.example/{'b' * 970}"
    assert str(embed_of(answered(url=url)).description).endswith(f"[¶ 2]({url})")
    longer = f"https://a.example/{'(' * 970}"
    assert str(embed_of(answered(url=longer)).description).endswith("\n¶ 2")


def test_a_masked_link_survives_any_address() -> None:
    """Spaces, brackets and a closing bracket alone do not end the link."""
    description = str(embed_of(answered(url="https://a.example/b (c)/)d>")).description)
    _, applied = read(description)
    links = [words for name, words in applied if name == "link"]
    assert links == [
        "https://a.example/b%20%28c%29/%29d%3E#:~:text=Rome.%20He-,saw%20*all*%20of%20it,-and%20won!"
    ]


def fields(embed: discord.Embed) -> Sequence[tuple[str | None, int]]:
    """Each text of an embed with its limit."""
    return (
        (embed.title, 256),
        (embed.description, 4096),
        (embed.author.name, 256),
        (embed.footer.text, 2048),
        (embed.url, 2048),
    )


def check(outcome: Outcome, question: Question) -> None:
    """Asserts that both messages of an outcome keep all limits and have nothing empty."""
    (embed,) = render.message(question, outcome, 2, embeds=True).embeds
    for text, limit in fields(embed):
        assert text is None or 0 < len(text.strip()) <= len(text) <= limit
    assert embed.description
    assert len(embed) <= 6000
    nobody = {"parse": []}
    body = {"embeds": [embed.to_dict()], "allowed_mentions": nobody}
    content = render.message(question, outcome, 2, embeds=False).content
    assert content is not None
    assert 0 < len(content) <= 2000
    assert message_faults(body) == []
    assert message_faults({"content": content, "allowed_mentions": nobody}) == []


lines = words_and_marks.map(lambda text: " ".join(text.split()))
titles = st.one_of(lines.filter(bool), st.integers(1, 3000).map(lambda n: "**" * n))
urls = st.one_of(
    st.none(),
    lines.map(lambda text: f"https://a.example/{text.replace(' ', '')}"),
    st.integers(1, 3000).map(lambda n: "https://a.example/" + "(" * n),
)


def test_sections_share_the_room_of_plain_content() -> None:
    """Three articles of nothing but marks, with long sections and many pages, are not too much."""
    cited = []
    for number in range(3):
        heading = "*" * 90
        (passage, *_) = passages_of(
            f"{heading}\n{'*' * 3000}",
            **{**CAESAR, "title": "*" * 300, "publisher": "*" * 300},
            id=f"a-{number}",
            headings=((0, 90),),
            pages=(0,) * 1000,
        )
        cited.append(Citation(passage, 1000, 2000))
    check(Answer(tuple(cited), 0.5, agreed=False), Question("*" * 1000))
    check(Topic(tuple(Citation(c.passage, 0, 3000) for c in cited)), Question("*" * 1000))


@given(
    texts=st.lists(article_texts, min_size=1, max_size=5),
    title=titles,
    publisher=st.none() | titles,
    url=urls,
    asked=titles,
    cut=st.floats(0, 0.5),
)
@example(["*" * 9000] * 4, "_" * 900, "|" * 900, "https://a.example/" + "(" * 300, "`" * 999, 0.1)
@example(["1. *"], "**", None, None, "**", 0.5)
@example([HOSTILE[4]] * 3, "t" * 9000, "p" * 9000, "https://a.example/" + "u" * 9000, "q", 0.3)
def test_no_message_is_ever_over_a_limit(
    texts: list[str], title: str, publisher: str | None, url: str | None, asked: str, cut: float
) -> None:
    """Whatever article, title, publisher, address and question are, Discord takes the message."""
    known = {"title": title, "publisher": publisher, "url": url, "published": date(2018, 3, 22)}
    cited = []
    for number, text in enumerate(texts):
        # All of the text is a heading on page 1,000, which is more than there can be.
        places = {"headings": ((0, len(text)),), "pages": (0,) * 1000} if number % 2 else {}
        passage = passages_of(text, **known, **places, id=f"a-{number}")[0]
        skipped = int(len(passage.text) * cut)
        cited.append(Citation(passage, passage.start + skipped, passage.end - skipped // 2))
    question = Question(asked[:1000])
    check(Answer(tuple(cited), 0.5), question)
    check(Abstention(Reason.NOT_SAID, tuple(cited[:3]), 0.5), question)
    check(Summary(tuple(cited[:3])), question)
    check(Topic(tuple(cited[:3])), question)
    check(Names(tuple(cited * 12)[:12]), question)
    check(FromMetadata("\n".join([title] * 12)), question)


@given(article_texts)
def test_no_word_of_an_article_means_anything(text: str) -> None:
    """The quotation, the bold of the quote and our own link are all that Discord interprets."""
    passage = passages_of(text, url="https://a.example/b")[0]
    citation = Citation(passage, passage.start, passage.end)
    _, applied = read(str(embed_of(Answer((citation,), 0.5)).description))
    assert {name for name, _ in applied} <= {"blockQuote", "strong", "link"}
    assert [name for name, _ in applied].count("strong") == 1


@given(st.text(max_size=3000))
def test_a_notice_keeps_the_limit(sentence: str) -> None:
    """A sentence of the bot's own is never too long."""
    assert len(render.notice(f"Sorry: {sentence}").content or "") <= 2000


def test_about_and_privacy_say_what_is_kept(tmp_path: Path) -> None:
    """/about names the build, and says as /privacy does what is kept, for how long, what not."""
    index = index_of(tmp_path, {"text": "One.\n\nTwo."}, {"text": "Three."})
    quiet = Privacy(logs_questions=False, keeps_questions=False, days=90, guild_days=1)
    started = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
    made = int(index.built_at.timestamp())
    lines = str(render.about("1.2.3", index, started, quiet).content).split("\n")
    assert lines == [
        "**Pilcrow 1.2.3** answers questions about articles in the articles' own words.",
        f"Build `{index.name}`, made <t:{made}:f> (<t:{made}:R>): 2 articles, 3 passages.",
        "Started <t:1772366400:R>.",
        "Stored: the articles and their index.",
        "Stored for 90 days, of each 👍 and 👎 and of each question without an answer: when, where "
        "in the article, how sure I was, and what you write under 👎.",
        "Not stored: your questions, your messages, and who asked.",
        "Held in memory for a moment, against floods: who asked, and where.",
        "Noted in the operator's log for each question: "
        "the number that Discord gave it and whether it was answered.",
        "What a server has added and chosen is deleted 1 day after I am removed from it.",
    ]
    assert render.privacy(quiet).content == "\n".join(lines[3:])


@pytest.mark.parametrize(("logs", "keeps"), [(True, False), (False, True), (True, True)])
def test_privacy_says_that_questions_are_kept(logs: bool, keeps: bool) -> None:
    """What the operator keeps of questions is not said to be forgotten."""
    lines = str(render.privacy(Privacy(logs, keeps, days=1, guild_days=30)).content).split("\n")
    assert lines[0] == "Stored: the articles and their index" + (
        ", and in the operator's log the words of each question." if logs else "."
    )
    assert lines[1].startswith("Stored for 1 day, ")
    assert lines[1].endswith(
        "under 👎, and the words of the question." if keeps else "what you write under 👎."
    )
    assert lines[2] == "Not stored: who asked."
