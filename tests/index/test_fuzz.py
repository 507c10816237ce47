"""Tests of the parsers on whatever bytes: an article, or one sentence; never anything else.

`index.parse.answer` is what the process runs that parses strangers' files. Beside bytes at random,
real files are taken of which a few bytes are others, some are missing or are there twice.
"""

import io
import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import docx
import pytest
from fpdf import FPDF
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import archive
from index.contents import articles_in_rows, contents
from index.errors import SourceError
from index.metadata import Metadata
from index.parse import answer
from index.parsed import Kind
from tests.index.attacks import zipped
from tests.index.test_epub import book
from tests.index.test_feeds import item, rss, urls

pytestmark = pytest.mark.slow

PAGES = Path(__file__).parent / "pages"
FRONT = b"---\ntitle: A\npublished: 2018-03-22\n---\nOne.\n\n## Two\n\n- Three.\n"
ROW = b'{"id": "a", "title": "T", "published": "2024-02-29", "text": "One.\\n\\nTwo."}\n'
SETTINGS = settings(
    max_examples=int(os.environ.get("FUZZ", "25")),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)


def a_pdf() -> bytes:
    """A PDF of a page."""
    pdf = FPDF()
    pdf.set_compression(False)
    pdf.add_page()
    pdf.set_font("helvetica")
    pdf.multi_cell(0, 6, "The bridge reopened. " * 10)
    return bytes(pdf.output())


def a_word_file() -> bytes:
    """A Word file of a heading, a paragraph and a table."""
    document, data = docx.Document(), io.BytesIO()
    document.add_heading("Bridge")
    document.add_paragraph("The bridge reopened.")
    document.add_table(1, 2).cell(0, 0).text = "Cell"
    document.save(data)
    return data.getvalue()


@cache
def real(kind: str) -> list[bytes]:
    """Real files of a kind, small ones."""
    makers: dict[str, Callable[[], list[bytes]]] = {
        "html": lambda: [
            min(PAGES.glob("dev/*.html"), key=lambda p: p.stat().st_size).read_bytes()
        ],
        "pdf": lambda: [a_pdf()],
        "docx": lambda: [a_word_file()],
        "epub": lambda: [book()],
        "xml": lambda: [
            rss(item("https://a.org/1", "One", "5 Mar 2024 23:00 -0500", "<p>W</p>")).encode(),
            urls("https://a.org/1", ("https://a.org/2", "2024-01-01")).encode(),
        ],
    }
    return makers[kind]()


@st.composite
def broken(draw: st.DrawFn, files: list[bytes]) -> bytes:
    """A real file that was changed in up to four places, or bytes at random."""
    data = bytearray(draw(st.sampled_from([*files, b""])))
    if not data:
        return draw(st.binary(max_size=200))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        data[start:end] = draw(st.binary(max_size=20) | st.just(bytes(data[start:end]) * 3))
    return bytes(data)


def is_sentence(words: object) -> bool:
    """Whether this goes on after a file's name as one sentence on one line."""
    return isinstance(words, str) and words[-1:] == "." and "\n" not in words


@pytest.mark.parametrize("kind", ["html", "pdf", "docx", "epub", "xml"])
def test_whatever_bytes_are_parsed_or_refused(kind: str) -> None:
    """What comes back is the fields of an article or a list, or one sentence, and fits in JSON."""

    @SETTINGS
    @given(broken(real(kind)))
    def parses(data: bytes) -> None:
        found = answer(data, kind, "https://a.org/")
        json.dumps(found).encode()
        assert is_sentence(found["wrong"]) if "wrong" in found else len(found) >= 3

    parses()


@SETTINGS
@given(broken([zipped(("a.txt", b"One."), ("b/c.md", b"# Two\n\nThree."))]))
def test_whatever_archive_is_read_or_refused(data: bytes) -> None:
    """Of any bytes an archive gives files and refuses others, each in one sentence."""
    told: list[SourceError] = []
    try:
        with archive.opened(io.BytesIO(data), "a.zip") as opened:
            for file in archive.files_in(opened, "a.zip", told.append):
                try:
                    with file.open() as content:
                        content.read(1000)
                except SourceError as error:
                    told.append(error)
    except SourceError as error:
        told.append(error)
    assert all(is_sentence(str(error)) for error in told)


def said_of(read: Callable[[], object]) -> str:
    """The sentence with which something is refused; "." where it is read."""
    try:
        read()
    except SourceError as error:
        return str(error)
    return "."


@SETTINGS
@given(broken([ROW * 2]))
def test_whatever_rows_are_read_or_refused(data: bytes) -> None:
    """Any bytes are rows of articles, or are refused in one sentence."""
    assert is_sentence(said_of(lambda: articles_in_rows(io.BytesIO(data), "a.jsonl")))


@SETTINGS
@given(broken([FRONT]), st.sampled_from(["text", "markdown"]))
def test_whatever_text_is_read_or_refused(data: bytes, kind: Kind) -> None:
    """Any bytes are a text with its front matter, or are refused in one sentence."""
    assert is_sentence(said_of(lambda: contents(data, kind, "a.md", Metadata())))
