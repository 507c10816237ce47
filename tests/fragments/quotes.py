"""Quotes from the articles of pages, and where on the page each of them is.

A page says itself what belongs to its article, in attributes that nothing else reads: `data-keep`
on each paragraph. What stands where is counted in characters of these elements, and not looked for.
"""

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from lxml import html

from index.corpus import Article
from index.split import sentences, split
from index.text import one_line
from tests.index.extraction import PAGES as LAYOUTS
from tests.sources import read

_SPECIAL = re.compile(r"[^\s|]*[^\w\s.|][^\s|]*(?: [^\s|]+){0,3}")
_NAME = re.compile(r"[A-ZÀ-ÞΑ-ΫА-Я]\w+(?: [A-ZÀ-ÞΑ-ΫА-Я]\w+)+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"\w(?:\w|[\u0300-\u036f\u064b-\u0652])*")
_MOST_OF_A_KIND = 3


@dataclass(frozen=True)
class Quote:
    """Words of an article.

    Attributes:
        kind: what sort of words they are.
        start, end: where in the text, end exclusive.
        places: their characters on the page, each by the kept element and its place in it.
    """

    kind: str
    start: int
    end: int
    places: frozenset[tuple[int, int]]


@dataclass(frozen=True)
class Page:
    """A page and the article that was found in it."""

    file: Path
    content: str
    article: Article

    def quotes(self) -> list[Quote]:
        """Quotes of all kinds, some of each, the same ones each time."""
        chance = random.Random(self.file.name)  # noqa: S311 - the same each time
        found = {}
        for kind, spans in _spans(self.article, chance):
            for start, end in chance.sample(spans, min(_MOST_OF_A_KIND, len(spans))):
                found.setdefault((start, end), kind)
        places = _places(self)
        quotes = []
        for (start, end), kind in found.items():
            own = [places.get(at) for at in range(start, end) if _is_seen(self.article.text[at])]
            if None not in own:
                quotes.append(Quote(kind, start, end, frozenset(filter(None, own)) - {_BAR}))
        return [quote for quote in quotes if quote.places]


_BAR = (-2, -2)
"""Where the bar between two cells is, which the page has not."""


OWN = sorted((Path(__file__).parent / "pages").glob("*.html"))
"""The pages written for this."""

ALL = [*OWN, *sorted(LAYOUTS.glob("*/*.html"))]
"""Those written for extraction, too."""


def pages(files: Sequence[Path]) -> list[Page]:
    """Pages with what is found in them."""
    return [Page(file, _content(file), read([str(file)])[0]) for file in files]


def _content(file: Path) -> str:
    data = file.read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _spans(article: Article, chance: random.Random) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    text = article.text
    paragraphs = [(passage.start, passage.end) for passage in split(article)]
    inside = [span for start, end in paragraphs for span in sentences(text, start, end)]
    yield "paragraph", paragraphs
    yield "short paragraph", [(start, end) for start, end in paragraphs if end - start < 60]
    yield "under a heading", [(a, b) for a, b in paragraphs if "\n" in text[a:b]]
    yield "heading", list(article.headings)
    yield "sentence", inside
    often = Counter(text[start:end] for start, end in inside)
    yield "repeated sentence", [(a, b) for a, b in inside if often[text[a:b]] > 1]
    words = [match.span() for match in _WORD.finditer(text)]
    yield "word", words
    twice = Counter(text[start:end] for start, end in words)
    yield "repeated word", [(a, b) for a, b in words if twice[text[a:b]] > 1]
    for kind, pattern in (("name", _NAME), ("number", _NUMBER), ("marks", _SPECIAL)):
        yield kind, [match.span() for match in pattern.finditer(text)]
    yield (
        "cell",
        [
            (start + cell.end() - len(cell[0].strip()), start + cell.end())
            for start, end in paragraphs
            if " | " in text[start:end]
            for cell in re.finditer(r"[^|\n]*[^|\s]", text[start:end])
        ],
    )
    yield "part of a sentence", [_part(text, *span, chance) for span in inside]


def _part(text: str, start: int, end: int, chance: random.Random) -> tuple[int, int]:
    """Some words of a sentence, or characters where writing has no spaces."""
    words = [match.span() for match in re.finditer(r"\S+", text[start:end])]
    if len(words) < 3:
        words = [match.span() for match in re.finditer(r"\w", text[start:end])] or words
    first = chance.randrange(len(words))
    last = min(len(words) - 1, first + chance.randrange(1, 6))
    return start + words[first][0], start + words[last][1]


def _places(page: Page) -> dict[int, tuple[int, int]]:
    """For each character of the article's text that can be seen, where it is on the page."""
    elements = [
        _line(element) for element in html.fromstring(page.content).xpath("//*[@data-keep]")
    ]
    lines = [match.span() for match in re.finditer(r"[^\n]+", page.article.text)]
    texts = [page.article.text[start:end] for start, end in lines]
    places = {}
    for same in SequenceMatcher(None, texts, elements, autojunk=False).get_matching_blocks():
        for number in range(same.size):
            start, element = lines[same.a + number][0], same.b + number
            seen = 0
            for at, character in enumerate(texts[same.a + number]):
                if texts[same.a + number][at - 1 : at + 2] == " | ":
                    places[start + at] = _BAR
                elif _is_seen(character):
                    places[start + at] = (element, seen)
                    seen += 1
    return places


def _line(element: html.HtmlElement) -> str:
    parts = element if element.get("data-keep") == "row" else [element]
    return " | ".join(one_line(part.text_content()) for part in parts)


def _is_seen(character: str) -> bool:
    """Whether a character is one of its own, and no white space or mark on another."""
    kind = unicodedata.category(character)
    return not character.isspace() and kind[0] != "M" and kind != "Cf"
