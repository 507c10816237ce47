"""Files of questions: what is read, and what is said about a wrong one."""

from pathlib import Path

import pytest

from bot.answers import Question, Turn
from bot.questions import Labelled, QuestionsError, Row, read_labelled, read_rows

GOOD = '{"question": "who?", "answers": ["x"], "paragraphs": [1]}'


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


def test_history_is_read(tmp_path: Path) -> None:
    """The turns before a question come with it, oldest first; an abstention has no answer."""
    file = tmp_path / "questions.jsonl"
    turns = '[{"question": " a\\nb ", "answer": "c"}, {"question": "d", "answer": null, "ms": 3}]'
    file.write_text(f'{{"question": "e", "history": {turns}}}\n', "utf-8")
    asked = Question("e", (Turn("a b", "c"), Turn("d", None)))
    assert [row.asked for row in read_rows(file)] == [asked]
    file.write_text('{"question": "e", "history": null}\n', "utf-8")
    assert [row.asked for row in read_rows(file)] == [Question("e")]


def test_an_id_may_be_written_as_a_number(tmp_path: Path) -> None:
    """An article's id 7 is the id "7", and none is none."""
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "a", "article": 7}\n{"question": "b", "article": null}', "utf-8")
    assert [row.article for row in read_rows(file)] == ["7", None]


def test_a_file_of_nothing_has_no_questions(tmp_path: Path) -> None:
    """An empty file, and one of blank lines, are read as no questions."""
    file = tmp_path / "questions.jsonl"
    for nothing in ("", "\n \n\t\n"):
        file.write_text(nothing, "utf-8")
        assert read_rows(file) == []
        assert read_labelled(file) == []


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
        (
            '{"question": "a", "article": true, "answers": [], "paragraphs": []}',
            "article: Input should be a valid string.",
        ),
        ('{"question": "a", "paragraphs": []}', "answers: Field required."),
        (
            '{"question": "a", "answers": "b", "paragraphs": []}',
            "answers: Input should be a valid array.",
        ),
        (
            '{"question": "a", "answers": ["b", ""], "paragraphs": [1]}',
            "answers.1: String should have at least 1 character.",
        ),
        (
            '{"question": "a", "answers": ["b"], "paragraphs": [1, "two"]}',
            "paragraphs.1: Input should be a valid integer, unable to parse string as an integer.",
        ),
        (
            '{"question": "a", "history": "b", "answers": [], "paragraphs": []}',
            "history: Input should be a valid array.",
        ),
        (
            '{"question": "a", "history": ["b"], "answers": [], "paragraphs": []}',
            "history.0: Input should be an object.",
        ),
        (
            '{"question": "a", "history": [{"question": "b"}], "answers": [], "paragraphs": []}',
            "history.0.answer: Field required.",
        ),
        (
            '{"question": "a", "history": [{"question": "b", "answer": 5}], "answers": [], '
            '"paragraphs": []}',
            "history.0.answer: Input should be a valid string.",
        ),
        (
            '{"question": "a", "history": [{"question": " ", "answer": null}], "answers": [], '
            '"paragraphs": []}',
            "There is no question in that: ask one in a few words.",
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
