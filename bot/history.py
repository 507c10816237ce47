"""A question that follows up on others, understood together with them.

A question that leans on the turns before it, by a pronoun or by what it leaves out, is rewritten to
stand alone, as the people did who made CANARD (Elgohary et al. 2019); the words that it leans on
come from the turns (term resolution: Voskarides et al. 2020, QuReTeC), by rules and not by a model.
Where several words fit, each gives a reading, and the reader tells which one the article answers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.answers import Question, Turn
from bot.english import (
    AUXILIARIES,
    DEMONSTRATIVES,
    DETERMINERS,
    DO,
    FUNCTION_WORDS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
)
from bot.referents import (
    Kind,
    is_capitalised,
    is_capitals,
    kind_asked,
    phrases_of,
    referents,
    words_of_question,
)

MOST_READINGS = 3
"""How many readings of a question are tried at most."""

MOST_TURNS = 8
"""How many turns back are looked at."""

_LONGEST_TOPIC = 8
"""How many words of an answer can stand before a question to say what it is about."""

_LEADS = re.compile(r"^(?:(?:and|but|or|so|ok|okay)\b[\s,]*)+(?:then\b[\s,]*)?", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:what|how) about\b\s*", re.IGNORECASE)
_KINDS = {
    **dict.fromkeys(("he", "him", "his", "she", "her", "hers"), Kind.PERSON),
    **dict.fromkeys(("they", "them", "their", "theirs", "these", "those"), Kind.GROUP),
    **dict.fromkeys(("it", "its", "this", "that"), Kind.THING),
    "there": Kind.PLACE,
}
_POSSESSIVE = frozenset(("his", "her", "hers", "its", "their", "theirs"))
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
_ONE = re.compile(r"(?<=\bwhich )ones?\b", re.IGNORECASE)
# "when was that", "where did he do it", "what year did that happen".
_EVENT = re.compile(
    r"\s+(?:(?:was|were) (?:that|this|it)"
    r"|(?:did|does|do|was|is|will|would|could|can|has|have) (?:\w+ )?(?:he|she|it|they|that|this)"
    r" (?:happen|happening|do|done)(?: (?:it|that|this|so))?)\s*\??$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question means after the turns before it.

    Attributes:
        query: the text given to search.
        readings: the question put so that it stands alone, in the ways it can be meant, likeliest
            first; at least one.
    """

    query: str
    readings: tuple[str, ...]


def understand(question: Question) -> Understood:
    """The question with what it takes from its history; unchanged where it stands alone."""
    if not question.history or not depends(question.text):
        return Understood(question.text, (question.text,))
    turns = _standing_alone(question.history[-MOST_TURNS:])
    readings = tuple(readings_of(question.text, turns))
    # The words of the answer are of the passage where it goes on.
    return Understood(f"{readings[0]} {turns[-1].answer or ''}".strip(), readings)


def depends(text: str) -> bool:
    """Whether a question needs the turns before it to be understood."""
    rest = _ABOUT.sub("", _LEADS.sub("", text))
    led = rest != text
    words = words_of_question(rest)
    return (
        bool(_ONES.search(rest))
        or bool(_references(words))
        or _is_bare(words)
        or (led and not _is_whole(words))
    )


def readings_of(text: str, turns: Sequence[Turn]) -> list[str]:
    """What a question that depends on turns can mean, likeliest first; at least one.

    Args:
        turns: at least one, oldest first, whose questions stand alone.
    """
    rest = _ABOUT.sub("", _LEADS.sub("", text))
    words = words_of_question(rest)
    event = _EVENT.search(rest)
    if event and kind_asked(rest) in (Kind.TIME, Kind.PLACE, Kind.THING) and event.start():
        return [_about_what_happened(rest[: event.start()], turns[-1])]
    places = _references(words)
    if places:
        found = _with_referents(words, places, turns)
        if _is_bare(words) and words[0].lower() in ("who", "what", "which"):
            # "who were they": also what the turn came to.
            found[MOST_READINGS - 1 :] = [_about_what_happened(words[0], turns[-1])]
        return found
    if _ONE.search(rest):
        asked, _ = _parted(words_of_question(turns[-1].question))
        if len(asked) > 1:
            return [_ONE.sub(" ".join(asked[1:]), rest)]
    if _is_bare(words) and set(map(str.lower, words)) & QUESTION_WORDS:
        return [_about_what_happened(" ".join(words), turns[-1])]
    if not _is_whole(words):
        return _continued(words, turns[-1])
    return [_led_by(text, turns)]


