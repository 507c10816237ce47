"""The figures of `pilcrow eval`, each by hand."""

import math
from pathlib import Path

import numpy as np
import pytest

from bot.answers import Abstention, Answer, Remark
from bot.ask import Judgement
from bot.evaluate import (
    FIGURES,
    Asked,
    Figure,
    ask_all,
    bins_of,
    confidences,
    is_of_paragraph,
    is_right,
    report,
    written,
)
from bot.questions import Labelled
from index.errors import UnknownArticle
from tests.bot.examples import COLOURS, asked, cite, index_of
from tests.encoders import LetterEncoder
from tests.readers import NumberReader

SIX = [
    asked("dark red", 1, "123", "dark red", 0.95, given=True),  # right to the word
    asked("blue", 2, "213", "boat is blue", 0.85, given=True),  # right, and more than that
    asked("green", 3, "124", "dark red", 0.75, given=True),  # wrong, its paragraph not found
    asked("dark red", 1, "213", "dark red", 0.30, given=False),  # right, but held back
    asked("", 0, "123", "The car", 0.80, given=True),  # should have been held back
    asked("", 0, "123", "The car", 0.20, given=False),  # rightly held back
]
READ = Judgement((1.0, 0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0), 0.0, 0.5, 0.0, 0.0)
"""A judgement whose confidence is the logistic function of the reader score."""


def test_every_figure_by_hand() -> None:
    """Each figure is what counting on paper gives, in the order in which they are explained."""
    quality = report(SIX)
    assert (quality.answerable, quality.unanswerable) == (4, 2)
    assert list(quality.figures) == list(FIGURES)
    assert {name: quality[name] for name in FIGURES} == pytest.approx(
        {
            "retrieval_at_1": 2 / 4,
            "retrieval_at_3": 3 / 4,
            "passage_at_1": 3 / 4,
            "answer_right": 2 / 4,
            "answer_wrong": 1 / 4,
            "wrongly_refused": 1 / 4,
            "rightly_refused": 1 / 2,
            # The first answer and the last abstention; the second answer has one word of three.
            "exact_match": 2 / 6,
            "f1": (1 + 0.5 + 0 + 0 + 0 + 1) / 6,
            # Of the 8 pairs, 0.95 and 0.85 win both, 0.75 and 0.30 win one each.
            "auroc": 6 / 8,
            # Bins: 0.95 (right), 0.85 and 0.80 (half right), 0.75 (wrong), 0.30 (right), 0.20.
            "calibration_error": (0.05 + 2 * (0.825 - 0.5) + 0.75 + 0.70 + 0.20) / 6,
        }
    )


def test_an_answer_is_compared_with_the_label_it_is_nearest_to() -> None:
    """Of several labels the best counts, without case, marks, "a", "an" and "the"."""
    one = asked("green", 1, "1", "The car", 0.9, given=True)
    labels = one.labelled.model_copy(update={"answers": ("green", "Car!")})
    quality = report([Asked(labels, one.considered, one.outcome)])
    assert (quality["exact_match"], quality["f1"], quality["answer_right"]) == (1.0, 1.0, 1.0)


def test_a_factual_question_taken_for_small_talk_is_wrong() -> None:
    """What is answered by a remark is answered wrong, even where the best quote was right."""
    one = asked("dark red", 1, "123", "dark red", 0.95, given=True)
    quality = report([Asked(one.labelled, one.considered, Remark("Hello!"))])
    assert (quality["answer_right"], quality["answer_wrong"]) == (0.0, 1.0)
    assert (quality["exact_match"], quality["f1"], quality["wrongly_refused"]) == (0.0, 0.0, 0.0)


def test_the_first_quote_alone_is_compared() -> None:
    """A second citation makes nothing right that the first does not say."""
    one = asked("blue", 2, "12", "dark red", 0.9, given=True)
    both = Answer((one.best, cite(COLOURS, "blue", id="a")), 0.9)
    quality = report([Asked(one.labelled, one.considered, both)])
    assert (quality["f1"], quality["answer_right"], quality["answer_wrong"]) == (0.0, 0.0, 1.0)


def test_equal_confidences_are_half_told_apart() -> None:
    """A pair of an answerable and an unanswerable question with one confidence counts half."""
    able = [asked("blue", 2, "2", "blue", sure, given=True) for sure in (0.5, 0.5, 0.9)]
    unable = [asked("", 0, "2", "blue", sure, given=False) for sure in (0.5, 0.1)]
    # 0.5 is level with 0.5 and above 0.1, twice over; 0.9 is above both.
    assert report([*unable, *able])["auroc"] == pytest.approx((0.5 + 1 + 0.5 + 1 + 1 + 1) / 6)


