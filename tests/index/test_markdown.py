"""Tests of index.markdown: paragraphs without marks."""

import pytest

from index.markdown import markdown_article


def parsed(source: str) -> tuple[str | None, list[str]]:
    """The title and the paragraphs of a text."""
    found = markdown_article(source)
    return found.title, found.paragraphs


def paragraphs(source: str) -> list[str]:
    """The paragraphs of a text."""
    return markdown_article(source).paragraphs


def test_first_heading_is_the_title() -> None:
    """A text that begins with a heading has it as its title and not as a paragraph."""
    assert parsed("# A *year* on\n\nOne.\n\nTwo.") == ("A year on", ["One.", "Two."])


def test_underlined_heading_is_the_title() -> None:
    """A heading that is underlined counts as well."""
    assert parsed("A year on\n=========\n\nOne.") == ("A year on", ["One."])


def test_text_before_a_heading_leaves_no_title() -> None:
    """A text that begins with a paragraph has no title of its own."""
    assert parsed("One.\n\n# Later\n\nTwo.") == (None, ["One.", "Later\nTwo."])


def test_heading_is_no_paragraph() -> None:
    """A heading stands on a line of its own at the head of the paragraph below it."""
    found = markdown_article("# T\n\n## Victims\n\n### Names\n\nOne.\n\nTwo.")
    assert found.title == "T"
    assert found.paragraphs == ["Victims\nNames\nOne.", "Two."]
    assert found.headings == [2, 0]


def test_heading_over_nothing_is_kept() -> None:
    """A heading with nothing below it keeps its words."""
    assert parsed("One.\n\n## End") == (None, ["One.", "End"])


def test_marks_go_and_words_stay() -> None:
    """Emphasis, code, links and entities leave their words behind."""
    source = (
        '**Masood**, _52_, was `shot` [dead](http://x.y/z "t") by &quot;police&quot; \\*there\\*.'
    )
    assert paragraphs(source) == ['Masood, 52, was shot dead by "police" *there*.']


def test_lines_of_a_paragraph_are_joined() -> None:
    """A line end inside a paragraph is a space, soft or hard."""
    assert paragraphs("One goes\non  \nhere.") == ["One goes on here."]


def test_images_and_html_are_left_out() -> None:
    """Images, HTML blocks, comments and tags are no words of the article."""
    source = "![alt](x.png)\n\n<div>gone</div>\n\n<!-- gone -->\n\nStays <b>bold</b>."
    assert paragraphs(source) == ["Stays bold."]


def test_list_items_and_quotations_are_paragraphs() -> None:
    """Each item of a list and each paragraph of a quotation is a paragraph."""
    source = "- one\n- two\n  - three\n\n1. four\n\n> five\n>\n> six"
    assert paragraphs(source) == ["one", "two", "three", "four", "five", "six"]


def test_table_row_is_a_paragraph() -> None:
    """Each row of a table is a paragraph, its cells parted by a bar."""
    source = "| Name | Age |\n|---|---|\n| Masood | 52 |"
    assert paragraphs(source) == ["Name | Age", "Masood | 52"]


def test_code_keeps_its_lines_and_has_no_paragraph_break() -> None:
    """A block of code is one paragraph with its lines, blank ones left out."""
    assert paragraphs("```py\na = 1\n\n\nb = 2\n```") == ["a = 1\nb = 2"]


def test_rule_is_no_paragraph() -> None:
    """A thematic break is nothing that a person counts."""
    assert paragraphs("One.\n\n---\n\nTwo.") == ["One.", "Two."]


@pytest.mark.parametrize("source", ["", " \n", "![x](y)", "<p></p>", ">" * 3000 + " x"])
def test_nothing_has_no_paragraph(source: str) -> None:
    """A source without words, or nested beyond all sense, has no paragraph."""
    assert parsed(source) == (None, [])
