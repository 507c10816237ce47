"""The figures of `pilcrow eval` by hand, and what is said about a wrong file of questions."""

import math
from pathlib import Path

import pytest

from bot.answers import Abstention, Answer, Citation, Reason
from bot.ask import Evidence, Judgement
from bot.evaluate import (
    Asked,
    Labelled,
    QuestionsError,
    Row,
    ask_all,
    is_right,
    read_labelled,
    read_rows,
    report,
    table,
)
from tests.bot.examples import index_of, passages_of

PASSAGES = passages_of("One is red.\n\nTwo is blue.\n\nThree is green.\n\nFour is grey.", id="a")
WHOLE = [Citation(passage, passage.start, passage.end) for passage in PASSAGES]
GOOD = '{"question": "who?", "answers": ["x"], "paragraphs": [1]}'


def asked(answers: str, paragraph: int, found: str, confidence: float, given: bool) -> Asked:
    """A question whose answer is in a ¶ (none: no answers), with the ¶s that were found."""
    words = tuple(answers.split())
    paragraphs = (paragraph,) if words else ()
    labelled = Labelled(question="q?", article="a", answers=words, paragraphs=paragraphs)
    hits = [WHOLE[int(number) - 1] for number in found]
    outcome = (
        Answer((hits[0],), confidence)
        if given
        else Abstention(Reason.NOT_SAID, tuple(hits), confidence)
    )
    return Asked(labelled, hits, hits[0], Evidence(0, 0, 0, 0), outcome)


def test_every_figure_by_hand() -> None:
    """Shares, AUROC and calibration error are what counting on paper gives."""
    figures = report(
        [
            asked("red", 1, "123", 0.95, given=True),  # right
            asked("blue", 2, "213", 0.85, given=True),  # right
            asked("green", 3, "124", 0.75, given=True),  # wrong, not found
            asked("red", 1, "213", 0.30, given=False),  # refused, found second
            asked("", 0, "123", 0.80, given=True),  # should have been refused
            asked("", 0, "123", 0.20, given=False),  # rightly refused
        ]
    )
    assert (figures.answerable, figures.unanswerable) == (4, 2)
    assert (figures.passage_at_1, figures.passage_at_3) == (0.5, 0.75)
    assert (figures.answer_right, figures.answer_wrong) == (0.5, 0.25)
    assert (figures.wrongly_refused, figures.rightly_refused) == (0.25, 0.5)
    # Of the 8 pairs, 0.95 and 0.85 win both, 0.75 and 0.30 win one each.
    assert figures.auroc == pytest.approx(6 / 8)
    # Bins: 0.95 (right), 0.85 and 0.80 (half right), 0.75, 0.30, 0.20 (none right).
    expected = (1 * 0.05 + 2 * abs(0.5 - 0.825) + 0.75 + 0.30 + 0.20) / 6
    assert figures.calibration_error == pytest.approx(expected)


def test_a_confidence_of_one_is_in_the_last_bin() -> None:
    """Certainty that is right has no calibration error."""
    assert report([asked("red", 1, "1", 1.0, given=True)]).calibration_error == 0


def test_nothing_asked_gives_no_figures() -> None:
    """Of no questions each share is NaN, which the table says too."""
    figures = report([])
    assert (figures.answerable, figures.unanswerable) == (0, 0)
    assert math.isnan(figures.passage_at_1)
    assert math.isnan(figures.rightly_refused)
    assert math.isnan(figures.auroc)
    assert math.isnan(figures.calibration_error)
    lines = table(figures).split("\n")
    assert lines[0] == "answerable          0"
    assert lines[2] == "passage at 1        nan"
    assert len(lines) == 10


def test_questions_of_one_kind_have_no_auroc() -> None:
    """With nothing to tell apart there is no AUROC, and the other kind's shares are NaN."""
    figures = report([asked("red", 1, "12", 0.9, given=True)])
    assert math.isnan(figures.auroc)
    assert math.isnan(figures.rightly_refused)
    assert figures.answer_right == 1.0


