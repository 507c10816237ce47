"""Kept articles: an index whose sources lie inside it, one file an article.

INDEX/articles/kept-3f9c2a71d0be.jsonl    an article as it was read, cleaned
INDEX/changes                             held while articles are added or removed

So a rebuild needs no network and nobody's files, and what is removed is gone. After a process was
killed in the middle of a change, the next change takes in the files that are there.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import filelock
from pydantic import TypeAdapter

from index import sources, store
from index.build import Built, Reports, build
from index.corpus import Article
from index.encoder import Encoder
from index.errors import TooMuch
from index.files import write_whole
from index.split import split
from index.text import count

_ARTICLES, _LOCK = "articles", "changes"
_ARTICLE = TypeAdapter(Article)


@dataclass(frozen=True, slots=True)
class Most:
    """How much is kept at most, so that nobody fills the disk.

    Attributes:
        articles, passages, characters: of all articles together.
    """

    articles: int
    passages: int = 5_000
    characters: int = 2_000_000


def add(
    index: Path,
    articles: Sequence[Article],
    encoder: Encoder,
    most: Most,
    reports: Reports | None = None,
) -> Built:
    """Keeps the articles and builds the index anew; they are all in it, or none is.

    An article that has an address takes the place of the one of that id and address; one without
    takes the place of the one with the same text. Each gets an id of its own, whatever it had.

    Raises:
        TooMuch: they would be more than may be kept.
    """
    folder = index / _ARTICLES
    kept = {folder / f"{one.id}.jsonl": one for one in map(_with_own_id, articles)}
    with _changing(index):
        before = {file: file.read_bytes() for file in kept if file.exists()}
        others = [file for file in _files(index) if file not in kept]
        _refuse_too_much([*_read(others), *kept.values()], most)
        try:
            for file, article in kept.items():
                write_whole(file, _row(article))
            return build(index, _names(index), encoder, reports)
        except BaseException:
            for file in kept:
                _restore(file, before.get(file))
            raise


def remove(index: Path, article: str, encoder: Encoder) -> None:
    """Removes an article by its id, from the builds too, those before the current one included."""
    with _changing(index):
        for file in _files(index):
            if file.stem == article:
                file.unlink()
        _build_what_is_kept(index, encoder)


def rebuild(index: Path, encoder: Encoder) -> None:
    """Builds the index anew from what is kept, whatever state it is in."""
    with _changing(index):
        _build_what_is_kept(index, encoder)


def _build_what_is_kept(index: Path, encoder: Encoder) -> None:
    files = _names(index)
    current = build(index, files, encoder).name if files else None
    with store.building(index, lambda: None):
        store.keep_only(index, current)


def _with_own_id(article: Article) -> Article:
    """The article, called by what tells it from others that are kept."""
    own = f"{article.id} {article.url}" if article.url else article.text
    digest = hashlib.sha256(own.encode("utf-8", "replace")).hexdigest()
    return replace(article, id=f"kept-{digest[:12]}")


def _row(article: Article) -> str:
    fields = _ARTICLE.dump_python(article, mode="json") | {"cleaned": True}
    return json.dumps(fields, ensure_ascii=False) + "\n"


def _files(index: Path) -> list[Path]:
    return sorted((index / _ARTICLES).glob("*.jsonl"))


def _names(index: Path) -> list[str]:
    return [str(file) for file in _files(index)]


def _read(files: Sequence[Path]) -> list[Article]:
    return [read.article for read in sources.read(map(str, files))] if files else []


def _refuse_too_much(articles: Sequence[Article], most: Most) -> None:
    _refuse(len(articles), most.articles, "article")
    _refuse(sum(len(article.text) for article in articles), most.characters, "character")
    _refuse(sum(len(split(article)) for article in articles), most.passages, "passage")


def _refuse(number: int, most: int, noun: str) -> None:
    if number > most:
        raise TooMuch(
            f"That would make {count(number, noun)}, and {most:,} may be kept here: "
            "remove an article first, or add a smaller one."
        )


def _restore(file: Path, content: bytes | None) -> None:
    if content is None:
        file.unlink(missing_ok=True)
    else:
        file.write_bytes(content)


@contextmanager
def _changing(index: Path) -> Iterator[None]:
    """Holds the kept articles for one change; another waits."""
    (index / _ARTICLES).mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(index / _LOCK):
        yield
