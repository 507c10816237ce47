"""Which kind of question it is: one for the reader, or one about an article as a whole.

By patterns that the whole text must match, once case, marks, courtesies and slips of the finger are
set aside. Whatever is in doubt is a question for the reader.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from bot.answers import Question


class Kind(StrEnum):
    """What a person wants to have."""

    FACT = "fact"
    SUMMARY = "summary"
    NAMES = "names"
    TOPIC = "topic"
    PUBLISHED = "published"
    PUBLISHER = "publisher"
    AUTHOR = "author"
    TITLE = "title"
    LINK = "link"
    LENGTH = "length"
    ARTICLES = "articles"
    GREETING = "greeting"
    THANKS = "thanks"
    HELP = "help"
    IDENTITY = "identity"
    PRAISE = "praise"
    FAREWELL = "farewell"
    DOUBT = "doubt"


METADATA = frozenset(
    {
        Kind.PUBLISHED,
        Kind.PUBLISHER,
        Kind.AUTHOR,
        Kind.TITLE,
        Kind.LINK,
        Kind.LENGTH,
        Kind.ARTICLES,
    }
)
"""What is answered from an article's metadata."""

REMARKS = frozenset(
    {Kind.GREETING, Kind.THANKS, Kind.HELP, Kind.IDENTITY, Kind.PRAISE, Kind.FAREWELL, Kind.DOUBT}
)
"""What is answered in a line of the bot's own."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question wants.

    Attributes:
        kind: what is wanted.
        subject: the topic, or the words that name the article; empty where there are none.
    """

    kind: Kind
    subject: str = ""


# An article, once what it is called has been put aside; "it" may be something else, too.
_TEXT = "(?:ARTICLE|this)"
_IT = "(?:ARTICLE|this|it|that)"
_IN = f"(?:(?:in|from|of|by) {_IT}|here|in (?:there|here))"
_WHO = (
    "(?:who(?: all| else)?|(?:what|which|whose) (?:people|persons|names?|places|companies|"
    "organi[sz]ations)(?: and (?:people|places|names))?)"
)
_MENTIONED = "(?:mentioned|named|talked about)"
_GIVE = (
    "(?:(?:give|get|show|send|tell|write)(?: me| us)? |(?:can|could|may) i (?:have|get) |"
    "i (?:want|need|would like) |(?:have you )?got |what (?:is|are) )?(?:an? |the )?"
)
_GIST = (
    "(?:(?:short|quick|brief|little|concise|one|three|sentence) )*"
    "(?:summary|overview|recap|gist|tldr|synopsis|outline|short version)"
)
_POINTS = "(?:main|key|central) (?:points?|ideas?|message|takeaways?|facts|topics?|theme)"
_OUT = "(?:published|written|posted|printed|put (?:out|up|online))"
_OUTLET = "(?:newspaper|paper|outlet|(?:news )?(?:site|agency)|website|magazine|publisher|channel)"
_SOME = "(?:anything|something|(?:any |some |more )*(?:info|information|news|details))"
_ABOUT = "(?:on|about|regarding|concerning)"
_SAYS = "does (?:ARTICLE|it|this)"
# No question inside a question, which is for the reader, and nothing that was named before.
_TOPIC = (
    r"(?P<topic>(?!(?:who|whom|whose|what|when|where|why|which|how|if|whether)\b)"
    r"(?!(?:it|this|that|him|her|them|he|she|they|you|yourself|me|us|here)\b)\w+(?: \w+){0,7}?)"
    f"(?: {_IN})?"
)

