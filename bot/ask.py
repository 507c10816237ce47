"""The question's path: question -> search -> best sentence -> Answer or Abstention."""

import json
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from importlib.resources import files

import numpy as np

from bot.answers import Abstention, Answer, Citation, Outcome, Question, Reason
from index.corpus import Hit
from index.encoder import Encoder
from index.search import PassageIndex
from index.split import sentences

NEAREST = 3
"""How many passages an abstention shows at most."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What both searches say about the best passage and its best sentence.

    Attributes:
        cosine: similarity of question and passage, -1 to 1.
        bm25: score of the words that they share, 0 or more.
        margin: how far the passage's retrieval score is above the next one's, 0 or more.
        sentence: similarity of question and sentence, -1 to 1.
    """

    cosine: float
    bm25: float
    margin: float
    sentence: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """When an answer is given, fitted on the development questions by `make fit`.

    Attributes:
        weights, intercept: of the logistic regression from evidence to confidence
            (Platt 1999), in the order of the fields of `Evidence`.
        threshold: the confidence below which the bot abstains.
        relevance: the cosine below which the best passage is not even relevant.
    """

    weights: tuple[float, float, float, float]
    intercept: float
    threshold: float
    relevance: float

    def confidence(self, evidence: Evidence) -> float:
        """The probability, 0 to 1, that the best sentence answers the question."""
        pairs = zip(self.weights, astuple(evidence), strict=True)
        logit = self.intercept + sum(weight * value for weight, value in pairs)
        return 1 / (1 + math.exp(-logit))


def load_judgement() -> Judgement:
    """The judgement that ships with the project."""
    values = json.loads((files("bot") / "judgement.json").read_text("utf-8"))
    return Judgement(
        tuple(values["weights"]), values["intercept"], values["threshold"], values["relevance"]
    )


def answer(
    question: Question, index: PassageIndex, judgement: Judgement, article: str | None = None
) -> Outcome:
    """The best sentence of the best passage, or an abstention where that is too doubtful.

    Args:
        article: the id of the one article to ask; all of them when None.

    Raises:
        UnknownArticle: the index holds no article of that id.
    """
    hits = index.search(question.text, NEAREST, article)
    best, evidence = find_best_sentence(question, hits, index.encoder)
    return decide(best, evidence, hits, judgement)


def decide(
    best: Citation, evidence: Evidence, hits: Sequence[Hit], judgement: Judgement
) -> Outcome:
    """The best sentence as the answer, or an abstention that shows the hits instead."""
    confidence = judgement.confidence(evidence)
    if confidence >= judgement.threshold:
        return Answer((best,), confidence)
    relevant = evidence.cosine >= judgement.relevance
    reason = Reason.NOT_SAID if relevant else Reason.NOTHING_RELEVANT
    return Abstention(reason, tuple(whole_passage(hit) for hit in hits[:NEAREST]), confidence)


def whole_passage(hit: Hit) -> Citation:
    """The citation of all words of a hit's passage."""
    return Citation(hit.passage, hit.passage.start, hit.passage.end)


def find_best_sentence(
    question: Question, hits: Sequence[Hit], encoder: Encoder
) -> tuple[Citation, Evidence]:
    """The sentence of the best hit that is most similar to the question, and the evidence.

    Args:
        hits: at least one, best first.
    """
    top = hits[0]
    text, passage = top.passage.article.text, top.passage
    spans = sentences(text, passage.start, passage.end)
    vectors = encoder.embed([question.text, *(text[start:end] for start, end in spans)])
    similarities = vectors[1:] @ vectors[0]
    place = int(np.argmax(similarities))
    margin = top.score - hits[1].score if len(hits) > 1 else 0.0
    evidence = Evidence(top.cosine, top.bm25, margin, float(similarities[place]))
    start, end = spans[place]
    return Citation(passage, *without_lone_marks(text, start, end)), evidence


def without_lone_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without a quotation mark at its edge whose partner lies outside of it.

    A span of nothing else stays as it is.
    """
    words = text[start:end]
    kept = words[1:] if _is_lone(words[0], "“", "”", words) else words
    kept = kept[:-1] if kept and _is_lone(kept[-1], "”", "“", words) else kept
    inner = kept.strip()
    if not inner:
        return start, end
    first = text.index(inner, start)
    return first, first + len(inner)


def _is_lone(character: str, mark: str, partner: str, words: str) -> bool:
    if character == '"':
        return words.count('"') == 1
    return character == mark and partner not in words
