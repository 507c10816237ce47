"""Words: BM25 over the passages (Robertson et al. 1994), by bm25s, stemmed by Snowball."""

from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from numpy.typing import NDArray

# Every run of letters and digits counts, single digits too: "5" may be what was asked for.
_TOKEN = r"(?u)\b\w+\b"


class Words:
    """The words of a sequence of passages.

    Stop words stay: on the development questions fewer paragraphs came first without them, and
    a list of them would be right for one language only.
    """

    def __init__(self, ranking: bm25s.BM25) -> None:
        self._ranking = ranking

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Words":
        """The words of these texts."""
        ranking = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        vocabulary: dict[str, int] = {}
        ids = [
            [vocabulary.setdefault(token, len(vocabulary)) for token in tokens]
            for tokens in _tokens(texts)
        ]
        ranking.index((ids, vocabulary), show_progress=False)
        return cls(ranking)

    @classmethod
    def load(cls, folder: Path) -> "Words":
        """The words that `save` wrote to a folder."""
        return cls(bm25s.BM25.load(str(folder), load_corpus=False, allow_pickle=False))

    def save(self, folder: Path) -> None:
        """Writes them to a folder, as arrays and JSON."""
        self._ranking.save(str(folder), show_progress=False, allow_pickle=False)

    def scores(self, query: str) -> NDArray[np.float32]:
        """The BM25 score of each text for a query, 0 where they share no word."""
        known = self._ranking.get_tokens_ids(_tokens([query])[0])
        scores: NDArray[np.float32] = self._ranking.get_scores_from_ids(known)
        return scores


def _tokens(texts: Sequence[str]) -> list[list[str]]:
    # A stemmer of its own for each call: PyStemmer's are not safe to share between threads.
    tokens: list[list[str]] = bm25s.tokenize(
        list(texts),
        token_pattern=_TOKEN,
        stopwords=[],
        stemmer=Stemmer.Stemmer("english"),
        return_ids=False,
        show_progress=False,
    )
    return tokens
