"""Alike: whether two texts say nearly the same, so that one of them can stand for both.

The words of the lists are English, those of denial some neighbours' too. In other languages no word
may come and go unseen, so that fewer texts are found to be alike.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

import Stemmer
from rapidfuzz.distance import OSA

JACCARD = 0.5
"""The share of their pairs of words that two texts must have in common; chosen by `make likeness`
on edited paragraphs of the development articles."""

FEWEST = 5
"""Texts with fewer words that carry something are alike only where all their words are the same."""

_TOKEN = re.compile(
    # A number with its sign, currency and unit, or a word with what follows its apostrophe.
    r"(?:(?<!\w)[-−]|[$£€¥])?\d(?:[\d.,:]*\d)?%?\w*|[^\W\d_]\w*(?:['’]\w+)?"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_ACRONYM = re.compile(r"\b(?:[A-Z]\.){2,}")
_OPENING = " \t\n\"'“”‘’«»([–—-"
_SENTENCE_ENDS = ".!?:…"
_DIGIT = re.compile(r"\d")
_DENIAL = re.compile(
    r"no|not|never|none|nobody|nothing|neither|nor|without|cannot|hardly|barely|almost|nearly|"
    r"den(?:y|ie[ds]|ying)|fail\w*|refus\w*|alleg\w*|suspect\w*|former\w*|attempt\w*|"
    r"nicht|nie|nein|kein\w*|non|pas|jamais|nunca|niet|geen|nei|ikke|ikkje|aldri|ingen|inte|aldrig",
)
_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_DIGITS = {word: str(value) for value, word in enumerate(_NUMBERS.split())} | {
    word: f"{value}0" for value, word in enumerate(_TENS.split(), start=2)
}
_AMOUNT = re.compile(
    r"hundreds?|thousands?|(?:m|b|tr)illions?|dozens?|half|quarter|twice|first|second|third"
)
# What may come and go in a sentence that says the same.
_LIGHT_WORDS = (
    "a an the that which who and also too has had have is are was were be been being will would "
    "on in at of it its they their there these those this as about around just "
    "said say says saying told tells stated"
)
_LIGHT = frozenset(_LIGHT_WORDS.split())
_LONG, _SLIP = 6, 1
"""From how many letters on a word may differ, and in how many."""

_REMEMBERED = 2**16
"""How many words' stems are kept, so that a build does not stem each of them each time."""

_BEFORE = 6
"""How many characters before a word say whether it begins a sentence."""


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a text says, as far as its words tell.

    Attributes:
        words: all of them, in order, in lower case; the text itself where it has none.
        content: those that carry something, in order, with the capital that they have.
        stems: of the content, in order.
        telling: those of the stems that nothing can stand for: numbers, names and denials.
    """

    words: tuple[str, ...]
    content: tuple[str, ...]
    stems: tuple[str, ...]
    telling: frozenset[str]

    @property
    def shingles(self) -> set[tuple[str, str]]:
        """Each two words that carry something and follow each other, as stems."""
        return set(pairwise(self.stems))

    @property
    def numbers(self) -> tuple[str, ...]:
        """Its numbers, in order."""
        return tuple(filter(_is_number, map(str.casefold, self.content)))


def statement(text: str) -> Statement:
    """What a text says."""
    text = _ACRONYM.sub(lambda found: found[0].replace(".", ""), text)
    text = text.replace("per cent", "percent")
    words, content, stems, telling = [], [], [], set()
    for found in _TOKEN.finditer(text):
        words.append(_THOUSANDS.sub("", found[0].casefold().replace("’", "'")))
        carried = _carried(words[-1])
        if carried is not None:
            word, stem, tells = carried
            content.append(word.capitalize() if found[0][0].isupper() else word)
            stems.append(stem)
            if tells or _is_name(text, found.start()):
                telling.add(stem)
    return Statement(
        tuple(words) or (text.strip(),), tuple(content), tuple(stems), frozenset(telling)
    )


def alike(one: Statement, other: Statement) -> bool:
    """Whether two texts say nearly the same: either could stand for both.

    Their names, numbers and denials are the same in the same order; of the other words that carry
    something one text has all that the other has, but for slips and spelling; and of all pairs of
    such words that follow each other, both have `JACCARD` (Broder 1997) at least.
    """
    if one.words == other.words:
        return True
    if min(len(one.stems), len(other.stems)) < FEWEST:
        return False
    return (
        _same_telling(one, other) and _says_no_other(one, other) and jaccard(one, other) >= JACCARD
    )


def say_nearly_the_same(one: str, other: str) -> bool:
    """Whether two texts are `alike`."""
    return alike(statement(one), statement(other))


def without_repeats(items: Iterable[_T], text_of: Callable[[_T], str]) -> Iterator[_T]:
    """The items, in order, without those whose text says nearly what that of one before says."""
    said: list[Statement] = []
    for item in items:
        this = statement(text_of(item))
        if not any(alike(this, before) for before in said):
            said.append(this)
            yield item


def jaccard(one: Statement, other: Statement) -> float:
    """The share of the shingles of both that each has, 0 to 1."""
    first, second = one.shingles, other.shingles
    return len(first & second) / (len(first | second) or 1)


def _same_telling(one: Statement, other: Statement) -> bool:
    telling = one.telling | other.telling
    first, second = ([stem for stem in said.stems if stem in telling] for said in (one, other))
    return first == second


def _says_no_other(one: Statement, other: Statement) -> bool:
    """Whether one of the two has no word but those that the other has, too."""
    more, less = sorted((_beyond(one, other), _beyond(other, one)), key=len, reverse=True)
    return all(_take_spelled(word, more) for word in less)


def _beyond(one: Statement, other: Statement) -> list[str]:
    """The words of one whose stems the other has not, or not as often."""
    left = Counter(other.stems)
    beyond = []
    for word, stem in zip(one.content, one.stems, strict=True):
        left[stem] -= 1
        if left[stem] < 0:
            beyond.append(word)
    return beyond


def _take_spelled(word: str, words: list[str]) -> bool:
    """Whether one of the words is this one in another spelling; then it is taken out.

    What has a capital may be a name, and Hansen is not Hanson.
    """
    for other in words:
        long = min(len(word), len(other)) >= _LONG and word[0] == other[0]
        if long and word[0].islower() and OSA.distance(word, other, score_cutoff=_SLIP) <= _SLIP:
            words.remove(other)
            return True
    return False


@lru_cache(_REMEMBERED)
def _carried(word: str) -> tuple[str, str, bool] | None:
    """What a word carries: it, plainly written, its stem, and whether it is a number or a denial.

    None where it may come and go.
    """
    if word in _LIGHT:
        return None
    word = _DIGITS.get(word, "not" if word.endswith("n't") else word.removesuffix("'s"))
    tells = _is_number(word) or _DENIAL.fullmatch(word) is not None
    # A stemmer of its own for each call: PyStemmer's are not safe to share between threads.
    return word, Stemmer.Stemmer("english").stemWord(word), tells


def _is_number(word: str) -> bool:
    return _DIGIT.search(word) is not None or _AMOUNT.fullmatch(word) is not None


def _is_name(text: str, start: int) -> bool:
    """Whether the word that begins there has a capital that no sentence gives it."""
    if not text[start].isupper():
        return False
    before = text[max(0, start - _BEFORE) : start].rstrip(_OPENING)
    return bool(before) and before[-1] not in _SENTENCE_ENDS
