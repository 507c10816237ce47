"""Tests of index.docx: the paragraphs of a Word file."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as DocumentObject
from hypothesis import given, settings
from hypothesis import strategies as st

from index import parse as parse_module
from index.corpus import Article
from index.docx import docx_article
from index.errors import SourceError
from index.parse import answer, parse
from index.parsed import Parsed
from tests.sources import read


def written(make: Callable[[DocumentObject], object]) -> bytes:
    """The bytes of a Word file that is made so."""
    document, file = Document(), BytesIO()
    document.core_properties.title = ""
    make(document)
    document.save(file)
    return file.getvalue()


def report(document: DocumentObject) -> None:
    """A title, headings, a list and a table."""
    document.add_heading("Bridge reopens", 0)
    document.add_paragraph("One\nline.")
    document.add_paragraph(" ")
    document.add_heading("What remains", 1)
    document.add_heading("Now", 2)
    document.add_paragraph("a railing", style="List Bullet")
    document.add_paragraph("lights", style="List Number")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ["Year", "Level", "1998", "4 m"], strict=True):
        cell.text = text
    document.add_paragraph("Two.")


def test_word_file_is_an_article(tmp_path: Path) -> None:
    """Paragraphs, list items and rows are paragraphs, headings stand at their heads."""
    (tmp_path / "a.docx").write_bytes(written(report))
    text = "\n\n".join(
        [
            "One line.",
            "What remains\nNow\na railing",
            "lights",
            "Year | Level",
            "1998 | 4 m",
            "Two.",
        ]
    )
    [article] = read([str(tmp_path / "a.docx")])
    assert article == Article("a", "Bridge reopens", text, headings=((11, 23), (24, 27)))
    assert [text[start:end] for start, end in article.headings] == ["What remains", "Now"]


def test_title_of_the_properties_counts() -> None:
    """The title that the file is given goes before its first heading, which stays then."""

    def make(document: DocumentObject) -> None:
        document.core_properties.title = "A report"
        document.add_heading("Floods", 1)
        document.add_paragraph("One.")

    assert docx_article(written(make)) == Parsed(["Floods\nOne."], "A report", headings=[1])


def test_file_without_text_is_refused(tmp_path: Path) -> None:
    """A Word file without a word is refused by its name."""
    (tmp_path / "a.docx").write_bytes(written(lambda document: None))
    with pytest.raises(SourceError, match=r"a\.docx has no text of an article in it"):
        read([str(tmp_path / "a.docx")])


@pytest.mark.slow
def test_bomb_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that unpacks to more than there is memory for is refused."""
    bomb = BytesIO()
    with zipfile.ZipFile(BytesIO(written(report))) as parts, zipfile.ZipFile(bomb, "w") as others:
        for name in parts.namelist():
            filling = b" " * (200 * 2**20) if name == "word/document.xml" else b""
            others.writestr(name, parts.read(name) + filling, zipfile.ZIP_DEFLATED)
    monkeypatch.setattr(parse_module, "MOST_MEMORY", 128 * 2**20)
    with pytest.raises(SourceError, match=r"^a needs too much memory to read as a Word file"):
        parse(bomb.getvalue(), "docx", "a")


WHOLE = written(report)
MENDED = st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 40), st.binary(max_size=20)).map(
    lambda change: WHOLE[: change[0]] + change[2] + WHOLE[change[0] + change[1] :]
)


@settings(deadline=None, max_examples=40)
@given(MENDED | st.binary())
def test_any_file_is_parsed_or_refused(data: bytes) -> None:
    """Whatever a file holds, what comes back are paragraphs or the rest of a sentence."""
    found = answer(data, "docx")
    assert set(found) in ({"wrong"}, set(Parsed.__slots__))
