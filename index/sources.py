"""Sources: files, folders, archives, web addresses, feeds -> Articles."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from index import archive
from index.addresses import Addresses, Found
from index.choice import Choice
from index.contents import MOST_BYTES, article_of, articles_in_rows, contents, too_large
from index.corpus import Article
from index.errors import SourceError, TooMuch
from index.fetched import Fetches
from index.folder import SUFFIXES, File, file_at, files_in, names_of
from index.language import with_languages
from index.metadata import Metadata, sidecar
from index.parsed import FORMS, KINDS, Form, form_of
from index.text import count
from index.web import Web

STANDARD_INPUT = "-"
SAMPLE = "sample"
"""The name, as a source, of the article that ships with the project."""

_LONGEST_NAME = 60
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Read:
    """An article and where it was read.

    Attributes:
        article: as it was read.
        source: the one of the sources that were named that it came from.
        place: the file, line or address inside of it, for what is told of it.
    """

    article: Article
    source: str
    place: str


def read(
    sources: Iterable[str],
    skipped: Callable[[SourceError], None] = lambda _: None,
    index: Path | None = None,
    allowed: frozenset[str] = frozenset(),
    choice: Choice = Choice(),  # noqa: B008 - it is frozen
    most_files: int = archive.MOST_FILES,
    failed: Callable[[str, SourceError], None] | None = None,
    whole: bool = True,
) -> list[Read]:
    """The articles of the sources, in the order given and, within a folder, by path.

    Args:
        sources: files, folders, web addresses, or `SAMPLE`.
        skipped: told of each file inside a folder or an archive, and each item of a feed or a
            sitemap, that cannot be read; it is left out, while what is named itself is an error.
        index: the folder of the index, which is no source though it may lie inside of one. What is
            fetched is remembered there for the next time.
        allowed: "host:port" of inner servers whose addresses may be read.
        choice: which items of feeds and sitemaps are read.
        most_files: how many files of an archive may be articles.
        failed: told of each source that cannot be read, and why, where that is no error; nothing
            of it is read then.
        whole: whether these are all sources of the index, so that what was fetched for others is
            forgotten.

    Raises:
        SourceError: a source cannot be read, holds no article, or two articles share an id.
        TooMuch: an archive has more files than `most_files`.
    """
    found: dict[str, Read] = {}
    fetches = Fetches(index)
    with Web(MOST_BYTES, allowed) as web:
        reading = _Reading(web, fetches, choice, skipped, index and index.resolve(), most_files)
        for source in sources:
            try:
                articles = reading.of(source)
            except SourceError as error:
                if failed is None:
                    raise
                failed(source, error)
                whole = False
                continue
            for article, place in articles:
                first = found.setdefault(article.id, Read(article, source, place))
                if first.article == article:
                    continue
                # One page, read twice a moment apart or listed by two feeds: the first counts.
                if is_address(place) and is_address(first.place):
                    continue
                raise SourceError(
                    f"{place} has the id “{article.id}”, and so has {first.place}. "
                    "Give one of them another id, or name only one of the two."
                )
    if not found and failed is None:
        raise SourceError(f"There is no article in {', '.join(sources) or 'no source'}.")
    if whole:
        fetches.prune()
    told = with_languages([one.article for one in found.values()])
    return [replace(one, article=new) for one, new in zip(found.values(), told, strict=True)]


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
    article_of(*contents(data, kind, place, Metadata()), "text", place)
    folder.mkdir(parents=True, exist_ok=True)
    words = "-".join(_WORD.findall(stem))[:_LONGEST_NAME] or "text"
    file = folder / f"{words}-{hashlib.sha256(data).hexdigest()[:8]}{suffix.lower()}"
    file.write_bytes(data)
    return str(file.resolve())


def sample_folder() -> Path:
    """The folder of the article that ships with the project."""
    return Path(str(files("index") / "articles"))


class _Reading:
    """One reading of sources, by what `read` was told."""

    def __init__(
        self,
        web: Web,
        fetches: Fetches,
        choice: Choice,
        skipped: Callable[[SourceError], None],
        index: Path | None,
        most_files: int,
    ) -> None:
        self._addresses = Addresses(web, fetches, choice, skipped, self._unpacked)
        self._skipped, self._index, self._most_files = skipped, index, most_files

    def of(self, source: str) -> Found:
        """The articles of a source, with their places."""
        path = sample_folder() if source == SAMPLE else Path(source)
        if is_address(source):
            return self._addresses.read(source)
        # Unlike pathlib, os.path says no to a name that is too long to be one.
        if os.path.isfile(path):
            return self._in_named_file(path)
        if os.path.isdir(path):
            return self._in_each(files_in(path, self._index), f"The folder {path}")
        raise SourceError(f"There is no file or folder {source}: check the name.")

    def _in_named_file(self, path: Path) -> Found:
        form = form_of(path.name)
        if form is None:
            raise SourceError(
                f"{path} is not a kind of file that is read: use {', '.join(FORMS)} files."
            )
        file = file_at(path)
        if form != "xml":
            # What an archive holds that is named itself is called as in a folder.
            return self._in_file(file, form, "" if form == "zip" else path.stem)
        return self._addresses.listed(_data(file), str(path))

    def _in_each(self, files: list[File], place: str, above: str = "") -> Found:
        """The articles of files of a folder or an archive; `above` is at the head of their ids."""
        found: Found = []
        for file, name in zip(files, names_of(files), strict=True):
            try:
                # All of a file or none of it: its last row may be the one that cannot be read.
                found += self._in_file(file, FORMS[file.path.suffix.lower()], above + name)
            except SourceError as error:
                self._skipped(error)
        if not found:
            raise SourceError(
                f"{place} has no article that can be read: put {', '.join(SUFFIXES)} files there."
            )
        return found

    def _in_file(self, file: File, form: Form, name: str) -> Found:
        """The articles of one file; `name` is the id of an article that has none of its own."""
        try:
            if form == "jsonl":
                with file.open() as lines:
                    return articles_in_rows(lines, file.place)
            if form == "zip":
                with file.open() as data:
                    return self._in_archive(data, file.place, name and f"{name}/")
            beside = file.beside()
            known = sidecar(beside, _beside(file.place)) if beside is not None else Metadata()
            found = contents(_data(file), KINDS[file.path.suffix.lower()], file.place, known)
            return [(article_of(*found, name, file.place), file.place)]
        except OSError as error:
            raise SourceError(
                f"{file.place} cannot be read ({error.strerror or error}): check its permissions."
            ) from None

    def _in_archive(self, data: BinaryIO, place: str, above: str = "") -> Found:
        with archive.opened(data, place) as opened:
            files = archive.files_in(opened, place, self._skipped)
            if len(files) > self._most_files:
                raise TooMuch(
                    f"{place} has {count(len(files), 'file')} that may be articles, and "
                    f"{self._most_files:,} more may be kept here: split it."
                )
            return self._in_each(files, f"The archive {place}", above)

    def _unpacked(self, data: bytes, form: Form, place: str) -> Found:
        """The articles of rows or of an archive that were fetched."""
        lines = BytesIO(data)
        return articles_in_rows(lines, place) if form == "jsonl" else self._in_archive(lines, place)


def _data(file: File) -> bytes:
    if file.size > MOST_BYTES:
        raise SourceError(too_large(file.place, file.size))
    with file.open() as data:
        return data.read(MOST_BYTES + 1)


def _beside(place: str) -> str:
    """The name of the file of metadata beside another."""
    return f"{os.path.splitext(place)[0]}.meta.json"
