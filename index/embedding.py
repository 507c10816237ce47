"""Embedding that embeds no text twice: not one of the build before, nor of a build cut short.

INDEX/embedding/c4a57a7f2011    what an encoder embedded for the build that is under way, named by
                                the encoder's fingerprint: a record for each text, in whatever order

A record is a hash of the text, its vector, and the crc32 of both; one that is torn or damaged ends
the file. A build that comes to its end removes it.
"""

import hashlib
import shutil
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.corpus import Passage
from index.encoder import Encoder, Vectors
from index.files import RandomFile

_FOLDER = "embedding"
_BATCH = 64
_BLOCK = 4096
_KEY, _CRC = 16, 4
_DIMENSIONS = 8
"""Bytes of the number that a file begins with: how long its vectors are."""


@dataclass(frozen=True, slots=True)
class Known:
    """Vectors that need not be computed.

    Attributes:
        rows: where the vector of a text is, by the text's key.
        read: gives the vectors at such places, in order.
    """

    rows: dict[bytes, int] = field(default_factory=dict)
    read: Callable[[NDArray[np.int64]], Vectors] = lambda rows: np.empty((0, 0), np.float32)


def key_of(text: str) -> bytes:
    """What stands for a text: 16 bytes of its hash."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()


def embed(
    index: Path,
    passages: Sequence[Passage],
    known: Known,
    encoder: Encoder,
    report: Callable[[int, int], None],
) -> tuple[Iterator[Vectors], int]:
    """The vectors of the passages, in order and in blocks, and how many had to be computed.

    A passage is embedded as its own words alone: with the title or its neighbours before it the
    development questions found their paragraph less often. What was computed is on the disk after
    each batch, and is not computed again where a build is cut short.
    """
    file = index / _FOLDER / encoder.fingerprint[:12]
    kept = _kept(file)
    new: dict[bytes, Passage] = {}
    for passage in passages:
        key = key_of(passage.text)
        if key not in known.rows and key not in kept.rows:
            new.setdefault(key, passage)
    # A batch is filled up to its longest text, so texts of one length go together.
    todo = sorted(new.values(), key=lambda passage: passage.start - passage.end)
    if todo:
        report(0, len(todo))
        file.parent.mkdir(exist_ok=True)
    for start in range(0, len(todo), _BATCH):
        texts = [passage.text for passage in todo[start : start + _BATCH]]
        _append(file, texts, encoder.embed(texts))
        report(start + len(texts), len(todo))
    return _blocks(passages, (known, _kept(file))), len(todo)


def forget(index: Path) -> None:
    """Removes what was kept for builds that were cut short."""
    shutil.rmtree(index / _FOLDER, ignore_errors=True)


def _blocks(passages: Sequence[Passage], sources: Sequence[Known]) -> Iterator[Vectors]:
    for start in range(0, len(passages), _BLOCK):
        keys = [key_of(passage.text) for passage in passages[start : start + _BLOCK]]
        parts: list[tuple[list[int], Vectors]] = []
        for source in sources:
            mine = [place for place, key in enumerate(keys) if key in source.rows]
            if mine:
                rows = np.array([source.rows[keys[place]] for place in mine], dtype=np.int64)
                parts.append((mine, source.read(rows)))
        block = np.empty((len(keys), parts[0][1].shape[1]), dtype=np.float32)
        for mine, vectors in parts:
            block[mine] = vectors
        yield block


def _append(file: Path, texts: Sequence[str], vectors: Vectors) -> None:
    """Adds records to a file, which begins with how long its vectors are."""
    with file.open("ab") as records:
        if not records.tell():
            records.write(vectors.shape[1].to_bytes(_DIMENSIONS, "little"))
        for text, vector in zip(texts, vectors, strict=True):
            record = key_of(text) + np.ascontiguousarray(vector, dtype="<f4").tobytes()
            records.write(record + zlib.crc32(record).to_bytes(_CRC, "little"))


def _kept(file: Path) -> Known:
    """What a file holds; nothing where there is none. What follows a torn record is cut off."""
    if not file.exists():
        return Known()
    records = RandomFile(file)
    dimensions = int.from_bytes(records.read(0, _DIMENSIONS), "little")
    size = _KEY + 4 * dimensions + _CRC
    rows: dict[bytes, int] = {}
    end = _DIMENSIONS
    while len(record := records.read(end, end + size)) == size:
        if zlib.crc32(record[:-_CRC]).to_bytes(_CRC, "little") != record[-_CRC:]:
            break
        rows[record[:_KEY]] = len(rows)
        end += size
    if end != records.size:
        # Without a whole head there is nothing at all.
        with file.open("r+b") as torn:
            torn.truncate(end if rows else 0)

    def read(wanted: NDArray[np.int64]) -> Vectors:
        begins = [_DIMENSIONS + int(row) * size + _KEY for row in wanted]
        data = b"".join(records.read(begin, begin + 4 * dimensions) for begin in begins)
        return np.frombuffer(data, dtype="<f4").reshape(-1, dimensions)

    return Known(rows, read)
