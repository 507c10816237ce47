"""The vectors of the passages, and which of them are nearest to a query's.

vectors.faiss    all of them, as they are: searched one by one where they are few
nearest.faiss    where they are many: in lists of near ones, two bits a number (FAISS)

Both are mapped, so that processes share them and nothing is read before it is needed. What the
lists give are candidates, found by product quantization (André, Kermarrec and Le Scouarnec 2015);
how near they are is computed from the vectors as they are.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from index.corpus import Passage
from index.encoder import Encoder, Vectors
from index.files import RandomFile
from index.split import sentences

EXACT_UP_TO = 50_000
"""Passages up to which all vectors are looked at: 10 ms on one core of 2023."""

LEAST_RECALL = 0.97
"""The share of the 10 nearest passages that a search by lists has to find."""

DEPTH = 200
"""How many candidates that recall is measured with; a search takes as many at least."""

_VECTORS, _LISTS = "vectors.faiss", "nearest.faiss"
_NEAREST, _QUERIES = 10, 500
_AT_ONCE = 8192
_STEP = 2**0.5
"""By how much more lists are tried where so many do not find enough."""
_TRAINED_ON = 64
"""Vectors for each list that the lists are found by."""
_FEWEST_PROBES, _MOST_PROBES = 1 / 128, 1 / 2
"""Shares of the lists that are looked into; beyond the last of them looking at all is as good."""


class Approximation(BaseModel):
    """How a build is searched by lists.

    Attributes:
        lists: how many there are.
        probes: how many are looked into.
        recall: the share of the 10 nearest passages that was found, over sampled sentences.
        queries: how many sentences that were.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    lists: int
    probes: int
    recall: float
    queries: int


