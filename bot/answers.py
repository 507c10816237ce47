"""Question, Citation, and the outcomes: what is asked and what comes of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.links import link_to_page, link_to_quote
from index.corpus import Article, Hit, Passage
from index.errors import PilcrowError
from index.split import sentences
from index.text import one_line

LONGEST_QUESTION = 1000
"""Characters of a question, after trimming."""


class QuestionError(PilcrowError):
    """A question is empty or too long."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was asked before, and what came of it.

    Attributes:
        question: what was asked.
        answer: the words that were quoted as the answer; None for an abstention.
    """

    question: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asked; see `parse_question`.

    Attributes:
        text: on one line, without control characters.
        history: the turns before it, oldest first, where it follows up on an answer.
    """

    text: str
    history: tuple[Turn, ...] = ()


def parse_question(text: str, history: tuple[Turn, ...] = ()) -> Question:
    """The question in a text that a person typed, after the turns before it.

    Raises:
        QuestionError: nothing is left of it, or more than `LONGEST_QUESTION` characters.
    """
    trimmed = one_line(text)
    if not trimmed:
        raise QuestionError("There is no question in that: ask one in a few words.")
    if len(trimmed) > LONGEST_QUESTION:
        raise QuestionError(
            f"That question has {len(trimmed):,} characters, and a question may have "
            f"{LONGEST_QUESTION:,}: ask it in fewer words."
        )
    return Question(trimmed, history)


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an article says something.

    Attributes:
        passage: the passage that says it.
        start, end: the words that say it, as offsets into the article's text, end exclusive,
            inside the passage.
    """

    passage: Passage
    start: int
    end: int

    @property
    def article(self) -> Article:
        """The article that is cited."""
        return self.passage.article

    @property
    def paragraph(self) -> int:
        """The number of the paragraph, from 1, as a person would count."""
        return self.passage.paragraph

    @property
    def page(self) -> int | None:
        """The number of the page, from 1, that the quote begins on; None without pages."""
        return self.article.page_at(self.start)

    @property
    def section(self) -> str | None:
        """The nearest heading above the quote; None without one."""
        return self.passage.section

    @property
    def quote(self) -> str:
        """The words themselves, cut from the article."""
        return self.article.text[self.start : self.end]

    @property
    def sentence(self) -> tuple[int, int]:
        """(start, end) of the sentence, or sentences, that the quote is part of."""
        spans = sentences(self.article.text, self.passage.start, self.passage.end)
        touched = [span for span in spans if span[0] < self.end and self.start < span[1]]
        # What lies between two sentences is its own.
        return (touched[0][0], touched[-1][1]) if touched else (self.start, self.end)

    @property
    def link(self) -> str | None:
        """An address that opens the article at the quote; None if it has no address."""
        if self.article.url is None:
            return None
        if self.page is not None:
            return link_to_page(self.article.url, self.page)
        return link_to_quote(self.article, self.start, self.end)


def whole_passage(hit: Hit) -> Citation:
    """The citation of all words of a hit's passage."""
    return Citation(hit.passage, hit.passage.start, hit.passage.end)


@dataclass(frozen=True, slots=True)
class Answer:
    """The article's own words.

    Attributes:
        citations: at least one, best first.
        confidence: calibrated probability, 0 to 1, that the answer is right.
        agreed: whether the citations go together: all say the same, or each is a part of what was
            asked for.
        further: the passages that retrieval found next, best first.
    """

    kind: ClassVar = "quote"
    citations: tuple[Citation, ...]
    confidence: float
    agreed: bool = True
    further: tuple[Passage, ...] = ()

    def __post_init__(self) -> None:
        if not self.citations:
            raise ValueError("an answer has at least one citation")


@dataclass(frozen=True, slots=True)
class Summary:
    """What an article is about, in its own sentences; or what several are, a sentence each.

    Attributes:
        citations: one to three sentences, in the order of the text.
    """

    kind: ClassVar = "summary"
    confidence: ClassVar = 1.0
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Who and what is named in an article.

    Attributes:
        citations: each name where it is first named, the name that is named most often first.
    """

    kind: ClassVar = "names"
    confidence: ClassVar = 1.0
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """What there is on a topic.

    Attributes:
        citations: one to three whole passages, the most relevant first.
    """

    kind: ClassVar = "topic"
    confidence: ClassVar = 1.0
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class FromMetadata:
    """What is known about articles without reading them.

    Attributes:
        text: a sentence or a few, each on its line.
    """

    kind: ClassVar = "metadata"
    confidence: ClassVar = 1.0
    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A line of the bot's own, to somebody who asked nothing about an article.

    Attributes:
        text: the line.
    """

    kind: ClassVar = "remark"
    confidence: ClassVar = 1.0
    text: str


class Reason(StrEnum):
    """Why there is no answer."""

    NOTHING_RELEVANT = "nothing relevant found"
    NOT_SAID = "relevant but not said"
    NOT_RECORDED = "not in the article's metadata"


@dataclass(frozen=True, slots=True)
class Abstention:
    """The articles do not say.

    Attributes:
        reason: why not.
        nearest: up to three passages that come closest, best first; not an answer.
        confidence: calibrated probability, 0 to 1, that the answer held back was right.
        further: the passages that retrieval found next, best first.
    """

    kind: ClassVar = None
    reason: Reason
    nearest: tuple[Citation, ...]
    confidence: float
    further: tuple[Passage, ...] = ()


Outcome = Answer | Summary | Names | Topic | FromMetadata | Remark | Abstention


def cited_by(outcome: Outcome) -> tuple[Citation, ...]:
    """What an outcome cites; nothing for an abstention, metadata and a remark."""
    return () if isinstance(outcome, Abstention | FromMetadata | Remark) else outcome.citations


def turn_of(question: Question, outcome: Outcome) -> Turn:
    """The turn that a question and what came of it make for the questions after it."""
    quote = outcome.citations[0].quote if isinstance(outcome, Answer) else None
    return Turn(question.text, quote)
