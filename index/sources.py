"""Sources: files, folders, web addresses, standard input -> Articles, cleaned once."""

import hashlib
import json
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import chardet
from pydantic import ValidationError

from index.clean import cleaned_paragraphs, own_paragraphs, plain_paragraphs
from index.corpus import Article
from index.errors import SourceError
from index.fetch import Fetched, fetch
from index.markdown import markdown_article
from index.metadata import Metadata, Row, front_matter, sidecar, validated
from index.outline import put_together
from index.parse import parse
from index.parsed import KINDS, Kind, Parsed
from index.text import one_line

STANDARD_INPUT = "-"
SAMPLE = "sample"
"""The name, as a source, of the article that ships with the project."""

MOST_BYTES = 10 * 1024 * 1024
"""The largest article that is read; about 1.7 million words."""

_SUFFIXES = (*KINDS, ".jsonl")
_LONGEST_TITLE = 80
_LONGEST_NAME = 60
_WORD = re.compile(r"\w+")


def read(
    sources: Iterable[str],
    skipped: Callable[[SourceError], None] = lambda _: None,
    index: Path | None = None,
    allowed: frozenset[str] = frozenset(),
) -> list[Article]:
    """The articles of the sources, in the order given and, within a folder, by path.

    Args:
        sources: files, folders, web addresses, or `SAMPLE`.
        skipped: told of each file inside a folder that cannot be read; such a file is left out,
            while one that is named itself is an error.
        index: the folder of the index, which is no source though it may lie inside of one.
        allowed: "host:port" of inner servers whose addresses may be read.

    Raises:
        SourceError: a source cannot be read, holds no article, or two articles share an id.
    """
    articles: dict[str, tuple[Article, str]] = {}
    own = index.resolve() if index else None
    for source in sources:
        for article, place in _articles_of(source, skipped, own, allowed):
            before, first_place = articles.setdefault(article.id, (article, place))
            if before != article:
                raise SourceError(
                    f"{place} has the id “{article.id}”, and so has {first_place}. "
                    "Give one of them another id, or name only one of the two."
                )
    if not articles:
        raise SourceError(f"There is no article in {', '.join(sources) or 'no source'}.")
    return [article for article, _ in articles.values()]


def is_address(source: str) -> bool:
    """Whether a source is a web address, and so no file of this machine."""
    return re.match(r"https?://", source, re.IGNORECASE) is not None


def keep(data: bytes, name: str, folder: Path, place: str) -> str:
    """Writes an article that came without a file of its own to one, so that it can be built again.

    Returns the file's path; what `name` says goes into it, and a digest of the content.

    Args:
        data: the article.
        name: the name of a file, from anybody; its suffix says of which kind the article is.
        folder: made if it is not there.
        place: what to call the article where something is wrong with it.

    Raises:
        SourceError: it cannot be read as an article; then nothing is written.
    """
    stem, suffix = os.path.splitext(name)
    kind = KINDS.get(suffix.lower())
    if kind is None:
        raise SourceError(f"{place} is not a kind of file that is read: use {', '.join(KINDS)}.")
    _article(*_contents(data, kind, place, Metadata()), "text", place)
    folder.mkdir(parents=True, exist_ok=True)
    words = "-".join(_WORD.findall(stem))[:_LONGEST_NAME] or "text"
    file = folder / f"{words}-{hashlib.sha256(data).hexdigest()[:8]}{suffix.lower()}"
    file.write_bytes(data)
    return str(file.resolve())


def sample_folder() -> Path:
    """The folder of the article that ships with the project."""
    return Path(str(files("index") / "articles"))


def _articles_of(
    source: str,
    skipped: Callable[[SourceError], None],
    index: Path | None,
    allowed: frozenset[str],
) -> Iterator[tuple[Article, str]]:
    path = sample_folder() if source == SAMPLE else Path(source)
    if is_address(source):
        yield _article_at(fetch(source, MOST_BYTES, allowed)), source
    # Unlike pathlib, os.path says no to a name that is too long to be one.
    elif os.path.isfile(path):
        yield from _articles_in_file(path, path.stem)
    elif os.path.isdir(path):
        yield from _articles_in_folder(path, skipped, index)
    else:
        raise SourceError(f"There is no file or folder {source}: check the name.")


def _articles_in_folder(
    folder: Path, skipped: Callable[[SourceError], None], index: Path | None
) -> Iterator[tuple[Article, str]]:
    found = False
    files = _files_in(folder, index)
    stems = Counter(path.with_suffix("") for path in files)
    for path in files:
        inside = path.relative_to(folder)
        # a.txt and a.md beside each other are two articles.
        own_name = inside if stems[path.with_suffix("")] > 1 else inside.with_suffix("")
        try:
            # All of a file or none of it: its last row may be the one that cannot be read.
            held = list(_articles_in_file(path, own_name.as_posix()))
        except SourceError as error:
            skipped(error)
            continue
        found = True
        yield from held
    if not found:
        raise SourceError(
            f"The folder {folder} has no article that can be read: "
            f"put {', '.join(_SUFFIXES)} files there."
        )


