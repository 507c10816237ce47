"""PassageIndex: a query -> the passages that match it best, by meaning and by words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index import store
from index.corpus import Article, Hit, Passage
from index.encoder import Encoder, Vectors
from index.errors import WrongEncoder, unknown_article
from index.text import one_line
from index.words import WORD_OF_LETTERS, Rarity, Words

WEIGHT_OF_WORDS = 0.04
"""What one point of BM25 is worth in cosine; chosen on the development questions."""

_DEPTH = 200
"""How many passages each of the two searches gives to the fusion, at least."""

_DEEPER = 4
"""How many times as many they give where too many of them say the same."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for.

    Attributes:
        text: on one line.
        vector: of the text, of shape (1, dimensions).
        rarity: of its words; as they are in the index that is searched when None.
    """

    text: str
    vector: Vectors
    rarity: Rarity | None = None


class PassageIndex:
    """One build, opened for searching. Safe to use from several threads.

    Attributes:
        name: the build's name.
        built_at: when it was built, in UTC.
        manifest: what the build says of itself.
        articles: its articles, in order.
        encoder: what made its vectors and makes those of queries.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - a build has as many parts
        self,
        name: str,
        built_at: datetime,
        manifest: store.Manifest,
        articles: Sequence[Article],
        rows: NDArray[np.int64],
        likeness: NDArray[np.int32],
        vectors: faiss.Index,
        words: Words,
        encoder: Encoder,
    ) -> None:
        self.name = name
        self.built_at = built_at
        self.manifest = manifest
        self.articles = articles
        self.encoder = encoder
        self._rows = rows
        self._likeness = likeness
        self._vectors = vectors
        self._words = words
        self._places = {article.id: place for place, article in enumerate(articles)}

    def __len__(self) -> int:
        """How many passages there are."""
        return len(self._rows)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words of the articles and of their titles, in lower case, without numbers."""
        texts = (part for article in self.articles for part in (article.title, article.text))
        return frozenset(word.lower() for text in texts for word in WORD_OF_LETTERS.findall(text))

    def passage(self, row: int) -> Passage:
        """The passage at a place in the order of the index."""
        place, paragraph, start, end = (int(value) for value in self._rows[row])
        return Passage(self.articles[place], paragraph, start, end)

    def articles_of(self, ids: Collection[str] | None) -> list[Article]:
        """The articles of some ids, in order; all of them when None.

        Raises:
            UnknownArticle: the index holds no article of one of the ids.
        """
        if ids is None:
            return list(self.articles)
        for article in ids:
            if article not in self._places:
                raise unknown_article(article)
        return [self.articles[place] for place in sorted({self._places[one] for one in ids})]

    def row(self, passage: Passage) -> int:
        """The place of a passage of this build in the order of the index."""
        wanted = (self.place(passage.article), passage.paragraph, passage.start, passage.end)
        return int(np.flatnonzero((self._rows == wanted).all(axis=1))[0])

    def holds(self, article: Article) -> bool:
        """Whether this build has an article of that id."""
        return article.id in self._places

    def place(self, article: Article) -> int:
        """The place of an article of this build in the order of the index."""
        return self._places[article.id]

    def search(self, query: str, k: int = 10, articles: Collection[str] | None = None) -> list[Hit]:
        """The k best passages for a query, best first; fewer where there are fewer.

        Two searches, by vectors (exact inner product, FAISS) and by words (BM25), each give their
        best candidates; `fuse` orders the union. Of equal passages the earlier comes first, and
        of those that say nearly the same only the best is a hit.

        Args:
            query: any text.
            k: how many hits, at least 1.
            articles: the ids of the articles to search; all of them when None.

        Raises:
            UnknownArticle: the index holds no article of one of the ids.
        """
        text = one_line(query)
        return self.hits(Query(text, self.encoder.embed([text])), k, articles)

    def hits(self, query: Query, k: int, articles: Collection[str] | None) -> list[Hit]:
        """What `search` finds, for a query that is embedded already."""
        allowed = self._rows_of(articles)
        depth = min(max(k, _DEPTH), len(allowed))
        found = self._best(query, depth, allowed)
        # Where hundreds say the same, what says something else lies deeper.
        while len(found) < k and depth < len(allowed):
            depth = min(_DEEPER * depth, len(allowed))
            found = self._best(query, depth, allowed)
        return found[:k]

    def _best(self, query: Query, depth: int, allowed: NDArray[np.int64]) -> list[Hit]:
        """The best of so many passages of each search, no two of which say nearly the same."""
        bm25 = self._words.scores(query.text, query.rarity)
        by_meaning = self._nearest(query.vector, depth, allowed)
        by_words = allowed[np.argsort(-bm25[allowed], kind="stable")[:depth]]
        rows = np.union1d(by_meaning, by_words)
        # In double precision, or equal vectors get unequal products by where BLAS puts them.
        products = self._vectors.reconstruct_batch(rows).astype(np.float64) @ query.vector[0]
        cosine = products.astype(np.float32)
        scores = fuse(cosine, bm25[rows])
        return [
            Hit(self.passage(rows[i]), float(scores[i]), float(cosine[i]), float(bm25[rows[i]]))
            for i in self._without_repeats(rows, np.argsort(-scores, kind="stable"))
        ]

    def rarity(self, query: str) -> Rarity:
        """How rare the words of a query are in the passages."""
        return self._words.rarity(query)

    def with_ids(self, ids: Sequence[str]) -> "PassageIndex":
        """The same build, its articles called by other ids; only their records are copied."""
        called = [replace(article, id=one) for article, one in zip(self.articles, ids, strict=True)]
        parts = self._rows, self._likeness, self._vectors, self._words, self.encoder
        return PassageIndex(self.name, self.built_at, self.manifest, called, *parts)

    def _nearest(self, vector: Vectors, k: int, allowed: NDArray[np.int64]) -> NDArray[np.int64]:
        # FAISS adds the keyword at run time, where its stubs do not see it.
        inside = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
        _, rows = self._vectors.search(vector, k, params=inside)
        # FAISS pads a short result with -1.
        return np.asarray(rows[0][rows[0] >= 0], dtype=np.int64)

    def _without_repeats(
        self, rows: NDArray[np.int64], order: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """The places of rows in an order, of those that say nearly the same the first alone."""
        _, first = np.unique(self._likeness[rows[order]], return_index=True)
        return order[np.sort(first)]

    def _rows_of(self, articles: Collection[str] | None) -> NDArray[np.int64]:
        """The rows of the passages of some articles, in order."""
        if articles is None:
            return np.arange(len(self), dtype=np.int64)
        places = [self._places[article.id] for article in self.articles_of(articles)]
        return np.flatnonzero(np.isin(self._rows[:, 0], places))


def fuse(cosine: NDArray[np.float32], bm25: NDArray[np.float32]) -> NDArray[np.float32]:
    """One score from two: a weighted sum (Bruch, Gai and Ingber 2023, convex combination).

    Chosen over reciprocal rank fusion (Cormack et al. 2009) on the development questions.
    """
    return np.asarray(cosine + WEIGHT_OF_WORDS * bm25, dtype=np.float32)


def open_index(folder: Path, encoder: Encoder, name: str | None = None) -> PassageIndex:
    """A build of an index folder, verified: the current one, or that of a name.

    Raises:
        NoIndex: there is none.
        DamagedIndex: its files are not what its manifest says.
        WrongEncoder: it was built with another encoder.
    """
    name = name or store.current_build(folder)
    build = folder / name
    manifest = store.verified_manifest(build)
    if manifest.encoder_sha256 != encoder.fingerprint:
        raise WrongEncoder(wrong_encoder(folder, manifest, encoder))
    return PassageIndex(
        name=name,
        built_at=store.built_at(folder, name),
        manifest=manifest,
        articles=store.load_articles(build),
        rows=store.load_passages(build),
        likeness=store.load_likeness(build),
        vectors=store.load_vectors(build),
        words=store.load_words(build),
        encoder=encoder,
    )


def wrong_encoder(folder: Path, manifest: store.Manifest, encoder: Encoder) -> str:
    """The sentence for an index and an encoder that do not belong together."""
    return (
        f"The index in {folder} was built with the model {manifest.encoder} "
        f"({manifest.encoder_sha256[:12]}), and the one that is set is {encoder.name} "
        f"({encoder.fingerprint[:12]}): run `pilcrow build` to rebuild it with {encoder.name}, "
        "or set PILCROW_MODEL to the model that it was built with."
    )
