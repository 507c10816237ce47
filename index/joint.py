"""JointIndex: several builds searched as one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cached_property, reduce
from itertools import islice
from operator import add

from index.alike import without_repeats
from index.corpus import Article, Hit, Passage
from index.errors import unknown_article
from index.search import PassageIndex, Query
from index.text import one_line


class JointIndex:
    """Builds made with one encoder, searched as if they were one. Safe to use from several threads.

    Hits are comparable: a cosine is one wherever a passage lies, and words are weighed by how rare
    they are in all builds together. Only BM25's mean length of a passage is each build's own.

    Attributes:
        builds: what it is made of, each article under the id that it has here.
        name: the names of the builds, with + between them.
        built_at: when the last of them was built, in UTC.
        articles: those of all builds, in order; each has an id of its own.
        encoder: what made their vectors and makes those of queries.
    """

    def __init__(self, builds: Sequence[PassageIndex]) -> None:
        self.builds: Sequence[PassageIndex] = _with_own_ids(builds)
        self.name = "+".join(build.name for build in builds)
        self.built_at: datetime = max(build.built_at for build in builds)
        self.articles = [article for build in self.builds for article in build.articles]
        self.encoder = builds[0].encoder
        self._places = {article.id: place for place, article in enumerate(self.articles)}

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

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words of the articles and of their titles, in lower case, without numbers."""
        return frozenset().union(*(build.vocabulary for build in self.builds))

    def articles_of(self, ids: Collection[str] | None) -> list[Article]:
        """The articles of some ids, in order; all of them when None.

        Raises:
            UnknownArticle: no build holds an article of one of the ids.
        """
        held = zip(self.builds, self._scopes(ids), strict=True)
        return [article for build, scope in held for article in build.articles_of(scope)]

    def row(self, passage: Passage) -> int:
        """The place of a passage in the order of the index."""
        before = 0
        for build in self.builds:
            if build.holds(passage.article):
                return before + build.row(passage)
            before += len(build)
        raise unknown_article(passage.article.id)

    def place(self, article: Article) -> int:
        """The place of an article in the order of the index."""
        return self._places[article.id]

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
        return list(islice(without_repeats(ordered, lambda hit: hit.passage.text), k))

    def _scopes(self, articles: Collection[str] | None) -> list[list[str] | None]:
        """Of the articles to search, those of each build; None for all."""
        if articles is None:
            return [None] * len(self.builds)
        held = [{article.id for article in build.articles} for build in self.builds]
        for article in articles:
            if not any(article in ids for ids in held):
                raise unknown_article(article)
        return [[article for article in articles if article in ids] for ids in held]


AnyIndex = PassageIndex | JointIndex
"""What a question can be asked of."""


def _with_own_ids(builds: Sequence[PassageIndex]) -> list[PassageIndex]:
    """The builds, with another id for each article whose id an earlier build has too."""
    taken: set[str] = set()
    distinct = []
    for build in builds:
        own = {article.id for article in build.articles}
        ids = [_free(article.id, taken, taken | own) for article in build.articles]
        distinct.append(build if set(ids) == own else build.with_ids(ids))
        taken |= set(ids)
    return distinct


def _free(wanted: str, taken: set[str], others: set[str]) -> str:
    """The id, or where it is taken, the first of "id (2)", "id (3)", … that nobody has."""
    number, free = 2, wanted
    while free in (taken if free == wanted else others):
        free = f"{wanted} ({number})"
        number += 1
    return free
