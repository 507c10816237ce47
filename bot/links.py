"""Addresses that open an article at a quote, or at its page.

A text fragment (WICG Scroll-to-Text-Fragment) is `#:~:text=[prefix-,]start[,end][,-suffix]`. The
browser marks the first place in the page that matches, and compares as Chromium does: case, accents
and the shape of quotation marks are all the same, and what begins or ends a match has to begin or
end a word, but where the prefix or the suffix goes on. No part of it matches over the edge of a
block, while the next part may follow in the next one.

The page has words that the article has not: navigation, captions, related links. Words that stand
for a short quote may be there too, so it stands between some of its own context.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from urllib.parse import quote

from index.corpus import Article

_WHOLE_UP_TO = 12
"""Words up to which a quote stands whole in the address; longer ones by start and end."""

_WHOLE_LENGTH = 300
"""Characters of its address up to which a quote stands whole there."""

_AT_EACH_END = range(1, 13)
"""Words that stand for the start, and for the end, of a longer quote: as few as will do."""

_MOST_CONTEXT = 16
"""Words of prefix and suffix together."""

_ENOUGH = 32
"""Bytes of words in a row, context included, that hardly stand in what is around an article."""

_LONGEST_FRAGMENT = 600
"""Characters; a longer address is worth less than a plain one."""

_BETWEEN_CELLS = " | "
"""What parts the cells of a row in an article's text, where the page has two blocks."""

# A word with the marks at it; where writing has no spaces, what stands between two stops.
_STOPS = "、。，．；：！？"
_WORD = re.compile(rf"[^\s{_STOPS}]+[{_STOPS}]*|[{_STOPS}]+")
_JOINS = "'’.:,;·"
"""Marks that part no word when they stand in it (Unicode Annex 29)."""

_MARKS = ("Mn", "Mc", "Me", "Cf", "Cn")
"""Categories of what stands on the letter before it, is not seen, or may be either."""

_SKINS = "🏻🏼🏽🏾🏿"
"""The colours of an emoji, which stand on it."""

_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "þ": "th"}
    | dict.fromkeys("‘’‚‛′", "'")
    | dict.fromkeys("“”„‟″", '"')
    | {katakana: katakana - 0x60 for katakana in range(0x30A1, 0x30F7)}
)

_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Fragment:
    """Which words of an article's text stand in a fragment, as offsets, end exclusive."""

    start: _Span
    end: _Span | None = None
    prefix: _Span | None = None
    suffix: _Span | None = None


def link_to_page(url: str, page: int) -> str:
    """The address of a PDF that opens it at a page, from 1 (RFC 8118), and at no other place."""
    return f"{url.partition('#')[0]}#page={page}"


def link_to_quote(article: Article, start: int, end: int) -> str:
    """The address with a text fragment for `text[start:end]`; without one where none is unique.

    Args:
        article: one that has an address.
        start, end: the quote in its text.
    """
    page = (article.url or "").partition(":~:")[0].removesuffix("#")
    known = _Page(article, start)
    for fragment in _fragments(article, start, end):
        encoded = _encoded(article.text, fragment)
        if len(encoded) <= _LONGEST_FRAGMENT and known.opens_at(fragment):
            return f"{page}{':~:' if '#' in page else '#:~:'}text={encoded}"
    return page


