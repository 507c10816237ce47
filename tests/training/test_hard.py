"""Near misses and speakers: rows made so that only reading tells them apart."""

import random

import pytest

from bot.training.hard import Row, of_somebody_else, who_said, with_a_blur, without_its_answer
from bot.training.typed import as_typed


def chance(seed: int = 1) -> random.Random:
    """Chance that is the same in every run."""
    return random.Random(seed)  # noqa: S311 - nothing is kept secret by it


def row(question: str, passage: str, answer: str) -> Row:
    """A row that is answered by the first place of these words."""
    start = passage.index(answer)
    return Row(question, passage, start, start + len(answer))


@pytest.mark.parametrize(
    ("passage", "answer", "left"),
    [
        ("It opened in 1889 in Paris.", "1889", "It opened in Paris."),
        ("They met on Tuesday at noon.", "Tuesday", "They met at noon."),
        ("The fire killed 14 people.", "14", "The fire killed {} people."),
        ("The fire killed fourteen people.", "fourteen", "The fire killed {} people."),
        ("A letter was sent by Ann Lee to us.", "Ann Lee", "A letter was sent by {} to us."),
    ],
)
def test_an_answer_is_taken_out(passage: str, answer: str, left: str) -> None:
    """A time goes with its preposition; a number or a name makes room for a vague word."""
    made = {without_its_answer(row("q", passage, answer), chance(n)) for n in range(40)}
    words = {"some", "several", "many", "a few", "a number of"}
    if answer == "Ann Lee":
        words = {
            "someone",
            "one of them",
            "officials",
            "a spokesman",
            "another",
            "the group",
            "they",
        }
    passages = {left.format(word) for word in words} if "{}" in left else {left}
    assert made == {Row("q", one, -1, -1) for one in passages}


@pytest.mark.parametrize(
    ("passage", "answer"),
    [
        ("He was praised because he ran.", "because he ran"),
        ("Ann Lee spoke. Then Ann left.", "Ann Lee"),
        ("In 1889, or late 1889, it opened.", "1889"),
    ],
)
def test_an_answer_that_would_stay_is_left(passage: str, answer: str) -> None:
    """What is no number, time or name, or stands there twice, gives no near miss."""
    assert without_its_answer(row("q", passage, answer), chance()) is None


def test_somebody_else_is_asked_for() -> None:
    """The one name of the question becomes another one of as many words from the passage."""
    asked = row("how old is Ann Lee", "the mayor, Ann Lee, 44, met Bo Ray in Rome", "44")
    assert of_somebody_else(asked, chance()) == Row("how old is Bo Ray", asked.passage, -1, -1)
    alone = row("how old is Ann Lee", "the mayor, Ann Lee, 44, stayed. However Much", "44")
    assert of_somebody_else(alone, chance()) is None


def test_a_blur_leaves_the_answer() -> None:
    """A number or name elsewhere becomes vague, and the answer is where it was said to be."""
    passage = (
        "In 2001 there were 300 guests at the feast of the old town, and Ann Lee paid for it all."
    )
    rows = [with_a_blur(row("who paid", passage, "Ann Lee"), chance(n)) for n in range(60)]
    assert {one.passage[one.start : one.end] for one in rows} == {"Ann Lee"}
    assert any("several guests" in one.passage for one in rows)
    assert any(one.passage == passage for one in rows)


def test_the_speaker_of_a_quotation_is_asked_for() -> None:
    """The name beside a quotation answers who said a part of it; a pronoun is no name."""
    said = '"We will rebuild every house in the valley," said Mayor Ann Lee. "No," he said.'
    [found] = who_said(said, chance())
    assert found.passage[found.start : found.end] == "Mayor Ann Lee"
    asked = found.question.replace('"', "").replace("?", "").split()
    assert any(" ".join(asked[-n:]) in said for n in (3, 4, 5))


def test_a_quotation_is_parted_as_news_does_it() -> None:
    """The second half may stand in a paragraph of its own, the name a paragraph earlier."""
    said = 'Ann Lee said: "We will rebuild it all. Nobody will be left behind in this valley."'
    made = [next(who_said(said, chance(n))) for n in range(30)]
    parted = [one for one in made if "\n\n" in one.passage]
    assert 5 < len(parted) < 28
    for one in parted:
        assert one.passage[one.start : one.end] == "Ann Lee"
        assert one.passage.startswith('Ann Lee said: "We will rebuild it all."\n\n')
        assert one.passage.endswith('"Nobody will be left behind in this valley."')


def test_words_are_misspelt_by_ear() -> None:
    """A longer word may be written as it sounds: its first letter stays."""
    ways = {as_typed("the government", chance(seed)) for seed in range(400)}
    assert {"the goverment", "the govirnment", "the governmint"} & ways
    assert all(way.lower().startswith(("the g", "teh g", "th", "t", "h")) for way in ways)
