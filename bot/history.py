"""A question that follows up on others, understood together with them.

A question that leans on the turns before it, by a pronoun or by what it leaves out, is rewritten to
stand alone, as the people did who made CANARD (Elgohary et al. 2019); the words that it leans on
come from the turns (term resolution: Voskarides et al. 2020, QuReTeC), by rules and not by a model.
Where several words fit, each gives a reading, and the reader tells which one the article answers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answers import Question, Turn
from bot.dependence import KINDS, depends, is_bare, is_whole, references, without_lead
from bot.english import (
    AUXILIARIES,
    DEMONSTRATIVES,
    DO,
    FUNCTION_WORDS,
    MEASURES,
    PREPOSITIONS,
    QUESTION_WORDS,
)
from bot.referents import (
    Kind,
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

# What may stand inside of "which chief of staff", "how many more judges".
_INSIDE = MEASURES | {"of", "more", "most", "other"}
_POSSESSIVE = frozenset(("his", "her", "hers", "its", "their", "theirs"))
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


def readings_of(text: str, turns: Sequence[Turn]) -> list[str]:
    """What a question that depends on turns can mean, likeliest first; at least one.

    Args:
        turns: at least one, oldest first, whose questions stand alone.
    """
    rest = without_lead(text)
    words = words_of_question(rest)
    event = _EVENT.search(rest)
    if event and kind_asked(rest) in (Kind.TIME, Kind.PLACE, Kind.THING) and event.start():
        return [_about_what_happened(rest[: event.start()], turns[-1])]
    places = references(words)
    if places:
        found = _with_referents(words, places, turns)
        if is_bare(words) and words[0].lower() in ("who", "what", "which"):
            # "who were they": also what the turn came to.
            found[MOST_READINGS - 1 :] = [_about_what_happened(words[0], turns[-1])]
        return found
    if _ONE.search(rest):
        asked, _ = _parted(words_of_question(turns[-1].question))
        if len(asked) > 1:
            return [_ONE.sub(" ".join(asked[1:]), rest)]
    if is_bare(words) and set(map(str.lower, words)) & QUESTION_WORDS:
        return [_about_what_happened(" ".join(words), turns[-1])]
    if not is_whole(words):
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


def _with_referents(
    words: Sequence[str], places: Sequence[int], turns: Sequence[Turn]
) -> list[str]:
    """The readings with what the first pronoun can stand for, and the others' likeliest."""
    first, *others = places
    filled = list(words)
    for place in others:
        kind = KINDS[words[place].lower()]
        if kind is not KINDS[words[first].lower()] and words[place].lower() not in DEMONSTRATIVES:
            filled[place] = _in_place(words, place, referents(kind, turns)[:1])
    choices = referents(KINDS[words[first].lower()], turns)[:MOST_READINGS]
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
    stop = 1
    while stop < len(words) and (lower[stop] not in FUNCTION_WORDS or lower[stop] in _INSIDE):
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
    if not words or not phrases or words[0].lower() in PREPOSITIONS | QUESTION_WORDS:
        return [longer]
    return [question.replace(phrases[-1], fragment) + "?", longer]


def _led_by(text: str, turns: Sequence[Turn]) -> str:
    """The question after the words that it is most likely about."""
    answer = turns[-1].answer or ""
    about = answer if 0 < len(answer.split()) <= _LONGEST_TOPIC else turns[-1].question
    return f"{about.rstrip(' ?')}: {text}"
