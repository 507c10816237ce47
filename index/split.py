"""An article split into passages, and a passage into sentences."""

import re
from collections.abc import Iterator

import sentencex

from index.corpus import Article, Passage

LONGEST_PASSAGE = 150
"""Words after which a paragraph becomes several passages; most paragraphs of news are shorter."""

_QUOTE_MARKS = '"“”„«»'
_BLANKED = str.maketrans(dict.fromkeys(_QUOTE_MARKS, " "))
_LONGEST_MARK = 8
"""Characters before a place that tell what ended there; a paragraph may have millions."""
_WORD = re.compile(r"\S+")
# Titles that sentencex ends a sentence after, before some names ("Mr. Will Smith") or all of them.
_TITLE = re.compile(
    r"""\b(?: Mr|Mrs|Ms|Mx|Dr|Prof|Rev|Hon|Fr|Sen|Rep|Gov|Pres|Amb|Atty|Cllr|Ald
    |   Gen|Col|Maj|Capt|Cpt|Lt|Cmdr|Adm|Sgt|Cpl|Pvt|Det|Insp|Supt|Messrs )\.$""",
    re.VERBOSE,
)
# What may follow a quotation that ends in "!" or "?" and still be the same sentence.
_ATTRIBUTION = re.compile(
    r"""\s* (?: \S+ \s+ ){0,4}?
    (?: said|says|told|asks?|asked|adds?|added|tweets?|tweeted|writes?|wrote|repl(?:y|ies|ied)
    |   shout(?:s|ed)|yell(?:s|ed)|cr(?:ies|ied)|declared|exclaimed|warned|continued ) \b""",
    re.VERBOSE,
)


def split(article: Article, longest: int = LONGEST_PASSAGE) -> list[Passage]:
    """The passages of an article, in order: its paragraphs, long ones in several pieces.

    A piece is made of whole sentences and has at most `longest` words, unless a single sentence
    has more. The pieces of a paragraph share its number and leave out only the space between.
    """
    passages = []
    for number, (start, end) in enumerate(article.paragraphs, start=1):
        for piece_start, piece_end in _pieces(article.text, start, end, longest):
            passages.append(Passage(article, number, piece_start, piece_end))
    return passages


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """(start, end) of each sentence of `text[start:end]`, as offsets into `text`, end exclusive.

    sentencex (Wikimedia) finds the sentences but keeps a quotation whole, however many sentences
    it has; it is asked again without the quotation marks, and the ends that it then finds inside
    a quotation count as well. What says who spoke stays with what was said ("Is it?" she asked).
    A line end always ends a sentence.
    """
    stop = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n]+", text[start:stop]):
        offset = start + line.start()
        ends = _sentence_ends(line.group())
        for begin, finish in zip([0, *ends], ends, strict=False):
            if span := _trimmed(text, offset + begin, offset + finish):
                spans.append(span)
    return spans


def _sentence_ends(line: str) -> list[int]:
    quoted = {e for e in _ends(line.translate(_BLANKED)) if _is_inside_a_quotation(line, e)}
    ends = {end for end in _ends(line) | quoted if not _TITLE.search(_before(line, end))}
    inner = {end for end in ends if not _is_attributed(line, end)}
    return sorted(inner | {len(line)})


def _ends(line: str) -> set[int]:
    return {int(found["end_index"]) for found in sentencex.get_sentence_boundaries("en", line)}


def _is_inside_a_quotation(line: str, end: int) -> bool:
    """Whether a sentence that ends here ends on its own stop, not on a closing quotation mark."""
    return _before(line, end)[-1:] in (".", "!", "?", "…")


def _is_attributed(line: str, end: int) -> bool:
    """Whether a quotation closes here and its speaker is named next."""
    before = _before(line, end)
    closes = before[-1:] in _QUOTE_MARKS and before[-2:-1] in ("!", "?")
    return closes and _ATTRIBUTION.match(line, end) is not None


def _before(line: str, end: int) -> str:
    return line[max(0, end - _LONGEST_MARK) : end].rstrip()


def _pieces(text: str, start: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    if len(_WORD.findall(text, start, end)) <= longest:
        yield start, end
        return
    piece_start, piece_end, words = start, start, 0
    for sentence_start, sentence_end in sentences(text, start, end):
        count = len(_WORD.findall(text, sentence_start, sentence_end))
        if words and words + count > longest:
            yield piece_start, piece_end
            piece_start, words = sentence_start, 0
        piece_end, words = sentence_end, words + count
    yield piece_start, piece_end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without the white space at its ends, or None where there is nothing else."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
