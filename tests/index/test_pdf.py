"""Tests of index.pdf: the lines of a PDF become the paragraphs that somebody wrote."""

import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import matplotlib
import pytest
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from index.corpus import Article
from index.errors import SourceError
from index.parse import answer
from index.parsed import Parsed
from index.pdf import pdf_article
from tests.sources import read

FIRST = (
    "The old bridge at Dunmore reopened on Friday, eleven weeks after the river Arrow tore away "
    "part of its northern arch. Engineers spent more than a million on the repair."
)
SECOND = (
    "It had been expected to take six months and took less than three, because the winter was so "
    "mild that the masons could work in January as they do in May."
)
THIRD = (
    "A railing, lights along the footpath and a sign with the weight limit remain to be done. They "
    "are to be finished by the end of May, said a spokeswoman of the council."
)


class Report(FPDF):
    """A file whose pages have the report's name at the head and their numbers at the foot."""

    def header(self) -> None:
        """The head of a page."""
        self.set_font("helvetica", size=9)
        self.cell(0, 10, "The Dunmore Report", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        """The foot of a page."""
        self.set_y(-15)
        self.set_font("helvetica", size=9)
        self.cell(0, 10, f"Page {self.page_no()} of 3", align="C")


def write(pdf: FPDF, *paragraphs: str, size: int = 11) -> None:
    """Writes paragraphs with a little room between them."""
    for paragraph in paragraphs:
        pdf.set_font("helvetica", size=size)
        pdf.multi_cell(0, size / 2, paragraph, new_x="LMARGIN", new_y="NEXT", align="L")
        pdf.ln(size / 3)


def written(make: Callable[[FPDF], None], pdf: FPDF | None = None) -> bytes:
    """The bytes of a PDF whose first page is made so."""
    pdf = pdf or FPDF()
    pdf.set_creation_date(datetime(2024, 2, 3, 12, tzinfo=UTC))
    pdf.add_page()
    make(pdf)
    return bytes(pdf.output())


def parsed(make: Callable[[FPDF], None], pdf: FPDF | None = None) -> Parsed:
    """What is found in a PDF whose first page is made so."""
    return pdf_article(written(make, pdf))


def lined(*lines: str) -> list[str]:
    """The paragraphs of a page of these lines, one below the other."""

    def make(pdf: FPDF) -> None:
        pdf.set_font("helvetica", size=11)
        for line in lines:
            pdf.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")

    return parsed(make).paragraphs


def test_lines_are_joined_to_paragraphs() -> None:
    """Lines that follow each other are one paragraph, and room between them parts two."""
    assert parsed(lambda pdf: write(pdf, FIRST, SECOND, THIRD)).paragraphs == [
        FIRST,
        SECOND,
        THIRD,
    ]


def test_short_line_ends_a_paragraph() -> None:
    """Where there is no room between paragraphs, a sentence that ends a short line ends one."""
    assert lined(
        "The old bridge at Dunmore reopened on Friday, after the river",
        "Arrow tore away an arch.",
        "It had been expected to take six months and took less than",
        "three, because the winter was so mild.",
    ) == [
        "The old bridge at Dunmore reopened on Friday, after the river Arrow tore away an arch.",
        "It had been expected to take six months and took less than three, because the winter was "
        "so mild.",
    ]


def test_words_parted_at_the_end_of_a_line_are_whole_again() -> None:
    """A hyphen at the end of a line goes, unless the same compound stands elsewhere."""
    assert lined(
        "A well-known engineer said that the masons had been re-",
        "lieved. She is well-",
        "known for her bridges, and for the town of Stoke-",
        "Under-Hill.",
    ) == [
        "A well-known engineer said that the masons had been relieved. She is well-known for her "
        "bridges, and for the town of Stoke-Under-Hill."
    ]


def test_running_heads_feet_and_page_numbers_are_left_out() -> None:
    """What stands at the head or the foot of most pages is no text, and nothing else goes."""

    def make(pdf: FPDF) -> None:
        write(pdf, FIRST)
        pdf.add_page()
        write(pdf, SECOND)
        pdf.add_page()
        write(pdf, THIRD)

    assert parsed(make, Report()).paragraphs == [FIRST, SECOND, THIRD]


def test_running_heads_that_name_the_chapter_are_left_out() -> None:
    """A head that changes with the chapter is known by the page number at its end."""

    def make(pdf: FPDF) -> None:
        for page, (head, text) in enumerate(
            [("Floods 7", FIRST), ("Repairs 8", SECOND), ("Repairs 9", THIRD)]
        ):
            if page:
                pdf.add_page()
            write(pdf, head, text)

    assert parsed(make).paragraphs == [FIRST, SECOND, THIRD]


def test_paragraph_goes_on_over_a_page_break() -> None:
    """A sentence that a page break parts is one, and a new one begins a paragraph."""

    def make(pdf: FPDF) -> None:
        write(pdf, "The bridge was opened by the mayor, who cut a ribbon and")
        pdf.add_page()
        write(pdf, "walked across.", FIRST)
        pdf.add_page()
        write(pdf, SECOND)

    assert parsed(make, Report()).paragraphs == [
        "The bridge was opened by the mayor, who cut a ribbon and walked across.",
        FIRST,
        SECOND,
    ]


def test_large_letters_make_headings() -> None:
    """The largest words of the first page are the title; others head the paragraph below."""

    def make(pdf: FPDF) -> None:
        write(pdf, "Bridge reopens", size=20)
        write(pdf, FIRST)
        write(pdf, "What remains", size=14)
        write(pdf, SECOND, THIRD)

    found = parsed(make)
    assert found.title == "Bridge reopens"
    assert found.paragraphs == [FIRST, f"What remains\n{SECOND}", THIRD]


def test_item_of_a_list_is_a_paragraph() -> None:
    """A line that begins with a bullet or a number begins a paragraph."""
    assert lined(
        "Three works remain:", "- a railing", "- lights along", "the path", "2. a sign"
    ) == [
        "Three works remain:",
        "- a railing",
        "- lights along the path",
        "2. a sign",
    ]


@pytest.mark.parametrize(
    ("given_title", "title"),
    [
        ("A report on bridges", "A report on bridges"),
        ("Microsoft Word - draft2.docx", None),
        ("bridge_final.indd", None),
        ("Untitled", None),
        (" ", None),
    ],
)
def test_title_is_one_that_somebody_gave(given_title: str, title: str | None) -> None:
    """The title of the metadata counts, unless a program made it."""

    def make(pdf: FPDF) -> None:
        pdf.set_title(given_title)
        write(pdf, FIRST)

    assert parsed(make).title == title


def test_day_is_that_of_making(tmp_path: Path) -> None:
    """The day when the file was made is that of publication; a sidecar goes before it."""
    (tmp_path / "a.pdf").write_bytes(written(lambda pdf: write(pdf, FIRST)))
    (tmp_path / "b.pdf").write_bytes(written(lambda pdf: write(pdf, SECOND)))
    (tmp_path / "b.meta.json").write_text('{"title": "T", "published": "2020-01-01"}')
    opening = "The old bridge at Dunmore reopened on Friday, eleven weeks after the river…"
    assert read([str(tmp_path)]) == [
        Article("a", opening, FIRST, published=date(2024, 2, 3), language="en", pages=(0,)),
        Article("b", "T", SECOND, published=date(2020, 1, 1), language="en", pages=(0,)),
    ]


def test_day_of_printing_is_no_day_of_publication() -> None:
    """A page that was printed by a browser has no day."""

    def make(pdf: FPDF) -> None:
        pdf.set_creator("Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0")
        write(pdf, FIRST)

    assert parsed(make).published is None


def test_ligatures_are_letters() -> None:
    """Letters that are set as one are found as letters."""
    font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"

    def make(pdf: FPDF) -> None:
        pdf.add_font("dejavu", fname=font)
        pdf.set_font("dejavu", size=11)
        pdf.cell(0, 6, "The o\ufb03ce was \ufb01rst.")

    assert parsed(make).paragraphs == ["The office was first."]


def test_scan_is_refused(tmp_path: Path) -> None:
    """Pictures of pages have no text, which is told with what to do."""
    file = tmp_path / "a.pdf"
    file.write_bytes(written(lambda pdf: pdf.rect(10, 10, 50, 50)))
    with pytest.raises(SourceError) as refused:
        read([str(file)])
    assert str(refused.value) == (
        f"{file} has no text, only pictures of it: run a text recognition (OCR) over it first."
    )


def test_encrypted_file_is_refused() -> None:
    """A file with a password is refused with what to do."""
    with pytest.raises(SourceError, match=r"^is encrypted: save it without a password\.$"):
        pdf_article(encrypted("secret"))


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_file_that_everybody_may_read_is_read(algorithm: str) -> None:
    """A file that only limits what may be done with it is read."""
    assert pdf_article(encrypted("", algorithm)).paragraphs == [FIRST]


def encrypted(password: str, algorithm: str = "AES-256") -> bytes:
    """A file that is opened with this password."""
    writer, file = PdfWriter(BytesIO(written(lambda pdf: write(pdf, FIRST)))), BytesIO()
    writer.encrypt(password, "owner", algorithm=algorithm)
    writer.write(file)
    return file.getvalue()


BROKEN = (
    "is broken, or too large to read as a PDF file: "
    "save it anew, or its text as a .txt or .md file."
)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"words", bytes(1000), b"%PDF-1.4\n%%EOF"])
def test_broken_file_is_refused(data: bytes) -> None:
    """What is no PDF is told for broken."""
    assert answer(data, "pdf") == {"wrong": BROKEN}


