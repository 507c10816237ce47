"""Articles and vectors by the million, with the statistics of real ones.

Texts: passages as long as those of thirty real articles (tests/quality/voa_articles.jsonl), of
their words as often as they have them. Each article draws a part of its words from a few of its
own, as articles with a topic do, and one word in thirty is an invented one, so that the vocabulary
grows.

Vectors: the mean and the covariance are those of the real passages' vectors. A text's vector is the
mean plus a weighted sum of its words' vectors, each drawn once from that covariance, so that texts
that share rare words are near to each other.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoder, Vectors

REAL = Path(__file__).parents[1] / "quality" / "voa_articles.jsonl"

_WORD = re.compile(r"\w+")
_A_PASSAGES, _A_SENTENCE = 10, 18
"""Passages of an article, as the real ones have them, and words of a sentence."""
_TOPIC, _OF_TOPIC, _INVENTED = 40, 0.3, 1 / 30
"""Words of an article's topic, and the shares of its words that are of them, and invented."""
_LETTERS = str.maketrans("0123456789", "bafemilora")
_BUCKETS = 2**15
"""Words that have a vector of their own; others share them by hash."""


def real_passages() -> list[str]:
    """The passages of the thirty real articles."""
    lines = REAL.read_text("utf-8").splitlines()
    return [text for line in lines for text in json.loads(line)["text"].split("\n\n")]


def write_articles(file: Path, passages: int, seed: int = 0) -> None:
    """Writes a JSONL source of articles that have so many passages in all."""
    draw = np.random.default_rng(seed)
    real = [_WORD.findall(text) for text in real_passages()]
    counts = Counter(word for words in real for word in words)
    words = np.array(list(counts), dtype=object)
    chances = np.cumsum(list(counts.values())) / counts.total()
    lengths = np.array([max(4, len(text)) for text in real])
    with file.open("w") as lines:
        for number, start in enumerate(range(0, passages, _A_PASSAGES)):
            chosen = draw.choice(lengths, min(_A_PASSAGES, passages - start))
            drawn = _words(draw, words, chances, int(chosen.sum()))
            texts = [_text(part) for part in np.split(drawn, np.cumsum(chosen)[:-1])]
            title = " ".join(drawn[:6]).capitalize()
            row = {"id": f"{seed}-{number}", "title": title, "cleaned": True}
            lines.write(json.dumps({**row, "text": "\n\n".join(texts)}) + "\n")


class SyntheticEncoder:
    """Makes vectors from words; where those come from is said above.

    Attributes:
        name: what it is called.
        fingerprint: sha256 of the statistics that it was made with.
    """

    name = "synthetic"

    def __init__(self, statistics: Path) -> None:
        """Reads what `measure` wrote."""
        self.fingerprint = hashlib.sha256(statistics.read_bytes()).hexdigest()
        with np.load(statistics) as arrays:
            self._mean, root = arrays["mean"], arrays["root"]
            rarity = arrays["rarity"]
        draw = np.random.default_rng(1)
        self._words = (draw.standard_normal((_BUCKETS, len(root)), np.float32) @ root).astype(
            np.float32
        )
        self._rarity = rarity

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, float32 of shape (len(texts), dimensions)."""
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> NDArray[np.float32]:
        places = [_place(word) for word in _WORD.findall(text.lower())]
        if not places:
            return self._mean / np.linalg.norm(self._mean)
        weights = self._rarity[places]
        own = weights @ self._words[places] / np.linalg.norm(weights)
        whole = self._mean + own
        return np.asarray(whole / np.linalg.norm(whole), dtype=np.float32)


def measure(encoder: Encoder, statistics: Path) -> None:
    """Writes mean and covariance of an encoder's vectors of the real passages, and word counts."""
    texts = real_passages()
    vectors = encoder.embed(texts).astype(np.float64)
    deviations = vectors - vectors.mean(axis=0)
    # Any root will do: what is drawn with it has the covariance of the deviations.
    root = np.linalg.svd(deviations, full_matrices=False)
    rooted = root.Vh * root.S[:, None] / np.sqrt(len(texts))
    square = np.zeros((vectors.shape[1],) * 2)
    square[: len(rooted)] = rooted
    counts = Counter(_place(word) for text in texts for word in _WORD.findall(text.lower()))
    seen = np.array([counts[place] + 0.5 for place in range(_BUCKETS)])
    np.savez(
        statistics,
        mean=vectors.mean(axis=0).astype(np.float32),
        root=square.astype(np.float32),
        rarity=np.log(counts.total() / seen).astype(np.float32),
    )


def _words(
    draw: np.random.Generator, words: NDArray[np.object_], chances: NDArray[np.float64], count: int
) -> NDArray[np.object_]:
    """So many words in a row, as an article has them."""
    drawn = words[np.searchsorted(chances, draw.random(count))]
    topic = words[draw.integers(0, len(words), _TOPIC)]
    kind = draw.random(count)
    of_topic = kind < _OF_TOPIC
    drawn[of_topic] = draw.choice(topic, int(of_topic.sum()))
    invented = np.flatnonzero(kind > 1 - _INVENTED)
    # Rare ones are many: half of all that is drawn below a million has its own number.
    drawn[invented] = [
        f"w{number}" for number in (draw.pareto(0.5, len(invented)) * 50).astype(int)
    ]
    return drawn


def _text(words: NDArray[np.object_]) -> str:
    sentences = (words[start : start + _A_SENTENCE] for start in range(0, len(words), _A_SENTENCE))
    return " ".join(" ".join(part).capitalize() + "." for part in sentences)


@lru_cache(2**18)
def _place(word: str) -> int:
    return (
        int.from_bytes(hashlib.blake2b(word.encode(), digest_size=2).digest(), "little") % _BUCKETS
    )


def cosines(vectors: Vectors) -> Iterator[tuple[str, float]]:
    """What tells whether synthetic vectors are like real ones: how similar they are to others."""
    products = vectors @ vectors.T
    others = products[~np.eye(len(vectors), dtype=bool)]
    nearest = np.where(np.eye(len(vectors), dtype=bool), -1, products).max(axis=1)
    yield "mean cosine of two", float(others.mean())
    yield "standard deviation", float(others.std())
    yield "mean cosine of the nearest", float(nearest.mean())
