"""How alike two short texts are in their words, as SQuAD counts it (Rajpurkar et al. 2016)."""

import re
from collections import Counter

_ARTICLES = {"a", "an", "the"}
_PUNCTUATION = re.compile(r"[^\w\s]")


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation, "a", "an" and "the"."""
    return [word for word in _PUNCTUATION.sub("", text.lower()).split() if word not in _ARTICLES]


def exactly(a: str, b: str) -> bool:
    """Whether two texts have the same words in the same order."""
    return words_of(a) == words_of(b)


def overlap(a: str, b: str) -> float:
    """The F1 of the words of two texts, 0 to 1; 0 where one of them has none."""
    first, second = words_of(a), words_of(b)
    common = (Counter(first) & Counter(second)).total()
    return 2 * common / (len(first) + len(second)) if common else 0.0
