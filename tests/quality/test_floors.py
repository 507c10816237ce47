"""Quality pinned as floors on fixed questions; nobody can lower it by accident.

What was chosen on the development questions is in README.md. Nothing was fitted to the test ones;
as floors they chose among readers, which README.md says, too. The floors are what was measured,
less two to four hundredths, or a question or two, for what processors do differently.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.ask import load_judgement
from bot.evaluate import Report, ask_all, report
from bot.questions import read_labelled
from bot.reader import find_reader
from index.search import PassageIndex
from index.sources import SAMPLE
from tests.quality.fit import development_questions
from tests.quality.followups import CONTROLS, FOLLOWUPS, ways_to_ask
from tests.sources import read

QUALITY = Path(__file__).parent


FLOORS = {
    "dev.jsonl": {
        "retrieval_at_1": 0.73,
        "retrieval_at_3": 0.88,
        "passage_at_1": 0.95,
        "answer_right": 0.86,
        "answer_wrong": 0.07,
        "wrongly_refused": 0.10,
        "rightly_refused": 0.87,
        "f1": 0.85,
        "auroc": 0.95,
        "calibration_error": 0.08,
    },
    "test.jsonl": {
        "retrieval_at_1": 0.69,
        "retrieval_at_3": 0.89,
        "passage_at_1": 0.90,
        "answer_right": 0.82,
        "answer_wrong": 0.07,
        "wrongly_refused": 0.13,
        "rightly_refused": 0.83,
        "f1": 0.82,
        "auroc": 0.93,
        "calibration_error": 0.10,
    },
    "sample.jsonl": {
        "passage_at_1": 0.85,
        "answer_right": 0.79,
        "answer_wrong": 0.13,
        "wrongly_refused": 0.11,
        "rightly_refused": 0.82,
        "f1": 0.81,
        "auroc": 0.92,
        "calibration_error": 0.14,
    },
    "stories_test.jsonl": {
        "retrieval_at_1": 0.68,
        "retrieval_at_3": 0.82,
        "passage_at_1": 0.88,
        "answer_right": 0.79,
        "answer_wrong": 0.13,
        "wrongly_refused": 0.11,
        "rightly_refused": 0.67,
        "f1": 0.71,
        "auroc": 0.90,
        "calibration_error": 0.11,
    },
}
FOLLOWUP_FLOORS = {
    FOLLOWUPS: {
        "retrieval_at_1": 0.74,
        "retrieval_at_3": 0.91,
        "passage_at_1": 0.91,
        "answer_right": 0.82,
        "wrongly_refused": 0.10,
        "rightly_refused": 0.90,
    },
    CONTROLS: {"retrieval_at_1": 0.75, "passage_at_1": 0.89, "answer_right": 0.89},
}
"""Of followups_test.jsonl: those that need their history, and those that do not."""

ERRORS = ("answer_wrong", "wrongly_refused", "calibration_error")


@pytest.mark.slow
@pytest.mark.parametrize("file", FLOORS)
def test_quality_is_not_below_its_floor(
    voa_index: PassageIndex,
    sample_index: PassageIndex,
    stories_index: PassageIndex,
    file: str,
) -> None:
    """Retrieval, answers and abstention are as good as they were, on each set of questions."""
    special = {"sample.jsonl": sample_index, "stories_test.jsonl": stories_index}
    index = special.get(file, voa_index)
    reader = find_reader()
    figures = report(ask_all(read_labelled(QUALITY / file), index, reader, load_judgement(reader)))
    assert missed(figures, FLOORS[file]) == {}


@pytest.mark.slow
@pytest.mark.parametrize("kind", FOLLOWUP_FLOORS)
def test_follow_ups_are_understood_as_well_as_they_were(voa_index: PassageIndex, kind: str) -> None:
    """Follow-ups are answered with their history, and it does no harm to what stands alone."""
    reader = find_reader()
    labelled = ways_to_ask(QUALITY / "followups_test.jsonl")[kind]
    figures = report(ask_all(labelled, voa_index, reader, load_judgement(reader)))
    assert missed(figures, FOLLOWUP_FLOORS[kind]) == {}


def missed(figures: Report, floors: dict[str, float]) -> dict[str, tuple[float, float]]:
    """The figures that are worse than their floors, with these."""
    return {
        name: (figures[name], floor)
        for name, floor in floors.items()
        if (figures[name] > floor) == (name in ERRORS)
    }


@pytest.mark.slow
def test_without_a_reader_quality_is_not_below_its_floor(voa_index: PassageIndex) -> None:
    """The best sentence answers the test questions about as often as it did."""
    labelled = read_labelled(QUALITY / "test.jsonl")
    figures = report(ask_all(labelled, voa_index, None, load_judgement(None)))
    assert figures["answer_right"] >= 0.49


@pytest.mark.parametrize(
    ("file", "answerable", "unanswerable"),
    [
        ("dev.jsonl", 145, 79),
        ("dev_more.jsonl", 280, 160),
        ("dev_stories.jsonl", 376, 125),
        ("test.jsonl", 98, 44),
        ("sample.jsonl", 64, 40),
        ("stories_test.jsonl", 294, 168),
        ("followups_dev.jsonl", 72, 14),
        ("followups_test.jsonl", 63, 13),
    ],
)
def test_the_labels_hold(file: str, answerable: int, unanswerable: int) -> None:
    """Each labelled answer is in a labelled paragraph of its article, word for word."""
    labelled = read_labelled(QUALITY / file)
    counted = Counter(bool(one.answers) for one in labelled)
    assert counted == {True: answerable, False: unanswerable}
    sources = [str(QUALITY / "voa_articles.jsonl"), str(QUALITY / "stories.jsonl"), SAMPLE]
    articles = {article.id: article for article in read(sources)}
    for one in labelled:
        article = articles[str(one.article)]
        texts = [article.text[slice(*article.paragraphs[n - 1])] for n in one.paragraphs]
        assert all(any(answer in text for text in texts) for answer in one.answers), one
        assert all(any(answer in text for answer in one.answers) for text in texts), one
        assert bool(one.answers) == bool(one.paragraphs), one


def test_development_and_test_questions_share_no_article() -> None:
    """Nothing that was tuned on the development questions saw an article of the test questions."""
    for dev, test, expected in (
        ("dev", "test", (20, 10)),
        ("dev_more", "test", (20, 10)),
        ("dev_stories", "stories_test", (18, 21)),
        ("followups_dev", "followups_test", (20, 10)),
    ):
        of_dev, of_test = (
            {one.article for one in read_labelled(QUALITY / f"{name}.jsonl")}
            for name in (dev, test)
        )
        assert (len(of_dev), len(of_test), of_dev & of_test) == (*expected, set())


def test_the_judgement_was_fitted_on_the_development_questions() -> None:
    """The judgement that ships says how many questions it was fitted on: all the development's."""
    values = json.loads((QUALITY.parents[1] / "bot" / "judgement.json").read_text("utf-8"))
    count = len(development_questions())
    assert values["fitted_by"] == f"make fit, on the {count} questions of tests/quality/dev*.jsonl"