def _standing_alone(history: Sequence[Turn]) -> list[Turn]:
    """The turns, each question that depends on those before it put as it is likeliest meant."""
    turns: list[Turn] = []
    for turn in history:
        if turns and depends(turn.question):
            turns.append(Turn(readings_of(turn.question, turns)[0], turn.answer))
        else:
            turns.append(turn)
    return turns


def _references(words: Sequence[str]) -> list[int]:
    """The places of the words that stand for something outside of the question."""
    if _EXPLETIVE.search(" ".join(words)):
        return []
    return [place for place in range(len(words)) if _refers_outside(words, place)]


def _refers_outside(words: Sequence[str], place: int) -> bool:
    word = words[place].lower()
    if word not in _KINDS or (is_capitals(words[place]) and word != "it"):
        return False
    before = words[place - 1].lower() if place else ""
    after = words[place + 1].lower() if place + 1 < len(words) else ""
    if word == "there":
        return not after or not ({before, after} & AUXILIARIES)
    if word in DEMONSTRATIVES:
        return _points_back(word, before, after)
    # A subject or owner may be named earlier in the question; an object hardly (Chomsky 1981).
    can_be_named = word in _NOMINATIVE or (word == "her" and after) or after in AUXILIARIES
    return not (can_be_named and _names_before(words[:place], _KINDS[word]))


def _points_back(word: str, before: str, after: str) -> bool:
    """Whether a demonstrative is none that joins clauses, and no day on which one asks."""
    if after in _TODAY and word in ("this", "these"):
        return False
    if word in ("this", "these"):
        return True
    if after in ("who", "which", "that"):
        return False
    return word == "those" or not after or not before or before in AUXILIARIES | PREPOSITIONS


def _names_before(words: Sequence[str], kind: Kind) -> bool:
    """Whether words name something that a later pronoun of that kind can stand for."""
    for before, word in pairwise(words):
        content = word.lower() not in FUNCTION_WORDS
        if content and (is_capitalised(word) or before.lower() in AUXILIARIES):
            return True
        if content and kind is not Kind.PERSON and before.lower() in DETERMINERS:
            return True
    return False


def _is_bare(words: Sequence[str]) -> bool:
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


def _is_whole(words: Sequence[str]) -> bool:
    """Whether words are a question and no fragment of one."""
    lower = {word.lower() for word in words}
    asks = bool(words) and words[0].lower() in QUESTION_WORDS | AUXILIARIES
    return bool(lower & AUXILIARIES) or (asks and len(words) > 3)


def _with_referents(
    words: Sequence[str], places: Sequence[int], turns: Sequence[Turn]
) -> list[str]:
    """The readings with what the first pronoun can stand for, and the others' likeliest."""
    first, *others = places
    filled = list(words)
    for place in others:
        kind = _KINDS[words[place].lower()]
        if kind is not _KINDS[words[first].lower()] and words[place].lower() not in DEMONSTRATIVES:
            filled[place] = _in_place(words, place, referents(kind, turns)[:1])
    choices = referents(_KINDS[words[first].lower()], turns)[:MOST_READINGS]
    if not choices or _is_of_a_noun(words, first):
        return [_led_by(" ".join(words), turns)]
    same = [place for place in places if words[place].lower() == words[first].lower()]
    readings = []
    for choice in choices:
        for place in same:
            filled[place] = _in_place(words, place, [choice])
        readings.append(" ".join(filled) + "?")
    return readings


