"""Which kind of question it is: what is told apart, and what stays the reader's."""

import pytest

from bot.answers import Question, Turn
from bot.intent import METADATA, REMARKS, Intent, Kind, intent_of

AFTER = (Turn("which book did she write", "Persuasion"),)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What is this about?", Kind.SUMMARY),
        ("sumarise the artcle pls", Kind.SUMMARY),
        ("hey, can you give me a quick summary of this story", Kind.SUMMARY),
        ("TL;DR", Kind.SUMMARY),
        ("whos mentioned", Kind.NAMES),
        ("which companies are mentioned in the article?", Kind.NAMES),
        ("wen was it publishd", Kind.PUBLISHED),
        ("What year is this from?", Kind.PUBLISHED),
        ("which newspaper published this", Kind.PUBLISHER),
        ("who wrote this article", Kind.AUTHOR),
        ("what’s the title of the article", Kind.TITLE),
        ("can i have the link please", Kind.LINK),
        ("how long is this article", Kind.LENGTH),
        ("what articles do you know?", Kind.ARTICLES),
        ("hi there!", Kind.GREETING),
        ("ok thx a lot", Kind.THANKS),
        ("what can you do?", Kind.HELP),
        ("are you a bot", Kind.IDENTITY),
        ("lol", Kind.PRAISE),
        ("see ya later", Kind.FAREWELL),
        ("are you sure?", Kind.DOUBT),
        ("that's wrong", Kind.DOUBT),
        ("what is the article's title?", Kind.TITLE),
        ("whats the article's date", Kind.PUBLISHED),
    ],
)
def test_what_is_not_the_readers(question: str, kind: Kind) -> None:
    """A question about an article as a whole, or none at all, is told as people type it."""
    assert intent_of(Question(question)) == Intent(kind)


@pytest.mark.parametrize(
    "question",
    [
        "what is the service about?",
        "when was the book published?",
        "who is mentioned in the tweet?",
        "who wrote the note",
        "what is the title of the bill",
        "tell me who shot Masood",
        "is there anything about who attended",
        "does it mention how many died",
        "tell me about him",
        "hi, who shot Masood?",
        "what are the main points of the plan",
        "how do you get to Westminster",
        "help for the victims?",
        "thanks to whom was he saved",
        "?",
    ],
)
def test_a_factual_question_is_the_readers(question: str) -> None:
    """What asks for a fact, or might, is never taken for anything else."""
    assert intent_of(Question(question)) == Intent(Kind.FACT)


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("is there anything on the service?", "the service"),
        ("anything about flowers in the article", "flowers"),
        ("Tell me about Theresa May's wreath!", "theresa may wreath"),
        ("does the article say anything on the tube station", "the tube station"),
        ("is there anything in the article about Keith Palmer", "keith palmer"),
        ("is Comey's book mentioned?", "comey book"),
    ],
)
def test_a_topic_keeps_its_words(question: str, subject: str) -> None:
    """The words of a topic are those that are left when the question around them is gone."""
    assert intent_of(Question(question)) == Intent(Kind.TOPIC, subject)


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("what is the article on the travel ban about?", "the travel ban"),
        ("summarise the rohingya article", "rohingya"),
        ("who is mentioned in the article about drones", "drones"),
        ("when was the wedding cake article published", "wedding cake"),
    ],
)
def test_an_article_that_is_named(question: str, subject: str) -> None:
    """The words that say which article is meant are kept."""
    intent = intent_of(Question(question))
    assert intent.kind in (Kind.SUMMARY, Kind.NAMES, Kind.PUBLISHED)
    assert intent.subject == subject


@pytest.mark.parametrize("question", ["when was it published?", "what is it about", "who wrote it"])
def test_it_may_be_anything_after_another_turn(question: str) -> None:
    """A follow-up with "it" is about what was talked about, and the same words alone are not."""
    assert intent_of(Question(question, AFTER)) == Intent(Kind.FACT)
    assert intent_of(Question(question)).kind is not Kind.FACT


@pytest.mark.parametrize("question", ["summarise it", "thanks", "when was this article published"])
def test_what_is_plain_stays_plain_after_another_turn(question: str) -> None:
    """A follow-up that cannot mean anything else is told as well."""
    assert intent_of(Question(question, AFTER)) == intent_of(Question(question))
    assert intent_of(Question(question, AFTER)).kind is not Kind.FACT


def test_every_kind_is_of_one_group() -> None:
    """Metadata and remarks share no kind, and what is left is read, cited or shown."""
    assert set() == METADATA & REMARKS
    assert set(Kind) - METADATA - REMARKS == {Kind.FACT, Kind.SUMMARY, Kind.NAMES, Kind.TOPIC}
