"""Tests of index.epub: the chapters of a book are one article."""

from datetime import date
from pathlib import Path

import pytest

from index.corpus import Article
from index.epub import epub_article
from index.errors import SourceError
from index.parsed import Parsed
from tests.index.attacks import zipped
from tests.sources import read

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
<metadata><dc:title>The Bridge</dc:title><dc:publisher>A House</dc:publisher>
<dc:date>2024-02-29T00:00:00Z</dc:date></metadata>
<manifest><item id="two" href="text/two%20b.xhtml"/><item id="one" href="text/one.xhtml"/>
<item id="nav" href="nav.xhtml"/></manifest>
<spine><itemref idref="nav" linear="no"/><itemref idref="one"/><itemref idref="two"/>
<itemref idref="lost"/></spine></package>"""
ONE = """<?xml version="1.0" encoding="UTF-8"?><html xmlns="http://www.w3.org/1999/xhtml">
<head><title>x</title></head><body><section><h1>One</h1><p>It was <em>cold</em>,<br/>and dark.</p>
<blockquote><p>“Who?”</p></blockquote></section></body></html>"""
TWO = "<html><body><h2>Two</h2><ul><li>First.</li><li>Sécond.</li></ul>Loose.</body></html>"


def book(**more: str) -> bytes:
    """A book of two chapters and further files; a _ in a name stands for its slash."""
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": PACKAGE,
        "OEBPS/nav.xhtml": "<nav>Contents</nav>",
        "OEBPS/text/one.xhtml": ONE,
        "OEBPS/text/two b.xhtml": TWO,
        **{name.replace("_", "/"): content for name, content in more.items()},
    }
    return zipped(*((name, content.encode()) for name, content in files.items()))


def test_chapters_are_read_in_their_order() -> None:
    """The chapters follow the spine; headings stand above what follows, each block is one."""
    assert epub_article(book()) == Parsed(
        [
            "One\nIt was cold, and dark.",
            "“Who?”",
            "Two\nFirst.",
            "Sécond.",
            "Loose.",
        ],
        "The Bridge",
        None,
        "2024-02-29",
        "A House",
        headings=[1, 0, 1, 0, 0],
    )


def test_book_is_an_article(tmp_path: Path) -> None:
    """A named book is one article with what it says of itself."""
    (tmp_path / "a.epub").write_bytes(book())
    [article] = read([str(tmp_path / "a.epub")])
    day = date(2024, 2, 29)
    headings = ((0, 3), (36, 39))
    about = None, day, "A House", "en"
    assert article == Article("a", "The Bridge", article.text, *about, headings=headings)
    assert article.text.endswith("Sécond.\n\nLoose.")


def test_empty_chapter_is_passed_over() -> None:
    """A chapter of nothing is no reason to refuse a book."""
    paragraphs = epub_article(book(**{"OEBPS_text_one.xhtml": ""})).paragraphs
    assert paragraphs == ["Two\nFirst.", "Sécond.", "Loose."]


def test_protected_book_is_refused() -> None:
    """A book whose pages are encrypted is refused as such."""
    encryption = '<encryption><CipherReference URI="OEBPS/text/one.xhtml"/></encryption>'
    with pytest.raises(SourceError, match=r"^is encrypted: name one without copy protection\.$"):
        epub_article(book(**{"META-INF_encryption.xml": encryption}))
