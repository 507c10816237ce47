"""Duplicates: which passages say nearly what an earlier one says, found by MinHash."""

import hashlib
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index.alike import FEWEST, alike, statement

_BANDS, _ROWS = 32, 4
"""Texts of Jaccard 0.5 share a band with probability 0.87, those of 0.6 with 0.99."""

_COMPARED = 3
"""With how many earlier texts of a band each is compared at most: the cost stays linear."""

_SEED = 1


def likeness(texts: Sequence[str]) -> NDArray[np.int32]:
    """For each text the place of the first that says nearly the same; its own where none does.

    What a text is like is like no earlier one itself, so that equal values make a group. Candidates
    are found by MinHash (Broder 1997) and banding (Leskovec, Rajaraman and Ullman 2014, chapter
    3.4), and compared word by word.
    """
    whole, bands = _keys(texts)
    first = _first_of_each(whole)
    distinct = np.flatnonzero(first == np.arange(len(texts)))
    like: dict[int, list[int]] = defaultdict(list)
    for earlier, later in _candidates(distinct, bands):
        if alike(statement(texts[earlier]), statement(texts[later])):
            like[later].append(earlier)
    for later in sorted(like):
        first[later] = min((one for one in like[later] if first[one] == one), default=later)
    return first[first]


def like_articles(owners: NDArray[np.int64], first: NDArray[np.int32]) -> dict[int, int]:
    """For each article that says nearly what one earlier article says, the place of that one.

    That is where the first passages of most of its own are in the earlier one.

    Args:
        owners: the place of each passage's article.
        first: the likeness of the passages.
    """
    others = Counter(zip(owners.tolist(), owners[first].tolist(), strict=True))
    own = Counter(owners.tolist())
    return {
        article: other
        for (article, other), shared in others.items()
        if other != article and 2 * shared > own[article]
    }


def _keys(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """A key of each text's words, and one for each of its bands, 0 where it is too short for them.

    Texts of other numbers have other keys: a table in words has a thousand lines that differ in
    nothing else.
    """
    from datasketch import MinHash

    whole = np.empty(len(texts), dtype=np.uint64)
    bands = np.zeros((len(texts), _BANDS), dtype=np.uint32)
    empty = MinHash(_BANDS * _ROWS, seed=_SEED, hashfunc=zlib.crc32)
    for place, text in enumerate(texts):
        said = statement(text)
        whole[place] = _digest(" ".join(said.words))
        if len(said.stems) >= FEWEST:
            sketch = empty.copy()
            sketch.update_batch(f"{a} {b}".encode() for a, b in said.shingles)
            bands[place] = _mixed(sketch.hashvalues, zlib.crc32(" ".join(said.numbers).encode()))
    return whole, bands


def _mixed(values: NDArray[np.uint32], salt: int) -> NDArray[np.uint32]:
    """One key for each `_ROWS` values."""
    keys = np.full(_BANDS, salt, dtype=np.uint64)
    for row in values.reshape(_BANDS, _ROWS).T:
        # The multiplier of Knuth's 64-bit linear congruential generator.
        keys = (keys ^ row) * np.uint64(6364136223846793005)
    return (keys >> np.uint64(32)).astype(np.uint32)


def _digest(words: str) -> int:
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest())


def _first_of_each(keys: NDArray[np.uint64]) -> NDArray[np.int32]:
    """For each key the place of the first that is equal."""
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    return first[which].astype(np.int32)


def _candidates(places: NDArray[np.int64], bands: NDArray[np.uint32]) -> Iterator[tuple[int, int]]:
    """Each two of the places, the earlier first, that have a band in common; each pair once."""
    seen: set[tuple[int, int]] = set()
    for band in bands.T:
        for together in _together(places[band[places] > 0], band):
            for number, later in enumerate(together):
                for earlier in together[: min(number, _COMPARED)]:
                    if (earlier, later) not in seen:
                        seen.add((earlier, later))
                        yield earlier, later


def _together(places: NDArray[np.int64], band: NDArray[np.uint32]) -> Iterator[list[int]]:
    """The places whose keys in a band are equal, in order, where there are two at least."""
    ordered = places[np.argsort(band[places], kind="stable")]
    _, starts, counts = np.unique(band[ordered], return_index=True, return_counts=True)
    for start, count in zip(starts[counts > 1], counts[counts > 1], strict=True):
        yield ordered[start : start + count].tolist()
