"""The question's path: question -> search -> read -> Answer or Abstention.

What is not for the reader, such as "what is this about?", leaves the path at once: `bot.overview`.
"""

import json
import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.resources import files

import numpy as np

from bot.answers import (
    Abstention,
    Answer,
    Citation,
    FromMetadata,
    Outcome,
    Question,
    Reason,
    whole_passage,
)
from bot.history import understand
from bot.overview import overview
from bot.preceding import reading_of
from bot.reader import Reader, Span, without_overlaps
from bot.several import asks_for_several, parts_of
from bot.similar import overlap, words_of
from bot.spelling import mended
from bot.trim import trimmed, without_lone_marks
from index.alike import say_nearly_the_same
from index.corpus import Hit, Passage
from index.encoder import Encoder
from index.joint import AnyIndex
from index.split import sentences

NEAREST = 3
"""How many passages an abstention shows at most."""

READ = 6
"""How many passages are read at first: with fewer, development questions were answered worse."""

READ_IN_ALL = 16
"""How many are read where the first ones leave it unsure."""

TRIED = 2
"""In how many passages each reading of a follow-up is tried."""

MOST_CITATIONS = 2
"""How many places an answer cites at most."""

MOST_LISTED = 3
"""How many places an answer cites at most to a question that asks for several things."""

_PRONOUNS = (
    " i me my mine you your yours he him his she her hers it its we us our ours they them their "
    "theirs this that these those who whom whose which here there "
)
_DIGIT = re.compile(r"\d")
_SAME_WORDS = 0.5
"""The F1 of two quotes from which on they say the same."""


Evidence = tuple[float, float, float, float]
"""What is known of a candidate, or what each of it is worth."""


class Caution(StrEnum):
    """How sure the bot has to be: a point on the risk-coverage curve."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that could be the answer, and what speaks for them.

    Attributes:
        citation: the words.
        hit: their passage, as retrieval found it.
        score: the reader score in logits; without a reader the similarity of question and
            sentence, -1 to 1.
        confidence: calibrated probability, 0 to 1, that these words are right.
    """

    citation: Citation
    hit: Hit
    score: float
    confidence: float = 0.0

    @property
    def evidence(self) -> Evidence:
        """Score, cosine, BM25, and the reciprocal of the rank in retrieval (0 to 1)."""
        return self.score, self.hit.cosine, self.hit.bm25, 1 / self.hit.rank


@dataclass(frozen=True, slots=True)
class Considered:
    """What was found for a question, before anything is decided.

    Attributes:
        hits: the passages that retrieval found, best first; at least one.
        candidates: what could be the answer, best first; at least one.
        several: whether the question asks for several things.
    """

    hits: Sequence[Hit]
    candidates: Sequence[Candidate]
    several: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """Which candidate is best and when it is an answer, fitted by `make fit`.

    Attributes:
        choice: what the evidence is worth in the choice of the best candidate.
        weights, intercept: of the logistic regression (Platt 1999) from the evidence for a
            candidate to the probability that it is right.
        threshold: the confidence below which the bot abstains.
        relevance: the cosine below which the best passage is not even relevant.
        contradiction: the confidence from which on other words, elsewhere, are an answer as well.
        further: the same where the question asks for several things.
        topic: the retrieval score from which on a passage is on a topic.
    """

    choice: Evidence
    weights: Evidence
    intercept: float
    threshold: float
    relevance: float
    contradiction: float
    further: float = 1.0
    topic: float = 1.0

    def rank(self, candidate: Candidate) -> float:
        """What candidates are ordered by, higher is better."""
        return _weighted(self.choice, candidate)

    def confidence(self, candidate: Candidate) -> float:
        """The probability, 0 to 1, that the candidate is right."""
        return 1 / (1 + math.exp(-self.intercept - _weighted(self.weights, candidate)))


def load_judgement(reader: Reader | None, caution: Caution = Caution.NORMAL) -> Judgement:
    """The judgement that ships with the project, for reading or for doing without a reader."""
    fitted = json.loads((files("bot") / "judgement.json").read_text("utf-8"))
    values = fitted["sentence" if reader is None else "reader"]
    return Judgement(
        choice=tuple(values["choice"]),
        weights=tuple(values["weights"]),
        intercept=values["intercept"],
        threshold=values["thresholds"][caution],
        relevance=values["relevance"],
        contradiction=values["contradiction"],
        further=values["further"],
        topic=values["topic"],
    )