def _is_of_a_noun(words: Sequence[str], place: int) -> bool:
    """Whether a demonstrative has a noun: "that bill"."""
    after = words[place + 1].lower() if place + 1 < len(words) else ""
    return words[place].lower() in DEMONSTRATIVES and bool(after) and after not in FUNCTION_WORDS


def _in_place(words: Sequence[str], place: int, choice: Sequence[str]) -> str:
    """The words to put where a pronoun stands; the pronoun where there is no choice."""
    word = words[place].lower()
    after = words[place + 1].lower() if place + 1 < len(words) else ""
    before = words[place - 1].lower() if place else ""
    if not choice:
        return words[place]
    if word in _POSSESSIVE and after and after not in FUNCTION_WORDS:
        return f"{choice[0]}'s"
    if word == "there" and before not in PREPOSITIONS:
        return f"in {choice[0]}"
    return choice[0]


def _about_what_happened(asked: str, turn: Turn) -> str:
    """A question word put before what a turn came to.

    "Sessions" who "announced the policy", and "when": "when Sessions announced the policy?".
    """
    return f"{asked.rstrip(' ?')} {statement(turn)}?"


def statement(turn: Turn) -> str:
    """What a turn came to, in words that can follow a question word.

    "Who shot Masood?" and "armed police" make "armed police shot Masood".
    """
    words = words_of_question(turn.question)
    answer = (turn.answer or "").split()
    asked, rest = _parted(words)
    inverted = bool(rest) and rest[0].lower() in AUXILIARIES and not _asks_for_its_subject(rest)
    if not asked or asked[0].lower() in ("when", "where", "why"):
        return " ".join(rest)
    if asked[0].lower() == "how":
        return " ".join([*rest, *answer] if inverted else [*asked[2:], *rest])
    return " ".join([*rest, *answer] if inverted else [*answer, *rest])


def _parted(words: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The words that ask, "who" or "how many people", and those after them.

    Of a question of yes or no, none and those after its auxiliary.
    """
    lower = [word.lower() for word in words]
    if lower[:1] and lower[0] in AUXILIARIES:
        return [], words[1:]
    if not lower[:1] or lower[0] not in ("which", "what", "how"):
        return words[:1], words[1:]
    measured = FUNCTION_WORDS - AUXILIARIES - PRONOUNS - PREPOSITIONS - DETERMINERS
    stop = 1
    while stop < len(words) and (
        lower[stop] not in FUNCTION_WORDS - {"of"} | AUXILIARIES or lower[stop] in measured
    ):
        stop += 1
    has_auxiliary = stop < len(words) and lower[stop] in AUXILIARIES
    # "which hackers stole | from": the word before is the verb.
    stop = stop if has_auxiliary else max(stop - 1, 1)
    return words[:stop], words[stop:]


def _asks_for_its_subject(rest: Sequence[str]) -> bool:
    """Whether the auxiliary follows the subject: "was escorted from …", not "was the man"."""
    after = rest[1] if len(rest) > 1 else ""
    if rest[0].lower() in DO:
        return False
    return after in PREPOSITIONS or after.endswith(("ed", "en", "ing"))


def _continued(words: Sequence[str], turn: Turn) -> list[str]:
    """The last question with a fragment in the place of what it was about, and with both."""
    fragment, question = " ".join(words), turn.question.rstrip(" ?")
    longer = f"{question} {fragment}?"
    phrases = [phrase.text for phrase in phrases_of(question)]
    if not words or not phrases or words[0].lower() in PREPOSITIONS | QUESTION_WORDS | {"when"}:
        return [longer]
    return [question.replace(phrases[-1], fragment) + "?", longer]


def _led_by(text: str, turns: Sequence[Turn]) -> str:
    """The question after the words that it is most likely about."""
    answer = turns[-1].answer or ""
    about = answer if 0 < len(answer.split()) <= _LONGEST_TOPIC else turns[-1].question
    return f"{about.rstrip(' ?')}: {text}"
