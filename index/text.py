"""Unicode made regular, in the one place where it is."""

import re
import unicodedata

_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028]")
_SPACES = re.compile(r"[^\S\n]+")
_AROUND_LINE_END = re.compile(r" *\n *")
# Joiners (U+200C, U+200D) are letters' business in Persian and in emoji; they stay.
_INVISIBLE = frozenset("\u00ad\u200b\u200e\u200f\u061c\ufeff") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2060, 0x2070))
}


def normalise(text: str) -> str:
    """The text in NFC, with plain spaces and line ends, without invisible characters.

    Dropped: control characters, lone surrogates, zero-width spaces, soft hyphens, and the marks
    that override the direction of writing (Unicode Annex 9). No visible character changes but by
    canonical composition (Unicode Annex 15). Applying it twice changes nothing more.
    """
    text = _LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n")
    text = "".join(" " if c == "\t" else c for c in text if not _is_dropped(c))
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", text))
    return _AROUND_LINE_END.sub("\n", text).strip()


def one_line(text: str) -> str:
    """The text made regular and put on one line."""
    return " ".join(normalise(text).split())


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 article", "1,200 articles"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _is_dropped(character: str) -> bool:
    if character in "\n\t":
        return False
    return character in _INVISIBLE or unicodedata.category(character) in ("Cc", "Cs")