def answer(
    question: Question,
    index: AnyIndex,
    reader: Reader | None,
    judgement: Judgement,
    articles: Collection[str] | None = None,
) -> Outcome:
    """What answers, in the articles' words, or an abstention where that is too doubtful.

    Args:
        reader: what reads the passages; without one, the most similar sentence is the answer.
        articles: the ids of the articles to ask; all of them when None.

    Raises:
        UnknownArticle: the index holds no article of one of the ids.
    """
    outcome = otherwise(question, index, reader, judgement, articles)
    outcome = outcome or decide(consider(question, index, reader, judgement, articles), judgement)
    return of_the_article(question, outcome, index, judgement, articles)


def of_the_article(
    question: Question,
    outcome: Outcome,
    index: AnyIndex,
    judgement: Judgement,
    articles: Collection[str] | None = None,
) -> Outcome:
    """The outcome, or of a follow-up that the text does not answer what the article's data says.

    After "what is this about?", "when was it published?" is meant of the article.
    """
    if not (question.history and isinstance(outcome, Abstention)):
        return outcome
    alone = overview(Question(question.text), index, judgement.topic, articles)
    return alone if isinstance(alone, FromMetadata) else outcome


def otherwise(
    question: Question,
    index: AnyIndex,
    reader: Reader | None,
    judgement: Judgement,
    articles: Collection[str] | None = None,
) -> Outcome | None:
    """What comes of a question that is not for one reading; None where it is for one.

    That is an article as a whole, its metadata, a topic or a remark (`bot.overview`), and what two
    people said, which is asked of each of them. Arguments as in `answer`.
    """
    outcome = overview(question, index, judgement.topic, articles)
    if outcome is not None:
        return outcome
    parts = [
        decide(consider(part, index, reader, judgement, articles), judgement)
        for part in parts_of(question)
    ]
    return together([part for part in parts if isinstance(part, Answer)])


def together(answers: Sequence[Answer]) -> Answer | None:
    """The best citation of each answer, as one answer that is as sure as its least sure part."""
    cited: list[Citation] = []
    for one in answers:
        best = one.citations[0]
        if not any(_from_one_place(best, other) and says_the_same(best, other) for other in cited):
            cited.append(best)
    return Answer(tuple(cited), min(one.confidence for one in answers)) if cited else None


def consider(
    question: Question,
    index: AnyIndex,
    reader: Reader | None,
    judgement: Judgement,
    articles: Collection[str] | None = None,
) -> Considered:
    """The passages that could answer, and the words in them; arguments as in `answer`.

    Slips of the finger are mended first, in what is searched for and in what is read.
    """
    meant = understand(replace(question, text=mended(question.text, index.vocabulary)))
    hits = index.search(meant.query, READ_IN_ALL, articles)
    found: list[Candidate] = []
    question = Question(meant.readings[0])
    if reader is not None:
        question, found = read_as_meant(meant.readings, hits[:READ], reader)
        if all(judgement.confidence(one) < judgement.threshold for one in found):
            found += spans_read(question, hits[READ:], reader)
    # Without a reader, or where there was nothing that it could read.
    found = found or best_sentences(question, hits[:NEAREST], index.encoder)
    judged = [replace(one, confidence=judgement.confidence(one)) for one in found]
    ordered = sorted(judged, key=judgement.rank, reverse=True)
    return Considered(hits, ordered, asks_for_several(question))


def decide(considered: Considered, judgement: Judgement) -> Outcome:
    """The best candidate as the answer, or an abstention that shows the hits instead.

    Another passage is cited too where it says the same, surely enough to be an answer by itself, or
    where it says something else so surely that the article seems to contradict itself. Where
    several things were asked for, further places are cited that say something else.
    """
    hits, (best, *others) = considered.hits, considered.candidates
    if best.confidence < judgement.threshold:
        relevant = hits[0].cosine >= judgement.relevance
        reason = Reason.NOT_SAID if relevant else Reason.NOTHING_RELEVANT
        nearest = tuple(map(whole_passage, hits[:NEAREST]))
        return Abstention(reason, nearest, best.confidence, _not_shown(hits, nearest))
    if considered.several:
        listed = _listed(best, others, judgement.further)
        return Answer(listed, best.confidence, further=_not_shown(hits, listed))
    cited = [best.citation]
    for other in others:
        same = says_the_same(best.citation, other.citation)
        least = judgement.threshold if same else judgement.contradiction
        elsewhere = all(other.citation.passage != citation.passage for citation in cited)
        if other.confidence >= least and elsewhere and len(cited) < MOST_CITATIONS:
            cited.append(other.citation)
    agreed = all(says_the_same(best.citation, citation) for citation in cited)
    return Answer(tuple(cited), best.confidence, agreed, _not_shown(hits, cited))


