"""What terminal and Discord say in the same words."""

from collections.abc import Sequence
from datetime import date

from bot.answers import (
    Abstention,
    Answer,
    Citation,
    FromMetadata,
    Names,
    Outcome,
    Remark,
    Summary,
    Topic,
)
from bot.intent import Kind
from index.corpus import Article, Entry
from index.text import count

SEVERAL_ANSWERS = "The article says more than one thing:"
SEVERAL_ARTICLES = "The articles do not say the same:"
NOT_AN_ANSWER = "The closest passage, not an answer:"
SUMMED_UP = "In the article's own sentences:"
NAMED = "Named in the article, most often first:"
ON_TOPIC = "What I have read on that:"
METADATA = "From the article's data, not from its text:"
NEXT_PASSAGES = "The passages that come next, not an answer:"

REMARK_ON = {
    Kind.GREETING: "Hello! Ask me about the articles I have read: I answer in their own words.",
    Kind.THANKS: "You are welcome.",
    Kind.HELP: (
        "Ask me something about the articles I have read, such as “who shot Masood?” or “what is "
        "this about?”: I quote the words that answer, and say so where the articles do not."
    ),
    Kind.IDENTITY: "I am Pilcrow, a bot that answers questions about articles in their own words.",
    Kind.PRAISE: "I am here if there is something else to look up.",
    Kind.FAREWELL: "Goodbye!",
    Kind.DOUBT: (
        "I only quote what is written, and may have taken the wrong words: look at what stands "
        "around them."
    ),
}

_MOST_TITLES = 10
"""How many titles are listed, at most."""


def several_answers(citations: Sequence[Citation]) -> str:
    """The heading of quotes that do not say the same, of one article or of several."""
    articles = {citation.article.id for citation in citations}
    return SEVERAL_ANSWERS if len(articles) == 1 else SEVERAL_ARTICLES


def no_answer(articles: int) -> str:
    """The sentence of an abstention, when so many articles were asked."""
    return "The article does not say." if articles == 1 else "What I have read does not say."


def heading_of(outcome: Summary | Topic) -> str:
    """The line above sentences or passages that are no answer to one question."""
    return SUMMED_UP if isinstance(outcome, Summary) else ON_TOPIC


def words_shown(outcome: Outcome) -> str | None:
    """The words that an outcome gives for an answer; None for an abstention."""
    if isinstance(outcome, Abstention):
        return None
    if isinstance(outcome, FromMetadata | Remark):
        return outcome.text
    if isinstance(outcome, Answer):
        return outcome.citations[0].quote
    separator = ", " if isinstance(outcome, Names) else " "
    return separator.join(citation.quote for citation in outcome.citations)


def place_of(paragraph: int, page: int | None) -> str:
    """The number of a paragraph and, if there are pages, of its page: "¶ 12, p. 4"."""
    return f"¶ {paragraph}" if page is None else f"¶ {paragraph}, p. {page}"


def imprint(article: Article | Entry) -> str:
    """The publisher and the day of publication, as far as they are known; else nothing."""
    written = _day(article.published) if article.published else None
    return " · ".join(part for part in (article.publisher, written) if part)


def articles_read(articles: Sequence[Entry]) -> str:
    """Which articles can be asked, by their titles, as many as fit in a message."""
    titles = [f"“{article.title}”" for article in articles[:_MOST_TITLES]]
    more = len(articles) - len(titles)
    heading = f"I have read {count(len(articles), 'article')}:"
    return "\n".join([heading, *titles, *([f"… and {more:,} more."] if more else [])])


def which_article(articles: Sequence[Entry]) -> str:
    """The question which of several articles is meant."""
    return (
        f"I have read {count(len(articles), 'article')}: name the one you mean by words of its "
        f"title, such as “{articles[0].title}”."
    )


def from_metadata(wanted: Kind, article: Article, several: bool) -> str | None:
    """The sentence that tells what is wanted of an article's metadata; None if it is not known.

    Args:
        several: whether other articles are told of beside it, so that it says which one it is of.
    """
    told = _told(wanted, article)
    return f"“{article.title}”: {told}" if several and told is not None else told


def _told(wanted: Kind, article: Article) -> str | None:
    if wanted is Kind.TITLE:
        return f"The title is “{article.title}”."
    if wanted is Kind.LENGTH:
        words = count(len(article.text.split()), "word")
        return f"It has {count(len(article.paragraphs), 'paragraph')} and {words}."
    if wanted is Kind.LINK:
        return f"It is at {article.url}" if article.url else None
    if wanted is Kind.PUBLISHED:
        day = article.published
        return f"It was published on {_day(day)}." if day else None
    if article.publisher is None:
        return None
    author = " Who wrote it is not recorded." if wanted is Kind.AUTHOR else ""
    return f"It was published by {article.publisher}.{author}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
