"""A .zip -> the files inside of it, one at a time, none of them written to the disk."""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from index.errors import SourceError
from index.folder import File, may_hold_articles
from index.text import one_line

MOST_FILES = 10_000
"""How many files an archive may have."""

MOST_BYTES = 256 * 1024 * 1024
"""How large all files of an archive may be together, unpacked."""

_MOST_AT_ONCE = 4 * 1024 * 1024
"""How much is read of an archive in one go, bytes; the list of its files has to fit."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How a file may be packed. The others may ask for any amount of memory to be unpacked."""

_LONGEST_NAME = 200

_ENCRYPTED, _UTF_8 = 0x1, 0x800

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,  # NotImplementedError among them
    ValueError,
    OverflowError,
)
"""What zipfile raises on a broken archive."""


@contextmanager
def opened(data: BinaryIO, place: str) -> Iterator[zipfile.ZipFile]:
    """An archive, from anybody, in bounded memory.

    Args:
        data: its bytes.
        place: its name, for what is told of it.

    Raises:
        SourceError: it is no archive, or larger than is read.
    """
    try:
        archive = zipfile.ZipFile(_Sparing(cast("io.RawIOBase", data)))
    except _TooMuchAtOnceError:
        raise SourceError(_too_many(place)) from None
    except _BROKEN:
        raise SourceError(f"{place} is no .zip file, or a broken one: pack it anew.") from None
    with archive:
        if len(archive.infolist()) > MOST_FILES:
            raise SourceError(_too_many(place))
        size = sum(one.file_size for one in archive.infolist())
        if size > MOST_BYTES:
            raise SourceError(
                f"{place} has {size / 2**20:,.0f} MiB when it is unpacked, and an archive may have "
                f"{MOST_BYTES // 2**20}: split it."
            )
        yield archive


def files_in(
    archive: zipfile.ZipFile, place: str, skipped: Callable[[SourceError], None]
) -> list[File]:
    """The files of an archive that may hold articles, by path; none that is hidden.

    Args:
        archive: see `opened`.
        place: its name, which is at the head of each file's.
        skipped: told of each that might hold articles, but is not read.
    """
    held: dict[PurePosixPath, zipfile.ZipInfo] = {}
    for one in archive.infolist():
        path = PurePosixPath(_name_of(one).replace("\\", "/"))
        if one.is_dir() or path.parts[:1] == ("__MACOSX",):
            continue
        if wrong := "is in the archive twice" if path in held else _wrong_with(one, path):
            if ".." in path.parts or may_hold_articles(path):
                skipped(SourceError(f"{place}: {one_line(str(path))[:_LONGEST_NAME]} {wrong}."))
        else:
            held[path] = one
    return [_file(archive, path, held, place) for path in sorted(held) if may_hold_articles(path)]


def _name_of(one: zipfile.ZipInfo) -> str:
    """The name of a file, in UTF-8 where it is that though the archive does not say so."""
    if one.flag_bits & _UTF_8:
        return one.filename
    try:
        return one.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return one.filename


def _wrong_with(one: zipfile.ZipInfo, path: PurePosixPath) -> str | None:
    """Why a file of an archive is not read; None if it is."""
    if ".." in path.parts or path.is_absolute() or re.match(r"[a-zA-Z]:", str(path)):
        return "leads out of the archive"
    if stat.S_ISLNK(one.external_attr >> 16):
        return "is a link"
    if path.suffix.lower() == ".zip":
        return "is an archive inside an archive: name it itself"
    if one.flag_bits & _ENCRYPTED:
        return "is encrypted: pack it without a password"
    if one.compress_type not in _METHODS:
        return "is packed in a way that is not read: pack it by “deflate”"
    return None


def _file(
    archive: zipfile.ZipFile,
    path: PurePosixPath,
    held: dict[PurePosixPath, zipfile.ZipInfo],
    place: str,
) -> File:
    one, meta = held[path], held.get(path.with_suffix(".meta.json"))
    return File(
        path,
        f"{place}/{one_line(str(path))[:_LONGEST_NAME]}",
        one.file_size,
        lambda: _opened_file(archive, one, f"{place}/{path}"),
        lambda: _content(archive, meta, f"{place}/{path}") if meta else None,
    )


def _content(archive: zipfile.ZipFile, one: zipfile.ZipInfo, place: str) -> bytes:
    with _opened_file(archive, one, place) as content:
        return content.read(_MOST_AT_ONCE)


@contextmanager
def _opened_file(archive: zipfile.ZipFile, one: zipfile.ZipInfo, place: str) -> Iterator[BinaryIO]:
    try:
        with archive.open(one) as content:
            # zipfile unpacks no more than the size that is declared, and then compares the sum.
            yield cast("BinaryIO", content)
    except _BROKEN:
        raise SourceError(f"{place} is broken: pack the archive anew.") from None


class _TooMuchAtOnceError(Exception):
    """So much would be read in one go as only a list of very many files takes."""


class _Sparing(io.BufferedReader):
    """A file that gives no more than so much in one go."""

    def read(self, size: int | None = -1, /) -> bytes:
        """The bytes asked for.

        Raises:
            _TooMuchAtOnceError: they are too many.
        """
        wanted = _MOST_AT_ONCE + 1 if size is None or size < 0 else size
        found = super().read(min(wanted, _MOST_AT_ONCE + 1))
        if len(found) > _MOST_AT_ONCE:
            raise _TooMuchAtOnceError
        return found


def _too_many(place: str) -> str:
    return f"{place} has more than {MOST_FILES:,} files, the most that are read: split it."
