"""Whether a question leans on what was said before it, and by which words.

By its words alone: a pronoun whose antecedent it does not name itself, or so little that only what
was said before tells what it is about.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.english import (
    AUXILIARIES,
    DEMONSTRATIVES,
    DETERMINERS,
    FUNCTION_WORDS,
    PREPOSITIONS,
    QUESTION_WORDS,
)
from bot.referents import Kind, is_capitalised, is_capitals, words_of_question

KINDS = {
    **dict.fromkeys(("he", "him", "his", "she", "her", "hers"), Kind.PERSON),
    **dict.fromkeys(("they", "them", "their", "theirs", "these", "those"), Kind.GROUP),
    **dict.fromkeys(("it", "its", "this", "that"), Kind.THING),
    "there": Kind.PLACE,
}
_LEADS = re.compile(r"^(?:(?:and|but|or|so|ok|okay)\b[\s,]*)+(?:then\b[\s,]*)?", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:what|how) about\b\s*", re.IGNORECASE)
_NOMINATIVE = frozenset(("he", "she", "they", "his", "their", "its"))
# "is it true that", "how long does it take to": nothing is meant by "it".
_EXPLETIVE = re.compile(
    r"\bit (?:true|possible|likely|certain|clear|known|legal|illegal|important|safe|okay|ok)\b"
    r"|\bit (?:takes?|took) .*\bto\b|\btime (?:is|was) it\b",
    re.IGNORECASE,
)
# What is not of an earlier turn but of the day on which it is asked.
_TODAY = frozenset(
    ("year", "month", "week", "morning", "afternoon", "evening", "day", "time", "article", "story")
)
_ONES = re.compile(
    r"\b(?:which|the other|another|the first|the second|the last|the next) ones?\b"
    r"|\bthe others?\b(?! \w)|\b(?:who|what|where|anyone|anything) else\b|\bthe same\b",
    re.IGNORECASE,
)


def depends(text: str) -> bool:
    """Whether a question needs the turns before it to be understood."""
    rest = without_lead(text)
    led = rest != text
    words = words_of_question(rest)
    return (
        bool(_ONES.search(rest))
        or bool(references(words))
        or is_bare(words)
        or (led and not is_whole(words))
    )


def without_lead(text: str) -> str:
    """The text without the "and" or "what about" that it begins with."""
    return _ABOUT.sub("", _LEADS.sub("", text))


def references(words: Sequence[str]) -> list[int]:
    """The places of the words that stand for something outside of the question."""
    if _EXPLETIVE.search(" ".join(words)):
        return []
    return [place for place in range(len(words)) if _refers_outside(words, place)]


def _refers_outside(words: Sequence[str], place: int) -> bool:
    word = words[place].lower()
    if word not in KINDS or (is_capitals(words[place]) and word != "it"):
        return False
    before = words[place - 1].lower() if place else ""
    after = words[place + 1].lower() if place + 1 < len(words) else ""
    if word == "there":
        return not after or not ({before, after} & AUXILIARIES)
    if word in DEMONSTRATIVES:
        return _points_back(word, before, words[place + 1 :])
    # A subject or owner may be named earlier in the question; an object hardly (Chomsky 1981).
    can_be_named = word in _NOMINATIVE or (word == "her" and after) or after in AUXILIARIES
    return not (can_be_named and _names_before(words[:place], KINDS[word]))


def _points_back(word: str, before: str, rest: Sequence[str]) -> bool:
    """Whether a demonstrative is none that joins clauses, and no day on which one asks."""
    after = rest[0].lower() if rest else ""
    if word in ("this", "these"):
        return after not in _TODAY
    if after in ("who", "which", "that"):
        return False
    # "who wrote that bill", but "who said that trump lied"
    at_the_end = len(rest) <= 1 and after not in FUNCTION_WORDS
    return word == "those" or at_the_end or not before or before in AUXILIARIES | PREPOSITIONS


def _names_before(words: Sequence[str], kind: Kind) -> bool:
    """Whether words name something that a later pronoun of that kind can stand for."""
    for before, word in pairwise(words):
        content = word.lower() not in FUNCTION_WORDS
        if content and (is_capitalised(word) or before.lower() in AUXILIARIES):
            return True
        if content and kind is not Kind.PERSON and before.lower() in DETERMINERS:
            return True
    return False


def is_bare(words: Sequence[str]) -> bool:
    """Whether no word of a question says what it is about: "why not?", "in which month?"."""
    lower = [word.lower() for word in words]
    content = [word for word in words if word.lower() not in FUNCTION_WORDS or is_capitals(word)]
    asks = [place for place, word in enumerate(lower) if word in QUESTION_WORDS]
    if not content:
        return True
    # A question word, by itself or after a preposition, with no more than a noun.
    starts = bool(asks) and (asks[0] == 0 or (asks[0] == 1 and lower[0] in PREPOSITIONS))
    short = len(content) == 1 and len(words) - asks[0] <= 3 if asks else False
    nouns = starts and short and lower[asks[0]] in ("what", "which", "how")
    return nouns and content[0] == words[-1] and not AUXILIARIES & set(lower)


def is_whole(words: Sequence[str]) -> bool:
    """Whether words are a question and no fragment of one."""
    lower = {word.lower() for word in words}
    asks = bool(words) and words[0].lower() in QUESTION_WORDS | AUXILIARIES
    return bool(lower & AUXILIARIES) or (asks and len(words) > 3)
