"""Parsed: what a parser finds in one file, whatever its kind."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal

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

Block = tuple[Literal["heading", "text"], str]
"""A heading or a paragraph, and its words, which are never empty."""


def form_of(name: str) -> Form | None:
    """What a file is, as its name says; None if that is nothing that is read."""
    suffixes = PurePath(name.lower()).suffixes
    return FORMS.get("".join(suffixes[-2:])) or FORMS.get("".join(suffixes[-1:]))


@dataclass(frozen=True, slots=True)
class Parsed:
    """The words of a file and what it says about them itself; unknown is None.

    Attributes:
        paragraphs: in order; none holds a blank line.
        title, publisher: one line each.
        url: the address that the file calls its own.
        published: day of publication, YYYY-MM-DD.
    """

    paragraphs: list[str] = field(default_factory=list)
    title: str | None = None
    url: str | None = None
    published: str | None = None
    publisher: str | None = None


def under_headings(
    blocks: Iterable[Block], title: str | None = None
) -> tuple[str | None, list[str]]:
    """The title and the paragraphs of blocks, each with the headings above it at its head.

    A heading is no paragraph that a person would count. One that begins the text is the title,
    if there is none yet or it says the same, and is left out then.
    """
    paragraphs: list[str] = []
    headings: list[str] = []
    at_the_head = True
    for kind, text in blocks:
        if kind == "text":
            paragraphs.append("\n".join([*headings, text]))
            headings = []
        elif at_the_head and (title is None or _same(title, text)):
            title = title or text
        else:
            headings.append(text)
        at_the_head = False
    return title, paragraphs + headings


def _same(title: str, heading: str) -> bool:
    """Whether one begins with the other, as "Bridge reopens | The Courier" and "Bridge reopens"."""
    one, other = title.casefold(), heading.casefold()
    return one.startswith(other) or other.startswith(one)
