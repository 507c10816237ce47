"""The sentences that sum an article up: LexRank (Erkan and Radev 2004) that prefers its head."""

from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from bot.answers import Citation
from index.alike import without_repeats
from index.corpus import PARAGRAPH_BREAK, Article
from index.encoder import Encoder, Vectors
from index.split import sentences, split

SENTENCES = 3
"""How many sentences sum an article up, at most."""

_RANKED = 200
"""How many sentences, from the first, can be chosen: a summary must not take seconds."""

DAMPING = 0.5
"""How much of a sentence's rank comes from the others and not from its place; chosen on the
development articles."""

_ROUNDS = 50


def summary(article: Article, encoder: Encoder, most: int = SENTENCES) -> tuple[Citation, ...]:
    """The sentences that sum an article up, at most so many, in the order of the text."""
    cited = first_sentences(article)
    vectors = encoder.embed([citation.quote for citation in cited])
    return chosen(cited, ranks(cited, vectors), most)


def chosen(
    cited: Sequence[Citation], rank: NDArray[np.float64], most: int = SENTENCES
) -> tuple[Citation, ...]:
    """The best of the sentences by rank, those that open a paragraph first, in their order.

    Of sentences that say nearly the same only the best can be one of them.
    """
    # What opens a paragraph stands by itself, and what somebody said is what they think.
    best = sorted(range(len(cited)), key=lambda place: (not _opens(cited[place]), -rank[place]))
    new = without_repeats(best, lambda place: cited[place].quote)
    return tuple(cited[place] for place in sorted(islice(new, most)))


def first_sentences(article: Article) -> list[Citation]:
    """The sentences of an article, from the first, as many as can be chosen; no headings."""
    cited: list[Citation] = []
    for passage in split(article):
        spans = sentences(article.text, passage.start, passage.end)
        cited += [Citation(passage, start, end) for start, end in spans]
        if len(cited) >= _RANKED:
            break
    below = [citation for citation in cited if not article.is_heading_at(citation.start)]
    return (below or cited)[:_RANKED]


def ranks(
    cited: Sequence[Citation], vectors: Vectors, damping: float = DAMPING
) -> NDArray[np.float64]:
    """What each sentence is worth to the summary of its article; all together 1.

    Continuous LexRank is the PageRank of sentences that recommend each other by their cosine. Where
    the walk starts anew it prefers the head of the article, as biased LexRank does its query
    (Otterbacher, Erkan and Radev 2005), for news puts first what matters most.

    Args:
        cited: the sentences of one article, in order; at least one.
        vectors: their vectors, a row each, of length 1.
        damping: what comes from the other sentences; 1 is LexRank by itself, 0 the place alone.
    """
    exact = vectors.astype(np.float64)
    likeness = np.clip(exact @ exact.T, 0, None)
    recommends = likeness / likeness.sum(axis=1, keepdims=True)
    head = 1 / np.array([citation.paragraph for citation in cited], dtype=np.float64)
    head /= head.sum()
    rank = head
    for _ in range(_ROUNDS):
        rank = (1 - damping) * head + damping * rank @ recommends
    return np.asarray(rank, dtype=np.float64)


def _opens(citation: Citation) -> bool:
    """Whether a sentence opens its paragraph, below its headings, and not with a quotation."""
    article, start = citation.article, citation.start
    before = article.text[max(0, start - len(PARAGRAPH_BREAK)) : start]
    opens = before in ("", PARAGRAPH_BREAK) or article.is_heading_at(start - len("\n") - 1)
    return opens and citation.quote[0] not in "\"'“‘«—"
