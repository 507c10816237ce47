"""The files inside a folder, which may hold articles."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from index.parsed import KINDS

SUFFIXES = (*KINDS, ".jsonl", ".zip")
"""Of the files that are read inside of a folder. A feed is read where it is named itself alone, so
that no folder makes anybody fetch what it lists."""


@dataclass(frozen=True, slots=True)
class File:
    """A file inside a folder or an archive.

    Attributes:
        path: inside of it.
        place: what to call it where something is wrong with it.
        size: in bytes, as is said of it.
        open: its bytes, to be read in a `with`.
        beside: what the file NAME.meta.json beside it holds; None if there is none.
    """

    path: PurePath
    place: str
    size: int
    open: Callable[[], AbstractContextManager[BinaryIO]]
    beside: Callable[[], bytes | None]


def file_at(path: Path, inside: PurePath | None = None) -> File:
    """A file of the disk, by its name or by its path inside of a folder."""
    meta = path.with_suffix(".meta.json")
    return File(
        inside or PurePath(path.name),
        str(path),
        path.stat().st_size,
        lambda: path.open("rb"),
        lambda: meta.read_bytes() if meta.is_file() else None,
    )


def files_in(folder: Path, index: Path | None) -> list[File]:
    """The files of a folder that may hold articles, by path; none that is hidden or the index's."""
    return [
        file_at(path, path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if may_hold_articles(path.relative_to(folder))
        and not (index and path.resolve().is_relative_to(index))
        and path.is_file()
    ]


def may_hold_articles(inside: PurePath) -> bool:
    """Whether a file inside of a folder is of a kind that is read, and not hidden."""
    return inside.suffix.lower() in SUFFIXES and not any(
        part.startswith(".") for part in inside.parts
    )


def names_of(files: Sequence[File]) -> list[str]:
    """What the articles of the files are called: their paths, without suffixes if that will do."""
    stems = [file.path.with_suffix("") for file in files]
    # a.txt and a.md beside each other are two articles.
    twice = {stem for stem, number in Counter(stems).items() if number > 1}
    named = zip(files, stems, strict=True)
    return [(file.path if stem in twice else stem).as_posix() for file, stem in named]
