"""Words: BM25 over the passages (Robertson et al. 1994), stemmed by Snowball, on the disk.

    tokens.npy    a hash of each token, sorted; a token's number is its place here
    begins.npy    where what is known of each token begins in the two arrays that follow
    texts.npy     the numbers of the texts that have a token, in order
    scores.npy    what the token scores in each of them
    most.npy      the most that each token scores anywhere
    texts.json    how many texts there are

A score is computed when the words are built (Lù 2024, "BM25S"), and a search adds scores up. The
arrays are mapped, so that processes share them and nothing is read before it is needed.
"""

import hashlib
import json
import math
import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import Stemmer
from numpy.typing import NDArray

from index.files import mapped

# Every run of letters and digits counts, single digits too: "5" may be what was asked for.
_TOKEN = re.compile(r"\b\w+\b")
WORD_OF_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
"""A word without digits, with what follows its apostrophe."""

_K1, _B = 1.5, 0.75
_LOOKED_UP = 32
"""How many times as long it takes to look up what a word scores in a text as to add that up."""

_ROUNDING = 1e-4
"""More than the sums of a query's scores can be wrong by in single precision."""
_COUNT = "texts.json"


@dataclass(frozen=True, slots=True)
class Rarity:
    """In how many texts of how many each word of a query is; a rare word is worth more.

    Attributes:
        texts: how many there are.
        holders: for each word of the query, in order, how many texts have it.
    """

    texts: int
    holders: tuple[int, ...]

    def __add__(self, other: "Rarity") -> "Rarity":
        """That of the same query in the texts of both."""
        holders = map(sum, zip(self.holders, other.holders, strict=True))
        return Rarity(self.texts + other.texts, tuple(holders))

    @property
    def weights(self) -> list[float]:
        """The inverse document frequency of each word, as Lucene has it."""
        return [math.log(1 + (self.texts - n + 0.5) / (n + 0.5)) for n in self.holders]


