"""Question-answering rows made to look like what the reader is served."""

import gzip
import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from bot.training.hard import Row, of_somebody_else, who_said, with_a_blur, without_its_answer
from bot.training.typed import as_typed
from index.split import sentences

# How many rows of each source take part, at most; what is nearest to news or written by hand
# counts most. Sources that are not named (privacy policies, papers) are left out.
SHARES = {
    "squad20": 13_400,
    "squad11": 18_000,
    "squad-train": 3_300,
    "squadshifts-new_wiki": 7_700,
    "qamr": 8_000,
    "qed": 1_200,
    "fairytaleqa": 1_500,
    "squadshifts-reddit": 1_000,
    "squadshifts-amazon": 500,
    "clapnq": 300,
}
BESIDE = 0.6
"""Share of answerable rows that are asked once more of a passage nearby that does not answer."""
TAKEN_OUT, BLURRED, SOMEBODY_ELSE = 0.5, 0.12, 0.12
"""Shares of answerable rows that have a near miss made of them, and of those that are blurred; see
`bot.training.hard`. Of most rows none can be made."""
KINDS = ("typed", "titles", "beside", "misses", "speakers")
"""What is made of the rows, and can be left out to see what it is worth: questions as people type
them, passages below their title, questions beside another passage, near misses, who said what."""
WHOLE = 900
"""Characters up to which a paragraph may be read whole."""
TITLED = 0.3
"""Share of rows whose passage stands below its article's title."""
HELD_OUT = 40
"""One paragraph in so many is kept from training, to measure on."""


def read_rows(file: Path, chance: random.Random, *, held_out: bool = False) -> list[dict[str, Any]]:
    """The rows of a file that take part (JSONL in gzip, SQuAD's fields), up to their shares."""
    by_share: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            share = next((name for name in SHARES if row["source"].startswith(name)), "")
            taken = share and not row.get("start_ambiguous")
            if taken and is_held_out(row["context"]) == held_out:
                by_share[share].append(row)
    kept = []
    for share in SHARES:
        chance.shuffle(by_share[share])
        kept += by_share[share][: SHARES[share]]
    return kept


def is_held_out(context: str) -> bool:
    """Whether questions on a paragraph are kept from training."""
    letters = "".join(character for character in context.lower() if character.isalnum())
    return int(hashlib.sha256(letters.encode()).hexdigest(), 16) % HELD_OUT == 0


def make_rows(
    source: Sequence[dict[str, Any]],
    chance: random.Random,
    without: Collection[str] = (),
) -> list[list[Row]]:
    """Questions with what each is asked of, shuffled, but for `KINDS` that are to be left out.

    Each question is written as somebody might type it and stands beside a window of whole
    sentences around its answer, the first of its rows; some answerable ones stand once more beside
    a window of the same article that does not have the answer's words.
    """
    articles: dict[str, list[str]] = defaultdict(list)
    for row in source:
        articles[_article_of(row)].append(row["context"])
    contexts = () if "speakers" in without else dict.fromkeys(row["context"] for row in source)
    made = [rows for context in contexts for rows in _who_said(context, chance)]
    for row in source:
        titled = chance.random() < TITLED and "titles" not in without
        title = row["title"] if titled else None
        if row["is_impossible"]:
            nearest = _nearest(row["question"], row["context"], chance)
            made.append([_titled(Row(row["question"], nearest, -1, -1), title)])
            continue
        answering = _answering(row, row["question"], chance)
        misses = [] if "misses" in without else list(_near_misses(answering, chance))
        read = _titled(answering, title)
        if chance.random() < BLURRED and not misses and "misses" not in without:
            read = with_a_blur(read, chance)
        rows = [read, *(miss for miss in misses if miss.question == read.question)]
        made += [[miss] for miss in misses if miss.question != read.question]
        if chance.random() < BESIDE and "beside" not in without:
            other = chance.choice(articles[_article_of(row)])
            beside = _beside(row, other, row["question"], chance)
            if beside:
                rows.append(_titled(Row(row["question"], beside, -1, -1), title))
        made.append(rows)
    chance.shuffle(made)
    return made if "typed" in without else [_typed(rows, chance) for rows in made]


def _typed(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """The rows of a question, which is typed in one way for all of them."""
    question = as_typed(rows[0].question, chance)
    return [replace(row, question=question) for row in rows]


def _near_misses(row: Row, chance: random.Random) -> Iterator[Row]:
    """Rows made of an answerable one whose passage no longer answers."""
    for share, make in ((TAKEN_OUT, without_its_answer), (SOMEBODY_ELSE, of_somebody_else)):
        if chance.random() < share and (missed := make(row, chance)) is not None:
            yield missed


def _who_said(context: str, chance: random.Random) -> Iterator[list[Row]]:
    """Rows that ask for a speaker, in a window around the quotation, and one without the name."""
    for row in who_said(context, chance):
        start, end = _window(row.passage, row.start, chance)
        end = max(end, min(len(row.passage), row.end + 400))
        rows = [Row(row.question, row.passage[start:end], row.start - start, row.end - start)]
        if (missed := without_its_answer(row, chance)) is not None and chance.random() < 0.5:
            rows.append(Row(row.question, missed.passage[start:end], -1, -1))
        yield rows


def _article_of(row: dict[str, Any]) -> str:
    # Where no title says which article a paragraph is from, only its own paragraph is nearby.
    return f"{row['source'].split('-')[0]} {row['title'] or row['context']}"


def _titled(row: Row, title: str | None) -> Row:
    if not title:
        return row
    head = f"{unquote(title).replace('_', ' ')}. "
    by = len(head) if row.start >= 0 else 0
    return Row(row.question, head + row.passage, row.start + by, row.end + by)


def _answering(row: dict[str, Any], question: str, chance: random.Random) -> Row:
    context, answer = row["context"], row["answers"][0]
    begin = answer["answer_start"]
    finish = begin + len(answer["text"])
    start, end = _window(context, begin, chance)
    end = max(end, min(len(context), finish))
    return Row(question, context[start:end], begin - start, finish - start)


def _window(context: str, place: int, chance: random.Random) -> tuple[int, int]:
    """Whole sentences around a place: now and then all, otherwise one to five of them."""
    spans = sentences(context) or [(0, len(context))]
    if chance.random() < 0.3 and len(context) < WHOLE:
        return 0, len(context)
    at = max((i for i, span in enumerate(spans) if span[0] <= place), default=0)
    first = max(0, at - chance.choice((0, 1, 1, 2)))
    last = min(len(spans) - 1, at + chance.choice((0, 0, 1, 1, 2)))
    return spans[first][0], spans[last][1]


def _nearest(question: str, context: str, chance: random.Random) -> str:
    """A window around the sentence that shares most words with the question, as a search finds."""
    words = set(_words(question))
    spans = sentences(context) or [(0, len(context))]
    place = max(spans, key=lambda span: len(words & set(_words(context[slice(*span)]))))[0]
    start, end = _window(context, place, chance)
    return context[start:end]


def _beside(row: dict[str, Any], other: str, question: str, chance: random.Random) -> str | None:
    """A window of the same or of another paragraph that does not have the answer's words."""
    answers = [answer["text"].lower() for answer in row["answers"]]
    context = row["context"] if chance.random() < 0.4 else other
    parts = [context[start:end] for start, end in sentences(context)]
    kept = [part for part in parts if not any(answer in part.lower() for answer in answers)]
    passage = _nearest(question, " ".join(kept), chance)
    return passage if len(passage) >= 20 else None


def _words(text: str) -> Iterator[str]:
    return (word for word in re.findall(r"\w+", text.lower()) if len(word) > 3)
