"""The article of a book in EPUB: all of its chapters, in their order."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote

from index.archive import opened
from index.errors import SourceError
from index.parsed import Block, Parsed, under_headings
from index.text import one_line
from index.xml import xml_root

if TYPE_CHECKING:
    from lxml.etree import _Element

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_HEADING = re.compile(r"h[1-6]")
_BLOCKS = (
    *("p", "div", "section", "article", "aside", "blockquote", "pre", "figure", "figcaption"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "header", "footer"),
    *("body", "hr", "h1", "h2", "h3", "h4", "h5", "h6"),
)
_LEFT_OUT = ("head", "script", "style", "nav", "svg")


def epub_article(data: bytes) -> Parsed:
    """The paragraphs of a book (EPUB 2 and 3), and its title, publisher and day.

    A heading stands at the head of the paragraph below it.

    Raises:
        SourceError: it is not readable; the text goes on after the file's name.
    """
    with opened(BytesIO(data), "") as archive:
        if _ENCRYPTION in archive.namelist() and b"html" in archive.read(_ENCRYPTION):
            raise SourceError("is encrypted: name one without copy protection.")
        root = _xml(archive.read(_CONTAINER)).find(".//{*}rootfile")
        package = "" if root is None else root.get("full-path") or ""
        book = _xml(archive.read(package))
        blocks = [
            block
            for chapter in _chapters(book, posixpath.dirname(package))
            for block in _blocks_of_page(archive.read(chapter))
        ]
    day = re.match(r"\d{4}-\d\d-\d\d", _said(book, "date") or "")
    return replace(
        under_headings(blocks, _said(book, "title")),
        published=day[0] if day else None,
        publisher=_said(book, "publisher"),
    )


def _chapters(book: "_Element", folder: str) -> Iterator[str]:
    """The names of the files of a book, in the order of reading."""
    files = {
        one.get("id"): one.get("href") or "" for one in book.iterfind(".//{*}manifest/{*}item")
    }
    for one in book.iterfind(".//{*}spine/{*}itemref"):
        if one.get("linear") != "no" and (name := files.get(one.get("idref"))):
            yield posixpath.normpath(posixpath.join(folder, unquote(name)))


def _blocks(element: "_Element") -> Iterator[Block]:
    """The headings and paragraphs of an element, in order."""
    kind = "heading" if _HEADING.fullmatch(str(element.tag)) else "text"
    words = [element.text or ""]
    for child in element:
        if child.tag in _BLOCKS:
            yield from _block("".join(words), kind)
            yield from _blocks(child)
            words = []
        elif isinstance(child.tag, str) and child.tag not in _LEFT_OUT:
            words.append(" " if child.tag == "br" else "".join(map(str, child.itertext())))
        words.append(child.tail or "")
    yield from _block("".join(words), kind)


def _block(words: str, kind: str) -> Iterator[Block]:
    if text := one_line(words):
        yield Block("heading" if kind == "heading" else "text", text)


def _said(book: "_Element", field: str) -> str | None:
    """What a book says of itself by a term of the Dublin Core."""
    return one_line(book.findtext(f".//{{http://purl.org/dc/elements/1.1/}}{field}") or "") or None


def _xml(data: bytes) -> "_Element":
    if (root := xml_root(data)) is None:
        raise SourceError("is a broken book: save its text as a .txt or .md file.")
    return root


def _blocks_of_page(data: bytes) -> Iterator[Block]:
    from lxml import etree, html

    try:
        page = html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:
        # There is nothing in it.
        return
    yield from _blocks(page)