def test_bins_by_hand() -> None:
    """Ten bins of equal width; one that holds nothing is left out, and 1 is in the last."""
    sure = np.array([1.0, 0.0, 0.95, 0.05, 0.1])
    right = np.array([False, False, True, True, True])
    assert bins_of(sure, right) == [
        (pytest.approx(0.025), 0.5, 2),
        (pytest.approx(0.1), 1.0, 1),
        (pytest.approx(0.975), 0.5, 2),
    ]


def test_a_certainty_that_is_right_has_no_calibration_error() -> None:
    """A confidence of 1 in a right quote and of 0 in a wrong one could not be better."""
    best = [
        asked("blue", 2, "2", "blue", 1.0, given=True),
        asked("", 0, "2", "blue", 0.0, given=False),
    ]
    assert report(best)["calibration_error"] == 0.0


def test_confidences_by_hand() -> None:
    """Each question's confidence, whether the best quote is right, and whether any can be."""
    sure, right, answerable = confidences(SIX)
    assert sure.tolist() == [0.95, 0.85, 0.75, 0.30, 0.80, 0.20]
    assert right.tolist() == [True, True, False, True, False, False]
    assert answerable.tolist() == [True, True, True, True, False, False]


def test_nothing_asked_gives_no_figures() -> None:
    """Of no questions each figure is NaN, and so are the ends of its interval."""
    quality = report([])
    assert (quality.answerable, quality.unanswerable) == (0, 0)
    for figure in quality.figures.values():
        assert [math.isnan(end) for end in (figure.value, figure.low, figure.high)] == [True] * 3
    assert len(quality.figures) == len(FIGURES)


@pytest.mark.parametrize(
    ("one", "missing"),
    [
        (SIX[0], {"rightly_refused", "auroc"}),
        (
            SIX[5],
            {"auroc", "retrieval_at_1", "retrieval_at_3", "passage_at_1"}
            | {"answer_right", "answer_wrong", "wrongly_refused"},
        ),
    ],
    ids=["answerable", "unanswerable"],
)
def test_questions_of_one_kind(one: Asked, missing: set[str]) -> None:
    """Where all can be answered, or none, just the figures of the other kind are NaN."""
    figures = report([one, one]).figures
    assert {name for name, figure in figures.items() if math.isnan(figure.value)} == missing
    assert {name for name, figure in figures.items() if math.isnan(figure.low)} == missing
    assert {name for name, figure in figures.items() if math.isnan(figure.high)} == missing


def test_the_interval_of_a_share_is_that_of_the_binomial_distribution() -> None:
    """Of 40 questions with 20 right, 95 % of the samples have 14 to 26 right."""
    figure = report([SIX[0]] * 20 + [SIX[2]] * 20).figures["answer_right"]
    assert figure.value == 0.5
    assert figure.low == pytest.approx(14 / 40, abs=1 / 40)
    assert figure.high == pytest.approx(26 / 40, abs=1 / 40)


def test_intervals_are_around_their_values() -> None:
    """Each figure of mixed questions is inside of an interval that is inside of 0 to 1."""
    for name, figure in report(SIX * 5).figures.items():
        assert 0 <= figure.low < figure.value < figure.high <= 1, name


def test_identical_questions_have_intervals_of_no_width() -> None:
    """Where any sample is like the other, each figure is certain."""
    figures = report([SIX[1]] * 7).figures
    known = {name: one for name, one in figures.items() if not math.isnan(one.value)}
    assert known.keys() == FIGURES.keys() - {"rightly_refused", "auroc"}
    assert known == {
        name: Figure(one.value, pytest.approx(one.value), pytest.approx(one.value))
        for name, one in known.items()
    }
    assert figures["f1"].value == 0.5


def test_samples_without_a_kind_do_not_count() -> None:
    """With one unanswerable question, samples that miss it leave its figures certain."""
    figures = report([*SIX[:4], SIX[5]]).figures
    assert figures["rightly_refused"] == Figure(1.0, 1.0, 1.0)
    assert figures["auroc"] == Figure(1.0, 1.0, 1.0)


def test_the_report_is_the_same_each_time() -> None:
    """The samples are drawn by a fixed seed."""
    assert report(SIX * 3) == report(SIX * 3)


@pytest.mark.parametrize(
    ("answers", "paragraphs", "article", "right"),
    [
        (("dark red",), (1,), "a", True),
        (("red",), (1,), "a", True),  # the quote has it
        (("DARK, the Red",), (1,), "a", True),  # the same words
        (("red car",), (1,), "a", True),  # one word of two and two: F1 is 0.5
        (("a red fast car",), (1,), "a", False),  # one word of two and three: F1 is 0.4
        (("blue",), (1,), "a", False),
        (("blue", "red"), (2, 1), "a", True),
        (("dark red",), (1,), None, True),
        (("dark red",), (2,), "a", False),  # right words, wrong paragraph
        (("dark red",), (), "a", False),
        (("dark red",), (1,), "b", False),  # right words, wrong article
        ((), (), "a", False),
        ((), (1,), "a", False),
    ],
)
def test_what_is_right(
    answers: tuple[str, ...], paragraphs: tuple[int, ...], article: str | None, right: bool
) -> None:
    """The quote "dark red" is right with the right words from a right ¶ of the right article."""
    labelled = Labelled(question="q", article=article, answers=answers, paragraphs=paragraphs)
    assert is_right(cite(COLOURS, "dark red", id="a"), labelled) is right


