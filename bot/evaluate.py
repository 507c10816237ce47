"""Quality on labelled questions: what is found, answered and refused, counted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.answers import Abstention, Answer, Citation, Outcome, whole_passage
from bot.ask import Considered, Judgement, consider, decide, of_the_article, otherwise
from bot.questions import Labelled
from bot.reader import Reader
from bot.similar import exactly, overlap
from index.search import PassageIndex

LEAST_OVERLAP = 0.5
"""The F1 with a labelled answer from which on a quote has the right words."""

_RESAMPLED = 1000
_BINS = 10
Values = NDArray[np.float64]
Compare = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Asked:
    """One labelled question and what came of it.

    Attributes:
        labelled: the question.
        considered: what was found for it.
        outcome: what the person got.
    """

    labelled: Labelled
    considered: Considered
    outcome: Outcome

    @property
    def best(self) -> Citation:
        """The quote that was given or would have been."""
        if isinstance(self.outcome, Answer):
            return self.outcome.citations[0]
        return self.considered.candidates[0].citation

    @property
    def is_right(self) -> bool:
        """Whether that quote is right; never where something else than a quote was given."""
        quotes = isinstance(self.outcome, Answer | Abstention)
        return quotes and is_right(self.best, self.labelled)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % interval, from 1,000 bootstrap samples of the questions."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the questions; NaN stands for a figure of nothing.

    Attributes:
        answerable, unanswerable: how many there were of each.
        figures: each figure by its name, in the order of `FIGURES`.
    """

    answerable: int
    unanswerable: int
    figures: dict[str, Figure]

    def __getitem__(self, name: str) -> float:
        """A figure's value."""
        return self.figures[name].value


FIGURES = {
    "retrieval_at_1": "right paragraph first in retrieval, of the answerable",
    "retrieval_at_3": "right paragraph among the first three in retrieval",
    "passage_at_1": "best quote from a right paragraph, given or held back, of the answerable",
    "answer_right": "answered with the right words from a right paragraph, of the answerable",
    "answer_wrong": "answered otherwise, of the answerable",
    "wrongly_refused": "abstained, of the answerable",
    "rightly_refused": "abstained, of the unanswerable",
    "exact_match": "exact match over all, as SQuAD 2.0 counts it",
    "f1": "F1 over all, as SQuAD 2.0 counts it",
    "auroc": "confidence tells the answerable from the unanswerable (.5 is chance)",
    "calibration_error": "expected calibration error of the confidence, 10 bins",
}
"""What is reported, and what it means (F1 and exact match: Rajpurkar et al. 2018; calibration
error: Guo et al. 2017)."""


def ask_all(
    questions: Sequence[Labelled], index: PassageIndex, reader: Reader | None, judgement: Judgement
) -> list[Asked]:
    """Each question and what comes of it, in order.

    Raises:
        UnknownArticle: a question is of an article that the index does not hold.
    """
    asked = []
    for labelled in questions:
        question = labelled.asked
        scope = (labelled.article,) if labelled.article else None
        considered = consider(question, index, reader, judgement, scope)
        outcome = otherwise(question, index, reader, judgement, scope)
        outcome = outcome or decide(considered, judgement)
        outcome = of_the_article(question, outcome, index, judgement, scope)
        asked.append(Asked(labelled, considered, outcome))
    return asked


def report(asked: Sequence[Asked]) -> Report:
    """The quality over all questions that were asked."""
    table = _table(asked)
    values = _figures(table)
    chance = np.random.default_rng(0)
    samples = [
        _figures(table[:, chance.integers(0, len(asked), len(asked))]) for _ in range(_RESAMPLED)
    ]
    figures = {}
    for name, value in values.items():
        sampled = np.array([sample[name] for sample in samples])
        kept = sampled[~np.isnan(sampled)]
        low, high = np.quantile(kept, (0.025, 0.975)) if len(kept) else (np.nan, np.nan)
        figures[name] = Figure(value, float(low), float(high))
    answerable = sum(bool(one.labelled.answers) for one in asked)
    return Report(answerable, len(asked) - answerable, figures)


def is_right(citation: Citation, labelled: Labelled) -> bool:
    """Whether a quote has the words that answer, and is from a paragraph that says so.

    It has them where it contains a labelled answer, or half of it is one (F1 of `LEAST_OVERLAP`).
    """
    return is_of_paragraph(citation, labelled) and any(
        answer in citation.quote or overlap(answer, citation.quote) >= LEAST_OVERLAP
        for answer in labelled.answers
    )