class _Page:
    """What is known of an article's page, as a browser compares it, the title before the text."""

    def __init__(self, article: Article, start: int) -> None:
        self._text, self._start = article.text, start
        before = _folded(f"{article.publisher or ''}\n{article.title}\n{article.text[:start]}")
        self._at = len(before)
        self._words = before + _folded(article.text[start:])

    def opens_at(self, fragment: _Fragment) -> bool:
        """Whether the first place that matches a fragment is the one that it was made of."""
        last = fragment.suffix if fragment.end is None else None
        opens = self._first(0, fragment.prefix, fragment.start, last)
        if fragment.end is None or not opens:
            return opens
        return self._first(self._place(fragment.start[1]), fragment.end, fragment.suffix)

    def _first(self, after: int, *spans: _Span | None) -> bool:
        """Whether words, one behind the other, are nowhere between a place and where they are."""
        given = [span for span in spans if span]
        if any(_is_on_a_letter(self._text[a]) for a, _ in given):
            return False
        # Of what is the same to the browser or to us, and inside of words too: so it is nowhere
        # before to the browser either, whatever it takes for the same and for a word.
        pattern = r"[\s|]*".join(re.escape(_folded(self._text[a:b])) for a, b in given)
        found = re.compile(pattern).search(self._words, after)
        return found is not None and found.start() == self._place(given[0][0])

    def _place(self, offset: int) -> int:
        if offset < self._start:
            return self._at - len(_folded(self._text[offset : self._start]))
        return self._at + len(_folded(self._text[self._start : offset]))