_PATTERNS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (
        Kind.SUMMARY,
        (
            f"(?:tell me |explain )?what (?:is {_IT}|{_IT} is) (?:all )?about",
            f"(?:summari[sz]e|sum up|recap|outline|explain)(?: {_IT})?",
            f"(?:sum|boil) {_IT} (?:up|down)",
            f"{_GIVE}(?:{_GIST}|{_POINTS})(?: {_IN})?",
            "tell me about ARTICLE",
            "what (?:does|is) ARTICLE (?:say|saying)",
            "what (?:happens|happened) in ARTICLE|what (?:happened|is this|is the news)|in short",
        ),
    ),
    (
        Kind.NAMES,
        (
            f"{_WHO} (?:is|are|was|were|gets?) (?:all )?{_MENTIONED}(?: {_IN})?",
            f"who (?:all )?(?:is|are) (?:all )?(?:the people )?(?:{_MENTIONED} )?(?:{_IN}|in it)",
            f"{_WHO} (?:appears?|comes? up|shows? up|features?)(?: {_IN})?",
            f"{_WHO} {_SAYS[:4]} {_IT} mention",
            f"(?:(?:list|name|show)(?: me)? )(?:all )?(?:the )?(?:people|everyone|names)"
            f"(?: {_MENTIONED}| {_IN})*",
            f"(?:all )?(?:the )?(?:people|everyone|names)(?: {_MENTIONED}| {_IN})+",
        ),
    ),
    (
        Kind.PUBLISHED,
        (
            f"when (?:is|was) {_IT} (?:{_OUT}|from)",
            f"when did {_IT} (?:come out|appear)",
            f"{_GIVE}(?:publication date|date of publication|date of {_IT})(?: of {_IT})?",
            f"{_GIVE}ARTICLE (?:publication )?date",
            f"(?:what|which) (?:date|day|year|month) (?:is|was|did) {_IT} (?:from|{_OUT}|come out)",
            f"how (?:old|recent|new) is {_TEXT}|is {_TEXT} (?:recent|new|old)",
        ),
    ),
    (
        Kind.PUBLISHER,
        (
            f"who (?:published|posted|printed) {_IT}",
            f"(?:what|which) {_OUTLET} (?:is|was|published|posted|printed) {_IT}(?: from)?",
            f"where (?:is|was) {_TEXT} (?:from|{_OUT})|where does {_TEXT} come from",
            f"(?:(?:who|what) is )?(?:the |ARTICLE )?(?:publisher|source)(?: of {_TEXT})?",
        ),
    ),
    (
        Kind.AUTHOR,
        (
            f"who wrote {_IT}|who is {_TEXT} (?:by|from)",
            f"(?:(?:who|what) is )?(?:the |ARTICLE )?(?:author|writer)(?: of {_TEXT})?",
        ),
    ),
    (
        Kind.TITLE,
        (
            f"{_GIVE}(?:ARTICLE )?(?:title|headline)(?: of {_IT})?",
            "(?:what is )?(?:the )?name of ARTICLE|what is ARTICLE (?:called|titled)",
        ),
    ),
    (
        Kind.LINK,
        (
            f"{_GIVE}(?:ARTICLE )?(?:link|url|web address)(?: (?:to|of|for) {_IT})?",
            "where (?:can|do) i (?:find|read|get|see) ARTICLE|where is ARTICLE",
        ),
    ),
    (
        Kind.LENGTH,
        (
            f"(?:how long is|(?:what is )?(?:the )?length of) {_TEXT}",
            "how many (?:paragraphs|words|sentences) (?:does ARTICLE have|is (?:ARTICLE|it|this)|"
            "are (?:there|in ARTICLE))",
        ),
    ),
    (
        Kind.ARTICLES,
        (
            "(?:which|what|how many) (?:articles|stories) (?:do|have|can) (?:you|i) "
            "(?:know|have|read|got|ask)(?: about)?|(?:which|what) (?:articles|stories) are there",
            "what (?:have you (?:read|got)|do you know(?: about)?|can i ask(?: you)?(?: about)?)",
            "(?:list|show|give)(?: me)? (?:all )?(?:the |your )?(?:articles|stories)",
        ),
    ),
    (
        Kind.TOPIC,
        (
            f"(?:(?:is|was|do|have|does|you|got|ARTICLE|it|this|say|contain|mention|there) )*"
            f"{_SOME} (?:(?:said|written|mentioned|there|else|{_IN}) )*{_ABOUT} {_TOPIC}",
            f"(?:(?:is|was|do|have|does|you|got|there) )*{_SOME} in ARTICLE",
            f"tell me (?:(?:more|something|anything|everything|all|a bit) )*about {_TOPIC}",
            f"what (?:{_SAYS}|do you) (?:say|know|have|tell us|tell me) {_ABOUT} {_TOPIC}",
            f"what is (?:there|in there|in it) {_ABOUT} {_TOPIC}",
            f"{_SAYS} (?:mention|talk about|discuss|cover|speak of) {_TOPIC}",
            f"(?:is|are) {_TOPIC} (?:mentioned|talked about|discussed|covered)(?: {_IN})?",
        ),
    ),
    (
        Kind.GREETING,
        (
            "(?:hi+|hello|hey+|hiya|heya|yo|howdy|greetings|good (?:morning|afternoon|evening|day))"
            "(?: (?:there|all|everyone|again|you|guys|pilcrow|bot))*",
            "(?:hi |hello |hey )?(?:how are you|how is it going)(?: doing| today)*|what is up|sup",
        ),
    ),
    (
        Kind.THANKS,
        (
            "(?:(?:ok|okay|great|perfect|nice|cool|awesome|good|many) )*"
            "(?:thank you|thanks|cheers|ty|tysm|ta)"
            "(?: (?:a lot|so much|very much|mate|man|again|for (?:the|your) (?:help|answer)))*",
        ),
    ),
    (
        Kind.HELP,
        (
            "(?:i need )?help(?: me)?|how (?:do|can) i (?:use|ask) (?:you|this|it)",
            "how (?:do|does) (?:you|this)(?: bot)? work|what (?:can|do) you do",
        ),
    ),
    (
        Kind.IDENTITY,
        (
            "(?:who|what) (?:are you|is pilcrow)|what is your name|who made you",
            "are you (?:an? )?(?:bot|ai|robot|human|person|real)(?: person)?",
        ),
    ),
    (
        Kind.PRAISE,
        (
            "(?:good|nice|great|well|bad|cool) (?:bot|one|job|work|done|answer)",
            "lol|(?:ha)+h?|okay|ok|cool|nice|great|perfect|awesome|wow|good|alright|i see|got it",
        ),
    ),
    (
        Kind.FAREWELL,
        (
            "(?:ok )?(?:bye|goodbye|good night|see (?:you|ya)|farewell|take care)"
            "(?: (?:bye|later|soon|tomorrow|then|all|everyone))*",
        ),
    ),
    (
        Kind.DOUBT,
        (
            "(?:are you )?(?:really )?sure(?: about (?:that|this|it))?|really",
            "is (?:that|this|it) (?:really )?(?:true|right|correct)",
            "(?:that|this|it) is (?:not (?:true|right|correct)|wrong|incorrect|false)",
        ),
    ),
)

