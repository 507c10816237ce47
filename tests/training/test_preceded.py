"""Rows whose passage stands below the paragraph before it."""

import random

import pytest

from bot.training.hard import Row
from bot.training.preceded import answered_before, preceded

CONTEXT = "Ann Lee is the mayor. She is 52. She lives by the sea. Her house is red."


def chance(seed: int = 1) -> random.Random:
    """Chance that is the same in every run."""
    return random.Random(seed)  # noqa: S311 - nothing is kept secret by it


def source(answer: str, context: str = CONTEXT) -> dict[str, object]:
    """A row as it stands in a file."""
    return {"context": context, "answers": [{"text": answer}]}


def row(passage: str, answer: str) -> Row:
    """A question that words of a passage answer."""
    start = passage.index(answer)
    return Row("how old", passage, start, start + len(answer))


def test_what_comes_before_stands_before_a_mark() -> None:
    """The sentences before a window stand above it, and its answer is as much further on."""
    found = preceded(row("She is 52.", "52"), source("52"), ["No other."], chance())
    assert found.passage == "Ann Lee is the mayor. ¶ She is 52."
    assert found.passage[found.start : found.end] == "52"


def test_without_an_answer_there_is_still_none() -> None:
    """A row without an answer stays one below what comes before it."""
    found = preceded(Row("how old", "Her house is red.", -1, -1), source("52"), [], chance())
    assert (found.passage, found.start) == ("Her house is red.", -1)
    found = preceded(Row("how old", "Her house is red.", -1, -1), source("53"), [], chance())
    assert (
        found.passage
        == "Ann Lee is the mayor. She is 52. She lives by the sea. ¶ Her house is red."
    )
    assert (found.start, found.end) == (-1, -1)


def test_where_nothing_comes_before_another_paragraph_stands_there() -> None:
    """The first sentences of a paragraph stand below another one of their article."""
    found = preceded(
        row("Ann Lee is the mayor.", "Ann Lee"), source("Ann Lee"), ["Rain."], chance()
    )
    assert found.passage == "Rain. ¶ Ann Lee is the mayor."
    assert found.passage[found.start : found.end] == "Ann Lee"


def test_more_than_forty_words_are_not_given() -> None:
    """Only the last sentences that have forty words together stand before a passage."""
    long = " ".join(["word"] * 37) + "."
    context = f"Not this one here. {long} One two three. It is 52."
    found = preceded(row("It is 52.", "52"), source("52", context), [], chance())
    assert found.passage == f"{long} One two three. ¶ It is 52."


def test_an_answer_may_stand_before_the_passage() -> None:
    """The sentences after an answer are the passage, and the answer stands before the mark."""
    made = [answered_before(row("She is 52.", "52"), source("52"), chance(n)) for n in range(20)]
    assert {one.passage for one in made if one} == {
        "Ann Lee is the mayor. She is 52. ¶ She lives by the sea.",
        "Ann Lee is the mayor. She is 52. ¶ She lives by the sea. Her house is red.",
    }
    assert {one.passage[one.start : one.end] for one in made if one} == {"52"}


@pytest.mark.parametrize("answer", ["Her house is red.", "She"])
def test_an_answer_that_is_last_or_said_again_has_no_such_row(answer: str) -> None:
    """Where nothing follows an answer, or it is said again there, no row is made."""
    passage = "Her house is red." if answer[0] == "H" else "She is 52."
    assert answered_before(row(passage, answer), source(answer), chance()) is None
