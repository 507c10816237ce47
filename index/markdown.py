"""The paragraphs of a Markdown text, without its marks."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.parsed import Block, Parsed, under_headings
from index.text import normalise, one_line

_BLANK_LINES = re.compile(r"\n\n+")


def markdown_article(source: str) -> Parsed:
    """The paragraphs, in order, and the title: the first heading, if the text begins with one.

    Each paragraph, list item and table row is one, quotations included. A heading is no paragraph
    that a person would count: it stands on a line of its own at the head of the paragraph below.
    Images and HTML are left out; of a link its words stay.
    """
    return under_headings(_blocks(MarkdownIt("commonmark").enable("table").parse(source)))


def _blocks(tokens: Sequence[Token]) -> list[Block]:
    """Each block that has words."""
    blocks: list[Block] = []
    cells: list[str] | None = None
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "tr_open":
            cells = []
        elif token.type == "tr_close" and cells is not None:
            blocks.append(Block("text", " | ".join(cells)))
            cells = None
        elif token.type in ("fence", "code_block"):
            blocks.append(Block("text", _BLANK_LINES.sub("\n", normalise(token.content))))
        elif token.type == "inline":
            words = one_line(_words(token.children or []))
            if cells is not None:
                cells.append(words)
            elif before is not None and before.type == "heading_open":
                blocks.append(Block("heading", words))
            else:
                blocks.append(Block("text", words))
    return [block for block in blocks if block.text]


def _words(children: Sequence[Token]) -> str:
    breaks = ("softbreak", "hardbreak")
    kept = ("text", "code_inline")
    return "".join(
        " " if child.type in breaks else child.content if child.type in kept else ""
        for child in children
    )