# Courtesies before and after, which say nothing about what is wanted.
_HEAD = (
    "(?:(?:hi|hello|hey|ok|okay|so|well|and|please|pilcrow|bot|there|just|quickly|"
    "(?:can|could|would|will) you|in short|in brief|in a few words|in a nutshell) )*?"
)
_TAIL = (
    "(?: (?:please|thanks|thank you|pilcrow|bot|for (?:me|us)|quickly|briefly|exactly|again|then|"
    "in (?:short|brief|a nutshell|a sentence|(?:a few|one|two|three) (?:words?|sentences?))))*"
)
_COMPILED = [
    (kind, re.compile(f"{_HEAD}(?:{pattern}){_TAIL}"))
    for kind, patterns in _PATTERNS
    for pattern in patterns
]
# How people call an article, and what they say it is on.
_ARTICLE = re.compile(
    r"\b(?:(?:the|this|that|your) (?:(?:whole|full|entire|original) )?"
    r"(?P<name>(?:(?!(?:of|in|from|the|this|that|on|about|to|news)\b)\w+ ){1,4}?(?=article))?)?"
    r"(?:news )?(?:article|story|text|piece)\b"
    r"(?: (?:on|about|regarding|concerning) (?P<subject>\w+(?: \w+)*?)"
    r"(?= about$| (?:published|written|posted|printed|called|from)$|$))?"
)
# After other turns, "it" may be whatever was talked about.
_DOUBTFUL = re.compile("(?:what|who|when|where|how|which)\\b.*\\b(?:it|that)\\b.*|what happened")

_SHORTHAND = {
    "abt": "about", "wat": "what", "waht": "what", "wut": "what", "wen": "when", "hwo": "who",
    "u": "you", "r": "are", "ur": "your", "pls": "please", "plz": "please", "thx": "thanks",
    "whats": "what is", "whos": "who is", "whens": "when is", "wheres": "where is",
}  # fmt: skip
_KNOWN = (
    "summarise summarize summary overview article articles mentioned mention published publisher "
    "publication written author headline title people names about points takeaways thank thanks "
    "hello please anything something everyone paragraphs organisations appears"
)
_TYPO = 0.83
"""How alike, by difflib's ratio, a misspelt word is to the one that was meant."""

_MOST_WORDS = 25
"""Words of a question from which on it is the reader's: nobody asks for a summary in so many."""


def intent_of(question: Question) -> Intent:
    """What a question wants; `Kind.FACT` where that is in doubt."""
    if len(question.text.split()) >= _MOST_WORDS:
        return Intent(Kind.FACT)
    text = _plain(question.text)
    named = _ARTICLE.search(text)
    if named:
        text = f"{text[: named.start()]}ARTICLE{text[named.end() :]}"
    if question.history and _DOUBTFUL.fullmatch(text):
        return Intent(Kind.FACT)
    for kind, pattern in _COMPILED:
        if match := pattern.fullmatch(text):
            topic = match.groupdict().get("topic") or ""
            about = (named["subject"] or named["name"] or "").strip() if named else ""
            return Intent(kind, topic or about)
    return Intent(Kind.FACT)


def _plain(text: str) -> str:
    """The text in lower case, without marks, shorthand written out and known words mended."""
    text = text.lower().replace("’", "'").replace("tl;dr", "tldr")
    text = re.sub(r"\b(what|who|when|where|how|that|it)'s\b", r"\1 is", text)
    words = re.findall(r"\w+", re.sub(r"'s\b|'", "", text))
    return " ".join(_SHORTHAND.get(word) or _mended(word) for word in words)


def _mended(word: str) -> str:
    close = get_close_matches(word, _KNOWN.split(), n=1, cutoff=_TYPO) if len(word) > 4 else []
    return close[0] if close else word
