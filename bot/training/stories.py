"""Invented news stories with questions as people type them: rows of the kind that is served.

A file of `bot/training/stories`, of `bot/training/reports` in the manner of an agency, of
`bot/training/misleading`, reports with questions that mislead, of `bot/training/people`, stories
with many people and speakers, of `bot/training/oblique`, stories whose questions have other words,
or of `bot/training/twins` and `more_twins`, whose questions come as two that are nearly the same,
one of them answered, has a story's title, its paragraphs, and below a line `====` its questions,
each as `question | answer | paragraphs`: the exact words that answer and the numbers of the
paragraphs that say so, the one with these words first; `-` for what the story does not say.
"""

import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.preceding import Reading, reading_of
from bot.reader import Reader
from bot.training.hard import Row
from bot.training.typed import as_typed
from index.corpus import PARAGRAPH_BREAK, Article, Passage
from index.words import Words

FOLDERS = tuple(
    Path(__file__).parent / name
    for name in ("stories", "reports", "misleading", "people", "oblique", "twins", "more_twins")
)

_NEAREST = 6
"""Paragraphs that a question finds first, of which those that do not answer are read."""
_BESIDE = 2
"""Rows without an answer for each question."""
_LED = 0.1
"""Share of the questions that stand below what was asked or answered before, as a follow-up that
the bot cannot put otherwise (`bot.history`)."""
_LONGEST_LEAD = 8
"""Words of an answer that stands before a question."""
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


def read_stories(*folders: Path) -> list[Story]:
    """The stories of folders, of each by the names of their files.

    Raises:
        ValueError: there is none, a file is no story, or an answer is not in its paragraph.
    """
    stories = []
    for folder in folders:
        files = sorted(folder.glob("*.txt"))
        if not files:
            raise ValueError(f"There is no story in {folder}: train in a clone of the repository.")
        stories += [_story(file) for file in files]
    return stories


def rows_of(
    stories: Sequence[Story], chance: random.Random, misled: Reader | None = None
) -> list[list[Row]]:
    """Each question beside the paragraph that answers it and beside some that do not, shuffled.

    Those are of the paragraphs that a search by words gives first, as they are what is served; each
    paragraph stands below the one before where it leans on that (`bot.preceding`).

    Args:
        misled: a reader; the paragraph in which it is surest of an answer is among those that do
            not answer.
    """
    made = [rows for story in stories for rows in _rows_of(story, chance, misled)]
    chance.shuffle(made)
    return made


def _rows_of(story: Story, chance: random.Random, misled: Reader | None) -> Iterator[list[Row]]:
    words = Words.of(story.paragraphs)
    readings = _readings(story)
    for asked in story.questions:
        question = _typed(asked.question, chance)
        before = [one for one in story.questions if one != asked]
        if before and chance.random() < _LED:
            question = _led(question, chance.choice(before))
        nearest = words.best(asked.question, len(readings)).tolist()
        rows = []
        if asked.answer:
            passage, start = _answering(asked, readings, nearest)
            rows.append(Row(question, passage, start, start + len(asked.answer)))
        others = [
            readings[place].text
            for place in nearest[:_NEAREST]
            if not _may_answer(asked, readings[place])
        ]
        beside = _misleading(asked.question, others, misled)
        others = [other for other in others if other not in beside]
        beside += chance.sample(others, min(_BESIDE - len(beside), len(others)))
        yield [*rows, *(Row(question, other, -1, -1) for other in beside)]


def _readings(story: Story) -> list[Reading]:
    """The paragraphs as they are read where a story is an article."""
    article = Article("story", story.title, PARAGRAPH_BREAK.join(story.paragraphs))
    numbered = enumerate(article.paragraphs, start=1)
    return [reading_of(Passage(article, number, *span)) for number, span in numbered]


def _answering(
    asked: StoryQuestion, readings: Sequence[Reading], nearest: Sequence[int]
) -> tuple[str, int]:
    """What is read and answers, and where in it the answer begins.

    It is the paragraph with the answer as it is read, or, where a search finds first the one that
    leans on it (who said the second half of a quotation), that one.
    """
    place = asked.paragraphs[0] - 1
    answer = asked.answer or ""
    own = readings[place].passage.text
    if place + 1 < len(readings) and readings[place + 1].before:
        leaning = readings[place + 1].text
        above = leaning.removesuffix(readings[place + 1].passage.text)
        first = next((one for one in nearest if one in (place, place + 1)), place)
        if answer in above and first == place + 1:
            return leaning, _place(answer, above)
    return readings[place].text, len(readings[place].text) - len(own) + _place(answer, own)


def _may_answer(asked: StoryQuestion, reading: Reading) -> bool:
    """Whether what is read has the words of the answer, or a paragraph that says it."""
    numbers = {part.paragraph for part in (*reading.before, reading.passage)}
    words = (asked.answer or "\0").lower()
    return bool(numbers & set(asked.paragraphs)) or words in reading.text.lower()


def _misleading(question: str, passages: Sequence[str], misled: Reader | None) -> list[str]:
    """Of passages that do not answer, the one in which a reader is surest of an answer."""
    if misled is None or not passages:
        return []
    found = misled.read(question, passages)
    scores = [spans[0].score if spans else -math.inf for spans in found]
    return [passages[scores.index(max(scores))]]


def _led(question: str, before: StoryQuestion) -> str:
    """A question below the words that it could be about, as `bot.history` puts it."""
    answer = before.answer or ""
    short = 0 < len(answer.split()) <= _LONGEST_LEAD
    return f"{(answer if short else before.question).rstrip(' ?')}: {question}"


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
