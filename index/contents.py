"""Bytes of a kind -> the article that they hold, cleaned once, here."""

import hashlib
import json
import re
import unicodedata
from dataclasses import replace
from typing import BinaryIO

import chardet
from pydantic import ValidationError

from index.clean import cleaned_paragraphs, own_paragraphs, plain_paragraphs
from index.corpus import Article
from index.errors import SourceError
from index.markdown import markdown_article
from index.metadata import Metadata, Row, front_matter, validated
from index.outline import put_together
from index.parse import parse
from index.parsed import Kind, Parsed
from index.text import one_line

MOST_BYTES = 10 * 1024 * 1024
"""The largest article that is read; about 1.7 million words."""

_LONGEST_TITLE = 80
_WORD = re.compile(r"\w+")


def contents(
    data: bytes, kind: Kind, place: str, beside: Metadata, address: str | None = None
) -> tuple[Parsed, Metadata]:
    """What is found in an article of that kind, and what is known about it.

    Args:
        data: as it was read.
        kind: how to read it.
        place: its name, for what is told of it.
        beside: what is known from elsewhere. Front matter goes before it, and it goes before what
            a page, a PDF, a Word file or a book says.
        address: where it was fetched, if it was.
    """
    if kind not in ("text", "markdown"):
        data = decoded(data, place).encode() if kind == "html" else sized(data, place)
        found = parse(data, kind, place, address)
        known = beside.model_dump(exclude_none=True)
        return found, _metadata(found).model_copy(update=known)
    metadata, body = front_matter(decoded(data, place), beside, place)
    if kind == "text":
        return Parsed(plain_paragraphs(body)), metadata
    found = markdown_article(body)
    return found, metadata.model_copy(update={"title": metadata.title or found.title})


def article_of(found: Parsed, metadata: Metadata, name: str, place: str) -> Article:
    """The article of what was found; `name` is its id if it has none of its own.

    Raises:
        SourceError: there is not a word in it.
    """
    own = own_paragraphs(found.paragraphs, metadata.publisher)
    if not any(_WORD.search(found.paragraphs[kept]) for kept in own):
        raise SourceError(f"{place} has no text of an article in it: leave it out or fill it.")
    first = found.paragraphs[own[0]]
    text, pages, headings = put_together(found, own)
    return Article(
        id=metadata.id or one_line(name) or digest(first),
        title=metadata.title or _opening_words(first),
        text=text,
        url=metadata.url,
        published=metadata.published,
        publisher=metadata.publisher,
        language=metadata.language,
        pages=pages,
        headings=headings,
    )


def articles_in_rows(lines: BinaryIO, place: str) -> list[tuple[Article, str]]:
    """The articles of a JSONL file with their places, all of them or none.

    Raises:
        SourceError: a line is no article, or there is none.
    """
    # One byte more than an article may have, lest a line fill the memory.
    rows = iter(lambda: lines.readline(MOST_BYTES + 1), b"")
    found = [
        (_row_article(line, f"{place} line {number}"), f"{place} line {number}")
        for number, line in enumerate(rows, start=1)
        if line.strip()
    ]
    if not found:
        raise SourceError(f"{place} is empty: put one article a line there, as a JSON object.")
    return found


def digest(text: str) -> str:
    """What tells one address or text from another, and makes an id."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def sized(data: bytes, place: str) -> bytes:
    """The bytes, if they are neither too many nor none."""
    if len(data) > MOST_BYTES:
        raise SourceError(too_large(place, len(data)))
    if not data.strip():
        raise SourceError(f"{place} is empty: leave it out or fill it.")
    return data


def decoded(data: bytes, place: str) -> str:
    """The text of the bytes: UTF-8 if they are, otherwise in the encoding that chardet detects."""
    sized(data, place)
    if b"\0" not in data:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
    encoding = chardet.detect(data)["encoding"]
    try:
        text = data.decode(encoding) if encoding else ""
    except (UnicodeDecodeError, LookupError):
        text = ""
    if not _reads_as_text(text):
        raise SourceError(
            f"{place} is binary data, or text in an unknown encoding: save it as text in UTF-8."
        )
    return text


def too_large(place: str, size: int) -> str:
    """The sentence about a file that is larger than is read."""
    return (
        f"{place} has {size / 2**20:.1f} MiB, and an article may have "
        f"{MOST_BYTES // 2**20}: split it."
    )


def _row_article(line: bytes, place: str) -> Article:
    if len(line) > MOST_BYTES:
        raise SourceError(too_large(place, len(line)))
    try:
        values = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{place} is not JSON in UTF-8 ({error}): mend that line.") from None
    if not isinstance(values, dict):
        raise SourceError(f'{place} is not a JSON object: write {{"text": "…"}} there.')
    row = validated(Row, values, place)
    paragraphs = cleaned_paragraphs if row.cleaned else plain_paragraphs
    name = digest(row.url or row.text)
    article = article_of(Parsed(paragraphs(row.text)), row, name, place)
    # Where the pages and headings are is known of the text that was given, and of no other.
    words = [row.text[start:end] for start, end in row.headings]
    if article.text != row.text or not all(one and "\n" not in one for one in words):
        return article
    return replace(article, pages=row.pages, headings=row.headings)


def _metadata(found: Parsed) -> Metadata:
    """What a file says about itself, as far as that can be."""
    values = {
        "title": found.title,
        "url": found.url,
        "published": found.published,
        "publisher": found.publisher,
        "language": found.language,
    }
    for field, value in list(values.items()):
        try:
            Metadata.model_validate({field: value})
        except ValidationError:
            del values[field]
    return Metadata.model_validate(values)


def _reads_as_text(text: str) -> bool:
    """Whether hardly a character is of a kind that only binary data taken for text has."""
    sample = text[:10_000]
    odd = sum(unicodedata.category(c) in ("Cc", "Cn", "Co") and c not in "\n\r\t\f" for c in sample)
    return odd <= len(sample) / 100 and bool(sample)


def _opening_words(paragraph: str) -> str:
    paragraph = one_line(paragraph)
    if len(paragraph) <= _LONGEST_TITLE:
        return paragraph
    return paragraph[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"
