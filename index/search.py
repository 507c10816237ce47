"""PassageIndex: a query -> the passages that match it best, by meaning and by words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import store
from index.articles import Articles
from index.corpus import Article, Entry, Hit, Passage
from index.encoder import Encoder, Vectors
from index.errors import WrongEncoder, unknown_article
from index.nearest import DEPTH, Nearest
from index.text import one_line
from index.words import Rarity, Words

WEIGHT_OF_WORDS = 0.04
"""What one point of BM25 is worth in cosine; chosen on the development questions."""

_DEEPER = 4
"""How many times as many candidates each of the two searches gives where too many of them say the
same."""


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
        articles: its articles, in order, read when they are asked for.
        encoder: what made its vectors and makes those of queries.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - a build has as many parts
        self,
        name: str,
        built_at: datetime,
        manifest: store.Manifest,
        articles: Articles,
        rows: NDArray[np.int64],
        likeness: NDArray[np.int32],
        vectors: Nearest,
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

    def __len__(self) -> int:
        """How many passages there are."""
        return len(self._rows)

    def __contains__(self, article: object) -> bool:
        """Whether this build has an article of that id."""
        return isinstance(article, str) and self.articles.place(article) is not None

    @property
    def vocabulary(self) -> frozenset[str]:
        """The words of the articles and of their titles, in lower case, without numbers."""
        return self.articles.vocabulary

    @property
    def entries(self) -> Sequence[Entry]:
        """What is known of each article but its text, in order."""
        return self.articles.entries

    def passage(self, row: int) -> Passage:
        """The passage at a place in the order of the index."""
        place, paragraph, start, end = (int(value) for value in self._rows[row])
        return Passage(self.articles[place], paragraph, start, end)

    def articles_of(self, ids: Collection[str] | None) -> Sequence[Article]:
        """The articles of some ids, in order; all of them when None.

        Raises:
            UnknownArticle: the index holds no article of one of the ids.
        """
        if ids is None:
            return self.articles
        return [self.articles[place] for place in self._places_of(ids)]

    def entries_of(self, ids: Collection[str] | None) -> Sequence[Entry]:
        """The same as `articles_of`, without the texts."""
        if ids is None:
            return self.entries
        return [self.entries[place] for place in self._places_of(ids)]

    def row(self, passage: Passage) -> int:
        """The place of a passage of this build in the order of the index."""
        place = self.place(passage.article)
        own = self.articles.rows(place)
        wanted = (place, passage.paragraph, passage.start, passage.end)
        same = (self._rows[own.start : own.stop] == wanted).all(axis=1)
        return own[int(np.flatnonzero(same)[0])]

    def place(self, article: Article) -> int:
        """The place of an article of this build in the order of the index."""
        place = self.articles.place(article.id)
        if place is None:
            raise unknown_article(article.id)
        return place

    def search(self, query: str, k: int = 10, articles: Collection[str] | None = None) -> list[Hit]:
        """The k best passages for a query, best first; fewer where there are fewer.

        Two searches, by vectors (inner product, FAISS) and by words (BM25), each give their best
        candidates; `fuse` orders the union. Of equal passages the earlier comes first, and of those
        that say nearly the same only the best is a hit.

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
        allowed = None if articles is None else self._rows_of(articles)
        most = len(self) if allowed is None else len(allowed)
        depth = min(max(k, DEPTH), most)
        found = self._best(query, k, depth, allowed)
        # Where hundreds say the same, what says something else lies deeper.
        while len(found) < k and depth < most:
            depth = min(_DEEPER * depth, most)
            found = self._best(query, k, depth, allowed)
        return found

    def _best(
        self, query: Query, k: int, depth: int, allowed: NDArray[np.int64] | None
    ) -> list[Hit]:
        """The k best of so many passages of each search, no two of which say nearly the same."""
        by_meaning = self._vectors.nearest(query.vector, depth, allowed)
        inside = None
        if allowed is not None:
            inside = np.zeros(len(self), dtype=np.bool_)
            inside[allowed] = True
        by_words = self._words.best(query.text, depth, query.rarity, inside)
        rows = np.union1d(by_meaning, by_words)
        cosine = self._vectors.cosines(query.vector, rows)
        bm25 = self._words.scores(query.text, query.rarity, rows)
        scores = fuse(cosine, bm25)
        best = self._without_repeats(rows, np.argsort(-scores, kind="stable"))[:k]
        return [
            Hit(self.passage(rows[i]), float(scores[i]), float(cosine[i]), float(bm25[i]), rank)
            for rank, i in enumerate(best, 1)
        ]

    def rarity(self, query: str) -> Rarity:
        """How rare the words of a query are in the passages."""
        return self._words.rarity(query)

    def with_ids(self, called: Mapping[int, str]) -> "PassageIndex":
        """The same build, with another id for the articles at some places."""
        parts = self._rows, self._likeness, self._vectors, self._words, self.encoder
        articles = self.articles.with_ids(called)
        return PassageIndex(self.name, self.built_at, self.manifest, articles, *parts)

    def _places_of(self, ids: Collection[str]) -> list[int]:
        """The places of the articles of some ids, in order."""
        places = {article: self.articles.place(article) for article in ids}
        for article, place in places.items():
            if place is None:
                raise unknown_article(article)
        return sorted({place for place in places.values() if place is not None})

    def _without_repeats(
        self, rows: NDArray[np.int64], order: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """The places of rows in an order, of those that say nearly the same the first alone."""
        _, first = np.unique(self._likeness[rows[order]], return_index=True)
        return order[np.sort(first)]

    def _rows_of(self, articles: Collection[str]) -> NDArray[np.int64]:
        """The rows of the passages of some articles, in order."""
        spans = [self.articles.rows(place) for place in self._places_of(articles)]
        return np.concatenate([np.arange(span.start, span.stop) for span in spans])


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
        vectors=store.load_vectors(build, manifest.approximation),
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
