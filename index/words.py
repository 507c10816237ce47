"""Words: BM25 over the passages (Robertson et al. 1994), by bm25s, stemmed by Snowball."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from numpy.typing import NDArray

# Every run of letters and digits counts, single digits too: "5" may be what was asked for.
_TOKEN = r"(?u)\b\w+\b"
WORD_OF_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
"""A word without digits, with what follows its apostrophe."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """In how many texts of how many each word of a query is; a rare word is worth more.

    Attributes:
        texts: how many there are.
        holders: for each word of the query, in order, how many texts have it.
    """

    texts: int
    holders: tuple[int, ...]

    def __add__(self, other: "Rarity") -> "Rarity":
        """That of the same query in the texts of both."""
        holders = map(sum, zip(self.holders, other.holders, strict=True))
        return Rarity(self.texts + other.texts, tuple(holders))

    @property
    def weights(self) -> list[float]:
        """The inverse document frequency of each word, as Lucene has it."""
        return [math.log(1 + (self.texts - n + 0.5) / (n + 0.5)) for n in self.holders]


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

    def rarity(self, query: str) -> Rarity:
        """How rare the words of a query are in these texts."""
        scores = self._ranking.scores
        # A column for each word, with an entry for each text that has it.
        holders = np.diff(scores["indptr"])
        known = self._ranking.vocab_dict
        tokens = _tokens([query])[0]
        found = (int(holders[known[token]]) if token in known else 0 for token in tokens)
        return Rarity(int(scores["num_docs"]), tuple(found))

    def scores(self, query: str, rarity: Rarity | None = None) -> NDArray[np.float32]:
        """The BM25 score of each text for a query, 0 where they share no word.

        Args:
            query: any text.
            rarity: of its words in more texts than these, whose scores are to be comparable; only
                the mean length of a text remains that of these.
        """
        if rarity is None:
            known = self._ranking.get_tokens_ids(_tokens([query])[0])
            return np.asarray(self._ranking.get_scores_from_ids(known), dtype=np.float32)
        own = self.rarity(query)
        scores = np.zeros(own.texts, dtype=np.float32)
        weights = zip(_tokens([query])[0], rarity.weights, own.weights, strict=True)
        for token, weight, own_weight in weights:
            for known in self._ranking.get_tokens_ids([token]):
                scores += self._ranking.get_scores_from_ids([known]) * (weight / own_weight)
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
