"""Invented news stories with questions as people type them: rows of the kind that is served.

A file of `bot/training/stories` has a story's title, its paragraphs, and below a line `====` its
questions, each as `question | answer | paragraphs`: the exact words that answer and the numbers of
the paragraphs that say so, the one with these words first; `-` for what the story does not say.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.training.hard import Row
from bot.training.typed import as_typed
from index.words import Words

STORIES = Path(__file__).parent / "stories"

_NEAREST = 6
"""Paragraphs that a question finds first, of which those that do not answer are read."""
_BESIDE, _BESIDE_UNANSWERABLE = 1, 2
"""Rows without an answer for each question that has one, and for each that has none."""
_TWICE = 0.6
"""Share of the questions with an answer that are asked once more, mostly typed otherwise, lest the
rows without one be too many."""
_TYPED = 0.5
"""Share of the questions that get further slips; they are typed as in a chat already."""


@dataclass(frozen=True, slots=True)
class StoryQuestion:
    """A question on a story.

    Attributes:
        question: as somebody typed it.
        answer: the words that answer; None where the story does not.
        paragraphs: the numbers, from 1, of the paragraphs that say so; the first has the words.
    """

    question: str
    answer: str | None
    paragraphs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A story: its title, its paragraphs and the questions on it."""

    title: str
    paragraphs: tuple[str, ...]
    questions: tuple[StoryQuestion, ...]


def read_stories(folder: Path = STORIES) -> list[Story]:
    """The stories of a folder, by the names of their files.

    Raises:
        ValueError: there is none, a file is no story, or an answer is not in its paragraph.
    """
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise ValueError(f"There is no story in {folder}: train in a clone of the repository.")
    return [_story(file) for file in files]


def rows_of(stories: Sequence[Story], chance: random.Random) -> list[Row]:
    """Each question beside the paragraph that answers it and beside some that do not, shuffled.

    Those are of the paragraphs that a search by words gives first, as they are what is served.
    """
    rows = [row for story in stories for row in _rows_of(story, chance)]
    chance.shuffle(rows)
    return rows


def _rows_of(story: Story, chance: random.Random) -> Iterator[Row]:
    words = Words.of(story.paragraphs)
    for asked in story.questions:
        question = _typed(asked.question, chance)
        if asked.answer:
            passage = story.paragraphs[asked.paragraphs[0] - 1]
            start = _place(asked.answer, passage)
            yield Row(question, passage, start, start + len(asked.answer))
            if chance.random() < _TWICE:
                again = as_typed(asked.question, chance)
                yield Row(again, passage, start, start + len(asked.answer))
        others = [
            story.paragraphs[place]
            for place in words.best(asked.question, _NEAREST).tolist()
            if place + 1 not in asked.paragraphs
            and (asked.answer or "\0").lower() not in story.paragraphs[place].lower()
        ]
        most = _BESIDE if asked.answer else _BESIDE_UNANSWERABLE
        for other in chance.sample(others, min(most, len(others))):
            yield Row(question, other, -1, -1)


def _typed(question: str, chance: random.Random) -> str:
    return as_typed(question, chance) if chance.random() < _TYPED else question


def _place(answer: str, passage: str) -> int:
    """Where the words begin, at the edges of words if they stand so anywhere."""
    found = re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", passage)
    return found.start() if found else passage.index(answer)


def _story(file: Path) -> Story:
    head, _, tail = file.read_text("utf-8").partition("\n====\n")
    title, *paragraphs = (" ".join(part.split()) for part in head.split("\n\n") if part.strip())
    if not title.startswith("Title: ") or not paragraphs or not tail.strip():
        raise ValueError(f"{file} is no story: it needs `Title: `, paragraphs and questions.")
    questions = tuple(_question(line, paragraphs, file) for line in tail.splitlines() if line)
    return Story(title.removeprefix("Title: "), tuple(paragraphs), questions)


def _question(line: str, paragraphs: Sequence[str], file: Path) -> StoryQuestion:
    question, answer, places = (part.strip() for part in line.split(" | "))
    if answer == "-":
        return StoryQuestion(question, None, ())
    numbers = tuple(int(number) for number in places.split(","))
    if answer not in paragraphs[numbers[0] - 1]:
        raise ValueError(f"{file}: paragraph {numbers[0]} does not have “{answer}”.")
    return StoryQuestion(question, answer, numbers)
