"""Sources: text, Markdown and JSONL files, folders, standard input -> Articles, cleaned once."""

import hashlib
import json
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from pathlib import Path

import chardet

from index.clean import cleaned_paragraphs, own_paragraphs, plain_paragraphs
from index.corpus import PARAGRAPH_BREAK, Article
from index.errors import SourceError
from index.markdown import markdown_paragraphs
from index.metadata import Metadata, Row, front_matter, sidecar, validated
from index.text import one_line

STANDARD_INPUT = "-"
SAMPLE = "sample"
"""The name, as a source, of the article that ships with the project."""

MOST_BYTES = 10 * 1024 * 1024
"""The largest article that is read; about 1.7 million words."""

_SUFFIXES = (".txt", ".md", ".jsonl")
_LONGEST_TITLE = 80
_WORD = re.compile(r"\w")


def read(
    sources: Iterable[str],
    skipped: Callable[[SourceError], None] = lambda _: None,
    index: Path | None = None,
) -> list[Article]:
    """The articles of the sources, in the order given and, within a folder, by path.

    Args:
        sources: files, folders, or `SAMPLE`.
        skipped: told of each file inside a folder that cannot be read; such a file is left out,
            while one that is named itself is an error.
        index: the folder of the index, which is no source though it may lie inside of one.

    Raises:
        SourceError: a source cannot be read, holds no article, or two articles share an id.
    """
    articles: dict[str, tuple[Article, str]] = {}
    own = index.resolve() if index else None
    for source in sources:
        for article, place in _articles_of(source, skipped, own):
            before, first_place = articles.setdefault(article.id, (article, place))
            if before != article:
                raise SourceError(
                    f"{place} has the id “{article.id}”, and so has {first_place}. "
                    "Give one of them another id, or name only one of the two."
                )
    if not articles:
        raise SourceError(f"There is no article in {', '.join(sources) or 'no source'}.")
    return [article for article, _ in articles.values()]


def keep_standard_input(data: bytes, folder: Path) -> str:
    """Writes a text that came by standard input to a file, so that it can be built again.

    Returns the file's path, named by the text's content.

    Raises:
        SourceError: the text cannot be read as an article; then nothing is written.
    """
    _plain_article(data, "Standard input", "text", Metadata())
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"text-{hashlib.sha256(data).hexdigest()[:8]}.txt"
    file.write_bytes(data)
    return str(file.resolve())


def sample_folder() -> Path:
    """The folder of the article that ships with the project."""
    return Path(str(files("index") / "articles"))


def _articles_of(
    source: str, skipped: Callable[[SourceError], None], index: Path | None
) -> Iterator[tuple[Article, str]]:
    path = sample_folder() if source == SAMPLE else Path(source)
    # Unlike pathlib, os.path says no to a name that is too long to be one.
    if os.path.isfile(path):
        yield from _articles_in_file(path, path.stem)
    elif os.path.isdir(path):
        yield from _articles_in_folder(path, skipped, index)
    elif re.match(r"https?://", source, re.IGNORECASE):
        raise SourceError(
            f"{source} is a web address, which cannot be read yet: "
            "save the article as a .txt or .md file and name that."
        )
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
    parse = _markdown_article if path.suffix.lower() == ".md" else _plain_article
    return parse(path.read_bytes(), str(path), name, sidecar(path))


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
    digest = hashlib.sha256((row.url or row.text).encode("utf-8", "replace")).hexdigest()
    paragraphs = cleaned_paragraphs if row.cleaned else plain_paragraphs
    return _article(paragraphs(row.text), row, digest[:12], place)


def _plain_article(data: bytes, place: str, name: str, beside: Metadata) -> Article:
    metadata, body = front_matter(_decoded(data, place), beside, place)
    return _article(plain_paragraphs(body), metadata, name, place)


def _markdown_article(data: bytes, place: str, name: str, beside: Metadata) -> Article:
    metadata, body = front_matter(_decoded(data, place), beside, place)
    title, paragraphs = markdown_paragraphs(body)
    titled = metadata.model_copy(update={"title": metadata.title or title})
    return _article(paragraphs, titled, name, place)


def _article(paragraphs: list[str], metadata: Metadata, name: str, place: str) -> Article:
    own = own_paragraphs(paragraphs, metadata.publisher)
    if not any(_WORD.search(paragraph) for paragraph in own):
        raise SourceError(f"{place} has no text of an article in it: leave it out or fill it.")
    return Article(
        id=metadata.id or one_line(name) or hashlib.sha256(own[0].encode()).hexdigest()[:12],
        title=metadata.title or _opening_words(own[0]),
        text=PARAGRAPH_BREAK.join(own),
        url=metadata.url,
        published=metadata.published,
        publisher=metadata.publisher,
    )


def _decoded(data: bytes, place: str) -> str:
    """The text of the bytes: UTF-8 if they are, otherwise in the encoding that chardet detects."""
    if len(data) > MOST_BYTES:
        raise SourceError(_too_large(place, len(data)))
    if not data.strip():
        raise SourceError(f"{place} is empty: leave it out or fill it.")
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
