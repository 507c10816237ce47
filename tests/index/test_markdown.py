"""Tests of index.markdown: paragraphs without marks."""

import pytest

from index.markdown import markdown_paragraphs


def test_first_heading_is_the_title() -> None:
    """A text that begins with a heading has it as its title and not as a paragraph."""
    assert markdown_paragraphs("# A *year* on\n\nOne.\n\nTwo.") == ("A year on", ["One.", "Two."])


def test_underlined_heading_is_the_title() -> None:
    """A heading that is underlined counts as well."""
    assert markdown_paragraphs("A year on\n=========\n\nOne.") == ("A year on", ["One."])


def test_text_before_a_heading_leaves_no_title() -> None:
    """A text that begins with a paragraph has no title of its own."""
    assert markdown_paragraphs("One.\n\n# Later\n\nTwo.") == (None, ["One.", "Later\nTwo."])


def test_heading_is_no_paragraph() -> None:
    """A heading stands on a line of its own at the head of the paragraph below it."""
    title, paragraphs = markdown_paragraphs("# T\n\n## Victims\n\n### Names\n\nOne.\n\nTwo.")
    assert title == "T"
    assert paragraphs == ["Victims\nNames\nOne.", "Two."]


def test_heading_over_nothing_is_kept() -> None:
    """A heading with nothing below it keeps its words."""
    assert markdown_paragraphs("One.\n\n## End") == (None, ["One.", "End"])


def test_marks_go_and_words_stay() -> None:
    """Emphasis, code, links and entities leave their words behind."""
    source = (
        '**Masood**, _52_, was `shot` [dead](http://x.y/z "t") by &quot;police&quot; \\*there\\*.'
    )
    assert markdown_paragraphs(source)[1] == ['Masood, 52, was shot dead by "police" *there*.']


def test_lines_of_a_paragraph_are_joined() -> None:
    """A line end inside a paragraph is a space, soft or hard."""
    assert markdown_paragraphs("One goes\non  \nhere.")[1] == ["One goes on here."]


def test_images_and_html_are_left_out() -> None:
    """Images, HTML blocks, comments and tags are no words of the article."""
    source = "![alt](x.png)\n\n<div>gone</div>\n\n<!-- gone -->\n\nStays <b>bold</b>."
    assert markdown_paragraphs(source)[1] == ["Stays bold."]


def test_list_items_and_quotations_are_paragraphs() -> None:
    """Each item of a list and each paragraph of a quotation is a paragraph."""
    source = "- one\n- two\n  - three\n\n1. four\n\n> five\n>\n> six"
    assert markdown_paragraphs(source)[1] == ["one", "two", "three", "four", "five", "six"]


def test_table_row_is_a_paragraph() -> None:
    """Each row of a table is a paragraph, its cells parted by a bar."""
    source = "| Name | Age |\n|---|---|\n| Masood | 52 |"
    assert markdown_paragraphs(source)[1] == ["Name | Age", "Masood | 52"]


def test_code_keeps_its_lines_and_has_no_paragraph_break() -> None:
    """A block of code is one paragraph with its lines, blank ones left out."""
    assert markdown_paragraphs("```py\na = 1\n\n\nb = 2\n```")[1] == ["a = 1\nb = 2"]


def test_rule_is_no_paragraph() -> None:
    """A thematic break is nothing that a person counts."""
    assert markdown_paragraphs("One.\n\n---\n\nTwo.")[1] == ["One.", "Two."]


@pytest.mark.parametrize("source", ["", " \n", "![x](y)", "<p></p>", ">" * 3000 + " x"])
def test_nothing_has_no_paragraph(source: str) -> None:
    """A source without words, or nested beyond all sense, has no paragraph."""
    assert markdown_paragraphs(source) == (None, [])
