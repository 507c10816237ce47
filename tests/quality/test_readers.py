"""Readers are compared on development questions, each judged by what other articles suggest."""

import math
from collections.abc import Sequence

import pytest

from bot.ask import Evidence
from bot.evaluate import Asked, ask_all
from bot.questions import read_labelled
from index.search import PassageIndex
from tests.quality import readers
from tests.quality.fit import NEUTRAL, QUALITY, development_questions


@pytest.mark.slow
def test_no_question_is_judged_by_its_own_article(
    voa_index: PassageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each question is judged once, by weights fitted to the questions of other articles alone."""
    questions = read_labelled(QUALITY / "dev.jsonl")[::9]
    asked = ask_all(questions, voa_index, None, NEUTRAL)
    fitted_to: list[set[str | None]] = []

    def fit_choice(others: Sequence[Asked]) -> Evidence:
        fitted_to.append({one.labelled.article for one in others})
        # Which fold it was is to be read in the order of the candidates: by cosine, or by BM25.
        return (0.0, 1.0, 0.0, 0.0) if len(fitted_to) % 2 else (0.0, 0.0, 1.0, 0.0)

    def fit_confidence(others: Sequence[Asked]) -> tuple[Evidence, float]:
        return (0.0, 0.0, 0.0, 0.0), float(len(fitted_to))

    monkeypatch.setattr(readers, "fit_choice", fit_choice)
    monkeypatch.setattr(readers, "fit_confidence", fit_confidence)
    judged = readers.cross_validated(asked)
    assert [one.labelled for one in judged] == questions
    for one in judged:
        confidence = one.considered.candidates[0].confidence
        # A logistic of 1 is .731, of 2 .881, and so on up to the tenth fold.
        fold = next(n for n in range(1, 11) if abs(confidence - 1 / (1 + math.exp(-n))) < 1e-9)
        assert one.labelled.article not in fitted_to[fold - 1]
    assert len(fitted_to) == 10


def test_the_development_questions_are_those_of_three_files() -> None:
    """They are on twenty news articles and some stories, of which no test question is asked."""
    questions = development_questions()
    articles = {one.article for one in questions}
    assert (len(questions), len(articles)) == (1165, 38)
    for name in ("test", "stories_test", "sample"):
        assert articles & {one.article for one in read_labelled(QUALITY / f"{name}.jsonl")} == set()
    assert len({one.question for one in questions}) == 1164
