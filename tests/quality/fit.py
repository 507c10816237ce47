"""Fits `bot/judgement.json` on the development questions: `make fit`.

The test questions play no part in it. Each development question is asked twice, of its own
article and of all thirty, so that the confidence holds for small and for larger indexes.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from bot.ask import Judgement
from bot.evaluate import Asked, Labelled, ask_all, is_right, read_labelled
from index.build import build
from index.encoder import find_encoder
from index.search import PassageIndex, open_index

QUALITY = Path(__file__).parent
JUDGEMENT = QUALITY.parents[1] / "bot" / "judgement.json"
MOST_REFUSED = 0.20
NEUTRAL = Judgement((0.0, 0.0, 0.0, 0.0), 0.0, 0.0, 0.0)


def main() -> None:
    """Writes the judgement and prints what it comes to on the development questions."""
    questions = read_labelled(QUALITY / "dev.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        encoder = find_encoder()
        build(Path(folder), [str(QUALITY / "voa_articles.jsonl")], encoder)
        index = open_index(Path(folder), encoder)
        of_own_article = ask_all(questions, index, NEUTRAL)
        of_all = ask_everywhere(questions, index, NEUTRAL)
    judgement = fit([*of_own_article, *of_all])
    JUDGEMENT.write_text(json.dumps(_as_json(judgement, len(questions)), indent=2) + "\n", "utf-8")
    print(JUDGEMENT.read_text("utf-8"))


def ask_everywhere(
    questions: Sequence[Labelled], index: PassageIndex, judgement: Judgement
) -> list[Asked]:
    """Each question asked of all articles; a right quote is still one from its own article."""
    anywhere = [labelled.model_copy(update={"article": None}) for labelled in questions]
    asked = ask_all(anywhere, index, judgement)
    return [replace(one, labelled=own) for one, own in zip(asked, questions, strict=True)]


def fit(asked: Sequence[Asked]) -> Judgement:
    """The judgement that these questions suggest."""
    evidence = np.array([astuple(one.evidence) for one in asked])
    right = np.array([is_right(one.best, one.labelled) for one in asked])
    scale = evidence.std(axis=0)
    model = LogisticRegression(C=1.0).fit(evidence / scale, right)
    confidence = model.predict_proba(evidence / scale)[:, 1]
    answerable = np.array([bool(one.labelled.answers) for one in asked])
    return Judgement(
        weights=tuple(round(float(weight), 4) for weight in model.coef_[0] / scale),
        intercept=round(float(model.intercept_[0]), 4),
        threshold=threshold_that_keeps(confidence, answerable),
        relevance=round(float(np.quantile(evidence[answerable, 0], 0.02)), 4),
    )


def threshold_that_keeps(confidence: np.ndarray, answerable: np.ndarray) -> float:
    """The highest threshold that refuses at most `MOST_REFUSED` of the answerable questions.

    Without a reader, confidence hardly tells a near miss from an answer, so that what one more
    refused near miss costs in refused answers has to be bounded from that side.
    """
    return round(float(np.quantile(confidence[answerable], MOST_REFUSED)), 4)


def _as_json(judgement: Judgement, count: int) -> dict[str, object]:
    return {
        "fitted_by": f"make fit, on the {count} questions of tests/quality/dev.jsonl",
        "weights": judgement.weights,
        "intercept": judgement.intercept,
        "threshold": judgement.threshold,
        "relevance": judgement.relevance,
    }


if __name__ == "__main__":
    main()
