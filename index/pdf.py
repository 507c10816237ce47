"""The article of a PDF file: its lines put together again to paragraphs."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import groupby, pairwise, takewhile
from statistics import median
from typing import TYPE_CHECKING

from index.errors import SourceError
from index.parsed import Block, Parsed, under_headings
from index.text import one_line

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_SENTENCE_END = re.compile(r"[.!?…:]['\"”’)\]]*$")
_BULLET = re.compile(r"[•‣▪●○–*-]\s|\(?\d{1,3}[.)]\s")
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|p\.|seite)?\s*(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:/|of|von)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)
_NUMBER_AT_THE_END = re.compile(r"^\d{1,4}\b|\b\d{1,4}$")
_NO_TITLE = re.compile(
    r"untitled|microsoft \w+ -|\S+\.\w{2,4}$|slide \d|document\d*$", re.IGNORECASE
)
_BROWSER = re.compile(r"mozilla|chrom|firefox|safari|skia|quartz", re.IGNORECASE)
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_AT_THE_EDGE = 2
"""How many lines at the head and at the foot of a page can be running heads and feet."""

_LONGEST_HEADING = 200
_LARGER = 1.1
"""How much larger than the text's the letters of a heading are."""

_WIDER = 1.3
"""How much more than a line apart two paragraphs are."""

_SHORTER = 0.75
"""How short the last line of a paragraph is, in long lines, where nothing else shows its end."""

_INDENT = 0.8
"""How far the first line of a paragraph is moved in, in sizes of its letters."""

_WORD = re.compile(r"\w+")
_COMPOUND = re.compile(r"\b\w+-\w+\b")
_PARTED = re.compile(r"\w+[-\u2010]$")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page.

    Attributes:
        page: from 0.
        x, y: where it begins, in points from the lower left corner.
        size: of its letters, in points.
    """

    text: str
    page: int
    x: float
    y: float
    size: float


def pdf_article(data: bytes) -> Parsed:
    """The text of a PDF in the order in which it is written there, with its title and day.

    Lines are joined to paragraphs, words that were parted by a hyphen are whole again; running
    heads and feet and page numbers are left out. Larger letters make a heading, which stands at
    the head of the paragraph below it.

    Raises:
        SourceError: it is encrypted, or pictures of pages without text.
    """
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(data))
    # Many a file is encrypted without a password, only to limit what may be done with it.
    if reader.is_encrypted and not reader.decrypt(""):
        raise SourceError("is encrypted: save it without a password.")
    lines = _without_running_lines(_lines(reader))
    if not lines:
        raise SourceError(
            "has no text, only pictures of it: run a text recognition (OCR) over it first."
        )
    found = under_headings(_blocks(lines), _title(reader) or _largest(lines))
    return replace(found, published=_day(reader))


def _title(reader: "PdfReader") -> str | None:
    """The title that somebody gave the file, not one that a program made of the file's name."""
    title = one_line(str((reader.metadata and reader.metadata.title) or ""))
    return title if title and not _NO_TITLE.match(title) else None


def _largest(lines: Sequence[_Line]) -> str | None:
    """The words of the first page in letters larger than all others there, if there are such."""
    first = [line for line in lines if line.page == lines[0].page]
    size = max(line.size for line in first)
    largest = " ".join(line.text for line in first if line.size > size * 0.95)
    return largest if len(largest) <= _LONGEST_HEADING and size > _body_size(lines) else None


def _day(reader: "PdfReader") -> str | None:
    """The day when the file was made, unless it is that of a page's being printed by a browser."""
    if not (about := reader.metadata):
        return None
    if _BROWSER.search(f"{about.creator} {about.producer}"):
        return None
    try:
        made = about.creation_date
    except ValueError:
        return None
    return made.date().isoformat() if made else None


def _lines(reader: "PdfReader") -> list[_Line]:
    """The lines that have words, page by page."""
    return [
        line for number, page in enumerate(reader.pages) for line in _lines_of_page(page, number)
    ]


def _lines_of_page(page: "PageObject", number: int) -> Iterator[_Line]:
    parts: list[_Line] = []

    def told(text: str, cm: list[float], tm: list[float], _: object, size: float) -> None:
        # Where the text stands on the page and how large, by its two matrices (ISO 32000, 9.4.4).
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = abs((tm[3] or tm[1]) * (cm[3] or cm[1]))
        parts.extend(
            _Line(piece, number, x, y, size * scale)
            for piece in re.split(r"(?<=\n)|(?=\n)", text)
            if piece
        )

    page.extract_text(visitor_text=told)
    start = 0
    for end in [*(place for place, part in enumerate(parts) if part.text == "\n"), len(parts)]:
        yield from _line([part for part in parts[start:end] if part.text.strip()])
        start = end + 1


