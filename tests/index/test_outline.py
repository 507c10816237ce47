"""Tests of pages and headings: where they are in an article's text, however it came about."""

import json
from pathlib import Path

import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st

from index import kept
from index.corpus import Article, Passage
from index.errors import SourceError
from index.kept import Most
from index.outline import put_together
from index.parsed import Block, Parsed, under_headings
from index.search import open_index
from index.split import split
from tests.encoders import LetterEncoder
from tests.sources import read

REPORT = [
    ("The report", 20, True),
    ("It says on its first page what was found there, and goes on", 11, False),
    ("over the page. Here is a new paragraph that ends.", 11, True),
    ("What remains", 16, False),
    ("Lights and a railing are still to be done.", 11, False),
]
"""Lines, their sizes, and whether a page ends after them."""

LONG = "The old bridge at Dunmore reopened on Friday, eleven weeks after the river took an arch."


def headed(article: Article) -> list[str]:
    """The words of the headings of an article."""
    return [article.text[start:end] for start, end in article.headings]


def begins(article: Article) -> list[str]:
    """The first words of each page of an article."""
    return [article.text[page : page + 10] for page in article.pages]


def written(folder: Path, blank: int = 0) -> Path:
    """A PDF file of the report, with so many empty pages after its first."""
    pdf, file = FPDF(), folder / "report.pdf"
    pdf.add_page()
    for text, size, ends in REPORT:
        pdf.set_font("helvetica", size=size)
        pdf.multi_cell(0, size / 2, text, new_x="LMARGIN", new_y="NEXT", align="L")
        if ends:
            for _ in range(1 + (blank if pdf.page_no() == 1 else 0)):
                pdf.add_page()
    file.write_bytes(bytes(pdf.output()))
    return file


def test_lines_of_a_pdf_know_their_pages(tmp_path: Path) -> None:
    """A page begins at its first line, inside a paragraph too; the title's page is the first."""
    [article] = read([str(written(tmp_path))])
    assert article.title == "The report"
    assert article.text == (
        "It says on its first page what was found there, and goes on over the page. Here is a new "
        "paragraph that ends.\n\nWhat remains\nLights and a railing are still to be done."
    )
    assert begins(article) == ["It says on", "It says on", "What remai"]
    assert headed(article) == ["What remains"]


def test_pages_without_words_are_counted(tmp_path: Path) -> None:
    """An empty page has a number, and those after it have theirs."""
    [article] = read([str(written(tmp_path, blank=2))])
    assert [article.page_at(article.text.index(words)) for words in ("It says", "Lights")] == [4, 5]


def test_word_and_page_break_inside_a_paragraph() -> None:
    """A quote is on the page that it begins on, at each side of the break."""
    article = Article("a", "A", "One two. Three four.", pages=(0, 9))
    assert [article.page_at(place) for place in (0, 8, 9, 19)] == [1, 1, 2, 2]
    assert Article("a", "A", "One.").page_at(0) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", "# T\n\nOne.\n\n## Hours\n\n### Summer\n\nTwo.\n\nThree."),
        (
            "a.html",
            f"<article><h1>T</h1><p>{LONG}</p><h2>Hours</h2><h3>Summer</h3><p>Two.</p>"
            f"<p>{LONG}</p></article>",
        ),
    ],
)
def test_headings_are_told_of_every_kind(tmp_path: Path, name: str, content: str) -> None:
    """Each passage is in the section of the nearest heading above it, its own included."""
    (tmp_path / name).write_text(content)
    [article] = read([str(tmp_path / name)])
    assert headed(article) == ["Hours", "Summer"]
    assert [passage.section for passage in split(article)] == [None, "Summer", "Summer"]


def test_heading_within_a_long_paragraph_heads_its_pieces() -> None:
    """The pieces of one paragraph are all below the heading at its head."""
    article = Article("a", "A", "Zero.\n\nHours\nOne. Two. Three.", headings=((7, 12),))
    pieces = split(article, longest=1)
    assert [piece.section for piece in pieces] == [None, *["Hours"] * 4]
    assert Passage(article, 2, 7, 12).section == "Hours"