@dataclass(frozen=True, slots=True)
class _Arrays:
    """What the files hold; their names are those of the attributes."""

    tokens: NDArray[np.uint64]
    begins: NDArray[np.int64]
    texts: NDArray[np.int32]
    scores: NDArray[np.float32]
    most: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Term:
    """A token of a query that some texts have.

    Attributes:
        texts, scores: the texts that have it, in order, and what it scores in them.
        factor: what those scores are multiplied with.
        most: the most that it scores in any text, multiplied.
    """

    texts: NDArray[np.int32]
    scores: NDArray[np.float32]
    factor: float
    most: float

    def of(self, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """What it scores in these texts."""
        places = np.searchsorted(self.texts, rows)
        places[places == len(self.texts)] = 0
        scores = np.where(self.texts[places] == rows, self.scores[places], np.float32(0))
        return scores * np.float32(self.factor)


class Words:
    """The words of a sequence of passages. Safe to use from several threads.

    Stop words stay: on the development questions fewer paragraphs came first without them, and
    a list of them would be right for one language only.
    """

    def __init__(self, arrays: _Arrays, texts: int) -> None:
        self._arrays = arrays
        self._texts = texts

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Words":
        """The words of these texts."""
        numbers = _Numbers()
        tokens, lengths = array("i"), array("i")
        for text in texts:
            before = len(tokens)
            tokens.extend(map(numbers.__getitem__, _TOKEN.findall(text.lower())))
            lengths.append(len(tokens) - before)
        hashes = np.array([hash_of(token) for token in numbers.tokens], dtype=np.uint64)
        rank = np.empty(len(hashes), dtype=np.int64)
        rank[np.argsort(hashes)] = np.arange(len(hashes))
        counts = np.frombuffer(lengths, dtype=np.int32)
        # One number for a token in a text, so that sorting brings equal ones together.
        keys = rank[np.frombuffer(tokens, dtype=np.int32)] * len(counts)
        keys += np.repeat(np.arange(len(counts)), counts)
        keys.sort()
        return cls(_scored(np.sort(hashes), keys, counts), len(counts))

    @classmethod
    def load(cls, folder: Path) -> "Words":
        """The words that `save` wrote to a folder."""
        names = _Arrays.__dataclass_fields__
        arrays = [mapped(folder / f"{name}.npy") for name in names]
        return cls(_Arrays(*arrays), json.loads((folder / _COUNT).read_bytes())["texts"])

    def save(self, folder: Path) -> None:
        """Writes them to a folder, as arrays and JSON."""
        folder.mkdir()
        for name in _Arrays.__dataclass_fields__:
            np.save(folder / f"{name}.npy", getattr(self._arrays, name), allow_pickle=False)
        (folder / _COUNT).write_text(json.dumps({"texts": self._texts}) + "\n")

    def rarity(self, query: str) -> Rarity:
        """How rare the words of a query are in these texts."""
        places = [self._place(token) for token in _tokens(query)]
        return Rarity(self._texts, tuple(map(self._holders, places)))

    def scores(
        self, query: str, rarity: Rarity | None = None, rows: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        """The BM25 score for a query of some texts, 0 where they share no word.

        Args:
            query: any text.
            rarity: of its words in more texts than these, whose scores are to be comparable; only
                the mean length of a text remains that of these.
            rows: the numbers of the texts; all of them, in order, when None.
        """
        wanted = np.arange(self._texts) if rows is None else rows
        scores = np.zeros(len(wanted), dtype=np.float32)
        for term in self._terms(query, rarity):
            scores += term.of(wanted.astype(np.int32))
        return scores

    def best(
        self,
        query: str,
        k: int,
        rarity: Rarity | None = None,
        inside: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.int64]:
        """The k texts that score best for a query, best first; fewer where fewer share a word.

        Rare words go first. As soon as a text that has none of those so far can no longer be among
        the best, the common words that are left are looked up only in the texts that can (Turtle
        and Flood 1995, "MaxScore"). Of texts that score the same the earlier comes first.

        Args:
            query, rarity: as `scores` has them.
            inside: for each text whether it is searched; all are when None.
        """
        terms = sorted(self._terms(query, rarity), key=lambda term: len(term.texts))
        sums = np.zeros(self._texts, dtype=np.float32)
        left, least = sum(term.most for term in terms), -math.inf
        done = 0.0
        while terms and left + _ROUNDING >= least:
            term = terms.pop(0)
            chosen = slice(None) if inside is None else inside[term.texts]
            sums[term.texts[chosen]] += term.scores[chosen] * np.float32(term.factor)
            left, done = left - term.most, done + term.most
            # No text has more than the most of what was added up so far.
            if left < done:
                least = _kth(sums[sums > max(0, least - _ROUNDING)], k)
        rows = np.flatnonzero(sums > max(0, least - left - _ROUNDING)).astype(np.int32)
        for term in terms:
            if len(rows) * _LOOKED_UP > len(term.texts):
                sums[term.texts] += term.scores * np.float32(term.factor)
            else:
                sums[rows] += term.of(rows)
            left -= term.most
            scores = sums[rows]
            least = _kth(scores[scores > least - _ROUNDING], k)
            rows = rows[scores + left + _ROUNDING >= least]
        best = np.argsort(-sums[rows], kind="stable")[:k]
        return rows[best].astype(np.int64)

    def _terms(self, query: str, rarity: Rarity | None) -> Iterator[_Term]:
        """What is known of the tokens of a query, in its order."""
        places = [self._place(token) for token in _tokens(query)]
        own = Rarity(self._texts, tuple(map(self._holders, places)))
        # A score holds how rare its word is here; that is exchanged for how rare it is in all.
        weights = zip((rarity or own).weights, own.weights, strict=True)
        factors = (weight / own_weight for weight, own_weight in weights)
        for place, factor in zip(places, factors, strict=True):
            if place is not None:
                part = slice(self._arrays.begins[place], self._arrays.begins[place + 1])
                texts, scores = self._arrays.texts[part], self._arrays.scores[part]
                yield _Term(texts, scores, factor, float(self._arrays.most[place]) * factor)

    def _place(self, token: str) -> int | None:
        """The number of a token; None where no text has it."""
        wanted = hash_of(token)
        place = int(np.searchsorted(self._arrays.tokens, wanted))
        known = self._arrays.tokens
        return place if place < len(known) and known[place] == wanted else None

    def _holders(self, place: int | None) -> int:
        if place is None:
            return 0
        return int(self._arrays.begins[place + 1] - self._arrays.begins[place])


class _Numbers(dict[str, int]):
    """The number of the token of each word, numbered as they are met.

    Attributes:
        tokens: each token with its number.
    """

    def __init__(self) -> None:
        self.tokens: dict[str, int] = {}
        self._stemmer = Stemmer.Stemmer("english")

    def __missing__(self, word: str) -> int:
        token = self._stemmer.stemWord(word)
        self[word] = number = self.tokens.setdefault(token, len(self.tokens))
        return number


def hash_of(text: str) -> np.uint64:
    """64 bits for a text; that two of a million texts share theirs happens once in 10^7 times."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def _tokens(query: str) -> list[str]:
    # A stemmer of its own for each call: PyStemmer's are not safe to share between threads.
    tokens: list[str] = Stemmer.Stemmer("english").stemWords(_TOKEN.findall(query.lower()))
    return tokens


def _scored(
    tokens: NDArray[np.uint64], keys: NDArray[np.int64], lengths: NDArray[np.int32]
) -> _Arrays:
    """The arrays for sorted keys, each the number of a token times that of texts, plus a text's."""
    texts = max(1, len(lengths))
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    frequencies = np.diff(first, append=len(keys))
    rows = (keys[first] % texts).astype(np.int32)
    holders = np.bincount(keys[first] // texts, minlength=len(tokens))
    begins = np.concatenate([[0], np.cumsum(holders)])
    weights = np.array(Rarity(texts, tuple(holders.tolist())).weights, dtype=np.float32)
    norms = _K1 * ((1 - _B) + _B * lengths / max(1e-9, lengths.mean()))
    scores = np.repeat(weights, holders) * (frequencies / (norms[rows] + frequencies))
    most = np.maximum.reduceat(scores, begins[:-1]) if len(tokens) else scores
    return _Arrays(tokens, begins, rows, scores.astype(np.float32), most.astype(np.float32))


def _kth(scores: NDArray[np.float32], k: int) -> float:
    """The k-th highest score; minus infinity where they are fewer."""
    if len(scores) < k:
        return -math.inf
    return float(np.partition(scores, len(scores) - k)[len(scores) - k])
