"""What is answered without the reader: an article as a whole, its metadata, a topic, a remark."""

from collections.abc import Collection, Sequence

from bot.answers import (
    Abstention,
    FromMetadata,
    Names,
    Outcome,
    Question,
    Reason,
    Remark,
    Summary,
    Topic,
    whole_passage,
)
from bot.intent import REMARKS, Intent, Kind, intent_of
from bot.names import names
from bot.similar import words_of
from bot.summary import SENTENCES, summary
from bot.wording import REMARK_ON, articles_read, from_metadata, which_article
from index.alike import without_repeats
from index.corpus import Article, Entry
from index.errors import unknown_article
from index.joint import AnyIndex

_PASSAGES = 3
"""How many passages are shown on a topic, at most."""

_NEARLY_AS_GOOD = 0.7
"""The share of the best passage's score that the others on a topic must have; chosen on the
development topics."""

_AT_ONCE = 3
"""Of how many articles a question that names none of them is answered at once, at most."""


def overview(
    question: Question,
    index: AnyIndex,
    relevance: float,
    articles: Collection[str] | None = None,
) -> Outcome | None:
    """What answers a question that is not the reader's; None where it is the reader's.

    Args:
        relevance: the retrieval score from which on a passage is on a topic.
        articles: the ids of the articles to ask; all of them when None.

    Raises:
        UnknownArticle: the index holds no article of one of the ids.
    """
    for article in articles or ():
        if article not in index:
            raise unknown_article(article)
    intent = intent_of(question)
    if intent.kind is Kind.FACT:
        return None
    if intent.kind in REMARKS:
        return Remark(REMARK_ON[intent.kind])
    if intent.kind is Kind.TOPIC:
        return on_topic(intent.subject, index, relevance, articles)
    if intent.kind is Kind.ARTICLES:
        return FromMetadata(articles_read(index.entries_of(articles)))
    return _of_articles(intent, meant(intent.subject, index.entries_of(articles)), index)


def on_topic(
    topic: str, index: AnyIndex, relevance: float, articles: Collection[str] | None = None
) -> Outcome:
    """The passages on a topic, or an abstention where none is relevant enough."""
    hits = index.search(topic, _PASSAGES, articles)
    least = max(relevance, _NEARLY_AS_GOOD * hits[0].score)
    shown = tuple(whole_passage(hit) for hit in hits if hit.score >= least)
    if shown:
        return Topic(shown)
    return Abstention(Reason.NOTHING_RELEVANT, tuple(map(whole_passage, hits)), 0.0)


def meant(subject: str, asked: Sequence[Entry]) -> Sequence[Entry]:
    """The articles whose titles have the most words of a subject; all where none has any."""
    words = set(words_of(subject))
    shared = [len(words & set(words_of(article.title))) for article in asked]
    most = max(shared, default=0)
    return [article for article, count in zip(asked, shared, strict=True) if count == most]


def _of_articles(intent: Intent, entries: Sequence[Entry], index: AnyIndex) -> Outcome:
    several = len(entries) > 1
    if len(entries) > _AT_ONCE or (several and intent.kind is Kind.NAMES):
        return Remark(which_article(entries))
    articles = index.articles_of([entry.id for entry in entries])
    if intent.kind is Kind.NAMES:
        return _names(articles[0])
    if intent.kind is Kind.SUMMARY:
        each = 1 if several else SENTENCES
        sentences = [summary(article, index.encoder, each) for article in articles]
        cited = (citation for each_cited in sentences for citation in each_cited)
        return Summary(tuple(without_repeats(cited, lambda citation: citation.quote)))
    told = [from_metadata(intent.kind, article, several) for article in articles]
    known = [line for line in told if line is not None]
    if known:
        return FromMetadata("\n".join(known))
    return Abstention(Reason.NOT_RECORDED, (), 0.0)


def _names(article: Article) -> Outcome:
    found = names(article)
    return Names(found) if found else Abstention(Reason.NOT_SAID, (), 0.0)