@pytest.mark.parametrize(
    ("citation", "answers", "paragraphs", "article", "right"),
    [
        (WHOLE[0], ("red",), (1,), "a", True),
        (WHOLE[0], ("blue", "red"), (2, 1), "a", True),
        (WHOLE[0], ("red",), (1,), None, True),
        (WHOLE[0], ("blue",), (1,), "a", False),
        (WHOLE[0], ("red",), (2,), "a", False),
        (WHOLE[0], ("red",), (1,), "b", False),
        (WHOLE[0], (), (), "a", False),
    ],
)
def test_what_is_right(
    citation: Citation,
    answers: tuple[str, ...],
    paragraphs: tuple[int, ...],
    article: str | None,
    right: bool,
) -> None:
    """A quote is right with the right words from a right ¶ of the right article."""
    labelled = Labelled(question="q", article=article, answers=answers, paragraphs=paragraphs)
    assert is_right(citation, labelled) is right


def test_questions_are_asked_of_their_article(tmp_path: Path) -> None:
    """Each question comes back, in order, with what was found in its own article."""
    index = index_of(tmp_path, {"id": "a", "text": "Aaaa!"}, {"id": "b", "text": "Abab. Bbbb!"})
    judgement = Judgement((0.0, 0.0, 0.0, 0.0), 0.0, 0.5, 0.0)
    questions = [
        Labelled(question="a", article="b", answers=("Abab",), paragraphs=(1,)),
        Labelled(question="a", answers=("Aaaa",), paragraphs=(1,)),
    ]
    first, second = ask_all(questions, index, judgement)
    assert (first.best.quote, first.best.article.id, len(first.found)) == ("Abab.", "b", 1)
    assert (second.best.quote, second.best.article.id, len(second.found)) == ("Aaaa!", "a", 2)
    assert report([first, second]).answer_right == 1.0


def test_rows_are_read_in_order(tmp_path: Path) -> None:
    """Blank lines, other fields, a byte order mark and any line end do no harm."""
    file = tmp_path / "questions.jsonl"
    lines = ['{"question": "a\u2028b", "style": "x"}', "", '{"question": "c", "article": "d"}']
    file.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode() + b"\n")
    assert read_rows(file) == [Row(question="a\u2028b"), Row(question="c", article="d")]


def test_labels_are_read(tmp_path: Path) -> None:
    """Answers and paragraphs come with the question; both may be empty."""
    file = tmp_path / "questions.jsonl"
    file.write_text(f'{GOOD}\n{{"question": "b", "answers": [], "paragraphs": []}}\n', "utf-8")
    assert read_labelled(file) == [
        Labelled(question="who?", answers=("x",), paragraphs=(1,)),
        Labelled(question="b", answers=(), paragraphs=()),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "the line: Invalid JSON: EOF while parsing an object at line 1 column 1."),
        ("[1]", "the line: Input should be an object."),
        ("{}", "question: Field required."),
        (
            '{"question": 5, "answers": [], "paragraphs": []}',
            "question: Input should be a valid string.",
        ),
        ('{"question": "a", "paragraphs": []}', "answers: Field required."),
        (
            '{"question": "a", "answers": "b", "paragraphs": []}',
            "answers: Input should be a valid array.",
        ),
        (
            '{"question": "a", "answers": ["b"], "paragraphs": [1, "two"]}',
            "paragraphs.1: Input should be a valid integer, unable to parse string as an integer.",
        ),
        (
            '{"question": " ", "answers": [], "paragraphs": []}',
            "There is no question in that: ask one in a few words.",
        ),
        (
            f'{{"question": "{"x" * 1001}", "answers": [], "paragraphs": []}}',
            "That question has 1,001 characters, and a question may have 1,000: "
            "ask it in fewer words.",
        ),
    ],
)
def test_a_wrong_line_is_named(line: str, reason: str, tmp_path: Path) -> None:
    """The sentence about a wrong line has the file, the line's number and what is wrong."""
    file = tmp_path / "questions.jsonl"
    # A line separator inside of a line does not count as a line.
    first = GOOD.replace("who?", "wh\u2028o?")
    file.write_text(f"{first}\n\n{line}\n", "utf-8")
    with pytest.raises(QuestionsError) as caught:
        read_labelled(file)
    assert str(caught.value) == f"{file} line 3: {reason}"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file that is not there, a folder, and a file that is not UTF-8 get a sentence each."""
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes('{"question": "é"}'.encode("latin-1"))
    for file, sentence in [
        (tmp_path / "none", "cannot be read (No such file or directory): check the name."),
        (tmp_path, "cannot be read (Is a directory): check the name."),
        (latin, "is not UTF-8: save it as UTF-8."),
    ]:
        with pytest.raises(QuestionsError) as caught:
            read_rows(file)
        assert str(caught.value) == f"{file} {sentence}"
