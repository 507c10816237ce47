"""The article of a Word file."""

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from index.parsed import Block, Parsed, under_headings
from index.text import one_line

if TYPE_CHECKING:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_HEADINGS = ("Title", "Heading")
"""How the names of the styles of headings begin, in a Word of any language."""


def docx_article(data: bytes) -> Parsed:
    """The paragraphs of a Word file, and its title.

    Each paragraph, list item and table row is one; a heading stands at the head of the paragraph
    below it. There is no day: a file is often made of another, and keeps that one's.
    """
    from docx import Document

    document = Document(BytesIO(data))
    blocks = [block for part in document.iter_inner_content() for block in _blocks(part)]
    return under_headings(blocks, one_line(document.core_properties.title) or None)


def _blocks(part: "Paragraph | Table") -> Iterator[Block]:
    from docx.table import Table

    if isinstance(part, Table):
        for row in part.rows:
            cells = [one_line(cell.text) for cell in row.cells]
            if any(cells):
                yield Block("text", " | ".join(cell for cell in cells if cell))
    elif text := one_line(part.text):
        style = (part.style and part.style.name) or ""
        yield Block("heading" if style.startswith(_HEADINGS) else "text", text)
