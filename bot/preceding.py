"""What stands before a paragraph that leans on it: a quotation whose speaker it does not name.

The name of the speaker often stands a paragraph earlier. The reader is given the end of that
paragraph, too, a ¶ between, and finds the answer in either.
"""

import re
from dataclasses import dataclass

from bot.referents import names_in
from index.corpus import Passage
from index.split import sentences

PARAGRAPH_MARK = " ¶ "
"""What stands between a paragraph and the one before it where both are read."""

_MOST_WORDS = 60
"""Words of what is before that are read at most, in whole sentences."""
_QUOTE_MARKS = tuple("\"“„«'‘")
_PRONOUNS = frozenset({"he", "she", "they", "his", "her", "their", "him", "them", "both"})
_FIRST_WORDS, _FIRST_CHARACTERS = 5, 100
_LONGEST = 1000
"""Characters of a paragraph that is surely one passage."""
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_QUOTATION = re.compile(
    r"""“[^”]*(?:”|$)|"[^"]*(?:"|$)|«[^»]*(?:»|$)|„[^“”]*(?:[“”]|$)|‘.*?(?:’(?!\w)|$)"""
    r"""|(?<!\w)'.*?(?:'(?!\w)|$)"""
)
"""A quotation, to the end of the paragraph where it goes on in the next one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage as it is read.

    Attributes:
        passage: what is read.
        before: the paragraphs before that it leans on, of which the end is read above it.
        start: where that end begins in the article's text; without one, where the passage does.
    """

    passage: Passage
    before: tuple[Passage, ...]
    start: int

    @property
    def text(self) -> str:
        """What is read: the passage, below the end of the paragraphs before if it leans on them."""
        if not self.before:
            return self.passage.text
        above = self.passage.article.text[self.start : self.before[-1].end]
        return f"{above}{PARAGRAPH_MARK}{self.passage.text}"

    def placed(self, start: int, end: int) -> tuple[Passage, int, int]:
        """The passage of a span of what is read, and the span in the article's text.

        What runs over from a paragraph into the next one is cut there.
        """
        own = len(self.text) - len(self.passage.text)
        if start >= own:
            by = self.passage.start - own
            return self.passage, start + by, end + by
        place = min(self.start + start, self.before[-1].end)
        passage = self.passage_at(place)
        return passage, min(place, passage.end), min(self.start + end, passage.end)

    def passage_at(self, place: int) -> Passage:
        """The passage of a place in the article's text, of what is read."""
        read = (*self.before, self.passage)
        return next(one for one in reversed(read) if one.start <= place)


def reading_of(passage: Passage) -> Reading:
    """What is read of a passage: with the end of what is before, if it leans on that.

    It does if it begins a paragraph and leans (`leans`); a paragraph before that leans, too, brings
    the one before that. At most sixty words are read of what is before, whole sentences.
    """
    article, start, room = passage.article, passage.start, _MOST_WORDS
    before: list[Passage] = []
    leaning = passage
    # The passages of a long paragraph are pieces of it, of which the first alone follows another.
    while (
        (number := leaning.paragraph) > 1
        and start == article.paragraphs[number - 1][0]
        and leans(leaning.text)
    ):
        leaning = Passage(article, number - 1, *article.paragraphs[number - 2])
        begin, words = _end_of(leaning, room)
        if begin == leaning.end:
            break
        before, start, room = [leaning, *before], begin, room - words
    return Reading(passage, tuple(before), start)


def leans(text: str) -> bool:
    """Whether a paragraph quotes somebody whom it does not name.

    It begins with a quotation mark, or has a pronoun among its first words and no name before it
    ("In the end she said: …"); and no name stands outside its quotations.
    """
    told = _QUOTATION.sub(" , ", text)
    return told != text and (text.startswith(_QUOTE_MARKS) or _opens(text)) and not names_in(told)


def _opens(text: str) -> bool:
    """Whether a paragraph opens with a pronoun, as "She said" does, and with no name."""
    for place, word in enumerate(_WORD.findall(text[:_FIRST_CHARACTERS])[:_FIRST_WORDS]):
        if word.lower() in _PRONOUNS:
            return True
        if place and word[0].isupper():
            return False
    return False


def _end_of(passage: Passage, most: int) -> tuple[int, int]:
    """Where the last sentences of it begin that are read, and how many words they have.

    It is its end if the last of them is too long.
    """
    text, begin, read = passage.article.text, passage.end, 0
    if passage.end - passage.start > _LONGEST:
        return begin, read
    for start, end in reversed(sentences(text, passage.start, passage.end)):
        words = len(text[start:end].split())
        if read + words > most:
            break
        begin, read = start, read + words
    return begin, read
