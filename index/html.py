"""The article of a web page, without what stands around it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index.parsed import Block, Parsed, under_headings
from index.text import one_line

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement

_EMBEDDED = ("twitter-tweet", "bluesky-embed", "mastodon-embed", "instagram-media")
_WRAPPERS = ("div", "figure", "section", "aside", "p", "span", "center")
_BLOCKS = ("p", "head", "list", "item", "quote", "div", "table", "row", "cell", "code")

# For private use in Unicode: around the words of links, and where two <br> part paragraphs, until
# blocks are made of them.
_LINK, _LINK_END, _BREAK = "\ue000", "\ue001", "\ue002"
_LINK_MARK = re.compile(f"[{_LINK}{_LINK_END}]")
_LINKED = re.compile(f"{_LINK}[^{_LINK_END}]*{_LINK_END}")
_WORD = re.compile(r"\w")
_SENTENCE_END = (".", "!", "?", "”", '"', "…")


def html_article(page: str, address: str | None = None) -> Parsed:
    """The main text of a page, and its title, publisher, day and canonical address.

    Each paragraph, list item and table row is a paragraph, quotations and embedded posts
    included; a heading stands at the head of the paragraph below it. Navigation, notices,
    captions, related links and the like are left out, by the rules of trafilatura
    (Barbaresi 2021).

    Args:
        page: its HTML.
        address: where it was fetched, if it was.
    """
    from trafilatura import bare_extraction
    from trafilatura.settings import use_config
    from trafilatura.utils import load_html

    tree = load_html(page)
    if tree is None:
        return Parsed()
    language = tree.get("lang")
    _free_embedded_posts(tree)
    _mark_breaks(tree)
    # With less text than this the words of all elements become one paragraph. The default takes
    # short news items for failures.
    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "50")
    found = bare_extraction(
        tree,
        url=address,
        include_comments=False,
        include_links=True,
        with_metadata=True,
        config=config,
        # A day that a page does not give itself is not guessed from its text.
        date_extraction_params={
            "extensive_search": False,
            "original_date": True,
            "max_date": datetime.now(UTC).date().isoformat(),
        },
    )
    if found is None or isinstance(found, dict):
        return Parsed()
    title = _line(found.title)
    blocks = [block for block in _blocks(found.body) if block.text != title]
    return replace(
        under_headings(blocks, title),
        url=found.url,
        published=found.date,
        publisher=_line(found.sitename),
        language=language,
    )


def _line(value: str | None) -> str | None:
    return one_line(value or "") or None


def _free_embedded_posts(tree: "HtmlElement") -> None:
    """Turns embedded posts into plain quotations, which no rule takes for a widget."""
    for quotation in list(tree.iter("blockquote")):
        if not any(name in (quotation.get("class") or "") for name in _EMBEDDED):
            continue
        for link in list(quotation.iter("a")):
            link.drop_tag()
        quotation.attrib.clear()
        outermost: HtmlElement = quotation
        while (around := outermost.getparent()) is not None and _only_wraps(around, outermost):
            outermost = around
        if outermost is not quotation and (place := outermost.getparent()) is not None:
            quotation.tail = outermost.tail
            place.replace(outermost, quotation)


def _mark_breaks(tree: "HtmlElement") -> None:
    """Marks where two line breaks follow each other, of which trafilatura makes one."""
    for line_break in tree.iter("br"):
        following = line_break.getnext()
        if following is not None and following.tag == "br" and not (line_break.tail or "").strip():
            line_break.tail = _BREAK


def _only_wraps(around: "HtmlElement", inner: "HtmlElement") -> bool:
    """Whether an element has no words but those of one element inside of it."""
    beside = [child for child in around if child is not inner and child.tag != "script"]
    return around.tag in _WRAPPERS and not any(
        (text or "").strip()
        for text in (
            around.text,
            *(child.tail for child in around),
            *(child.text_content() for child in beside if isinstance(child.tag, str)),
        )
    )


def _blocks(element: "_Element", kind: str = "text") -> Iterator[Block]:
    """The blocks of an element in trafilatura's XML, in order."""
    words = [element.text or ""]
    for child in element:
        # A row whose cells hold paragraphs lays out a page; it is no line of a table.
        if child.tag == "row" and not any(part.tag in _BLOCKS for cell in child for part in cell):
            cells = [one_line(_words(cell)) for cell in child]
            yield from _block(" | ".join(cell for cell in cells if cell), "text")
        elif child.tag in _BLOCKS and not (child.tag == "code" and element.tag == "p"):
            yield from _block("".join(words), kind)
            yield from _blocks(child, "heading" if child.tag == "head" else "text")
            words = []
        else:
            words.append(_words(child))
        words.append(child.tail or "")
    yield from _block("".join(words), kind)


def _words(element: "_Element") -> str:
    """The words inside an element, those of a link between marks."""
    if element.tag == "lb":
        return " "
    inside = [_words(child) + (child.tail or "") for child in element]
    words = "".join([element.text or "", *inside])
    return f"{_LINK}{words}{_LINK_END}" if element.tag == "ref" else words


def _block(words: str, kind: str) -> Iterator[Block]:
    """The words as blocks, if there are any.

    What is all links and no sentence leads elsewhere, and is left out.
    """
    for part in words.split(_BREAK):
        text = one_line(_LINK_MARK.sub("", part))
        if text and (_WORD.search(_LINKED.sub("", part)) or text.endswith(_SENTENCE_END)):
            yield Block("heading" if kind == "heading" else "text", text)