def is_of_paragraph(citation: Citation, labelled: Labelled) -> bool:
    """Whether a citation is of a paragraph that answers."""
    same_article = labelled.article in (None, citation.article.id)
    return same_article and citation.paragraph in labelled.paragraphs


def written(figures: Report) -> str:
    """The report as lines of text, one figure a line, with what it means."""
    lines = [f"{figures.answerable} answerable and {figures.unanswerable} unanswerable questions"]
    for name, figure in figures.figures.items():
        interval = f"{figure.low:.3f} to {figure.high:.3f}"
        lines.append(f"{name:18}{figure.value:7.3f}   ({interval})   {FIGURES[name]}")
    return "\n".join(lines)


def confidences(asked: Sequence[Asked]) -> tuple[Values, NDArray[np.bool_], NDArray[np.bool_]]:
    """(confidence, whether the best quote is right, whether it is answerable) of each question."""
    sure = np.array([one.outcome.confidence for one in asked], dtype=np.float64)
    right = np.array([one.is_right for one in asked], dtype=bool)
    answerable = np.array([bool(one.labelled.answers) for one in asked], dtype=bool)
    return sure, right, answerable


def bins_of(sure: Values, right: NDArray[np.bool_]) -> list[tuple[float, float, int]]:
    """(mean confidence, share right, count) of each bin that holds anything, of ten equal ones."""
    place = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    return [
        (float(sure[place == i].mean()), float(right[place == i].mean()), int((place == i).sum()))
        for i in range(_BINS)
        if (place == i).any()
    ]


def _table(asked: Sequence[Asked]) -> Values:
    """A row for each thing that is counted, a column for each question."""
    sure, right, answerable = confidences(asked)
    refused = [isinstance(one.outcome, Abstention) for one in asked]
    rows = [
        answerable,
        refused,
        right,
        sure,
        [_is_found(one, 1) for one in asked],
        [_is_found(one, 3) for one in asked],
        [is_of_paragraph(one.best, one.labelled) for one in asked],
        [_squad(one, exactly) for one in asked],
        [_squad(one, overlap) for one in asked],
    ]
    return np.array(rows, dtype=np.float64)


def _figures(table: Values) -> dict[str, float]:
    answerable, refused, right, sure, first, in_three, of_paragraph, exact, f1 = table
    able, unable = answerable == 1, answerable == 0
    answered = 1 - refused
    return {
        "retrieval_at_1": _mean(first[able]),
        "retrieval_at_3": _mean(in_three[able]),
        "passage_at_1": _mean(of_paragraph[able]),
        "answer_right": _mean((answered * right)[able]),
        "answer_wrong": _mean((answered * (1 - right))[able]),
        "wrongly_refused": _mean(refused[able]),
        "rightly_refused": _mean(refused[unable]),
        "exact_match": _mean(exact),
        "f1": _mean(f1),
        "auroc": _auroc(able, sure),
        "calibration_error": _calibration_error(sure, right == 1),
    }


def _mean(values: Values) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _is_found(one: Asked, first: int) -> bool:
    found = map(whole_passage, one.considered.hits[:first])
    return any(is_of_paragraph(citation, one.labelled) for citation in found)


def _squad(one: Asked, compare: Compare) -> float:
    """SQuAD 2.0's score of one outcome: an abstention is right where nothing answers."""
    if isinstance(one.outcome, Abstention):
        return float(not one.labelled.answers)
    if not isinstance(one.outcome, Answer):
        return 0.0
    quote = one.outcome.citations[0].quote
    return max((compare(answer, quote) for answer in one.labelled.answers), default=0.0)


def _auroc(answerable: NDArray[np.bool_], sure: Values) -> float:
    """The probability that an answerable question has the higher confidence of two; ties half."""
    from scipy.stats import rankdata

    able, unable = int(answerable.sum()), int((~answerable).sum())
    if not able or not unable:
        return float("nan")
    above = rankdata(sure)[answerable].sum() - able * (able + 1) / 2
    return float(above / (able * unable))


def _calibration_error(sure: Values, right: NDArray[np.bool_]) -> float:
    if not len(sure):
        return float("nan")
    bins = bins_of(sure, right)
    return sum(count * abs(mean - share) for mean, share, count in bins) / len(sure)
