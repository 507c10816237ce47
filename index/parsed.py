"""Parsed: what a parser finds in one file, whatever its kind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Literal, NamedTuple

Kind = Literal["text", "markdown", "html", "pdf", "docx", "epub"]
"""What holds one article."""

Form = Kind | Literal["jsonl", "xml", "zip"]
"""What holds articles: one, or several, or in XML the addresses of several."""

KINDS: dict[str, Kind] = {
    ".txt": "text",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".epub": "epub",
}
"""The kind of a file that holds one article, by its suffix."""

FORMS: dict[str, Form] = {
    **KINDS,
    ".jsonl": "jsonl",
    ".zip": "zip",
    ".xml": "xml",
    ".rss": "xml",
    ".atom": "xml",
    ".xml.gz": "xml",
}
"""The form of a file that is a source, by its suffix."""


class Block(NamedTuple):
    """A heading or a paragraph.

    Attributes:
        text: its words, never empty.
        pages: for each page that begins in it, the place in `text`.
    """

    kind: Literal["heading", "text"]
    text: str
    pages: tuple[int, ...] = ()


def form_of(name: str) -> Form | None:
    """What a file is, as its name says; None if that is nothing that is read."""
    suffixes = PurePath(name.lower()).suffixes
    return FORMS.get("".join(suffixes[-2:])) or FORMS.get("".join(suffixes[-1:]))


@dataclass(frozen=True, slots=True)
class Parsed:
    """The words of a file and what it says about them itself; unknown is None.

    Attributes:
        paragraphs: in order; none holds a blank line.
        headings: for each paragraph, how many of its first lines are headings; empty if none has.
        pages: where each page begins: the place of a paragraph, from 0, and a place in it. Pages
            after the last words are left out.
        title, publisher: one line each.
        url: the address that the file calls its own.
        published: day of publication, YYYY-MM-DD.
        language: the tag of the language that it says it is in.
    """

    paragraphs: list[str] = field(default_factory=list)
    title: str | None = None
    url: str | None = None
    published: str | None = None
    publisher: str | None = None
    language: str | None = None
    headings: list[int] = field(default_factory=list)
    pages: list[tuple[int, int]] = field(default_factory=list)


def under_headings(blocks: Iterable[Block], title: str | None = None) -> Parsed:
    """The paragraphs of blocks, each with the headings above it at its head, and the title.

    A heading is no paragraph that a person would count. One that begins the text is the title,
    if there is none yet or it says the same, and is left out then.
    """
    given = list(blocks)
    opening = given[0] if given and given[0].kind == "heading" else None
    if opening is None or not (title is None or _same(title, opening.text)):
        return _parsed(_groups(given), title)
    found = _parsed(_groups(given[1:]), title or opening.text)
    # The pages that begin in the title begin for us with the first words that are left.
    return replace(found, pages=[(0, 0)] * len(opening.pages) + found.pages)


def _groups(blocks: Iterable[Block]) -> list[list[Block]]:
    """Each paragraph with the headings above it; those at the end are paragraphs themselves."""
    groups: list[list[Block]] = []
    above: list[Block] = []
    for block in blocks:
        above.append(block)
        if block.kind == "text":
            groups.append(above)
            above = []
    return groups + [[block] for block in above]


def _parsed(groups: Sequence[Sequence[Block]], title: str | None) -> Parsed:
    paragraphs: list[str] = []
    pages: list[tuple[int, int]] = []
    for place, group in enumerate(groups):
        at = 0
        for block in group:
            pages += [(place, at + page) for page in block.pages]
            at += len(block.text) + 1
        paragraphs.append("\n".join(block.text for block in group))
    headings = [sum(block.kind == "heading" for block in group) for group in groups]
    return Parsed(paragraphs, title, headings=headings if any(headings) else [], pages=pages)


def _same(title: str, heading: str) -> bool:
    """Whether one begins with the other, as "Bridge reopens | The Courier" and "Bridge reopens"."""
    one, other = title.casefold(), heading.casefold()
    return one.startswith(other) or other.startswith(one)
