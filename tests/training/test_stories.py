"""Rows of invented stories: what is read beside a question, and what is no story."""

import random
from collections import Counter
from pathlib import Path

import pytest

from bot.training.hard import Row
from bot.training.stories import Story, StoryQuestion, read_stories, rows_of

STORY = """Title: A ferry stops

The ferry stopped at four.

Anna Lund, 47, steers the ferry. She is no 7.

A boat brought the 7 who were on board home.

The owner of the boat is 47, too.
====
how old is anna lund | 47 | 2,4
how many were on the boat | 7 | 3
who owns the boat | - | -
"""
"""Every answer's words stand in other places as well."""


def rows_by_seed(seed: int) -> list[Row]:
    """The rows of the story, by a seed."""
    chance = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
    return rows_of([STORY_READ], chance)


STORY_READ = Story(
    "A ferry stops",
    (
        "The ferry stopped at four.",
        "Anna Lund, 47, steers the ferry. She is no 7.",
        "A boat brought the 7 who were on board home.",
        "The owner of the boat is 47, too.",
    ),
    (
        StoryQuestion("how old is anna lund", "47", (2, 4)),
        StoryQuestion("how many were on the boat", "7", (3,)),
        StoryQuestion("who owns the boat", None, ()),
    ),
)


def test_a_story_is_read_from_its_file(tmp_path: Path) -> None:
    """Title, paragraphs and questions are what the file says."""
    (tmp_path / "b.txt").write_text(STORY.replace("A ferry", "The last"), "utf-8")
    (tmp_path / "a.txt").write_text(STORY, "utf-8")
    first, second = read_stories(tmp_path)
    assert first == STORY_READ
    assert second.title == "The last stops"


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("Title: ", "", "is no story"),
        ("| 7 | 3", "| seven | 3", "paragraph 3 does not have “seven”"),
        ("| 47 | 2,4", "| 47 | 3,4", "paragraph 3 does not have “47”"),
        ("====", "=====", "is no story"),
    ],
)
def test_what_is_no_story_is_told(tmp_path: Path, was: str, becomes: str, told: str) -> None:
    """A file without a title or questions, or with an answer that is not there, is refused."""
    (tmp_path / "a.txt").write_text(STORY.replace(was, becomes, 1), "utf-8")
    with pytest.raises(ValueError, match=told):
        read_stories(tmp_path)


def test_no_story_at_all_is_told(tmp_path: Path) -> None:
    """Where the stories did not come along, training says so instead of doing without."""
    with pytest.raises(ValueError, match="train in a clone of the repository"):
        read_stories(tmp_path)


def test_a_question_stands_beside_what_answers_it_and_what_does_not() -> None:
    """Each answer is marked, at most twice, and what has its words or says it never for nothing."""
    for seed in range(30):
        rows = rows_by_seed(seed)
        answered = {row.passage[row.start : row.end] for row in rows if row.start >= 0}
        assert answered == {"47", "7"}
        marked = Counter(row.passage[row.start : row.end] for row in rows if row.start >= 0)
        assert set(marked.values()) <= {1, 2}
        # One beside each question that has an answer, where there is one, and two beside the other.
        assert sum(row.start < 0 for row in rows) <= 1 + 1 + 2
        beside = {STORY_READ.paragraphs.index(row.passage) for row in rows if row.start < 0}
        # The first paragraph shares a word with two of the questions, the fourth has no answer.
        assert beside <= {0, 1, 2, 3}
        seven = [row for row in rows if row.start >= 0 and row.passage[row.start] == "7"]
        assert {row.passage for row in seven} == {STORY_READ.paragraphs[2]}
    every = [row for seed in range(30) for row in rows_by_seed(seed) if row.start < 0]
    about_anna = {row.passage for row in every if "47" in row.question or "ann" in row.question}
    assert STORY_READ.paragraphs[1] not in about_anna
    assert STORY_READ.paragraphs[3] not in about_anna
    of_boat = {row.passage for row in every if row.question == "how many were on the boat"}
    assert STORY_READ.paragraphs[2] not in of_boat
    # "7" stands in the second paragraph, which may say it, too.
    assert STORY_READ.paragraphs[1] not in of_boat
    unanswerable = {row.passage for row in every if row.question == "who owns the boat"}
    assert unanswerable >= {STORY_READ.paragraphs[2], STORY_READ.paragraphs[3]}


def test_an_answer_is_marked_at_the_edges_of_words() -> None:
    """ "7" is not marked inside of "47" where it stands alone as well."""
    story = Story("T", ("At 47 he had 7 cats.",), (StoryQuestion("how many cats", "7", (1,)),))
    rows = rows_of([story], random.Random(1))  # noqa: S311 - nothing is kept secret by it
    assert {(row.start, row.end) for row in rows} == {(13, 14)}


def test_most_questions_with_an_answer_are_asked_twice() -> None:
    """Six in ten stand once more beside their paragraph, so that no answer is not the rule."""
    rows = [row for seed in range(200) for row in rows_by_seed(seed)]
    answered = sum(row.start >= 0 for row in rows)
    assert 1.5 < answered / (200 * 2) < 1.7


def test_rows_of_stories_are_made_the_same_by_seed() -> None:
    """A seed gives the same rows in the same order, and another one gives others."""
    assert rows_by_seed(1) == rows_by_seed(1)
    assert rows_by_seed(1) != rows_by_seed(2)


def test_the_stories_that_come_along_can_be_read() -> None:
    """Each has questions with and without an answer, and no two have the same title."""
    stories = read_stories()
    assert len({story.title for story in stories}) == len(stories) == 389
    for story in stories:
        answered = [asked.answer is not None for asked in story.questions]
        assert answered.count(True) >= 12, story.title
        assert answered.count(False) >= 6, story.title
