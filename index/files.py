"""Files: what is in one, by its sha256, and how one is written whole or not at all."""

import hashlib
import os
import tempfile
import weakref
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNFINISHED = ".unfinished-"
"""What the name of a file or a folder begins with until it is complete."""


def sha256_of(file: Path) -> str:
    """The sha256 of a file's content, in hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def write_whole(file: Path, text: str) -> None:
    """Puts a text in a file's place, whole or not at all, and on the disk when this returns."""
    if file.is_file() and file.read_bytes() == text.encode():
        return
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=file.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as unfinished:
        unfinished.write(text)
        unfinished.flush()
        os.fsync(unfinished.fileno())
    os.chmod(name, 0o644)
    os.replace(name, file)
    sync(file.parent)


def sync(path: Path) -> None:
    """Returns once a file, or the list of what a folder holds, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def mapped(file: Path) -> NDArray[Any]:
    """The array in a file, of which nothing is read before it is needed."""
    # Without the subclass, each of whose slices costs as much as a search in it.
    return np.asarray(np.load(file, "r", allow_pickle=False))


class RandomFile:
    """A file read by offset, from several threads at once.

    It can be read until nobody holds this any more, even where it was removed meanwhile. What is
    read counts as nobody's memory, as pages of a mapped file do.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        self.size = os.fstat(self._descriptor).st_size
        weakref.finalize(self, os.close, self._descriptor)

    def read(self, start: int, end: int) -> bytes:
        """The bytes from one offset up to another."""
        parts = []
        # One call reads 2 GiB at most, and may read less.
        while start < end and (part := os.pread(self._descriptor, end - start, start)):
            parts.append(part)
            start += len(part)
        return b"".join(parts)
