"""What the words of earlier turns name: whom "he" and what "it" may stand for.

There is no parser and no model here. A question is cut at its function words, and what lies between
them is a phrase; the question word tells what an answer is: of "who" a person, of "where" a place.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.answers import Turn
from bot.english import (
    AUXILIARIES,
    BE,
    DETERMINERS,
    FUNCTION_WORDS,
    HAVE,
    INDEFINITE,
    MEASURES,
    PLACES,
    PREPOSITIONS,
    QUESTION_WORDS,
    TIMES,
)

_PARTICIPLE = re.compile(r"\w{2,}(ed|en|wn|ing)$")
_ED = re.compile(r"\w{2,}ed$")
_CONTRACTED = re.compile(r"\b(who|what|where|when|how|that)(?:['’]?s|['’]re)\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s$")
_EDGES = ' \t?!.,;:"“”„()[]'
_JOINED = frozenset(("of", "the", "and", "&", "for", "de", "van", "von", "bin", "al"))
_LETTERS = re.compile(r"[^\W\d_]{2}")
_LONGEST = 8
"""Words of an answer that can stand for a pronoun."""


class Kind(StrEnum):
    """What a question asks for, or a pronoun stands for."""

    PERSON = "person"
    GROUP = "group"
    PLACE = "place"
    TIME = "time"
    NUMBER = "number"
    THING = "thing"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of a question that name something.

    Attributes:
        text: the words, with their determiner.
        is_determined: whether they have one, as names have not.
        is_oblique: whether a preposition is before them: neither subject nor object.
    """

    text: str
    is_determined: bool
    is_oblique: bool


def kind_asked(question: str) -> Kind | None:
    """What a question asks for; None if it has no question word: yes or no."""
    lower = [word.lower() for word in words_of_question(question)]
    for place, word in enumerate(lower):
        after = set(lower[place + 1 :])
        if word in ("who", "whom", "whose"):
            return Kind.PERSON
        if word == "where" or (word in ("what", "which") and after & PLACES):
            return Kind.PLACE
        if word == "when" or (word in ("what", "which") and after & TIMES):
            return Kind.TIME
        if word == "how" and lower[place + 1 : place + 2] and lower[place + 1] in MEASURES:
            return Kind.NUMBER
        if word in QUESTION_WORDS:
            return Kind.THING
    return None


def referents(kind: Kind, turns: Sequence[Turn]) -> list[str]:
    """What a pronoun of a kind may stand for, likeliest first, no two the same.

    The later turn comes first, in it the answer, if it is of that kind, and then what the question
    names, as it takes the centre of attention (Grosz, Joshi and Weinstein 1995). After no
    answer, or a long one, which names much in passing, what most turns speak of comes first.
    """
    found = [one for turn in reversed(turns) for one in _of_turn(kind, turn)]
    last = turns[-1].answer if turns else None
    if last is None or len(last.split()) > _LONGEST:
        found.sort(key=lambda one: (-_turns_with(one, turns), not is_capitalised(one)))
    return list({one.casefold(): one for one in reversed(found)}.values())[::-1]


def _turns_with(phrase: str, turns: Sequence[Turn]) -> int:
    """In how many turns the last word of a phrase is, as the surname is of a full name."""
    word = phrase.rsplit(maxsplit=1)[-1].casefold()
    return sum(word in f"{turn.question} {turn.answer or ''}".casefold() for turn in turns)


def _of_turn(kind: Kind, turn: Turn) -> list[str]:
    phrases = phrases_of(turn.question)
    answers = (
        [] if turn.answer is None else _of_answer(kind, kind_asked(turn.question), turn.answer)
    )
    if kind is Kind.THING or kind is Kind.PLACE:
        return [*answers, *(phrase.text for phrase in reversed(phrases))]
    if kind is Kind.GROUP:
        return [*answers, *(phrase.text for phrase in phrases)]
    people = [one.text for one in phrases if not one.is_determined and not one.is_oblique]
    people = [person.split("'s ")[0] for person in people]
    if people and _introduces(turn.question, people[0]):
        # "Who is Ann Lee?" is answered by what she is.
        return [*people, *(name for name in answers if name == turn.answer)]
    return [*answers, *people] or [phrase.text for phrase in phrases]


