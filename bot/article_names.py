"""Articles by what people type: titles completed, with typing errors, and one of them found."""

import hashlib
import re
from collections.abc import Collection, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.process import cdist
from rapidfuzz.utils import default_process

from index.corpus import Article, Entry
from index.errors import UnknownArticle

_A = TypeVar("_A", Article, Entry)

MOST_CHOICES = 25
LONGEST_CHOICE = 100
"""Discord's limits of what it shows while somebody types."""

_LONGEST_TYPED = 100
"""Characters of what is typed that are looked at."""

_MOST_WORDS = 12

# What Discord hands back just as it was given: no white space at its ends, no line ends.
_HANDED_BACK = re.compile(r"\S(?:.{0,98}\S)?")
_LIKE = 80
"""Out of 100, how like a title something typed has to be at least to be taken for it."""

_CLEAR = 10
"""And how much more than any other title."""


def choices(
    typed: str, articles: Sequence[_A], first: Collection[str] = ()
) -> list[tuple[str, str]]:
    """(title, value) of the articles that may be meant, best first, as many as Discord shows.

    Args:
        typed: what was typed so far; all articles may be meant by nothing.
        articles: all there are.
        first: the ids of those that come first among equals.
    """
    ordered = sorted(articles, key=lambda article: article.id not in first)
    scores = _likeness(typed, ordered)
    best = np.argsort(-scores, kind="stable")[:MOST_CHOICES]
    return [(clipped(ordered[place].title), value_of(ordered[place].id)) for place in best]


def find(text: str, articles: Sequence[_A]) -> _A:
    """The article that is meant by a value of `choices`, its title, or most of it.

    Raises:
        UnknownArticle: none is, or more than one might be.
    """
    for article in articles:
        if value_of(article.id) == text:
            return article
    named = [article for article in articles if article.title.casefold() == text.casefold()]
    if len(named) == 1:
        return named[0]
    scores = _likeness(text, articles)
    if len(scores):
        best = int(np.argmax(scores))
        others = np.delete(scores, best)
        if scores[best] >= max(_LIKE, others.max(initial=0) + _CLEAR):
            return articles[best]
    raise UnknownArticle(
        f"No article here is clearly “{text}”: choose one of those that are shown while you type."
    )


def value_of(article: str) -> str:
    """What stands for an article's id in a choice: the id, or a digest where it may not be."""
    if _HANDED_BACK.fullmatch(article):
        return article
    return hashlib.sha256(article.encode("utf-8", "replace")).hexdigest()


def clipped(title: str) -> str:
    """A title as a choice shows it."""
    return title if len(title) <= LONGEST_CHOICE else title[: LONGEST_CHOICE - 1] + "…"


def _likeness(typed: str, articles: Sequence[_A]) -> NDArray[np.float32]:
    """How like each title is to what was typed, 0 to 101.

    100 is for a title that has all of it, or each of its words, somewhere; the last point is for
    how much of the title that is.
    """
    asked = default_process(typed[:_LONGEST_TYPED])
    if not asked or not articles:
        return np.zeros(len(articles), dtype=np.float32)
    titles = [default_process(article.title) for article in articles]
    together = cdist([asked], titles, scorer=fuzz.partial_ratio)[0]
    by_word = cdist(asked.split()[:_MOST_WORDS], titles, scorer=fuzz.partial_ratio).mean(axis=0)
    whole = cdist([asked], titles, scorer=fuzz.ratio)[0]
    return np.asarray(np.maximum(together, by_word) + whole / 100, dtype=np.float32)
