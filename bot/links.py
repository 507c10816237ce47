"""Addresses that open an article at a quote (WICG Scroll-to-Text-Fragment)."""

import re
from urllib.parse import quote

_WHOLE_UP_TO = 12
"""Words up to which a quote stands whole in the address; longer ones by start and end."""

_AT_EACH_END = range(3, 13)
"""Words that stand for the start, and for the end, of a longer quote: as few as are unique."""

_LONGEST_FRAGMENT = 600
"""Characters; a longer address is worth less than a plain one."""

_WORD = re.compile(r"\S+")


def link_to_quote(url: str, text: str, start: int, end: int) -> str:
    """The address with a text fragment for `text[start:end]`; without one where none is unique.

    A browser marks the first place that matches, so the fragment must not match any earlier one.
    """
    fragment = _fragment(text, start, end)
    if fragment is None or len(fragment) > _LONGEST_FRAGMENT:
        return url
    page = url.partition(":~:")[0]
    return f"{page}{':~:' if '#' in page else '#:~:'}text={fragment}"


def _fragment(text: str, start: int, end: int) -> str | None:
    words = list(_WORD.finditer(text, start, end))
    if len(words) <= _WHOLE_UP_TO and "\n" not in text[start:end]:
        return _encoded(text[start:end]) if _first(text, start, end) == start else None
    for count in _AT_EACH_END:
        if 2 * count > len(words):
            break
        first_end, last_start = words[count - 1].end(), words[-count].start()
        # A line end parts two blocks of the page, and no match goes from one into the other.
        if "\n" in text[start:first_end] or "\n" in text[last_start:end]:
            break
        begins_here = _first(text, start, first_end) == start
        if begins_here and _first(text, last_start, end, first_end) == last_start:
            return f"{_encoded(text[start:first_end])},{_encoded(text[last_start:end])}"
    return None


def _first(text: str, start: int, end: int, after: int = 0) -> int:
    """Where the words `text[start:end]` first occur, in any case, at or after a place."""
    pattern = re.compile(re.escape(text[start:end]), re.IGNORECASE)
    found = pattern.search(text, after)
    return found.start() if found else -1


def _encoded(words: str) -> str:
    # "-", "," and "&" have a meaning of their own in a fragment; quote() leaves "-" alone.
    return quote(words, safe="!*'").replace("-", "%2D")
