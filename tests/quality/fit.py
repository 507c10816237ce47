"""Fits `bot/judgement.json` on the development questions: `make fit`.

The test questions play no part in it. Each development question is asked of its own article; which
candidate is best is also learned from asking all of them.
"""

import json
import math
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from bot.answers import Answer, Topic, parse_question
from bot.ask import Caution, Evidence, Judgement, decide, says_the_same
from bot.evaluate import Asked, ask_all, confidences, is_right
from bot.intent import intent_of
from bot.overview import on_topic
from bot.questions import Labelled, read_labelled
from bot.reader import Reader, find_reader
from index.build import build
from index.encoder import find_encoder
from index.exporting import ExportingEncoder
from index.search import PassageIndex, open_index
from index.served import serving
from tests.quality.overview import lists

QUALITY = Path(__file__).parent
JUDGEMENT = QUALITY.parents[1] / "bot" / "judgement.json"
DEVELOPMENT = ("dev", "dev_more", "dev_stories")
"""The files of development questions: on news, and on invented stories."""
RISKS = {Caution.LOW: 0.30, Caution.NORMAL: 1 / 7, Caution.HIGH: 0.10}
"""The share of the answers given that may be wrong, at each caution."""
MOST_REFUSED = 0.20
"""The share of the answerable that may be refused where there is no reader."""
# Its threshold is beyond reach, so that all passages are read.
NEUTRAL = Judgement((1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0), 0.0, 1.0, 0.0, 0.0, 1.0, 1.0)
Values = NDArray[np.float64]


def main() -> None:
    """Writes the judgement and prints it."""
    questions = development_questions()
    with development_index() as index:
        topic = least_on_topic(index)
    with development_index("stories") as index:
        fitted = {
            "fitted_by": f"make fit, on the {len(questions)} questions of tests/quality/dev*.jsonl",
            "reader": {**fit(questions, index, find_reader()), "topic": topic},
            "sentence": {**fit(questions, index, None), "topic": topic},
        }
    JUDGEMENT.write_text(json.dumps(fitted, indent=2) + "\n", "utf-8")
    print(JUDGEMENT.read_text("utf-8"))


def development_questions() -> list[Labelled]:
    """The development questions of all three files."""
    return [row for name in DEVELOPMENT for row in read_labelled(QUALITY / f"{name}.jsonl")]


@contextmanager
def development_index(*names: str) -> Iterator[PassageIndex]:
    """An index of the thirty news articles and of the files named, opened as it is served."""
    with tempfile.TemporaryDirectory() as folder:
        encoder = find_encoder()
        exporting = ExportingEncoder(Path(folder), encoder)
        sources = [str(QUALITY / f"{name}.jsonl") for name in ("voa_articles", *names)]
        build(Path(folder), sources, exporting)
        yield open_index(Path(folder), serving(Path(folder), encoder))


def fit(
    questions: Sequence[Labelled], index: PassageIndex, reader: Reader | None
) -> dict[str, object]:
    """The values of a judgement that these questions suggest, but for that of topics."""
    anywhere = [labelled.model_copy(update={"article": None}) for labelled in questions]
    of_own_article = ask_all(questions, index, reader, NEUTRAL)
    of_all = ask_all(anywhere, index, reader, NEUTRAL)
    # A right quote is still one from the question's own article.
    relabelled = [replace(a, labelled=own) for a, own in zip(of_all, questions, strict=True)]
    choice = fit_choice([*of_own_article, *relabelled])
    judgement = replace(NEUTRAL, choice=choice)
    weights, intercept = fit_confidence([judged_by(judgement, one) for one in of_own_article])
    judgement = replace(judgement, weights=weights, intercept=intercept)
    judged = [judged_by(judgement, one) for one in of_own_article]
    thresholds = (
        {caution: threshold_of_risk(judged, risk) for caution, risk in RISKS.items()}
        if reader
        else dict.fromkeys(Caution, threshold_that_keeps(judged))
    )
    cosines = [one.considered.hits[0].cosine for one in judged if one.labelled.answers]
    judgement = replace(judgement, threshold=thresholds[Caution.NORMAL])
    judgement = replace(judgement, contradiction=least_of_others(judged, judgement))
    return {
        "choice": choice,
        "weights": weights,
        "intercept": intercept,
        "thresholds": thresholds,
        "relevance": round(float(np.quantile(cosines, 0.02)), 4),
        "contradiction": judgement.contradiction,
        "further": least_of_further(index, reader, judgement),
    }


