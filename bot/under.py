"""What stands under an answer: the records, and how a button's custom_id holds them. Pure.

The custom_id is all that a button knows, so that it works after a restart and after a rebuild:

    context:3f9c2a71d0be:0:1234:1246        the words: build, place of the article, start, end
    more:3f9c2a71d0be:0:7.12.3              the passages: build, page from 0, rows in the build
    up:answer:3f9c2a71d0be:0:1234:1246:93   the outcome, the words, the confidence in percent
    delete:80351110224678912                who asked
"""

from dataclasses import dataclass, replace
from typing import Self

from bot.answers import Abstention, Answer, Outcome, cited_by
from index.joint import AnyIndex

PAGE = 3
"""Passages on a page of the next best ones."""

ABSTENTION = "abstention"

_FURTHER = 3 * PAGE
"""Passages that come next, at most."""

_LONGEST = 100 - len("more:")
"""Characters that Discord lets a custom_id have, after what the button does."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand, beyond the life of the build that they were found in.

    Attributes:
        build: the name of the build, or of both where a server has articles of its own.
        article: the place of the article in the build's order, from 0.
        start, end: offsets into the article's text, end exclusive.
    """

    build: str
    article: int
    start: int
    end: int

    @property
    def packed(self) -> str:
        """The place as text."""
        return f"{self.build}:{self.article}:{self.start}:{self.end}"

    @classmethod
    def unpack(cls, packed: str) -> Self:
        """The place in a text that `packed` made."""
        build, article, start, end = packed.split(":")
        return cls(build, int(article), int(start), int(end))


@dataclass(frozen=True, slots=True)
class Further:
    """A page of the passages that come next.

    Attributes:
        build: the name of the build.
        rows: all of the passages, on whichever page, by their place in the build, best first.
        page: which page it is, from 0.
    """

    build: str
    rows: tuple[int, ...]
    page: int = 0

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-len(self.rows) // PAGE)

    @property
    def shown(self) -> tuple[int, ...]:
        """The rows on this page."""
        return self.rows[self.page * PAGE : (self.page + 1) * PAGE]

    def turned(self, by: int) -> Self | None:
        """The page so many further on, or back; None where there is none."""
        page = self.page + by
        return replace(self, page=page) if 0 <= page < self.pages else None

    @property
    def packed(self) -> str:
        """The pages as text: as many of the rows as there is room for."""
        packed = f"{self.build}:{self.page}:" + ".".join(map(str, self.rows))
        if len(packed) <= _LONGEST:
            return packed
        return packed[: packed.rindex(".", 0, _LONGEST + 1)]

    @classmethod
    def unpack(cls, packed: str) -> Self:
        """The pages in a text that `packed` made."""
        build, page, rows = packed.split(":")
        return cls(build, tuple(map(int, rows.split("."))), int(page))


@dataclass(frozen=True, slots=True)
class Judged:
    """What a person has an opinion on.

    Attributes:
        outcome: what kind of outcome it was: "answer", "abstention".
        place: the words of it that came first.
        confidence: calibrated probability, 0 to 1, that they are right; in whole percent.
    """

    outcome: str
    place: Place
    confidence: float

    @property
    def packed(self) -> str:
        """The same as text."""
        return f"{self.outcome}:{self.place.packed}:{self.confidence * 100:.0f}"

    @classmethod
    def unpack(cls, packed: str) -> Self:
        """What is in a text that `packed` made."""
        outcome, _, rest = packed.partition(":")
        place, _, percent = rest.rpartition(":")
        return cls(outcome, Place.unpack(place), int(percent) / 100)


@dataclass(frozen=True, slots=True)
class Under:
    """What the buttons under an answer or an abstention act on.

    Attributes:
        judged: the outcome.
        further: the passages that come next, if there are any.
        asker: who may delete it; None where nobody needs to, for one person alone sees it.
    """

    judged: Judged
    further: Further | None
    asker: int | None


def under(outcome: Outcome, index: AnyIndex, asker: int | None) -> Under | None:
    """What stands under an outcome of this build; None where nothing can."""
    abstained = isinstance(outcome, Abstention)
    cited = outcome.nearest if isinstance(outcome, Abstention) else cited_by(outcome)
    if not cited:
        return None
    first = cited[0]
    place = Place(index.name, index.place(first.article), first.start, first.end)
    # Of what comes nearest, only the first is shown.
    hidden = tuple(one.passage for one in cited[1:]) if abstained else ()
    further = outcome.further if isinstance(outcome, Answer | Abstention) else ()
    rows = tuple(map(index.row, (*hidden, *further)[:_FURTHER]))
    return Under(
        judged=Judged(ABSTENTION if abstained else "answer", place, outcome.confidence),
        further=Further(index.name, rows) if rows else None,
        asker=asker,
    )
