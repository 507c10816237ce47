"""A span trimmed to clean words: no word, number or quotation is cut."""

import re
import unicodedata

# Letters and digits with what joins them inside one word or number.
_WORD = re.compile(
    r"""(?: (?:[^\W\d_]\.){2,} (?:[^\W\d_]\b)?                 # U.S., a.m., U.S.A
    |   (?: (?<!\w)[-−–](?=[£$€¥₹]?\d) )? [£$€¥₹#@]?\w+ )      # word, 52, £3bn, -5
    (?: ['’&@/£$€¥₹-]\w+                                       # o'clock, part-time, AT&T, US$5
    |   \.(?: [a-z\d]\w* | [A-Z]\b )                           # 2.5, bbc.co.uk, Ph.D
    |   (?<=\d)[,:–](?=\d)\w+ )*                               # 52,000, 10:30, 2018–19
    (?: [%€] | °\w* )?""",
    re.VERBOSE,
)
_POSSESSIVE = re.compile(r"['’]s\b")
_LOOSE = ",.;:!?-–—…"
_SPACE = re.compile(r"\s")
_JOINERS = "\u200c\u200d"


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """(start, end) of the whole words that a span touches, without marks that belong to no word.

    A span without a word stays as it is. No span grows beyond a white space.
    """
    words = _words_touched(text, start, end)
    if words is None:
        return start, end
    first, last = words
    # The marks that the span itself holds right before and after its words.
    start = first - len(_SPACE.split(text[min(start, first) : first])[-1])
    end = last + len(_SPACE.split(text[last : max(end, last)])[0])
    while True:
        while start < first and text[start] in _LOOSE:
            start += 1
        while end > last and text[end - 1] in _LOOSE:
            end -= 1
        clean = without_lone_brackets(text, *without_lone_marks(text, start, end))
        if clean == (start, end):
            return clean
        start, end = clean


def without_lone_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without a quotation mark at its edge whose partner lies outside of it.

    A span of nothing else stays as it is.
    """
    words = text[start:end]
    kept = words[1:] if _is_lone(words[0], "“", "”", words) else words
    kept = kept[:-1] if kept and _is_lone(kept[-1], "”", "“", words) else kept
    inner = kept.strip()
    if not inner:
        return start, end
    first = text.index(inner, start)
    return first, first + len(inner)


def without_lone_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without a bracket at its edge whose partner lies outside of it."""
    words = text[start:end]
    for opening, closing in ("()", "[]"):
        if words.startswith(opening) and closing not in words:
            start += 1
        if words.endswith(closing) and opening not in words:
            end -= 1
    return start, end


def _words_touched(text: str, start: int, end: int) -> tuple[int, int] | None:
    """(start, end) of the words that a span touches, the last one without its possessive s."""
    begin, stop = start, end
    while begin > 0 and not text[begin - 1].isspace():
        begin -= 1
    while stop < len(text) and not text[stop].isspace():
        stop += 1
    run = "".join("_" if _joins_letters(character) else character for character in text[begin:stop])
    spans = [(begin + match.start(), begin + match.end()) for match in _WORD.finditer(run)]
    words = [(first, last) for first, last in spans if first < end and start < last]
    if not words:
        return None
    last = words[-1][1]
    return words[0][0], min(last, end) if _POSSESSIVE.match(text, end) else last


def _joins_letters(character: str) -> bool:
    """Whether a character is written on or between letters (no character of a word to `re`)."""
    return character in _JOINERS or unicodedata.category(character).startswith("M")


def _is_lone(character: str, mark: str, partner: str, words: str) -> bool:
    if character == '"':
        return words.count('"') == 1
    return character == mark and partner not in words
