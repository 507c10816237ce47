"""The records of the corpus: Article, Entry, Passage, Hit."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date

PARAGRAPH_BREAK = "\n\n"
"""What separates two paragraphs of an article's text; it occurs nowhere else in it."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article, cleaned.

    Attributes:
        id: unique in its index.
        title: one line, never empty.
        text: paragraphs separated by `PARAGRAPH_BREAK`; every offset refers to it.
        url: http or https address, if it has one.
        published: day of publication, if known.
        publisher: name of the publisher, if known.
        language: the ISO 639-1 code of its language, if known.
        pages: of a source with pages, where in `text` the first begins, the second, and so on, as
            far as they have text; else empty.
        headings: (start, end) in `text` of each heading, in order, end exclusive. It stands on a
            line of its own at the head of the paragraph below it.
    """

    id: str
    title: str
    text: str
    url: str | None = None
    published: date | None = None
    publisher: str | None = None
    language: str | None = None
    pages: tuple[int, ...] = ()
    headings: tuple[tuple[int, int], ...] = ()

    @property
    def paragraphs(self) -> list[tuple[int, int]]:
        """(start, end) of each paragraph, in characters, end exclusive, in order."""
        spans, start = [], 0
        for paragraph in self.text.split(PARAGRAPH_BREAK):
            spans.append((start, start + len(paragraph)))
            start += len(paragraph) + len(PARAGRAPH_BREAK)
        return spans

    def paragraph_at(self, offset: int) -> int:
        """The number, from 1, of the paragraph that holds the character at `offset`."""
        return bisect_right([start for start, _ in self.paragraphs], offset)

    def page_at(self, offset: int) -> int | None:
        """The number, from 1, of the page with the character at `offset`; None without pages."""
        return bisect_right(self.pages, offset) or None

    def is_heading_at(self, offset: int) -> bool:
        """Whether the character at `offset` is of a heading."""
        before = bisect_right(self.headings, offset, key=lambda heading: heading[0])
        return before > 0 and offset < self.headings[before - 1][1]


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of an article but its text; the attributes are those of `Article`."""

    id: str
    title: str
    url: str | None = None
    published: date | None = None
    publisher: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of an article, or whole sentences of a very long one.

    Attributes:
        article: the article it is from.
        paragraph: number of its paragraph, from 1.
        start, end: character offsets into the article's text, end exclusive.
    """

    article: Article
    paragraph: int
    start: int
    end: int

    @property
    def text(self) -> str:
        """The passage's own words."""
        return self.article.text[self.start : self.end]

    @property
    def section(self) -> str | None:
        """The nearest heading above its words, at its own head or before; None without one."""
        headings = self.article.headings
        above = bisect_left(headings, self.end, key=lambda heading: heading[0])
        if not above:
            return None
        start, end = headings[above - 1]
        return self.article.text[start:end]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found.

    Attributes:
        passage: what was found.
        score: the fused retrieval score that hits are ordered by, higher is better.
        cosine: similarity of query and passage vectors, -1 to 1.
        bm25: score of the words that query and passage share, 0 if they share none.
        rank: how manieth it is of the hits, 1 for the best.
    """

    passage: Passage
    score: float
    cosine: float
    bm25: float
    rank: int = 1
