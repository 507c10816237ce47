"""Remembered outcomes: what is read again, and what is held no longer."""

import gc
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot import remembered
from bot.answers import Answer, Question, Turn
from bot.opened import Opened
from bot.reader import Span
from index.corpus import Article
from tests.bot.examples import index_of
from tests.bot.test_ask import NUMBERS, OTHER, judge
from tests.readers import NumberReader

ASKED = Question("what number")


class CountingReader(NumberReader):
    """A NumberReader that counts how often it reads.

    Attributes:
        read_for: the questions that it read for, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.read_for: list[str] = []

    def read(self, question: str, texts: Sequence[str]) -> list[list[Span]]:
        """The numbers in each text."""
        self.read_for.append(question)
        return super().read(question, texts)


def opened(folder: Path, *rows: dict[str, str]) -> tuple[Opened, list[str]]:
    """An index of some articles that is asked, and the questions that its reader read for."""
    folder.mkdir(exist_ok=True)
    reader = CountingReader()
    return Opened(index_of(folder, *rows), reader, judge(0.0)), reader.read_for


def test_the_same_question_is_read_once(tmp_path: Path) -> None:
    """Asked again, a question has the very outcome that it had before, and nothing is read."""
    numbers, read_for = opened(tmp_path, NUMBERS)
    first, _ = numbers.ask(ASKED, None)
    again, _ = numbers.ask(Question("what number"), None)
    assert isinstance(first, Answer)
    assert first.citations[0].quote == "9"
    assert again is first
    assert read_for == ["what number"]


@pytest.mark.parametrize(
    ("question", "article"),
    [
        (Question("What number"), None),
        (ASKED, "numbers"),
        (Question("what number", (Turn("what is Aaaa", "3"),)), None),
    ],
    ids=["other words", "another scope", "a history"],
)
def test_what_differs_is_read_again(
    tmp_path: Path, question: Question, article: str | None
) -> None:
    """Other words, other articles and other turns before make it another question."""
    numbers, read_for = opened(tmp_path, NUMBERS, OTHER)
    numbers.ask(ASKED, None)
    before = len(read_for)
    numbers.ask(question, article)
    assert len(read_for) > before


def test_an_edited_history_is_read_again(tmp_path: Path) -> None:
    """The same question after another answer is another question."""
    numbers, read_for = opened(tmp_path, NUMBERS)
    reads = []
    for quote in ("3", "7", "3"):
        before = len(read_for)
        numbers.ask(Question("was it bigger", (Turn("what is Aaaa", quote),)), None)
        reads.append(len(read_for) > before)
    assert reads == [True, True, False]


def test_another_build_is_read_again(tmp_path: Path) -> None:
    """What came of one build is no outcome of another, though they share what remembers."""
    first, read_for = opened(tmp_path / "first", NUMBERS)
    second, _ = opened(tmp_path / "second", {"id": "new", "text": "Aaaa 8."})
    first.ask(ASKED, None)
    outcome, _ = Opened(second.index, first.reader, first.judgement, first.remembered).ask(
        ASKED, None
    )
    assert isinstance(outcome, Answer)
    assert outcome.citations[0].quote == "8"
    assert read_for == ["what number"] * 2


def test_the_last_questions_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound the question is forgotten that was not asked for the longest time."""
    monkeypatch.setattr(remembered, "MOST", 2)
    numbers, read_for = opened(tmp_path, NUMBERS)
    for text in ("one", "two", "one", "three", "one", "two"):
        numbers.ask(Question(f"number {text}"), None)
    assert read_for == ["number one", "number two", "number three", "number two"]


def test_long_articles_are_remembered_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the articles of two outcomes are too long together, only the last one is kept."""
    monkeypatch.setattr(remembered, "MOST_CHARACTERS", 2 * len(NUMBERS["text"]) - 1)
    numbers, read_for = opened(tmp_path, NUMBERS)
    for text in ("one", "one", "two", "one"):
        numbers.ask(Question(f"number {text}"), None)
    assert read_for == ["number one", "number two", "number one"]


def test_a_build_that_is_gone_is_not_held(tmp_path: Path) -> None:
    """The build itself is not kept open, and its articles go with the next new question."""

    def articles() -> int:
        found = [one for one in gc.get_objects() if isinstance(one, Article)]
        return sum(one.text == text for one in found)

    text = "Aaaa 3, of which there is no more."
    current, _ = opened(tmp_path / "current", OTHER)
    gone, _ = opened(tmp_path / "gone", {"id": "gone", "text": text})
    Opened(gone.index, gone.reader, gone.judgement, current.remembered).ask(ASKED, None)
    build = weakref.ref(gone.index)
    del gone
    gc.collect()
    assert (build(), articles()) == (None, 1)
    current.ask(ASKED, None)
    assert articles() == 0


def test_several_threads_may_ask(tmp_path: Path) -> None:
    """Of 200 questions of 4 kinds that come from 8 threads each has its own outcome."""
    numbers, _ = opened(tmp_path, NUMBERS, {"id": "more", "text": "Dddd 6."})
    scopes = [None, "numbers", "more", None] * 50
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda scope: numbers.ask(ASKED, scope)[0], scopes))
    quotes = [one.citations[0].quote for one in outcomes if isinstance(one, Answer)]
    assert quotes == ["9", "9", "6", "9"] * 50
