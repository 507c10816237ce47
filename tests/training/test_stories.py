"""Rows of invented stories: what is read beside a question, and what is no story."""

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.reader import Span
from bot.training.hard import Row
from bot.training.stories import (
    FOLDERS,
    Story,
    StoryQuestion,
    read_stories,
    rows_of,
)

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
    """The rows of the story, of all its questions, by a seed."""
    return [row for rows in questions_by_seed(seed) for row in rows]


def questions_by_seed(seed: int) -> list[list[Row]]:
    """The rows of each question of the story, by a seed."""
    chance = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
    return rows_of([STORY_READ], chance)


LAST = {
    "anna": "how old is anna lund",
    "many": "how many were on the boat",
    "owns": "owns the boat",
}
"""How the questions end where nothing is mistyped."""

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
    """First is what answers, marked; then two that neither have its words nor say it otherwise."""
    nothing: dict[str, set[str]] = {"anna": set(), "many": set(), "owns": set()}
    for seed in range(60):
        for rows in questions_by_seed(seed):
            assert len({row.question for row in rows}) == 1
            assert len(rows) == len({row.passage for row in rows}) <= 3
            marked = [row.passage[row.start : row.end] for row in rows if row.start >= 0]
            assert marked == [row.passage[row.start : row.end] for row in rows[: len(marked)]]
            about = next((a for a in nothing if rows[0].question.endswith(LAST[a])), None)
            if about:
                assert marked == {"anna": ["47"], "many": ["7"], "owns": []}[about]
                nothing[about] |= {row.passage for row in rows if row.start < 0}
    ferry, _, boat, owner = STORY_READ.paragraphs
    # The second and fourth say how old she is. "7" stands in the second, which may say it, too.
    assert nothing["anna"] <= {ferry, boat}
    assert nothing["many"] <= {ferry, owner}
    assert nothing["owns"] >= {boat, owner}


class SurestOfTheLongest:
    """A reader that is the surer of an answer the longer the text."""

    name = "surest of the longest"

    def read(self, question: str, texts: Sequence[str]) -> list[list[Span]]:
        """The first letter of each text, for as much as the text has letters."""
        return [[Span(0, 1, len(text))] for text in texts]


def test_what_misleads_a_reader_stands_beside() -> None:
    """Of the passages that do not answer, the one in which the reader is surest is always read."""
    longest = "On board were a priest, two cooks, a boy of nine and more cats than he had counted."
    passages = ("He had 7 cats.", "Cats left.", longest, "The cats ate.", "No cats stayed.")
    story = Story("T", passages, (StoryQuestion("how many cats", "7", (1,)),))
    others = Counter[str]()
    for seed in range(60):
        chance = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
        [[_, *beside]] = rows_of([story], chance, SurestOfTheLongest())
        assert beside[0].passage == longest
        others.update(row.passage for row in beside[1:])
    assert others.total() == 60
    assert others.keys() == {"Cats left.", "The cats ate.", "No cats stayed."}


QUOTED = (
    "Ann Lee, 52, who keeps the inn, was angry.",
    '"We will rebuild the bridge," she said. "All 52 of us."',
    "The bridge fell down.",
    "Nobody was on the bridge.",
)


@pytest.mark.parametrize(
    ("question", "answer", "paragraphs", "read", "start"),
    [
        ("who said we will rebuild", "Ann Lee", (1, 2), f"{QUOTED[0]} ¶ {QUOTED[1]}", 0),
        ("who keeps the inn", "Ann Lee", (1, 2), QUOTED[0], 0),
        ("name", "Ann Lee", (1, 2), QUOTED[0], 0),
        ("how many of us will", "52", (2,), f"{QUOTED[0]} ¶ {QUOTED[1]}", 90),
        ("what fell down", "bridge", (3,), QUOTED[2], 4),
    ],
)
def test_a_quotation_stands_below_its_speaker(
    question: str, answer: str, paragraphs: tuple[int, ...], read: str, start: int
) -> None:
    """As served: who said it is found above what was said, unless the speaker is found first."""
    story = Story("T", QUOTED, (StoryQuestion(question, answer, paragraphs),))
    for seed in range(20):
        chance = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
        [[row, *beside]] = rows_of([story], chance)
        assert (row.passage, row.start, row.end) == (read, start, start + len(answer))
        assert not any(answer in other.passage for other in beside)


def test_an_answer_is_marked_at_the_edges_of_words() -> None:
    """ "7" is not marked inside of "47" where it stands alone as well."""
    questions = (StoryQuestion("how many cats", "7", (1,)), StoryQuestion("how old", "47", (1,)))
    story = Story("T", ("At 47 he had 7 cats.",), questions)
    found = rows_of([story], random.Random(1))  # noqa: S311 - nothing is kept secret by it
    assert sorted((row.start, row.end) for [row] in found) == [(3, 5), (13, 14)]


def test_a_story_of_one_question_has_nothing_to_stand_below() -> None:
    """Its question is asked alone, whatever chance says."""
    story = Story("T", ("He had 7 cats.",), (StoryQuestion("how many cats", "7", (1,)),))
    for seed in range(100):
        [[row]] = rows_of([story], random.Random(seed))  # noqa: S311 - nothing is secret
        assert (row.start, row.end) == (7, 8)
        assert ":" not in row.question


def test_one_question_in_ten_stands_below_what_was_said_before() -> None:
    """As a follow-up it stands below another's short answer, or below another question."""
    asked = [rows[0].question for seed in range(400) for rows in questions_by_seed(seed)]
    assert f"47: {LAST['anna']}" not in asked
    assert f"7: {LAST['anna']}" in asked
    led = Counter(question.split(": ")[0] for question in asked if ": " in question)
    assert led.keys() == {"47", "7", "who owns the boat"}
    assert 0.07 < led.total() / len(asked) < 0.13


def test_rows_of_stories_are_made_the_same_by_seed() -> None:
    """A seed gives the same rows in the same order, and another one gives others."""
    assert rows_by_seed(1) == rows_by_seed(1)
    assert rows_by_seed(1) != rows_by_seed(2)


def test_the_stories_that_come_along_can_be_read() -> None:
    """Each has questions with and without an answer, and no two have the same title."""
    stories = read_stories(*FOLDERS)
    assert [len(read_stories(folder)) for folder in FOLDERS] == [389, 224, 96, 336, 84, 144, 67]
    assert len({story.title for story in stories}) == len(stories) == 1340
    for story in stories:
        answered = [asked.answer is not None for asked in story.questions]
        assert answered.count(True) >= 12, story.title
        assert answered.count(False) >= 6, story.title