def test_what_is_left_out_moves_nothing() -> None:
    """A page or heading keeps to its words when paragraphs before and at it are left out."""
    found = Parsed(
        ["[ad]", "Now\nOne.", "More from us", "Later\nTwo.", "[ad]"],
        headings=[0, 1, 0, 1, 0],
        pages=[(0, 0), (1, 4), (2, 5), (4, 0)],
    )
    text, pages, headings = put_together(found, [1, 3])
    assert text == "Now\nOne.\n\nLater\nTwo."
    assert [text[page:] for page in pages] == [text, text[4:], "Later\nTwo."]
    assert [text[start:end] for start, end in headings] == ["Now", "Later"]


def test_pages_of_a_title_begin_with_the_text() -> None:
    """Pages that begin in a title that is left out are counted all the same."""
    blocks = [Block("heading", "T", (0, 0)), Block("heading", "H"), Block("text", "One.", (1,))]
    found = under_headings(blocks)
    assert found == Parsed(["H\nOne."], "T", headings=[1], pages=[(0, 0), (0, 0), (0, 3)])


@given(
    st.lists(
        st.builds(
            Block,
            st.sampled_from(["heading", "text"]),
            st.sampled_from(["aa", "bbb", "[ad]", "c d"]),
            st.sampled_from([(), (0,), (0, 1)]),
        )
    )
)
def test_every_heading_and_page_is_where_it_was(blocks: list[Block]) -> None:
    """Headings are whole lines in order, pages are in order, whatever is put together."""
    found = under_headings(blocks)
    kept_places = [i for i, text in enumerate(found.paragraphs) if text != "[ad]"]
    if not kept_places:
        return
    text, pages, headings = put_together(found, kept_places)
    assert list(pages) == sorted(pages)
    assert all(0 <= page < len(text) for page in pages)
    lines = text.split("\n")
    assert all(text[start:end] in lines for start, end in headings)
    own = sum(block.kind == "heading" and block.text != "[ad]" for block in blocks)
    titled = found.title not in (None, "[ad]")
    assert sum(text[start:end] != "[ad]" for start, end in headings) == own - titled


def test_kept_articles_come_back_the_same(tmp_path: Path) -> None:
    """An article that is kept in an index has its pages and headings there, and in its builds."""
    [article] = read([str(written(tmp_path))])
    kept.add(tmp_path / "index", [article], LetterEncoder(), Most(articles=1))
    [found] = open_index(tmp_path / "index", LetterEncoder()).articles
    assert (found.text, found.pages, found.headings) == (
        article.text,
        article.pages,
        article.headings,
    )


def row(folder: Path, **fields: object) -> Article:
    """The article of a JSONL row."""
    file = folder / "rows.jsonl"
    file.write_text(json.dumps(fields) + "\n")
    return read([str(file)])[0]


def test_places_in_another_text_are_not_believed(tmp_path: Path) -> None:
    """The places of a row count where its text is the article's, and nowhere else."""
    places = {"pages": [0, 5], "headings": [[0, 3]]}
    same = row(tmp_path, text="Now\nOne.\n\nTwo.", cleaned=True, **places)
    assert (same.pages, headed(same)) == ((0, 5), ["Now"])
    other = row(tmp_path, text="[ad]\n\nNow\nOne.", cleaned=True, **places)
    assert (other.text, other.pages, other.headings) == ("Now\nOne.", (), ())
    for span in ([0, 8], [3, 3], [90, 99]):
        assert row(tmp_path, text="Now\nOne.", cleaned=True, headings=[span]).headings == ()


@pytest.mark.parametrize("places", [{"pages": [5, 0]}, {"headings": [[4, 5], [0, 3]]}])
def test_places_out_of_order_are_refused(tmp_path: Path, places: dict[str, object]) -> None:
    """Places that can be none are told of."""
    with pytest.raises(SourceError, match="the places in a text are told in order: mend it"):
        row(tmp_path, text="Now\nOne.", cleaned=True, **places)
