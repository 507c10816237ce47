"""Quality pinned as floors on fixed questions; nobody can lower it by accident.

What was chosen on the development questions is in README.md; the test questions chose nothing.
The floors are what was measured, less two or three hundredths for what processors do differently.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.ask import load_judgement
from bot.evaluate import Report, ask_all, read_labelled, report
from index.search import PassageIndex
from index.sources import read

QUALITY = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "floors"),
    [
        (
            "dev.jsonl",
            {
                "passage_at_1": 0.73,
                "passage_at_3": 0.86,
                "answer_right": 0.61,
                "rightly_refused": 0.22,
                "wrongly_refused": 0.24,
                "calibration_error": 0.10,
            },
        ),
        (
            "test.jsonl",
            {
                "passage_at_1": 0.67,
                "passage_at_3": 0.89,
                "answer_right": 0.48,
                "rightly_refused": 0.29,
                "wrongly_refused": 0.34,
                "calibration_error": 0.17,
            },
        ),
    ],
)
def test_quality_is_not_below_its_floor(
    voa_index: PassageIndex, file: str, floors: dict[str, float]
) -> None:
    """Retrieval, answers and abstention are as good as they were, on either set of questions."""
    figures: Report = report(ask_all(read_labelled(QUALITY / file), voa_index, load_judgement()))
    errors = ("wrongly_refused", "calibration_error")
    missed = {
        name: (getattr(figures, name), floor)
        for name, floor in floors.items()
        if (getattr(figures, name) > floor) == (name in errors)
    }
    assert missed == {}


@pytest.mark.parametrize(
    ("file", "answerable", "unanswerable"), [("dev.jsonl", 145, 79), ("test.jsonl", 98, 44)]
)
def test_the_labels_hold(file: str, answerable: int, unanswerable: int) -> None:
    """Each labelled answer is in a labelled paragraph of its article, word for word."""
    labelled = read_labelled(QUALITY / file)
    counted = Counter(bool(one.answers) for one in labelled)
    assert counted == {True: answerable, False: unanswerable}
    articles = {article.id: article for article in read([str(QUALITY / "voa_articles.jsonl")])}
    for one in labelled:
        article = articles[str(one.article)]
        texts = [article.text[slice(*article.paragraphs[n - 1])] for n in one.paragraphs]
        assert all(any(answer in text for text in texts) for answer in one.answers), one
        assert all(any(answer in text for answer in one.answers) for text in texts), one
        assert bool(one.answers) == bool(one.paragraphs), one


def test_development_and_test_questions_share_no_article() -> None:
    """Nothing that was tuned on the development questions saw an article of the test questions."""
    dev, test = (
        {one.article for one in read_labelled(QUALITY / file)}
        for file in ("dev.jsonl", "test.jsonl")
    )
    assert (len(dev), len(test), dev & test) == (20, 10, set())


def test_the_judgement_was_fitted_on_the_development_questions() -> None:
    """The judgement that ships says how many questions it was fitted on, and that is all of dev."""
    values = json.loads((QUALITY.parents[1] / "bot" / "judgement.json").read_text("utf-8"))
    count = len(read_labelled(QUALITY / "dev.jsonl"))
    assert values["fitted_by"] == f"make fit, on the {count} questions of tests/quality/dev.jsonl"