def _files_in(folder: Path, index: Path | None) -> list[Path]:
    """The files of a folder that may hold articles, by path; none that is hidden or the index's."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in _SUFFIXES
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and not (index and path.resolve().is_relative_to(index))
        and path.is_file()
    ]


def _articles_in_file(path: Path, name: str) -> Iterator[tuple[Article, str]]:
    """The articles of one file; `name` is the id of an article that has none of its own."""
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise SourceError(
            f"{path} is not a kind of file that is read: use {', '.join(_SUFFIXES)} files."
        )
    try:
        if suffix == ".jsonl":
            yield from _articles_in_jsonl(path)
        else:
            yield _article_in_file(path, name), str(path)
    except OSError as error:
        raise SourceError(
            f"{path} cannot be read ({error.strerror or error}): check its permissions."
        ) from None


def _article_in_file(path: Path, name: str) -> Article:
    if path.stat().st_size > MOST_BYTES:
        raise SourceError(_too_large(str(path), path.stat().st_size))
    kind = KINDS[path.suffix.lower()]
    return _article(*_contents(path.read_bytes(), kind, str(path), sidecar(path)), name, str(path))


def _article_at(fetched: Fetched) -> Article:
    """The article at a web address, whose own address and not its contents give it its id."""
    data, place = fetched.data, fetched.address
    found, metadata = _contents(data, fetched.kind, place, Metadata(), place)
    # Only a page of the same site is believed that it is another one.
    url = metadata.url if metadata.url and _site(metadata.url) == _site(place) else place
    own = metadata.model_copy(update={"url": url, "id": None})
    return _article(found, own, _digest(url), place)


def _site(url: str) -> str:
    """The host of an address, without what parts its mobile pages from the others."""
    return re.sub(r"^(www|m|mobile|amp)\.", "", urlsplit(url).netloc.lower())


def _articles_in_jsonl(path: Path) -> Iterator[tuple[Article, str]]:
    found = False
    with path.open("rb") as lines:
        # One byte more than an article may have, lest a line fill the memory.
        rows = iter(lambda: lines.readline(MOST_BYTES + 1), b"")
        for number, line in enumerate(rows, start=1):
            if line.strip():
                place = f"{path} line {number}"
                yield _row_article(line, place), place
                found = True
    if not found:
        raise SourceError(f"{path} is empty: put one article a line there, as a JSON object.")


def _row_article(line: bytes, place: str) -> Article:
    if len(line) > MOST_BYTES:
        raise SourceError(_too_large(place, len(line)))
    try:
        values = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{place} is not JSON in UTF-8 ({error}): mend that line.") from None
    if not isinstance(values, dict):
        raise SourceError(f'{place} is not a JSON object: write {{"text": "…"}} there.')
    row = validated(Row, values, place)
    digest = _digest(row.url or row.text)
    paragraphs = cleaned_paragraphs if row.cleaned else plain_paragraphs
    article = _article(Parsed(paragraphs(row.text)), row, digest, place)
    # Where the pages and headings are is known of the text that was given, and of no other.
    words = [row.text[start:end] for start, end in row.headings]
    if article.text != row.text or not all(one and "\n" not in one for one in words):
        return article
    return replace(article, pages=row.pages, headings=row.headings)


def _contents(
    data: bytes, kind: Kind, place: str, beside: Metadata, address: str | None = None
) -> tuple[Parsed, Metadata]:
    """What is found in an article of that kind, and what is known about it.

    Args:
        data: as it was read.
        kind: how to read it.
        place: its name, for what is told of it.
        beside: what is known from elsewhere. Front matter goes before it, and it goes before what
            a page, a PDF or a Word file says.
        address: where it was fetched, if it was.
    """
    if kind in ("html", "pdf", "docx"):
        data = _decoded(data, place).encode() if kind == "html" else _sized(data, place)
        found = parse(data, kind, place, address)
        known = beside.model_dump(exclude_none=True)
        return found, _metadata(found).model_copy(update=known)
    metadata, body = front_matter(_decoded(data, place), beside, place)
    if kind == "text":
        return Parsed(plain_paragraphs(body)), metadata
    found = markdown_article(body)
    return found, metadata.model_copy(update={"title": metadata.title or found.title})


def _metadata(found: Parsed) -> Metadata:
    """What a file says about itself, as far as that can be."""
    values = {
        "title": found.title,
        "url": found.url,
        "published": found.published,
        "publisher": found.publisher,
    }
    for field, value in list(values.items()):
        try:
            Metadata.model_validate({field: value})
        except ValidationError:
            del values[field]
    return Metadata.model_validate(values)


def _article(found: Parsed, metadata: Metadata, name: str, place: str) -> Article:
    own = own_paragraphs(found.paragraphs, metadata.publisher)
    if not any(_WORD.search(found.paragraphs[kept]) for kept in own):
        raise SourceError(f"{place} has no text of an article in it: leave it out or fill it.")
    first = found.paragraphs[own[0]]
    text, pages, headings = put_together(found, own)
    return Article(
        id=metadata.id or one_line(name) or _digest(first),
        title=metadata.title or _opening_words(first),
        text=text,
        url=metadata.url,
        published=metadata.published,
        publisher=metadata.publisher,
        pages=pages,
        headings=headings,
    )


def _sized(data: bytes, place: str) -> bytes:
    """The bytes, if they are neither too many nor none."""
    if len(data) > MOST_BYTES:
        raise SourceError(_too_large(place, len(data)))
    if not data.strip():
        raise SourceError(f"{place} is empty: leave it out or fill it.")
    return data


def _decoded(data: bytes, place: str) -> str:
    """The text of the bytes: UTF-8 if they are, otherwise in the encoding that chardet detects."""
    _sized(data, place)
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


def _reads_as_text(text: str) -> bool:
    """Whether hardly a character is of a kind that only binary data taken for text has."""
    sample = text[:10_000]
    odd = sum(unicodedata.category(c) in ("Cc", "Cn", "Co") and c not in "\n\r\t\f" for c in sample)
    return odd <= len(sample) / 100 and bool(sample)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _opening_words(paragraph: str) -> str:
    paragraph = one_line(paragraph)
    if len(paragraph) <= _LONGEST_TITLE:
        return paragraph
    return paragraph[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def _too_large(place: str, size: int) -> str:
    return (
        f"{place} has {size / 2**20:.1f} MiB, and an article may have "
        f"{MOST_BYTES // 2**20}: split it."
    )
