"""Rows whose passage stands below what precedes it, as an article has it.

A "he" or a "the attacker" often has its name a paragraph earlier. The last sentences of what comes
before stand before the passage, a ¶ between; an answer may be in either.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.training.hard import PARAGRAPH_MARK, Row
from index.split import sentences

_MOST_WORDS = 40


def preceded(row: Row, source: dict[str, Any], others: Sequence[str], chance: random.Random) -> Row:
    """The row below what comes before its passage in the source's paragraph.

    Where nothing does, another paragraph of the article stands there. What stands there never has
    the words of an answer.
    """
    context = source["context"]
    place = context.find(row.passage)
    before = context[:place].rstrip() if place > 0 else chance.choice(others)
    start = _sentences_before(before, 0, len(before))
    head = before[start:].strip()
    answers = [answer["text"].casefold() for answer in source["answers"]]
    if not head or head in row.passage or any(one in head.casefold() for one in answers):
        return row
    return _below(row, head)


def answered_before(row: Row, source: dict[str, Any], chance: random.Random) -> Row | None:
    """The row with the sentences that follow its answer as its passage; None where none do."""
    context = source["context"]
    place = context.find(row.passage)
    if row.start < 0 or place < 0:
        return None
    begin, finish = place + row.start, place + row.end
    following = [span for span in sentences(context) if span[0] >= finish]
    if not following:
        return None
    before = context[: following[0][0]].rstrip()
    start = _sentences_before(before, 0, len(before))
    if start > begin:
        return None
    last = following[min(len(following), chance.choice((1, 2, 3))) - 1]
    passage = context[following[0][0] : last[1]]
    if context[begin:finish].casefold() in passage.casefold():
        return None
    answer = Row(row.question, before[start:], begin - start, finish - start)
    return replace(answer, passage=f"{answer.passage}{PARAGRAPH_MARK}{passage}")


def _sentences_before(text: str, start: int, end: int) -> int:
    """Where the last sentences of `text[start:end]` begin that have at most 40 words together.

    There is one at least, of which the reader is given all, unless it has more words than that;
    then the result is `end`.
    """
    begin, words = end, 0
    for sentence_start, sentence_end in reversed(sentences(text, start, end)):
        words += len(text[sentence_start:sentence_end].split())
        if words > _MOST_WORDS:
            break
        begin = sentence_start
    return begin


def _below(row: Row, head: str) -> Row:
    by = len(head) + len(PARAGRAPH_MARK) if row.start >= 0 else 0
    passage = f"{head}{PARAGRAPH_MARK}{row.passage}"
    return Row(row.question, passage, row.start + by, row.end + by)