def fit_choice(asked: Sequence[Asked]) -> Evidence:
    """What makes a right candidate the best one: a conditional logit (McFadden 1974).

    Only questions that have a right and a wrong candidate tell anything.
    """
    sets = []
    for one in asked:
        right = np.array([is_right(c.citation, one.labelled) for c in one.considered.candidates])
        if right.any() and not right.all():
            sets.append((np.array([c.evidence for c in one.considered.candidates]), right))
    scale = np.concatenate([values for values, _ in sets]).std(axis=0)

    def loss(weights: Values) -> float:
        total = 0.01 * float(weights @ weights) * len(sets)
        for values, right in sets:
            logits = values / scale @ weights
            total += float(np.logaddexp.reduce(logits) - np.logaddexp.reduce(logits[right]))
        return total

    return _rounded(minimize(loss, np.ones(len(scale))).x / scale)


def fit_confidence(asked: Sequence[Asked]) -> tuple[Evidence, float]:
    """Weights and intercept of the logistic regression on the best candidates."""
    values = np.array([one.considered.candidates[0].evidence for one in asked])
    _, right, _ = confidences(asked)
    scale = values.std(axis=0)
    model = LogisticRegression(C=10.0).fit(values / scale, right)
    return _rounded(model.coef_[0] / scale), round(float(model.intercept_[0]), 4)


def threshold_of_risk(judged: Sequence[Asked], risk: float) -> float:
    """The lowest threshold at which at most this share of the answers given is wrong."""
    sure = np.array([one.considered.candidates[0].confidence for one in judged])
    right = np.array([is_right(one.best, one.labelled) for one in judged])
    order = np.argsort(-sure, kind="stable")
    wrong = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    fine = np.flatnonzero(wrong <= risk)
    return round(float(sure[order][fine[-1]]) if len(fine) else 1.0, 4)


def threshold_that_keeps(judged: Sequence[Asked]) -> float:
    """The highest threshold that refuses at most `MOST_REFUSED` of the answerable questions.

    Without a reader, confidence hardly tells a near miss from an answer, so that what one more
    refused near miss costs in refused answers has to be bounded from that side.
    """
    sure = [one.considered.candidates[0].confidence for one in judged if one.labelled.answers]
    return round(float(np.quantile(sure, MOST_REFUSED)), 4)


def least_on_topic(index: PassageIndex) -> float:
    """The retrieval score from which on a passage is on a topic, by the development topics.

    The one with which the fewest topics are wrongly said to be there or not; of equal ones the one
    with which the passages shown are most nearly those labelled (F1).
    """
    rows = [json.loads(line) for line in (QUALITY / "intents_dev.jsonl").open(encoding="utf-8")]
    topics = [row for row in rows if row["kind"] == "topic"]

    def loss(least: float) -> tuple[int, float]:
        wrong, shown, labelled, right = 0, 0, 0, 0
        for row in topics:
            topic = intent_of(parse_question(row["question"])).subject
            found = on_topic(topic, index, least, [row["article"]])
            places = [c.paragraph for c in found.citations] if isinstance(found, Topic) else []
            wrong += bool(places) != bool(row["paragraphs"])
            shown += len(places)
            labelled += len(row["paragraphs"])
            right += sum(place in row["paragraphs"] for place in places)
        return wrong, -2 * right / (shown + labelled)

    return min((round(step / 100, 2) for step in range(10, 60, 5)), key=loss)


def least_of_others(judged: Sequence[Asked], judgement: Judgement) -> float:
    """The highest confidence of other, wrong words from another passage beside an answer."""
    wrong = [
        other.confidence
        for one in judged
        if isinstance(decide(one.considered, judgement), Answer)
        for other in one.considered.candidates[1:]
        if other.citation.passage != one.best.passage
        and not says_the_same(one.best, other.citation)
        and not is_right(other.citation, one.labelled)
    ]
    return math.ceil(max(wrong, default=0.0) * 100) / 100


def least_of_further(index: PassageIndex, reader: Reader | None, judgement: Judgement) -> float:
    """The confidence from which on further places answer what asks for several, by `lists_dev`.

    The one with the best F1 of the places found and cited; of equal ones the highest. It may be
    lower than the threshold, as there is an answer already.
    """

    def f1(least: float) -> float:
        found = lists(index, reader, replace(judgement, further=least), "dev")
        return 2 * found.found / (found.expected + found.cited)

    return max((round(step / 100, 2) for step in range(5, 100, 5)), key=lambda s: (f1(s), s))


def judged_by(judgement: Judgement, one: Asked) -> Asked:
    """The same question with its candidates ordered and weighed by a judgement."""
    weighed = [replace(c, confidence=judgement.confidence(c)) for c in one.considered.candidates]
    candidates = sorted(weighed, key=judgement.rank, reverse=True)
    considered = replace(one.considered, candidates=candidates)
    return replace(one, considered=considered, outcome=decide(considered, judgement))


def _rounded(values: Values) -> Evidence:
    a, b, c, d = (round(float(value), 4) for value in values)
    return a, b, c, d


if __name__ == "__main__":
    main()
