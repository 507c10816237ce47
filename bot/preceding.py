"""What stands before a passage that leans on it: quotations that go on, "he", "she" and "they".

The name of a speaker or of a "he" often stands a paragraph earlier. The reader is given the end of
that paragraph, too, a ¶ between, and finds the answer in either.
"""

import re
from dataclasses import dataclass

from index.corpus import Passage
from index.split import sentences

PARAGRAPH_MARK = " ¶ "
"""What stands between a paragraph and the one before it where both are read."""

_MOST_WORDS = 60
"""Words of the paragraph before that are read at most, in whole sentences."""
_QUOTE_MARKS = tuple("\"“„«'‘")
_PRONOUNS = frozenset({"he", "she", "they", "his", "her", "their", "him", "them", "both"})
_FIRST_WORDS, _FIRST_CHARACTERS = 5, 100
_LONGEST = 1000
"""Characters of a paragraph that is surely one passage."""
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage as it is read.

    Attributes:
        passage: what is read.
        before: the paragraph before that it leans on, of which the end is read above it; or None.
        start: where that end begins in the article's text; without one, where the passage does.
    """

    passage: Passage
    before: Passage | None
    start: int

    @property
    def text(self) -> str:
        """What is read: the passage, below the end of the paragraph before if it leans on that."""
        if self.before is None:
            return self.passage.text
        above = self.passage.article.text[self.start : self.before.end]
        return f"{above}{PARAGRAPH_MARK}{self.passage.text}"

    def placed(self, start: int, end: int) -> tuple[Passage, int, int]:
        """The passage of a span of what is read, and the span in the article's text.

        What runs over from the paragraph before is cut there.
        """
        own = 0 if self.before is None else self.before.end - self.start + len(PARAGRAPH_MARK)
        if self.before is None or start >= own:
            by = self.passage.start - own
            return self.passage, start + by, end + by
        last = self.before.end
        return self.before, min(self.start + start, last), min(self.start + end, last)

    def passage_at(self, place: int) -> Passage:
        """The passage of a place in the article's text, of what is read."""
        return self.before if self.before and place < self.passage.start else self.passage


def reading_of(passage: Passage) -> Reading:
    """What is read of a passage: with the end of the paragraph before, if it leans on that.

    It does if it begins a paragraph with a quotation mark, or has a pronoun among its first five
    words and no name before it. At most sixty words are read of what is before, whole sentences.
    """
    before = _before(passage)
    start = passage.start if before is None else _end_of(before)
    if before is None or start == before.end:
        return Reading(passage, None, passage.start)
    return Reading(passage, before, start)


def leans(text: str) -> bool:
    """Whether a paragraph goes on with a quotation or begins with somebody it does not name."""
    if text.startswith(_QUOTE_MARKS):
        return True
    for place, word in enumerate(_WORD.findall(text[:_FIRST_CHARACTERS])[:_FIRST_WORDS]):
        if word.lower() in _PRONOUNS:
            return True
        if place and word[0].isupper():
            return False
    return False


def _before(passage: Passage) -> Passage | None:
    article, number = passage.article, passage.paragraph
    if number < 2 or not leans(passage.text):
        return None
    paragraphs = article.paragraphs
    start, end = paragraphs[number - 2]
    # The passages of a long paragraph are pieces of it, of which the first alone follows another.
    if passage.start != paragraphs[number - 1][0] or end - start > _LONGEST:
        return None
    return Passage(article, number - 1, start, end)


def _end_of(passage: Passage) -> int:
    """Where the last sentences of it begin that are read; its end if the last is too long."""
    text, begin, words = passage.article.text, passage.end, 0
    for start, end in reversed(sentences(text, passage.start, passage.end)):
        words += len(text[start:end].split())
        if words > _MOST_WORDS:
            break
        begin = start
    return begin
