"""Rows that only reading can tell apart: near misses, and who said what.

A search brings the reader passages about the right thing that do not say what was asked. SQuAD 2.0
(Rajpurkar et al. 2018) had people write such questions; here the passage is changed instead (the
answer is taken out of it), or the question (it asks for somebody else).
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = re.compile(
    r"(?:[£$€]?\d[\d.,]*(?:st|nd|rd|th)?|(?:twenty|thirty|forty|fifty)?-?(?:one|two|three|four|five|six"
    r"|seven|eight|nine)|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty"
    r"|ninety|half|dozens?)"
    r"(?: (?:percent|per cent|million|billion|hundred|thousand|people|years))*",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:(?:on|in|since|until|by|at|early|late|mid) )?(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:1[0-9]|20)\d\d)\b[\w, ]{0,20}"
)
_NAME = re.compile(r"(?:[A-Z][\w.'’-]+)(?: (?:of |the |de |van )?[A-Z][\w.'’-]+)*")
_BEFORE_TIME = re.compile(
    r"[,\s]*\b(?:in|on|since|until|by|at|from|during|around|about|of|the)\s*$", re.IGNORECASE
)
_VAGUE_NUMBERS = ("some", "several", "many", "a few", "a number of")
_VAGUE_NAMES = (
    "someone",
    "one of them",
    "officials",
    "a spokesman",
    "another",
    "the group",
    "they",
)
_QUOTATION = r"[\"“](?P<words>[^\"“”]{25,250})[\"”]"
_SPOKE = r"(?:said|says|told [\w ]{2,20}|added|adds|replied|asked|wrote|cried|tweeted|declared)"
_SPEAKER = r"(?P<name>(?:the \w+(?: \w+)?|[A-Z][\w.]+(?: [A-Z][\w.]+){0,3}))"
_SPOKEN = (
    re.compile(rf"{_QUOTATION},?\s+{_SPOKE}\s+{_SPEAKER}(?=[.,;])"),
    re.compile(rf"{_SPEAKER}(?:, [^,.\"]{{3,40}},)? {_SPOKE}[,:]? {_QUOTATION}"),
)
_NOBODY = {"he", "she", "they", "it", "i", "we", "this", "but", "and", "who", "some", "there"}
_ASKED_WHO = (
    'Who said "{}"?',
    "who said {}",
    "who says {}?",
    'Who was it that said "{}"?',
    "who talked about {}",
    'whose words are "{}"',
)
_WENT_ON = ("He went on, ", "She added: ", "He added, ", "She went on: ", "And he said: ")


@dataclass(frozen=True, slots=True)
class Row:
    """A question with a passage; `start` and `end` are -1 where the passage does not answer."""

    question: str
    passage: str
    start: int
    end: int


def without_its_answer(row: Row, chance: random.Random) -> Row | None:
    """The row with its answer taken out of the passage, a vague word in its place.

    Only of an answer that is a number, a time or a name, so that what is left reads well; None for
    others.
    """
    answer = row.passage[row.start : row.end]
    before, after = row.passage[: row.start], row.passage[row.end :]
    if _TIME.fullmatch(answer) or (_NUMBER.fullmatch(answer) and re.search(r"\b\d{4}\b", answer)):
        left = _BEFORE_TIME.sub("", before) + after
    elif _NUMBER.fullmatch(answer):
        left = before + chance.choice(_VAGUE_NUMBERS) + after
    elif _NAME.fullmatch(answer):
        vague = chance.choice(_VAGUE_NAMES)
        vague = vague.capitalize() if before.rstrip()[-1:] in ("", ".", "!", "?") else vague
        left = (
            re.sub(r"\b(?:the|a|an|mr|mrs|dr|president)\s*$", "", before, flags=re.I)
            + vague
            + after
        )
    else:
        return None
    if any(part.lower() in left.lower() for part in answer.split() if len(part) > 2):
        return None
    return Row(row.question, left.strip(), -1, -1)


def with_a_blur(row: Row, chance: random.Random) -> Row:
    """The row with a number or name beside its answer made vague, lest vague mean unanswered."""
    for pattern, vague in ((_NUMBER, _VAGUE_NUMBERS), (_NAME, _VAGUE_NAMES)):
        places = [
            match.span()
            for match in re.finditer(
                rf"(?<![\w]){pattern.pattern}(?![\w])", row.passage, pattern.flags
            )
            if match.end() < row.start - 20 or match.start() > row.end + 20
        ]
        if places and chance.random() < 0.5:
            begin, finish = chance.choice(places)
            word = chance.choice(vague)
            passage = row.passage[:begin] + word + row.passage[finish:]
            by = len(word) - (finish - begin) if begin < row.start else 0
            return Row(row.question, passage, row.start + by, row.end + by)
    return row


def of_somebody_else(row: Row, chance: random.Random) -> Row | None:
    """The question asked of another name of the passage, which it then does not answer; or None.

    Only where the question has one name, which the passage has too.
    """
    names = _names_in(row.question)
    if len(names) != 1 or names[0] not in row.passage:
        return None
    known = set(f"{row.question} {row.passage[row.start : row.end]}".split())
    others = {
        name
        for name in _names_in(row.passage)
        if name.count(" ") == names[0].count(" ") and not set(name.split()) & known
    }
    if not others:
        return None
    asked = row.question.replace(names[0], chance.choice(sorted(others)))
    return Row(asked, row.passage, -1, -1)


def _names_in(text: str) -> list[str]:
    """Capitalised words that do not begin a sentence, nor what might be one."""
    return [
        match.group()
        for match in _NAME.finditer(text)
        if len(match.group()) > 3 and re.search(r"[a-z,;] $", text[: match.start()])
    ]


def who_said(context: str, chance: random.Random) -> Iterator[Row]:
    """Questions for the speaker of each quotation of a text, whose name stands beside it.

    A quotation of several sentences is sometimes parted in two ("He went on, …"), as news does
    it, so that the name stands a paragraph earlier.
    """
    for pattern in _SPOKEN:
        for match in pattern.finditer(context):
            name = match["name"]
            if name.lower().split()[0] in _NOBODY:
                continue
            passage, words, start = context, match["words"], match.start("name")
            parts = re.split(r"(?<=[.!?]) (?=[A-Z])", words)
            if pattern is _SPOKEN[1] and len(parts) > 1 and chance.random() < 0.6:
                at = match.start("words") + len(parts[0])
                passage = f'{context[:at]}"\n\n{chance.choice(_WENT_ON)}"{context[at + 1 :]}'
                words = " ".join(parts[1:])
            yield Row(_asked_who(words, chance), passage, start, start + len(name))


def _asked_who(words: str, chance: random.Random) -> str:
    spoken = words.strip(" ,.!?").split()
    length = min(len(spoken), chance.choice((3, 4, 5, 6, 8)))
    first = chance.randrange(len(spoken) - length + 1)
    part = " ".join(spoken[first : first + length]).strip(" ,.;:!?")
    return chance.choice(_ASKED_WHO).format(part)