def _introduces(question: str, name: str) -> bool:
    words = words_of_question(question)
    start = " ".join(words[:2]).lower()
    return start in ("who is", "who was") and " ".join(words[2:]) == name


def _of_answer(kind: Kind, asked: Kind | None, answer: str) -> list[str]:
    """The words of an answer that a pronoun of a kind may stand for."""
    words = answer.strip(_EDGES).split()
    if words and words[0].lower() in PREPOSITIONS:
        words = words[1:]
    whole = [" ".join(words)] if 0 < len(words) <= _LONGEST else []
    names = names_in(answer)
    is_place, is_person = asked is Kind.PLACE, asked is Kind.PERSON
    if asked in (Kind.TIME, Kind.NUMBER) or not _LETTERS.search(answer):
        return []
    if kind is Kind.PLACE:
        return whole if is_place else names
    if kind is Kind.PERSON:
        return [] if is_place else names
    if kind is Kind.GROUP:
        return [] if is_place else whole
    # "It" is nobody: what "who" asked for is a person, or "the Commission".
    return whole if not is_person or words[0].lower() in DETERMINERS else []


def words_of_question(text: str) -> list[str]:
    """The words of a question without the marks around them; "who's" and "whos" are two."""
    spread = _CONTRACTED.sub(r"\1 is", text)
    return [clean for word in spread.split() if (clean := word.strip(_EDGES))]


def is_capitals(word: str) -> bool:
    """Whether a word is all capitals, as US and WHO are, which are no pronouns then."""
    return len(word) > 1 and word.isupper()


def is_capitalised(word: str) -> bool:
    """Whether a word begins as a name does."""
    return word[:1].isupper()


def names_in(text: str) -> list[str]:
    """The names in a text: each run of capitalised words, with small words that join them."""
    names, run = [], list[str]()
    for word in [*text.split(), ""]:
        clean = _POSSESSIVE.sub("", word.strip(_EDGES))
        if is_capitalised(clean) or (run and clean in _JOINED):
            run.append(clean)
        ends = word.rstrip(".") != clean.rstrip(".")
        if ends or clean not in run[-1:]:
            names.append(_without_small_words(run))
            run = []
    return [name for name in names if name]


def _without_small_words(run: list[str]) -> str:
    """A run of words that starts and ends in a name; nothing if it has none."""
    while run and run[-1] in _JOINED:
        run = run[:-1]
    while run and run[0].lower() in FUNCTION_WORDS and not is_capitals(run[0]):
        run = run[1:]
    return " ".join(run)


def phrases_of(question: str) -> list[Phrase]:
    """The phrases of a question that name something, in order.

    "who asked the baker for a wedding cake" has "the baker" and "a wedding cake".
    """
    words = words_of_question(question)
    lower = [word if is_capitals(word) else word.lower() for word in words]
    found = []
    for first, last in _stretches(lower):
        before, after = lower[first - 1] if first else "", lower[last] if last < len(lower) else ""
        determined = before in DETERMINERS
        opener = lower[first - 2] if determined and first > 1 else before
        start, stop = first - determined, last
        if before == "who" or (before == "to" and after in DETERMINERS):
            # "who shot masood", "who wants to stop the plan"
            start += 1
        elif before in ("which", "what", "many") and after not in AUXILIARIES:
            # "which hackers stole …", but "which shop did …"
            stop -= 1
        elif _ends_in_a_verb(opener, lower[first:last], is_last=not after):
            stop -= 1
        # What a question asks for names nothing yet, but "how many judges" names the judges.
        if stop > max(start, first) and before not in (*INDEFINITE, "which", "what"):
            text = " ".join(words[start:stop])
            found.append(Phrase(text, determined, opener in PREPOSITIONS))
    return found


def _ends_in_a_verb(opener: str, stretch: Sequence[str], is_last: bool) -> bool:
    """Whether the last word of a stretch is the verb of the auxiliary before it."""
    if opener in BE | HAVE:
        pattern = _ED if is_last and len(stretch) == 1 else _PARTICIPLE
        return pattern.match(stretch[-1]) is not None
    return opener in AUXILIARIES and len(stretch) > 1


def _stretches(lower: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(first, last) of each run of words that are no function words, end exclusive."""
    first = 0
    for place, word in enumerate([*lower, "a"]):
        if word in FUNCTION_WORDS:
            if place > first:
                yield first, place
            first = place + 1