def says_the_same(a: Citation, b: Citation) -> bool:
    """Whether two quotes have more or less the same words, and the same numbers."""
    numbers = [{word for word in words_of(one.quote) if _DIGIT.search(word)} for one in (a, b)]
    return numbers[0] == numbers[1] and overlap(a.quote, b.quote) >= _SAME_WORDS


def _from_one_place(a: Citation, b: Citation) -> bool:
    """Whether two quotes are from one passage, or from two that say nearly the same."""
    return a.passage == b.passage or say_nearly_the_same(a.passage.text, b.passage.text)


def _listed(best: Candidate, others: Sequence[Candidate], least: float) -> tuple[Citation, ...]:
    """The best citation and those of other words in other passages that are sure enough."""
    cited = [best.citation]
    for other in others:
        new = all(
            other.citation.passage != citation.passage
            and not says_the_same(other.citation, citation)
            for citation in cited
        )
        if other.confidence >= least and new and len(cited) < MOST_LISTED:
            cited.append(other.citation)
    return tuple(cited)


def read_as_meant(
    readings: Sequence[str], hits: Sequence[Hit], reader: Reader
) -> tuple[Question, list[Candidate]]:
    """The reading of a question that the first hits answer best, and what answers it in all."""
    asked = [Question(reading) for reading in readings]
    if len(asked) == 1:
        return asked[0], spans_read(asked[0], hits, reader)
    first = [spans_read(one, hits[:TRIED], reader) for one in asked]
    best = max(
        range(len(asked)),
        key=lambda place: max((one.score for one in first[place]), default=-math.inf),
    )
    return asked[best], first[best] + spans_read(asked[best], hits[TRIED:], reader)


def spans_read(question: Question, hits: Sequence[Hit], reader: Reader) -> list[Candidate]:
    """What the reader finds in the hits' passages, trimmed to clean words.

    Of one that leans on what is before, the words may stand there (`bot.preceding`).
    """
    readings = [reading_of(hit.passage) for hit in hits]
    read = reader.read(question.text, [reading.text for reading in readings])
    found = []
    for hit, reading, spans in zip(hits, readings, read, strict=True):
        clean = [_clean(*reading.placed(one.start, one.end), one.score) for one in spans]
        for one in without_overlaps(clean):
            citation = Citation(reading.passage_at(one.start), one.start, one.end)
            if _says_something(citation.quote):
                found.append(Candidate(citation, hit, one.score))
    return found


def _clean(passage: Passage, start: int, end: int, score: float) -> Span:
    """A span trimmed; where a passage ends inside what looks like one word, so does the quote."""
    start, end = trimmed(passage.article.text, start, end)
    return Span(_below_headings(passage, start, end), min(end, passage.end), score)


def _below_headings(passage: Passage, start: int, end: int) -> int:
    """Where a span of a passage starts that runs into no sentence from a heading above it."""
    starts = (last + 1 for _, last in passage.article.headings if start < last < end - 1)
    return max(start, passage.start, *starts)


def best_sentences(question: Question, hits: Sequence[Hit], encoder: Encoder) -> list[Candidate]:
    """The sentence of each hit that is most similar to the question."""
    spans = [
        (hit, span)
        for hit in hits
        for span in sentences(hit.passage.article.text, hit.passage.start, hit.passage.end)
    ]
    texts = [hit.passage.article.text[start:end] for hit, (start, end) in spans]
    vectors = encoder.embed([question.text, *texts])
    similar = vectors[1:] @ vectors[0]
    found = {}
    for place in np.argsort(-similar, kind="stable"):
        hit, (start, end) = spans[place]
        clean = without_lone_marks(hit.passage.article.text, start, end)
        if hit.passage not in found:
            found[hit.passage] = Candidate(
                Citation(hit.passage, *clean), hit, float(similar[place])
            )
    return list(found.values())


def _not_shown(hits: Sequence[Hit], shown: Collection[Citation]) -> tuple[Passage, ...]:
    """The passages of the hits that are not shown already, best first."""
    known = {citation.passage for citation in shown}
    return tuple(hit.passage for hit in hits if hit.passage not in known)


def _says_something(quote: str) -> bool:
    """Whether a quote has a word and is no pronoun: "He" says nothing, "WHO" and "US" do."""
    uncapitalised = quote[:1].lower() + quote[1:]
    return bool(words_of(quote)) and f" {uncapitalised} " not in _PRONOUNS


def _weighted(weights: Evidence, candidate: Candidate) -> float:
    return sum(a * b for a, b in zip(weights, candidate.evidence, strict=True))
