"""What a text fragment marks of a text, by the letter of the specification.

"Navigating to a text fragment" of WICG Scroll-to-Text-Fragment; its blocks are the lines of a text
here. Letters are compared as Chromium compares them, without case and accents.
"""

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from urllib.parse import unquote

import regex

_WORD_BOUNDARY = regex.compile(r"(?w)\b")
_QUOTES = str.maketrans("‘’“”", "''\"\"")


@dataclass(frozen=True)
class Directive:
    """The parts of `text=[prefix-,]start[,end][,-suffix]`; what is not given is empty."""

    prefix: str
    start: str
    end: str
    suffix: str


def parsed(directive: str) -> Directive:
    """The parts of what stands after `text=`."""
    parts = directive.split(",")
    prefix = parts.pop(0).removesuffix("-") if parts[0].endswith("-") else ""
    suffix = parts.pop().removeprefix("-") if parts[-1].startswith("-") else ""
    start, end = parts if len(parts) == 2 else (*parts, "")
    for part in (prefix, start, end, suffix):
        assert not set("-,&") & set(part)
    return Directive(*map(unquote, (prefix, start, end, suffix)))


class Blocks:
    """A text whose lines are the blocks of a page."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.letters = ""
        self.places: list[int] = []
        for place, character in enumerate(text):
            letters = _letters(character)
            self.letters += letters
            self.places += [place] * len(letters)
        self.places.append(len(text))
        self.boundaries = {found.start() for found in _WORD_BOUNDARY.finditer(text)}
        self.boundaries |= {edge for edge, one in enumerate(text) if one == "\n"}
        self.boundaries |= {edge + 1 for edge in self.boundaries} & {
            edge + 1 for edge, one in enumerate(text) if one == "\n"
        }
        self.boundaries |= {0, len(text)}

    def marked(self, directive: str) -> tuple[int, int] | None:
        """(start, end) of what a directive marks, end exclusive; None if that is nothing."""
        wanted, at = parsed(directive), 0
        bounded = bool(wanted.end) or not wanted.suffix
        while True:
            if wanted.prefix:
                before = self._next(wanted.prefix, at, True, False)
                if before is None:
                    return None
                at = before[0] + 1
                start = self._next(wanted.start, self._after_space(before[1]), False, bounded)
                if start is None:
                    return None
                if start[0] != self._after_space(before[1]):
                    continue
            else:
                start = self._next(wanted.start, at, True, bounded)
                if start is None:
                    return None
                at = start[0] + 1
            end = self._end(wanted, start)
            if end is not None:
                return start[0], end

    def _end(self, wanted: Directive, start: tuple[int, int]) -> int | None:
        """Where a match ends that begins so; None if the end or the suffix does not follow."""
        end: tuple[int, int] | None = start
        at = start[1]
        while True:
            if wanted.end:
                end = self._next(wanted.end, at, True, not wanted.suffix)
                if end is None:
                    return None
                at = end[0] + 1
            assert end is not None
            if not wanted.suffix:
                return end[1]
            place = self._after_space(end[1])
            after = self._next(wanted.suffix, place, False, True)
            if after is not None and after[0] == place:
                return end[1]
            if after is None or not wanted.end:
                return None

    def _next(
        self, words: str, at: int, starts_word: bool, ends_word: bool
    ) -> tuple[int, int] | None:
        """The first place of words at or after another."""
        letters = "".join(map(_letters, words))
        found = self.letters.find(letters, self._letter_at(at))
        while found >= 0:
            start, end = self.places[found], self.places[found + len(letters) - 1] + 1
            while end < len(self.text) and not _letters(self.text[end]):
                end += 1
            whole = found == 0 or self.places[found - 1] != start
            if (
                whole
                and (not starts_word or start in self.boundaries)
                and (not ends_word or end in self.boundaries)
            ):
                return start, end
            found = self.letters.find(letters, found + 1)
        return None

    def _letter_at(self, place: int) -> int:
        return bisect_left(self.places, place)

    def _after_space(self, place: int) -> int:
        while place < len(self.text) and self.text[place].isspace():
            place += 1
        return place


def _letters(character: str) -> str:
    parts = unicodedata.normalize("NFKD", character.translate(_QUOTES)).casefold()
    return "".join(one for one in parts if unicodedata.category(one) not in ("Mn", "Cf"))
