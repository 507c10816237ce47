"""JointIndex: several builds searched as one."""

from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from itertools import chain, count, islice
from operator import add
from typing import TypeVar, overload

from index.alike import without_repeats
from index.corpus import Article, Entry, Hit, Passage
from index.errors import unknown_article
from index.search import PassageIndex, Query
from index.text import one_line

_T = TypeVar("_T")


class JointIndex:
    """Builds made with one encoder, searched as if they were one. Safe to use from several threads.

    Hits are comparable: a cosine is one wherever a passage lies, and words are weighed by how rare
    they are in all builds together. Only BM25's mean length of a passage is each build's own.

    Attributes:
        builds: what it is made of, each article under the id that it has here.
        name: the names of the builds, with + between them.
        built_at: when the last of them was built, in UTC.
        articles: those of all builds, in order; each has an id of its own and is read when it is
            asked for.
        encoder: what made their vectors and makes those of queries.
    """

    def __init__(self, builds: Sequence[PassageIndex]) -> None:
        self.builds: Sequence[PassageIndex] = _with_own_ids(builds)
        self.name = "+".join(build.name for build in builds)
        self.built_at: datetime = max(build.built_at for build in builds)
        self.articles: Sequence[Article] = _Joined([build.articles for build in self.builds])
        self.encoder = builds[0].encoder

    def __len__(self) -> int:
        """How many passages there are."""
        return sum(map(len, self.builds))

    def passage(self, row: int) -> Passage:
        """The passage at a place in the order of the index: that of the builds."""
        for build in self.builds[:-1]:
            if row < len(build):
                return build.passage(row)
            row -= len(build)
        return self.builds[-1].passage(row)

    def __contains__(self, article: object) -> bool:
        """Whether one of the builds has an article of that id."""
        return any(article in build for build in self.builds)

    @property
    def vocabulary(self) -> Collection[str]:
        """The words of the articles and of their titles, in lower case, without numbers."""
        return _Words([build.vocabulary for build in self.builds])

    @property
    def entries(self) -> Sequence[Entry]:
        """What is known of each article but its text, in order."""
        return _Joined([build.entries for build in self.builds])

    def articles_of(self, ids: Collection[str] | None) -> Sequence[Article]:
        """The articles of some ids, in order; all of them when None.

        Raises:
            UnknownArticle: no build holds an article of one of the ids.
        """
        held = zip(self.builds, self._scopes(ids), strict=True)
        return _Joined([build.articles_of(scope) for build, scope in held])

    def entries_of(self, ids: Collection[str] | None) -> Sequence[Entry]:
        """The same as `articles_of`, without the texts."""
        held = zip(self.builds, self._scopes(ids), strict=True)
        return _Joined([build.entries_of(scope) for build, scope in held])

    def row(self, passage: Passage) -> int:
        """The place of a passage in the order of the index."""
        before = 0
        for build in self.builds:
            if passage.article.id in build:
                return before + build.row(passage)
            before += len(build)
        raise unknown_article(passage.article.id)

    def place(self, article: Article) -> int:
        """The place of an article in the order of the index."""
        before = 0
        for build in self.builds:
            if article.id in build:
                return before + build.place(article)
            before += len(build.articles)
        raise unknown_article(article.id)

    def search(self, query: str, k: int = 10, articles: Collection[str] | None = None) -> list[Hit]:
        """The k best passages for a query, best first; as `PassageIndex.search` has it.

        Raises:
            UnknownArticle: no build holds an article of one of the ids.
        """
        text = one_line(query)
        rarity = reduce(add, (build.rarity(text) for build in self.builds))
        asked = Query(text, self.encoder.embed([text]), rarity)
        hits = [
            hit
            for build, scope in zip(self.builds, self._scopes(articles), strict=True)
            if scope is None or scope
            for hit in build.hits(asked, k, scope)
        ]
        ordered = sorted(hits, key=lambda hit: hit.score, reverse=True)
        # One build does not know what another one says, too.
        best = islice(without_repeats(ordered, lambda hit: hit.passage.text), k)
        return [replace(hit, rank=rank) for rank, hit in enumerate(best, 1)]

    def _scopes(self, articles: Collection[str] | None) -> list[list[str] | None]:
        """Of the articles to search, those of each build; None for all."""
        if articles is None:
            return [None] * len(self.builds)
        for article in articles:
            if article not in self:
                raise unknown_article(article)
        return [[article for article in articles if article in build] for build in self.builds]


class _Joined(Sequence[_T]):
    """Sequences one after the other, none of which is copied."""

    def __init__(self, parts: Sequence[Sequence[_T]]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    @overload
    def __getitem__(self, place: int) -> _T: ...
    @overload
    def __getitem__(self, place: slice) -> list[_T]: ...
    def __getitem__(self, place: int | slice) -> _T | list[_T]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        for part in self._parts[:-1]:
            if place < len(part):
                return part[place]
            place -= len(part)
        return self._parts[-1][place]

    def __iter__(self) -> Iterator[_T]:
        return chain.from_iterable(self._parts)


AnyIndex = PassageIndex | JointIndex
"""What a question can be asked of."""


class _Words(Collection[str]):
    """Several sets of words as one, in which some may come more than once."""

    def __init__(self, parts: Sequence[frozenset[str]]) -> None:
        self._parts = parts

    def __contains__(self, word: object) -> bool:
        return any(word in part for part in self._parts)

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._parts)

    def __len__(self) -> int:
        return sum(map(len, self._parts))


def _with_own_ids(builds: Sequence[PassageIndex]) -> list[PassageIndex]:
    """The builds, with another id for each article whose id an earlier build has too."""
    distinct: list[PassageIndex] = []
    for build in builds:
        called: dict[int, str] = {}
        for place, entry in enumerate(build.entries if distinct else ()):
            if any(entry.id in earlier for earlier in distinct):
                taken: list[Container[str]] = [*distinct, build, called.values()]
                called[place] = _free(entry.id, taken)
        distinct.append(build.with_ids(called) if called else build)
    return distinct


def _free(wanted: str, taken: Sequence[Container[str]]) -> str:
    """The first of "id (2)", "id (3)", … that nobody has."""
    numbered = (f"{wanted} ({number})" for number in count(2))
    return next(one for one in numbered if not any(one in ids for ids in taken))