def _fragments(article: Article, start: int, end: int) -> Iterator[_Fragment]:
    """The fragments that could stand for a quote, the best first."""
    text = article.text
    if _is_on_a_letter(text[start : start + 1]) or _is_on_a_letter(text[end : end + 1]):
        return
    cores = list(_cores(text, start, end))
    for core in cores:
        yield from _in_context(text, core, [], [], _ENOUGH)
    inside = _words_before(text, start), _words_after(text, end)
    # On the page there may be anything between two blocks, above all over a heading.
    over = [] if article.is_heading_at(start) else _words_before(text, _edge_before(text, start))
    beyond = (
        inside[0] or over,
        inside[1] or _words_after(text, _edge_after(text, end)),
    )
    for enough, (before, after) in (
        *((_ENOUGH, inside), (_ENOUGH // 2, inside)),
        *((_ENOUGH, beyond), (_ENOUGH // 2, beyond)),
        *((0, inside), (0, beyond)),
    ):
        for core in dict.fromkeys(cores[-1:] + cores[:1]):
            yield from _in_context(text, core, before, after, enough)


def _cores(text: str, start: int, end: int) -> Iterator[_Fragment]:
    """The fragments without context: the quote whole, or by words at its start and its end."""
    first_end, last_start = min(end, _block_end(text, start)), max(start, _block_start(text, end))
    whole = first_end == end
    words = list(_WORD.finditer(text, start, end))
    if whole and len(words) <= _WHOLE_UP_TO and len(_quoted(text[start:end])) <= _WHOLE_LENGTH:
        yield _Fragment((start, end))
        return
    heads = list(_WORD.finditer(text, start, first_end))
    tails = list(_WORD.finditer(text, last_start, end))
    for count in _AT_EACH_END if heads and tails else ():
        head_end = heads[min(count, len(heads)) - 1].end()
        tail_start = tails[-min(count, len(tails))].start()
        if head_end > tail_start:
            break
        yield _Fragment((start, head_end), (tail_start, end))
    if whole:
        yield _Fragment((start, end))


def _in_context(
    text: str, core: _Fragment, before: Sequence[_Span], after: Sequence[_Span], enough: int
) -> Iterator[_Fragment]:
    """The fragment with more and more words before and after it, where it is then long enough."""
    start, end = core.start[0], (core.end or core.start)[1]
    for total in range(min(_MOST_CONTEXT, len(before) + len(after)) + 1):
        half = min(len(before), max((total + 1) // 2, total - len(after)))
        for number in dict.fromkeys((half, min(total, len(before)), max(0, total - len(after)))):
            prefix, suffix = before[len(before) - number :], after[: total - number]
            # In the middle of a word nothing matches by itself.
            if (not prefix and _is_inside_a_word(text, start)) or (
                not suffix and _is_inside_a_word(text, end)
            ):
                continue
            first = prefix[0][0] if prefix else start
            last = core.start[1] if core.end else suffix[-1][1] if suffix else end
            if len(text[first:last].encode("utf-8", "replace")) >= enough:
                yield replace(
                    core,
                    prefix=(first, prefix[-1][1]) if prefix else None,
                    suffix=(suffix[0][0], suffix[-1][1]) if suffix else None,
                )


def _words_before(text: str, offset: int) -> list[_Span]:
    """The words between the start of its block and a place, the last ones of them."""
    words = _WORD.finditer(text, _block_start(text, offset), offset)
    return [word.span() for word in words][-_MOST_CONTEXT:]


def _words_after(text: str, offset: int) -> list[_Span]:
    """The words between a place and the end of its block, the first ones of them."""
    words = _WORD.finditer(text, offset, _block_end(text, offset))
    return [word.span() for word in islice(words, _MOST_CONTEXT)]


def _block_start(text: str, offset: int) -> int:
    cell = text.rfind(_BETWEEN_CELLS, 0, offset)
    return max(text.rfind("\n", 0, offset) + 1, cell + len(_BETWEEN_CELLS) if cell >= 0 else 0)


def _block_end(text: str, offset: int) -> int:
    ends = (text.find("\n", offset), text.find(_BETWEEN_CELLS, offset))
    return min((end for end in ends if end >= 0), default=len(text))


def _edge_before(text: str, offset: int) -> int:
    """Where the block before a block's start ends."""
    if text.endswith(_BETWEEN_CELLS, 0, offset):
        return offset - len(_BETWEEN_CELLS)
    while offset and text[offset - 1] == "\n":
        offset -= 1
    return offset


def _edge_after(text: str, offset: int) -> int:
    """Where the block after a block's end starts."""
    if text.startswith(_BETWEEN_CELLS, offset):
        return offset + len(_BETWEEN_CELLS)
    while offset < len(text) and text[offset] == "\n":
        offset += 1
    return offset


def _is_on_a_letter(character: str) -> bool:
    """Whether it is a mark on the letter before it, and so no match may end or begin between.

    What this Python's Unicode has no character for may be one to the browser.
    """
    return character != "" and (unicodedata.category(character) in _MARKS or character in _SKINS)


def _is_inside_a_word(text: str, offset: int) -> bool:
    """Whether no word may end between two characters (Unicode Annex 29), or that is not sure."""
    return _is_of_a_word(text, offset - 1) and _is_of_a_word(text, offset)


def _is_of_a_word(text: str, place: int) -> bool:
    if not 0 <= place < len(text):
        return False
    if text[place] not in _JOINS:
        return _is_written_in_words(text[place])
    return all(map(_is_written_in_words, (text[place - 1 : place], text[place + 1 : place + 2])))


def _is_written_in_words(character: str) -> bool:
    """Whether it is a letter, a digit, a mark on one, or may be; nothing is none of these."""
    if not character or character == "_":
        return character == "_"
    kind = unicodedata.category(character)
    return kind[0] in "LNM" or kind in ("Cf", "Cn")


@cache
def _base(character: str) -> str:
    """The letters that Chromium takes for the same as a character, in one way of writing them.

    The root collation of Unicode (UTS 10) at its first strength ignores case, marks on letters and
    invisible characters; this makes still more the same.
    """
    letters = unicodedata.normalize("NFKD", character.casefold()).casefold().translate(_LETTERS)
    kept = (one for one in letters if not unicodedata.combining(one))
    return "".join(one for one in kept if unicodedata.category(one) != "Cf")


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else "".join(map(_base, text))


def _encoded(text: str, fragment: _Fragment) -> str:
    prefix, start, end, suffix = (
        _quoted(text[span[0] : span[1]]) if span else ""
        for span in (fragment.prefix, fragment.start, fragment.end, fragment.suffix)
    )
    return (
        (f"{prefix}-," if prefix else "")
        + start
        + (f",{end}" if end else "")
        + (f",-{suffix}" if suffix else "")
    )


def _quoted(words: str) -> str:
    # "-", "," and "&" have a meaning of their own in a fragment; quote() leaves "-" alone.
    return quote(words, safe="!*'").replace("-", "%2D")
