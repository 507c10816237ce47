"""Questions as people type them in a chat: lower case, slips of the finger, spelt as they sound."""

import random
import re
import string

_FIRST_WORDS = re.compile(
    r"^(what|which|who|when|where) (is|was|are|were|did|does|do) (the |a )?", re.IGNORECASE
)
# How words are misspelt by ear; each pair is tried wherever it fits.
_BY_EAR = (
    *(
        ("ie", "ei"),
        ("ei", "ie"),
        ("ence", "ance"),
        ("ance", "ence"),
        ("able", "ible"),
        ("ar", "er"),
    ),
    *(
        ("or", "er"),
        ("er", "or"),
        ("ea", "ee"),
        ("ee", "ea"),
        ("ou", "u"),
        ("ai", "ay"),
        ("ce", "se"),
    ),
    *(("ss", "s"), ("ll", "l"), ("tt", "t"), ("mm", "m"), ("nn", "n"), ("pp", "p"), ("rr", "r")),
    *(("cc", "c"), ("ph", "f"), ("ck", "k"), ("ght", "t"), ("wh", "w"), ("mb", "m"), ("kn", "n")),
    *(
        ("tion", "sion"),
        ("ious", "ous"),
        ("e", "i"),
        ("i", "e"),
        ("a", "e"),
        ("o", "u"),
        ("y", "i"),
    ),
    *(("ought", "ort"), ("qu", "kw"), ("x", "cks"), ("ch", "tch"), ("l", "ll"), ("t", "tt")),
)


def as_typed(question: str, chance: random.Random) -> str:
    """The question as somebody might type it in a chat; one in three stays as it is."""
    written = " ".join(question.split())
    if chance.random() < 0.34:
        return written
    question = written.lower()
    if chance.random() < 0.75:
        question = question.rstrip("?. ")
    if chance.random() < 0.4:
        question = question.replace("'", "")
    if chance.random() < 0.12 and len(question.split()) > 5:
        question = _FIRST_WORDS.sub("", question)
    for _ in range(chance.choice((0, 0, 0, 0, 1, 1, 2))):
        question = _mistyped(question, chance)
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2))):
        question = _by_ear(question, chance)
    # Of a question of nothing but marks nothing would be left.
    return question or written


def _mistyped(question: str, chance: random.Random) -> str:
    places = [i for i in range(1, len(question) - 1) if question[i - 1 : i + 2].isalpha()]
    if not places:
        return question
    i = chance.choice(places)
    swapped = question[:i] + question[i + 1] + question[i] + question[i + 2 :]
    dropped = question[:i] + question[i + 1 :]
    doubled = question[:i] + question[i] + question[i:]
    replaced = question[:i] + chance.choice(string.ascii_lowercase) + question[i + 1 :]
    return chance.choice((swapped, swapped, dropped, dropped, doubled, replaced))


def _by_ear(question: str, chance: random.Random) -> str:
    """The question with one of its longer words misspelt as it sounds."""
    words = question.split(" ")
    places = [i for i, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not places:
        return question
    i = chance.choice(places)
    fitting = [pair for pair in _BY_EAR if pair[0] in words[i][1:]]
    if fitting:
        heard, written = chance.choice(fitting)
        words[i] = words[i][0] + words[i][1:].replace(heard, written, 1)
    return " ".join(words)
