"""Questions that ask for several things at once."""

import re

from bot.answers import Question

_SAY = "say|said|tell|told|write|think|tweet|claim|argue|want|warn|call|ask|reply|promise|mean"
_PARTS = (
    # "what did X and Y say about it"
    re.compile(
        rf"(?P<head>what (?:did|do|does) )(?P<first>.+?) and (?P<second>.+?)"
        rf"(?P<tail> (?:{_SAY})\b.*)",
        re.IGNORECASE,
    ),
    # "how old are X and Y"
    re.compile(
        r"(?P<head>(?:who|where|how old|how tall) (?:are|were) )(?P<first>.+?) and (?P<second>.+?)"
        r"(?P<tail>(?: from)?\W*)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<head>names? of )(?P<first>.+?) and (?P<second>.+?)(?P<tail>\W*)", re.IGNORECASE
    ),
)
# Nouns in the plural, not words that end in s for another reason; nor what a number says is few.
_PLURAL = r"(?:(?!(?:\w*(?:ss|us|is)|does|has|was|as|news|texas)\b)\w+s|people|men|women|children)"
_BESIDE = (
    r"(?:(?!(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|must|should|kind|sort|"
    r"type|of|in|on|at|to|for|from|two|both)\b)\w+ )"
)
_SEVERAL = re.compile(
    rf"(?:which|what|whose) {_BESIDE}{{0,2}}{_PLURAL}(?: (?!(?:is|was|has|does)\b).*)?"
    rf"|(?:what|who) (?:are|were) (?:all )?(?:the )?{_BESIDE}{{0,2}}{_PLURAL}\b.*"
    r"|(?:name|list)(?: me)? (?:all|the|every|each|everyone|everybody)\b.*|list .*"
    r"|(?:what (?:are|were) )?(?:the )?names of .*|who all .*",
    re.IGNORECASE,
)
_MOST_WORDS = 5


def parts_of(question: Question) -> tuple[Question, ...]:
    """The questions that one puts together: of "what did X and Y say", what X said and what Y said.

    There are none where it is a single question.
    """
    for pattern in _PARTS:
        found = pattern.fullmatch(question.text)
        if found and all(len(found[one].split()) <= _MOST_WORDS for one in ("first", "second")):
            asked = (f"{found['head']}{found[one]}{found['tail']}" for one in ("first", "second"))
            return tuple(Question(text, question.history) for text in asked)
    return ()


def asks_for_several(question: Question) -> bool:
    """Whether a question asks for a list: "which cities", "names of", "list the"."""
    return _SEVERAL.fullmatch(question.text) is not None