@pytest.mark.parametrize(("label", "right"), [("red", True), ("Red", False), ("red paint", False)])
def test_a_long_quote_is_right_if_it_has_a_label(label: str, right: bool) -> None:
    """With one word of four the F1 is 0.4 at most: the label has to stand there as it is."""
    labelled = Labelled(question="q", answers=(label,), paragraphs=(1,))
    assert is_right(cite(COLOURS, "The car is dark red.", id="a"), labelled) is right


def test_the_right_paragraph_is_told_apart_from_the_right_words() -> None:
    """Any words of a paragraph that answers are of it; the same words elsewhere are not."""
    labelled = Labelled(question="q", article="a", answers=("red",), paragraphs=(1, 3))
    quotes = {"The car": True, "green": True, "blue": False, "grey": False}
    for quote, expected in quotes.items():
        assert is_of_paragraph(cite(COLOURS, quote, id="a"), labelled) is expected
    assert is_of_paragraph(cite(COLOURS, "The car", id="b"), labelled) is False


def test_the_report_is_written_a_figure_a_line() -> None:
    """The counts, then each figure with its interval and what it means; NaN is said too."""
    lines = written(report([SIX[1]] * 3)).split("\n")
    assert lines[0] == "3 answerable and 0 unanswerable questions"
    assert [line.split()[0] for line in lines[1:]] == list(FIGURES)
    assert lines[9] == (
        "f1                  0.500   (0.500 to 0.500)   F1 over all, as SQuAD 2.0 counts it"
    )
    assert lines[7] == ("rightly_refused       nan   (nan to nan)   abstained, of the unanswerable")


def test_the_reader_answers_and_holds_back(tmp_path: Path) -> None:
    """Each question comes back, in order, with what was read in its own article."""
    index = index_of(
        tmp_path,
        {"id": "a", "text": "It took 7 days and 6 nights.\n\nNobody knew."},
        {"id": "b", "text": "She was 3."},
    )
    questions = [
        Labelled(question="how old", article="b", answers=("3",), paragraphs=(1,)),
        Labelled(question="how long", answers=("7 days",), paragraphs=(1,)),
    ]
    young, week = ask_all(questions, index, NumberReader(), READ)
    assert [young.labelled, week.labelled] == questions
    assert (young.best.quote, young.best.article.id) == ("3", "b")
    assert isinstance(young.outcome, Abstention)
    assert young.outcome.confidence == pytest.approx(1 / (1 + math.exp(2)))
    assert (week.best.quote, week.best.article.id) == ("7", "a")
    assert isinstance(week.outcome, Answer)
    assert week.outcome.confidence == pytest.approx(1 / (1 + math.exp(-2)))
    # All three passages were found, and in them three numbers.
    assert len(week.considered.hits) == 3
    assert [one.citation.quote for one in week.considered.candidates] == ["7", "6", "3"]
    quality = report([young, week])
    assert (quality["answer_right"], quality["wrongly_refused"]) == (0.5, 0.5)


def test_without_a_reader_the_sentence_answers(tmp_path: Path) -> None:
    """The sentence that is most similar to the question, on one line, is what is given."""
    encoder = LetterEncoder()
    index = index_of(
        tmp_path,
        {"id": "a", "text": "Aaaa!"},
        {"id": "b", "text": "Abab. Bbbb!"},
        encoder=encoder,
    )
    judgement = Judgement((1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0), 0.0, 0.5, 0.0, 0.0)
    questions = [
        Labelled(question=" a\n", article="b", answers=("Abab",), paragraphs=(1,)),
        Labelled(question="a", answers=("Aaaa",), paragraphs=(1,)),
    ]
    first, second = ask_all(questions, index, None, judgement)
    assert (first.best.quote, first.best.article.id, len(first.considered.hits)) == (
        "Abab.",
        "b",
        1,
    )
    assert (second.best.quote, second.best.article.id) == ("Aaaa!", "a")
    assert len(second.considered.hits) == 2
    assert " a\n" not in encoder.asked
    assert report([first, second])["answer_right"] == 1.0


def test_an_article_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A question of an article that the index does not hold is an error."""
    index = index_of(tmp_path, {"id": "a", "text": "Aaaa!"})
    question = Labelled(question="a", article="c", answers=(), paragraphs=())
    with pytest.raises(UnknownArticle, match="no article “c”"):
        ask_all([question], index, None, READ)