def _line(parts: Sequence[_Line]) -> Iterator[_Line]:
    """The line of these parts, if they have words; its longest part says how high and large."""
    if text := one_line("".join(part.text for part in parts).translate(_LIGATURES)):
        longest = max(parts, key=lambda part: len(part.text))
        yield replace(longest, text=text, x=min(part.x for part in parts))


def _without_running_lines(lines: Sequence[_Line]) -> list[_Line]:
    """The lines without those at the edges of pages that most pages have, and page numbers."""
    pages = [list(page) for _, page in groupby(lines, key=lambda line: line.page)]
    # What stands on one of two pages is no running line; of three, two have to have it.
    most = max(2, len(pages) // 2 + 1)
    seen = Counter(
        mark
        for page in pages
        for mark in {m for line in page[:_AT_THE_EDGE] + page[-_AT_THE_EDGE:] for m in _marks(line)}
    )
    running = {mark for mark, on in seen.items() if on >= most}
    return [line for page in pages for line in _between_the_edges(page, running, len(pages) > 1)]


def _between_the_edges(page: list[_Line], running: set[str], numbered: bool) -> list[_Line]:
    def goes(line: _Line) -> bool:
        return bool(running & _marks(line) or (numbered and _PAGE_NUMBER.fullmatch(line.text)))

    head = list(takewhile(goes, page[:_AT_THE_EDGE]))
    foot = list(takewhile(goes, reversed(page[len(head) :][-_AT_THE_EDGE:])))
    return page[len(head) : len(page) - len(foot)]


def _marks(line: _Line) -> set[str]:
    """What a running line may have in common with those of other pages.

    All of it but the numbers; or, where it names the chapter, a number at its end that counts
    the pages.
    """
    alike = {re.sub(r"\d+", "#", line.text.casefold())}
    if number := _NUMBER_AT_THE_END.search(line.text):
        alike.add(f"page + {int(number.group()) - line.page}")
    return alike


def _blocks(lines: Sequence[_Line]) -> Iterator[Block]:
    """The lines joined to paragraphs and headings, in order."""
    compounds = {word for line in lines for word in _COMPOUND.findall(line.text)}
    body = _body_size(lines)
    page = -1
    for run in _runs(lines):
        text, pages = "", list[int]()
        for line in run:
            text = _joined(text, line.text, compounds) if text else line.text
            # Pages without words begin where the next one with words does.
            pages += [len(text) - len(line.text)] * (line.page - page)
            page = line.page
        large = run[0].size > body and len(text) <= _LONGEST_HEADING
        yield Block("heading" if large else "text", text, tuple(pages))


def _body_size(lines: Sequence[_Line]) -> float:
    """The size up to which letters are the text's own."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[round(line.size, 1)] += len(line.text)
    return letters.most_common(1)[0][0] * _LARGER


def _runs(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """The lines that belong together."""
    gaps = [one.y - two.y for one, two in pairwise(lines) if one.y > two.y and _alike(one, two)]
    leading = median(gaps) if gaps else 0.0
    longest = sorted(len(line.text) for line in lines)[len(lines) * 9 // 10]
    run = [lines[0]]
    for before, line in pairwise(lines):
        if _parts(before, line, leading, longest):
            yield run
            run = []
        run.append(line)
    yield run


def _alike(one: _Line, two: _Line) -> bool:
    return abs(one.size - two.size) < one.size / 20


def _parts(before: _Line, line: _Line, leading: float, longest: int) -> bool:
    """Whether a paragraph ends between two lines."""
    if not _alike(before, line) or _BULLET.match(line.text):
        return True
    ended = bool(_SENTENCE_END.search(before.text))
    if before.page != line.page or line.y > before.y:
        # At the head of a page or of a column.
        return ended and not line.text[0].islower()
    if before.y - line.y > leading * _WIDER:
        return True
    indented = _INDENT * line.size < line.x - before.x < 10 * _INDENT * line.size
    return ended and (indented or len(before.text) < longest * _SHORTER)


def _joined(text: str, line: str, compounds: set[str]) -> str:
    """A text with its next line; a word that was parted at the line's end is whole again."""
    parted = _PARTED.search(text)
    if not parted or not (follows := _WORD.match(line)):
        return f"{text} {line}"
    whole = line[0].islower() and parted.group() + follows.group() not in compounds
    return text[:-1] + line if whole else text + line