class Nearest:
    """The vectors of a build, in the order of its passages. Safe to use from several threads."""

    def __init__(self, build: Path, approximation: Approximation | None) -> None:
        flat = faiss.read_index(str(build / _VECTORS), faiss.IO_FLAG_MMAP_IFC)
        self.count, self.dimensions = int(flat.ntotal), int(flat.d)
        self._file = RandomFile(build / _VECTORS)
        # After a head of FAISS's own the file holds the vectors and nothing else.
        self._begin = self._file.size - self.count * self.dimensions * 4
        self._flat, self._lists = flat, None
        if approximation is not None:
            self._lists = faiss.read_index(str(build / _LISTS), faiss.IO_FLAG_MMAP)
        self._approximation = approximation

    def vectors(self, rows: NDArray[np.int64]) -> Vectors:
        """The vectors of some passages, of shape (len(rows), dimensions)."""
        if self._lists is None:
            return np.asarray(self._flat.reconstruct_batch(rows), dtype=np.float32)
        # Not by the map, which would come to hold every vector that was ever near.
        size = self.dimensions * 4
        firsts = [0, *(np.flatnonzero(np.diff(rows) != 1) + 1).tolist(), len(rows)]
        parts = []
        for first, after in pairwise(firsts):
            # Neighbours are read at once.
            begin = self._begin + int(rows[first]) * size
            parts.append(self._file.read(begin, begin + (after - first) * size))
        return np.frombuffer(b"".join(parts), dtype=np.float32).reshape(-1, self.dimensions)

    def cosines(self, query: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The similarity of a query, of shape (1, dimensions), to some passages."""
        # In double precision, or equal vectors get unequal products by where BLAS puts them.
        products = [
            self.vectors(rows[start : start + _AT_ONCE]).astype(np.float64) @ query[0]
            for start in range(0, len(rows), _AT_ONCE)
        ]
        return np.concatenate(products).astype(np.float32)

    def nearest(
        self, query: Vectors, k: int, allowed: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]:
        """The rows of about the k nearest passages; exactly those where they are few.

        Args:
            query: of shape (1, dimensions).
            k: how many.
            allowed: the rows that are searched, in order; all when None.
        """
        if self._lists is None or self._approximation is None:
            return _found(self._flat, query, k, faiss.SearchParameters(**_only(allowed)))
        if allowed is not None and len(allowed) <= EXACT_UP_TO:
            near = np.argsort(-self.cosines(query, allowed), kind="stable")[:k]
            return np.asarray(allowed[near], dtype=np.int64)
        # The fewer are searched, the further away the nearest of them may lie.
        searched = self.count if allowed is None else len(allowed)
        probes = self._approximation.probes * self.count // searched
        inside = _probing(min(self._approximation.lists, probes), allowed)
        return _found(self._lists, query, k, inside)


def write_vectors(build: Path, blocks: Iterable[Vectors]) -> None:
    """Writes the vectors of the passages, which come in blocks, into the folder of a build."""
    blocks = iter(blocks)
    first = next(blocks)
    flat = faiss.IndexFlatIP(first.shape[1])
    for block in chain([first], blocks):
        flat.add(block)
    _write(flat, build / _VECTORS)


def write_lists(build: Path, passages: Sequence[Passage], encoder: Encoder) -> Approximation | None:
    """Writes the lists of a build's vectors, where those are many; returns what they find.

    None is returned where looking at every vector is fast enough, or where the lists do not find
    enough of the nearest though half of them are looked into.

    Args:
        build: a folder that has the vectors of these passages.
        encoder: what made them.
    """
    if len(passages) <= EXACT_UP_TO:
        return None
    flat = faiss.read_index(str(build / _VECTORS), faiss.IO_FLAG_MMAP_IFC)
    asked = encoder.embed(_sentences_of(passages))
    # About twice the root of their number.
    count = 2 ** round(np.log2(2 * np.sqrt(flat.ntotal)))
    lists = _lists_of(flat, count)
    _, nearest = flat.search(asked, _NEAREST)
    probes = math.ceil(count * _FEWEST_PROBES)
    while probes <= count * _MOST_PROBES:
        _, found = lists.search(asked, DEPTH, params=_probing(probes))
        recall = float(np.mean([np.isin(a, b).mean() for a, b in zip(nearest, found, strict=True)]))
        if recall >= LEAST_RECALL:
            _write(lists, build / _LISTS)
            return Approximation(lists=count, probes=probes, recall=recall, queries=len(asked))
        probes = math.ceil(probes * _STEP)
    return None


def _sentences_of(passages: Sequence[Passage]) -> list[str]:
    """The last sentence of each of a sample of passages: what it has to be found by."""
    chosen = np.random.default_rng(0).permutation(len(passages))[:_QUERIES]
    asked = []
    for passage in (passages[place] for place in np.sort(chosen)):
        start, end = sentences(passage.article.text, passage.start, passage.end)[-1]
        asked.append(passage.article.text[start:end])
    return asked


def _lists_of(flat: faiss.Index, count: int) -> faiss.Index:
    """The vectors in so many lists by what they are near to."""
    dimensions = flat.d
    # Half a byte for every two numbers, or for each where they are odd.
    parts = dimensions // 2 if dimensions % 2 == 0 else dimensions
    coarse = faiss.IndexFlatIP(dimensions)
    metric = faiss.METRIC_INNER_PRODUCT
    lists = faiss.IndexIVFPQFastScan(coarse, dimensions, count, parts, 4, metric)
    lists.by_residual = False
    lists.cp.spherical = True
    lists.cp.max_points_per_centroid = _TRAINED_ON
    # Whatever the machine, the same vectors make the same lists.
    chosen = np.random.default_rng(0).permutation(flat.ntotal)[: count * _TRAINED_ON]
    lists.train(flat.reconstruct_batch(np.sort(chosen)))
    for start in range(0, flat.ntotal, _AT_ONCE):
        lists.add(flat.reconstruct_n(start, min(_AT_ONCE, flat.ntotal - start)))
    return lists


def _write(index: faiss.Index, file: Path) -> None:
    # Not by FAISS itself, which tells a full disk in its own way and knows only some paths.
    with file.open("wb") as unfinished:
        faiss.write_index(index, faiss.PyCallbackIOWriter(unfinished.write))  # type: ignore[attr-defined]


def _probing(probes: int, allowed: NDArray[np.int64] | None = None) -> faiss.SearchParameters:
    return faiss.SearchParametersIVF(nprobe=probes, **_only(allowed))  # type: ignore[call-arg]


def _only(allowed: NDArray[np.int64] | None) -> dict[str, faiss.IDSelector]:
    return {} if allowed is None else {"sel": faiss.IDSelectorBatch(allowed)}


def _found(
    index: faiss.Index, query: Vectors, k: int, parameters: faiss.SearchParameters
) -> NDArray[np.int64]:
    _, rows = index.search(query, k, params=parameters)
    # FAISS pads a short result with -1.
    return np.asarray(rows[0][rows[0] >= 0], dtype=np.int64)
