"""Edits: what desks do to an agency's paragraph, and what makes another statement of it.

Each edit takes a paragraph and a random generator, and returns the paragraph edited, or None where
it has nothing to edit.
"""

import random
import re
from collections.abc import Callable

Edit = Callable[[str, random.Random], str | None]

_SPELLINGS = {
    "ization": "isation",
    "organize": "organise",
    "color": "colour",
    "defense": "defence",
    "center": "centre",
    "labor": "labour",
    "percent": "per cent",
    "traveled": "travelled",
    "program": "programme",
    "toward": "towards",
}
_SYNONYMS = {
    "said": "stated",
    "about": "around",
    "after": "following",
    "killed": "slain",
    "big": "large",
    "began": "started",
    "people": "persons",
    "help": "assist",
    "show": "reveal",
    "used": "employed",
    "many": "numerous",
    "but": "yet",
    "officials": "authorities",
    "leaders": "chiefs",
    "country": "nation",
    "may": "might",
    "trying": "seeking",
}
_OPPOSITES = {
    "more": "fewer",
    "before": "after",
    "after": "before",
    "first": "last",
    "increase": "decrease",
    "won": "lost",
    "killed": "injured",
    "from": "to",
    "new": "old",
    "against": "for",
    "up": "down",
    "over": "under",
    "with": "without",
    "support": "oppose",
    "last": "next",
    "north": "south",
    "men": "women",
    "high": "low",
    "rise": "fall",
    "young": "old",
    "all": "some",
}
_LIGHT = re.compile(r"(?<=\w )(?:that|the|a|an|also|on) (?=\w)")
_PLAIN = re.compile(r"(?<=[a-z,] )[a-z]{4,}(?= [a-z])")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}\b")
_NUMBER = re.compile(r"\d+")
_VERB = re.compile(r"\b(?:is|are|was|were|will|would|can|could|has|have|had)\b(?! not)")
_SENTENCE = re.compile(r"(?<=[.!?”\"]) (?=[A-Z“\"])")
_ADVERBS = ("also", "reportedly", "however", "meanwhile", "recently", "again")


def _replaced(text: str, words: dict[str, str], rng: random.Random) -> str | None:
    one = _one_of(re.compile(rf"\b(?:{'|'.join(words)})\b"), text, rng)
    if one is None:
        return None
    return text[: one.start()] + words[one[0]] + text[one.end() :]


def _one_of(pattern: re.Pattern[str], text: str, rng: random.Random) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return rng.choice(found) if found else None


def typography(text: str, rng: random.Random) -> str | None:
    """Straight quotes and apostrophes for curly ones, or the reverse; a dash for a hyphen."""
    plain = text.translate(str.maketrans("“”‘’–—", "\"\"''--"))
    curly = re.sub(r'"([^"]*)"', r"“\1”", text).replace("'", "’")
    return next((t for t in (plain, curly) if t != text), None)


def spelling(text: str, rng: random.Random) -> str | None:
    """One word in British spelling."""
    pairs = [pair for pair in _SPELLINGS.items() if pair[0] in text]
    return text.replace(*rng.choice(pairs), 1) if pairs else None


def slip(text: str, rng: random.Random) -> str | None:
    """Two letters of a word swapped."""
    one = _one_of(re.compile(r"(?<=[a-z,] )[a-z]{7,}\b"), text, rng)
    if one is None:
        return None
    at = one.start() + rng.randrange(2, len(one[0]) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def light(text: str, rng: random.Random) -> str | None:
    """A small word left out, such as "that" or "the"."""
    one = _one_of(_LIGHT, text, rng)
    return text[: one.start()] + text[one.end() :] if one else None


def inserted(text: str, rng: random.Random) -> str | None:
    """An adverb put in."""
    one = _one_of(_PLAIN, text, rng)
    return text[: one.start()] + rng.choice(_ADVERBS) + " " + text[one.start() :] if one else None


def left_out(text: str, rng: random.Random) -> str | None:
    """A word without a capital left out, that denies nothing."""
    one = _one_of(re.compile(r"(?<=[a-z,] )[a-z]{5,} (?=[a-z])"), text, rng)
    return text[: one.start()] + text[one.end() :] if one else None


def source(text: str, rng: random.Random) -> str | None:
    """Who said it, put at the end."""
    if not text.endswith("."):
        return None
    return text[:-1] + rng.choice((", officials said.", ", according to reports.", ", it said."))


def shortened(text: str, rng: random.Random) -> str | None:
    """The last of several sentences left out, if it has no name and no number."""
    *rest, last = _SENTENCE.split(text)
    plain = len(rest) > 0 and not re.search(r"\d|\b(?:not|no|never)\b|(?<=\w )[A-Z]", last)
    return " ".join(rest) if plain else None


def synonym(text: str, rng: random.Random) -> str | None:
    """One word for another that means the same."""
    return _replaced(text, _SYNONYMS, rng)


def number(text: str, rng: random.Random) -> str | None:
    """Another number: "killed 15" for "killed 5"."""
    one = _one_of(_NUMBER, text, rng)
    if one is None:
        return None
    return text[: one.start()] + "1" + one[0] + text[one.end() :]


def name(text: str, rng: random.Random) -> str | None:
    """Another name."""
    one = _one_of(_NAME, text, rng)
    others = ("Henderson", "Brazil", "Toronto", "Kowalski", "Tuesday")
    return text[: one.start()] + rng.choice(others) + text[one.end() :] if one else None


def names_swapped(text: str, rng: random.Random) -> str | None:
    """Two names, each in the place of the other."""
    found = list(_NAME.finditer(text))
    pairs = [(a, b) for a in found for b in found if a.start() < b.start() and a[0] != b[0]]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    return text[: a.start()] + b[0] + text[a.end() : b.start()] + a[0] + text[b.end() :]


def denied(text: str, rng: random.Random) -> str | None:
    """A "not" put in."""
    one = _one_of(_VERB, text, rng)
    return f"{text[: one.end()]} not{text[one.end() :]}" if one else None


def opposite(text: str, rng: random.Random) -> str | None:
    """One word for its opposite."""
    return _replaced(text, _OPPOSITES, rng)


def several(text: str, rng: random.Random) -> str:
    """Three of the edits that keep what is said, one after another."""
    for edit in rng.sample(SAME, 3):
        text = edit(text, rng) or text
    return text


SAME: tuple[Edit, ...] = (
    typography,
    spelling,
    slip,
    light,
    inserted,
    left_out,
    source,
    shortened,
    synonym,
)
OTHER: tuple[Edit, ...] = (number, name, names_swapped, denied, opposite)
