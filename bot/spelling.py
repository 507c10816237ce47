"""A question with its slips of the finger mended, by the words of the articles and of English.

A word that is in neither is replaced by the nearest that is, if one is near enough: by the optimal
string alignment distance, which counts two letters swapped as one slip (Damerau 1964). The English
words and their frequencies are those that come with SymSpell.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from index.words import WORD_OF_LETTERS

_SHORTEST, _LONG = 4, 8
"""Letters of the shortest word that is mended, and of one that may have two slips."""
_LONG_NAME, _LONGEST = 6, 9
"""Letters from which on any slip may turn a word of the articles, or of English, into another."""
_WORDS = "frequency_dictionary_en_82_765.txt"
_COMMON = 1_000_000
"""Occurrences, in SymSpell's count, of a word that somebody may have meant."""
_VOWELS = frozenset("aeiouy")


def mended(question: str, articles: Collection[str]) -> str:
    """The question with each unknown word replaced by the nearest known one, if one is near.

    A word of the articles comes before any other. Where less than half of the question is English,
    no English word replaces anything.

    Args:
        articles: the words that the index has, in lower case.
    """
    english = _english()
    words = [match.group().lower() for match in WORD_OF_LETTERS.finditer(question)]
    is_english = 2 * sum(word in english for word in words) >= len(words)

    def mend(match: re.Match[str]) -> str:
        word = match.group()
        if len(word) < _SHORTEST or _is_known(word.lower(), articles, english):
            return word
        named = word[0].isupper() and match.start() > 0
        meant = None if named or not is_english else english
        return _nearest(word.lower(), articles, meant) or word

    return WORD_OF_LETTERS.sub(mend, question)


def _is_known(word: str, articles: Collection[str], english: Mapping[str, int]) -> bool:
    # "trumps" is typed for "Trump's" more often than for anything else.
    stem = re.sub(r"['’]?s$", "", word)
    return any(one in articles or one in english for one in (word, stem))


def _nearest(word: str, articles: Collection[str], english: Mapping[str, int] | None) -> str | None:
    counts = english or {}
    common = _common(word[0]) if english else ()
    found = [*_near(word, articles, _LONG_NAME), *_near(word, common, _LONGEST)]
    if not found:
        return None
    fewest = min(slips for slips, _ in found)
    nearest = [other for slips, other in found if slips == fewest]
    # Two slips are told apart by how the words begin, one by which word is commoner.
    return max(
        nearest,
        key=lambda other: (
            JaroWinkler.similarity(word, other) if fewest > 1 else 0,
            other in articles,
            counts.get(other, 0),
            other,
        ),
    )


def _near(word: str, among: Collection[str], long: int) -> Iterator[tuple[int, str]]:
    """(slips, word) of the words that may be meant, a frequent slip counting as none.

    Only a word of `long` letters may have a slip that is not a frequent one.
    """
    most = 2 if len(word) >= _LONG else 1
    near = process.extract(word, list(among), scorer=OSA.distance, score_cutoff=most, limit=None)
    for other, distance, _ in near:
        if _is_likely(word, other, int(distance)):
            yield 0, other
        elif len(word) >= long and word[0] == other[0]:
            yield int(distance), other


def _is_likely(word: str, other: str, distance: int) -> bool:
    """Whether two words are one frequent slip apart.

    Frequent are a letter left out, two swapped, one doubled, and one vowel for another.
    """
    if distance > 1:
        return False
    if len(word) < len(other) or sorted(word) == sorted(other):
        return True
    place = next(i for i, letter in enumerate(word) if other[i : i + 1] != letter)
    if len(word) > len(other):
        return word[place] == word[place - 1]
    return word[place] in _VOWELS and other[place] in _VOWELS


@lru_cache(maxsize=1)
def _english() -> Mapping[str, int]:
    """English words and how often they occur."""
    # Line by line, for the whole text and its lines would take as much memory again.
    with (files("symspellpy") / _WORDS).open(encoding="utf-8-sig") as lines:
        return {word: int(times) for word, times in map(str.split, lines)}


@lru_cache(maxsize=64)
def _common(letter: str) -> tuple[str, ...]:
    """The common English words that begin with a letter; hardly a slip is made in the first one."""
    return tuple(
        word for word, times in _english().items() if word[0] == letter and times >= _COMMON
    )
