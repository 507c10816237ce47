"""The articles of a build, read from its files when they are asked for, not held.

articles.jsonl    an article a line
articles.npy      where each line begins, and the row of each article's first passage
ids.npy           which article has an id, by a hash of it
catalogue.jsonl   a line for each article, without its text
vocabulary.txt    the words of all articles, a word a line, sorted
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from index.corpus import Article, Entry
from index.errors import DamagedIndex
from index.files import RandomFile, mapped
from index.words import WORD_OF_LETTERS, hash_of

ARTICLES = "articles.jsonl"
_PLACES, _IDS = "articles.npy", "ids.npy"
_CATALOGUE, _VOCABULARY = "catalogue.jsonl", "vocabulary.txt"

_HELD = 256
"""Articles that are held once they were read: those of a dozen questions."""

_ARTICLE = TypeAdapter(Article)
_ENTRY = TypeAdapter(Entry)


class Files:
    """The files of the articles of a build, open."""

    def __init__(self, build: Path) -> None:
        self.build = build
        self.lines = RandomFile(build / ARTICLES)
        self.catalogue = RandomFile(build / _CATALOGUE)
        self.begins, self.first_rows = mapped(build / _PLACES)
        self.hashes, self.by_hash = mapped(build / _IDS)
        self._words = RandomFile(build / _VOCABULARY)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words of the articles, held once they were asked for."""
        return frozenset(self._words.read(0, self._words.size).decode().split("\n")) - {""}


class Articles(Sequence[Article]):
    """The articles of a build, in order. Safe to use from several threads."""

    def __init__(self, files: Files, called: Mapping[int, str] | None = None) -> None:
        """The articles in these files.

        Args:
            called: ids that those at some places have here instead of their own.
        """
        self._files = files
        self._called = dict(called or {})
        self._renamed = {name: place for place, name in self._called.items()}
        self._read = lru_cache(_HELD)(self._read_anew)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._files.begins) - 1

    @overload
    def __getitem__(self, place: int) -> Article: ...
    @overload
    def __getitem__(self, place: slice) -> list[Article]: ...
    def __getitem__(self, place: int | slice) -> Article | list[Article]:
        """The article at a place in order, or those of a slice."""
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        return self._read(range(len(self))[place])

    def __iter__(self) -> Iterator[Article]:
        """All of them, none of which is held."""
        return map(self._read_anew, range(len(self)))

    def place(self, article: str) -> int | None:
        """The place of the article of an id; None where none has it."""
        if article in self._renamed:
            return self._renamed[article]
        wanted = hash_of(article)
        at = int(np.searchsorted(self._files.hashes, wanted))
        if at == len(self) or self._files.hashes[at] != wanted:
            return None
        place = int(self._files.by_hash[at])
        return None if place in self._called else place

    @cached_property
    def entries(self) -> Sequence[Entry]:
        """What is known of each article but its text, in order; held once it was asked for."""
        catalogue = self._files.catalogue
        entries = [
            _ENTRY.validate_json(line) for line in catalogue.read(0, catalogue.size).splitlines()
        ]
        for place, name in self._called.items():
            entries[place] = replace(entries[place], id=name)
        return entries

    @property
    def vocabulary(self) -> frozenset[str]:
        """The words of the articles and of their titles, in lower case, without numbers."""
        return self._files.vocabulary

    def rows(self, place: int) -> range:
        """The rows of the passages of the article at a place."""
        first, after = self._files.first_rows[place : place + 2]
        return range(int(first), int(after))

    def with_ids(self, called: Mapping[int, str]) -> "Articles":
        """The same, with another id for those at some places."""
        return Articles(self._files, called)

    def _read_anew(self, place: int) -> Article:
        begin, end = self._files.begins[place : place + 2]
        line = self._files.lines.read(int(begin), int(end))
        try:
            article = _ARTICLE.validate_json(line)
        except ValidationError:
            file = self._files.build / ARTICLES
            raise DamagedIndex(
                f"{file} is damaged at line {place + 1}: run `pilcrow build`."
            ) from None
        return replace(article, id=self._called[place]) if place in self._called else article


def write_articles(build: Path, articles: Sequence[Article], first_rows: NDArray[np.int64]) -> None:
    """Writes the files of the articles into the folder of a build.

    Args:
        first_rows: the row of the first passage of each, and after them the number of all rows.
    """
    begins = [0]
    with (build / ARTICLES).open("wb") as lines, (build / _CATALOGUE).open("wb") as catalogue:
        for article in articles:
            begins.append(begins[-1] + lines.write(line_of(article)))
            catalogue.write(_ENTRY.dump_json(_entry_of(article)) + b"\n")
    np.save(build / _PLACES, np.stack([np.array(begins), first_rows]), allow_pickle=False)
    hashes = np.array([hash_of(article.id) for article in articles], dtype=np.uint64)
    order = np.argsort(hashes, kind="stable")
    ids = np.stack([hashes[order], order.astype(np.uint64)])
    np.save(build / _IDS, ids, allow_pickle=False)
    words: set[str] = set()
    for article in articles:
        for text in (article.title, article.text):
            words.update(map(str.lower, WORD_OF_LETTERS.findall(text)))
    (build / _VOCABULARY).write_bytes("\n".join(sorted(words)).encode())


def salvaged(build: Path) -> Iterator[Article]:
    """The articles of a build in order, whatever else of it is damaged, up to the first that is.

    Raises:
        OSError, ValueError: the next one cannot be read.
    """
    with (build / ARTICLES).open("rb") as lines:
        yield from map(_ARTICLE.validate_json, lines)


def line_of(article: Article) -> bytes:
    """The line of articles.jsonl that holds an article, with its end."""
    return _ARTICLE.dump_json(article) + b"\n"


def _entry_of(article: Article) -> Entry:
    return Entry(**{field.name: getattr(article, field.name) for field in fields(Entry)})