PIECES = [
    b"%PDF-1.4\n",
    b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
    b"2 0 obj\n<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 1 >>\nendobj\n",
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << >> >>\nendobj\n",
    b"4 0 obj\n<< /Length 9 >>\nstream\n(One.) Tj BT /F1 ET\nendstream\nendobj\n",
    b"4 0 obj\n<< /Filter /FlateDecode >>\nstream\n"
    + zlib.compress(b"[(One)] TJ")
    + b"\nendstream",
    b"<< /Encrypt 1 0 R /Root 1 0 R /Size 5 >>",
    b"trailer\n<< /Root 1 0 R /Size 5 >>\nstartxref\n0\n%%EOF",
    b"xref\n0 5\n0000000000 65535 f \n",
    b"[[[[<<<<((((",
]
FILES = st.lists(st.sampled_from(PIECES) | st.binary(max_size=20), max_size=20).map(b"".join)
WHOLE = written(lambda pdf: write(pdf, FIRST))
MENDED = st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 40), st.binary(max_size=20)).map(
    lambda change: WHOLE[: change[0]] + change[2] + WHOLE[change[0] + change[1] :]
)


@settings(deadline=None, max_examples=150)
@given(FILES | MENDED)
def test_any_file_is_parsed_or_refused(data: bytes) -> None:
    """Whatever a file holds, what comes back are paragraphs or the rest of a sentence."""
    found = answer(data, "pdf")
    assert set(found) in ({"wrong"}, set(Parsed.__slots__))
